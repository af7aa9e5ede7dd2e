"""What every table shares: one metadata, constraint names, and the place of a row.

`Model.metadata.naming_convention` has to stand before the first table is defined, so everything in the project
takes `Model` from here and never from Flask-AppBuilder.
"""

import enum
import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from flask_appbuilder.models.sqla import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Enum, ForeignKey, ForeignKeyConstraint, Index, String, Text, event, text
from sqlalchemy.orm import ColumnProperty, Mapped, declared_attr, mapped_column, relationship, validates

if TYPE_CHECKING:
    from models.division import Division
    from models.station import Station

__all__ = [
    "CITY",
    "COUNTY",
    "PLACES",
    "TOWNSHIP",
    "VILLAGE",
    "DivisionOwned",
    "Ended",
    "Located",
    "Model",
    "Sex",
    "Stamped",
    "StationOwned",
    "Versioned",
    "Visibility",
    "blind_index",
    "models_by_name",
    "only_with",
    "place_of",
    "secret",
]

Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
# Enumerations are stored by their English name and shown by their value, held by a CHECK on both databases.
Model.registry.update_type_annotation_map(
    {enum.Enum: Enum(enum.Enum, native_enum=False, create_constraint=True, length=32)}
)

CITY, COUNTY, TOWNSHIP, VILLAGE = 4, 6, 9, 12  # digits of a statistical division code
PLACES = {"city_code": CITY, "county_code": COUNTY, "township_code": TOWNSHIP}  # a row's derived columns


def models_by_name() -> dict[str, Any]:
    """{register: its model}, for what stands in the database under the name of its class."""
    return {mapper.class_.__name__: mapper.class_ for mapper in Model.registry.mappers}


class Visibility(enum.Enum):
    """Who may see a row; `app.scope` turns it into SQL. A model without one is seen by nobody who is signed in."""

    DOWN = "mine and below"
    REFERENCE = "readable along my own line, without private columns"
    PARENT = "as the row that `__parent__` names"
    ATTACHED = "as the row whose uid it carries"
    ADDRESSED = "mine and below, and what is sent to a division of mine"
    UNIT = "mine and below; whoever acts for a unit: what is meant for that unit, as its state allows"
    HISTORY = "as DOWN, for the registers I may view"
    SHIPPED = "those without a place, and along my own line; written by the rules of delegation"
    COMMON = "readable by everybody who is signed in; written by the product only"
    SYSTEM = "the product itself only"


def place_of(code: str | None) -> dict[str, str | None]:
    """The codes of the city, county and township that `code` lies in; None for a level below its own."""
    code = code or ""
    return {name: code[:digits] if len(code) >= digits else None for name, digits in PLACES.items()}


def _held(table: Any, source: str, column: str, digits: int) -> CheckConstraint:
    """The column is the beginning of the row's division code, and NULL only where that code is shorter."""
    beginning = f"CASE WHEN length({source}) >= {digits} THEN substr({source}, 1, {digits}) ELSE '' END"
    return CheckConstraint(
        f"coalesce({column}, '') = {beginning}",
        name=f"{column}_of_place",
        table=table,
    )


class Located:
    """A row that lies somewhere: three plain columns, always derived, that make "inside my part" an equality."""

    __place__: ClassVar[str] = "division_code"

    @declared_attr
    def city_code(cls) -> Mapped[str | None]:
        return mapped_column(String(CITY), info={"derived": True})

    @declared_attr
    def county_code(cls) -> Mapped[str | None]:
        return mapped_column(String(COUNTY), info={"derived": True})

    @declared_attr
    def township_code(cls) -> Mapped[str | None]:
        return mapped_column(String(TOWNSHIP), info={"derived": True})

    @property
    def place(self) -> str | None:
        """The statistical code of the division this row belongs to."""
        return getattr(self, self.__place__)

    def _settle(self, code: str | None) -> None:
        for name, value in place_of(code).items():
            setattr(self, name, value)


class DivisionOwned(Located):
    """A row owned by one division; it is read and written by those whose part holds that division."""

    __visibility__: ClassVar[Visibility] = Visibility.DOWN

    @declared_attr
    def division_code(cls) -> Mapped[str]:
        return mapped_column(String(VILLAGE), ForeignKey("division.code"), info={"label": _l("所在区划")})

    @declared_attr
    def division(cls) -> Mapped["Division"]:
        # viewonly: the code is the one way to say where a row is, so that the derived columns cannot be missed.
        return relationship("Division", viewonly=True, info={"label": _l("所在区划")})

    @validates("division_code")
    def _derive_place(self, _key: str, code: str | None) -> str | None:
        self._settle(code)
        return code


class StationOwned(DivisionOwned):
    """A row of one station. It lies where the station does: `app.derive` says so, a composite key holds it."""

    __place_from__: ClassVar[str] = "station_id"

    @declared_attr
    def station_id(cls) -> Mapped[int]:
        return mapped_column(index=True, info={"label": _l("所属维权站")})

    @declared_attr
    def station(cls) -> Mapped["Station"]:
        return relationship(
            "Station",
            primaryjoin=lambda: cls.station_id == Model.registry._class_registry["Station"].id,
            foreign_keys=lambda: [cls.station_id],  # type: ignore[arg-type]
            viewonly=True,
            info={"label": _l("所属维权站")},
        )


