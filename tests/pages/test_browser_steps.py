"""In a real browser: a complex case from its letter to the visit, a simple one on a phone, one that is given up."""

import pytest
from playwright.sync_api import expect

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Case
from tests import records
from tests.pages.browsing import DESK, PHONE, end_sessions, enter_again, look, save, to, told, unfold
from tests.pages.handling import accept, is_now, press, record, register
from tests.world import OWN

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]


def stored(app, key):
    with app.app_context(), acting_as(SETUP):
        return db.session.get_one(Case, key)


def test_a_complex_case_from_its_letter_to_the_visit(app, person):
    desk, phone = person("town_admin", DESK), person("staff", PHONE)
    register(desk, "来信", "婚后长期被丈夫殴打，要求帮助")
    save(desk)
    told(desk, "已新增")
    is_now(desk, "申请")
    look(desk, "applied")
    accept(desk)
    told(desk, "已完成：受理")
    look(desk, "accepted")
    to(phone, "案件", "案件")
    phone.get_by_role("link", name="婚后长期被丈夫殴打，要求帮助").click()
    look(phone, "accepted")
    press(phone, "开始调查")
    is_now(phone, "调查")
    expect(phone.locator(".next")).to_contain_text("缺少调查记录")
    expect(phone.get_by_role("button", name="开始处理")).to_have_count(0)
    look(phone, "missing")
    record(phone, "调查", "走访当事人和邻居", "左臂有伤，邻居听见打骂。")
    expect(phone.locator("main")).not_to_contain_text("左臂有伤")
    press(phone, "开始处理")
    is_now(phone, "处理")
    record(phone, "调解", "请双方到站里")
    look(phone, "handling")
    press(phone, "结案")  # with nothing said
    expect(phone.locator(".has-error", has_text="答复内容")).to_contain_text("必填")
    look(phone, "closing-refused")
    phone.get_by_label("答复内容").fill("已告知可以申请人身安全保护令，陪同到法院立案。")
    phone.get_by_label("答复方式").select_option("当面")
    press(phone, "结案")
    is_now(phone, "结案")
    look(phone, "closed")
    desk.reload()
    is_now(desk, "结案")
    desk.get_by_label("回访方式").select_option("上门")
    desk.get_by_label("回访结果").select_option("满意")
    press(desk, "回访")
    is_now(desk, "回访")
    expect(desk.locator(".next")).to_have_count(0)
    event = desk.locator(".event", has_text="走访当事人和邻居")
    event.get_by_text("查看", exact=True).click()
    look(desk, "opening")
    event.get_by_role("button", name="查看并记录").click()
    expect(event).to_contain_text("左臂有伤，邻居听见打骂。")
    look(desk, "visited")


def test_a_simple_case_is_answered_on_the_phone_in_one_form(app, person):
    phone = person("staff", PHONE)
    register(phone, "来访", "怎么申请低保")
    unfold(phone, "当场答复")
    phone.get_by_label("答复内容").fill("告诉她带户口本到便民中心窗口办理。")
    look(phone, "on-the-spot-half")
    save(phone)
    expect(phone.locator(".has-error", has_text="答复方式")).to_contain_text("这一项也要填写")
    phone.get_by_label("答复方式").select_option("当面")
    look(phone, "on-the-spot")
    save(phone)
    is_now(phone, "结案")
    expect(phone.locator(".timeline")).to_contain_text("当场答复")
    look(phone, "on-the-spot-closed")


def test_a_case_is_given_up_and_taken_up_again(app, person):
    with app.app_context():
        key = records.case(OWN, "邻居多次骚扰")
    phone = person("staff", PHONE)
    phone.goto(f"/cases/show/{key}")
    phone.locator(".others > summary").click()
    look(phone, "others")
    phone.get_by_role("link", name="撤回", exact=True).click()
    press(phone, "撤回")
    expect(phone.locator(".has-error", has_text="原因")).to_contain_text("必填")
    look(phone, "withdrawing-refused")
    phone.get_by_label("原因").fill("当事人说已经和邻居谈好，不再反映。")
    press(phone, "撤回")
    told(phone, "已完成：撤回")
    is_now(phone, "撤回")
    expect(phone.locator(".progress-card")).to_contain_text("不再反映")
    look(phone, "withdrawn")
    phone.locator(".others > summary").click()
    phone.get_by_role("link", name="重开到「申请」").click()
    phone.get_by_label("原因").fill("又被骚扰，本人再次来站。")
    press(phone, "重开")
    is_now(phone, "申请")
    expect(phone.locator(".deadline")).to_contain_text("重新起算")
    assert stored(app, key).state.name == "APPLIED"
    look(phone, "again")


def test_two_people_close_one_case(app, person):
    with app.app_context():
        key = records.case(OWN, "求助")
    desk, phone = person("town_admin", DESK), person("staff", PHONE)
    for page in (desk, phone):
        page.goto(f"/cases/show/{key}")
    desk.get_by_label("难易").select_option("一般")
    press(desk, "受理")
    phone.get_by_label("难易").select_option("简单")
    phone.get_by_label("承办人").fill("写了一半")
    press(phone, "受理")
    expect(phone.get_by_role("alert")).to_contain_text("现在是「受理」，没有这一步")
    expect(phone.get_by_label("承办人")).to_have_value("写了一半")
    look(phone, "gone-on")
    phone.get_by_role("link", name="返回").click()
    is_now(phone, "受理")
    assert stored(app, key).handler == "姓名town_admin"


def test_the_session_ends_on_the_page_of_a_case_and_nothing_is_lost(app, person):
    """Two of its forms are half filled in; one is sent when the session has ended, the other waits as a draft."""
    with app.app_context():
        key = records.accepted("姓名staff")
    phone = person("staff", PHONE)
    phone.goto(f"/cases/show/{key}")
    form = phone.locator("#add-activity")
    form.locator("summary").click()
    form.get_by_label("类别").select_option("调查")
    form.get_by_label("事项").fill("走访邻居")
    form.get_by_label("经过", exact=True).fill("邻居听见打骂。")
    expect(form.locator("[data-draft-state]")).to_contain_text("草稿已保存")
    phone.locator(".others > summary").click()
    phone.get_by_role("link", name="撤回", exact=True).click()
    phone.get_by_label("原因").fill("当事人不想再谈")
    end_sessions(app)
    phone.get_by_role("button", name="撤回", exact=True).click()
    enter_again(phone, "staff")
    told(phone, "已完成：撤回")
    is_now(phone, "撤回")
    expect(phone.locator(".progress-card")).to_contain_text("当事人不想再谈")
    look(phone, "draft-beside")
    phone.get_by_role("link", name="恢复草稿").click()
    form = phone.locator("#add-activity")
    expect(form.get_by_label("经过", exact=True)).to_have_value("邻居听见打骂。")
    look(phone, "draft-beside-restored")
    with phone.expect_navigation():
        form.get_by_role("button", name="添加", exact=True).click()
    told(phone, "已添加办理记录")
    expect(phone.locator(".timeline")).to_contain_text("走访邻居")
    expect(phone.get_by_role("link", name="恢复草稿")).to_have_count(0)
