"""Forms with secrets: numbers as people type them, what an identity number tells, and what never reaches a form."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from app import identity, secret
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Case, Sex, Volunteer
from tests import records, world

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

BORN = date(1980, 2, 29)


def number_of(sex="F", born=BORN, area="330302"):
    return records.id_number(born, "002" if sex == "F" else "001", area)


def number_ending_in_x():
    """A number whose check character is X: the first birth date that gives one."""
    numbers = (number_of(born=date(1980, 1, day)) for day in range(1, 32))
    return next(number for number in numbers if number.endswith("X"))


NUMBER, X_NUMBER = number_of(), number_ending_in_x()
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
FORM = {
    "station_id": str(world.FIRST_STATION), "name": "新来的人", "role": "AGENT", "engagement": "PART_TIME",
    "starts_on": "2026-01-01", "service_hours": "0",
}  # fmt: skip


@pytest.fixture
def browser(client_as):
    return client_as("town_admin")


@pytest.fixture
def add(browser):
    """(columns) → the answer to a new volunteer."""
    return lambda **columns: browser.submit("/volunteers/add", FORM | columns)


def saved(app, name="新来的人"):
    """The columns of the one volunteer of that name, secrets in clear; None when there is none."""
    with app.app_context(), acting_as(SETUP):
        row = db.session.scalars(select(Volunteer).where(Volunteer.name == name)).one_or_none()
        if row is None:
            return None
        opened = {column: secret.get(row, column) for column in ("phone", "id_number", "address")}
        return opened | {"sex": row.sex, "born_on": row.born_on, "version": row.version, "key": row.id}


def error_at(page, column):
    """The errors under one field of a form."""
    group = next(g for g in page.split('<div class="field')[1:] if f'name="{column}"' in g)
    return re.findall(r'<p class="error" id="[^"]*error[^"]*">([^<]*)</p>', group)


def typed_in(page, column):
    """What stands in the box of a field."""
    box = re.search(rf'<input[^>]*name="{column}"[^>]*>', page)[0]
    found = re.search(r'value="([^"]*)"', box)
    return found[1] if found else ""


# ---- the identity number


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (NUMBER, NUMBER),
        (X_NUMBER.lower(), X_NUMBER),
        (X_NUMBER.translate(FULL_WIDTH), X_NUMBER),
        (X_NUMBER[:-1] + "ｘ", X_NUMBER),
        (X_NUMBER[:-1] + "×", X_NUMBER),
        (f" {NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}\u3000", NUMBER),
        (f"{NUMBER[:6]}-{NUMBER[6:14]}-{NUMBER[14:]}", NUMBER),
    ],
    ids=["plain", "x", "full width", "full-width x", "times sign", "blanks", "hyphens"],
)
def test_a_number_is_kept_one_way_however_it_was_typed(app, add, typed, kept):
    assert add(id_number=typed).status_code == 302
    assert saved(app)["id_number"] == kept


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"), "身份证号码的末位与前 17 位不符，请逐位核对。"),
        (NUMBER[:-1], "身份证号码应为 18 位，现为 17 位。"),
        ("330302800101002", "这是 15 位的旧号码，请填写 18 位身份证号码。"),
        ("33030219800230002X", "身份证号码中的出生日期（第 7 至 14 位）不存在，请核对。"),
        (records.id_number(date(2026, 11, 25)), "身份证号码中的出生日期（第 7 至 14 位）晚于今天，请核对。"),
        ("身份证号没带来没有办法填写在这里呀", "身份证号码应为 18 位"),
        ("A" * 18, "身份证号码前 17 位应为数字，末位应为数字或 X。"),
    ],
    ids=["checksum", "short", "15 digits", "no day", "tomorrow", "words", "letters"],
)
def test_a_wrong_number_is_told_at_its_field_and_stays_in_it(app, add, typed, message):
    answer = add(id_number=typed, phone=records.PHONE)
    assert answer.status_code == 422
    assert any(message in error for error in error_at(answer.text, "id_number"))
    assert typed_in(answer.text, "id_number") == typed
    assert typed_in(answer.text, "phone") == records.PHONE
    assert saved(app) is None


@pytest.mark.parametrize(("sex", "told"), [("F", Sex.F), ("M", Sex.M)])
def test_sex_and_birth_are_filled_in(app, add, sex, told):
    assert add(id_number=number_of(sex), sex="", born_on="").status_code == 302
    row = saved(app)
    assert (row["sex"], row["born_on"]) == (told, BORN)


def test_what_was_filled_in_right_is_accepted(app, add):
    assert add(id_number=NUMBER, sex="F", born_on="1980-02-29").status_code == 302


@pytest.mark.parametrize(
    ("columns", "label"),
    [({"sex": "M"}, "性别"), ({"born_on": "1980-02-28"}, "出生日期"), ({"sex": "M", "born_on": "1980-02-28"}, "性别")],
)
def test_a_contradiction_is_refused_at_the_number(app, add, columns, label):
    answer = add(id_number=NUMBER, **columns)
    assert answer.status_code == 422
    assert f"与所填的「{label}」不一致，请核对。" in error_at(answer.text, "id_number")
    assert typed_in(answer.text, "id_number") == NUMBER
    assert saved(app) is None


def test_a_birth_date_that_cannot_be_read_is_told_as_that(app, add):
    answer = add(id_number=NUMBER, born_on="去年")
    assert answer.status_code == 422
    assert error_at(answer.text, "id_number") == []
    assert len(error_at(answer.text, "born_on")) == 1
    assert typed_in(answer.text, "born_on") == "去年"


def test_a_stored_number_does_not_let_sex_and_birth_become_something_else(app, browser, add):
    add(id_number=NUMBER)
    path = f"/volunteers/edit/{saved(app)['key']}"
    sound = FORM | {"sex": "F", "born_on": "1980-02-29"}
    for wrong in ({"sex": "M"}, {"born_on": "1981-02-28"}):
        answer = browser.submit(path, sound | wrong)
        assert answer.status_code == 422
        assert any("与已保存的号码不一致" in error for error in error_at(answer.text, "id_number"))
        assert NUMBER not in answer.text
    assert browser.submit(path, sound | {"sex": "M", "id_number__remove": "1"}).status_code == 302, "without the number"
    row = saved(app)
    assert (row["sex"], row["id_number"]) == (Sex.M, None)


def test_a_new_number_tells_anew(app, browser, add):
    """With the sex emptied; what stands there still has to be looked at by somebody."""
    add(id_number=NUMBER)
    path, man = f"/volunteers/edit/{saved(app)['key']}", number_of("M", date(1979, 5, 6))
    refused = browser.submit(path, FORM | {"id_number": man, "sex": "F", "born_on": "1980-02-29"})
    assert refused.status_code == 422
    assert browser.submit(path, FORM | {"id_number": man, "sex": "", "born_on": ""}).status_code == 302
    row = saved(app)
    assert (row["id_number"], row["sex"], row["born_on"]) == (man, Sex.M, date(1979, 5, 6))


@pytest.mark.parametrize(
    ("area", "warned"), [("000000", True), ("990302", False), ("330383", False), ("330302", False)]
)
def test_a_strange_area_is_a_warning_and_no_obstacle(app, browser, add, area, warned):
    number = number_of(area=area)
    answer = add(id_number=number)
    assert answer.status_code == 302
    page = browser.get(answer.location).text
    assert ("身份证号码的前两位不是省级代码，请核对。" in page) is warned
    assert number not in page
    edited = browser.submit(
        f"/volunteers/edit/{saved(app)['key']}", FORM | {"id_number": number}, follow_redirects=True
    )
    assert ("身份证号码的前两位不是省级代码，请核对。" in edited.text) is warned


def test_the_same_number_at_one_station_is_told_at_its_field(app, add):
    """Whatever the way of writing; at another station she is another entry."""
    assert add(id_number=X_NUMBER).status_code == 302
    answer = add(id_number=X_NUMBER.lower(), name="又一人")
    assert answer.status_code == 422
    assert error_at(answer.text, "id_number") == ["该站已有同一身份证号的人员；如已离任，请在原记录上恢复。"]
    with app.app_context():
        other = records.station_at(world.CHILD)
    assert add(id_number=X_NUMBER, name="又一人", station_id=str(other)).status_code == 302


# ---- the phone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("19900001234", "19900001234"),
        ("１９９００００１２３４", "19900001234"),
        ("199-0000-1234", "19900001234"),
        ("199 0000 1234", "19900001234"),
        ("+86 199 0000 1234", "19900001234"),
        ("0577 8888 0000", "0577-88880000"),
        ("（0577）88880000", "0577-88880000"),
        ("0577-88880000转801", "0577-88880000-801"),
        ("12338", "12338"),
    ],
)
def test_a_phone_is_kept_one_way_however_it_was_typed(app, add, typed, kept):
    assert add(phone=typed).status_code == 302
    assert saved(app)["phone"] == kept


@pytest.mark.parametrize("typed", ["1990000123", "199000012345", "没有电话", "0577", "19900001234 19900005678"])
def test_a_wrong_phone_is_told_at_its_field_and_stays_in_it(app, add, typed):
    answer = add(phone=typed)
    assert answer.status_code == 422
    assert len(error_at(answer.text, "phone")) == 1
    assert typed_in(answer.text, "phone") == typed
    assert saved(app) is None


@pytest.mark.parametrize(("column", "longest"), [("address", 200), ("narrative", 5000)])
def test_a_text_that_is_too_long_is_told_so(app, browser, column, longest):
    form = {
        "station_id": str(world.FIRST_STATION), "channel": "VISIT", "received_on": "2026-11-24", "subject": "长事",
        "name": "乙", "category": "FAMILY", "receiver": "丙", "applicant": "SELF",
    }  # fmt: skip
    answer = browser.submit("/cases/add", form | {column: "长" * (longest + 1)})
    assert answer.status_code == 422
    assert f"不能超过 {longest} 个字。" in answer.text
    assert "长" * (longest + 1) in answer.text
    text = "长" * (longest - 3) + ("\r\n长" if column == "narrative" else "长")
    assert browser.submit("/cases/add", form | {column: text}).status_code == 302
    with app.app_context(), acting_as(SETUP):
        row = db.session.scalars(select(Case).where(Case.subject == "长事")).one()
        assert secret.get(row, column) == text


@pytest.mark.parametrize(
    ("column", "text"), [("address", "某街\u202e号"), ("address", "某街\n号"), ("phone", "199\u200b00001234")]
)
def test_invisible_characters_are_refused(app, add, column, text):
    answer = add(**{column: text})
    assert answer.status_code == 422
    assert "含有无法识别的字符。" in error_at(answer.text, column)


# ---- what is stored stays, changes or goes


@pytest.fixture
def stored(app, add):
    """The path of the form of somebody with all secrets."""
    add(phone=records.PHONE, id_number=NUMBER, address="某镇某街某号")
    return f"/volunteers/edit/{saved(app)['key']}"


@pytest.mark.parametrize("columns", [{}, {"phone": "", "id_number": "", "address": ""}, {"phone": " \u3000"}])
def test_an_empty_box_keeps_what_is_stored(app, browser, stored, columns):
    assert browser.submit(stored, FORM | columns | {"title": "主任"}).status_code == 302
    row = saved(app)
    assert (row["phone"], row["id_number"], row["address"]) == (records.PHONE, NUMBER, "某镇某街某号")


def test_a_tick_removes_one_secret_and_keeps_the_others(app, browser, stored):
    assert browser.submit(stored, FORM | {"phone__remove": "1"}).status_code == 302
    row = saved(app)
    assert (row["phone"], row["id_number"]) == (None, NUMBER)
    page = browser.get(stored).text
    assert "phone__remove" not in page
    assert "id_number__remove" in page


def test_a_removed_number_is_free_for_another(app, browser, add, stored):
    assert add(name="又一人", id_number=NUMBER).status_code == 422
    assert browser.submit(stored, FORM | {"id_number__remove": "1"}).status_code == 302
    assert add(name="又一人", id_number=NUMBER).status_code == 302


def test_what_is_typed_wins_over_the_tick(app, browser, stored):
    assert browser.submit(stored, FORM | {"phone": "19900009999", "phone__remove": "1"}).status_code == 302
    assert saved(app)["phone"] == "19900009999"


@pytest.mark.parametrize("guess", ["199-0000-1234", "19900001235"], ids=["right", "wrong"])
def test_a_guess_is_a_change_whether_right_or_wrong(app, browser, stored, guess):
    """Who may edit but not open learns nothing from saving: answer, version and history are the same."""
    before = saved(app)["version"]
    assert browser.submit(stored, FORM | {"phone": guess}).status_code == 302
    assert saved(app)["version"] == before + 1


def test_the_form_never_holds_the_secret(browser, stored):
    page = browser.get(stored).text
    for text in (records.PHONE, NUMBER, "某镇某街某号", "dev:", NUMBER[6:14]):
        assert text not in page
    for column in ("phone", "id_number", "address"):
        assert typed_in(page, column) == ""
    refused = browser.submit(stored, FORM | {"name": "", "phone": "19900009999"})
    assert refused.status_code == 422
    assert typed_in(refused.text, "phone") == "19900009999", "what was typed is kept"
    assert records.PHONE not in refused.text


def test_a_ciphertext_that_is_posted_is_a_wrong_number(app, browser, stored):
    """Nothing that is posted reaches the column but through the seal."""
    with app.app_context(), acting_as(SETUP):
        token = db.session.scalars(select(Volunteer).where(Volunteer.name == "新来的人")).one().phone
    answer = browser.submit(stored, FORM | {"phone": token, "id_number_index": "x", "uid": "0" * 32})
    assert answer.status_code == 422
    assert saved(app)["phone"] == records.PHONE


def test_a_browser_is_told_to_remember_no_secret(browser):
    page = browser.get("/volunteers/add").text
    for column in ("phone", "id_number", "address"):
        assert 'autocomplete="off"' in re.search(rf'<input[^>]*name="{column}"[^>]*>', page)[0]


def test_numbers_of_the_tests_belong_to_nobody_and_fit():
    assert identity.problem(NUMBER, world.TODAY) is None
    assert X_NUMBER.endswith("X")
