"""The page of a case: how far it is and until when, the next step, what was done, who else it may be about."""

import re
from datetime import date

import pytest

from models import AuditEntry
from tests import records
from tests.pages.stepping import WHAT, activities_of, count, done, row_of, step, take
from tests.unit import case_rules
from tests.world import CHILD, OWN, SIBLING

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

SEALED = "经过只有写明理由的人看得到"
ANOTHER = "另一次的经过"


@pytest.fixture
def case_in(app):
    """(state, …) → the key of a new case that went there."""

    def make(state, **columns):
        with app.app_context():
            return case_rules.case_in(state, **columns)

    return make


@pytest.fixture
def recorded(app, case_in):
    """A case with two records whose contents are sealed: its key, and theirs."""
    key = case_in("ACCEPTED")
    with app.app_context():
        return key, done(key, "走访邻居", SEALED), done(key, "再走访", ANOTHER)


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


# ---- how far it is, and where it can go


@pytest.mark.parametrize("state", [*case_rules.RUNNING, "CLOSED", "VISITED", *case_rules.GONE])
def test_the_state_is_marked_in_words(client_as, case_in, state):
    page = client_as("staff").get(f"/cases/show/{case_in(state)}").text
    (now,) = re.findall(r'<li aria-current="step">.*?</li>', page, re.DOTALL)
    assert case_rules.CaseState[state].value in now
    assert "（现在）" in now


def test_the_number_and_an_ending_stand_on_top(app, client_as):
    with app.app_context():
        key = records.case(OWN, ended_on=date(2026, 11, 24), ended_reason="登错了")
    page = client_as("staff").get(f"/cases/show/{key}").text
    head = re.search(r"<h1>.*?</h1>", page, re.DOTALL)[0]
    assert row_of(app, key).number in head
    assert "已作废" in head
    assert "/cases/advance/" not in page
    assert f'action="/cases/activity/{key}"' not in page


@pytest.mark.parametrize(
    ("received", "words"),
    [("2026-11-24", "剩1个工作日"), ("2026-11-23", "今天到期"), ("2026-11-18", "已逾期5天")],
)
def test_what_is_left_is_said_in_words_and_why(client_as, case_in, received, words):
    key = case_in("APPLIED", received_on=date.fromisoformat(received))
    page = client_as("staff").get(f"/cases/show/{key}").text
    assert words in page
    assert f"来访 {received}，次日起算 1 个工作日，最迟 " in page
    assert words in client_as("staff").get("/cases/list/").text


def test_nothing_is_left_where_no_clock_runs(client_as, case_in):
    page = client_as("staff").get(f"/cases/show/{case_in('CLOSED')}").text
    assert "个工作日" not in page
    assert 'class="deadline' not in page


def test_the_next_step_is_there_and_the_others_lead_to_their_forms(client_as, case_in):
    key = case_in("HANDLING")
    page = client_as("staff").get(f"/cases/show/{key}").text
    assert f'<form method="post" action="{step(key, "CLOSED")}"' in page
    links = set(re.findall(rf'href="/cases/advance/{key}/(\w+)"', page))
    assert links == {"HANDLING", "INVESTIGATING", "WITHDRAWN", "LOST", "MERGED", "SEALED"}
    assert "退回到「调查」" in page


def test_what_is_missing_stands_where_the_form_would(client_as, case_in):
    key = case_in("INVESTIGATING")
    page = client_as("staff").get(f"/cases/show/{key}").text
    assert "还不能开始处理：" in page
    assert "缺少调查记录" in page
    assert f'action="{step(key, "HANDLING")}"' not in page
    assert '<details class="fold" id="add-activity" open>' in page, "there it is mended"


@pytest.mark.parametrize("person", ["supervisor"])
def test_who_only_looks_is_offered_nothing(client_as, case_in, person):
    key = case_in("ACCEPTED")
    page = client_as(person).get(f"/cases/show/{key}").text
    assert 'aria-current="step"' in page
    assert "/cases/advance/" not in page
    assert "/cases/activity/" not in page
    assert "/cases/open-activity/" not in page
    assert "姓名town_admin" not in page, "who else could handle it is asked by forms only"


