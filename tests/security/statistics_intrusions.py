"""Short attacks on what is counted and submitted. Each says what it got; None: nothing."""

import io
import re
from contextlib import suppress
from dataclasses import replace
from datetime import date

from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app import submissions
from app.errors import OutOfScope
from app.extensions import db
from app.scope import acting_as
from models import ReportKind, Submission, UrgentReport
from tests import records
from tests.security.attacks import person
from tests.security.intrusions import ask, signed_in
from tests.security.registers import BY_REGISTER
from tests.security.report_makers import receiver
from tests.unit.closed_cases import closed
from tests.world import OWN, SIBLING, TODAY

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
