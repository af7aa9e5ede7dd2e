"""Each register speaks Chinese from its first form to its history: what is said, refused, chosen, and found empty."""

import io
import re

import pytest
from flask import Flask
from sqlalchemy import delete

from app.extensions import db
from models import Model
from tests.pages.chinese import crawl, problems
from tests.records import id_number
from tests.security.registers import CHILD_TABLES, SPECS, key
from tests.security.spec import pdf, typed_into
from tests.world import CHILD, FOREIGN, OWN, PEOPLE, canary
from views.base import RegisterView
from views.menu import MENU

pytestmark = pytest.mark.in_turns  # the words are the same whatever the database

VIEWS = [entry.view for entry in MENU if issubclass(entry.view, RegisterView)]
BASE = {view.class_permission_name: view.route_base for view in VIEWS}
KEPT = [spec for spec in SPECS if spec.register != "Division"]  # the rows that people write day by day
EDITED = [spec for spec in SPECS if "edit" in spec.methods]
ENDED = [spec for spec in KEPT if spec.answers("end")]
ENDING = {"ended_on": "2026-11-01", "ended_reason": "试填"}
FORMS = {spec.register: spec.form(OWN) for spec in SPECS}
MEMBER, UNIT, VOLUNTEER, CASE, TRAINING = (
    FORMS[name] for name in ("StationMember", "MemberUnit", "Volunteer", "Case", "Training")
)
AT_VILLAGE = {"station_id": str(key("Station", CHILD))}
NOT_FOUND = "没有找到所选的「{}」，请重新选择。"
TOO_LONG = "不能超过 {} 个字。"
HAPPENED = "日期不能早于 1949-10-01，也不能晚于今天。"
TICKED = {"attendances-0-_key": "", "attendances-0-is_present": "y"}


def registers(specs):
    return pytest.mark.parametrize("spec", specs, ids=lambda spec: spec.register)


def status_of(html: str) -> list[str]:
    """What a page says of what was done."""
    found = [part.partition(">")[2].partition("</div>")[0] for part in html.split('role="status"')[1:]]
    return [re.sub(r"<[^>]*>", "", text).strip() for text in found if "</svg>" in text]


# ---- what is said


@pytest.mark.in_turns(one_in=2)
@registers(KEPT)
def test_a_row_is_told_of_in_chinese_all_its_life(client_as, spec):
    browser, base = client_as(spec.master), BASE[spec.register]
    rights = {verb for role, _ in PEOPLE[spec.master].scopes for verb in spec.rights[role].split()}

    def said(path: str, data: dict | None = None, **options) -> list[str]:
        answer = browser.submit(path, data, follow_redirects=True, **options)
        assert answer.status_code == 200
        assert not problems(path, answer)
        # What looking for the version of an ended row says, stands there twice.
        return list(dict.fromkeys(status_of(answer.get_data(as_text=True))))

    def seen(path: str) -> str:
        answer = browser.get(path, follow_redirects=True)
        assert answer.status_code == 200
        assert not problems(path, answer)
        return answer.get_data(as_text=True)

    show = browser.submit(f"{base}/add", FORMS[spec.register]).location
    assert status_of(seen(show)) == ["已新增。"]
    at = {verb: show.replace("show", verb) for verb in ("edit", "end", "resume", "attach", "reveal", "delete")}
    if spec in EDITED:
        assert said(at["edit"], {}) == ["已保存。"]
    if spec in ENDED:
        ending = str(spec.model.__ending__)
        assert f"{ending}原因" in seen(at["end"])
        assert said(at["end"], ENDING) == [f"已{ending}。"]
        assert f"已{ending}" in seen(show)
        assert said(at["end"], ENDING) == [f"这条记录已{ending}。"]
        assert status_of(seen(at["edit"])) == [f"这条记录已{ending}，请先恢复再修改。"]
        assert f"已{ending}" in seen(f"{base}/list/?_ended=yes")
        resumed = "已恢复。" if spec.model.__resumes__ else "现在是「停用」，没有这一步。"
        assert said(at["resume"]) == [resumed]
    if getattr(spec.model, "__attachments__", False):
        assert said(at["attach"]) == ["请选择要上传的文件。"]
        (refused,) = said(at["attach"], {"file": (io.BytesIO(b"text"), "a.txt")})
        assert "PDF" in refused
        assert said(at["attach"], {"file": (io.BytesIO(pdf("1")), "说明.pdf")}) == ["已上传。"]
        (file,) = re.findall(r'/detach/(\d+/\d+)"', seen(show))
        attached = f"{base}/attachment/{file}"
        if spec.secrets:  # it is one too
            assert said(attached) == ["请填写查看的理由（2 至 100 个字）。"]
            answer = browser.submit(attached, {"reason": "核对登记信息"})
        else:
            answer = browser.get(attached)
        assert (answer.status_code, answer.data) == (200, pdf("1"))
        assert not problems(attached, answer)
        assert said(f"{base}/detach/{file}") == ["已删除附件。"]
    for column in spec.secrets:
        assert said(at["reveal"], {"column": column}) == ["请填写查看的理由（2 至 100 个字）。"]
        assert said(at["reveal"], {"column": column, "reason": "核对登记信息"}) == []
    visited = crawl(browser, f"{base}/list/", f"{base}/")
    again = [problem for page, answer in visited for problem in problems(page, answer)]
    assert not again, "\n".join(again)
    if "delete" in rights:
        assert said(at["delete"]) == ["已删除。"]
        assert said(f"{base}/action_post", {"action": "bulk_delete"}) == ["没有可处理的记录。"]
    else:
        answer = browser.submit(at["delete"])
        assert answer.status_code == (403 if "delete" in spec.methods else 404)
        assert not problems(at["delete"], answer)


