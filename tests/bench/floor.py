"""The floor: the station pages with nothing between WSGI, prepared SQL and a compiled template.

It shows the same rows and columns at the same addresses as the product and writes the same rows, and does the least
that is still correct: a signed cookie says who asks and for which division, the scope is a plain WHERE, a form needs
its token, and a change and its audit entry are one durable transaction. It imports nothing of the product.
"""

import hashlib
import hmac
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, unquote

import psycopg
from jinja2 import DictLoader, Environment

URI = os.environ.get("BENCH_DATABASE", "")  # an address as SQLAlchemy writes it
IS_SQLITE = URI.startswith("sqlite")
MARK = "?" if IS_SQLITE else "%s"
KEY = b"the floor signs with this"
PAGE = 25
SCOPES = {4: "city_code", 6: "county_code", 9: "township_code"}
LEVELS = {"TOWNSHIP": "乡镇(街道)", "VILLAGE": "村(居)"}
HOSTS = {"CENTER": "综治工作中心", "OFFICE": "综治工作室", "OTHER": "依托其他资源建立", "SELF": "自行建立"}
LIST_LABELS = ("站点名称", "所在区划", "级别", "依托", "有标牌", "建站日期", "提示")
FIELDS = {
    "division_code": "所在区划",
    "name": "站点名称",
    "host": "依托",
    "is_integrated": "已与综治工作结合",
    "is_in_plan": "纳入综治总体规划",
    "founded_on": "建站日期",
    "address": "地址",
    "phone": "联系电话",
    "has_plaque": "有标牌",
}
FOUND, NOT_FOUND, CONFLICT = "302 Found", "404 Not Found", "409 Conflict"
BOXES = ("is_integrated", "is_in_plan", "has_plaque")

templates = Environment(
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    loader=DictLoader(
        {
            "base": """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><form method="post" action="/logout/"><input type="hidden" name="csrf_token" value="{{ token }}">{{ who }}
<button>退出登录</button></form>
{% block content %}{% endblock %}
</body></html>""",
            "list": """{% extends "base" %}{% block content %}
<form><input name="q"><button>查询</button></form><span>共 {{ count }} 条</span>
<form method="post"><input type="hidden" name="csrf_token" value="{{ token }}"><table>
<thead><tr><th></th>{% for label in labels %}<th>{{ label }}</th>{% endfor %}<th>操作</th></tr></thead><tbody>
{% for id, cells in rows %}
<tr><td><input type="checkbox" name="rowid" value="{{ id }}"></td>{% for cell in cells %}<td>{{ cell }}</td>{% endfor %}
<td><a href="/stations/show/{{ id }}">查看</a> <a href="/stations/edit/{{ id }}">修改</a></td></tr>
{% endfor %}
</tbody></table></form>
{% if page %}<a href="?page_StationView={{ page - 1 }}">上一页</a>{% endif %}
第 {{ page + 1 }} / {{ pages }} 页 <a href="?page_StationView={{ page + 1 }}">下一页</a>
{% endblock %}""",
            "show": """{% extends "base" %}{% block content %}
<h1>{{ title }}</h1><a href="/stations/edit/{{ id }}">修改</a><table>
{% for label, cell in fields %}<tr><th>{{ label }}</th><td>{{ cell }}</td></tr>{% endfor %}
</table>{% endblock %}""",
            "form": """{% extends "base" %}{% block content %}
<h1>{{ title }}</h1><form method="post"><input type="hidden" name="csrf_token" value="{{ token }}">
<input type="hidden" name="_version" value="{{ version }}">
{% for name, label, value in fields %}<label>{{ label }}
{% if name == "division_code" %}<input type="hidden" name="{{ name }}" value="{{ value }}"><input value="{{ path }}">
{% elif name == "host" %}<select name="{{ name }}">
{% for key, text in hosts %}<option value="{{ key }}"{% if key == value %} selected{% endif %}>{{ text }}</option>
{% endfor %}</select>
{% elif name in boxes %}<input type="checkbox" name="{{ name }}" value="y"{% if value %} checked{% endif %}>
{% else %}<input name="{{ name }}" value="{{ value or "" }}">{% endif %}</label>
{% endfor %}<button>保存</button></form>{% endblock %}""",
        }
    ),
)
LIST, SHOW, FORM = (templates.get_template(name) for name in ("list", "show", "form"))

PLACES = (
    " LEFT JOIN division c ON c.code = s.county_code LEFT JOIN division t ON t.code = s.township_code"
    " LEFT JOIN division v ON v.code = s.division_code AND s.level = 'VILLAGE'"
)
COLUMNS = ", ".join(f"s.{name}" for name in FIELDS)


def in_scope(sql: str) -> dict[int, str]:
    """The statement for each length of a scope's code, with `{scope}` as its column."""
    return {length: sql.format(scope=f"s.{name}").replace("?", MARK) for length, name in SCOPES.items()}


