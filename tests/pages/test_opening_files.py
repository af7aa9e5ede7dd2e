"""Files of rows with secrets tell what the secrets tell: opened by who may open those, with a reason, on record."""

import re

import pytest
from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import AuditEntry
from tests import records
from tests.pages.uploads import JPEG, PDF, upload
from views import attaching

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

REASON = "办理业务需要联系本人"
PATH = r'(?:href|action)="(/cases/attachment/\d+/\d+)"'


@pytest.fixture
def case(app):
    with app.app_context():
        return records.case()


@pytest.fixture
def browser(client_as):
    return client_as("town_admin")


@pytest.fixture
def file(browser, case):
    """The address of a PDF on the case."""
    upload(browser, f"/cases/attach/{case}", PDF, "伤情.pdf")
    return re.search(PATH, browser.get(f"/cases/show/{case}").text)[1]


def looks(app, case):
    """Who looked at what of the case and why, as the audit has it."""
    with app.app_context(), acting_as(SETUP):
        found = select(AuditEntry).where(AuditEntry.register == "Case", AuditEntry.row_key == str(case))
        found = found.where(AuditEntry.verb == "reveal").order_by(AuditEntry.id)
        return [(e.actor_name, e.changes) for e in db.session.scalars(found)]


@pytest.mark.parametrize(
    ("posted", "recorded"),
    [
        ({"reason": REASON}, REASON),
        ({"other": "法院来函"}, "法院来函"),
        ({"reason": REASON, "other": " 法院来函 "}, "法院来函"),
    ],
)
def test_a_file_is_opened_with_a_reason_and_the_history_tells_it(app, browser, case, file, posted, recorded):
    answer = browser.submit(file, posted)
    assert (answer.status_code, answer.data) == (200, PDF)
    assert answer.headers["Cache-Control"] == "no-store"
    told = {"_file": [None, "伤情.pdf"], "_reason": [None, recorded]}
    assert looks(app, case) == [("姓名town_admin", told)]
    history = browser.get(f"/cases/history/{case}").text
    assert recorded in history
    assert history.count("伤情.pdf") == 2, "when it was filed, and when it was opened"


@pytest.mark.parametrize("posted", [{}, {"reason": ""}, {"reason": "查"}, {"other": "长" * 101}, {"other": "甲\x07乙"}])
def test_without_a_reason_there_is_no_file_and_no_record(app, browser, case, file, posted):
    answer = browser.submit(file, posted, follow_redirects=True)
    assert b"%PDF" not in answer.data
    assert "请填写查看的理由（2 至 100 个字）。" in answer.text
    assert looks(app, case) == []


@pytest.mark.parametrize("query", ["", f"?reason={REASON}"])
def test_an_address_alone_leads_to_the_page(app, browser, case, file, query):
    """It may stand in a history, a bookmark or a letter, and a script may load it."""
    answer = browser.get(file + query)
    assert (answer.status_code, answer.location) == (302, f"/cases/show/{case}")
    assert browser.head(file + query).status_code == 302
    assert looks(app, case) == []


def test_who_may_not_open_secrets_opens_no_file(app, client_as, case, file):
    """He may read the case, that a file hangs there too."""
    supervisor = client_as("supervisor")
    page = supervisor.get(f"/cases/show/{case}").text
    assert "伤情.pdf" in page
    assert not re.search(PATH, page)
    assert supervisor.get(file).status_code == 403
    assert supervisor.submit(file, {"reason": REASON}).status_code == 403
    assert looks(app, case) == []


def test_where_rows_have_no_secrets_a_link_opens_the_file(app, client_as, browser):
    with app.app_context():
        training = records.training()
    upload(browser, f"/trainings/attach/{training}", PDF, "通知.pdf")
    supervisor = client_as("supervisor")
    (link,) = re.findall(r'href="(/trainings/attachment/\d+/\d+)"', supervisor.get(f"/trainings/show/{training}").text)
    assert supervisor.get(link).data == PDF


def test_nobody_waits_while_a_picture_is_drawn_anew(browser, case, monkeypatch):
    """On SQLite an open transaction keeps every other writer out, and drawing takes seconds."""
    seen, original = [], attaching.checked

    def watched(name, content):
        seen.append(db.session().in_transaction())
        return original(name, content)

    monkeypatch.setattr(attaching, "checked", watched)
    assert "已上传。" in upload(browser, f"/cases/attach/{case}", JPEG, "伤情.jpg")
    assert seen == [False]
