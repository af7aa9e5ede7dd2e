"""The one place that reads the clock. Rules take `today`; the edges ask here."""

from datetime import UTC, date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991


def today() -> date:
    """The date in Beijing."""
    return datetime.now(BEIJING).date()


def now() -> datetime:
    """The moment, UTC without zone: what the database stores."""
    return datetime.now(UTC).replace(tzinfo=None)


def local(moment: datetime) -> datetime:
    """A stored moment as Beijing time."""
    return moment.replace(tzinfo=UTC).astimezone(BEIJING)
