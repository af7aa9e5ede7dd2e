"""What is done in a browser with a case, with what goes out from it, and with what comes back."""

from typing import Any

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import MemberUnit
from tests.pages.browsing import choose, look, save, told
from tests.security.spec import pdf
from tests.security.transfer_intrusions import officer
from tests.world import OWN, canary

SIGNS_IN, BY_PAPER = canary("UNIT", OWN), "乙派出所"  # the units of the town


def two_units(app: Flask) -> None:
    """The officer acts for one unit of the town; the other never signs in."""
    with app.app_context(), acting_as(SETUP):
        db.session.add(MemberUnit(division_code=OWN, name=BY_PAPER))
        db.session.commit()
        db.session.remove()
    officer(app)


def press(page: Page, button: str, where: Locator | None = None) -> None:
    with page.expect_navigation():
        (where or page).get_by_role("button", name=button, exact=True).click()


def follow(page: Page, link: str, where: Locator | None = None) -> None:
    with page.expect_navigation():
        (where or page).get_by_role("link", name=link).first.click()


def is_now(page: Page, state: str) -> None:
    expect(page.locator(".state-line [aria-current=step]")).to_contain_text(state)


def waiting(page: Page, group: str, *texts: str) -> Locator:
    """The group of what waits for somebody, which names these."""
    page.goto("/todo/")
    found = page.locator(f"#{group}")
    for text in texts:
        expect(found).to_contain_text(text)
    return found


def register(page: Page, channel: str, subject: str) -> None:
    """Fill in the form of a new case at the township's station, and leave it open."""
    if "/cases/add" not in page.url:
        page.goto("/cases/add")
    choose(page, "所属维权站", canary("STA", OWN))
    page.get_by_label("来访渠道").select_option(channel)
    page.get_by_label("当事人姓名").fill("周云")
    page.get_by_label("事由").fill(subject)
    page.get_by_label("权益类别").select_option("婚姻家庭权益")


def record(page: Page, kind: str, summary: str, content: str = "") -> None:
    """Add one line to the records of the case that is open."""
    form = page.locator("#add-activity")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    form.get_by_label("类别").select_option(kind)
    form.get_by_label("事项").fill(summary)
    form.get_by_label("经过", exact=True).fill(content)
    press(page, "添加", form)
    told(page, "已添加办理记录")


def transfer(page: Page, asked: str, summary: str) -> None:
    """Fill in the form of a transfer of the case that is open, and leave it open."""
    follow(page, "转办", page.locator("#hands .actions"))
    page.get_by_label("转办原因").select_option("需要部门办理")
    page.get_by_label("请办事项").fill(asked)
    page.get_by_label("情况摘要").fill(summary)
    page.get_by_label("随附姓名").check()


def assign(page: Page, unit: str, asked: str) -> str:
    """Ask a unit for its part, with the name, in the form that is open; the address of the assignment."""
    choose(page, "承办单位", unit)
    page.get_by_label("交办事项").fill(asked)
    page.get_by_label("告知姓名").check()
    save(page)
    told(page, "已新增")
    is_now(page, "待签收")
    return page.url


def open_(page: Page, label: str) -> Locator:
    """Open what is secret in the row of the page that is so called; it goes on record."""
    row = page.locator("tr", has=page.get_by_role("rowheader", name=label, exact=True))
    row.get_by_text("查看", exact=True).click()
    press(page, "查看并记录", row)
    return page.locator("tr", has=page.get_by_role("rowheader", name=label, exact=True))


def scan(name: str) -> Any:
    """A scanned sheet, for a file input."""
    return {"name": name, "mimeType": "application/pdf", "buffer": pdf("x")}


def accept(page: Page) -> None:
    """受理 on the page of a new case, as 复杂, by who works for the station of the small world."""
    expect(page.locator(".deadline")).to_contain_text("剩1个工作日")
    page.get_by_label("难易").select_option("复杂")
    page.get_by_label("承办人").fill("姓名staff")
    look(page, "accepting")
    press(page, "受理")
    is_now(page, "受理")
    expect(page.locator(".deadline")).to_contain_text("次日起算 1 个月")
