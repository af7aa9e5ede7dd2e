"""Drafts of the forms beside a row: a step, 当场答复, 办理记录, 催办, its answer. Kept, offered, taken, his alone."""

import re
from typing import NamedTuple

import pytest

from app.drafts import form_of
from tests import records
from tests.pages.drafting import JSON, kept, value_of
from tests.pages.stepping import row_of
from tests.unit import case_rules
from tests.world import SIBLING

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

ME, ONCE = "姓名staff", "0" * 32
TOLD = "她说的话-QX"


class Beside(NamedTuple):
    """A form beside a case: where it is kept, shown with its draft, and posted; what is typed and what completes it."""

    what: str
    keeps: str
    page: str
    post: str
    typed: dict[str, str]
    rest: dict[str, str]
    says: str


def beside(key, urge):
    of_step = {"keeps": f"/cases/draft_step/{key}"}
    return {
        "step": Beside(
            "to-WITHDRAWN", page=f"/cases/advance/{key}/WITHDRAWN", post=f"/cases/advance/{key}/WITHDRAWN",
            typed={"state_reason": TOLD}, rest={}, says="已完成：撤回", **of_step,
        ),
        "activity": Beside(
            "activity", page=f"/cases/show/{key}", post=f"/cases/activity/{key}",
            typed={"summary": TOLD, "_once": ONCE}, rest={"kind": "CALL", "happened_on": "2026-11-24", "done_by": ME},
            says="已添加办理记录", **of_step,
        ),
        "reply": Beside(
            f"reply-{urge}", page=f"/cases/show/{key}", post=f"/cases/reply/{key}/{urge}",
            typed={"reply": TOLD}, rest={}, says="已回复", **of_step,
        ),
        "urge": Beside(
            "urge", f"/cases/draft_urge/{key}", f"/cases/show/{key}", f"/cases/urge/{key}",
            {"reason": TOLD, "_once": ONCE}, {}, "已催办",
        ),
    }  # fmt: skip


@pytest.fixture
def forms(app):
    """(key of a case that is accepted, the forms beside it)."""
    with app.app_context():
        key = records.accepted(ME)
        return key, beside(key, records.urge(key))


WHICH = pytest.mark.parametrize("which", ["step", "activity", "reply", "urge"])


def keep(browser, form, **fields):
    hidden = browser.version(form.post) if "/advance/" in form.post else {}
    headers = JSON | {"X-CSRFToken": browser.token()}
    return browser.post(f"{form.keeps}/{form.what}", data={**hidden, **form.typed, **fields}, headers=headers)


def clerk(client_as, which):
    return client_as("town_admin" if which == "urge" else "staff")


@WHICH
def test_what_was_typed_is_offered_restored_and_done_with(app, client_as, forms, which):
    key, form = forms[0], forms[1][which]
    browser = clerk(client_as, which)
    assert keep(browser, form).status_code == 200
    assert kept(app) == [form_of("Case", form.what, row_of(app, key).uid)]

    page = browser.get(form.page).text
    assert TOLD not in page, "it is offered, not shown"
    restore = re.search(r'href="([^"]*_draft=[^"]*)">恢复草稿', page)[1].replace("&amp;", "&")
    page = browser.get(restore).text
    assert TOLD in page
    assert "恢复草稿" not in page
    posted = {**browser.version(form.page), **form.typed, **form.rest}
    assert browser.submit(form.post, posted).status_code == 302
    shown = browser.get(f"/cases/show/{key}").text
    assert form.says in shown
    assert "恢复草稿" not in shown
    assert kept(app) == []


@WHICH
def test_what_is_refused_stays_a_draft(app, client_as, forms, which):
    form, browser = forms[1][which], clerk(client_as, which)
    keep(browser, form)
    too_long = {name: "长" * 3000 for name in form.typed if name[0] != "_"}
    answer = browser.submit(form.post, {**browser.version(form.page), **form.rest, **too_long})
    assert answer.status_code == 422
    assert len(kept(app)) == 1


@WHICH
def test_it_is_given_up(app, client_as, forms, which):
    form, browser = forms[1][which], clerk(client_as, which)
    keep(browser, form)
    discard = re.search(r'action="(/cases/discard_[^"]*)"', browser.get(form.page).text)[1]
    assert browser.submit(discard).status_code == 302
    assert kept(app) == []
    assert "恢复草稿" not in browser.get(form.page).text


@WHICH
def test_it_is_his_alone(app, client_as, forms, which):
    form, mine, other = forms[1][which], clerk(client_as, which), client_as("county_admin")
    keep(mine, form)
    assert "恢复草稿" not in other.get(form.page).text
    page = other.get(form.page, query_string={"_draft": form.what}).text
    assert TOLD not in page
    assert "没有找到这份草稿" in page
    other.submit(form.keeps.replace("draft", "discard") + f"/{form.what}")
    assert len(kept(app)) == 1


@WHICH
def test_another_on_the_open_page_sends_nothing_off(app, client_as, forms, which):
    key, form = forms[0], forms[1][which]
    mark = value_of(clerk(client_as, which).get(form.page).text, "_opened_by")
    other, before = client_as("county_admin"), row_of(app, key).version
    posted = {**other.version(form.page), **form.typed, **form.rest, "_opened_by": mark}
    assert other.submit(form.post, posted).location == "/"
    assert keep(other, form, _opened_by=mark).status_code == 403
    assert (row_of(app, key).version, kept(app)) == (before, [])


@pytest.mark.parametrize(
    ("who", "which", "code"),
    [
        ("supervisor", "step", 403),
        ("supervisor", "activity", 403),
        ("staff", "urge", 403),
        ("village_admin", "step", 404),
    ],
)
def test_who_may_not_take_it_keeps_none(app, client_as, forms, who, which, code):
    assert keep(client_as(who), forms[1][which]).status_code == code
    assert kept(app) == []


@pytest.mark.parametrize(
    "what", ["edit", "to-", "to-NOWHERE", "to-accepted", "reply-", "reply-x", "reply-１", "urge", "x:y"]
)
def test_a_form_that_there_is_not_is_not_kept(app, client_as, forms, what):
    browser = client_as("town_admin")
    for verb in ("draft", "discard"):
        answer = browser.submit(f"/cases/{verb}_step/{forms[0]}/{what}", {"reason": TOLD})
        assert answer.status_code == 404
        assert browser.submit(f"/cases/{verb}_urge/{forms[0]}/to-WITHDRAWN").status_code == 404
    assert kept(app) == []


def test_a_case_elsewhere_takes_none(app, client_as):
    with app.app_context():
        key = records.accepted("某人", SIBLING)
    assert keep(client_as("staff"), beside(key, 1)["activity"]).status_code == 404


def test_a_restored_step_still_meets_what_another_changed(app, client_as):
    with app.app_context():
        key = case_rules.case_in("ACCEPTED")
    first, other = client_as("staff"), client_as("town_admin")
    back = f"/cases/advance/{key}/APPLIED"
    data = first.version(back) | {"state_reason": TOLD}
    first.post(f"/cases/draft_step/{key}/to-APPLIED", data=data, headers=JSON | {"X-CSRFToken": first.token()})
    other.submit(f"/cases/edit/{key}", other.version(f"/cases/edit/{key}") | {"note": "另有情况"})
    page = first.get(f"{back}?_draft=to-APPLIED").text
    assert TOLD in page
    assert "已被他人修改" in page or "姓名town_admin" in page
