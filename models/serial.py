"""Running numbers that are given once and never again."""

from typing import ClassVar

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, Visibility


class Serial(Model):
    """The last number given in one series, e.g. "Volunteer:330302"; app.derive counts up in the row's transaction."""

    __tablename__ = "serial"
    __visibility__: ClassVar[Visibility] = Visibility.SYSTEM

    series: Mapped[str] = mapped_column(String(64), primary_key=True)
    last: Mapped[int] = mapped_column()