def test_every_page_is_chinese_after_many_changes(client_as):
    """A row of each register is new, another has ended: their neighbours tell of it."""
    browser = client_as("town_admin")
    made = {spec: browser.submit(f"{BASE[spec.register]}/add", FORMS[spec.register]) for spec in KEPT}
    assert {answer.status_code for answer in made.values()} == {302}
    ends = [f"{BASE[spec.register]}/end/{spec.keys[OWN]}" for spec in ENDED]
    # A case does not end over a hand that is open: they are taken back first, the new ones too.
    taken_back = [made[spec].location.replace("show", "end") for spec in ENDED if not spec.model.__resumes__]
    for path in (*taken_back, *reversed(ends)):
        assert browser.submit(path, ENDING).status_code == 302
    again = [problem for page, answer in crawl(browser) for problem in problems(page, answer)]
    assert not again, "\n".join(again)


@pytest.mark.parametrize(
    ("register", "others"),
    [
        (
            "Station",
            "1 条「考核」、1 条「交办」、1 条「经费」、3 条「案件」、1 条「人工确认」、1 条「值班」、"
            "1 条「告诫书、保护令」、1 条「家暴危险评估」、1 条「疑难转报」、1 条「督导检查」、1 条「联席会议」、"
            "1 条「强制报告」、1 条「政策建议」、1 条「认定」、1 条「制度」、1 条「班子」、1 条「上级交办」、"
            "1 条「转办」、1 条「紧急报告」、1 条「队伍」、1 条「上墙」，"
            "不能删除。可以改为「撤销」。",
        ),
        ("MemberUnit", "1 条「交办」、1 条「议定事项」、1 条「班子」，不能删除。可以改为「撤销」。"),
        ("Training", "1 条「签到」、1 条「附件」，不能删除。可以改为「作废」。"),
    ],
)
def test_what_holds_a_row_is_said_in_chinese(client_as, register, others):
    browser = client_as("town_admin")
    answer = browser.submit(f"{BASE[register]}/delete/{key(register, OWN)}", follow_redirects=True)
    (said,) = status_of(answer.get_data(as_text=True))
    assert said.endswith(f"还有{others}")
    assert not problems(register, answer)


# ---- what is refused


