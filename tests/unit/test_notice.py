"""The State Council's notices as they were published, and what is told of a text that is not quite one."""

from datetime import date

import chinese_calendar
import pytest

from app import notice
from app.errors import DomainError
from app.notice import read_sheet, read_text
from models import DayKind
from tests.unit.test_sheet import written

HEAD = (
    "国务院办公厅关于\n{year}年部分节假日安排的通知\n{number}\n"
    "各省、自治区、直辖市人民政府，国务院各部委、各直属机构：\n"
    "经党中央、国务院批准，现将{year}年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节"
    "放假调休日期的具体安排通知如下。\n"
)
FOOT = (
    "\n节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件，"
    "要按规定及时报告并妥善处置，确保人民群众祥和平安度过节日假期。\n国务院办公厅\n{day}"
)
ITEMS = {
    2024: """一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（周日）、2月18日（周日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（周日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（周日）、5月11日（周六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（周六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（周日）、10月12日（周六）上班。""",
    2025: """一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。""",
    2026: """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。""",
}
NUMBERS = {2024: "国办发明电〔2023〕7号", 2025: "国办发明电〔2024〕12号", 2026: "国办发明电〔2025〕7号"}
ASIDE = "春节：鼓励各单位结合带薪年休假等制度落实,安排职工在除夕(2月9日)休息"


def whole(year: int) -> str:
    head = HEAD.format(year=year, number=NUMBERS[year])
    return head + ITEMS[year] + FOOT.format(day=f"{year - 1}年11月12日")


def days_off_and_worked(year: int) -> tuple[set[date], set[date]]:
    """The weekdays that are off and the weekends that are worked, as chinesecalendar has them."""
    off = {day for day in chinese_calendar.holidays if day.year == year and day.weekday() < 5}
    return off, {day for day in chinese_calendar.workdays if day.year == year}


@pytest.mark.parametrize("year", ITEMS)
def test_published_notice_is_read_whole(year):
    found = read_text(whole(year), year)
    off = {day for day, (kind, _) in found.days.items() if kind is DayKind.REST and day.weekday() < 5}
    worked = {day for day, (kind, _) in found.days.items() if kind is DayKind.WORK}
    assert (off, worked) == days_off_and_worked(year)
    assert found.source == f"国务院办公厅通知（{NUMBERS[year]}）"
    assert found.problems == []
    assert found.unread == ([ASIDE] if year == 2024 else [])


@pytest.mark.parametrize("year", ITEMS)
def test_notice_in_one_line_and_in_ascii_says_the_same(year):
    text = "".join(ITEMS[year].splitlines()).replace("（", "(").replace("：", ":").replace("，", ", ")
    assert read_text(text, year).days == read_text(ITEMS[year], year).days


def test_wish_about_a_day_is_told_and_sets_no_day_apart():
    found = read_text(whole(2024), 2024)
    assert found.unread == [ASIDE]
    assert date(2024, 2, 9) not in found.days


def test_days_carry_the_name_of_their_item():
    days = read_text(ITEMS[2025], 2025).days
    assert days[date(2025, 10, 6)] == (DayKind.REST, "国庆节、中秋节")
    assert days[date(2025, 9, 28)] == (DayKind.WORK, "国庆节、中秋节")


def test_new_year_reaches_into_december_when_the_notice_says_so():
    text = "一、元旦：2018年12月30日至2019年1月1日放假调休，共3天。2018年12月29日（星期六）上班。"
    found = read_text(text, 2019)
    assert sorted(found.days) == [date(2018, 12, 29), date(2018, 12, 30), date(2018, 12, 31), date(2019, 1, 1)]
    assert found.problems == []


