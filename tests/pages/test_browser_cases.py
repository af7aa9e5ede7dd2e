"""In a real browser: a visit is written down on a phone, changed by two people at once, opened with a reason, filed."""

import struct
import zlib

import pytest
from playwright.sync_api import expect

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Case
from tests.pages.browsing import DESK, PHONE, choose, look, save, to, told, unfold
from tests.records import PHONE as NUMBER
from tests.records import case
from tests.world import OWN, canary

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]


def png() -> bytes:
    """The smallest picture there is: one grey point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")
    )


def stored(app, key: int) -> Case:
    with app.app_context(), acting_as(SETUP):
        return db.session.get_one(Case, key)


def test_a_visit_is_written_down_on_the_phone(person):
    phone = person("staff", PHONE)
    to(phone, "案件", "案件")
    look(phone, "cases")
    to(phone, "新增", "新增案件")
    look(phone, "case-empty")
    phone.get_by_label("来访日期").fill("")
    save(phone)
    expect(phone.get_by_role("alert")).to_contain_text("有内容需要修改")
    expect(phone.locator(".has-error", has_text="来访日期")).to_contain_text("必填")
    expect(phone.get_by_label("来访日期")).to_have_attribute("type", "date")
    look(phone, "case-nothing-typed")
    choose(phone, "所属维权站", canary("STA", OWN))
    phone.get_by_label("来访渠道").select_option("来访")
    phone.get_by_label("来访日期").fill("2026-11-23")
    phone.get_by_label("事由").fill("婚后长期被丈夫殴打，要求帮助")
    phone.get_by_label("权益类别").select_option("婚姻家庭权益")
    phone.get_by_label("接待人").fill("赵工作")
    phone.get_by_label("当事人姓名").fill("周云")
    phone.get_by_label("联系电话", exact=True).fill("19900001234")
    phone.get_by_label("安全联系电话").fill("0577-88001234")
    phone.get_by_label("不要发短信").check()
    phone.get_by_label("详情").fill("昨晚又被打，左臂有伤。\n孩子在外婆家。")
    look(phone, "case-typed")
    save(phone)
    told(phone, "已新增")
    expect(phone.locator("main")).to_contain_text("199****1234")
    expect(phone.locator("main")).not_to_contain_text("左臂有伤")
    look(phone, "case")


def test_two_people_change_one_case(app, person):
    with app.app_context():
        key = case(OWN, "婚后被殴打，要求帮助", phone=NUMBER)
    phone, desk = person("staff", PHONE), person("town_admin", DESK)
    for page in (phone, desk):
        page.goto(f"/cases/edit/{key}")
        unfold(page, "其他情况")
    desk.get_by_label("处理意见").fill("已报派出所。")
    desk.get_by_label("接待人").fill("王镇联")
    desk.get_by_label("方便联系的时间").fill("上午")
    save(desk)
    told(desk, "已保存")
    phone.get_by_label("处理意见").fill("先联系庇护所。")
    phone.get_by_label("备注").fill("孩子在外婆家。")
    save(phone)
    expect(phone.get_by_role("alert")).to_contain_text("姓名town_admin已修改了这条记录")
    theirs = phone.get_by_role("alert").locator("tbody")
    expect(theirs).to_contain_text("王镇联")
    expect(theirs).to_contain_text("上午")
    expect(theirs).to_contain_text("已报派出所。")
    expect(phone.get_by_label("处理意见")).to_have_value("先联系庇护所。")
    expect(phone.get_by_label("备注")).to_have_value("孩子在外婆家。")
    expect(phone.get_by_label("接待人")).to_have_value("王镇联")  # left alone here, so the other's stands
    look(phone, "conflict")
    save(phone)  # without a choice
    expect(phone.get_by_role("alert")).to_contain_text("请在标黄的地方（处理意见）选择")
    look(phone, "conflict-not-chosen")
    phone.get_by_label("保留我填写的").check()
    save(phone)
    told(phone, "已保存")
    row = stored(app, key)
    assert (row.opinion, row.receiver, row.note, row.safe_times) == (
        "先联系庇护所。",
        "王镇联",
        "孩子在外婆家。",
        "上午",
    )


def test_a_phone_number_is_opened_with_a_reason(app, person):
    with app.app_context():
        key = case(OWN, "求助", phone=NUMBER)
    phone = person("staff", PHONE)
    phone.goto(f"/cases/show/{key}")
    row = phone.get_by_role("row", name="联系电话").first
    expect(row).not_to_contain_text(NUMBER)
    row.get_by_text("查看", exact=True).click()
    look(phone, "reveal-asks")
    row.get_by_label("查看理由").select_option("办理业务需要联系本人")
    row.get_by_role("button", name="查看并记录").click()
    expect(row).to_contain_text(NUMBER)
    look(phone, "revealed")
    phone.get_by_role("link", name="修改记录").click()
    history = phone.locator("table.history")
    expect(history).to_contain_text("办理业务需要联系本人")
    expect(history).to_contain_text("姓名staff")
    expect(history).not_to_contain_text(NUMBER)
    look(phone, "reveal-in-history")
    phone.get_by_role("link", name="返回", exact=True).click()
    expect(row).to_contain_text("199****1234")  # shown once
    expect(row).not_to_contain_text(NUMBER)


def test_a_picture_is_filed_and_fetched(app, person, tmp_path):
    with app.app_context():
        key = case(OWN, "求助")
    picture = tmp_path / "伤情照片.png"
    picture.write_bytes(png())
    phone = person("staff", PHONE)
    phone.goto(f"/cases/show/{key}")
    phone.get_by_role("button", name="上传", exact=True).click()
    told(phone, "请选择")
    phone.get_by_label("上传图片或 PDF").set_input_files(picture)
    look(phone, "file-chosen")
    phone.get_by_role("button", name="上传", exact=True).click()
    told(phone, "已上传")
    look(phone, "file-filed")
    filed = phone.locator(".files li", has_text="伤情照片.png")
    filed.get_by_text("查看", exact=True).click()
    filed.get_by_label("其他理由").fill("核对伤情")
    look(phone, "file-asks")
    with phone.expect_download() as download:
        filed.get_by_role("button", name="查看并记录").click()
    assert download.value.suggested_filename == "伤情照片.png"
    download.value.save_as(tmp_path / "back.png")
    assert (tmp_path / "back.png").read_bytes().startswith(b"\x89PNG")
    phone.get_by_role("link", name="修改记录").click()
    expect(phone.locator("table.history")).to_contain_text("核对伤情")
    phone.get_by_role("link", name="返回", exact=True).click()
    (tmp_path / "page.png").write_text("<script>alert(1)</script>")
    phone.get_by_label("上传图片或 PDF").set_input_files(tmp_path / "page.png")
    phone.get_by_role("button", name="上传", exact=True).click()
    expect(phone.locator(".alert[role=status]")).not_to_contain_text("已上传")
    look(phone, "file-refused")
    expect(phone.locator(".files li")).to_have_count(1)
