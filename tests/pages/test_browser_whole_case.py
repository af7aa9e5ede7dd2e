"""In a real browser: one case of four people, from the superior's document to the visit; each sees what is his."""

import pytest
from playwright.sync_api import Page, expect

from tests.pages.browsing import DESK, PHONE, choose, look, save, to, told
from tests.pages.handling import (
    BY_PAPER,
    SIGNS_IN,
    accept,
    assign,
    follow,
    is_now,
    open_,
    press,
    record,
    register,
    scan,
    transfer,
    two_units,
    waiting,
)
from tests.world import OWN, canary

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
MATTER, STORY = "信访人反映被丈夫殴打", "信访人住在女儿家，不敢回家"
SUBJECT, SUMMARY = "婚后长期被丈夫殴打，要求帮助", "丈夫酒后动手，左臂受伤。"
WOMAN, ANSWER = "周云", "已告知可以申请人身安全保护令，陪同到法院立案。"
OF_OTHER, TO_OTHER = "已上门告诫，每周巡查", "请加强巡查"


@pytest.fixture
def units(app):
    two_units(app)


def hand_down(page: Page, subject: str, document: str, case: str = "") -> None:
    """The superior hands something down to the station."""
    to(page, "上级交办", "上级交办")
    to(page, "新增", "新增上级交办")
    choose(page, "所属维权站", canary("STA", OWN))
    page.get_by_label("事由").fill(subject)
    page.get_by_label("类别").select_option("交办")
    page.get_by_label("文号").fill(document)
    page.get_by_label("来文单位").fill("鹿城区妇联")
    page.get_by_label("交办内容").fill(STORY)
    if case:
        choose(page, "案件", case)
    look(page, "handing-down")
    save(page)
    told(page, "已新增")
    is_now(page, "待签收")


def number_of(page: Page) -> str:
    return page.locator("h1 .case-number").inner_text()


def sees_nothing(page: Page, *texts: str) -> None:
    for text in texts:
        expect(page.locator("body")).not_to_contain_text(text)


