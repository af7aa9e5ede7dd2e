"""Every request of the matrix, built from the URL map: each rule, method and parameter, with rows from everywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from models import Division, Station
from tests.world import CHILD, COUNTY, DIVISIONS, FOREIGN, OWN, SIBLING

MODELS = {"Station": Station, "Division": Division}
JUNK_KEYS = ["0", "-1", "999999999", "99999999999999999999999", "1e3", "x", "%00", "' OR 1=1 --", "é" * 200, "1" * 5000]
HOSTILE = ["9" * 400, "-1", "x", "😀", "%", "_", "'", "2026-02-30", "y" * 100_000, "0x10", "1.5", "nan", "\x00"]
OPTIONS = ["", "&q=松台", "&q=他", "&q=3", "&q=%25", f"&parent={COUNTY}", f"&parent={SIBLING}", f"&parent={FOREIGN}"]
OPTIONS += ["&page=x", "&page=99999999999", "&q=" + "q" * 2000, "&q=%00"]
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


@dataclass(frozen=True)
class Probe:
    """One request. `row` is the code of the division whose row it aims at, None when at no single row."""

    endpoint: str
    method: str
    path: str
    data: dict[str, Any] = field(default_factory=dict)
    row: str | None = None
    token: bool = True
    expect: tuple[int, ...] = ()  # statuses it must answer with, for those who may use the route at all


def rules(app: Flask) -> dict[str, Any]:
    return {rule.endpoint: rule for rule in app.url_map.iter_rules()}


def registers(app: Flask) -> dict[str, Any]:
    """{register: its view}, from the application."""
    return {v.class_permission_name: v for v in app.appbuilder.baseviews if v.class_permission_name in MODELS}


class Generator:
    """Probes for one application and the keys of its rows: {"Station": {code: id}, "Division": {code: code}}."""

    def __init__(self, app: Flask, keys: dict[str, dict[str, Any]], hostile: bool) -> None:
        self.app, self.keys, self.views, self.is_hostile = app, keys, registers(app), hostile

    def all(self) -> Iterator[Probe]:
        for register, view in self.views.items():
            yield from self.reads(register, view)
            yield from self.lists(register, view)
            yield from self.choices(register, view)
            yield from self.writes(register, view)
            yield from self.bulk(register, view)
        yield from self.others()

    def reads(self, register: str, view: Any) -> Iterator[Probe]:
        for method in ("show", "history", "edit"):
            for code, key in self.keys[register].items():
                yield Probe(f"{register}View.{method}", "GET", f"{view.route_base}/{method}/{key}", row=code)
            for key in JUNK_KEYS:
                yield Probe(f"{register}View.{method}", "GET", f"{view.route_base}/{method}/{key}", expect=(400, 404))
        yield Probe(f"{register}View.root", "GET", f"{view.route_base}/")

    def lists(self, register: str, view: Any) -> Iterator[Probe]:
        name, columns = type(view).__name__, [c.key for c in MODELS[register].__table__.columns]
        for method in ("list/", "export"):
            endpoint, base = f"{register}View.{method.strip('/')}", f"{view.route_base}/{method}"
            yield Probe(endpoint, "GET", base, expect=(200,))
            yield Probe(endpoint, "GET", f"{base}?psize_{name}=100000&page_{name}=0", expect=(200,))
            for column in columns:
                shown = (200,) if column in view.order_columns else (400,)
                for direction in ("asc", "desc") if shown == (200,) else ("asc",):
                    yield Probe(endpoint, "GET", f"{base}?_oc_{name}={column}&_od_{name}={direction}", expect=shown)
                known = column in view.search_columns
                for n, text in enumerate(("STA-", SIBLING, FOREIGN, OWN, "y", "2020-01-01") if known else (SIBLING,)):
                    expect = (200, 400) if known else (400,)
                    yield Probe(endpoint, "GET", f"{base}?_flt_{n}_{column}={text}", expect=expect)
                for text in self.values(view, column) if known else ():
                    yield Probe(endpoint, "GET", f"{base}?_flt_0_{column}={text}", expect=(200,))
            for q in (f"STA-{SIBLING}", f"ADR-{SIBLING}", f"NOTE-{COUNTY}", "松台", "他", "%", "_", "' OR ''='"):
                yield Probe(endpoint, "GET", f"{base}?q={q}", expect=(200,))
            for path in self.hostile(name, view):
                yield Probe(endpoint, "GET", base + path, expect=(200, 400, 414))

    def values(self, view: Any, column: str) -> list[str]:
        """What the search panel itself would ask for."""
        enum_class = getattr(view.datamodel.list_columns[column].type, "enum_class", None)
        if enum_class is not None:
            return list(enum_class.__members__)
        return {"boolean": ["y", "n"], "date": ["2020-01-01"]}.get(view.datamodel.kind(column), ["3"])

    def hostile(self, name: str, view: Any) -> Iterator[str]:
        if not self.is_hostile:
            return
        keys = [f"page_{name}", f"psize_{name}", f"_oc_{name}", f"_od_{name}", "q", "_flt_x_y", "_flt_0_", "_flt_"]
        keys += [f"_flt_0_{column}" for column in view.search_columns]
        for key in keys:
            for text in HOSTILE:
                text = text.replace("%", "%25").replace("\x00", "%00")
                extra = f"&_oc_{name}={view.order_columns[0]}" if key.startswith("_od_") else ""
                yield f"?{key}={text}{extra}"

    def choices(self, register: str, view: Any) -> Iterator[Probe]:
        for column in [c.key for c in MODELS[register].__table__.columns]:
            base = f"{view.route_base}/options/{column}"
            if view.datamodel.kind(column) != "relation":
                yield Probe(f"{register}View.options", "GET", base, expect=(404,))
                continue
            for verb in ("view", "add", "edit", "delete", "x"):
                base = f"{view.route_base}/options/{column}?verb={verb}"
                for query in OPTIONS if verb in ("view", "add", "edit") else [""]:
                    yield Probe(f"{register}View.options", "GET", base + query, expect=(200, 400, 404, 403))

    def form(self, register: str, code: str, **changes: str) -> dict[str, str]:
        if register == "Station":
            return {"division_code": code, "name": f"新站{code}", "host": "OFFICE", **changes}
        return {"code": code, "name": f"新区划{code}", **changes}

    def writes(self, register: str, view: Any) -> Iterator[Probe]:
        base, add = view.route_base, f"{register}View.add"
        yield Probe(add, "GET", f"{base}/add", expect=(200,))
        for code in DIVISIONS:
            yield Probe(add, "GET", f"{base}/add?division_code={code}&succeeded_by={code}", expect=(200,))
            new = code if register == "Station" else f"{code}{'99' if len(code) == 4 else '999'}"[:12]
            yield Probe(add, "POST", f"{base}/add", self.form(register, new), row=new)
        yield Probe(add, "POST", f"{base}/add", self.form(register, OWN), token=False, row=OWN)
        for code, key in self.keys[register].items():
            edit, delete = f"{register}View.edit", f"{register}View.delete"
            yield Probe(edit, "POST", f"{base}/edit/{key}", self.form(register, code, name="改名"), row=code)
            yield Probe(edit, "POST", f"{base}/edit/{key}", self.form(register, code), token=False, row=code)
            targets = (SIBLING, CHILD, COUNTY, FOREIGN, f"{FOREIGN}01001") if code in (OWN, CHILD, SIBLING) else ()
            for target in targets:  # every foreign key in the post
                moved = {"division_code": target, "succeeded_by": target, "retired_on": "2026-01-01"}
                yield Probe(edit, "POST", f"{base}/edit/{key}", {**self.form(register, code), **moved}, row=code)
            yield Probe(delete, "POST", f"{base}/delete/{key}", row=code)
            yield Probe(delete, "POST", f"{base}/delete/{key}", token=False, row=code)
        for text in HOSTILE if self.is_hostile else ():
            for column in self.form(register, OWN):
                data = {**self.form(register, OWN), column: text}
                yield Probe(add, "POST", f"{base}/add", data, expect=(302, 400, 413, 422))
            dated = {**self.form(register, OWN), "founded_on": text, "retired_on": text}
            yield Probe(add, "POST", f"{base}/add", dated, expect=(302, 400, 413, 422))
        for key in JUNK_KEYS:
            for method in ("edit", "delete"):
                path = f"{base}/{method}/{key}"
                yield Probe(f"{register}View.{method}", "POST", path, self.form(register, OWN), expect=(400, 404))

    def bulk(self, register: str, view: Any) -> Iterator[Probe]:
        endpoint, path = f"{register}View.action_post", f"{view.route_base}/action_post"
        every = [str(key) for key in self.keys[register].values()]
        for name in (*view.actions, "nothing", "", "__init__", "x" * 1000, "\x00"):
            batches = (every, *([key] for key in every), [], ["x", "", "-1", "9" * 50], every * 200)
            for keys in batches if name in view.actions else (every,):
                yield Probe(endpoint, "POST", path, {"action": name, "rowid": keys})
        yield Probe(endpoint, "POST", path, {"action": "bulk_delete", "rowid": every}, token=False)

    def others(self) -> Iterator[Probe]:
        """Routes that are no register's, and each rule with the methods it does not offer."""
        for path in ("/", "/login/", "/health", "/static/app.css", "/static/../config.py", "/nichts", "/%00"):
            yield Probe("", "GET", path)
        for endpoint, rule in rules(self.app).items():
            path = rule.rule.replace("<path:filename>", "app.css").replace("<column>", "name").replace("<pk>", "1")
            for method in METHODS if self.is_hostile else ():
                if method not in rule.methods:
                    yield Probe(endpoint, method, path, expect=(405,))
