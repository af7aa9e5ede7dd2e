"""Files on rows: fetched only through their row, sealed in the database, harmless for whoever opens them."""

import re
from urllib.parse import unquote

import pytest
from sqlalchemy import select, text

from app import attachments
from app.extensions import db
from app.files import MAX_FILE, checked
from app.scope import acting_as
from app.security.actor import SETUP
from models import Attachment, AuditEntry, Case
from tests import records, world
from tests.conftest import Browser
from tests.pages.uploads import JPEG, PDF, send, upload
from tests.unit.test_files import picture

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases


@pytest.fixture
def case(app):
    with app.app_context():
        return records.case()


@pytest.fixture
def browser(client_as):
    return client_as("town_admin")


def links(browser, path):
    """The addresses of the files on a row's page: links, or forms that ask for a reason."""
    return re.findall(r'(?:href|action)="([^"]*/attachment/[^"]*)"', browser.get(path).text)


def fetch(browser, link):
    """The answer to who opens a file as its page lets him: of a case, with a reason (see test_opening_files)."""
    return browser.submit(link, {"reason": "核对登记信息"}) if link.startswith("/cases/") else browser.get(link)


@pytest.fixture
def link(browser, case):
    """The address of a PDF on the case."""
    assert "已上传。" in upload(browser, f"/cases/attach/{case}", PDF)
    (found,) = links(browser, f"/cases/show/{case}")
    return found


def stored(app):
    """The files that did not stand in the small world before."""
    with app.app_context(), acting_as(SETUP):
        found = select(Attachment).where(Attachment.id.not_in(world.saved("attachment")))
        return db.session.scalars(found.order_by(Attachment.id)).all()


def entries(app):
    """What the audit says of those files."""
    with app.app_context(), acting_as(SETUP):
        found = select(AuditEntry).where(AuditEntry.register == "Attachment")
        found = found.where(AuditEntry.id.not_in(world.saved("audit_entry")))
        return db.session.scalars(found.order_by(AuditEntry.id)).all()


# ---- up and down


@pytest.mark.parametrize(
    ("content", "name", "kind", "ending"),
    [
        (PDF, "证明.pdf", "application/pdf", ".pdf"),
        (JPEG, "照片.JPG", "image/jpeg", ".jpg"),
        (picture("png"), "截图.png", "image/png", ".png"),
        (picture("webp"), "图.webp", "image/webp", ".webp"),
        (JPEG, "伪装.pdf", "image/jpeg", ".jpg"),
        (PDF, "没有扩展名", "application/pdf", ".pdf"),
    ],
)
def test_a_file_goes_up_and_comes_down_as_what_it_is(browser, case, content, name, kind, ending):
    page = upload(browser, f"/cases/attach/{case}", content, name)
    assert "已上传。" in page
    (link,) = links(browser, f"/cases/show/{case}")
    answer = fetch(browser, link)
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert unquote(answer.headers["Content-Disposition"]).endswith(f"''{name.partition('.')[0]}{ending}")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.data == content if kind == "application/pdf" else answer.data[:2] == content[:2]


@pytest.mark.parametrize("path", ["stations", "cases", "trainings"])
def test_every_register_with_files_takes_them(app, browser, path):
    with app.app_context():
        key = {"stations": world.FIRST_STATION, "cases": records.case(), "trainings": records.training()}[path]
    assert "已上传。" in upload(browser, f"/{path}/attach/{key}", PDF)
    (link,) = links(browser, f"/{path}/show/{key}")
    assert fetch(browser, link).data == PDF


def test_a_register_without_files_has_no_such_address(app, browser):
    with app.app_context():
        key = records.volunteer()
    assert send(browser, f"/volunteers/attach/{key}", PDF).status_code == 404
    assert browser.get(f"/volunteers/attachment/{key}/1").status_code == 404
    assert browser.submit(f"/volunteers/attachment/{key}/1", {"reason": "核对登记信息"}).status_code == 404
    assert browser.submit(f"/volunteers/detach/{key}/1").status_code == 404
    assert "附件" not in browser.get(f"/volunteers/show/{key}").text


def test_a_file_is_removed_and_the_history_keeps_its_name(app, browser, case, link):
    answer = browser.submit(link.replace("attachment", "detach"), follow_redirects=True)
    assert "已删除附件。" in answer.text
    assert fetch(browser, link).status_code == 404
    assert stored(app) == []
    history = browser.get(f"/cases/history/{case}").text
    assert history.count("甲.pdf") == 2, "added and removed"
    assert [(e.verb, e.root_register, e.root_key, e.division_code) for e in entries(app)] == [
        (verb, "Case", str(case), world.OWN) for verb in ("add", "delete")
    ]