def test_a_whole_case(app, units, person):
    county, station = person("county_admin", DESK), person("staff", PHONE)
    centre, unit = person("center", DESK), person("unit_officer", PHONE)

    # The superior hands down; the station signs before it reads.
    hand_down(county, MATTER, "鹿妇交〔2026〕7号")
    expect(county.locator(".deadline")).to_contain_text("剩7个工作日")
    look(county, "handed-down")
    handed_down, document = county.url, number_of(county)
    expect(county.locator(".progress-card")).to_contain_text("等维权站签收")
    expect(county.get_by_role("button", name="签收")).to_have_count(0)
    waiting(station, "handed_down", MATTER, "剩7个工作日")
    look(station, "station-todo")
    follow(station, MATTER, station.locator("#handed_down"))
    sees_nothing(station, STORY)
    press(station, "签收")
    is_now(station, "办理中")
    expect(open_(station, "交办内容")).to_contain_text(STORY)
    look(station, "signed")

    # It comes with a letter: the case is registered, and the document hangs on it.
    follow(station, "登记案件")
    register(station, "来信", SUBJECT)
    look(station, "registering")
    save(station)
    is_now(station, "申请")
    case, number = station.url, number_of(station)
    waiting(station, "to_feed_back", MATTER)
    follow(station, MATTER, station.locator("#to_feed_back"))
    follow(station, "关联已登记的案件")
    choose(station, "案件", number)
    look(station, "linking")
    save(station)
    expect(station.locator(".progress-card")).to_contain_text(SUBJECT)
    look(station, "linked")
    follow(station, SUBJECT)
    expect(station.locator("#hands")).to_contain_text(document)
    accept(station)
    press(station, "开始调查")
    expect(station.locator(".next")).to_contain_text("缺少调查记录")
    record(station, "调查", "走访当事人和邻居", "左臂有伤，邻居听见打骂。")
    sees_nothing(station, "左臂有伤")
    look(station, "investigated")

    # To the centre.
    transfer(station, "请依法处置并反馈", SUMMARY)
    look(station, "sending")
    save(station)
    is_now(station, "待签收")
    expect(station.locator(".deadline")).to_contain_text("剩5个工作日")
    sent, passed_on = station.url, number_of(station)
    look(station, "sent")
    waiting(centre, "transferred", SUBJECT, "剩5个工作日")
    look(centre, "centre-todo")
    follow(centre, SUBJECT, centre.locator("#transferred"))
    centre_page = centre.url
    sees_nothing(centre, number, SUMMARY)
    press(centre, "签收")
    is_now(centre, "待分流")
    expect(open_(centre, "情况摘要")).to_contain_text(SUMMARY)
    look(centre, "centre-signed")
    follow(centre, "分流交办")
    first = assign(centre, SIGNS_IN, "请出具告诫书")
    look(centre, "assigned")
    centre.goto(centre_page)
    follow(centre, "再交办一个单位")
    look(centre, "assigning")
    second = assign(centre, BY_PAPER, TO_OTHER)
    centre.goto(centre_page)
    is_now(centre, "已分流交办")
    look(centre, "both-assigned")
    station.goto(sent)
    is_now(station, "已分流交办")
    expect(station.locator("#units li")).to_have_count(2)
    look(station, "station-waits")

    # The unit: that there is one, then what is asked, then that it is done; never the case nor the other unit's part.
    not_his = (number, passed_on, BY_PAPER, TO_OTHER, OF_OTHER)
    theirs = unit.goto(second)
    assert theirs.status == 404
    mine = centre.locator("#units a", has_text=SIGNS_IN).locator(".where").inner_text()
    waiting(unit, "assigned", mine, "剩5个工作日")
    look(unit, "unit-todo")
    follow(unit, mine, unit.locator("#assigned"))
    assert unit.url == first
    expect(unit.locator("main")).to_contain_text("签收以后才看得到交办内容")
    expect(unit.locator(".reveal")).to_have_count(0)
    sees_nothing(unit, SUBJECT, SUMMARY, WOMAN, *not_his)
    look(unit, "unit-waiting")
    press(unit, "签收")
    is_now(unit, "办理中")
    sees_nothing(unit, SUMMARY, WOMAN)
    content = open_(unit, "交办内容")
    for text in ("请出具告诫书", SUBJECT, SUMMARY, WOMAN):
        expect(content).to_contain_text(text)
    sees_nothing(unit, *not_his)
    look(unit, "unit-opened")
    waiting(unit, "accepted", mine)
    follow(unit, mine, unit.locator("#accepted"))
    unit.get_by_label("反馈内容").fill("已出具告诫书。")
    press(unit, "反馈")
    is_now(unit, "已反馈")
    expect(unit.locator(".reveal")).to_have_count(0)
    sees_nothing(unit, SUBJECT, SUMMARY, WOMAN, "已出具告诫书", *not_his)
    look(unit, "unit-done")

    # The other unit answers on paper.
    centre.goto(second)
    press(centre, "签收")
    expect(centre.get_by_role("alert")).to_contain_text("请先上传单位签字的扫描件")
    look(centre, "proxy-refused")
    centre.goto(second)
    centre.set_input_files("#file", scan("签收单.pdf"))
    press(centre, "上传")
    press(centre, "签收")
    is_now(centre, "办理中")
    centre.goto(centre_page)
    is_now(centre, "办理中")
    expect(centre.locator(".next")).to_contain_text(f"还有交办没有办结：{BY_PAPER}")
    look(centre, "centre-waits")
    centre.goto(second)
    centre.get_by_label("反馈内容").fill(OF_OTHER)
    press(centre, "反馈")
    expect(centre.locator(".progress-card")).to_contain_text("代录")
    look(centre, "proxy-done")
    assert unit.goto(second).status == 404
    unit.goto("/assignments/list/")
    sees_nothing(unit, *not_his)
    look(unit, "unit-list")
    waiting(centre, "answered", SUBJECT)
    follow(centre, SUBJECT, centre.locator("#answered"))
    centre.get_by_label("反馈内容").fill("派出所已出具告诫书，并加强巡查。")
    look(centre, "passing-back")
    press(centre, "反馈维权站")
    is_now(centre, "已反馈")
    look(centre, "passed-back")

    # The station goes on, answers the petitioner and feeds back; until then the case does not close.
    expect(waiting(station, "back", SUBJECT)).not_to_contain_text("工作日")
    look(station, "station-back")
    follow(station, SUBJECT, station.locator("#back"))
    expect(open_(station, "反馈内容")).to_contain_text("加强巡查")
    look(station, "station-reads")
    follow(station, SUBJECT, station.locator(".progress-card"))
    press(station, "开始处理")
    is_now(station, "处理")
    expect(station.locator(".next")).to_contain_text(f"还没有办结的：上级交办（{document}）")
    expect(station.get_by_role("button", name="结案", exact=True)).to_have_count(0)
    expect(station.locator("#add-activity[open]")).to_have_count(0)
    look(station, "must-not-close")
    follow(station, "上级交办", station.locator("#hands .lines"))
    press(station, "答复当事人")
    is_now(station, "已答复当事人")
    look(station, "answered-her")
    station.get_by_label("反馈内容").fill("已协调派出所出具告诫书。")
    press(station, "向上级反馈")
    is_now(station, "已反馈")
    look(station, "fed-back")
    county.goto(handed_down)
    is_now(county, "已反馈")
    expect(open_(county, "反馈内容")).to_contain_text("已协调派出所出具告诫书")
    look(county, "county-reads")
    press(county, "阅知")
    is_now(county, "已阅知")

    # While she types the answer, the superior hands down once more; it was a slip.
    station.goto(case)
    station.get_by_label("答复内容").fill(ANSWER)
    station.get_by_label("答复方式").select_option("当面")
    hand_down(county, "请再核实", "鹿妇交〔2026〕8号", number)
    again = number_of(county)
    press(station, "结案")
    expect(station.get_by_role("alert")).to_contain_text(f"还没有办结的：上级交办（{again}）")
    expect(station.get_by_text("还没有办结的")).to_have_count(1)
    expect(station.get_by_label("答复内容")).to_have_value(ANSWER)
    expect(station.get_by_label("答复方式")).to_have_value("IN_PERSON")
    look(station, "closing-refused")
    follow(county, "作废")
    county.get_by_label("作废原因").fill("与 7 号重复")
    expect(county.locator("main")).to_contain_text("不能恢复")
    look(county, "striking-out")
    press(county, "确定作废")
    look(county, "struck-out")
    press(station, "结案")
    is_now(station, "结案")
    expect(station.locator(".next")).to_contain_text("回访")
    look(station, "closed")
    waiting(station, "visits", SUBJECT)
    look(station, "visit-todo")
    follow(station, SUBJECT, station.locator("#visits"))
    station.get_by_label("回访方式").select_option("上门")
    station.get_by_label("回访结果").select_option("满意")
    press(station, "回访")
    is_now(station, "回访")
    expect(station.locator(".next")).to_have_count(0)
    look(station, "visited")
    done = {station: ("handed_down", "to_feed_back", "back", "visits", "handling"), centre: ("answered", "transferred")}
    for page, groups in done.items():
        page.goto("/todo/")
        for group in groups:
            expect(page.locator(f"#{group}", has_text=SUBJECT)).to_have_count(0)