def audit(
    person: tuple[int, str, str], verb: str, register: str, key: int, name: str, code: str, changes: dict[str, Any]
) -> None:
    """Write the audit entry of a change, in the transaction it happens in."""
    user_id, who, _scope = person
    now, text = now_text(), json.dumps(changes, ensure_ascii=False)
    places = [code[:length] if len(code) >= length else None for length in SCOPES]
    run(
        AUDIT_SQL, now, user_id, who, verb, register, str(key), name, register, str(key), code, text,
        f"floor:{signed(text + now)}", places[1], *places,
    )  # fmt: skip


def now_text() -> str:
    """The moment as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


COUNT_SQL = in_scope("SELECT count(*) FROM station s WHERE {scope} = ?")
PAGE_SQL = in_scope(
    "SELECT s.id, s.name, c.name, t.name, v.name, s.level, s.host, s.has_plaque, s.founded_on, s.is_integrated"
    f" FROM station s{PLACES} WHERE {{scope}} = ? ORDER BY s.id DESC LIMIT {PAGE} OFFSET ?"
)
SHOW_SQL = in_scope(
    f"SELECT {COLUMNS}, s.level, s.created_at, s.changed_at, c.name, t.name, v.name, s.version"
    f" FROM station s{PLACES} WHERE s.id = ? AND {{scope}} = ?"
)
ROW_SQL = in_scope(f"SELECT {COLUMNS}, s.version FROM station s WHERE s.id = ? AND {{scope}} = ?")
UPDATE_SQL = (
    f"UPDATE station SET {', '.join(f'{name} = ?' for name in FIELDS)}, level = ?, city_code = ?, county_code = ?,"
    " township_code = ?, changed_at = ?, version = version + 1 WHERE id = ?"
).replace("?", MARK)
AUDIT_SQL = (
    "INSERT INTO audit_entry (at, actor_id, actor_name, verb, register, row_key, row_name, root_register, root_key,"
    f" division_code, changes, mac, chain, city_code, county_code, township_code) VALUES ({', '.join('?' * 16)})"
).replace("?", MARK)

_mine = threading.local()


def _connection() -> Any:
    """The connection of this thread, with the durability of the product's."""
    if not hasattr(_mine, "connection"):
        if IS_SQLITE:
            _mine.connection = sqlite3.connect(URI.removeprefix("sqlite:///"), isolation_level=None)
            for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                _mine.connection.execute(f"PRAGMA {pragma}")
        else:
            _mine.connection = psycopg.connect(URI.replace("+psycopg", ""), autocommit=True)
    return _mine.connection


def run(sql: str, *values: Any) -> Any:
    connection = _connection()
    return connection.execute(sql, values) if IS_SQLITE else connection.execute(sql, values, prepare=True)


@contextmanager
def transaction() -> Iterator[None]:
    connection = _connection()
    if not IS_SQLITE:
        with connection.transaction():
            yield
        return
    connection.execute("BEGIN IMMEDIATE")
    with connection:  # commits, or rolls back on an error
        yield


def signed(text: str) -> str:
    return hmac.new(KEY, text.encode(), hashlib.sha256).hexdigest()


def cookie_for(user_id: int, name: str, scope: str) -> str:
    """What a person signed in to the floor sends in the cookie `floor`."""
    text = f"{user_id}.{quote(name)}.{scope}"
    return f"{text}.{signed(text)}"


def person_of(header: str) -> tuple[int, str, str] | None:
    """(account number, name, scope) of who sent the cookie; None for a stranger."""
    text, _, signature = header.removeprefix("floor=").rpartition(".")
    if not hmac.compare_digest(signature, signed(text)):
        return None
    user_id, name, scope = text.split(".")
    return int(user_id), unquote(name), scope


def yes(value: Any) -> str:
    return "是" if value else "否"


