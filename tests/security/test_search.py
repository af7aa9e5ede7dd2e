"""The search as an attacker uses it: each person finds the rows he may look at in their lists, and no others."""

from weakref import WeakKeyDictionary

import pytest

from app.finding import findable, forms
from tests.conftest import Browser
from tests.security import answers, policy
from tests.security.registers import BY_REGISTER, KINDS, SECRETS
from tests.world import CITY, DIVISIONS, OWN, PEOPLE, SIBLING

pytestmark = pytest.mark.in_turns  # make audit asks both databases

FINDABLE = {cls.__name__: cls.__find__ for cls in findable()}
# Kinds of canaries that stand in a column by which rows are found.
NAMED = {kind: spec for kind, (spec, column) in KINDS.items() if column in FINDABLE.get(spec.register, ())}
SOME = ("town_admin", "village_admin", "county_admin", "unit_officer", "manager", "mixed", "foreign_admin", "expired")
TOKENS: WeakKeyDictionary[Browser, str] = WeakKeyDictionary()


def ask(browser, q, path="/search/suggest"):
    if browser not in TOKENS:
        TOKENS[browser] = browser.token()
    headers = {"Accept": "application/json"} if "suggest" in path else {}
    return browser.post(path, data={"q": q, "csrf_token": TOKENS[browser]}, headers=headers)


def items(browser, q, label):
    """The texts that the box shows of one register."""
    groups = ask(browser, q).get_json()["groups"]
    return [item["text"] for group in groups if group["label"] == label for item in group["items"]]


def may_find(person, register, code):
    return policy.can(person, register, "view") and policy.sees(person, register, code)


def test_every_findable_register_carries_canaries():
    """But what is found by a number that the product gives, and by nothing that somebody types."""
    assert {spec.register for spec in NAMED.values()} == set(FINDABLE) - {"Division", "Case"}
    assert FINDABLE["Case"] == ("number",)


@pytest.mark.parametrize("person", SOME)
def test_a_number_finds_the_cases_that_may_be_looked_at(client_as, person):
    """Numbers can be counted through: what lies elsewhere is as if there were no such number."""
    browser, spec = client_as(person), BY_REGISTER["Case"]
    for code in spec.codes:
        told = [answers.body_of(ask(browser, q)) for q in (f"{code}-2026-", f"{code}-2026-来访-0001")]
        if policy.can(person, "Case", "view"):
            told.append(answers.body_of(browser.get(f"/cases/list/?q={code}-2026")))
        found = {f"/cases/show/{spec.keys[code]}" in text for text in told}
        assert found == {may_find(person, "Case", code)}, code


@pytest.mark.parametrize("person", [p.username for p in PEOPLE.values() if p.active])
def test_a_person_finds_what_he_may_look_at(client_as, person):
    """Every row of the world is asked for at once, by what all of their names end with."""
    wanted = {(k, code) for k, spec in NAMED.items() for code in spec.codes if may_find(person, spec.register, code)}
    page = ask(client_as(person), "qx", "/search/")
    assert page.status_code == 200
    assert answers.canaries_in(answers.body_of(page)) == wanted


@pytest.mark.parametrize("person", SOME)
def test_a_place_elsewhere_is_found_in_no_way(client_as, person):
    """By its name, its initials, its full pinyin: in the box, the choices of a foreign key, the lists."""
    browser = client_as(person)
    for code in (OWN, SIBLING, "330304001", "990101001", CITY):
        name = DIVISIONS[code]
        for q in forms(name):
            found = name in items(browser, q, "区划")
            assert found == may_find(person, "Division", code), (name, q)
            for path in (
                f"/stations/options/division_code?verb=view&q={q}",
                f"/divisions/list/?q={q}&psize_DivisionView=100",
                f"/units/options/division_code?verb=add&q={q}",
            ):
                if not policy.sees(person, "Division", code):
                    body = answers.body_of(browser.get(path))
                    for echo in (f'value="{q}"', f"关键字：{q}"):
                        body = body.replace(echo, "")
                    assert name not in body, path


@pytest.mark.parametrize("person", ["town_admin", "mixed", "unit_officer"])
@pytest.mark.parametrize("kind", NAMED)
def test_a_row_elsewhere_is_found_in_no_way(client_as, person, kind):
    browser, spec = client_as(person), NAMED[kind]
    base = {"StationMember": "/members", "MemberUnit": "/units"}.get(spec.register, f"/{spec.register.lower()}s")
    for code in spec.codes:
        told = [answers.body_of(ask(browser, f"{kind}-{code}-qx", path)) for path in ("/search/", "/search/suggest")]
        if policy.can(person, spec.register, "view"):
            told.append(answers.body_of(browser.get(f"{base}/list/?q={kind}{code}qx")))
        found = [(kind, code) in answers.canaries_in(text) for text in told]
        assert set(found) == {may_find(person, spec.register, code)}, (code, found)


def test_the_choices_of_a_foreign_key_find_nothing_elsewhere(client_as):
    browser = client_as("town_admin")
    for path in ("/members/options/station_id?verb=add", "/members/options/unit_id?verb=add"):
        for code in DIVISIONS:
            shown = answers.canaries_in(answers.body_of(browser.get(f"{path}&q={code}qx")))
            assert all(policy.sees("town_admin", NAMED[kind].register, c) for kind, c in shown)
        own = answers.canaries_in(answers.body_of(browser.get(f"{path}&q={OWN}qx")))
        assert {c for _, c in own} == {OWN}


HIDDEN = [(kind, spec) for kind, (spec, column) in KINDS.items() if kind not in NAMED]


def test_what_is_no_name_is_not_looked_through(client_as):
    """Contacts, notes, titles, duties, cases, files, and every secret: even by who may see them."""
    browser = client_as("city_admin")
    asked = [f"{kind}-{OWN}" for kind, _ in HIDDEN]
    asked += [text for text, (spec, code, _) in SECRETS.items() if code == OWN]
    assert len(asked) > 20
    assert [q for q in asked if ask(browser, q).get_json()["groups"]] == []


def test_the_notes_of_a_place_are_no_way_to_it(client_as):
    """The unit of the city is readable from below, the person to call is not: no question tells who that is."""
    browser = client_as("town_admin")
    for q in (f"CONTACT-{CITY}", f"contact{CITY}qx", f"NOTE-{CITY}"):
        assert ask(browser, q).get_json()["groups"] == []
        assert "共 0 条" in browser.get(f"/units/list/?q={q}").text
    assert len(items(browser, f"UNIT-{CITY}-qx", "成员单位")) == 1


def test_no_list_can_be_filtered_or_sorted_by_the_sounds(client_as):
    browser = client_as("city_admin")
    for spec in (BY_REGISTER[name] for name in FINDABLE):
        base = {"StationMember": "/members", "MemberUnit": "/units"}.get(spec.register, f"/{spec.register.lower()}s")
        view = f"{spec.register}View"
        for query in ("_flt_0_search_text=a", f"_oc_{view}=search_text&_od_{view}=asc"):
            assert browser.get(f"{base}/list/?{query}").status_code == 400
        assert "\x01" not in browser.get(f"{base}/show/{spec.keys[OWN]}").text


def test_a_stranger_is_sent_to_sign_in(app):
    browser = Browser(app)
    token = browser.token()
    page = browser.post("/search/", data={"q": "五马", "csrf_token": token})
    script = browser.post(
        "/search/suggest", data={"q": "五马", "csrf_token": token}, headers={"Accept": "application/json"}
    )
    assert (page.status_code, script.status_code) == (302, 401)
    assert "五马" not in page.location
    assert "groups" not in script.get_json()
