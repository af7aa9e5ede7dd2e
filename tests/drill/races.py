"""Races against the product as it is served: two workers, and two processes of sixteen people who hurry.

`python run.py` on a database of its own; everything goes over HTTP, and what is left is read from the database.
"""

import itertools
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zlib import crc32

from sqlalchemy import create_engine, make_url, text

import config
from app.demo import PASSWORD
from tests.bench.client import Answer, Client

PROCESSES, THREADS = 2, 16
EDITS, FORMS, GUESSES = 10, 1000, 1000  # saves that each thread tries; forms sent twice; wrong passwords
ADMIN, VICTIM = "zhen_admin", "zhen_admin2"
REFUSED, SAVED = 409, 302
RACED = ("saves", "refused", "doubles", "rows", "guesses", "evaluated")


class Visitor(Client):
    """A client that opens a new connection after a rest: the server closes one that nobody has used for two seconds."""

    RESTED = 0.5  # seconds
    used = 0.0

    def send(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        if time.monotonic() - self.used > self.RESTED:
            self.connection.close()  # the next request opens it again
        try:
            return super().send(method, path, fields)
        finally:
            self.used = time.monotonic()


@contextmanager
def served(address: str, log: Path) -> Iterator[int]:
    """The product with its demonstration, behind one proxy that tells addresses; yields the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"SQLALCHEMY_DATABASE_URI": address, "PORT": str(port), "WORKERS": "2", "THREADS": "8", "PROXIES": "1"}
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "run.py"], cwd=config.ROOT, env=os.environ | settings, stdout=out, stderr=out
        )
        try:
            for _ in range(300):
                try:
                    if Visitor(port).send("GET", "/health").status == 200:
                        break
                except OSError:
                    time.sleep(0.1)
            yield port
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def hidden(page: str, name: str) -> str:
    """What a hidden field of a form holds."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    return found[1] if found else ""


def signed_in(port: int, username: str = ADMIN) -> dict[str, str]:
    """The cookies of somebody who has signed in."""
    client = Visitor(port)
    token = hidden(client.send("GET", "/login/").text, "csrf_token")
    fields = {"username": username, "password": PASSWORD, "csrf_token": token}
    assert client.send("POST", "/login/", fields).status == SAVED
    client.send("GET", "/units/add")  # the token of the forms to come is in the cookie from here on
    return client.cookies


def crowd(work: Callable[..., Counter[str]], port: int, share: int) -> Counter[str]:
    """The sum of what all threads of all processes counted, each called with the port, its share and its number."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        parts = pool.map(_threads, [work] * PROCESSES, [port] * PROCESSES, [share] * PROCESSES, range(PROCESSES))
        return sum(parts, Counter())


def _threads(work: Callable[..., Counter[str]], port: int, share: int, process: int) -> Counter[str]:
    cookies = signed_in(port)
    with ThreadPoolExecutor(THREADS) as pool:
        names = [f"{process}-{thread}" for thread in range(THREADS)]
        return sum(pool.map(lambda name: work(port, share, name, cookies), names), Counter())


def edits(port: int, share: int, name: str, cookies: dict[str, str]) -> Counter[str]:
    """Open the form of volunteer 1, and save another title on the version that it showed."""
    client, counted = Visitor(port, **cookies), Counter[str]()
    client.frozen = True
    for n in range(share):
        page = client.send("GET", "/volunteers/edit/1").text
        fields = {"csrf_token": hidden(page, "csrf_token"), "_version": hidden(page, "_version")}
        answer = client.send("POST", "/volunteers/edit/1", fields | {"title": f"职务{name}-{n}"})
        counted[f"status {answer.status}"] += 1
        if answer.status == SAVED:
            counted[f"version {fields['_version']}"] += 1
    return counted


def doubles(port: int, share: int, name: str, cookies: dict[str, str]) -> Counter[str]:
    """Send each form twice at the same time, on two connections."""
    clients, counted = [Visitor(port, **cookies), Visitor(port, **cookies)], Counter[str]()
    for client in clients:
        client.frozen = True
    page = clients[0].send("GET", "/units/add").text
    with ThreadPoolExecutor(2) as both:
        for n in range(share):
            fields = {"csrf_token": hidden(page, "csrf_token"), "_once": secrets.token_hex(16)}
            fields |= {"division_code": "330302006", "name": f"单位{name}-{n}"}
            answers = list(both.map(lambda client, sent=fields: client.send("POST", "/units/add", sent), clients))
            counted.update(f"status {answer.status}" for answer in answers)
            counted["same row"] += answers[0].location == answers[1].location
    return counted


def guesses(port: int, share: int, name: str, _cookies: dict[str, str]) -> Counter[str]:
    """Guess the password of one account, each time from another address."""
    client, counted = Visitor(port), Counter[str]()
    token = hidden(client.send("GET", "/login/").text, "csrf_token")
    client.frozen = True
    for n in range(share):
        fields = {"username": VICTIM, "password": f"Wrong-{name}-{n}", "csrf_token": token}
        client.headers = {
            "X-Forwarded-For": f"10.{crc32(name.encode()) % 250}.{crc32(name.encode()) // 250 % 250}.{n % 250}"
        }
        counted[f"status {client.send('POST', '/login/', fields).status}"] += 1
    return counted


def race(name: str, address: str, home: Path) -> dict[str, Any]:
    """Every race on the new, empty database at `address`: what came out, and under `wrong` what should not have."""
    log, canaries = home / f"{name}.log", secret_canaries()
    with served(address, log) as port:
        keep_secrets(port, canaries)
        versions = crowd(edits, port, EDITS)
        twice = crowd(doubles, port, FORMS // (PROCESSES * THREADS) + 1)
        guessed = crowd(guesses, port, GUESSES // (PROCESSES * THREADS) + 1)
        right = Visitor(port)
        token = hidden(right.send("GET", "/login/").text, "csrf_token")
        locked = right.send("POST", "/login/", {"username": VICTIM, "password": PASSWORD, "csrf_token": token}).status
        facts = stored(address)
    saved = versions[f"status {SAVED}"]
    sent = sum(twice[k] for k in twice if k.startswith("status"))
    wrong = [
        *(f"{n} saves of {key}" for key, n in versions.items() if key.startswith("version") and n != 1),
        *(f"{n} × {key}" for key, n in (versions + twice + guessed).items() if key.startswith("status 5")),
        *([f"{saved} saves, {facts['saves']} in the history"] if saved != facts["saves"] else []),
        *([f"{sent} forms made {facts['units']} rows"] if facts["units"] * 2 != sent else []),
        *([f"{twice['same row']} pairs led to one row"] if twice["same row"] * 2 != sent else []),
        *([f"{facts['evaluated']} passwords were evaluated"] if facts["evaluated"] > 5 else []),
        *(["a locked account signed in"] if locked == SAVED else []),
        *(f"{canary} in {where}" for canary, where in found_in_clear(canaries, [home, *cluster_of(address)])),
    ]  # fmt: skip
    return {"saves": saved, "refused": versions[f"status {REFUSED}"], "doubles": sent // 2, "rows": facts["units"],
            "guesses": sum(guessed.values()), "evaluated": facts["evaluated"], "wrong": wrong}  # fmt: skip


def stored(address: str) -> dict[str, int]:
    """What the races left in the database."""
    engine = create_engine(address)
    asked = {
        "saves": "SELECT count(*) FROM audit_entry WHERE register = 'Volunteer' AND row_key = '1' AND verb = 'edit'",
        "units": "SELECT count(*) FROM member_unit WHERE name LIKE '单位%'",
        "evaluated": "SELECT count(*) FROM audit_entry WHERE verb = 'sign_in_failed'",
    }
    with engine.connect() as connection:
        facts = {name: connection.execute(text(sql)).scalar_one() for name, sql in asked.items()}
    engine.dispose()
    return facts


def secret_canaries() -> list[str]:
    """A phone and an identity number that stand nowhere else."""
    from tests.records import id_number

    return ["19900007531", id_number(sequence="000")]


def keep_secrets(port: int, canaries: list[str]) -> None:
    """Save both, and send them in forms that are refused, so that error pages and logs have seen them."""
    client = Visitor(port, **signed_in(port))
    phone, number = canaries
    for subject in ("", "有姓名"):
        page = client.send("GET", "/volunteers/add").text
        fields = {"csrf_token": hidden(page, "csrf_token"), "_once": hidden(page, "_once"), "station_id": "1"}
        fields |= {"name": subject, "role": "INFORMANT", "engagement": "FULL_TIME", "starts_on": "2026-01-01"}
        fields |= {"phone": phone, "id_number": number, "service_hours": "0"}
        client.send("POST", "/volunteers/add", fields)
    client.send("POST", "/volunteers/add", {"phone": phone, "id_number": number})  # no token: an error page
    client.send("GET", "/volunteers/list/?psize_VolunteerView=x")


def cluster_of(address: str) -> list[Path]:
    """The folder of the tests' own PostgreSQL: its data, its log, its write-ahead log. None for SQLite."""
    host = make_url(address).query.get("host")
    return [Path(str(host))] if host else []


def found_in_clear(canaries: list[str], places: list[Path]) -> Iterator[tuple[str, str]]:
    """Where one of the texts stands in clear, in UTF-8 or UTF-16: database files, WAL, logs, temporary files."""
    files = [f for place in places for f in ([place] if place.is_file() else place.rglob("*")) if f.is_file()]
    for file, canary in itertools.product(files, canaries):
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            continue  # PostgreSQL recycles its files while it runs
        if canary.encode() in data or canary.encode("utf-16-le") in data:
            yield canary[:4] + "…", file.name
