"""工作日历: a year at a glance, and its notice read, shown, and loaded when somebody has looked at what it changes."""

import calendar
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from app import calendars, clock, notice
from app.calendars import FIRST, LAST, Outdated, Plan
from app.errors import BadInput, DomainError, explain
from app.exchange.sheet import MAX_FILE
from app.extensions import db
from app.notice import Reading
from app.scope import current_actor
from models import DayKind
from views.access import needs, reads

PLAIN = "PLAIN"  # beside the names of DayKind: what its weekday says
KINDS = {DayKind.REST.name: _l("休息"), DayKind.WORK.name: _l("补班"), PLAIN: _l("按平常（取消）")}
MAX_DAYS = 100  # of one notice; the longest had 43


class WorkCalendarView(BaseView):
    """Everybody looks; whoever may edit first sees what a change would mean, and then confirms exactly that."""

    route_base = "/workdays"
    default_view = "list"
    class_permission_name = "WorkCalendar"

    @expose("/")
    @needs("view")
    def list(self) -> Any:
        year = request.args.get("year")
        return self._year_page(_year(year) if year else clock.today().year)

    @expose("/notice", methods=["POST"])
    @reads
    @needs("edit")
    def notice(self) -> Any:
        """What loading the pasted or uploaded notice would change."""
        year, typed = _year(request.form.get("year", "")), _typed("text", "source")
        try:
            reading = _reading(typed["text"], year)
            if reading.problems:
                field = "text" if typed["text"] else "file"
                wrong = DomainError(_("通知里有前后矛盾或看不懂的地方，请核对以后重新提交："), field)
                return self._year_page(year, typed, wrong, reading.problems)
            plan = calendars.plan_notice(year, reading.days, typed["source"] or reading.source)
        except DomainError as error:
            return self._year_page(year, typed, error)
        return self._confirm_page(plan, reading.unread)

    @expose("/day", methods=["POST"])
    @reads
    @needs("edit")
    def day(self) -> Any:
        """What setting one day apart, or making it plain, would change."""
        typed = _typed("day", "kind", "name", "day_source")
        try:
            plan = _one_day(typed)
        except DomainError as error:
            shown = typed["day"][:4]
            year = int(shown) if shown.isdecimal() and FIRST <= int(shown) <= LAST else clock.today().year
            return self._year_page(year, typed, error)
        return self._confirm_page(plan)

    @expose("/publish", methods=["POST"])
    @needs("edit")
    def publish(self) -> Any:
        """Write what the page of `notice` or `day` showed; not when the calendar is another one by now."""
        plan, actor = _confirmed(), current_actor()
        try:
            if actor is not None:
                calendars.apply(plan, actor, clock.today(), request.form.get("state", ""))
            db.session.commit()
        except Outdated as error:
            db.session.rollback()
            return self._confirm_page(_confirmed(), (), error)
        except IntegrityError as error:
            db.session.rollback()
            raise explain(error) from None
        flash(_("已保存。"), "success")
        return redirect(url_for("WorkCalendarView.list", year=plan.year))

    # ---- pages

    def _year_page(
        self, year: int, typed: Mapping[str, str] | None = None, error: DomainError | None = None, problems: Any = ()
    ) -> Any:
        found, actor = calendars.current(), current_actor()
        weeks = calendar.Calendar(calendar.MONDAY)
        page = self.render_template(
            "work_calendar/year.html", kind=_("工作日历"), title=_("%(year)s 年工作日历", year=year), year=year,
            months=[(month, weeks.monthdatescalendar(year, month)) for month in range(1, 13)],
            specials=found.specials(year), spans=found.spans(year), is_provisional=found.is_provisional(year),
            told=calendars.year_of(year), today=clock.today(), weekdays=notice.WEEKDAYS, kinds=KINDS,
            may_edit=actor is not None and actor.can("edit", calendars.REGISTER), first=FIRST, last=LAST,
            typed=typed or {}, error=error, problems=problems, is_bad=lambda *names: error and error.field in names,
        )  # fmt: skip
        return make_response(page, 422 if error else 200)

    def _confirm_page(self, plan: Plan, unread: Any = (), error: Outdated | None = None) -> Any:
        page = self.render_template(
            "work_calendar/confirm.html", kind=_("确认"),
            title=_("确认载入 %(year)s 年放假安排", year=plan.year) if plan.is_notice else _("确认修改一天"),
            crumbs=[(_("工作日历"), url_for("WorkCalendarView.list", year=plan.year))], plan=plan,
            changes=calendars.changes(plan), sentences=calendars.consequences(plan), unread=unread, error=error,
            state=calendars.state(calendars.current()), days=_written(plan), weekdays=notice.WEEKDAYS,
        )  # fmt: skip
        return make_response(page, 409 if error else 200)


# ---- what the forms carry


def _typed(*names: str) -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in names}


def _year(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and FIRST <= int(text) <= LAST):
        raise BadInput(_("年份应在 %(first)s 到 %(last)s 之间。", first=FIRST, last=LAST))
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError(_("请填写日期，如 2027-01-04。"), "day") from None


def _reading(text: str, year: int) -> Reading:
    """The notice from the box or from the file, whichever was given."""
    file = request.files.get("file")
    content = file.read(MAX_FILE + 1) if file else b""
    if bool(text) == bool(content):
        raise DomainError(_("请粘贴通知或上传表格，只选一样。"), "text")
    return notice.read_text(text, year) if text else notice.read_sheet(content, year)


def _one_day(typed: Mapping[str, str]) -> Plan:
    if typed["kind"] not in KINDS:
        raise BadInput(_("类型无效。"))
    kind = None if typed["kind"] == PLAIN else DayKind[typed["kind"]]
    return calendars.plan_day(_day(typed["day"]), kind, typed["name"], typed["day_source"])


def _written(plan: Plan) -> Any:
    """The days of a plan as the page of confirmation carries them: 2027-01-01 REST 元旦."""
    put = [f"{day} {kind.name} {name}" for day, (kind, name) in sorted(plan.put.items())]
    return put if plan.is_notice else [*put, *(f"{day} {PLAIN}" for day in sorted(plan.drop))]


def _confirmed() -> Plan:
    """The plan that the page of confirmation carried, worked out anew; nobody types it, so a fault is a BadInput."""
    year, source = _year(request.form.get("year", "")), request.form.get("source", "")
    lines = [line.split(" ", 2) for line in request.form.getlist("day")]
    try:
        if len(lines) > MAX_DAYS or not lines:
            raise DomainError(_("没有要保存的内容。"))
        if request.form.get("is_notice") == "1":
            days = {_day(day): (DayKind[kind], name) for day, kind, name in lines}
            return calendars.plan_notice(year, days, source)
        (day, kind, *name), *_more = lines
        return _one_day({"day": day, "kind": kind, "name": "".join(name), "day_source": source})
    except (DomainError, KeyError, ValueError) as error:
        raise BadInput(_("提交的内容有误，请返回后重试。")) from error
