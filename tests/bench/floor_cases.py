"""The floor of the cases, beside that of the stations (tests.bench.floor): the same pages, rows and secrets, no more.

Secrets are opened and masked, a save is refused on an old version, a new case gets its uid and its place.
"""

import base64
import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.bench import floor, floor_names
from tests.bench.floor import CONFLICT, FOUND, MARK, NOT_FOUND, PAGE, in_scope, run

KEY_ID, _, KEY = os.environ.get("BENCH_SEAL_KEY", "").partition(":")
CIPHER = AESGCM(bytes.fromhex(KEY or "00" * 32))
SEXES = {"F": "女", "M": "男"}
ENUMS = {
    "channel": {"LETTER": "来信", "CALL": "来电", "VISIT": "来访"},
    "applicant": {"SELF": "本人", "AGENT": "代理"},
    "sex": SEXES,
    "category": {
        "POLITICAL": "政治权利", "CULTURE": "文化教育权益", "LABOUR": "劳动和社会保障权益", "PROPERTY": "财产权益",
        "PERSON": "人身权利", "FAMILY": "婚姻家庭权益", "OTHER": "其他",
    },
}  # fmt: skip
SECRETS = ("id_number", "phone", "safe_phone", "address", "narrative", "happened_at")
BOXES = ("is_hotline", "is_proxy_entry", "no_sms", "went_to_office", "went_to_court")
FIELDS = {
    "station_id": "所属维权站", "channel": "来访渠道", "received_on": "来访日期", "subject": "事由",
    "category": "权益类别", "receiver": "接待人", "is_hotline": "由 12338 热线转来", "is_proxy_entry": "代录",
    "applicant": "申请人", "agent_name": "代理人姓名", "agent_relation": "代理人与当事人关系", "name": "当事人姓名",
    "id_number": "身份证号", "sex": "性别", "born_on": "出生日期", "phone": "联系电话", "safe_phone": "安全联系电话",
    "safe_times": "方便联系的时间", "no_sms": "不要发短信", "address": "住址", "ethnicity": "民族",
    "occupation": "职业", "education": "文化程度", "marital_status": "婚姻状况", "narrative": "详情",
    "happened_at": "问题发生地", "went_to_office": "曾经行政处理", "went_to_court": "曾经诉讼",
    "companions": "随访人数及关系", "opinion": "处理意见", "note": "备注",
}  # fmt: skip
SHOWN = FIELDS | {
    "recorded_on": "登记日期", "ended_on": "作废日期", "ended_reason": "作废原因", "created_at": "创建时间",
    "changed_at": "更新时间",
}  # fmt: skip
LIST_LABELS = ("事由", "来访日期", "来访渠道", "当事人姓名", "权益类别", "所属维权站", "接待人", "联系电话")

CASES = """{% extends "base" %}{% block content %}
<form><input name="q"><button>查询</button></form><span>共 {{ count }} 条</span><a href="/cases/add">新增</a>
<table><thead><tr>{% for label in labels %}<th>{{ label }}</th>{% endfor %}<th>操作</th></tr></thead><tbody>
{% for id, cells in rows %}
<tr>{% for cell in cells %}<td>{{ cell }}</td>{% endfor %}
<td><a href="/cases/show/{{ id }}">查看</a> <a href="/cases/edit/{{ id }}">修改</a></td></tr>
{% endfor %}
</tbody></table>
{% if page %}<a href="?page_CaseView={{ page - 1 }}">上一页</a>{% endif %}
第 {{ page + 1 }} / {{ pages }} 页 <a href="?page_CaseView={{ page + 1 }}">下一页</a>
{% endblock %}"""
CASE_FORM = """{% extends "base" %}{% block content %}
<h1>{{ title }}</h1><form method="post"><input type="hidden" name="csrf_token" value="{{ token }}">
<input type="hidden" name="_version" value="{{ row.version }}">
{% for name, label in fields %}<label>{{ label }}
{% set value = row[name] %}
{% if name == "station_id" %}<input type="hidden" name="{{ name }}" value="{{ value }}"><input value="{{ station }}">
{% elif name in enums %}<select name="{{ name }}"><option></option>{% for key, text in enums[name].items() %}
<option value="{{ key }}"{% if key == value %} selected{% endif %}>{{ text }}</option>{% endfor %}</select>
{% elif name in boxes %}<input type="checkbox" name="{{ name }}" value="y"{% if value %} checked{% endif %}>
{% elif name in secrets %}<input name="{{ name }}" placeholder="{{ value }}">
{% else %}<input name="{{ name }}" value="{{ value or "" }}">{% endif %}</label>
{% endfor %}<button>保存</button></form>{% endblock %}"""
LIST, FORM = (floor.templates.from_string(text) for text in (CASES, CASE_FORM))
SHOW = floor.SHOW

