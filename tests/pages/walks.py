"""Ways through the product that come by every kind of page, in every state that it can be in.

A walk is a generator of stops, where a test or a camera may look at what stands on the screen. It knows no rows: it
finds its way by what is on the pages, in the small world of the tests and in the demonstration.
"""

from collections.abc import Iterator
from typing import NamedTuple

from playwright.sync_api import Locator, Page
from werkzeug.routing import MapAdapter

from app import papers
from tests.pages.browsing import save, send
from tests.pages.face import is_phone

DIALOG = "dialog[open]"
FILES = (".export", ".attachment", ".root", ".word", ".roster")  # what is no page, or leads on to one
NAMES = "社区"  # part of many names


class Stop(NamedTuple):
    """Something to look at: its name, and where it is new: a selector, for what has opened on a page seen before."""

    name: str
    part: str = "html"


Walk = Iterator[Stop]


def enter(page: Page, path: str, name: str) -> Walk:
    page.goto(path)
    yield Stop(name)


def follow(page: Page, control: Locator) -> None:
    """Press what leads to another page, and wait until it is there."""
    with page.expect_navigation():
        control.click()


def first(page: Page, base: str, what: str = "show") -> str:
    """The address of `what` (show, edit, history, …) of the first row in the list of `base`."""
    page.goto(f"{base}/list/?_ended=no")
    return page.locator(".list td.name a").first.get_attribute("href").replace("/show/", f"/{what}/")


def shell(page: Page) -> Walk:
    """The first page, and what lies around every page."""
    yield from enter(page, "/", "home")
    yield from enter(page, "/todo/", "todo")
    page.locator(".who > summary").click()
    yield Stop("who", ".who")
    page.get_by_role("button", name="键盘操作").click()
    yield Stop("help", DIALOG)
    page.keyboard.press("Escape")
    if is_phone(page):
        page.get_by_role("link", name="菜单", exact=True).click()
        yield Stop("menu", "#menu")
    else:
        box = page.locator("[data-find]")
        box.fill(NAMES)
        page.locator(".find [role=option]").first.wait_for()
        box.press("ArrowDown")
        yield Stop("suggestions", ".find")
    for typed, name in (("", "search"), (NAMES, "found"), ("没有这个名字", "found-nothing")):
        page.goto("/search/")
        if typed:
            page.get_by_label("名称、姓名或编号").fill(typed)
            follow(page, page.get_by_role("button", name="查找", exact=True))
        yield Stop(name)


def lists(page: Page, base: str = "/cases", empty: str = "") -> Walk:
    """A list, its columns, its conditions; `empty` is the list of a register without rows."""
    yield from enter(page, f"{base}/list/?psize_CaseView=10", "list")
    if not is_phone(page):
        page.locator(".columns-menu > summary").click()
        yield Stop("list-columns", ".columns-menu")
        page.keyboard.press("Escape")
    page.locator("details.search > summary").click()
    page.locator("details.search").get_by_label("来访渠道").select_option(index=1)
    follow(page, page.get_by_role("button", name="查询", exact=True))
    yield Stop("list-narrowed")
    follow(page, page.locator(".chips button").first)
    yield from enter(page, f"{base}/list/?q=没有这一件", "list-nothing")
    if empty:
        yield from enter(page, empty, "list-empty")
    yield from enter(page, "/stations/list/", "stations")
    page.locator("tbody .pick input").first.check()
    page.locator(".bulk [data-confirm]").first.click()
    page.locator(DIALOG).wait_for()
    yield Stop("confirm", DIALOG)


