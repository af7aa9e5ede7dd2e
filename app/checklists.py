"""Rules of the checklists: pure functions over what is recorded of a station, each verdict with a sentence (F7, F8).

A rule is asked about a day: what it says may change on a day to come (a term ends), and `verdicts` says when.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import leadership, regulations
from models import Finding, PostingKind, RegulationKind, Rule, Seat, StationLevel

DAY = timedelta(days=1)
LONGEST = 500  # letters of a sentence


class Term(NamedTuple):
    """From when until when somebody serves, or something is in force; both days included, None where it is open."""

    starts_on: date | None = None
    ends_on: date | None = None

    def holds_on(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)

    def turns(self) -> Iterable[date]:
        """The days on which it begins or is over."""
        if self.starts_on is not None:
            yield self.starts_on
        if self.ends_on is not None:
            yield self.ends_on + DAY


@dataclass
class Facts:
    """What the records say of one station; what has ended is not in it."""

    level: StationLevel
    address: str = ""
    has_plaque: bool = False
    seats: list[tuple[Seat, Term]] = field(default_factory=list)
    units: list[tuple[str, Term]] = field(default_factory=list)  # names and aliases of the units that take part
    team: list[Term] = field(default_factory=list)
    duties: set[str] = field(default_factory=set)  # which of DUTIES somebody on duty sees to
    regulations: list[tuple[RegulationKind, Term]] = field(default_factory=list)
    postings: set[PostingKind] = field(default_factory=set)
    confirmed: dict[int, list[Term]] = field(default_factory=dict)  # by item

    def turns(self) -> set[date]:
        """The days on which something may be judged otherwise than on the day before."""
        terms = [*(t for _seat, t in self.seats), *(t for _name, t in self.units), *self.team]
        terms += [term for _kind, term in self.regulations]
        terms += [term for found in self.confirmed.values() for term in found]
        return {day for term in terms for day in term.turns()}


class Verdict(NamedTuple):
    """Whether a line is met, and why, in a sentence."""

    is_met: bool
    sentence: str


class Item(NamedTuple):
    """A line of a checklist, as far as it is judged."""

    id: int
    rule: Rule | None


class Judged(NamedTuple):
    """What a line makes of a station from a day until another (None: for good), and why."""

    from_on: date
    until_on: date | None
    finding: Finding
    sentence: str


# ---- the rules


def has_leading_group(facts: Facts, day: date) -> Verdict:
    """有领导机构 / 有机构: everybody whom the opinion names (三(一)) has a seat."""
    seats = {seat for seat, term in facts.seats if term.holds_on(day)}
    units = [name for name, term in facts.units if term.holds_on(day)]
    gaps = leadership.gaps(facts.level, seats, units)
    return Verdict(not gaps, "".join(gaps) or _("班子齐全，共 %(n)s 人。", n=len(facts.seats)))


def has_fixed_place(facts: Facts, _day: date) -> Verdict:
    """有办公场所: a fixed address, and a plate with the name."""
    lacking = [*([] if facts.address else [_("没有登记地址")]), *([] if facts.has_plaque else [_("没有标牌")])]
    return Verdict(not lacking, _listed(lacking) or _("有固定地点和标牌。"))


def has_team(facts: Facts, day: date) -> Verdict:
    """有维权队伍 / 有队伍: somebody is in office."""
    serving = sum(term.holds_on(day) for term in facts.team)
    if serving:
        return Verdict(True, _("在任队伍人员 %(n)s 人。", n=serving))
    if facts.team:
        return Verdict(False, _("登记的 %(n)s 名队伍人员都不在任期内。", n=len(facts.team)))
    return Verdict(False, _("没有登记队伍人员。"))


# 来电有人听、来信有人复、来访有人接: the columns of 值班, and what is said when nobody does it.
DUTIES = {
    "answers_calls": _l("没有人听来电"),
    "answers_letters": _l("没有人复来信"),
    "receives_visitors": _l("没有人接来访"),
}


def has_duty_roster(facts: Facts, _day: date) -> Verdict:
    """有专人负责: somebody on duty answers calls, letters and visitors."""
    lacking = [str(sentence) for name, sentence in DUTIES.items() if name not in facts.duties]
    return Verdict(not lacking, _listed(lacking) or _("来电、来信、来访都有人值班。"))


def has_regulations(facts: Facts, day: date) -> Verdict:
    """有工作制度: all six are in force."""
    known = {kind for kind, term in facts.regulations if term.holds_on(day)}
    lacking = [_("缺%(kind)s制度", kind=kind.value) for kind in regulations.lacking(known)]
    return Verdict(not lacking, _listed(lacking) or _("六项制度都在施行。"))


def has_some_regulation(facts: Facts, day: date) -> Verdict:
    """有制度 of a village: some of the six, not all of them."""
    known = [kind.value for kind, term in facts.regulations if term.holds_on(day)]
    return Verdict(bool(known), _("施行中的制度 %(n)s 项。", n=len(known)) if known else _("没有施行中的制度。"))


def is_posted(facts: Facts, _day: date) -> Verdict:
    """工作职责、工作内容、队伍名单 are on the wall."""
    lacking = [_("%(kind)s没有上墙", kind=kind.value) for kind in PostingKind if kind not in facts.postings]
    return Verdict(not lacking, _listed(lacking) or _("职责、内容、名单都已上墙。"))


def _listed(sentences: Sequence[str]) -> str:
    return "，".join(sentences) + "。" if sentences else ""


RULES: Mapping[Rule, Callable[[Facts, date], Verdict]] = {
    Rule.HAS_LEADING_GROUP: has_leading_group,
    Rule.HAS_FIXED_PLACE: has_fixed_place,
    Rule.HAS_DUTY_ROSTER: has_duty_roster,
    Rule.HAS_TEAM: has_team,
    Rule.HAS_REGULATIONS: has_regulations,
    Rule.HAS_SOME_REGULATION: has_some_regulation,
    Rule.IS_POSTED: is_posted,
}
# Where it is mended: the register whose rows the rule reads; "" for the station itself.
MENDED_IN: Mapping[Rule, str] = {
    Rule.HAS_LEADING_GROUP: "StationMember",
    Rule.HAS_FIXED_PLACE: "Station",
    Rule.HAS_DUTY_ROSTER: "DutyRoster",
    Rule.HAS_TEAM: "Volunteer",
    Rule.HAS_REGULATIONS: "Regulation",
    Rule.HAS_SOME_REGULATION: "Regulation",
    Rule.IS_POSTED: "WallPosting",
}


# ---- what they make of a station


def judge(item: Item, facts: Facts, day: date) -> tuple[Finding, str]:
    """What a line makes of a station on a day."""
    if item.rule is not None:
        verdict = RULES[item.rule](facts, day)
        return (Finding.AUTO if verdict.is_met else Finding.MISSING), verdict.sentence[:LONGEST]
    terms = facts.confirmed.get(item.id, [])
    standing = [term for term in terms if term.holds_on(day)]
    if not standing:
        return Finding.MISSING, _("确认已过期，需要重新确认。") if terms else _("还没有人确认。")
    if any(term.ends_on is None for term in standing):
        return Finding.CONFIRMED, _("已由人确认。")
    last = max(term.ends_on for term in standing if term.ends_on)
    return Finding.CONFIRMED, _("已由人确认，有效期至 %(day)s。", day=last)


def verdicts(item: Item, facts: Facts, today: date, turns: Collection[date]) -> list[Judged]:
    """What a line makes of a station from today on, as long as nobody records anything else."""
    days = [today, *sorted(day for day in turns if day > today)]
    found: list[Judged] = []
    for day in days:
        finding, sentence = judge(item, facts, day)
        if found and (found[-1].finding, found[-1].sentence) == (finding, sentence):
            continue
        if found:
            found[-1] = found[-1]._replace(until_on=day)
        found.append(Judged(day, None, finding, sentence))
    return found


def judge_all(items: Sequence[Item], facts: Facts, today: date) -> dict[int, list[Judged]]:
    """{item: what it makes of the station from today on}."""
    turns = facts.turns()
    return {item.id: verdicts(item, facts, today, turns) for item in items}


# ---- how long a 认定 outlives a gap


def lapse(gaps: Iterable[tuple[date, date | None]], since: date, grace: int) -> date | None:
    """The first day on which a 认定 recorded on `since` is over: something has been missing for `grace` days on end.

    `gaps`: when a line was missing, from a day until another (None: for good). None as long as no gap is so long.
    """
    begun, over = date.max, date.min
    for from_on, until_on in sorted((max(start, since), end or date.max) for start, end in gaps):
        if until_on <= from_on:
            continue  # mended before
        if from_on > over:
            begun = from_on
        over = max(over, until_on)
        if (over - begun).days >= grace:
            return begun + timedelta(days=grace)
    return None