# ---- what is refused


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"<html><script>alert(1)</script></html>", "照片.jpg", "只能上传 JPG、PNG、WebP 图片或 PDF 文件"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "图.svg", "只能上传 JPG、PNG、WebP 图片或 PDF 文件"),
        (b"GIF89a" + bytes(20), "图.gif", "只能上传 JPG、PNG、WebP 图片或 PDF 文件"),
        (b"\xff\xd8\xff<html>", "照片.jpg", "图片已损坏或不完整"),
        (PDF.replace(b"/Pages", b"/OpenAction << /JS (x) >> /Pages"), "表.pdf", "PDF 文件含有脚本"),
        (b"", "空.pdf", "请选择要上传的文件。"),
        (PDF + bytes(MAX_FILE), "大.pdf", "文件超过 10 MB"),
    ],
    ids=["html as jpg", "svg", "gif", "broken", "script", "empty", "too large"],
)
def test_what_is_no_harmless_file_is_refused_in_words(app, browser, case, content, name, sentence):
    assert sentence in upload(browser, f"/cases/attach/{case}", content, name)
    assert stored(app) == []


def test_a_post_without_a_file_is_told_so(app, browser, case):
    for data in ({}, {"file": "text"}):
        answer = browser.submit(f"/cases/attach/{case}", data, follow_redirects=True)
        assert "请选择要上传的文件。" in answer.text
    assert stored(app) == []


def test_a_request_beyond_all_measure_is_answered_with_a_page(app, browser, case):
    answer = send(browser, f"/cases/attach/{case}", bytes(app.config["MAX_CONTENT_LENGTH"]))
    assert answer.status_code == 413
    assert "提交的内容或文件超过了大小限制。" in answer.text
    assert stored(app) == []


def test_a_row_holds_so_many_files(app, browser, case, monkeypatch):
    monkeypatch.setattr(attachments, "MOST", 2)
    pages = [upload(browser, f"/cases/attach/{case}", PDF, f"{n}.pdf") for n in range(3)]
    assert ["已上传。" in page for page in pages] == [True, True, False]
    assert "一条记录最多 2 个附件。" in pages[2]
    assert len(stored(app)) == 2


def test_an_upload_needs_the_token_of_a_page(app, browser, case):
    answer = browser.post(f"/cases/attach/{case}", data={}, content_type="multipart/form-data")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('甲"乙.pdf', '甲"乙.pdf'),
        ("甲\r\nSet-Cookie: a=b.pdf", "甲Set-Cookie: a=b.pdf"),
        ("fdp.\u202egpj.pdf", "fdp.gpj.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\windows\\甲.exe", "甲.pdf"),
        ("甲.pdf.exe", "甲.pdf.pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"),
        ("长" * 300 + ".pdf", "长" * 96 + ".pdf"),
        (".pdf", "附件.pdf"),
        ("甲;filename=乙.pdf", "甲;filename=乙.pdf"),
    ],
)  # fmt: skip
def test_a_name_does_no_harm(app, browser, case, name, shown):
    """It is put into the database through the rule: not every name survives a browser's multipart."""
    with app.app_context(), acting_as(SETUP):
        key = attachments.attach(db.session.get(Case, case), checked(name, PDF)).id
        db.session.commit()
    page = browser.get(f"/cases/show/{case}").text
    escaped = shown.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    assert f"<span>{escaped}</span> <span" in page
    answer = fetch(browser, f"/cases/attachment/{case}/{key}")
    assert answer.status_code == 200
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert shown in (
        unquote(disposition.rpartition("''")[2]),
        disposition.partition("filename=")[2].strip('"').replace('\\"', '"'),
    )
    assert "Set-Cookie" not in dict(answer.headers) or "a=b" not in answer.headers["Set-Cookie"]
    assert not re.search(r"[\r\n\u202e]", disposition)


# ---- through the row, and through nothing else


def test_a_file_is_found_through_its_own_row_only(app, browser, case, link):
    with app.app_context():
        other, training = records.case(subject="乙事"), records.training()
    key = link.rpartition("/")[2]
    for path in (f"/cases/attachment/{other}/{key}", f"/trainings/attachment/{training}/{key}",
                 f"/trainings/attachment/{case}/{key}", f"/stations/attachment/{world.FIRST_STATION}/{key}",
                 f"/cases/attachment/{case}/{int(key) + 1}", f"/cases/attachment/{case}/x",
                 f"/cases/attachment/999999999/{key}", f"/cases/attachment/{case}/{'9' * 30}"):  # fmt: skip
        assert fetch(browser, path).status_code == 404
        assert browser.submit(path.replace("attachment", "detach")).status_code == 404
    assert fetch(browser, link).status_code == 200


@pytest.mark.parametrize(
    ("who", "read", "write"),
    [
        ("town_admin", 200, 302),
        ("county_admin", 200, 302),
        ("city_admin", 200, 302),
        ("supervisor", 403, 403),
        ("village_admin", 404, 404),
        ("foreign_admin", 404, 404),
        ("system_admin", 403, 403),
        ("nowhere", 403, 403),
    ],
)
def test_who_fetches_adds_and_removes(app, client_as, case, link, who, read, write):
    """A supervisor reads that a file hangs there, and no more: it tells what the secrets of the case tell."""
    browser = client_as(who)
    assert fetch(browser, link).status_code == read
    assert send(browser, f"/cases/attach/{case}", PDF, "乙.pdf").status_code == write
    assert len(stored(app)) == 1 + (write == 302)
    page = browser.get(f"/cases/show/{case}").text
    assert ("甲.pdf" in page) is (read == 200 or who == "supervisor")
    assert (link in page, "上传图片或 PDF" in page) == (read == 200, write == 302)
    assert browser.submit(link.replace("attachment", "detach")).status_code == write
    assert len(stored(app)) == 1


