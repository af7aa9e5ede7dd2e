"""Every kind of page in chromium, on a desk and on a phone: for everybody, for fingers, in Chinese, light, our own."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

import config
from app.extensions import db
from app.security import attempts
from models import StationMember
from tests import records
from tests.conftest import IS_AUDIT
from tests.pages import face, walks
from tests.pages.browsing import DESK, PHONE
from tests.pages.chinese import strays
from tests.pages.walks import follow
from tests.world import PEOPLE

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
SCRIPTS = sorted((config.ROOT / "app" / "static").glob("*.js"))
SCREENS = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
# The templates are the same whoever looks: `make audit` looks with everybody's eyes.
LOOKED_AT = [person.username for person in PEOPLE.values() if person.active] if IS_AUDIT else ["unit_officer"]
LONG = "婚后长期被丈夫及其家人殴打辱骂并被扣留身份证件和手机，多次报警后仍无法回家，请求紧急庇护和法律帮助"


@pytest.fixture
def full(app):
    """The world with lists of more than a page, long texts, and a register that nobody has filled."""
    with app.app_context():
        for n in range(10):
            records.case(subject=LONG if n == 9 else f"第{n}件事", phone=records.PHONE, narrative=LONG)
        with db.engine.begin() as connection:
            connection.execute(delete(StationMember.__table__))
    return app


def look_at_all(page: Page, walk: walks.Walk, wanted: int) -> None:
    """Each stop of the way is without a fault; `wanted` is how many there are at least."""
    stops, found, undecided = 0, [], []
    for stop in walk:
        stops += 1
        found += [f"{stop.name}: {fault}" for fault in face.faults(page, stop.part, undecided)]
    print("undecided by axe:", *sorted(set(undecided)), sep="\n")
    assert not found, "\n".join(found)
    assert stops >= wanted


@SCREENS
def test_the_pages_of_who_keeps_registers(full, person, screen):
    page = person("town_admin", screen)
    look_at_all(page, walks.keeper(page, "/members/list/"), 40)


@SCREENS
def test_the_pages_of_who_gives_rights_and_of_strangers(full, person, screen):
    page = person("manager", screen)
    look_at_all(page, walks.manager(page), 15)


@SCREENS
def test_the_pages_of_who_runs_the_product_and_of_trouble(full, person, screen, monkeypatch):
    page = person("system_admin", screen)

    def trouble() -> walks.Walk:
        yield from walks.operator(page)
        monkeypatch.setattr(attempts, "FREE", 0)
        follow(page, page.locator("[data-leave] button"))
        for _ in range(2):
            page.goto("/login/")
            page.get_by_label("账号").fill("nobody")
            page.get_by_label("密码").fill("wrong")
            follow(page, page.get_by_role("button", name="登录"))
        yield walks.Stop("too-many-attempts")
        monkeypatch.setitem(full.config, "MAINTENANCE", "今晚八点到九点维护，请稍后再来。")
        yield from walks.enter(page, "/", "maintenance")

    look_at_all(page, trouble(), 10)
    expect(page.get_by_role("heading")).to_have_text("系统正忙")


@SCREENS
@pytest.mark.parametrize("username", LOOKED_AT)
def test_the_pages_of_everybody(full, person, username, screen):
    page = person(username, screen)
    look_at_all(page, walks.by_links(page, full.url_map.bind("localhost")), 2)


# ---- how much comes over the line


@pytest.fixture
def loaded(full, person):
    """(path) → [(address, status, bytes, headers, from the cache)] of all that a page loads, in one browser."""
    page = person("town_admin")
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.clearBrowserCache")
    answers: dict[str, Answer] = {}
    line.on("Network.responseReceived", lambda e: answers.setdefault(e["requestId"], Answer(e["response"])))
    line.on("Network.loadingFinished", lambda e: answers[e["requestId"]].end(e["encodedDataLength"]))

    def load(path: str) -> list[Answer]:
        answers.clear()
        page.goto(path, wait_until="networkidle")
        return [answer for answer in answers.values() if not answer.address.startswith("data:")]

    return load


class Answer:
    """What came back for one request, and how many bytes of it came over the line."""

    def __init__(self, response: dict[str, Any]) -> None:
        self.address, self.status = response["url"], response["status"]
        self.headers = {name.lower(): value for name, value in response["headers"].items()}
        self.is_kept = response.get("fromDiskCache", False)
        self.size = 0

    def end(self, size: int) -> None:
        self.size = 0 if self.is_kept else size


def test_the_first_list_is_light_and_the_next_page_lighter(loaded):
    first = loaded("/cases/list/")
    assert {answer.status for answer in first} == {200}
    assert sum(answer.size for answer in first) <= 150_000
    assert len(first) <= 12
    static = [answer for answer in first if "/static/" in answer.address]
    assert len(static) >= 5
    for answer in static:
        assert re.search(r"/static/[0-9a-f]{12}/", answer.address)
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = loaded("/cases/list/?_ended=no")
    assert [answer.address.partition("?")[0] for answer in again if answer.size] == [first[0].address]
    assert {answer.address for answer in again[1:]} <= {answer.address for answer in static}


# ---- what scripts say


def test_what_scripts_say_is_chinese():
    sources = [path.read_text("utf-8") for path in SCRIPTS]
    said = [text for source in sources for text in face.spoken(source)]
    assert not [text for text in said if strays(text)]
    # Whatever is Chinese in them is said somewhere: the search for texts misses none that we know of.
    known = re.findall(r'["`]([^"`\n]*[\u4e00-\u9fff][^"`\n]*)["`]', "\n".join(sources))
    assert len(known) >= 15
    assert not [text for text in known if re.sub(r"\$\{[^}]*\}", " ", text) not in said]


# ---- the checks can fail


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("document.querySelector('label[for=username]').remove()", lambda page: face.inaccessible(page)[0]),
        ("document.querySelector('h1').style.color = '#888'", lambda page: face.inaccessible(page)[0]),
        ("document.querySelector('.btn').style.cssText = 'min-height: 0; height: 43px'", face.small_controls),
        ("document.querySelector('.btn').style.cssText = 'width: 43px'", face.small_controls),
        ("document.querySelector('h1').style.width = '330px'", face.sticks_out),
        ("document.querySelector('h1').style.cssText = 'position: relative; left: -80px'", face.sticks_out),
        ("document.querySelector('.btn').append(' Save')", face.not_chinese),
        ("document.querySelector('.btn').title = 'Save'", face.not_chinese),
    ],
)
def test_a_seeded_fault_is_found(stranger, fault, check):
    page = stranger(PHONE)
    page.goto("/login/")
    assert check(page) == []
    page.evaluate(fault)
    assert len(check(page)) >= 1


def test_a_link_in_a_sentence_may_be_small_and_one_beside_it_may_not(stranger):
    page = stranger(PHONE)
    page.goto("/login/")
    page.evaluate("document.querySelector('h1').outerHTML = '<p>请看<a href=\"/a\">说明</a>。</p>'")
    assert face.small_controls(page) == []
    page.evaluate(
        "document.querySelector('p:has(a)').outerHTML = '<p><a href=\"/a\">说明</a> · <a href=\"/b\">下页</a></p>'"
    )
    assert len(face.small_controls(page)) == 2


@pytest.mark.parametrize(
    "line",
    [
        'note.textContent = "Not found";',
        "say(`Saved at ${at}`);",
        'element("p", { "aria-label": `${text}, press right` })',
        'const OFFLINE = "No connection";',
        'return { items: [], message: answer.message ?? "Try again" };',
        'option({ text: "More…", isMore: true });',
        'document.title = "Calendar";',
        'element("span", { class: "step" }, "Below");',
    ],
)
def test_english_in_a_script_is_found(line):
    assert [text for text in face.spoken(line) if strays(text)]
    code = 'if (key === "Escape") note = element("p", { class: "choices-note" });\nconst KEYS = "keys";\n// say("No")'
    assert not [text for text in face.spoken(code) if strays(text)]