def test_a_case_of_another_township_is_not_there(client_as, case_in):
    key = case_in("ACCEPTED", code=SIBLING)
    browser = client_as("staff")
    assert browser.get(f"/cases/show/{key}").status_code == 404
    assert browser.submit(f"/cases/activity/{key}", WHAT).status_code == 404
    assert browser.submit(f"/cases/open-activity/{key}/all", {"reason": "核对登记信息"}).status_code == 404


# ---- one more record


def add(browser, key, **changes):
    return browser.submit(f"/cases/activity/{key}", WHAT | {"_once": "a" * 32} | changes)


def test_a_record_is_added(app, client_as, case_in):
    key, browser = case_in("ACCEPTED"), client_as("staff")
    answer = add(browser, key, content=SEALED, is_repeat="y")
    assert (answer.status_code, answer.location) == (302, f"/cases/show/{key}#timeline")
    (made,) = activities_of(app, key)
    assert (made.kind.name, made.summary, made.done_by, made.is_repeat) == ("CALL", "电话联系", "姓名staff", True)
    page = browser.get(f"/cases/show/{key}").text
    assert "电话联系" in page
    assert "来过 2 次（含首次）" in text_of(page)
    assert SEALED not in page


def test_a_record_that_is_sent_twice_is_one(app, client_as, case_in):
    key, browser = case_in("ACCEPTED"), client_as("staff")
    answers = [add(browser, key) for _ in range(2)]
    assert [a.status_code for a in answers] == [302, 302]
    assert len(activities_of(app, key)) == 1
    assert count(app, AuditEntry, AuditEntry.register == "CaseActivity", AuditEntry.root_key == str(key)) == 1
    add(browser, key, summary="另一条")
    add(client_as("town_admin"), key)
    assert len(activities_of(app, key)) == 3, "other content, and another person's, is another record"


@pytest.mark.parametrize(
    ("name", "value"),
    [("kind", ""), ("kind", "接待"), ("happened_on", ""), ("happened_on", "2026-11-25"), ("happened_on", "昨天"),
     ("summary", ""), ("summary", "字" * 101), ("done_by", ""), ("content", "字" * 5001)],
)  # fmt: skip
def test_a_record_that_is_wrong_comes_back_on_the_page_with_what_was_typed(app, client_as, case_in, name, value):
    key = case_in("ACCEPTED")
    typed = {"summary": "写了一半的事项", "content": "写了一半的经过"} | {name: value}
    answer = add(client_as("staff"), key, **typed)
    assert answer.status_code == 422
    assert 'aria-current="step"' in answer.text, "the page of the case"
    assert '<details class="fold" id="add-activity" open>' in answer.text
    assert "写了一半的" in re.search(r'id="add-activity".*?</details>', answer.text, re.DOTALL)[0]
    assert activities_of(app, key) == []
    next_form = re.search(r'<section class="card section next".*?</section>', answer.text, re.DOTALL)[0]
    assert "写了一半的" not in next_form


def test_a_record_changes_no_version(app, client_as, case_in):
    """A form that is open on the case meanwhile stays valid."""
    key, browser = case_in("ACCEPTED"), client_as("staff")
    before = row_of(app, key).version
    add(browser, key)
    assert row_of(app, key).version == before


@pytest.mark.parametrize(
    ("person", "status"), [("supervisor", 403), ("center", 403), ("village_admin", 404), ("auditor", 403)]
)
def test_only_who_handles_cases_here_adds(app, client_as, case_in, person, status):
    key = case_in("ACCEPTED")
    assert add(client_as(person), key).status_code == status
    assert activities_of(app, key) == []


def test_nothing_is_added_to_a_case_that_was_ended(app, client_as):
    with app.app_context():
        key = records.case(OWN, ended_on=date(2026, 11, 24), ended_reason="登错了")
    answer = add(client_as("staff"), key)
    assert (answer.status_code, "请先恢复" in answer.text) == (422, True)
    assert activities_of(app, key) == []


def test_a_record_says_of_itself_nothing_about_another_case(app, client_as, case_in):
    """The address says which case; what is posted beside it does not."""
    key, other = case_in("ACCEPTED"), case_in("ACCEPTED", code=SIBLING)
    add(client_as("staff"), key, case_id=str(other), uid="b" * 32, version="7")
    assert activities_of(app, other) == []
    (made,) = activities_of(app, key)
    assert (made.case_id, made.version) == (key, 1)


# ---- the contents of records


def opened(browser, key, which, **reason):
    return browser.submit(f"/cases/open-activity/{key}/{which}", reason or {"reason": "核对登记信息"})