def beijing(value: Any) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (moment + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")


def _mark(host: str, is_integrated: Any) -> str:
    return "未与综治工作结合" if host in ("OTHER", "SELF") and not is_integrated else ""


def _list(scope: str, page: int, common: dict[str, Any]) -> str:
    (count,) = run(COUNT_SQL[len(scope)], scope).fetchone()
    rows = []
    for key, name, *place, level, host, plaque, founded, whole in run(PAGE_SQL[len(scope)], scope, page * PAGE):
        path = " ".join(filter(None, place))
        cells = (name, path, LEVELS[level], HOSTS[host], yes(plaque), founded or "", _mark(host, whole))
        rows.append((key, cells))
    pages = max(1, -(-count // PAGE))
    return LIST.render(title="维权站", count=count, rows=rows, labels=LIST_LABELS, page=page, pages=pages, **common)


def _show(scope: str, key: int, common: dict[str, Any]) -> str | None:
    found = run(SHOW_SQL[len(scope)], key, scope).fetchone()
    if found is None:
        return None
    row, (level, created, changed, *place) = dict(zip(FIELDS, found, strict=False)), found[len(FIELDS) : -1]
    fields = (
        ("站点名称", row["name"]),
        ("所在区划", " ".join(filter(None, place))),
        ("级别", LEVELS[level]),
        ("依托", HOSTS[row["host"]]),
        ("已与综治工作结合", yes(row["is_integrated"])),
        ("纳入综治总体规划", yes(row["is_in_plan"])),
        ("提示", _mark(row["host"], row["is_integrated"])),
        ("建站日期", row["founded_on"] or ""),
        ("地址", row["address"] or ""),
        ("联系电话", row["phone"] or ""),
        ("有标牌", yes(row["has_plaque"])),
        ("创建时间", beijing(created)),
        ("更新时间", beijing(changed)),
    )
    return SHOW.render(title=row["name"], id=key, fields=fields, **common)


def _form(scope: str, key: int, common: dict[str, Any]) -> str | None:
    found = run(SHOW_SQL[len(scope)], key, scope).fetchone()
    if found is None:
        return None
    fields = [(name, label, value) for (name, label), value in zip(FIELDS.items(), found, strict=False)]
    path, version = " ".join(filter(None, found[-4:-1])), found[-1]
    return FORM.render(
        title=found[1], fields=fields, path=path, version=version, hosts=HOSTS.items(), boxes=BOXES, **common
    )


def _save(person: tuple[int, str, str], key: int, posted: dict[str, str]) -> str:
    """Write the posted row and its audit entry: the status of the answer."""
    scope = person[2]
    after = {name: name in posted if name in BOXES else posted.get(name) or None for name in FIELDS}
    code = after["division_code"] or ""
    if not code.startswith(scope):
        return NOT_FOUND
    places = [code[:length] if len(code) >= length else None for length in SCOPES]
    level = "TOWNSHIP" if len(code) == 9 else "VILLAGE"
    with transaction():
        found = run(ROW_SQL[len(scope)], key, scope).fetchone()
        if found is None:
            return NOT_FOUND
        version = found[-1]
        if posted.get("_version") != str(version):
            return CONFLICT
        before = {name: bool(v) if name in BOXES else v and str(v) for name, v in zip(FIELDS, found, strict=False)}
        changes = {name: [before[name], after[name]] for name in FIELDS if before[name] != after[name]}
        run(UPDATE_SQL, *after.values(), level, *places, now_text(), key)
        name = after["name"] or ""
        audit(person, "edit", "Station", key, name, code, changes | {"version": [version, version + 1]})
    return FOUND


def _get(scope: str, method: str, tail: str, query: dict[str, list[str]], common: dict[str, Any]) -> str | None:
    if method == "list":
        return _list(scope, int(query.get("page_StationView", ["0"])[0]), common)
    return (_show if method == "show" else _form)(scope, int(tail), common)


def _post(person: tuple[int, str, str], method: str, tail: str, posted: dict[str, str]) -> tuple[str, str]:
    return (_save(person, int(tail), posted) if method == "edit" else NOT_FOUND), tail


def serve(environ: dict[str, Any], start: Callable[..., Any], get: Callable[..., Any], post: Callable[..., Any]) -> Any:
    """Answer one request: who asks, whether his token is good, and then `get` a page or `post` a form.

    `get` gives a page or None, `post` a status and the number of the row that was saved.
    """

    def answer(status: str, body: str = "", *headers: tuple[str, str]) -> list[bytes]:
        data = body.encode()
        start(status, [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(data))), *headers])
        return [data]

    cookie = environ.get("HTTP_COOKIE", "")
    person = person_of(cookie)
    if person is None:
        return answer("302 Found", "", ("Location", "/login/"))
    token = signed(f"token {cookie}")
    _, register, method, tail = (environ["PATH_INFO"] + "/").split("/")[:4]
    if environ["REQUEST_METHOD"] == "POST":
        length = int(environ["CONTENT_LENGTH"])
        posted = {k: v[0] for k, v in parse_qs(environ["wsgi.input"].read(length).decode()).items()}
        if not hmac.compare_digest(posted.get("csrf_token", ""), token):
            return answer("400 Bad Request")
        status, key = post(person, method, tail, posted)
        return answer(status, "", *([("Location", f"/{register}/show/{key}")] if status == FOUND else []))
    body = get(person[2], method, tail, parse_qs(environ["QUERY_STRING"]), {"token": token, "who": person[1]})
    return answer(NOT_FOUND) if body is None else answer("200 OK", body)


def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """The WSGI application of the stations."""
    return serve(environ, start, _get, _post)