class Ended:
    """A row with a name or a number is not deleted: it ends, on a day and for a reason, and can be resumed."""

    __ending__: ClassVar[Any] = _l("停用")  # what it is called here: 离任, 作废, 撤销
    __resumes__: ClassVar[bool] = True

    @declared_attr
    def ended_on(cls) -> Mapped[date | None]:
        return mapped_column(info={"label": _l("%(ending)s日期", ending=cls.__ending__), "not_future": True})

    @declared_attr
    def ended_reason(cls) -> Mapped[str | None]:
        return mapped_column(String(200), info={"label": _l("%(ending)s原因", ending=cls.__ending__)})


class Sex(enum.Enum):
    """As the identity number tells it (GB 11643)."""

    F = "女"
    M = "男"


def secret(kind: str, label: Any, **info: Any) -> Any:
    """A column for what is secret about a person: it holds ciphertext only; `app.secret` seals, opens and masks it.

    `kind` (phone, id_number, address, narrative) says how it is checked and masked.
    """
    return mapped_column(Text, info={"label": label, "secret": kind, **info})


def blind_index() -> Any:
    """Beside a secret column `x`, as `x_index`: equal secrets of one kind have equal indexes, which tell nothing."""
    return mapped_column(String(80), index=True, info={"derived": True})


def only_with(states: str, columns: str, name: str) -> CheckConstraint:
    """In these states these columns are filled; `models` alone refuses what no step would write."""
    filled = " AND ".join(f"{column} IS NOT NULL" for column in columns.split())
    listed = ", ".join(f"'{state}'" for state in states.split())
    return CheckConstraint(f"state NOT IN ({listed}) OR ({filled})", name=name)


def new_uid() -> str:
    return uuid.uuid4().hex


class Versioned:
    """A row that people edit: a name for life, and the number of its states.

    `uid` is made before the row is (secrets are bound to it, and a form that is sent twice makes one row); `version`
    goes up with every change, and a form that was filled in on an older one is refused.
    """

    # The server's defaults are for rows that stood in a table before it had these columns; a migration fills them in.
    uid: Mapped[str] = mapped_column(String(32), default=new_uid, server_default=text("''"), info={"derived": True})
    version: Mapped[int] = mapped_column(server_default=text("1"), info={"derived": True})


class Stamped(Versioned):
    """A row of a register: when it was made and last changed (UTC). Of two writers on one state, one fails."""

    created_at: Mapped[datetime] = mapped_column(info={"label": _l("创建时间"), "derived": True})
    changed_at: Mapped[datetime] = mapped_column(info={"label": _l("更新时间"), "derived": True})

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


@event.listens_for(Model, "after_mapper_constructed", propagate=True)
def _hold_place(mapper: Any, cls: type) -> None:
    """The derived columns are held by CHECKs, and indexed with the key: each level lists its rows newest first.

    What has ended stays out of lists: with its date in the index too, counting and turning pages read no rows.
    """
    if issubclass(cls, Located):
        table = mapper.local_table
        for name, digits in PLACES.items():
            _held(table, cls.__place__, name, digits)
        for name in (*PLACES, "division_code") if issubclass(cls, DivisionOwned) else PLACES:
            ending = (table.c.ended_on,) if issubclass(cls, Ended) else ()
            Index(None, table.c[name], *mapper.primary_key, *ending)


@event.listens_for(Model, "after_mapper_constructed", propagate=True)
def _hold_station(mapper: Any, cls: type) -> None:
    """A station cannot move away from its rows, nor a row from its station."""
    if issubclass(cls, StationOwned):
        mapper.local_table.append_constraint(
            ForeignKeyConstraint(["station_id", "division_code"], ["station.id", "station.division_code"])
        )


@event.listens_for(Model, "after_mapper_constructed", propagate=True)
def _hold_uid(mapper: Any, cls: type) -> None:
    """An index, not a constraint: SQLite adds one to a table without building the table again."""
    if issubclass(cls, Versioned):
        Index(None, mapper.local_table.c.uid, unique=True)


@event.listens_for(Model, "after_mapper_constructed", propagate=True)
def _hold_ending(mapper: Any, cls: type) -> None:
    if issubclass(cls, Ended):
        CheckConstraint(
            "(ended_on IS NULL) = (ended_reason IS NULL)", name="ended_for_a_reason", table=mapper.local_table
        )


@event.listens_for(Model, "after_mapper_constructed", propagate=True)
def _never_reuse_a_key(mapper: Any, _cls: type) -> None:
    """SQLite gives the number of a deleted row to the next one, with its history and cookies, unless told not to."""
    mapper.local_table.dialect_kwargs["sqlite_autoincrement"] = True


@event.listens_for(Model, "attribute_instrument", propagate=True)
def _remember_before(_cls: type, _key: str, attribute: Any) -> None:
    """Setting a column reads what stood there, even after a commit: for the audit, and for the guard of a move."""
    if isinstance(attribute.property, ColumnProperty):
        event.listen(attribute, "set", lambda *_: None, active_history=True)
