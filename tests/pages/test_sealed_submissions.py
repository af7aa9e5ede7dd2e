"""上报 of sealed cases: they count, and nobody finds them (F53); attacks: tests.security.statistics_intrusions."""

from datetime import date

from sqlalchemy import select

from app import submissions
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow import sealing
from app.workflow.steps import advance
from models import Case, Channel, ReportKind, RightsCategory, SealReason, Submission
from tests import records
from tests.pages.test_submissions import FORM, QUARTER, in_quarter, stored
from tests.security.attacks import person
from tests.world import CHILD, COUNTY, OWN, SIBLING, TODAY


def kept(app, its_key, who="county_admin"):
    """{(row, column): what is told}."""
    with app.app_context(), acting_as(person(who)):
        row = db.session.scalars(select(Submission).where(Submission.id == its_key)).one()
        found = submissions.kept_of(row, person(who))
    return {
        (label, column): cell.submitted
        for label, cells in found.lines
        for column, cell in zip(found.columns, cells, strict=True)
    }


def submit(client_as, who="town_admin", **changes):
    answer = client_as(who).submit("/submissions/add", FORM | changes)
    assert answer.status_code == 302
    return int(answer.location.rpartition("/")[2])


def test_few_sealed_cases_are_counted_and_not_told(app, client_as):
    with app.app_context():
        for _ in range(3):
            in_quarter()
        in_quarter(CHILD, is_sexual=True)
        in_quarter(CHILD, category=RightsCategory.LABOUR)
    key = submit(client_as)
    assert {*kept(app, key).values()} == {None}
    figures = stored(app, key)[0]
    assert figures["open"][-1][-1] == 4
    assert len(figures["shut"]) == 1
    page = client_as("county_admin").get(f"/submissions/show/{key}").text
    assert "＊" in page
    assert "差异 " not in page


def test_the_same_figures_of_two_divisions_are_not_known_by_their_seals(app, client_as):
    """Else the county would know that all its sealed cases are the township's."""
    with app.app_context():
        in_quarter(is_sexual=True)
    town, county = submit(client_as), submit(client_as, "county_admin", division_code=COUNTY)
    assert stored(app, town)[0] == stored(app, county)[0]
    assert stored(app, town)[1] != stored(app, county)[1]


def test_of_two_that_are_added_together_one_tells(app):
    with app.app_context(), acting_as(person("town_admin")):
        for month in (7, 8):
            for _ in range(5):
                in_quarter(is_sexual=True, received_on=date(2026, month, 8))
        for first, last in (QUARTER, (date(2026, 8, 1), date(2026, 8, 31))):
            row = Submission(division_code=OWN, kind=ReportKind.CASES, first_on=first, last_on=last)
            db.session.add(row)
        db.session.flush()
        rows = db.session.scalars(select(Submission).where(Submission.first_on >= QUARTER.first)).all()
        told = [row.figures["counts"][-1][-1] for row in rows]
        assert sorted(told, key=str) in ([10, None], [5, None])
        db.session.rollback()


def lift(case):
    case.seal_reason = "理由"


def differences(app, its_key):
    with app.app_context(), acting_as(person("county_admin")):
        row = db.session.scalars(select(Submission).where(Submission.id == its_key)).one()
        found = submissions.kept_of(row, person("county_admin"))
        return sorted({cell.difference for _label, cells in found.lines for cell in cells})


def test_what_is_sealed_or_unsealed_since_is_no_difference(app, client_as):
    with app.app_context():
        shut = [in_quarter(CHILD, is_sexual=True) for _ in range(5)]
        first, second, *_ = [in_quarter() for _ in range(3)]
    key = submit(client_as)
    assert kept(app, key)["合计", "合计"] == 8
    with app.app_context():
        with acting_as(SETUP):
            sealing.seal(db.session.get(Case, first), SealReason.HIGH_RISK, TODAY)
            advance(db.session.get(Case, shut[0]), sealing.Seal.OPEN, SETUP, TODAY, lift)
            db.session.commit()
        in_quarter(is_sexual=True)  # recorded since, and never counted
    assert differences(app, key) == [0]
    with app.app_context():
        in_quarter(channel=Channel.CALL)
        with acting_as(SETUP):
            records.end(db.session.get(Case, second))
            db.session.commit()
    assert differences(app, key) == [-1, 0, 1]


def test_many_sealed_cases_are_told_together(app, client_as):
    with app.app_context():
        for _ in range(5):
            in_quarter(CHILD, is_sexual=True)
        in_quarter()
    told = kept(app, submit(client_as))
    assert told["婚姻家庭权益", "来访"] == told["合计", "合计"] == 6


def test_a_month_is_not_told_that_would_tell_of_the_rest_of_its_quarter(app, client_as):
    with app.app_context():
        for _ in range(5):
            in_quarter(CHILD, is_sexual=True)
        in_quarter(CHILD, is_sexual=True, received_on=date(2026, 7, 7))
    assert kept(app, submit(client_as))["合计", "合计"] == 6
    august = submit(client_as, first_on="2026-08-01", last_on="2026-08-31")
    assert kept(app, august)["合计", "合计"] is None


def test_a_county_is_not_told_that_would_tell_of_the_rest_of_its_townships(app, client_as):
    """The other township's table is out of sight of nobody who sees both: what is told is told to the county."""
    with app.app_context():
        for _ in range(5):
            in_quarter(is_sexual=True)
        in_quarter(SIBLING, is_sexual=True)
    assert kept(app, submit(client_as))["合计", "合计"] == 5
    whole = submit(client_as, "county_admin", division_code=COUNTY)
    assert kept(app, whole)["合计", "合计"] is None


def test_five_visits_of_one_sealed_case_are_one(app, client_as):
    with app.app_context():
        key = in_quarter(CHILD, is_sexual=True)
        for _ in range(5):
            records.came_again(key, date(2026, 8, 9))
    assert kept(app, submit(client_as, kind="VISITS"))["合计", "合计"] is None