OPEN = "{scope} = ? AND s.ended_on IS NULL"
NARROWED = f"{OPEN} AND s.category = ? AND s.township_code = ?"
COLUMNS = ("id", "uid", "version", "division_code", *SHOWN)
PAGE_COLUMNS = "s.id, s.uid, s.subject, s.received_on, s.channel, s.name, s.category, st.name, s.receiver, s.phone"
FROM = " FROM case_record s JOIN station st ON st.id = s.station_id"
COUNT_SQL, COUNT_FEW_SQL = (in_scope(f"SELECT count(*) FROM case_record s WHERE {w}") for w in (OPEN, NARROWED))
PAGE_SQL, PAGE_FEW_SQL = (
    in_scope(
        f"SELECT {PAGE_COLUMNS}{FROM} WHERE s.id IN (SELECT s.id FROM case_record s WHERE {where}"
        f" ORDER BY s.id DESC LIMIT {PAGE} OFFSET ?) ORDER BY s.id DESC"
    )
    for where in (OPEN, NARROWED)
)
ROW_SQL = in_scope(
    f"SELECT {', '.join(f's.{name}' for name in COLUMNS)}, st.name{FROM} WHERE s.id = ? AND {{scope}} = ?"
    " AND s.ended_on IS NULL"
)
STATION_SQL = in_scope("SELECT s.division_code FROM station s WHERE s.id = ? AND {scope} = ?")
UPDATE_SQL = (
    f"UPDATE case_record SET {', '.join(f'{name} = ?' for name in FIELDS)}, division_code = ?, city_code = ?,"
    " county_code = ?, township_code = ?, changed_at = ?, version = version + 1 WHERE id = ?"
).replace("?", MARK)
_ADDED = (
    *FIELDS, "division_code", "city_code", "county_code", "township_code", "created_at", "changed_at", "recorded_on",
    "uid", "version", "number",
)  # fmt: skip
INSERT_SQL = (
    f"INSERT INTO case_record ({', '.join(_ADDED)}) VALUES ({', '.join('?' * len(_ADDED))}) RETURNING id"
).replace("?", MARK)


def _open(uid: str, column: str, token: str | None) -> str:
    if not token:
        return ""
    sealed = base64.b64decode(token.partition(":")[2])
    return CIPHER.decrypt(sealed[:12], sealed[12:], f"case_record:{column}:{uid}".encode()).decode()


def _masked(uid: str, column: str, token: str | None) -> str:
    text = _open(uid, column, token)
    if column == "narrative":
        return text and "（已隐藏）"
    return text and (f"{text[:3]}****{text[7:]}" if column.endswith("phone") else f"{text[:3]}****")


def _seal(uid: str, column: str, text: str) -> str:
    nonce = os.urandom(12)
    sealed = nonce + CIPHER.encrypt(nonce, text.encode(), f"case_record:{column}:{uid}".encode())
    return f"{KEY_ID}:{base64.b64encode(sealed).decode()}"


