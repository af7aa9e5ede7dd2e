"""案件: what women come with, by letter, by phone or in person (2010 opinion, 四(一)); F12, F13."""

import enum
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.base import Ended, Model, Sex, Stamped, StationOwned, blind_index, only_with, secret
from models.findable import Findable


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


class CaseState(enum.Enum):
    """How far a case has come: 申请→受理→调查→处理→结案→回访 (opinion 三(二)), or how it ended otherwise."""

    APPLIED = "申请"
    ACCEPTED = "受理"
    INVESTIGATING = "调查"
    HANDLING = "处理"
    CLOSED = "结案"
    VISITED = "回访"
    REFUSED = "不予受理"
    WITHDRAWN = "撤回"
    LOST = "失联"
    MERGED = "重复并案"


class Difficulty(enum.Enum):
    """难易 (opinion 三(二)): it says how long the station has."""

    SIMPLE = "简单"
    ORDINARY = "一般"
    COMPLEX = "复杂"
    HARD = "疑难"


class RiskLevel(enum.Enum):
    """How dangerous it is for her, by the newest assessment that counts (F51); high: nobody mediates."""

    LOW = "低危"
    MEDIUM = "中危"
    HIGH = "高危"


class AnswerWay(enum.Enum):
    """How she was answered."""

    IN_PERSON = "当面"
    CALL = "电话"
    LETTER = "书面"
    OTHER = "其他"


class VisitWay(enum.Enum):
    """How she was asked afterwards."""

    CALL = "电话"
    HOME = "上门"
    IN_PERSON = "当面"
    OTHER = "其他"


class VisitResult(enum.Enum):
    """What she said of it, or why she could not be asked."""

    SATISFIED = "满意"
    FAIRLY = "基本满意"
    DISSATISFIED = "不满意"
    REFUSED = "拒绝"
    LOST = "失联"
    UNSAFE = "不宜回访(安全)"


class SealReason(enum.Enum):
    """Why a case is sealed (F53). The first three seal it by themselves, the last is somebody's word."""

    HIGH_RISK = "高危"
    SEXUAL = "性侵害"
    MINOR = "未成年人"
    OTHER = "其他"


