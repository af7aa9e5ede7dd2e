"""Stock Flask-AppBuilder on the table of cases: its ModelView, templates, forms and security, in a process of its own.

It is what one gets for declaring the same columns and no more: no scope, no secrets (ciphertext is text), no audit, no
version. It imports nothing of the product.
"""

import enum
import os
import uuid
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask
from flask_appbuilder import AppBuilder, Model, ModelView
from flask_appbuilder.models.sqla.base import SQLA
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import Boolean, Column, Date, DateTime, Enum, Integer, MetaData, String, Table, create_engine
from sqlalchemy.orm import relationship

URI = os.environ.get("BENCH_DATABASE", "")
BOXES = ("is_hotline", "is_proxy_entry", "no_sms", "went_to_office", "went_to_court")
USER = os.environ.get("BENCH_USER", "")


class Channel(enum.Enum):
    LETTER = "来信"
    CALL = "来电"
    VISIT = "来访"


class Applicant(enum.Enum):
    SELF = "本人"
    AGENT = "代理"


class Sex(enum.Enum):
    F = "女"
    M = "男"


class RightsCategory(enum.Enum):
    POLITICAL = "政治权利"
    CULTURE = "文化教育权益"
    LABOUR = "劳动和社会保障权益"
    PROPERTY = "财产权益"
    PERSON = "人身权利"
    FAMILY = "婚姻家庭权益"
    OTHER = "其他"


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _enum(name: str, kind: type[enum.Enum], **options: Any) -> Column[Any]:
    return Column(name, Enum(kind, native_enum=False, length=32), **options)


def _tables() -> tuple[Table, Table]:
    """The tables of stations and cases as they stand in the database, with what it cannot tell of their columns."""
    engine = create_engine(URI)
    metadata: MetaData = Model.metadata
    station = Table("station", metadata, autoload_with=engine)
    case = Table(
        "case_record",
        metadata,
        _enum("channel", Channel, nullable=False),
        _enum("applicant", Applicant, nullable=False),
        _enum("sex", Sex),
        _enum("category", RightsCategory, nullable=False),
        # Flask-AppBuilder takes no False for a column that may not be NULL, so none of these may say so.
        *(Column(name, Boolean, default=False) for name in BOXES),
        Column("recorded_on", Date, nullable=False, default=date.today),
        Column("uid", String(32), nullable=False, default=lambda: uuid.uuid4().hex),
        Column("number", String(50), nullable=False, default=lambda: uuid.uuid4().hex),
        Column("version", Integer, nullable=False, default=1),
        Column("created_at", DateTime, nullable=False, default=_now),
        Column("changed_at", DateTime, nullable=False, default=_now, onupdate=_now),
        autoload_with=engine,
    )
    engine.dispose()
    return station, case


STATION, CASE = _tables()


class Station(Model):
    __table__ = STATION

    def __repr__(self) -> str:
        return self.name


class Case(Model):
    __table__ = CASE
    station = relationship(
        Station,
        primaryjoin=(CASE.c.station_id == STATION.c.id) & (CASE.c.division_code == STATION.c.division_code),
        foreign_keys=[CASE.c.station_id, CASE.c.division_code],
    )

    def __repr__(self) -> str:
        return self.subject


class CaseView(ModelView):
    datamodel = SQLAInterface(Case)
    page_size = 25
    base_order = ("id", "desc")
    base_filters = [["ended_on", FilterEqual, None]]
    list_columns = ["subject", "received_on", "channel", "name", "category", "station", "receiver", "phone"]
    show_columns = [
        "subject", "channel", "is_hotline", "received_on", "recorded_on", "is_proxy_entry", "station", "division_code",
        "applicant", "agent_name", "agent_relation", "name", "sex", "born_on", "id_number", "ethnicity", "occupation",
        "education", "marital_status", "address", "phone", "safe_phone", "safe_times", "no_sms", "category",
        "narrative", "happened_at", "went_to_office", "went_to_court", "companions", "receiver", "opinion", "note",
        "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = [
        "station", "channel", "received_on", "subject", "category", "receiver", "is_hotline", "is_proxy_entry",
        "applicant", "agent_name", "agent_relation", "name", "id_number", "sex", "born_on", "phone", "safe_phone",
        "safe_times", "no_sms", "address", "ethnicity", "occupation", "education", "marital_status", "narrative",
        "happened_at", "went_to_office", "went_to_court", "companions", "opinion", "note",
    ]  # fmt: skip
    # Without the station: a list of all of them in the search panel would make each page half a megabyte.
    search_columns = ["township_code", "channel", "category", "received_on", "is_proxy_entry", "subject"]
    order_columns = ["received_on", "subject", "channel", "category"]

    def pre_add(self, item: Case) -> None:
        code = item.station.division_code
        item.city_code, item.county_code, item.township_code = code[:4], code[:6], code[:9]

    pre_update = pre_add


def create() -> Flask:
    """The application, with the person BENCH_USER as an Admin of Flask-AppBuilder."""
    application = Flask(__name__)
    application.config.from_mapping(
        SECRET_KEY="the stock application signs with this",
        SQLALCHEMY_DATABASE_URI=URI,
        BABEL_DEFAULT_LOCALE="zh",
        LANGUAGES={"zh": {"flag": "cn", "name": "简体中文"}},
        WTF_CSRF_ENABLED=True,
    )
    database = SQLA(application)
    with application.app_context():
        builder = AppBuilder(application, database.session)
        builder.add_view(CaseView, "Cases", category="Registers")
        user = builder.sm.find_user(username=USER)
        admin = builder.sm.find_role("Admin")
        if admin not in user.roles:  # a second process on the same database
            user.roles.append(admin)
        database.session.commit()
    return application


app = create()
