"""Short attacks on what is counted and submitted. Each says what it got; None: nothing."""

import hashlib
import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app import submissions
from app.errors import OutOfScope
from app.extensions import db
from app.periods import Period
from app.scope import acting_as
from app.security.actor import SETUP
from app.suppression import tells
from app.workflow.sealing import seal
from models import Case, Channel, ReportKind, RightsCategory, SealReason, Submission, UrgentReport
from tests import records
from tests.regions import Known, known
from tests.security.attacks import person
from tests.security.intrusions import ask, signed_in
from tests.security.registers import BY_REGISTER
from tests.security.report_makers import receiver
from tests.unit.closed_cases import closed
from tests.world import COUNTY, OWN, SIBLING, TODAY

SUBMITTED = "SELECT submitted_by FROM submission WHERE division_code = :code AND first_on > '2026-01-01'"
FORM = {"kind": "CASES", "first_on": "2026-07-01", "last_on": "2026-09-30", "note": ""}


def counts_cases_of_others(app: Flask) -> str | None:
    """The town's table of all years, which has three cases: one of the town and one of each village."""
    page = signed_in(app, "town_admin").get("/cases/statistics/?period=2026").text
    (total,) = re.findall(r"共 (\d+) 件", page)
    return None if total == "3" else f"{total} cases are counted, three are his"


def asks_for_another_division(app: Flask) -> str | None:
    answer = signed_in(app, "town_admin").get(f"/cases/statistics/?period=2026&division={SIBLING}")
    return None if answer.status_code == 404 else f"status {answer.status_code} for the next township"


def exports_what_he_may_only_view(app: Flask) -> str | None:
    """Somebody who exports in one place and looks at another gets the numbers of the first."""
    answer = signed_in(app, "mixed").get("/cases/statistics/export?period=2026&rows=division&columns=channel")
    assert answer.status_code == 200
    lines = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    total = int(lines[-1][-5])
    return None if total == 3 else f"{total} cases are exported, three are his to export"


def submits_for_another_division(app: Flask) -> str | None:
    browser = signed_in(app, "town_admin")
    browser.submit("/submissions/add", FORM | {"division_code": SIBLING})
    return "a table of the next township" if ask(app, SUBMITTED, code=SIBLING) else None


def changes_what_is_submitted(app: Flask) -> str | None:
    """As somebody whose role was given "edit" on it, by a careless view."""
    key = BY_REGISTER["Submission"].keys[OWN]
    with app.app_context():
        actor = person("town_admin")
        more = frozenset({("Submission", "edit"), ("Submission", "delete")})
        grants = tuple(replace(grant, permissions=grant.permissions | more) for grant in actor.grants)
        editor = replace(actor, grants=grants, memo={})
    with app.app_context(), acting_as(editor), suppress(OutOfScope):
        db.session.scalars(select(Submission).where(Submission.id == key)).one().note = "改"
        db.session.commit()
    with app.app_context():
        db.session.rollback()
    (note,) = ask(app, "SELECT note FROM submission WHERE id = :key", key=key)
    return "another note on what is submitted" if note == "改" else None


# ---- sealed cases, found by calculating with what is told (F53)

MONTHS = {month.first.month: month for month in Period(date(2026, 1, 1), date(2026, 12, 31)).parts("month")}
QUARTER = Period(date(2026, 7, 1), date(2026, 9, 30))
READER = "city_admin"  # sees all submissions of the county, and is the head of none of its stations


def _came(
    number: int, code: str = OWN, month: int = 8, *, sealed: bool = True, year: int = 2026, **columns: Any
) -> int:
    """Cases of a month; the key of the last."""
    key = 0
    for _ in range(number):
        key = records.case(code, received_on=date(year, month, 8), is_sexual=sealed, **columns)
    return key


def _submits(
    app: Flask, code: str = OWN, period: Period = QUARTER, kind: ReportKind = ReportKind.CASES, who: str = "town_admin"
) -> int:
    dates = {"first_on": f"{period.first}", "last_on": f"{period.last}"}
    answer = signed_in(app, who).submit("/submissions/add", FORM | {"division_code": code, "kind": kind.name} | dates)
    assert answer.status_code == 302, answer.text
    return int(answer.location.rpartition("/")[2])