@pytest.mark.parametrize(
    ("register", "form", "sentence"),
    [
        ("StationMember", {}, "必填。"),
        ("StationMember", MEMBER | AT_VILLAGE, "乡镇站设主任、副主任、成员，村站设主管、日常工作、协助"),
        ("StationMember", MEMBER | {"seat": "UNIT", "unit_id": ""}, "请选择所代表的成员单位。"),
        ("StationMember", MEMBER | {"station_id": str(key("Station", f"{FOREIGN}01001"))}, "所属维权站"),
        ("StationMember", MEMBER | {"unit_id": "7"}, NOT_FOUND.format("成员单位")),
        ("StationMember", MEMBER | {"phone": "1380000"}, "电话号码"),
        ("StationMember", MEMBER | {"starts_on": "2999-01-01"}, HAPPENED),
        ("MemberUnit", {}, "必填。"),
        ("MemberUnit", UNIT | {"name": canary("UNIT", OWN)}, "该区划已有同名的成员单位。"),
        ("MemberUnit", UNIT | {"aliases": "名" * 201}, TOO_LONG.format(200)),
        ("Volunteer", {}, "必填。"),
        ("Volunteer", VOLUNTEER | {"id_number": "330302"}, "身份证号码应为 18 位，现为 6 位。"),
        ("Volunteer", VOLUNTEER | {"id_number": f"{id_number()[:-1]}A"}, "身份证号码"),
        ("Volunteer", VOLUNTEER | {"id_number": id_number(), "sex": "M"}, "与所填的「性别」不一致，请核对。"),
        ("Volunteer", VOLUNTEER | {"term_ends_on": "2020-01-01"}, "任期截止日期不能早于聘任日期。"),
        ("Volunteer", VOLUNTEER | {"starts_on": "1900-01-01"}, "日期应在 1949-10-01 与 2100-01-01 之间。"),
        ("Volunteer", VOLUNTEER | {"service_hours": "-1"}, "应为 0 到 2147483647 之间的整数。"),
        ("Volunteer", VOLUNTEER | {"service_hours": "多"}, "has-error"),
        ("Volunteer", VOLUNTEER | {"address": "址" * 201}, TOO_LONG.format(200)),
        ("Case", {}, "必填。"),
        ("Case", CASE | {"applicant": "AGENT"}, "由他人代理的，请填写代理人姓名。"),
        ("Case", CASE | {"received_on": "2999-01-01"}, HAPPENED),
        ("Case", CASE | {"channel": "NONE"}, "has-error"),
        ("Case", CASE | {"narrative": "情" * 5001}, TOO_LONG.format(5000)),
        ("Case", CASE | {"safe_phone": "电话"}, "电话号码有误"),
        ("Training", {}, "必填。"),
        ("Training", TRAINING | {"hours": "0"}, "学时应为 1 到 200。"),
        ("Training", TRAINING | {"division_code": FOREIGN}, NOT_FOUND.format("所在区划")),
        ("Training", TRAINING | TICKED | {"attendances-0-score": "9"}, "必填。"),
        ("Training", TRAINING | TICKED | {"attendances-0-volunteer_id": "7"}, NOT_FOUND.format("参训人员")),
    ],
)
def test_refused_rows_are_chinese(client_as, register, form, sentence):
    path = f"{BASE[register]}/add"
    answer = client_as("town_admin").submit(path, form)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert not problems(path, answer)


def test_one_person_twice_is_refused_in_chinese(client_as):
    browser, path = client_as("town_admin"), f"/trainings/edit/{key('Training', OWN)}"
    line = {"attendances-0-_key": "", "attendances-0-volunteer_id": str(key("Volunteer", OWN))}
    answer = browser.submit(path, line)
    assert answer.status_code == 422
    assert "同一个人只能签到一次。" in answer.get_data(as_text=True)
    assert not problems(path, answer)


def test_one_number_twice_at_a_station_is_refused_in_chinese(client_as):
    browser = client_as("town_admin")
    form = VOLUNTEER | {"id_number": id_number()}
    assert browser.submit("/volunteers/add", form).status_code == 302
    answer = browser.submit("/volunteers/add", form)
    assert answer.status_code == 422
    assert "该站已有同一身份证号的人员；如已离任，请在原记录上恢复。" in answer.get_data(as_text=True)
    assert not problems("/volunteers/add", answer)


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ({}, 422, "必填。"),
        (ENDING | {"ended_on": "2999-01-01"}, 422, HAPPENED),
        (ENDING | {"ended_reason": "因" * 201}, 422, "has-error"),
        (ENDING | {"_version": "0"}, 409, "您打开之后，这条记录已被他人修改；请核对后再次提交。"),
    ],
    ids=["empty", "future", "long", "stale"],
)
@registers(ENDED)
def test_refused_endings_are_chinese(client_as, spec, form, status, sentence):
    path = f"{BASE[spec.register]}/end/{spec.keys[OWN]}"
    answer = client_as(spec.master).submit(path, form)
    assert answer.status_code == status
    assert sentence in answer.get_data(as_text=True)
    assert not problems(path, answer)