class Case(StationOwned, Ended, Findable, Stamped, Model):
    """One matter of one person at one station.

    `received_on` is the day she came; `recorded_on` the day it was written down, maybe by the township for a village
    without a computer (代录). How she can be reached safely stands apart from where she lives. The state, its
    facts and dates are written by the steps of `app.workflow.cases` only.
    """

    __tablename__ = "case_record"  # CASE is a word of SQL
    __label__ = _l("案件")
    __ending__ = _l("作废")
    __attachments__ = True
    __find__ = ("number",)
    # What says that a row is sealed, and whose account goes on reading it: app.seals.
    __sealed__: ClassVar[tuple[str, str]] = ("sealed_for", "handler_id")
    __table_args__ = (
        Index(None, "number", unique=True),
        Index(  # few rows are sealed: whether one is, is asked of every row that is read
            "ix_case_record_sealed",
            "id",
            "handler_id",
            sqlite_where=text("sealed_for IS NOT NULL"),
            postgresql_where=text("sealed_for IS NOT NULL"),
        ),
        Index(  # what waits for somebody is counted on every page
            None,
            "handler_id",
            "ended_on",
            sqlite_where=text("handler_id IS NOT NULL"),
            postgresql_where=text("handler_id IS NOT NULL"),
        ),
        Index(None, "id", "division_code", unique=True),  # its transfers stay where it is
        Index(None, "received_on"),  # statistics of a period
        Index(None, "name", "county_code"),  # other cases of one who came
        only_with("ACCEPTED INVESTIGATING HANDLING CLOSED VISITED", "difficulty handler accepted_on", "accepted_facts"),
        only_with("CLOSED VISITED", "answer answered_on answer_way closed_on", "closed_facts"),
        only_with("VISITED", "visited_on visit_result", "visited_facts"),
        only_with("REFUSED WITHDRAWN LOST MERGED", "state_reason", "ended_otherwise_for_a_reason"),
        CheckConstraint("(sealed_for IS NULL) = (sealed_on IS NULL)", name="sealed_dated"),
        CheckConstraint(
            "sealed_for <> 'OTHER' OR seal_reason IS NOT NULL",
            name="sealed_for_a_reason",
            info={"field": "seal_reason", "message": _l("请写明封存的原因。")},
        ),
        CheckConstraint("(state = 'MERGED') = (merged_into_id IS NOT NULL)", name="merged_into_another"),
        CheckConstraint(
            "accepted_on >= received_on",
            name="accepted_after_received",
            info={"field": "accepted_on", "message": _l("受理日期不能早于来访日期。")},
        ),
        CheckConstraint(
            "visit_way IS NOT NULL OR visit_result IS NULL OR visit_result IN ('REFUSED', 'LOST', 'UNSAFE')",
            name="visited_some_way",
            info={"field": "visit_way", "message": _l("请填写回访方式。")},
        ),
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
    # Given once, when the case is recorded; the server's default is for rows from before there were numbers.
    number: Mapped[str] = mapped_column(
        String(50), server_default=text("''"), info={"label": _l("编号"), "derived": True, "serial": "CASE_NUMBER"}
    )
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
        String(50), info={"label": _l("代理人姓名"), "short": True, "only_if": ("applicant", "AGENT"), "masked": "name"}
    )
    agent_relation: Mapped[str | None] = mapped_column(
        String(50), info={"label": _l("代理人与当事人关系"), "short": True, "only_if": ("applicant", "AGENT")}
    )

    name: Mapped[str] = mapped_column(String(50), info={"label": _l("当事人姓名"), "short": True, "masked": "name"})
    id_number: Mapped[str | None] = secret(
        "id_number",
        _l("身份证号"),
        fills={"sex": "sex", "born_on": "born_on"},
        help=_l("填写后自动带出性别和出生日期。"),
    )
    id_number_index: Mapped[str | None] = blind_index()
    sex: Mapped[Sex | None] = mapped_column(info={"label": _l("性别")})
    born_on: Mapped[date | None] = mapped_column(info={"label": _l("出生日期"), "not_future": True, "masked": "birth"})
    ethnicity: Mapped[str | None] = mapped_column(String(20), info={"label": _l("民族"), "short": True})
    occupation: Mapped[str | None] = mapped_column(String(50), info={"label": _l("职业"), "short": True})
    education: Mapped[str | None] = mapped_column(String(20), info={"label": _l("文化程度"), "short": True})
    marital_status: Mapped[str | None] = mapped_column(String(20), info={"label": _l("婚姻状况"), "short": True})
    address: Mapped[str | None] = secret("address", _l("住址"))
    phone: Mapped[str | None] = secret("phone", _l("联系电话"))
    safe_phone: Mapped[str | None] = secret("phone", _l("安全联系电话"), help=_l("不会被施暴人接听、查看的号码。"))
    safe_times: Mapped[str | None] = mapped_column(String(100), info={"label": _l("方便联系的时间")})
    no_sms: Mapped[bool] = mapped_column(default=False, info={"label": _l("不要发短信"), "short": True})

    subject: Mapped[str] = mapped_column(
        String(100), info={"label": _l("事由"), "help": _l("一句话概括；经过写在下面的「详情」里，详情加密保存。")}
    )
    category: Mapped[RightsCategory] = mapped_column(info={"label": _l("权益类别")})
    narrative: Mapped[str | None] = secret("narrative", _l("详情"), multiline=True)
    is_sexual: Mapped[bool] = mapped_column(  # seals the case: app.seals
        default=False, server_default=text("false"), info={"label": _l("涉及性侵害"), "short": True}
    )
    happened_at: Mapped[str | None] = secret("address", _l("问题发生地"))
    went_to_office: Mapped[bool] = mapped_column(default=False, info={"label": _l("曾经行政处理")})
    went_to_court: Mapped[bool] = mapped_column(default=False, info={"label": _l("曾经诉讼")})
    companions: Mapped[str | None] = mapped_column(String(100), info={"label": _l("随访人数及关系")})
    receiver: Mapped[str] = mapped_column(String(50), info={"label": _l("接待人"), "starts_as": "me"})
    opinion: Mapped[str | None] = mapped_column(String(500), info={"label": _l("处理意见"), "multiline": True})
    note: Mapped[str | None] = mapped_column(String(500), info={"label": _l("备注"), "multiline": True})

    state: Mapped[CaseState] = mapped_column(
        default=CaseState.APPLIED, server_default=text("'APPLIED'"), info={"label": _l("状态")}
    )
    difficulty: Mapped[Difficulty | None] = mapped_column(info={"label": _l("难易")})
    handler: Mapped[str | None] = mapped_column(
        String(50), info={"label": _l("承办人"), "starts_as": "me", "short": True, "person": True}
    )
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), info={"derived": True})
    accepted_on: Mapped[date | None] = mapped_column(
        info={
            "label": _l("受理日期"),
            "not_future": True,
            "starts_as": "today",
            "help": _l("退回以后再受理的，仍按第一次受理的日期。"),
        }
    )
    investigated_on: Mapped[date | None] = mapped_column(info={"label": _l("开始调查")})
    handled_on: Mapped[date | None] = mapped_column(info={"label": _l("开始处理")})
    closed_on: Mapped[date | None] = mapped_column(info={"label": _l("结案日期")})
    answered_on: Mapped[date | None] = mapped_column(
        info={"label": _l("答复日期"), "not_future": True, "starts_as": "today"}
    )
    answer_way: Mapped[AnswerWay | None] = mapped_column(info={"label": _l("答复方式")})
    answer: Mapped[str | None] = secret("narrative", _l("答复内容"), multiline=True)
    visited_on: Mapped[date | None] = mapped_column(
        info={"label": _l("回访日期"), "not_future": True, "starts_as": "today"}
    )
    visit_way: Mapped[VisitWay | None] = mapped_column(
        info={"label": _l("回访方式"), "help": _l("拒绝、失联、不宜回访的，可以不填。")}
    )
    visit_result: Mapped[VisitResult | None] = mapped_column(info={"label": _l("回访结果")})
    state_reason: Mapped[str | None] = mapped_column(String(200), info={"label": _l("原因"), "multiline": True})
    referred_to: Mapped[str | None] = mapped_column(
        String(100), info={"label": _l("转介去向"), "help": _l("不予受理的，介绍她去哪里。")}
    )
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("case_record.id"), index=True, info={"label": _l("并入案件"), "help": _l("输入另一件的编号查找。")}
    )
    restarted_on: Mapped[date | None] = mapped_column(info={"label": _l("重新起算日期")})
    due_on: Mapped[date | None] = mapped_column(
        index=True, info={"label": _l("最迟"), "derived": True, "recorded": True}
    )
    risk: Mapped[RiskLevel | None] = mapped_column(info={"label": _l("危险等级"), "derived": True, "recorded": True})

    sealed_for: Mapped[SealReason | None] = mapped_column(info={"label": _l("封存")})
    sealed_on: Mapped[date | None] = mapped_column(info={"label": _l("封存日期")})
    seal_reason: Mapped[str | None] = mapped_column(
        String(200), info={"label": _l("封存（解除）原因"), "multiline": True}
    )

    merged_into: Mapped["Case | None"] = relationship(
        remote_side="Case.id", viewonly=True, info={"label": _l("并入案件")}
    )

    @property
    def serial_values(self) -> dict[str, Any]:
        """What the pattern of numbers may name: one series for each station, channel and year in which she came."""
        return {"station": self.division_code, "year": self.received_on.year, "channel": self.channel.value}

    def __str__(self) -> str:
        return f"{self.number} {self.subject}" if self.number else self.subject


class UnderCase:
    """What hangs on a case by its `case_id`: it is sealed with it, for whoever may not read the case (F53)."""

    __under__: ClassVar[tuple[str, Any]] = ("case_id", Case)
    if TYPE_CHECKING:
        case_id: Any

    @declared_attr
    def case(cls) -> Mapped[Case]:
        return relationship(
            primaryjoin=lambda: cls.case_id == Case.id,
            foreign_keys=lambda: [cls.case_id],
            viewonly=True,
            info={"label": _l("案件")},
        )


def in_its_place() -> ForeignKeyConstraint:
    """The key of a row that lies where its case does, and goes nowhere without it."""
    return ForeignKeyConstraint(["case_id", "division_code"], ["case_record.id", "case_record.division_code"])