def form(page: Page, base: str = "/cases") -> Walk:
    """A form: new, refused, opened again with a draft, and its choices."""
    yield from enter(page, f"{base}/add", "add")
    save(page)
    page.get_by_role("alert").first.wait_for()
    yield Stop("add-refused")
    yield from enter(page, f"{base}/add", "draft")
    yield from enter(page, "/stations/add", "add-station")
    page.get_by_role("combobox", name="所在区划").click()
    page.locator(".relation [role=option]").first.wait_for()
    page.get_by_role("combobox", name="所在区划").press("ArrowDown")
    yield Stop("choices", ".relation")
    page.get_by_role("combobox", name="所在区划").fill("没有这里")
    page.locator(".choices-note", has_text="没有找到").wait_for()
    yield Stop("choices-none", ".relation")
    yield from enter(page, "/trainings/add", "add-lines")
    page.get_by_role("button", name="再加一行").click()
    page.locator(".choices:not([hidden]) [role=option]").first.wait_for()
    page.keyboard.press("Escape")  # the choices of the new line lie over the button
    save(page)
    page.get_by_role("alert").first.wait_for()
    yield Stop("lines-refused")


def one_row(page: Page, base: str = "/cases") -> Walk:
    """One row: shown, opened, its history, filed, changed by two at once."""
    show = first(page, base)
    yield from enter(page, show, "show")
    page.locator(".reveal summary").first.click()
    yield Stop("reveal", ".record")
    follow(page, page.get_by_role("button", name="查看并记录").first)
    yield Stop("revealed")
    yield from enter(page, show.replace("show", "history"), "history")
    yield from enter(page, show.replace("show", "end"), "end")
    follow(page, page.locator("[data-save]"))
    yield Stop("end-refused")
    edit = show.replace("show", "edit")
    yield from enter(page, edit, "edit")
    other = page.context.new_page()
    other.goto(edit)
    subject = other.get_by_label("事由")
    subject.fill(f"{subject.input_value()}，已核实")
    save(other)
    other.wait_for_url(f"**{show}")
    other.close()
    page.get_by_label("事由").fill("婚后长期被打，要求人身安全保护")
    save(page)
    page.locator(".dispute").first.wait_for()
    yield Stop("conflict")


def handling(page: Page, base: str = "/cases") -> Walk:
    """A case that goes on: its next step, the others, one more record, what is missing and what is refused."""
    show = first(page, base)
    yield from enter(page, show, "case")
    page.locator(".others > summary").click()
    if not page.locator("#add-activity[open]").count():  # it is where an investigation is missing
        page.locator("#add-activity > summary").click()
    yield Stop("case-unfolded", ".others, #timeline")
    follow(page, page.locator("#add-activity").get_by_role("button", name="添加", exact=True))
    page.evaluate("scrollTo(0, 0)")  # the hand went to what is wrong, with half of a link under the bar
    yield Stop("record-refused")
    page.goto(show)
    page.locator(".others > summary").click()
    follow(page, page.get_by_role("link", name="重复并案"))
    yield Stop("step")
    follow(page, page.locator("[data-save]"))
    yield Stop("step-refused")


def others(page: Page) -> Walk:
    """The pages that are not of registers, and what answers instead of a page."""
    station = first(page, "/stations")
    pages = {
        "station": station,
        **{f"paper-{name}": f"{station.replace('show', 'paper')}/{name}" for name in papers.PAPERS},
        "training": first(page, "/trainings"),
        "hours": "/trainings/hours/",
        "missing": "/stations/missing/",
        "board": "/stations/board/",
        "sheet": first(page, "/assessments"),
        "statistics": "/cases/statistics/?period=2026",
        "aims": "/cases/aims/?period=2026",
        "visits": "/cases/visits/",
        "account": "/account/",
        "forbidden": "/divisions/add",
        "not-found": "/nothing",
        "bad-request": "/stations/list/?q=%00",
    }
    for name, path in pages.items():
        yield from enter(page, path, name)
    page.goto(pages["station"])
    yield from enter(page, page.get_by_role("link", name="现场填报").first.get_attribute("href"), "fill")
    page.goto("/account/")
    follow(page, page.get_by_role("button", name="修改密码"))
    yield Stop("account-refused")


