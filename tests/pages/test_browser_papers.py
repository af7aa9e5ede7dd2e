"""The papers in chromium: for everybody on the screen, and nothing but the paper on A4."""

import io

import pytest
from playwright.sync_api import expect

from app import papers
from tests.pages import face
from tests.pages.browsing import DESK, PHONE, look
from tests.security.registers import key
from tests.world import OWN

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
STATION = key("Station", OWN)
A4 = {"content": (595, 842), "roster": (842, 595)}  # points


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_every_paper_is_for_everybody(person, screen):
    page = person("town_admin", screen)
    found, undecided = [], []
    for name in papers.PAPERS:
        page.goto(f"/stations/paper/{STATION}/{name}")
        look(page, f"paper-{name}")
        found += [f"{name}: {fault}" for fault in face.faults(page, "html", undecided)]
    assert found == []


def test_the_button_prints(person):
    page = person("town_admin")
    page.goto(f"/stations/show/{STATION}")
    page.get_by_role("link", name="队伍名单").click()
    page.evaluate("window.print = () => { document.title = '印出来了'; }")
    page.get_by_role("button", name="打印").click()
    expect(page).to_have_title("印出来了")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 Word").click()
    assert download.value.suggested_filename.endswith(".docx")


@pytest.mark.parametrize("name", A4)
def test_nothing_but_the_paper_is_printed(person, name):
    page = person("town_admin")
    page.goto(f"/stations/paper/{STATION}/{name}")
    page.emulate_media(media="print")
    for around in (".top", ".side", ".crumbs", ".head"):
        expect(page.locator(around)).to_be_hidden()
    expect(page.locator("article.paper")).to_be_visible()
    assert pages_of(page.pdf(prefer_css_page_size=True)) == [A4[name]]


def pages_of(pdf: bytes) -> list[tuple[int, int]]:
    """The size of every page in points; chromium writes it down for each, uncompressed."""
    boxes = [line.partition(b"[")[2].partition(b"]")[0].split() for line in io.BytesIO(pdf) if b"/MediaBox" in line]
    return [(round(float(box[2])), round(float(box[3]))) for box in boxes]