def looks(app):
    return count(app, AuditEntry, AuditEntry.verb == "reveal", AuditEntry.register == "CaseActivity")


def test_contents_are_in_no_page_without_a_reason(app, client_as, recorded):
    key, first, _second = recorded
    for person in ("staff", "town_admin", "supervisor", "city_admin"):
        browser = client_as(person)
        for page in (f"/cases/show/{key}", f"/cases/history/{key}", "/cases/list/", step(key, "INVESTIGATING")):
            text = browser.get(page).text
            assert SEALED not in text
            assert ANOTHER not in text
    for which in (first, "all"):
        answer = opened(client_as("staff"), key, which, reason="", other=" ")
        assert answer.location == f"/cases/show/{key}#timeline"
        assert SEALED not in answer.text
    assert looks(app) == 0


def test_one_content_is_opened_with_a_reason_and_on_record(app, client_as, recorded):
    key, first, _second = recorded
    browser = client_as("staff")
    answer = opened(browser, key, first, reason="核对登记信息", other="准备调解")
    assert answer.status_code == 200
    assert SEALED in answer.text
    assert ANOTHER not in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert looks(app) == 1
    history = browser.get(f"/cases/history/{key}").text
    assert "准备调解" in history
    assert "经过" in history
    assert SEALED not in browser.get(f"/cases/show/{key}").text, "shown once"


def test_all_contents_are_opened_with_one_reason_and_each_on_record(app, client_as, recorded):
    key, *_keys = recorded
    answer = opened(client_as("staff"), key, "all")
    assert SEALED in answer.text
    assert ANOTHER in answer.text
    assert looks(app) == 2


@pytest.mark.parametrize(("person", "status"), [("supervisor", 403), ("center", 403), ("village_admin", 404)])
def test_who_may_not_open_secrets_opens_none(app, client_as, recorded, person, status):
    key, first, _second = recorded
    for which in (first, "all"):
        answer = opened(client_as(person), key, which)
        assert (answer.status_code, SEALED in answer.text) == (status, False)
    assert looks(app) == 0


@pytest.mark.parametrize("which", ["0", "x", "-1", "99999999999", "ALL", "%20"])
def test_a_record_that_is_none(client_as, recorded, which):
    assert opened(client_as("staff"), recorded[0], which).status_code == 404


def test_a_record_is_opened_through_its_own_case_only(app, client_as, recorded, case_in):
    key, other = recorded[0], case_in("ACCEPTED")
    with app.app_context():
        beside = done(case_in("ACCEPTED", code=SIBLING), content=SEALED)
    for pk, which in ((other, recorded[1]), (key, beside), (other, "all")):
        answer = opened(client_as("staff"), pk, which)
        assert (answer.status_code, SEALED in answer.text) == (404, False)
    assert looks(app) == 0


def test_a_content_is_opened_by_post_only(client_as, recorded):
    key, first, _second = recorded
    assert client_as("staff").get(f"/cases/open-activity/{key}/{first}").status_code == 405
    assert client_as("staff").get(f"/cases/activity/{key}").status_code == 405


# ---- the line of time


def test_steps_records_urges_and_changes_stand_in_one_line(app, client_as, case_in):
    key, browser = case_in("APPLIED"), client_as("staff")
    take(browser, key, "WITHDRAWN", {"state_reason": "家里谈好了"})
    take(browser, key, "APPLIED", {"state_reason": "又来了"})
    add(browser, key)
    browser.submit(f"/cases/edit/{key}", {"note": "已联系村里"})
    with app.app_context():
        records.urge(key, reason="请抓紧办理")
    events = re.findall(
        r'<li class="event (\w+)">(.*?)</li>\s*(?=<li class="event|</ol>)',
        browser.get(f"/cases/show/{key}").text,
        re.DOTALL,
    )
    told = [(kind, text_of(text)) for kind, text in events]
    assert [kind for kind, _text in told] == ["urge", "change", "activity", "move", "move", "move"]
    for (_kind, text), words in zip(
        told, ("请抓紧办理", "已联系村里", "电话联系", "又来了", "家里谈好了", "登记"), strict=True
    ):
        assert words in text
    assert "撤回 → 申请" in told[3][1]
    assert "姓名staff" in told[4][1]


