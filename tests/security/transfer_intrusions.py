"""Short attacks on what is handed over: an officer on what is not his, not yet or no more; a case that ends over it.

The world's officer has no unit; `officer` gives him one. In his own town stands a second unit with an assignment of the
same transfer, made here.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from flask import Flask

from app import attachments, secret
from app.errors import DomainError
from app.extensions import db
from app.files import checked
from app.hands import HandInterface
from app.scope import acting_as
from app.security.actor import SETUP
from app.transfers import AssignmentInterface
from app.workflow.steps import advance
from models import (
    Assignment,
    AssignmentState,
    Case,
    CaseState,
    MemberUnit,
    Transfer,
    TransferReason,
    TransferState,
    UserScope,
)
from tests.conftest import Browser
from tests.security.attacks import CENTER, OFFICER, STAFF, account_id, person, role_id
from tests.security.intrusions import ask, in_hand, signed_in
from tests.security.registers import BY_REGISTER
from tests.security.spec import pdf
from tests.world import CHILD, COUNTY, OTHER_COUNTY, OWN, SIBLING, TODAY, canary

SPEC = BY_REGISTER["Assignment"]
MINE, BESIDE = SPEC.keys[OWN], SPEC.keys[SIBLING]
UNIT = BY_REGISTER["MemberUnit"].keys
TOLD = "乙单位的事-QX"  # content of the other unit's assignment, and the name of its file
WOMAN = {"name": "某女士-QX", "phone": "13955551234", "address": "某巷 55 号-QX"}


def officer(app: Flask, unit: int | None = UNIT[OWN]) -> Browser:
    """The officer, who acts for a unit from now on."""
    with app.app_context(), acting_as(SETUP):
        for scope in db.session.query(UserScope).filter_by(user_id=account_id("unit_officer")):
            scope.unit_id = unit
        db.session.commit()
        db.session.remove()
    return signed_in(app, "unit_officer")


def to(app: Flask, state: AssignmentState, key: int = MINE) -> None:
    """Bring an assignment there by its steps."""

    def fill(row: Assignment) -> None:
        if state is AssignmentState.HANDLING:
            row.signed_on = TODAY
        else:
            row.fed_back_on = TODAY
            secret.put(row, "feedback", "已经出警")

    with app.app_context(), acting_as(SETUP):
        advance(db.session.get_one(Assignment, key), state, SETUP, TODAY, fill)
        db.session.commit()
        db.session.remove()


def second(app: Flask) -> int:
    """The assignment of another unit of the same town, of the same transfer, with a file."""
    with app.app_context(), acting_as(SETUP):
        unit = MemberUnit(division_code=OWN, name="乙单位")
        db.session.add(unit)
        db.session.flush()
        row = Assignment(
            transfer_id=BY_REGISTER["Transfer"].keys[OWN], station_id=BY_REGISTER["Station"].keys[OWN], unit_id=unit.id
        )
        secret.put(row, "asked", TOLD)
        secret.put(row, "content", TOLD)
        db.session.add(row)
        db.session.flush()
        attachments.attach(row, checked(f"{TOLD}.pdf", pdf("x")))
        db.session.commit()
        key = row.id
        db.session.remove()
    return key


def pages(app: Flask, browser: Browser, key: int) -> Iterator[tuple[str, Any]]:
    """Everything that might tell of an assignment."""
    files = ask(app, "SELECT id FROM attachment WHERE register = 'Assignment'")
    number = ask(app, "SELECT number FROM assignment WHERE id = :key", key=key)[0]
    unit = ask(app, "SELECT unit_id FROM assignment WHERE id = :key", key=key)[0]
    for path in (
        f"/assignments/show/{key}", f"/assignments/history/{key}", f"/assignments/edit/{key}", "/assignments/export",
        f"/assignments/advance/{key}/HANDLING", f"/assignments/advance/{key}/ANSWERED", "/assignments/list/",
        f"/assignments/list/?q={number}", f"/assignments/list/?_flt_0_unit_id={unit}",
        "/assignments/list/?_only=assigned",
        f"/assignments/add?transfer_id={BY_REGISTER['Transfer'].keys[OWN]}", "/todo/", "/", f"/search/?q={number}",
        "/assignments/options/transfer_id?verb=add", "/assignments/options/unit_id?verb=view",
    ):  # fmt: skip
        yield path, browser.get(path)
    for column in ("content", "asked", "feedback"):
        path = f"/assignments/reveal/{key}"
        yield path, browser.submit(path, {"column": column, "reason": "核对情况"}, follow_redirects=True)
    for file in files:
        path = f"/assignments/attachment/{key}/{file}"
        yield path, browser.submit(path, {"reason": "核对情况"})


def told(app: Flask, browser: Browser, key: int, *texts: str) -> str | None:
    """The first page that says one of the texts."""
    for path, answer in pages(app, browser, key):
        body = answer.get_data(as_text=True)
        for text in texts:
            if text in body:
                return f"{path} says {text}"
    return None


# ---- an officer, and what is not his


def reads_of_another_unit(app: Flask) -> str | None:
    """The assignment of another unit of his own town, and of units elsewhere, by every way there is."""
    other = second(app)
    to(app, AssignmentState.HANDLING)
    browser = officer(app)
    for key in (other, BESIDE):
        if browser.get(f"/assignments/show/{key}").status_code != 404:
            return "the page of another unit's assignment"
    if "共 1 条" not in browser.get("/assignments/list/").get_data(as_text=True):
        return "more than his own in the list"
    if "1 件" not in browser.get("/todo/").get_data(as_text=True):
        return "more than his own in what waits"
    return told(app, browser, other, TOLD) or told(app, browser, BESIDE, SPEC.secret("content", BESIDE))


def reads_without_a_unit(app: Flask) -> str | None:
    """An officer for whom no unit was given: he sees none, not all."""
    browser = officer(app, None)
    found = browser.get(f"/assignments/show/{MINE}")
    return None if found.status_code == 403 else "an officer without a unit sees assignments"


def reads_before_signing(app: Flask) -> str | None:
    """His own, as long as he has not signed for it: that there is one, and nothing of it."""
    browser = officer(app)
    number = ask(app, "SELECT number FROM assignment WHERE id = :key", key=MINE)[0]
    assert number in browser.get(f"/assignments/show/{MINE}").get_data(as_text=True)
    town = BY_REGISTER["Transfer"].keys[OWN]
    words = (SPEC.secret("content", MINE), SPEC.secret("asked", MINE), canary("SCAN", OWN), canary("HANDED", OWN))
    return told(app, browser, MINE, *words, canary("STA", OWN), f"/transfers/show/{town}")


def reads_after_feedback(app: Flask) -> str | None:
    """His own, when he has answered: that it is done."""
    to(app, AssignmentState.HANDLING)
    browser = officer(app)
    opened = browser.submit(f"/assignments/reveal/{MINE}", {"column": "content", "reason": "办理"})
    assert SPEC.secret("content", MINE) in opened.get_data(as_text=True)
    to(app, AssignmentState.ANSWERED)
    return told(app, browser, MINE, SPEC.secret("content", MINE), "已经出警", canary("SCAN", OWN))


def reads_the_case(app: Flask) -> str | None:
    """The case and the transfer behind what he handles."""
    to(app, AssignmentState.HANDLING)
    browser = officer(app)
    case, transfer = BY_REGISTER["Case"].keys[OWN], BY_REGISTER["Transfer"].keys[OWN]
    for path in (
        f"/cases/show/{case}", f"/cases/history/{case}", "/cases/list/", "/cases/export", "/cases/options/station_id",
        f"/transfers/show/{transfer}", f"/transfers/history/{transfer}", "/transfers/list/", "/transfers/export",
        "/transfers/options/case_id?verb=add", f"/transfers/add?case_id={case}",
    ):  # fmt: skip
        if browser.get(path).status_code not in (403, 404):
            return path
    for path in ("/", "/todo/", "/search/?q=CASE", f"/assignments/show/{MINE}"):
        page = browser.get(path).get_data(as_text=True)
        if canary("HANDED", OWN) in page or canary("CASE", OWN) in page:
            return path
    return None


def sees_the_case_from_the_centre(app: Flask) -> str | None:
    """The centre, which sees the transfer."""
    browser, key = signed_in(app, "center"), BY_REGISTER["Transfer"].keys[OWN]
    page = browser.get(f"/transfers/show/{key}").get_data(as_text=True)
    assert canary("HANDED", OWN) in page
    case = ask(app, "SELECT case_id FROM transfer WHERE id = :key", key=key)[0]
    seen = "转出的事" in page or browser.get(f"/cases/show/{case}").status_code != 403
    return "the centre sees the case" if seen else None


# ---- what is told


def _sent(app: Flask, *ticked: str) -> int:
    """An assignment of a transfer of the whole woman, made by the product; of her, what is ticked goes on."""
    with app.app_context():
        with acting_as(SETUP):
            case = db.session.get_one(Case, BY_REGISTER["Case"].keys[OWN])
            case.name = WOMAN["name"]
            for column in ("phone", "address"):
                secret.put(case, column, WOMAN[column])
            secret.put(case, "safe_phone", None)
            db.session.commit()
        with acting_as(person("staff")):
            row = Transfer(
                case_id=BY_REGISTER["Case"].keys[OWN], why=TransferReason.MAJOR, asked="请出警",
                has_name=True, has_phone=True, has_address=True,
            )  # fmt: skip
            secret.put(row, "summary", "情况")
            HandInterface(Transfer).add(row)
            sent = row.id
            db.session.commit()
        with acting_as(center := person("center")):
            advance(db.session.get_one(Transfer, sent), TransferState.SIGNED, center, TODAY)
            one = Assignment(transfer_id=sent, unit_id=UNIT[OWN], **{f"has_{part}": True for part in ticked})
            secret.put(one, "asked", "请出警")
            AssignmentInterface(Assignment).add(one)
            key = one.id
            db.session.commit()
        db.session.remove()
    to(app, AssignmentState.HANDLING, key)
    return key


def reads_what_is_not_meant_for_him(app: Flask) -> str | None:
    """What the centre did not tick for his unit."""
    key = _sent(app, "phone")
    browser = officer(app)
    opened = browser.submit(f"/assignments/reveal/{key}", {"column": "content", "reason": "办理"})
    assert WOMAN["phone"] in opened.get_data(as_text=True)
    return told(app, browser, key, WOMAN["name"], WOMAN["address"])


# ---- who acts


def acts_for_another_unit(app: Flask) -> str | None:
    """He signs for another unit, and makes another's assignment his own."""
    other, browser = second(app), officer(app)
    browser.submit(f"/assignments/advance/{other}/HANDLING", {"signed_on": TODAY.isoformat(), "_version": "1"})
    sign = {"signed_on": TODAY}
    for key in (other, BESIDE):
        in_hand(
            app, "unit_officer",
            lambda row, actor: advance(row, AssignmentState.HANDLING, actor, TODAY, lambda r: r.__dict__.update(sign)),
            Assignment, key,
        )  # fmt: skip
        in_hand(app, "unit_officer", lambda row, _actor: setattr(row, "unit_id", UNIT[OWN]), Assignment, key)
        in_hand(app, "unit_officer", lambda row, _actor: setattr(row, "due_on", date(2030, 1, 1)), Assignment, key)
    found = ask(app, "SELECT state FROM assignment WHERE id <> :key", key=MINE)
    mine = ask(app, "SELECT id FROM assignment WHERE unit_id = :unit", unit=UNIT[OWN])
    late = ask(app, "SELECT id FROM assignment WHERE due_on = '2030-01-01'")
    return None if set(found) == {"SENT"} and mine == [MINE] and not late else "wrote to another unit's assignment"