def _read(app: Flask, key: int) -> tuple[Submission, submissions.Kept]:
    """What the reader sees of a submission."""
    with app.app_context():
        reader = person(READER)
        with acting_as(reader):
            row = db.session.scalars(select(Submission).where(Submission.id == key)).one()
            kept = submissions.kept_of(row, reader)
            db.session.expunge(row)
            return row, kept


def _subtracted(app: Flask, key: int) -> Iterator[Known]:
    """What was submitted minus what the reader counts himself: of which cases, and how many of them are sealed."""
    row, kept = _read(app, key)
    assert kept.now is not None
    period = Period(row.first_on, row.last_on)
    towns = [code for code in (OWN, SIBLING) if code.startswith(row.division_code)]

    def of(days: Period, categories: Sequence[Any], channels: Sequence[Any]) -> frozenset[Any]:
        months = [(day.first.year, day.first.month) for day in days.parts("month")]
        return frozenset(product(towns, months, categories, channels))

    for _label, cells in kept.lines:
        for cell in cells:
            if cell.submitted is not None:
                rows = [cell.row.key] if cell.row else [*RightsCategory]
                columns = [cell.column.key] if cell.column else [*Channel]
                yield of(period, rows, columns), cell.submitted - kept.now.count(cell.row, cell.column)
    if kept.before is not None:
        yield of(period.year_before, [*RightsCategory], [*Channel]), kept.before - kept.now.a_year_before()


def _found(app: Flask, *keys: int) -> str | None:
    few = [(n, len(places)) for places, n in known([one for key in keys for one in _subtracted(app, key)]) if tells(n)]
    return f"{min(few)[0]} sealed case(s) by calculating" if few else None


def combines_lines_of_a_table(app: Flask) -> str | None:
    """No line tells by itself; all of them together do."""
    categories, channels = list(RightsCategory), list(Channel)
    with app.app_context():
        for (r, c), n in {(0, 2): 3, (5, 2): 2, (6, 0): 2, (6, 1): 3, (6, 2): 1}.items():
            _came(n, category=categories[r], channel=channels[c])
    return _found(app, _submits(app))


def combines_parts_of_two_kinds(app: Flask) -> str | None:
    """The quarter of the county without that of one township and a month of the other."""
    with app.app_context():
        _came(5)
        _came(5, SIBLING, 7)
        _came(1, SIBLING, 8)
    parts = [(OWN, QUARTER), (SIBLING, MONTHS[7]), (COUNTY, QUARTER)]
    return _found(app, *(_submits(app, code, period, who=READER) for code, period in parts))


def combines_cells_of_two_months(app: Flask) -> str | None:
    """A line of the quarter without one cell of July and another of August."""
    with app.app_context():
        _came(5, month=7)
        _came(5, channel=Channel.CALL)
        _came(1, month=9)
    return _found(app, *(_submits(app, period=period) for period in (MONTHS[7], MONTHS[8], QUARTER)))


def compares_with_last_year(app: Flask) -> str | None:
    """What is told of a year before, and what was submitted then."""
    with app.app_context():
        _came(5, month=7, year=2025)
        _came(1, month=8, year=2025)
    july = Period(date(2025, 7, 1), date(2025, 7, 31))
    return _found(app, _submits(app, period=july), _submits(app))


def compares_two_measures(app: Flask) -> str | None:
    """件 of a month and 次 of its quarter: each case came once."""
    with app.app_context():
        _came(5)
        _came(1, month=9)
    keys = _submits(app, period=MONTHS[8]), _submits(app, kind=ReportKind.VISITS)
    return _found(app, *keys)


def subtracts_what_was_told_before_it_was_sealed(app: Flask) -> str | None:
    """A month told of no sealed case, for there was none yet; its quarter tells of them."""
    with app.app_context():
        _came(5, sealed=False)
        _came(1, month=9)
    august = _submits(app, period=MONTHS[8])
    _seal(app, Case.received_on == date(2026, 8, 8))
    return _found(app, august, _submits(app))