def _list(scope: str, page: int, few: tuple[str, ...], common: dict[str, Any]) -> str:
    count_sql, page_sql = (COUNT_FEW_SQL, PAGE_FEW_SQL) if few else (COUNT_SQL, PAGE_SQL)
    (count,) = run(count_sql[len(scope)], scope, *few).fetchone()
    rows = []
    for key, uid, subject, received, channel, name, category, station, receiver, phone in run(
        page_sql[len(scope)], scope, *few, page * PAGE
    ):
        kinds = ENUMS["channel"][channel], ENUMS["category"][category]
        rows.append(
            (key, (subject, received, kinds[0], name, kinds[1], station, receiver, _masked(uid, "phone", phone)))
        )
    pages = max(1, -(-count // PAGE))
    return LIST.render(title="案件", count=count, rows=rows, labels=LIST_LABELS, page=page, pages=pages, **common)


def _row(scope: str, key: int) -> tuple[dict[str, Any], str] | None:
    found = run(ROW_SQL[len(scope)], key, scope).fetchone()
    return None if found is None else (dict(zip(COLUMNS, found, strict=False)), found[-1])


def _cell(row: dict[str, Any], station: str, name: str) -> Any:
    value = row[name]
    if name in ENUMS:
        return ENUMS[name].get(value, "")
    if name in SECRETS:
        return _masked(row["uid"], name, value)
    if name in BOXES:
        return floor.yes(value)
    if name in ("created_at", "changed_at"):
        return floor.beijing(value)
    return station if name == "station_id" else value or ""


def _show(scope: str, key: int, common: dict[str, Any]) -> str | None:
    found = _row(scope, key)
    if found is None:
        return None
    row, station = found
    fields = [(label, _cell(row, station, name)) for name, label in SHOWN.items()]
    return SHOW.render(title=row["subject"], id=key, fields=fields, **common)


def _form(row: dict[str, Any], station: str, common: dict[str, Any]) -> str:
    masked = {name: _masked(row["uid"], name, row[name]) for name in SECRETS} if row else {}
    return FORM.render(
        title=row.get("subject", "新增案件"), row=row | masked, station=station, fields=FIELDS.items(), enums=ENUMS,
        boxes=BOXES, secrets=SECRETS, **common,
    )  # fmt: skip


def _get(scope: str, method: str, tail: str, query: dict[str, list[str]], common: dict[str, Any]) -> str | None:
    if method == "list":
        few = tuple(query[name][0] for name in ("_flt_0_category", "_flt_0_division_code") if name in query)
        return _list(scope, int(query.get("page_CaseView", ["0"])[0]), few, common)
    if method == "show":
        return _show(scope, int(tail), common)
    found = _row(scope, int(tail)) if method == "edit" else ({}, "")
    return None if found is None else _form(*found, common)


def _typed(posted: dict[str, str], before: dict[str, Any]) -> dict[str, Any]:
    """The columns as they are to be stored; an empty secret stays what it was, an absent box is not ticked."""
    after: dict[str, Any] = {}
    for name in FIELDS:
        text = posted.get(name) or None
        if name in SECRETS:
            after[name] = _seal(before["uid"], name, text) if text else before.get(name)
        else:
            after[name] = name in posted if name in BOXES else int(text or 0) if name == "station_id" else text
    return after


def _place(scope: str, station_id: int) -> list[str] | None:
    found = run(STATION_SQL[len(scope)], station_id, scope).fetchone()
    return found and [found[0], *(found[0][:digits] for digits in floor.SCOPES)]


def _save(person: tuple[int, str, str], key: int, posted: dict[str, str]) -> tuple[str, int]:
    with floor.transaction():
        found = _row(person[2], key)
        if found is None:
            return NOT_FOUND, key
        before, version = found[0], found[0]["version"]
        if posted.get("_version") != str(version):
            return CONFLICT, key
        after = _typed(posted, before)
        place = _place(person[2], after["station_id"])
        if place is None:
            return NOT_FOUND, key
        changes = {name: [before[name], after[name]] for name in FIELDS if _said(before, name) != _said(after, name)}
        run(UPDATE_SQL, *after.values(), *place, floor.now_text(), key)
        changes["version"] = [version, version + 1]
        floor.audit(person, "edit", "Case", key, after["subject"], place[0], changes)
    return FOUND, key


def _said(row: dict[str, Any], name: str) -> Any:
    return bool(row[name]) if name in BOXES else row[name] and str(row[name])


def _add(person: tuple[int, str, str], posted: dict[str, str]) -> tuple[str, int]:
    uid, now = uuid.uuid4().hex, floor.now_text()
    with floor.transaction():
        after = _typed(posted, {"uid": uid})
        place = _place(person[2], after["station_id"])
        if place is None:
            return NOT_FOUND, 0
        today = (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()  # in Beijing
        (key,) = run(
            INSERT_SQL, *after.values(), *place, now, now, today, uid, 1, uid
        ).fetchone()  # a number of its own
        changes = {name: [None, value] for name, value in after.items() if value is not None}
        floor.audit(person, "add", "Case", key, after["subject"], place[0], changes)
    return FOUND, key


def _post(person: tuple[int, str, str], method: str, tail: str, posted: dict[str, str]) -> tuple[str, int]:
    return _add(person, posted) if method == "add" else _save(person, int(tail), posted)


def app(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
    """The WSGI application of both registers and of the search."""
    if environ["PATH_INFO"].startswith("/cases/"):
        return floor.serve(environ, start, _get, _post)
    if environ["PATH_INFO"].startswith("/search/"):
        return floor.serve(environ, start, floor_names.get, _post)
    return floor.app(environ, start)
