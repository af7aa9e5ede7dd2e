"""案件: what women come with, by letter, by phone or in person (2010 opinion, 四(一)); F12."""

import enum
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Ended, Model, Sex, Stamped, StationOwned, blind_index, secret


class Channel(enum.Enum):
    """How it came; three registers of the opinion."""

    LETTER = "来信"
    CALL = "来电"
    VISIT = "来访"


class Applicant(enum.Enum):
    """Who came."""

    SELF = "本人"
    AGENT = "代理"


class RightsCategory(enum.Enum):
    """权益类别: the six kinds of rights of the law (妇女权益保障法), and the rest."""

    POLITICAL = "政治权利"
    CULTURE = "文化教育权益"
    LABOUR = "劳动和社会保障权益"
    PROPERTY = "财产权益"
    PERSON = "人身权利"
    FAMILY = "婚姻家庭权益"
    OTHER = "其他"


class Case(StationOwned, Ended, Stamped, Model):
    """One matter of one person at one station.

    `received_on` is the day she came; `recorded_on` the day it was written down, maybe by the township for a village
    without a computer (代录). How she can be reached safely stands apart from where she lives.
    """

    __tablename__ = "case_record"  # CASE is a word of SQL
    __label__ = _l("案件")
    __ending__ = _l("作废")
    __attachments__ = True
    __find__ = ("subject", "name")
    __table_args__ = (
        CheckConstraint(
            "agent_name IS NOT NULL OR applicant <> 'AGENT'",
            name="agent_named",
            info={"field": "agent_name", "message": _l("由他人代理的，请填写代理人姓名。")},
        ),
        CheckConstraint(
            "recorded_on >= received_on",
            name="recorded_after_received",
            info={"field": "received_on", "message": _l("来访日期不能晚于登记日期。")},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel] = mapped_column(info={"label": _l("来访渠道")})
    is_hotline: Mapped[bool] = mapped_column(
        default=False, info={"label": _l("由 12338 热线转来"), "only_if": ("channel", "CALL")}
    )
    received_on: Mapped[date] = mapped_column(
        info={
            "label": _l("来访日期"),
            "not_future": True,
            "starts_as": "today",
            "help": _l("当事人实际来信、来电或来访的日期。"),
        }
    )
    recorded_on: Mapped[date] = mapped_column(info={"label": _l("登记日期"), "derived": True, "today": True})
    is_proxy_entry: Mapped[bool] = mapped_column(
        default=False, info={"label": _l("代录"), "help": _l("由乡镇(街道)替村(居)补录的，请勾选。")}
    )
    applicant: Mapped[Applicant] = mapped_column(default=Applicant.SELF, info={"label": _l("申请人")})
    agent_name: Mapped[str | None] = mapped_column(
        String(50), info={"label": _l("代理人姓名"), "short": True, "only_if": ("applicant", "AGENT")}
    )
    agent_relation: Mapped[str | None] = mapped_column(
        String(50), info={"label": _l("代理人与当事人关系"), "short": True, "only_if": ("applicant", "AGENT")}
    )

    name: Mapped[str] = mapped_column(String(50), info={"label": _l("当事人姓名"), "short": True})
    id_number: Mapped[str | None] = secret(
        "id_number",
        _l("身份证号"),
        fills={"sex": "sex", "born_on": "born_on"},
        help=_l("填写后自动带出性别和出生日期。"),
    )
    id_number_index: Mapped[str | None] = blind_index()
    sex: Mapped[Sex | None] = mapped_column(info={"label": _l("性别")})
    born_on: Mapped[date | None] = mapped_column(info={"label": _l("出生日期"), "not_future": True})
    ethnicity: Mapped[str | None] = mapped_column(String(20), info={"label": _l("民族"), "short": True})
    occupation: Mapped[str | None] = mapped_column(String(50), info={"label": _l("职业"), "short": True})
    education: Mapped[str | None] = mapped_column(String(20), info={"label": _l("文化程度"), "short": True})
    marital_status: Mapped[str | None] = mapped_column(String(20), info={"label": _l("婚姻状况"), "short": True})
    address: Mapped[str | None] = secret("address", _l("住址"))
    phone: Mapped[str | None] = secret("phone", _l("联系电话"))
    safe_phone: Mapped[str | None] = secret("phone", _l("安全联系电话"), help=_l("不会被施暴人接听、查看的号码。"))
    safe_times: Mapped[str | None] = mapped_column(String(100), info={"label": _l("方便联系的时间")})
    no_sms: Mapped[bool] = mapped_column(default=False, info={"label": _l("不要发短信")})

    subject: Mapped[str] = mapped_column(
        String(100), info={"label": _l("事由"), "help": _l("一句话概括；经过写在下面的「详情」里，详情加密保存。")}
    )
    category: Mapped[RightsCategory] = mapped_column(info={"label": _l("权益类别")})
    narrative: Mapped[str | None] = secret("narrative", _l("详情"), multiline=True)
    happened_at: Mapped[str | None] = secret("address", _l("问题发生地"))
    went_to_office: Mapped[bool] = mapped_column(default=False, info={"label": _l("曾经行政处理")})
    went_to_court: Mapped[bool] = mapped_column(default=False, info={"label": _l("曾经诉讼")})
    companions: Mapped[str | None] = mapped_column(String(100), info={"label": _l("随访人数及关系")})
    receiver: Mapped[str] = mapped_column(String(50), info={"label": _l("接待人"), "starts_as": "me"})
    opinion: Mapped[str | None] = mapped_column(String(500), info={"label": _l("处理意见"), "multiline": True})
    note: Mapped[str | None] = mapped_column(String(500), info={"label": _l("备注"), "multiline": True})

    def __str__(self) -> str:
        return self.subject
