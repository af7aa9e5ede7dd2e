"""建站看板: every figure is a plain count, and that of the list it leads to; the workbook; what changed."""

import io
import re
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select, text

from app import board
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Division, Recognition, RecognitionLevel, Station
from tests import records, world
from tests.world import CHILD, CITY, COUNTY, OWN, SIBLING, TODAY

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases
DAY = timedelta(days=1)
# Counted by hand, without the product's conditions; the names are those of the tables.
PLAIN = """
SELECT count(*), sum(CASE WHEN s.id IS NOT NULL THEN 1 ELSE 0 END),
 sum(CASE WHEN EXISTS (SELECT 1 FROM judgement j WHERE j.station_id = s.id AND j.from_on <= :day
    AND (j.until_on IS NULL OR j.until_on > :day))
  AND NOT EXISTS (SELECT 1 FROM judgement j WHERE j.station_id = s.id AND j.from_on <= :day
    AND (j.until_on IS NULL OR j.until_on > :day) AND j.finding = 'MISSING') THEN 1 ELSE 0 END),
 sum(CASE WHEN EXISTS (SELECT 1 FROM recognition r WHERE r.station_id = s.id AND r.by_level = 'COUNTY'
    AND r.recognized_on <= :day AND r.ended_on IS NULL AND (r.lapses_on IS NULL OR r.lapses_on > :day))
  THEN 1 ELSE 0 END)
FROM division d LEFT JOIN station s ON s.division_code = d.code AND s.ended_on IS NULL
WHERE d.level IN ('TOWNSHIP', 'VILLAGE') AND NOT d.is_pseudo AND d.retired_on IS NULL AND d.code LIKE :code
"""


def plain(app, code, day=TODAY):
    with app.app_context(), acting_as(SETUP):
        asked = {"code": f"{code}%", "day": day if db.engine.dialect.name == "postgresql" else day.isoformat()}
        return tuple(n or 0 for n in db.session.execute(text(PLAIN), asked).one())


def cells(page):
    """{division: [figures of its row]} of the board's table."""
    rows = re.findall(r'<tr><td class="name">(.*?)</tr>', page, re.S)
    plain_text = [re.sub(r'<span class="(?:visually-hidden|since)">.*?</span>', "", row) for row in rows]
    found = [re.sub(r"<[^>]+>", " ", row).split() for row in plain_text]
    return {row[0]: [int(n) for n in row[1:6]] for row in found}


def of_county(code):
    return select(Recognition).where(Recognition.division_code == code, Recognition.by_level == RecognitionLevel.COUNTY)


@pytest.fixture
def some_recognised(app):
    with app.app_context(), acting_as(SETUP):
        for code in (OWN, CHILD, SIBLING):
            act = {"by_level": RecognitionLevel.COUNTY, "recognized_on": TODAY, "recognized_by": "甲"}
            db.session.add(Recognition(station_id=records.station_at(code), **act))
        db.session.commit()
        records.end(db.session.scalars(of_county(SIBLING)).one())
        db.session.commit()
    return app


@pytest.mark.parametrize(
    ("username", "part", "digits"), [("city_admin", CITY, 6), ("county_admin", COUNTY, 9), ("town_admin", OWN, 12)]
)
def test_every_row_is_a_plain_count_and_their_sum_is_the_total(some_recognised, client_as, username, part, digits):
    found = cells(client_as(username).get("/stations/board/").text)
    with some_recognised.app_context(), acting_as(SETUP):
        below = select(Division.name, Division.code).where(Division.code.startswith(part))
        codes = {name: code for name, code in db.session.execute(below) if len(code) == digits or code == part}
    for name, (due, built, missing, up, confirmed) in found.items():
        assert missing == due - built
        if codes[name] != part:
            assert (due, built, up, confirmed) == plain(some_recognised, codes[name]), name
    total = tuple(sum(row[n] for row in found.values()) for n in (0, 1, 3, 4))
    assert total == plain(some_recognised, part)
    assert total[3] == 2


def test_each_number_leads_to_as_many_rows(some_recognised, client_as):
    browser = client_as("county_admin")
    page = browser.get("/stations/board/").text
    links = re.findall(r'href="(/stations/(?:list|missing)/[^"]+)">(\d+)<span class="visually-hidden">个', page)
    assert len(links) >= 4
    for address, number in links:
        told = browser.get(address.replace("&amp;", "&")).text
        assert f"共 {number} " in told, address