def _seal(app: Flask, which: Any) -> None:
    with app.app_context(), acting_as(SETUP):
        for case in db.session.scalars(select(Case).where(which, Case.received_on >= QUARTER.first)).all():
            seal(case, SealReason.HIGH_RISK, TODAY)
        db.session.commit()


def finds_a_case_by_what_has_changed(app: Flask) -> str | None:
    """Of three that came, one is sealed after they were submitted: nothing has changed for anybody else."""
    with app.app_context():
        _came(2, sealed=False)
        last = _came(1, sealed=False)
    key = _submits(app)
    _seal(app, Case.id == last)
    return "a difference in its cell" if _read(app, key)[1].differs else None


def proves_a_guess_by_the_seal(app: Flask) -> str | None:
    """What is not told has few values: whoever could work out the 校验码 of each would know the right one by it."""
    with app.app_context():
        _came(1)
    key = _submits(app)
    (right,) = ask(app, "SELECT figures FROM submission WHERE id = :key", key=key)
    row = _read(app, key)[0]
    figures = json.loads(right) if isinstance(right, str) else right
    guesses = (json.dumps(figures, ensure_ascii=False, sort_keys=True), submissions.text_of(row))
    made = [str(int(hashlib.sha256(text.encode()).hexdigest(), 16))[:20] for text in guesses]
    return "the seal of the right guess, without a key" if row.seal in made else None


def subtracts_what_he_sees_from_what_was_submitted(app: Flask) -> str | None:
    """A sealed case is counted in what a township submits: the county subtracts what it counts itself (F53)."""
    with app.app_context():
        records.case(OWN, received_on=date(2026, 8, 8), is_sexual=True)
        given = {"kind": ReportKind.CASES, "first_on": date(2026, 7, 1), "last_on": date(2026, 9, 30)}
        with acting_as(person("town_admin")):
            row = Submission(division_code=OWN, **given)
            db.session.add(row)
            db.session.commit()
            key = row.id
        db.session.remove()
        reader = person("county_admin")
        with acting_as(reader):
            found = db.session.scalars(select(Submission).where(Submission.id == key)).one()
            cells = [cell for _label, line in submissions.kept_of(found, reader).lines for cell in line]
    told = [c for c in cells if c.submitted is not None and c.now is not None and c.submitted - c.now != c.difference]
    return "sealed cases by subtracting" if told else None


COUNTED = re.compile(r'纠纷不激化</th>.*?data-label="计入">(?:<a [^>]*>)?(\d+)', re.DOTALL)


def counts_closed_cases_of_others(app: Flask) -> str | None:
    """四个不: of four closed cases, one is the town's to open for its staff; one lies elsewhere, two are sealed."""
    with app.app_context():
        closed(OWN), closed(SIBLING)
        for code in (OWN, SIBLING):
            closed(code, sealed_for="SEXUAL", sealed_on=TODAY)
    page = signed_in(app, "staff").get("/cases/aims/?period=2026").text
    (number,) = COUNTED.findall(page)
    return None if number == "1" else f"{number} closed cases are counted, one is his"


def takes_for_kept_what_he_cannot_see(app: Flask) -> str | None:
    """Somebody who sees cases and no reports reads that the one that was reported kept the peace."""
    with app.app_context():
        closed(OWN, (UrgentReport, {}))
    page = receiver(app, "Case", place=OWN).get("/cases/aims/?period=2026").text
    (number,) = COUNTED.findall(page)
    return None if number == "0" else "a case whose report he does not see counts as one without"


ATTACKS = (
    counts_cases_of_others, asks_for_another_division, exports_what_he_may_only_view, submits_for_another_division,
    changes_what_is_submitted, subtracts_what_he_sees_from_what_was_submitted, combines_lines_of_a_table,
    combines_parts_of_two_kinds, combines_cells_of_two_months, compares_with_last_year, compares_two_measures,
    subtracts_what_was_told_before_it_was_sealed, finds_a_case_by_what_has_changed, proves_a_guess_by_the_seal,
    counts_closed_cases_of_others, takes_for_kept_what_he_cannot_see,
)  # fmt: skip
