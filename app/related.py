"""可能是同一人: other cases of the one who came, as far as the viewer sees them."""

from typing import NamedTuple

from sqlalchemy import and_, false, select
from sqlalchemy import case as when

from app.extensions import db
from models import Case

MOST = 10


class Related(NamedTuple):
    """Another case, and whether it is certainly hers: the same identity number, not just the same name."""

    case: Case
    is_certain: bool


def related_to(case: Case) -> tuple[list[Related], bool]:
    """The other cases of the same person, the certain ones first, then the newest; and whether there are more.

    A name counts inside one county only, and says no more than that somebody should look. One statement.
    """
    same_number = Case.id_number_index == case.id_number_index if case.id_number_index else false()
    same_name = and_(Case.name == case.name, Case.county_code == case.county_code)
    found = select(Case).where(Case.id != case.id, Case.ended_on.is_(None), same_number | same_name)
    newest = db.session.scalars(found.order_by(when((same_number, 0), else_=1), Case.id.desc()).limit(MOST + 1)).all()
    number = case.id_number_index
    related = [Related(other, number is not None and other.id_number_index == number) for other in newest]
    return related[:MOST], len(related) > MOST
