"""Papers of a station: what hangs on its wall (opinion 四(一)), its 花名册, and what the standards make of it, to sign.

The content is made of texts only, the same for the page and for the Word file; how a file looks is its template's
business. Personal columns are masked as in lists and exports, and what hangs on a wall says names and posts only.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

import config
from app import board, divisions
from app.exchange import word
from app.extensions import db
from app.interface import RegisterInterface, names_of
from app.masking import mask_numbers
from app.security.actor import Actor
from models import MemberUnit, PostingKind, Seat, Station, StationMember, Volunteer, VolunteerRole

TEXTS = config.ROOT / "seed" / "reference" / "wall"  # <KIND>.txt, for the whole city
TEMPLATES = config.ROOT / "seed" / "paper"  # <name>.docx
PEOPLE = (StationMember.__name__, Volunteer.__name__)
Content = dict[str, Any]
Row = dict[str, str]

MEMBERS = {"post": _l("职务"), "name": _l("姓名"), "duties": _l("分工")}
TEAM = {"role": _l("类别"), "names": _l("姓名")}
ROSTER = {
    "number": _l("序号"), "post": _l("职务"), "name": _l("姓名"), "sex": _l("性别"), "born": _l("出生年月"),
    "education": _l("学历"), "politics": _l("政治面貌"), "engagement": _l("专/兼职"), "specialty": _l("专业"),
    "phone": _l("电话"), "term": _l("任职起止"),
}  # fmt: skip
LINES = {"number": _l("序号"), "item": _l("项目"), "finding": _l("系统判定"), "sentence": _l("说明")}
SIGNATURES = (_l("填表人（签名）"), _l("乡镇（街道）（盖章）"), _l("县（市、区）妇联（盖章）"))


@dataclass(frozen=True)
class Paper:
    """One kind of paper: its name in addresses and of its template, and the registers whose rows stand on it.

    `verb` is what taking it away as a file asks for, on each of them; looking at it asks for "view".
    """

    name: str
    label: Any
    write: Callable[[Station, Actor, date], Content]
    carries: tuple[str, ...] = ()
    verb: str = "view"
    is_wide: bool = False

    def may(self, actor: Actor, station: Station, verb: str = "view") -> bool:
        """Whether the actor sees the station and all of what the paper carries, and holds `verb` on it."""
        registers = (Station.__name__, *self.carries)
        return all(actor.covers(each, register, station.place) for register in registers for each in ("view", verb))

    def content(self, station: Station, actor: Actor, today: date) -> Content:
        """What stands on it: title, station, division, day, and what is its own."""
        path = divisions.paths_of([station.place]).get(station.place or "", "")
        day = f"{today.year}年{today.month}月{today.day}日"
        shared = {"title": str(self.label), "station": station.name, "division": path, "day": day}
        return shared | self.write(station, actor, today)

    def file(self, station: Station, actor: Actor, today: date) -> bytes:
        """The Word file. Raises DomainError when its template is broken."""
        return word.document(template_of(self.name), self.content(station, actor, today))


def template_of(name: str) -> Path:
    """The operator's own template where he has one (PAPER_TEMPLATES), else ours."""
    own = Path(current_app.config["PAPER_TEMPLATES"] or TEMPLATES) / f"{name}.docx"
    return own if own.exists() else TEMPLATES / own.name


def offered(station: Station, actor: Actor) -> list[Paper]:
    """The papers of a station that the actor may look at."""
    return [paper for paper in PAPERS.values() if paper.may(actor, station)]


def _table(label: Any, columns: dict[str, Any], rows: Iterable[Row]) -> Content:
    return {"label": str(label), "columns": {name: str(text) for name, text in columns.items()}, "rows": list(rows)}


# ---- on the wall


def _text(kind: PostingKind, _station: Station, _actor: Actor, _today: date) -> Content:
    """The city's text, a paragraph a line; what stands before the first 。 of a numbered one is its head."""
    found = []
    for line in (TEXTS / f"{kind.name}.txt").read_text(encoding="utf-8").split("\n"):
        head, stop, rest = line.strip().partition("。")
        if head:
            found.append({"head": head + stop, "text": rest} if stop and rest else {"head": "", "text": head + stop})
    return {"lines": found}