@registers(EDITED)
def test_a_stale_change_is_answered_in_chinese(client_as, spec):
    """Somebody else saved the row meanwhile: the page says what he made of it."""
    home = OWN if spec.register != "Division" else CHILD
    browser, path = client_as(spec.master), f"{BASE[spec.register]}/edit/{spec.keys[home]}"
    column, theirs, mine = typed_into(spec.register)
    opened = browser.version(path)
    assert browser.submit(path, {column: theirs}).status_code == 302
    answer = browser.submit(path, opened | {column: mine})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert theirs in page
    assert mine in page
    assert not problems(path, answer)


@pytest.mark.parametrize(
    ("status", "address"),
    [
        (200, "/cases/list/?_ended=all&_flt_0_channel=VISIT&_flt_0_is_proxy_entry=n"),
        (200, f"/members/list/?_flt_0_seat=UNIT&_flt_0_station_id={key('Station', OWN)}"),
        (200, "/volunteers/list/?q=没有这个人"),
        (200, "/volunteers/export?_ended=yes"),
        (200, "/trainings/hours/?year=2025&none=y"),
        (200, "/trainings/hours/?page=9"),
        (200, f"/trainings/add?division_code={CHILD}"),
        (200, f"/members/add?station_id={key('Station', OWN)}"),
        (400, "/cases/list/?_ended=maybe"),
        (400, "/cases/list/?_flt_0_phone=1"),
        (400, "/trainings/hours/?year=x"),
        (400, "/trainings/hours/?page=-1"),
        (404, f"/cases/show/{key('Case', f'{FOREIGN}01001')}"),
        (404, f"/cases/attachment/{key('Case', OWN)}/999"),
        (404, f"/members/attachment/{key('StationMember', OWN)}/1"),
        (404, "/trainings/options/attendances.score"),
        (405, f"/cases/reveal/{key('Case', OWN)}"),
    ],
)
def test_what_is_asked_for_by_address_is_chinese(client_as, status, address):
    answer = client_as("town_admin").get(address)
    assert answer.status_code == status
    assert not problems(address, answer)


# ---- what is chosen


@pytest.mark.parametrize(
    ("address", "first"),
    [
        ("/members/options/station_id?verb=add", canary("STA", OWN)),
        ("/members/options/unit_id?verb=edit", canary("UNIT", "3303")),
        ("/cases/options/station_id?q=没有这个站", None),
        ("/trainings/options/attendances.volunteer_id", canary("VOL", OWN)),
    ],
)
def test_choices_are_chinese(client_as, address, first):
    answer = client_as("town_admin").get(address)
    assert answer.status_code == 200
    assert [item["text"] for item in answer.get_json()["items"]][:1] == ([first] if first else [])
    assert not problems(address, answer)


# ---- what is found empty


def test_empty_registers_are_chinese(app: Flask, client_as):
    emptied = {*CHILD_TABLES, "attachment", "audit_entry", "judgement", *(spec.table.name for spec in KEPT)}
    with app.app_context(), db.engine.begin() as connection:
        for table in reversed(Model.metadata.sorted_tables):
            if table.name in emptied:
                connection.execute(delete(table))
    browser = client_as("town_admin")
    empty = {f"{BASE[spec.register]}/list/": "还没有记录" for spec in KEPT}
    empty |= {"/trainings/hours/": "没有符合条件的人员。", f"/divisions/history/{CHILD}": "没有您能查看的修改记录。"}
    for path, sentence in empty.items():
        answer = browser.get(path)
        assert sentence in answer.get_data(as_text=True)
        assert not problems(path, answer)
    again = [problem for page, answer in crawl(browser) for problem in problems(page, answer)]
    assert not again, "\n".join(again)