def test_a_long_line_is_cut_and_leads_to_the_history(app, client_as, case_in):
    key = case_in("ACCEPTED")
    with app.app_context():
        for n in range(55):
            done(key, f"第{n}次")
    page = client_as("staff").get(f"/cases/show/{key}").text
    assert "第54次" in page
    assert "第0次" not in page
    assert f'更早的请看<a href="/cases/history/{key}">' in page


def test_a_page_costs_no_more_for_a_long_story(app, client_as, case_in, statements):
    key, browser, counted = case_in("ACCEPTED"), client_as("staff"), []
    for _round in range(2):
        with app.app_context():
            for n in range(5):
                done(key, f"第{n}次", SEALED)
        statements.clear()
        browser.get(f"/cases/show/{key}")
        counted.append(len(statements))
    assert counted[0] == counted[1]


# ---- 件 and 次, and who it may be


def test_each_visit_counts_and_those_of_merged_cases_too(app, client_as, case_in):
    key, other, browser = case_in("ACCEPTED"), case_in("ACCEPTED"), client_as("staff")
    with app.app_context():
        for case in (key, key, other):
            done(case, is_repeat=True)
        done(key)
    assert "来过 3 次（含首次）" in text_of(browser.get(f"/cases/show/{key}").text)
    take(browser, other, "MERGED", {"state_reason": "同一件", "merged_into_id": str(key)})
    page = browser.get(f"/cases/show/{key}").text
    assert "来过 5 次（含首次）" in text_of(page)
    assert "并入本件的案件" in page
    assert f'href="/cases/show/{other}"' in page


NUMBER = records.id_number()


def related_on(page):
    """{key of a case: what is said of it} of those that may be hers."""
    part = page.partition("可能是同一人的案件")[2].partition("</section>")[0]
    return {
        int(key): "身份证号相同" if "身份证号相同" in text else "同名，请核对" if "同名，请核对" in text else ""
        for key, text in re.findall(r'href="/cases/show/(\d+)"(.*?)</a>', part, re.DOTALL)
    }


def test_who_it_may_be_is_sure_by_number_and_to_be_checked_by_name(app, client_as):
    with app.app_context():
        key = records.case(name="李小梅", id_number=NUMBER)
        same = records.case(CHILD, name="李梅", id_number=NUMBER)
        namesake = records.case(name="李小梅")
        records.case(name="李大梅")
        records.case(name="李小梅", ended_on=date(2026, 11, 24), ended_reason="重复登记")
    assert related_on(client_as("staff").get(f"/cases/show/{key}").text) == {
        same: "身份证号相同",
        namesake: "同名，请核对",
    }


def test_who_it_may_be_is_never_looked_for_beyond_what_one_sees(app, client_as):
    with app.app_context():
        key = records.case(name="李小梅", id_number=NUMBER)
        beside = records.case(SIBLING, name="李小梅", id_number=NUMBER)
        records.case("330304001", name="李小梅")  # of another county
    assert related_on(client_as("staff").get(f"/cases/show/{key}").text) == {}
    assert related_on(client_as("county_admin").get(f"/cases/show/{key}").text) == {beside: "身份证号相同"}
    assert related_on(client_as("city_admin").get(f"/cases/show/{key}").text) == {beside: "身份证号相同"}


def test_a_number_is_compared_only_where_it_may_be_opened(app, client_as):
    """Whoever registers cases here and only looks elsewhere could try one number after the other."""
    with app.app_context():
        theirs = records.case("330304001", name="秘某", id_number=NUMBER)
        guess = records.case(name="猜某", id_number=NUMBER)
    browser = client_as("mixed")
    assert browser.get(f"/cases/show/{theirs}").status_code == 200
    assert browser.submit(f"/cases/reveal/{theirs}", {"column": "id_number", "reason": "核对"}).status_code == 403
    assert related_on(browser.get(f"/cases/show/{guess}").text) == {}
    assert related_on(browser.get(f"/cases/show/{theirs}").text) == {}
    assert related_on(client_as("city_admin").get(f"/cases/show/{guess}").text) == {theirs: "身份证号相同"}


def test_of_many_namesakes_ten_are_shown(app, client_as):
    with app.app_context():
        keys = [records.case(name="李小梅") for _ in range(12)]
    page = client_as("staff").get(f"/cases/show/{keys[0]}").text
    assert list(related_on(page)) == keys[:1:-1]
    assert "只列出最近的 10 件" in page