def test_a_stranger_gets_no_file(app, link):
    stranger = Browser(app)
    for answer in (stranger.get(link), stranger.submit(link, {"reason": "核对登记信息"}, page="/login/")):
        assert answer.status_code == 302
        assert "/login/" in answer.location


def test_the_file_goes_where_its_row_goes(app, client_as, browser):
    """A station that moves takes its files along: those of the new place may fetch and remove them."""
    data = {"division_code": world.OWN, "name": "搬走的站", "host": "SELF"}
    key = int(browser.submit("/stations/add", data).location.rpartition("/")[2])
    upload(browser, f"/stations/attach/{key}", PDF)
    (link,) = links(browser, f"/stations/show/{key}")
    moved = client_as("county_admin").submit(f"/stations/edit/{key}", data | {"division_code": world.SIBLING})
    assert moved.status_code == 302
    assert fetch(browser, link).status_code == 404
    county = client_as("county_admin")
    assert fetch(county, link).data == PDF
    assert county.submit(link.replace("attachment", "detach")).status_code == 302
    assert stored(app) == []


@pytest.mark.parametrize("path", ["stations", "trainings"])
def test_a_row_with_files_is_not_deleted(app, browser, path):
    data = {"stations": {"division_code": world.OWN, "name": "甲某", "host": "SELF"},
            "trainings": {"division_code": world.OWN, "name": "甲某", "held_on": "2026-01-01", "hours": "2",
                          "organizer": "WOMEN"}}[path]  # fmt: skip
    key = browser.submit(f"/{path}/add", data).location.rpartition("/")[2]
    upload(browser, f"/{path}/attach/{key}", PDF)
    refused = browser.submit(f"/{path}/delete/{key}", follow_redirects=True)
    assert "「甲某」还有1 条「附件」，不能删除。" in refused.text
    (link,) = links(browser, f"/{path}/show/{key}")
    browser.submit(link.replace("attachment", "detach"))
    assert "已删除。" in browser.submit(f"/{path}/delete/{key}", follow_redirects=True).text


# ---- sealed


def raw(app, link):
    """The stored content of the file at this address."""
    with app.app_context(), db.engine.connect() as connection:
        asked = text("SELECT content FROM attachment WHERE id = :id")
        return bytes(connection.execute(asked, {"id": int(link.rpartition("/")[2])}).scalar_one())


def write_raw(app, link, content):
    with app.app_context(), db.engine.begin() as connection:
        changed = text("UPDATE attachment SET content = :content WHERE id = :id")
        connection.execute(changed, {"content": content, "id": int(link.rpartition("/")[2])})


def test_what_is_stored_is_ciphertext(app, link):
    content = raw(app, link)
    assert content.startswith(b"dev:")
    assert len(content) == 4 + 12 + len(PDF) + 16
    for part in (b"%PDF", b"Catalog", PDF[10:20]):
        assert part not in content


def test_the_content_is_in_no_audit(app, link):
    (entry,) = entries(app)
    told = {name: after for name, (_, after) in entry.changes.items()}
    assert told == {"id": int(link.rpartition("/")[2]), "name": "甲.pdf", "kind": "pdf", "size": len(PDF)}


@pytest.mark.parametrize(
    "spoil", [lambda c: c[:-1] + bytes([c[-1] ^ 1]), lambda c: b"old" + c[3:], lambda c: b"x", lambda c: PDF]
)
def test_a_file_that_cannot_be_opened_is_told_in_words(app, browser, case, link, spoil):
    write_raw(app, link, spoil(raw(app, link)))
    answer = fetch(browser, link)
    assert answer.status_code == 422
    assert "附件无法读取" in answer.text
    assert b"%PDF" not in answer.data
    assert browser.get(f"/cases/show/{case}").status_code == 200
    assert browser.submit(link.replace("attachment", "detach")).status_code == 302, "it can be removed"


def test_a_file_put_into_another_row_does_not_open(app, browser, case, link):
    """Bound to its own uid: content that somebody copies in the database stays closed."""
    upload(browser, f"/cases/attach/{case}", JPEG, "乙.jpg")
    pdf, jpeg = links(browser, f"/cases/show/{case}")
    write_raw(app, pdf, raw(app, jpeg))
    assert fetch(browser, link).status_code == 422


def test_a_list_of_files_reads_no_content(app, browser, case, link, statements):
    browser.get(f"/cases/show/{case}")
    asked = [s for s in statements if "FROM attachment" in s]
    assert asked
    assert not any("attachment.content" in s for s in asked)
