"""The worked example of CONTRIBUTING: 服务品牌 (F27) as a register, model and view in one file for once."""

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.interface import RegisterInterface
from models.base import Ended, Model, Stamped, StationOwned, secret
from views.base import RegisterView


class ServiceBrand(StationOwned, Ended, Stamped, Model):
    """温馨家庭调解室, 姐妹谈心室 of a station."""

    __tablename__ = "service_brand"
    __label__ = _l("服务品牌")
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), info={"label": _l("名称")})
    opened_on: Mapped[date | None] = mapped_column(info={"label": _l("设立日期"), "not_future": True})
    is_open: Mapped[bool] = mapped_column(default=True, info={"label": _l("正常开放")})
    phone: Mapped[str | None] = secret("phone", _l("联系电话"))

    def __str__(self) -> str:
        return self.name


class ServiceBrandView(RegisterView):
    datamodel = RegisterInterface(ServiceBrand)
    route_base = "/brands"
    class_permission_name = "ServiceBrand"
    list_columns = ["name", "station", "opened_on", "is_open", "phone"]
    show_columns = [*list_columns, "division", "ended_on", "ended_reason", "changed_at"]
    add_columns = edit_columns = ["station_id", "name", "opened_on", "is_open", "phone"]
    search_columns = ["division_code", "name", "is_open", "opened_on"]
    order_columns = ["name", "opened_on"]
