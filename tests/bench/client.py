"""Those who ask and those who answer: browsers over HTTP and in-process, and gunicorn around an application."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlencode

from flask import Flask

import config
from tests.bench.database import PASSWORD


class Answer(NamedTuple):
    """A reply, and how long it took from the first byte sent to the last one read."""

    status: int
    location: str | None
    text: str
    size: int
    ms: float


class Browser(Protocol):
    """Whoever can send a request."""

    def send(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answer: ...


class Client:
    """A browser on one connection that stays open.

    It keeps the cookies it has when `frozen` is set: a save leaves a message in the session for the next page, and
    a hundred saves without that page would make the cookie of the product longer and longer.
    """

    def __init__(self, port: int, **cookies: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies, self.frozen = cookies, False
        self.headers: dict[str, str] = {}

    def send(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        headers = self.headers | {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if fields is not None:
            body = urlencode(fields).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self.connection.request(method, path, body, headers)
        reply = self.connection.getresponse()
        data = reply.read()
        ms = (time.perf_counter() - began) * 1000
        if not self.frozen:
            for line in reply.headers.get_all("Set-Cookie") or ():
                name, _, value = line.partition(";")[0].partition("=")
                self.cookies[name] = value
        return Answer(reply.status, reply.headers["Location"], data.decode(), len(data), ms)


class InProcess:
    """A browser that calls the application in this process."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def send(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        began = time.perf_counter()
        reply = self.client.open(path, method=method, data=fields)
        data = reply.get_data()
        ms = (time.perf_counter() - began) * 1000
        return Answer(reply.status_code, reply.headers.get("Location"), data.decode(), len(data), ms)


def token_on(browser: Browser, path: str) -> str:
    """The CSRF token of a page."""
    answer = browser.send("GET", path)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text)
    if found is None:
        raise RuntimeError(f"No CSRF token on {path}, which answered {answer.status}.")
    return found[1]


def sign_in(browser: Browser, username: str) -> None:
    """Sign in to the product through its form."""
    fields = {"username": username, "password": PASSWORD, "csrf_token": token_on(browser, "/login/")}
    answer = browser.send("POST", "/login/", fields)
    if answer.status != 302:
        raise RuntimeError(f"Signing in as {username} answered {answer.status}.")


@contextmanager
def served(target: str, variables: dict[str, str], log: Path) -> Iterator[int]:
    """Serve the application `target` with one gunicorn worker, as the product is served; yields the port."""
    settings = {setting.name for setting in config.SETTINGS}
    environ = {name: value for name, value in os.environ.items() if name not in settings}
    environ |= variables | {"PYTHONPATH": str(config.ROOT)}
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("w") as output:
        # A connection that waits for the worker to start inherits this from here, any later one from gunicorn.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}", "--no-control-socket"),
                *("--worker-class", "gthread", "--workers", "1", "--threads", str(config.load({})["THREADS"])),
                *("--keep-alive", "75", "--log-level", "warning", target),
            ],
            env=environ,
            cwd=log.parent,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
    try:
        yield port
    except (OSError, http.client.HTTPException, RuntimeError):
        print(f"---- {target} said:\n{log.read_text()[-3000:]}----", file=sys.stderr)
        raise
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # its own session: whatever a worker left behind
    process.wait()
