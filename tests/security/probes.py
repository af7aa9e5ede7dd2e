"""Every request of the matrix, built from the URL map and the Specs: each rule, method and parameter.

Of a long list of values each person tries others, so that together they try all. The matrix of `make test` draws a
sample about rows in a few places, another one on each database; a drill asks everything about all rows, and each person
tries several times as many values.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zlib import crc32

from flask import Flask

from models import Division
from tests import world
from tests.security import policy
from tests.security.calendar_probes import calendar_probes
from tests.security.probe import HOSTILE, JUNK_KEYS, NOWHERE, Probe
from tests.security.registers import SPECS
from tests.security.spec import FILES, Spec
from tests.security.writes import Writes
from tests.world import CHILD, CITY, COUNTY, FOREIGN, MERGED, OWN, PEOPLE, SIBLING

# Where the matrix looks at rows: own, below, beside, above, elsewhere; the merged one is of interest as a division.
PLACES = (MERGED, OWN, CHILD, SIBLING, COUNTY, CITY, "330304001", FOREIGN, "990101001")
OPTIONS = ["", "&q=松台", "&q=他", "&q=3", "&q=%25", f"&parent={COUNTY}", f"&parent={SIBLING}", f"&parent={FOREIGN}"]
OPTIONS += ["&page=x", "&page=99999999999", "&q=" + "q" * 2000, "&q=%00"]
# What the search is asked for: parts of names from elsewhere and their sounds, and nonsense.
SEARCHES = [
    "qx",
    "sta",
    "松",
    "st",
    "songtai",
    "他",
    "tazhou",
    "3",
    "33",
    "%",
    "_",
    "\\",
    "' OR ''='",
    "😀",
    "",
    "q" * 2000,
]
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]
HOSTILE_PEOPLE = ("city_admin", "system_admin")  # who also send nonsense: between them they may do everything
DRILL_FACTOR = 2  # values that a drill tries for one of the matrix
# Of so many requests to a route a sample takes one; fewer for people who may do less, or what others may elsewhere.
MASTERS, FEW, MANY = ("town_admin", "system_admin"), 10, 60
# Who may do what town_admin may, in another place: each asks a share of what a drill asks, another one each.
ALIKE, ALIKE_SHARE = ("village_admin", "county_admin", "foreign_admin"), 2
# Requests to a route that everybody makes who may use it; in a sample, the masters one more.
SAMPLE_TASTE, TASTE, DRILL_TASTE = 1, 4, 5
SAMPLE_REFUSALS = 2  # among so many people who may not use a route at all, one asks in a sample; else all


def rules(app: Flask) -> dict[str, Any]:
    return {rule.endpoint: rule for rule in app.url_map.iter_rules()}


def view_of(app: Flask, spec: Spec) -> Any:
    return next(v for v in app.appbuilder.baseviews if v.class_permission_name == spec.register)


class Generator:
    """All probes of one person."""

    def __init__(
        self, app: Flask, person: str, specs: Sequence[Spec] = SPECS, is_drill: bool = False, is_sample: bool = False
    ) -> None:
        self.app, self.person, self.specs, self.is_drill, self.is_sample = app, person, specs, is_drill, is_sample
        self.rules = rules(app)
        self.turn = list(PEOPLE).index(person) * 5 if person in PEOPLE else 0

    def some(self, values: Iterable[Any], most: int) -> list[Any]:
        """`most` of them (more in a drill), other ones for each person and each time."""
        values = list(values)
        most *= DRILL_FACTOR if self.is_drill else 1
        if len(values) <= most:
            return values
        start = self.turn % len(values)
        self.turn += most
        return [*values[start:], *values[:start]][:most]

    def codes(self, spec: Spec) -> list[str]:
        """Where rows of this register are looked at."""
        places = PLACES if spec.model is Division else PLACES[1:]
        return [code for code in spec.codes if self.is_drill or code in places]

    def is_hostile(self, spec: Spec) -> bool:
        return self.person in (spec.master, HOSTILE_PEOPLE[0])

    def all(self) -> Iterator[Probe]:
        seen: dict[tuple[str, str], int] = {}
        for probe in self._all():
            if probe.endpoint and probe.endpoint not in self.rules:
                continue  # a route that this register does not have
            seen[probe.endpoint, probe.method] = nth = seen.get((probe.endpoint, probe.method), 0) + 1
            may_use = self._may_use(probe)
            if nth <= self._taste(probe, may_use) or (may_use and self._is_drawn(probe, nth)):
                yield probe

    def _taste(self, probe: Probe, may_use: bool) -> int:
        """How many requests to a route are made for certain; of refusals in a sample, one by some of the people."""
        if self.is_sample and not may_use:
            return crc32(f"{self.person} {probe.endpoint} {probe.method}".encode()) % SAMPLE_REFUSALS == 0
        if self.is_sample:
            return SAMPLE_TASTE + (self.person in MASTERS)
        return DRILL_TASTE if self.is_drill else TASTE

    def _is_drawn(self, probe: Probe, nth: int) -> bool:
        """All of them, or in a sample one of so many: other ones for each person and on each database."""
        if not self.is_sample and not (self.is_drill and self.person in ALIKE):
            return True
        kind = self.app.config["SQLALCHEMY_DATABASE_URI"].partition(":")[0]
        among = ALIKE_SHARE if self.is_drill else FEW if self.person in MASTERS else MANY
        return crc32(f"{kind} {self.person} {probe.endpoint} {probe.method} {nth}".encode()) % among == 0

    def _may_use(self, probe: Probe) -> bool:
        rule = policy.ROUTES.get(probe.endpoint)
        if not isinstance(rule, tuple):
            return True
        verbs = set(policy.ACTIONS[rule[0]].values()) if rule[1] == "action" else {rule[1]}
        return any(policy.can(self.person, rule[0], verb) for verb in verbs)

    def _all(self) -> Iterator[Probe]:
        for spec in self.specs:
            view = view_of(self.app, spec)
            yield from self.reads(spec, view)
            yield from self.lists(spec, view)
            yield from self.choices(spec, view)
            yield from Writes(self, spec, view).all()
        yield from self.others()

    def aimed(self, spec: Spec, verb: str, code: str, method: str = "GET", file: int = 1, **options: Any) -> Probe:
        """A request to a route of one row, e.g. "show", for the row in `code`, and a file of it."""
        endpoint, pattern = f"{spec.register}View.{verb}", self.pattern(spec, verb)
        end = spec.path_end(verb, code) if verb in spec.paths else str(file)
        for behind in ("<key>", "<to>", "<what>"):
            pattern = pattern.replace(behind, end)
        pattern = pattern.replace("<column>", "name")
        path, missing = (pattern.replace("<pk>", str(key)) for key in (spec.aim(verb, code), NOWHERE))
        return Probe(endpoint, method, path, row=code, missing=missing, **options)

    def pattern(self, spec: Spec, method: str) -> str:
        """The rule of a register's route, empty when it has none."""
        rule = self.rules.get(f"{spec.register}View.{method}")
        return rule.rule if rule is not None else ""

    def reads(self, spec: Spec, view: Any) -> Iterator[Probe]:
        rows = [n for n in spec.methods if "<pk>" in self.pattern(spec, n) and n not in FILES and spec.answers(n)]
        others = [name for name in rows if name not in ("show", "history", "edit", "delete")]
        for name in ("root", *spec.routes):
            if "<" not in self.pattern(spec, name):
                yield Probe(f"{spec.register}View.{name}", "GET", self.pattern(spec, name))
        reading = [name for name in others if "GET" in self.rules[f"{spec.register}View.{name}"].methods]
        for verb in ("show", "history", "edit", *reading):
            for code in self.codes(spec):
                yield self.aimed(spec, verb, code)
            for code in self.some(self.codes(spec), 2):
                yield self.aimed(spec, verb, code, "HEAD")
                yield self.aimed(spec, verb, code, accept="application/json")
        for verb in others:
            for code in self.codes(spec):
                for data in spec.posts(verb, world.saved(spec.table.name)[spec.keys[code]]):
                    yield self.aimed(spec, verb, code, "POST", data=data)
                yield self.aimed(spec, verb, code, "POST", token=False)
        for verb in ("show", "history", "edit"):
            for key in self.some(JUNK_KEYS, 2):
                yield Probe(f"{spec.register}View.{verb}", "GET", f"{view.route_base}/{verb}/{key}", expect=(400, 404))

    def lists(self, spec: Spec, view: Any) -> Iterator[Probe]:
        name, columns = type(view).__name__, [c.key for c in spec.table.columns]
        for method in ("list/", "export"):
            endpoint, base = f"{spec.register}View.{method.strip('/')}", f"{view.route_base}/{method}"
            yield Probe(endpoint, "GET", base, expect=(200,))
            yield Probe(endpoint, "HEAD", base, expect=(200,))
            yield Probe(endpoint, "GET", base, expect=(200,), accept="application/json")
            yield Probe(endpoint, "GET", f"{base}?psize_{name}=100000&page_{name}=0", expect=(200,))
            for column in self.some(columns, 5):
                shown = (200,) if column in view.order_columns else (400,)
                for direction in ("asc", "desc") if shown == (200,) else ("asc",):
                    yield Probe(endpoint, "GET", f"{base}?_oc_{name}={column}&_od_{name}={direction}", expect=shown)
            asked = [(n, c, text) for c in columns for n, text in enumerate(self.searches(spec, view, c))]
            for n, column, text in self.some(asked, 8):
                expect = (200, 400) if column in view.search_columns else (400,)
                yield Probe(endpoint, "GET", f"{base}?_flt_{n}_{column}={text}", expect=expect)
            good = [(c, text) for c in columns if c in view.search_columns for text in self.values(view, c)]
            for column, text in self.some(good, 3):
                yield Probe(endpoint, "GET", f"{base}?_flt_0_{column}={text}", expect=(200,))
            kinds = [f"{kind}-{code}" for kind in spec.canaries for code in (SIBLING, COUNTY)]
            for q in self.some((*kinds, "松台", "他", "%", "_", "' OR ''='"), 4):
                yield Probe(endpoint, "GET", f"{base}?q={q}", expect=(200,))
            for path in self.some(self.hostile(spec, name, view), 12):
                yield Probe(endpoint, "GET", base + path, expect=(200, 400, 414))

    def searches(self, spec: Spec, view: Any, column: str) -> Sequence[str]:
        """Texts to search a column for; one is enough where searching is refused."""
        kind = next(iter(spec.canaries), "")
        return (f"{kind}-", SIBLING, FOREIGN, OWN, "y", "2020-01-01") if column in view.search_columns else (SIBLING,)

    def values(self, view: Any, column: str) -> list[str]:
        """What the search panel itself would ask for."""
        enum_class = getattr(view.datamodel.list_columns[column].type, "enum_class", None)
        if enum_class is not None:
            return list(enum_class.__members__)
        return {"boolean": ["y", "n"], "date": ["2020-01-01"]}.get(view.datamodel.kind(column), ["3"])

    def hostile(self, spec: Spec, name: str, view: Any) -> Iterator[str]:
        if not self.is_hostile(spec):
            return
        keys = [f"page_{name}", f"psize_{name}", f"_oc_{name}", f"_od_{name}", "q", "_flt_x_y", "_flt_0_", "_flt_"]
        keys += [f"_flt_0_{column}" for column in view.search_columns]
        for text in HOSTILE:
            for key in keys:
                text = text.replace("%", "%25").replace("\x00", "%00")
                extra = f"&_oc_{name}={view.order_columns[0]}" if key.startswith("_od_") else ""
                yield f"?{key}={text}{extra}"

    def choices(self, spec: Spec, view: Any) -> Iterator[Probe]:
        endpoint, columns = f"{spec.register}View.options", [c.key for c in spec.table.columns]
        relations = [c for c in columns if view.datamodel.kind(c) == "relation"]
        lines = [f"{child.name}.{c}" for child in spec.children for c in child.form(spec.home)]
        for column in self.some([c for c in columns if c not in relations], 3):
            yield Probe(endpoint, "GET", f"{view.route_base}/options/{column}", expect=(404,))
        for column in (*relations, *lines):
            for verb in ("view", "add", "edit", *self.some(("delete", "x"), 1)):
                for query in self.some(OPTIONS, 4) if verb in ("view", "add", "edit") else [""]:
                    path = f"{view.route_base}/options/{column}?verb={verb}{query}"
                    yield Probe(endpoint, "GET", path, expect=(200, 400, 404, 403))

    def others(self) -> Iterator[Probe]:
        """Routes that are no register's, and each rule with the methods it does not offer."""
        for path in ("/", "/login/", "/health", "/static/app.css", "/static/../config.py", "/nichts", "/%00"):
            for accept in ("", "application/json"):
                yield Probe("", "GET", path, accept=accept)
        kinds = [f"{kind}-{code}" for spec in self.specs for kind in spec.canaries for code in (SIBLING, COUNTY)]
        for q in (*self.some(kinds, 4), *self.some(SEARCHES, 4)):
            for path in ("/search/", "/search/suggest"):
                yield Probe("SearchView." + ("suggest" if "suggest" in path else "index"), "POST", path, {"q": q})
        yield Probe("SearchView.index", "GET", "/search/?q=3", expect=(200,))
        yield Probe("SearchView.suggest", "POST", "/search/suggest", {"q": "3"}, token=False)
        for shape in ("json", "file"):
            yield Probe("SearchView.suggest", "POST", "/search/suggest", {"q": "3"}, shape=shape)
        yield from calendar_probes()
        wrong = [(e, r, m) for e, r in self.rules.items() for m in METHODS if m not in r.methods]
        for endpoint, rule, method in self.some(wrong, 60) if self.person in HOSTILE_PEOPLE else ():
            path = rule.rule.replace("<path:filename>", "app.css").replace("<column>", "name").replace("<pk>", "1")
            yield Probe(endpoint, method, path.replace("<key>", "1").replace("<to>", "ACCEPTED"), expect=(405,))