def moves_the_transfer(app: Flask) -> str | None:
    """An officer, and the station, sign and answer for the centre."""
    officer(app)
    key = BY_REGISTER["Transfer"].keys[OWN]
    for username in ("unit_officer", "staff", "supervisor"):
        in_hand(
            app, username, lambda row, actor: advance(row, TransferState.HANDLING, actor, TODAY), Transfer, key
        )  # fmt: skip
        signed_in(app, username).submit(f"/transfers/advance/{key}/HANDLING", {"_version": "3"})
    found = ask(app, "SELECT state FROM transfer WHERE id = :key", key=key)
    return None if found == ["SIGNED"] else f"the transfer is {found}"


def sends_what_he_does_not_handle(app: Flask) -> str | None:
    """Somebody hands over a case that he only looks at."""
    before = ask(app, "SELECT count(*) FROM transfer")
    case = BY_REGISTER["Case"].keys[f"{OTHER_COUNTY}001"]
    form = {"why": "MAJOR", "asked": "请办", "summary": "情况", "case_id": str(case), "has_phone": "y"}
    signed_in(app, "mixed").submit("/transfers/add", form)
    return None if ask(app, "SELECT count(*) FROM transfer") == before else "handed over a case of another county"


def closes_over_a_transfer(app: Flask) -> str | None:
    """A case is struck out, withdrawn or lost while a unit still works on it."""
    _sent(app)
    key = BY_REGISTER["Case"].keys[OWN]
    form = {"ended_on": TODAY.isoformat(), "ended_reason": "重复", "state_reason": "不办了", "_version": "2"}
    browser = signed_in(app, "town_admin")
    for version in ("1", "2", "3"):
        for path in (f"/cases/end/{key}", f"/cases/advance/{key}/LOST", f"/cases/advance/{key}/WITHDRAWN"):
            browser.submit(path, form | {"_version": version})
    for state in (CaseState.LOST, CaseState.WITHDRAWN, CaseState.REFUSED):
        in_hand(
            app, "town_admin",
            lambda row, actor, state=state: advance(
                row, state, actor, TODAY, lambda r: setattr(r, "state_reason", "不办了")
            ),
            Case, key,
        )  # fmt: skip
    found = ask(app, "SELECT state FROM case_record WHERE id = :key AND ended_on IS NULL", key=key)
    return None if found == ["APPLIED"] else f"the case is {found}"