PROBLEMS = [
    ("一、元旦：1月1日（周四）放假1天。", "2027-01-01 是周五，不是周四。"),
    ("一、元旦：1月1日（周五）至3日（周日）放假调休，共4天。", "写着共 4 天，2027-01-01 至 2027-01-03 是 3 天。"),
    ("一、元旦：1月1日放假2天。", "写着共 2 天，2027-01-01 至 2027-01-01 是 1 天。"),
    ("一、元旦：1月3日至1日放假调休。", "的先后或长短不对。"),
    ("一、元旦：1月1日至2月3日放假。", "的先后或长短不对。"),
    ("一、元旦：2月29日放假。", "没有 2027 年 2 月 29 日这一天。"),
    ("一、元旦：13月1日放假。", "没有 2027 年 13 月 1 日这一天。"),
    ("一、元旦：3日放假。", "没有 2027 年 0 月 3 日这一天。"),
    ("一、元旦：1月4日上班。", "2027-01-04 是周一，不是周末，不能是补班。"),
    ("一、元旦：1月2日放假。1月2日（周六）上班。", "2027-01-02 写了两次，内容不同。"),
    ("国务院办公厅关于2026年部分节假日安排的通知", "这是 2026 年的通知，不是 2027 年的。"),
]


@pytest.mark.parametrize(("text", "problem"), PROBLEMS)
def test_contradiction_is_a_problem(text, problem):
    (told,) = read_text(text, 2027).problems
    assert problem in told


UNREAD = [
    ("一、元旦：1月1日前后放假。", "元旦：1月1日前后放假"),
    ("一、元旦：1月1日放假，1月9日上班。", "元旦：1月1日放假,1月9日上班"),
    ("一、元旦：1月9日（周六）照常上班。", "元旦：1月9日(周六)照常上班"),
    ("元旦从1月1日放到3日。", "元旦从1月1日放到3日。"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
]


@pytest.mark.parametrize(("text", "told"), UNREAD)
def test_what_is_not_understood_is_told_and_not_guessed(text, told):
    found = read_text(text, 2027)
    assert found.unread[0] == told
    assert found.days == {}


def test_half_a_notice_is_noticed():
    found = read_text("\n".join(ITEMS[2026].splitlines()[:3]), 2026)
    assert found.unread == ["没有提到：劳动节、端午节、中秋节、国庆节"]


def test_very_long_text_is_refused():
    with pytest.raises(DomainError, match="超过 10000 个字"):
        read_text("一" * (notice.LONGEST_TEXT + 1), 2027)


@pytest.mark.parametrize(
    "text", ["", "。" * 9999, "一、" * 5000, "1月1日" * 2000, "一、元旦:" + "1月1日、" * 1900, "\0\ud800"]
)
def test_nonsense_is_read_to_no_day(text):
    assert read_text(text, 2027).days == {}


# ---- as a sheet


def test_sheet_is_read():
    rows = [
        ("名称", "日期", "类型", "备注"),
        ("元旦", date(2027, 1, 1), "休息", ""),
        ("元旦", "2027-01-09", "补班", "x"),
    ]
    rows += [("春节", "2027年2月6日", "放假", ""), ("", "", "", ""), ("春节", "2027/2/14", "上班", "")]
    found = read_sheet(written(*rows), 2027)
    assert found.days == {
        date(2027, 1, 1): (DayKind.REST, "元旦"),
        date(2027, 1, 9): (DayKind.WORK, "元旦"),
        date(2027, 2, 6): (DayKind.REST, "春节"),
        date(2027, 2, 14): (DayKind.WORK, "春节"),
    }
    assert found.problems == []


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("元旦节", "休息", "元旦"), "第 2 行的日期「元旦节」看不懂"),
        (("2027-02-30", "休息", "元旦"), "第 2 行的日期「2027-02-30」看不懂"),
        ((45000, "休息", "元旦"), "第 2 行的日期「45000.0」看不懂"),
        (("2027-01-01", "调休", "元旦"), "第 2 行的类型「调休」看不懂，应是休息或补班。"),
        (("2027-01-01", "休息", ""), "第 2 行的名称应有 1 到 50 个字。"),
        (("2027-01-04", "补班", "元旦"), "2027-01-04 是周一，不是周末，不能是补班。"),
    ],
)
def test_row_that_is_not_understood_is_told(row, problem):
    found = read_sheet(written(notice.HEADER, row), 2027)
    assert found.days == {}
    assert found.problems[0].startswith(problem)


def test_sheet_without_its_columns_is_refused():
    with pytest.raises(DomainError, match="表格的第一行缺少：类型、名称。"):
        read_sheet(written(("日期", "说明")), 2027)
    with pytest.raises(DomainError, match="表格的第一行缺少：日期、类型、名称。"):
        read_sheet(written(), 2027)
