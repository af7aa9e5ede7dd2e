"""What is posted to a register: forms, foreign keys, children, bulk actions, and posts that no page of ours sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests import world
from tests.security.probe import HOSTILE, JUNK_KEYS, Probe
from tests.security.spec import Child, Spec, pdf, references_of
from tests.world import CHILD, CITY, COUNTY, FOREIGN, OTHER_COUNTY, OWN, SIBLING

if TYPE_CHECKING:
    from tests.security.probes import Generator

# Rows of these places are posted to with keys that point to TARGETS.
MOVED = (OWN, CHILD, SIBLING)
TARGETS = (SIBLING, CHILD, COUNTY, FOREIGN, f"{FOREIGN}01001", f"{OTHER_COUNTY}001", CITY)
MENDABLE = (302, 400, 413, 422)


class Writes:
    """The writing probes of one register, for one person's Generator."""

    def __init__(self, asking: Generator, spec: Spec, view: Any) -> None:
        self.asking, self.spec, self.view, self.some = asking, spec, view, asking.some
        self.add, self.base = f"{spec.register}View.add", view.route_base

    def all(self) -> Iterator[Probe]:
        yield from self.forms()
        yield from self.drafts()
        yield from self.keys()
        yield from self.shapes()
        yield from self.files()
        for child in self.spec.children:
            yield from self.children(child)
        yield from self.hostile()
        yield from self.bulk()
        yield from self.memory()

    def probe(self, method: str, *args: Any, **options: Any) -> Probe:
        return Probe(f"{self.spec.register}View.{method}", *args, **options)

    def to_add(self, data: dict[str, Any], code: str = OWN, **options: Any) -> Probe:
        return self.probe("add", "POST", f"{self.base}/add", data, row=code, **options)

    def to_edit(self, code: str, data: dict[str, Any], **options: Any) -> Probe:
        return self.asking.aimed(self.spec, "edit", code, "POST", data=data, **options)

    def stored(self, code: str) -> dict[str, Any]:
        return world.saved(self.spec.table.name)[self.spec.keys[code]]

    def form(self, code: str, **changes: Any) -> dict[str, Any]:
        """A form that adds a row in `code`, or edits the one that lies there (on its version)."""
        row = self.stored(code)
        version = {"_version": str(row["version"])} if "version" in row else {}
        return {**self.spec.form(code), **version, **changes}

    def forms(self) -> Iterator[Probe]:
        yield self.probe("add", "GET", f"{self.base}/add", expect=(200,))
        for code in self.some(self.spec.codes, 4):
            keys = {column: str(target.keys[code]) for column, target in self.targets() if code in target.keys}
            yield self.probe("add", "GET", f"{self.base}/add", query=keys, expect=(200,))
        for code in self.asking.codes(self.spec):
            yield self.to_add(self.spec.form(code), code)
            yield self.to_edit(code, self.form(code))
            yield self.asking.aimed(self.spec, "delete", code, "POST")
        for code in self.some(self.asking.codes(self.spec), 2):
            yield self.to_add(self.spec.form(code), code, token=False)
            yield self.to_edit(code, self.form(code), token=False)
            yield self.asking.aimed(self.spec, "delete", code, "POST", token=False)
            yield self.asking.aimed(self.spec, "delete", code, "POST", accept="application/json")

    def drafts(self) -> Iterator[Probe]:
        """What is typed into an empty form; those of rows are aimed at with the other routes of a row."""
        fields = {**self.spec.form(self.spec.home), "_once": "0" * 32}
        yield self.probe("draft_new", "POST", f"{self.base}/draft/new", fields, expect=(200,))
        yield self.probe("draft_new", "POST", f"{self.base}/draft/new", fields, token=False)
        yield self.probe("draft_new", "POST", f"{self.base}/draft/new", fields, accept="application/json")
        for key in ("0" * 32, f"edit:{self.stored(self.spec.home)['uid']}", "", "x" * 1000):
            yield self.probe("discard_new", "POST", f"{self.base}/discard/new", {"draft": key}, expect=(302,))
        yield self.probe("discard_new", "POST", f"{self.base}/discard/new", token=False)

    def targets(self) -> list[tuple[str, Spec]]:
        return list(self.spec.references.items())

    def elsewhere(self, target: Spec, most: int = 3) -> list[str]:
        """Places whose row of `target` a key is pointed to."""
        return self.some([code for code in TARGETS if code in target.keys], most)

    def keys(self) -> Iterator[Probe]:
        """Every foreign key, pointed to everywhere, in posts and given twice."""
        for column, target in self.targets():
            beside = self.spec.beside.get(column, {})
            for code in (c for c in MOVED if c in self.spec.keys):
                for place in self.elsewhere(target):
                    yield self.to_edit(code, self.form(code, **{column: str(target.keys[place])}, **beside))
            for place in self.elsewhere(target):
                there, here = str(target.keys[place]), self.spec.form(self.spec.home).get(column, "")
                yield self.to_add(self.spec.form(self.spec.home) | {column: there} | beside)
                if not here:
                    continue
                for both in ([here, there], [there, here]):
                    yield self.to_add(self.spec.form(self.spec.home) | {column: both} | beside)
                    yield self.to_edit(self.spec.home, self.form(self.spec.home, **{column: both}, **beside))
        for place in self.some([c for c in TARGETS if c in self.spec.keys], 3):
            everything = {column: str(t.keys[place]) for column, t in self.targets() if place in t.keys}
            beside = {name: value for fields in self.spec.beside.values() for name, value in fields.items()}
            yield self.to_edit(self.spec.home, self.form(self.spec.home, **everything, **beside))
            # The address says one thing, the form another: only the form counts.
            yield self.to_add(self.spec.form(self.spec.home), query=self.spec.form(place))
            yield self.to_edit(self.spec.home, self.form(self.spec.home), query=self.spec.form(place) | everything)

    def files(self) -> Iterator[Probe]:
        """Files hung on, fetched from and taken off rows; each file through its own row, and through mine."""
        if not self.spec.file:
            return
        stored = world.saved("attachment").items()
        ours = {row["row_key"]: number for number, row in stored if row["register"] == self.spec.register}
        for code in self.asking.codes(self.spec):
            data = {"file": pdf("新").decode()}
            yield self.asking.aimed(self.spec, "attach", code, "POST", data=data, shape="upload")
            number = ours[str(self.spec.keys[code])]
            fetching = [("attachment", "GET"), ("attachment", "HEAD"), ("attachment", "POST")]
            for method, verb in (*fetching, ("detach", "POST")):
                fields = {"reason": "核对身份"} if verb == "POST" else {}
                yield self.asking.aimed(self.spec, method, code, verb, file=number, data=fields)
                if code != self.spec.home:
                    path = f"{self.base}/{method}/{self.spec.keys[self.spec.home]}/{number}"
                    yield self.probe(method, verb, path, fields, expect=(404,))

    def shapes(self) -> Iterator[Probe]:
        """The same fields in another dress: as JSON, as files, in the address only."""
        for code in [c for c in (OWN, SIBLING, FOREIGN) if c in self.spec.keys]:
            for shape in ("json", "file"):
                yield self.to_add(self.spec.form(code), code, shape=shape, expect=MENDABLE)
                yield self.to_edit(code, self.form(code), shape=shape)
            yield self.to_add({}, code, query=self.spec.form(code), expect=MENDABLE)
            yield self.to_edit(code, {}, query=self.form(code))
            action = {"action": "bulk_delete", "rowid": [str(self.spec.keys[code])]}
            for shape in ("json", "file"):
                yield self.probe("action_post", "POST", f"{self.base}/action_post", action, shape=shape)

    def children(self, child: Child) -> Iterator[Probe]:
        """Lines of my form that name another's child, and lines whose keys point out of sight."""
        stored = world.saved(child.table.name)
        theirs = self.some([code for code in TARGETS if code in self.spec.keys], 4)
        for code in (self.spec.home, *theirs):
            number = self.spec.child_key(child, code)
            version = stored[number].get("version", "")
            for changes in ({}, {"_remove": "1"}):
                for its_code in (self.spec.home, code):  # the row itself, and my row with the child of that one
                    line = child.line(its_code, number, version, **changes)
                    yield self.to_edit(its_code, self.form(its_code, **line))
            parent = {f"{child.name}-0-{child.parent}": str(self.spec.keys[code])}
            yield self.to_edit(self.spec.home, self.form(self.spec.home, **child.line(self.spec.home), **parent))
            yield self.to_add({**self.spec.form(self.spec.home), **child.line(self.spec.home), **parent})
        for column, target in references_of(child.table).items():
            for place in self.elsewhere(target):
                pointed = child.line(self.spec.home, **{column: str(target.keys[place])})
                yield self.to_add({**self.spec.form(self.spec.home), **pointed})
                yield self.to_edit(self.spec.home, self.form(self.spec.home, **pointed))
                number = self.spec.child_key(child, self.spec.home)
                changed = {column: str(target.keys[place])}
                line = child.line(self.spec.home, number, stored[number].get("version", ""), **changed)
                yield self.to_edit(self.spec.home, self.form(self.spec.home, **line))
        for key in self.some(("0", "-1", "x", "9" * 50, "é", "\x00"), 2):
            yield self.to_edit(self.spec.home, self.form(self.spec.home, **child.line(self.spec.home, key)))

    def hostile(self) -> Iterator[Probe]:
        if self.asking.is_hostile(self.spec):
            offered = (*self.view.add_columns, *self.spec.form(self.spec.home))
            pairs = [(column, text) for text in HOSTILE for column in dict.fromkeys(offered)]
            for column, text in self.some(pairs, 15):
                yield self.to_add({**self.spec.form(self.spec.home), column: text}, expect=MENDABLE)
            pairs = [(column, text) for text in HOSTILE for column in self.view.edit_columns]
            for column, text in self.some(pairs, 8):
                yield self.to_edit(self.spec.home, self.form(self.spec.home, **{column: text}))
        for column in self.some(("", "id", "uid", "x", "id_number_index"), 2) if self.spec.answers("reveal") else ():
            path = f"{self.base}/reveal/{self.spec.keys[self.spec.home]}"
            yield self.probe("reveal", "POST", path, {"column": column, "reason": "核对身份"}, expect=(403, 404))
        for key in self.some(JUNK_KEYS, 2):
            for method in ("edit", "delete"):
                path = f"{self.base}/{method}/{key}"
                yield self.probe(method, "POST", path, self.spec.form(self.spec.home), expect=(400, 404))

    def bulk(self) -> Iterator[Probe]:
        path = f"{self.base}/action_post"
        every = [str(key) for key in self.spec.keys.values()]
        places = [[str(self.spec.keys[code])] for code in self.asking.codes(self.spec)]
        junk = (every, [], ["x", "", "-1", "9" * 50], every * 200)
        for name in self.view.actions:
            for keys in (every, *self.some(places, 3), *self.some(junk, 2)):
                yield self.probe("action_post", "POST", path, {"action": name, "rowid": keys})
        for name in self.some(("nothing", "", "__init__", "x" * 1000, "\x00"), 2):
            yield self.probe("action_post", "POST", path, {"action": name, "rowid": every})
        yield self.probe("action_post", "POST", path, {"action": "bulk_delete", "rowid": every}, token=False)

    def memory(self) -> Iterator[Probe]:
        """What a list remembers: searches by every column, also those that are not offered; columns likewise."""
        yield from of_memory(type(self.view).__name__, self.base)
        for column in self.some([c.key for c in self.spec.table.columns], 3):
            known = (303, 400) if column in self.view.search_columns else (400,)
            path = f"{self.base}/query"
            yield self.probe("query", "POST", path, {f"_flt_0_{column}": SIBLING}, expect=known)
            yield self.probe("columns", "POST", f"{self.base}/columns", {"column": [column]}, expect=(303,))
        for kind in self.spec.canaries:
            typed = {"q": world.canary(kind, SIBLING)}
            yield self.probe("query", "POST", f"{self.base}/query", typed, expect=(303,))
        for text in self.some(HOSTILE, 4) if self.asking.is_hostile(self.spec) else ():
            for name in ("q", "_ended", "psize", "_without", f"_flt_0_{self.view.search_columns[0]}"):
                yield self.probe("query", "POST", f"{self.base}/query", {name: text}, expect=(303, 400, 413))
            for name in ("column", "_back"):
                yield self.probe("columns", "POST", f"{self.base}/columns", {name: text}, expect=(303, 400, 413))


def of_memory(view: str, base: str) -> Iterator[Probe]:
    """What anybody may post to a list of his, with and without a token, and lists by ids that are not his."""
    for method, data in (
        ("query", {"q": "甲", "user_id": "1", "name": "list:Case"}),
        ("columns", {"column": ["name"]}),
    ):
        yield Probe(f"{view}.{method}", "POST", f"{base}/{method}", data, expect=(303,))
        yield Probe(f"{view}.{method}", "POST", f"{base}/{method}", data, token=False)
        yield Probe(f"{view}.{method}", "POST", f"{base}/{method}", data, accept="application/json", expect=(303,))
    for id in ("ffffff", "none", "1"):
        yield Probe(f"{view}.list", "GET", f"{base}/list/?_s={id}", expect=(200,))