def _wall(station: Station, _actor: Actor, today: date) -> Content:
    """Who leads the station, and who serves today, by role: names and posts, and 分工 without any number in it."""
    members = [
        {"post": mask_numbers(post), "name": mask_numbers(m.name), "duties": mask_numbers(m.duties or "")}
        for m, post in _members(station)
    ]
    serving = [v for v in _team(station) if v.starts_on <= today and (v.term_ends_on or today) >= today]
    named = {role: [mask_numbers(v.name) for v in serving if v.role is role] for role in VolunteerRole}
    team = [{"role": role.value, "names": "、".join(names)} for role, names in named.items() if names]
    return {"members": _table(_("班子"), MEMBERS, members), "team": _table(_("维权队伍"), TEAM, team)}


# ---- for the files


def _roster(station: Station, _actor: Actor, _today: date) -> Content:
    """花名册: everybody who has not left, the 班子 first; what a register does not ask stays empty."""
    rows: list[Row] = []
    for member, post in _members(station):
        rows.append(_person(member, post, ["sex", "phone"], member.starts_on, None))
    for v in _team(station):
        post = f"{v.role.value}（{v.title}）" if v.title else v.role.value
        names = ["sex", "education", "politics", "engagement", "specialty", "phone"]
        rows.append(_person(v, post, names, v.starts_on, v.term_ends_on) | {"born": _month(v.born_on)})
    numbered = [row | {"number": str(n)} for n, row in enumerate(rows, 1)]
    return {"people": _table(_("花名册"), ROSTER, numbered), "count": len(rows)}


def _person(row: Any, post: str, names: list[str], start: date | None, end: date | None) -> Row:
    (cells,) = RegisterInterface.of(type(row)).cells([row], names)  # type: ignore[arg-type]
    said = dict(zip(names, cells, strict=True))
    term = f"{_month(start)}—{_month(end) or _('今')}" if start or end else ""
    return dict.fromkeys(ROSTER, "") | said | {"post": post, "name": row.name, "term": term}


def _month(day: date | None) -> str:
    return f"{day.year}.{day.month:02}" if day else ""


def _standards(station: Station, actor: Actor, today: date) -> Content:
    """系统判定 of each checklist, as far as the actor may know why, and the places to sign."""
    tables = [
        _table(
            _("%(name)s：系统判定达标 %(met)s / %(all)s", name=one.checklist.name, met=one.met, all=len(one.lines)),
            LINES,
            (
                {"number": str(n), "item": line.item.label, "finding": line.finding.value, "sentence": line.sentence}
                for n, line in enumerate(one.lines, 1)
            ),
        )
        for one in board.of_station(station, actor, today)
    ]
    return {"standards": tables, "signatures": [str(text) for text in SIGNATURES]}


# ---- people


def _members(station: Station) -> list[tuple[StationMember, str]]:
    """The 班子 in the order of its seats, each with his post: the seat, and what he is beside it."""
    found = select(StationMember).where(StationMember.station_id == station.id, StationMember.ended_on.is_(None))
    rows = sorted(db.session.scalars(found), key=lambda m: ([*Seat].index(m.seat), m.id))
    units = names_of(MemberUnit, (m.unit_id for m in rows))
    return [(m, _post(m.seat, " ".join(filter(None, (units.get(m.unit_id), m.title))))) for m in rows]


def _post(seat: Seat, beside: str) -> str:
    """主任（党委副书记）; what the opinion asks for (分管妇联工作的党委领导) where nothing else is known."""
    name, _bracket, asked = seat.value.rstrip("）").partition("（")
    beside = beside or asked
    return f"{name}（{beside}）" if beside else name


def _team(station: Station) -> list[Volunteer]:
    found = select(Volunteer).where(Volunteer.station_id == station.id, Volunteer.ended_on.is_(None))
    return sorted(db.session.scalars(found), key=lambda v: ([*VolunteerRole].index(v.role), v.id))


PAPERS = {
    paper.name: paper
    for paper in (
        Paper("duties", PostingKind.DUTIES.value, partial(_text, PostingKind.DUTIES)),
        Paper("content", PostingKind.CONTENT.value, partial(_text, PostingKind.CONTENT)),
        Paper("team", PostingKind.ROSTER.value, _wall, PEOPLE),
        Paper("roster", _l("花名册"), _roster, PEOPLE, verb="export", is_wide=True),
        Paper("checklist", _l("建站标准核对表"), _standards),
    )
}
