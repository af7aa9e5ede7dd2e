"""The floor of the search, beside those of the stations and cases: the plain queries for the same rows, as JSON."""

import json
import unicodedata
from typing import Any

from tests.bench.floor import in_scope, run

SHOWN = 5
# Label, table, key, what is shown beside the name, the column that says it is over; the place is the key of a division.
REGISTERS = (
    ("维权站", "stations", "station", "id", "NULL", "ended_on", "division_code"),
    ("班子", "members", "station_member", "id", "NULL", "ended_on", "division_code"),
    ("成员单位", "units", "member_unit", "id", "aliases", "ended_on", "division_code"),
    ("队伍", "volunteers", "volunteer", "id", "number", "ended_on", "division_code"),
    ("区划", "divisions", "division", "code", "NULL", "retired_on", "code"),
)
SQL = {
    base: in_scope(
        f"SELECT s.{key}, s.name, {beside if beside == 'NULL' else 's.' + beside}, s.{over}, s.{place} FROM {table} s"
        f" WHERE {{scope}} = ? AND s.search_text LIKE ? ESCAPE '/' ORDER BY s.{over} IS NOT NULL,"
        f" CASE WHEN s.search_text LIKE ? ESCAPE '/' THEN 0 ELSE 1 END, s.{key} LIMIT {SHOWN + 1}"
    )
    for _, base, table, key, beside, over, place in REGISTERS
}


def _pattern(text: str) -> str:
    for sign in "/%_":
        text = text.replace(sign, "/" + sign)
    return f"%{text}%"


def _paths(codes: set[str]) -> dict[str, str]:
    """{code: "县 乡镇 村"} in one statement."""
    lines = {code: [code[:n] for n in (4, 6, 9, 12) if n <= len(code)] for code in codes}
    every = sorted({part for line in lines.values() for part in line})
    marks = in_scope(", ".join("?" * len(every)))[4]
    names = dict(run(f"SELECT code, name FROM division WHERE code IN ({marks})", *every).fetchall()) if every else {}
    return {code: " ".join(names[part] for part in line[1:] or line) for code, line in lines.items()}


def suggest(scope: str, query: dict[str, list[str]]) -> str:
    """What the box shows for `q`."""
    text = unicodedata.normalize("NFKC", query["q"][0]).lower().replace("-", "")
    found = [
        (label, base, run(SQL[base][len(scope)], scope, _pattern(text), _pattern("\n" + text)).fetchall())
        for label, base, *_ in REGISTERS
    ]
    paths = _paths({row[-1] for _, _, rows in found for row in rows[:SHOWN]})
    groups = [
        {
            "label": label,
            "more": len(rows) > SHOWN,
            "items": [
                {
                    "text": f"{name}（{beside}）" if beside else name,
                    "where": paths[code],
                    "url": f"/{base}/show/{key}",
                    "mark": "已停用" if over else "",
                }
                for key, name, beside, over, code in rows[:SHOWN]
            ],
        }
        for label, base, rows in found
        if rows
    ]
    return json.dumps({"groups": groups}, ensure_ascii=False)


def get(scope: str, _method: str, _tail: str, query: dict[str, list[str]], _common: dict[str, Any]) -> str | None:
    """The one page of it."""
    return suggest(scope, query)