def test_a_long_name_keeps_to_its_place_in_the_picture(app, client_as):
    with app.app_context(), acting_as(SETUP):
        db.session.get(Division, OWN).name = "一二三四五六七八九十百千"
        db.session.commit()
    page = client_as("county_admin").get("/stations/board/").text
    assert '<td class="name"><a href="/stations/board/?division=330302006">一二三四五六七八九十百千</a>' in page
    assert re.findall(r'text-anchor="end"[^>]*>([^<]*)<', page)[0] == "一二三四五六七八…"


def test_a_part_of_several_places_is_told_place_by_place(some_recognised, client_as):
    page = client_as("mixed").get("/stations/board/").text
    assert len(re.findall(r'<tr><td class="name"><a[^>]*>[^<\s]', page)) == len(world.PEOPLE["mixed"].scopes) == 2


@pytest.mark.parametrize(
    ("username", "path", "status"),
    [
        ("town_admin", f"/stations/board/?division={SIBLING}", 404),
        ("town_admin", f"/stations/board/?division={COUNTY}", 200),  # what of it is his
        ("town_admin", f"/stations/board/export?division={SIBLING}", 404),
        ("staff", "/stations/board/export", 403),
        ("auditor", "/stations/board/", 403),
        ("town_admin", "/stations/board/?division=x", 404),
    ],
)
def test_the_board_is_of_ones_own_part(app, client_as, username, path, status):
    answer = client_as(username).get(path)
    assert answer.status_code == status
    if status == 200:
        assert len(cells(answer.text)) == len(cells(client_as(username).get("/stations/board/").text))


def test_the_workbook_says_what_the_page_says_and_names_the_missing(some_recognised, client_as):
    browser = client_as("county_admin")
    page, book = browser.get("/stations/board/"), browser.get("/stations/board/export")
    assert "spreadsheetml" in book.content_type
    with CalamineWorkbook.from_filelike(io.BytesIO(book.data)) as workbook:
        figures, missing = (workbook.get_sheet_by_index(n).to_python() for n in (0, 1))
    assert {row[0]: [int(n) for n in row[1:6]] for row in figures[1:]} == cells(page.text)
    assert len(missing) - 1 == sum(row[2] for row in cells(page.text).values())


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 1, 1), date(2025, 12, 31)), (date(2026, 3, 31), date(2025, 12, 31)),
        (date(2026, 4, 1), date(2026, 3, 31)), (date(2026, 11, 24), date(2026, 9, 30)),
    ],
)  # fmt: skip
def test_the_last_quarter_ends_on_its_last_day(today, last):
    assert board.last_quarter(today) == last


def test_what_has_come_since_the_last_quarter_is_told(app):
    with app.app_context(), acting_as(SETUP):
        before = board.last_quarter(TODAY)
        own, child = (db.session.get(Station, records.station_at(code)) for code in (OWN, CHILD))
        for row in db.session.scalars(select(Station)):
            row.founded_on = date(2015, 1, 1)
        db.session.commit()
        assert board.total([OWN], TODAY).change.built == 0
        own.founded_on = before
        db.session.commit()
        assert board.total([OWN], TODAY).change.built == 0, "on its last day it was there"
        own.founded_on = before + DAY
        db.session.commit()
        assert board.total([OWN], TODAY).change.built == 1
        records.end(child, on=before + DAY)
        db.session.commit()
        assert board.total([OWN], TODAY).change.built == 0, "one came and one went"
        acts = [
            Recognition(station_id=own.id, by_level=RecognitionLevel.COUNTY, recognized_on=on, recognized_by="甲")
            for on in (before, before + DAY)
        ]
        db.session.add(acts[0])
        db.session.commit()
        assert board.total([OWN], TODAY).change.confirmed == 1, "the station was not there before"
        own.founded_on = before
        db.session.commit()
        assert board.total([OWN], TODAY).change.confirmed == 0
        records.end(acts[0])
        db.session.add(acts[1])
        db.session.commit()
        assert board.total([OWN], TODAY).now.confirmed == 1
        assert db.session.scalar(select(func.count(Recognition.id)).where(Recognition.station_id == own.id)) == 3
