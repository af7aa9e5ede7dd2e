"""The setting CASE_TERMS: read once, strictly, and refused in words."""

import pytest

import config
from app.calendar import Term, Unit
from app.terms import NAMES, parse, soon, terms
from tests.conftest import make_app

REST = "简单=当日 一般=7工作日 复杂=1个月 疑难=1工作日"


def test_default_is_what_the_opinion_says(context):
    assert terms() == {
        "受理": Term(1, Unit.WORKDAYS),
        "简单": Term(0, Unit.SAME_DAY),
        "一般": Term(7, Unit.WORKDAYS),
        "复杂": Term(1, Unit.MONTHS),
        "疑难": Term(1, Unit.WORKDAYS),
    }
    assert tuple(terms()) == NAMES
    assert soon() == 2


def test_other_terms_can_be_set():
    found = parse(f"受理=2个月\n{REST.replace('7', '15')}")
    assert (found["受理"], found["一般"]) == (Term(2, Unit.MONTHS), Term(15, Unit.WORKDAYS))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "CASE_TERMS 缺少：受理、简单、一般、复杂、疑难。"),
        (REST, "CASE_TERMS 缺少：受理。"),
        (f"受理=1工作日 {REST} 一般=8工作日", "「一般」重复了"),
        (f"受理=1工作日 {REST} 紧急=当日", "「紧急」应是受理、简单、一般、复杂、疑难之一"),
        (f"受理=0工作日 {REST}", "「受理=0工作日」应写成"),
        (f"受理=1 {REST}", "「受理=1」应写成"),
        (f"受理=-1工作日 {REST}", "应写成"),
        (f"受理=1天 {REST}", "应写成"),
        (f"受理=1工作日，{REST}", "应写成"),
        (f"受理=²工作日 {REST}", "应写成"),
        (f"受理=1工作日当日 {REST}", "应写成"),
    ],
)
def test_bad_setting_is_refused_in_words(text, message):
    with pytest.raises(SystemExit, match=message):
        parse(text)


def test_product_does_not_start_on_bad_terms():
    with pytest.raises(SystemExit, match="CASE_TERMS"):
        make_app("sqlite://", CASE_TERMS="一般=七天")


def test_product_does_not_start_when_close_is_no_number():
    with pytest.raises(SystemExit, match="CASE_SOON_DAYS 应为整数"):
        config.load({"CASE_SOON_DAYS": "两"})
