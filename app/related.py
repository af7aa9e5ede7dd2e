"""可能是同一人: other cases of the one who came, as far as the viewer sees them."""

from typing import NamedTuple

from sqlalchemy import and_, false, select
from sqlalchemy import case as when

from app.extensions import db
from app.scope import inside
from app.security.actor import Actor
from models import Case

MOST = 10


class Related(NamedTuple):
    """Another case, and whether it is certainly hers: the same identity number, not just the same name."""

    case: Case
    is_certain: bool


def related_to(case: Case, actor: Actor) -> tuple[list[Related], bool]:
    """The other cases of the same person, the certain ones first, then the newest; and whether there are more.

    A name counts inside one county only, and says no more than that somebody should look. One statement.
    "The same number" is an answer: it is given only of cases whose number the actor may open, here and there.
    """
    register = Case.__name__
    number = case.id_number_index if actor.covers("reveal", register, case.place) else None
    may_open = inside(Case, actor.places("reveal", register))
    same_number = and_(Case.id_number_index == number, may_open) if number else false()
    same_name = and_(Case.name == case.name, Case.county_code == case.county_code)
    found = select(Case).where(Case.id != case.id, Case.ended_on.is_(None), same_number | same_name)
    asked = found.add_columns(same_number).order_by(when((same_number, 0), else_=1), Case.id.desc()).limit(MOST + 1)
    related = [Related(other, bool(is_same)) for other, is_same in db.session.execute(asked)]
    return related[:MOST], len(related) > MOST