# ---- for whom somebody acts


def acts_for_a_unit_out_of_reach(app: Flask) -> str | None:
    """A manager makes somebody the officer of a unit above or beside his part, or gives a unit to another role."""
    before = ask(app, "SELECT count(*) FROM user_scope WHERE unit_id IS NOT NULL")
    with app.app_context():
        user = account_id("staff")
        actor = person("manager")
        wanted = (
            (OFFICER, OWN, UNIT[COUNTY]), (OFFICER, OWN, UNIT[SIBLING]), (OFFICER, CHILD, UNIT[OWN]),
            (OFFICER, OWN, UNIT["3303"]), (STAFF, OWN, UNIT[OWN]), (CENTER, OWN, UNIT[OWN]),
        )  # fmt: skip
        for n, (role, place, unit) in enumerate(wanted):
            try:
                with acting_as(actor):
                    since = TODAY + timedelta(n)
                    db.session.add(
                        UserScope(
                            user_id=user, role_id=role_id(role), division_code=place, valid_from=since, unit_id=unit
                        )
                    )
                    db.session.commit()
            except DomainError:
                db.session.rollback()
        db.session.remove()
    after = ask(app, "SELECT count(*) FROM user_scope WHERE unit_id IS NOT NULL")
    return None if after == before else "a unit that the manager does not stand above"


ATTACKS = (
    reads_of_another_unit,
    reads_without_a_unit,
    reads_before_signing,
    reads_after_feedback,
    reads_the_case,
    sees_the_case_from_the_centre,
    reads_what_is_not_meant_for_him,
    acts_for_another_unit,
    moves_the_transfer,
    sends_what_he_does_not_handle,
    closes_over_a_transfer,
    acts_for_a_unit_out_of_reach,
)
