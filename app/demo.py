"""The demonstration: accounts and stations that are the same on every machine. Never in production."""

import csv
from datetime import date, timedelta
from typing import TypedDict
from zlib import crc32

from sqlalchemy import select, update

import config
from app import demo_danger, demo_records, demo_reports, demo_transfers, divisions
from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import DEMO
from models import Account, Case, Division, Station, StationHost
from models.base import TOWNSHIP

ACCOUNTS = config.ROOT / "seed" / "demo" / "accounts.csv"
PASSWORD = "Wenzhou-2026"  # noqa: S105  printed at every start, refused in production


class DemoAccount(TypedDict):
    """One account of the demonstration, as `flask demo accounts --json` prints it."""

    username: str
    password: str
    role: str
    division: str


def accounts() -> list[DemoAccount]:
    """Every demonstration account, from seed/demo/accounts.csv."""
    with ACCOUNTS.open(encoding="utf-8", newline="") as file:
        return [
            DemoAccount(username=r["username"], password=PASSWORD, role=r["role"], division=r["division"])
            for r in csv.DictReader(file)
        ]


def line(account: DemoAccount) -> str:
    """An account as a line for a terminal."""
    return f"  {account['username']:<12} {account['password']:<14} {account['role']}  {account['division']}"


def load(today: date) -> list[str]:
    """Add what is missing of the demonstration and commit; what was done, in sentences."""
    with acting_as(DEMO):
        people, stations, records = _load_accounts(today), _load_stations(), demo_records.load(today)
        records += demo_transfers.load(today) + demo_danger.load(today) + demo_reports.load(today)
        db.session.commit()
    done = (("账号", people), ("维权站", stations), ("记录", records))
    return [f"已载入演示{what} {added} 个。" for what, added in done if added]


def _load_accounts(today: date) -> int:
    added = 0
    with ACCOUNTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if users.find(row["username"]) is None:
                users.add(row["username"], row["name"], PASSWORD, [(row["role"], row["division"])], today, is_demo=True)
                added += 1
    return added


def _load_stations() -> int:
    if db.session.scalars(select(Station.id).limit(1)).first() is not None:
        return 0
    names = dict(db.session.execute(select(Division.code, Division.name)).all())
    homes = {account["division"] for account in accounts()}  # whoever signs in finds something of his own
    due = db.session.scalars(divisions.due().order_by(Division.code))
    made = [_station(code, names[code], code in homes) for code in due]
    stations = [station for station in made if station is not None]
    db.session.add_all(stations)
    db.session.flush()
    return len(stations)


def _station(code: str, name: str, is_home: bool) -> Station | None:
    """A station for most townships and for about half of the villages, decided by the code alone, and at each home."""
    dice = crc32(code.encode())
    if not is_home and dice % 100 >= (95 if len(code) == TOWNSHIP else 55):
        return None
    hosts = [StationHost.CENTER if len(code) == TOWNSHIP else StationHost.OFFICE] * 8 + [
        StationHost.OTHER,
        StationHost.SELF,
    ]
    host = hosts[dice // 100 % 10]
    return Station(
        division_code=code,
        name=f"{name}妇女维权站",
        host=host,
        is_integrated=host in (StationHost.CENTER, StationHost.OFFICE) or dice % 3 == 0,
        is_in_plan=dice % 4 != 0,
        founded_on=date(2010, 10, 8) + timedelta(days=dice % 4000),
        address=f"{name}便民服务中心",
        phone="12338",
        has_plaque=dice % 5 != 0,
    )


def remove() -> int:
    """Delete the demonstration accounts, flushed; how many there were. Stations stay: they may be real by now."""
    found = db.session.scalars(select(Account).where(Account.is_demo)).all()
    handled = update(Case).where(Case.handler_id.in_([account.id for account in found]))
    db.session.execute(handled.values(handler_id=None))  # the name of the handler stays
    for account in found:
        db.session.delete(account)
    db.session.flush()
    return len(found)
