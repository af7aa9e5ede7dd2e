"""The one place that reads the clock. Rules take `today`; the edges ask here."""

from datetime import UTC, date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991


def today() -> date:
    """The date in Beijing."""
    return datetime.now(BEIJING).date()


def now() -> datetime:
    """The moment, UTC without zone: what the database stores."""
    return stored(datetime.now(UTC))


def local(moment: datetime) -> datetime:
    """A stored moment as Beijing time."""
    return moment.replace(tzinfo=UTC).astimezone(BEIJING)


def stored(moment: datetime) -> datetime:
    """A moment with a zone as it is stored: UTC without zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)
