"""The rules of the checklists, on what is recorded of a station: verdict, sentence, and the days on which it turns."""

import itertools
from datetime import date, timedelta

import pytest

from app.checklists import DUTIES, MENDED_IN, RULES, Facts, Item, Term, judge, judge_all, verdicts
from models import Finding, PostingKind, RegulationKind, Rule, Seat, StationLevel

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
TOWN, VILLAGE = StationLevel.TOWNSHIP, StationLevel.VILLAGE
UNITS = ["人民法庭", "公安派出所", "司法所", "民政办", "农业农村办", "卫健办", "自然资源所"]

pytestmark = pytest.mark.usefixtures("context")


def complete(level=TOWN):
    """A station of which every rule says yes."""
    seats = {
        TOWN: (Seat.DIRECTOR, Seat.DEPUTY_WOMEN, Seat.DEPUTY_ORDER),
        VILLAGE: (Seat.BRANCH, Seat.CONGRESS, Seat.OFFICE),
    }
    return Facts(
        level, "府前街 1 号", True, [(seat, Term()) for seat in seats[level]], [(unit, Term()) for unit in UNITS],
        [Term(TODAY)], set(DUTIES), [(kind, Term(TODAY)) for kind in RegulationKind], set(PostingKind),
    )  # fmt: skip


def without(**facts):
    changed = complete()
    for name, value in facts.items():
        setattr(changed, name, value)
    return changed


@pytest.mark.parametrize("level", StationLevel)
@pytest.mark.parametrize("rule", Rule)
def test_a_complete_station_meets_every_rule(level, rule):
    finding, sentence = judge(Item(1, rule), complete(level), TODAY)
    assert finding is Finding.AUTO
    assert sentence.endswith("。")


@pytest.mark.parametrize(
    ("rule", "facts", "sentence"),
    [
        ("HAS_LEADING_GROUP", {"units": [(u, Term()) for u in UNITS[:-1]]}, "缺成员单位：土地。"),
        (
            "HAS_LEADING_GROUP", {"seats": complete().seats[1:]},
            "缺主任：应由乡镇(街道)分管妇联工作的党委领导担任。",
        ),
        ("HAS_FIXED_PLACE", {"address": ""}, "没有登记地址。"),
        ("HAS_FIXED_PLACE", {"has_plaque": False}, "没有标牌。"),
        ("HAS_FIXED_PLACE", {"address": "", "has_plaque": False}, "没有登记地址，没有标牌。"),
        ("HAS_DUTY_ROSTER", {"duties": {"answers_calls", "answers_letters"}}, "没有人接来访。"),
        ("HAS_DUTY_ROSTER", {"duties": set()}, "没有人听来电，没有人复来信，没有人接来访。"),
        ("HAS_TEAM", {"team": []}, "没有登记队伍人员。"),
        ("HAS_TEAM", {"team": [Term(TODAY + DAY)]}, "登记的 1 名队伍人员都不在任期内。"),
        ("HAS_TEAM", {"team": [Term(TODAY - 9 * DAY, TODAY - DAY)]}, "登记的 1 名队伍人员都不在任期内。"),
        ("HAS_REGULATIONS", {"regulations": [(k, Term()) for k in list(RegulationKind)[1:]]}, "缺日常管理制度。"),
        ("HAS_SOME_REGULATION", {"regulations": [(RegulationKind.DAILY, Term(TODAY + DAY))]}, "没有施行中的制度。"),
        ("IS_POSTED", {"postings": {PostingKind.DUTIES, PostingKind.CONTENT}}, "队伍名单没有上墙。"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(rule, facts, sentence):
    assert judge(Item(1, Rule[rule]), without(**facts), TODAY) == (Finding.MISSING, sentence)


def test_a_village_needs_one_regulation_and_a_township_all():
    some = {"regulations": [(RegulationKind.DAILY, Term(TODAY))]}
    assert judge(Item(1, Rule.HAS_SOME_REGULATION), without(**some), TODAY)[0] is Finding.AUTO
    assert judge(Item(1, Rule.HAS_REGULATIONS), without(**some), TODAY)[0] is Finding.MISSING


def test_every_rule_is_known_and_leads_to_a_register():
    assert set(RULES) == set(MENDED_IN) == set(Rule)


# ---- by hand


@pytest.mark.parametrize(
    ("terms", "finding", "sentence"),
    [
        ([], "MISSING", "还没有人确认。"),
        ([Term(TODAY)], "CONFIRMED", "已由人确认。"),
        ([Term(TODAY - 9 * DAY, TODAY)], "CONFIRMED", "已由人确认，有效期至 2026-11-24。"),
        ([Term(TODAY - 9 * DAY, TODAY - DAY)], "MISSING", "确认已过期，需要重新确认。"),
        ([Term(TODAY, TODAY + DAY), Term(TODAY, TODAY + 9 * DAY)], "CONFIRMED", "已由人确认，有效期至 2026-12-03。"),
    ],
)
def test_a_line_without_a_rule_is_confirmed_by_somebody(terms, finding, sentence):
    assert judge(Item(7, None), without(confirmed={7: terms} if terms else {}), TODAY) == (Finding[finding], sentence)
    assert judge(Item(8, None), without(confirmed={7: terms}), TODAY)[0] is Finding.MISSING, "another line"


# ---- days to come


def test_a_verdict_turns_on_the_day_after_a_term_is_over():
    facts = without(team=[Term(TODAY - DAY, TODAY + 3 * DAY)])
    found = verdicts(Item(1, Rule.HAS_TEAM), facts, TODAY, facts.turns())
    assert [(j.from_on, j.until_on, j.finding) for j in found] == [
        (TODAY, TODAY + 4 * DAY, Finding.AUTO),
        (TODAY + 4 * DAY, None, Finding.MISSING),
    ]


def test_days_on_which_nothing_turns_make_no_new_verdict():
    facts = without(team=[Term(TODAY, TODAY + DAY), Term()], regulations=complete().regulations)
    assert [j.until_on for j in verdicts(Item(1, Rule.HAS_FIXED_PLACE), facts, TODAY, facts.turns())] == [None]


def test_verdicts_say_of_every_day_what_the_rule_says():
    """Over a year, with terms that begin, end, overlap and leave gaps."""
    terms = [Term(TODAY + n * 7 * DAY, TODAY + (n * 7 + 5 + n % 4) * DAY) for n in range(-3, 30, 2)]
    facts = without(team=terms, confirmed={9: terms[::3]})
    items = [Item(n, rule) for n, rule in enumerate(Rule, 1)] + [Item(9, None)]
    for item in items:
        found = judge_all(items, facts, TODAY)[item.id]
        assert found[0].from_on == TODAY
        assert found[-1].until_on is None
        assert all(a.until_on == b.from_on for a, b in itertools.pairwise(found))
        for n in range(400):
            day = TODAY + n * DAY
            (one,) = [j for j in found if j.from_on <= day and (j.until_on is None or day < j.until_on)]
            assert (one.finding, one.sentence) == judge(item, facts, day)