def ended_session(page: Page, base: str = "/stations") -> Walk:
    """What comes over a form when the session has ended; the way ends here."""
    page.goto(f"{base}/add")
    page.get_by_label("站点名称").fill("写了一半的站")
    page.context.clear_cookies()
    send(page)
    page.locator(DIALOG).wait_for()
    yield Stop("sign-in-again", DIALOG)
    page.locator(DIALOG).get_by_role("button", name="登录").click()
    page.locator("[data-sign-in-problem]:not([hidden])").wait_for()
    yield Stop("sign-in-again-refused", DIALOG)


def keeper(page: Page, empty: str = "") -> Walk:
    """The whole way of somebody who keeps the registers of his town."""
    for part in (shell(page), lists(page, empty=empty), form(page), one_row(page), handling(page), others(page)):
        yield from part
    yield from ended_session(page)


def manager(page: Page) -> Walk:
    """The way of somebody who gives rights to others, and then of the stranger whom he sends a link."""
    yield from enter(page, "/accounts/list/", "accounts")
    yield from enter(page, "/accounts/add", "account-add")
    yield from enter(page, "/roles/list/", "roles")
    page.goto("/roles/list/")
    follow(page, page.get_by_role("link", name="工作人员").first)
    yield Stop("role")
    page.get_by_label("新角色名称").fill("本街道工作人员" if is_phone(page) else "本区工作人员")
    follow(page, page.get_by_role("button", name="复制", exact=True))
    yield Stop("role-copied")
    page.locator(".matrix input").first.set_checked(not page.locator(".matrix input").first.is_checked())
    follow(page, page.get_by_role("button", name="下一步"))
    yield Stop("role-confirm")
    page.goto("/accounts/list/")
    shown = [a.get_attribute("href") for a in page.locator(".list td.name a").all()]
    for path in shown:
        page.goto(path)
        if page.get_by_role("button", name="发送激活链接").count():
            break
    yield Stop("account-show")
    page.get_by_role("button", name="发送激活链接").click()
    follow(page, page.locator(DIALOG).get_by_role("button", name="确定"))
    yield Stop("account-link")
    link = page.get_by_label("激活链接").input_value()
    page.context.clear_cookies()
    yield from stranger(page, link)


def stranger(page: Page, link: str) -> Walk:
    """What is seen without signing in."""
    yield from enter(page, "/login/", "sign-in")
    follow(page, page.get_by_role("button", name="登录"))
    yield Stop("sign-in-refused")
    yield from enter(page, link, "activation")
    follow(page, page.get_by_role("button", name="设置密码"))
    yield Stop("activation-refused")
    yield from enter(page, f"{link[:-3]}xxx", "activation-useless")
    yield from enter(page, "/nothing", "not-found-outside")
    yield from enter(page, "/calendar", "calendar")


def operator(page: Page) -> Walk:
    """What only the one who runs the product has."""
    yield from enter(page, "/divisions/list/", "divisions")
    yield from enter(page, first(page, "/divisions"), "division")
    yield from enter(page, first(page, "/divisions", "edit"), "division-edit")
    yield from enter(page, "/divisions/add", "division-add")
    yield from enter(page, "/workdays/?year=2026", "workdays")
    yield from enter(page, "/workdays/?year=2027", "workdays-provisional")
    follow(page, page.get_by_role("button", name="下一步").first)
    yield Stop("workdays-refused")
    page.get_by_label("依据").first.fill("国务院办公厅通知")
    page.get_by_label("粘贴通知").fill("一、元旦：1月1日（周五）至3日（周日）放假，共3天。元旦快乐。")
    follow(page, page.get_by_role("button", name="下一步").first)
    yield Stop("workdays-confirm")


def by_links(page: Page, addresses: MapAdapter) -> Walk:
    """One page of each kind that links lead somebody to; `addresses` tells the kinds apart."""
    todo, seen = ["/"], set()
    while todo:
        path = todo.pop()
        endpoint = addresses.match(path.partition("?")[0])[0]
        if endpoint in seen or endpoint.endswith(FILES):
            continue
        seen.add(endpoint)
        yield from enter(page, path, endpoint)
        links = page.eval_on_selector_all("a[href^='/']", "links => links.map(a => a.getAttribute('href'))")
        todo += links
