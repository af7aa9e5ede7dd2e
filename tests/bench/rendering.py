"""How long (CPU time) the template of a list takes by itself, beside stock Flask-AppBuilder's, each in its process.

The page is asked for once; its template is then rendered again and again with the very context it had, inside that
request. `python -m tests.bench.rendering product|stock` prints the median in milliseconds.
"""

import os
import re
import statistics
import subprocess
import sys
import time
from typing import Any

from flask import Flask, before_render_template
from flask.testing import FlaskClient
from jinja2 import Template

import config

TIMES, WARM_UP = 60, 10
PATHS = {"product": "/cases/list/", "stock": "/caseview/list/"}


def sign_in(browser: FlaskClient) -> None:
    """Sign in as BENCH_USER. Stock stands on the product's tables, so nothing here may import the product's models."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/login/").text)
    fields = {"username": os.environ["BENCH_USER"], "password": os.environ["BENCH_PASSWORD"]}
    answer = browser.post("/login/", data=fields | {"csrf_token": token[1] if token else ""})
    if answer.status_code != 302:
        raise RuntimeError(f"Signing in answered {answer.status_code}.")


def template_ms(app: Flask, browser: FlaskClient, path: str) -> float:
    """The median time of rendering the page `path`, in ms. Raises RuntimeError when it is not answered with 200."""
    found: list[float] = []

    def again(_app: Flask, template: Template, context: dict[str, Any], **_rest: Any) -> None:
        for number in range(WARM_UP + TIMES):
            began = time.process_time()
            template.render(context)
            if number >= WARM_UP:
                found.append((time.process_time() - began) * 1000)

    with before_render_template.connected_to(again, app):
        answer = browser.get(path)
    if answer.status_code != 200 or not found:
        raise RuntimeError(f"{path} answered {answer.status_code}.")
    return statistics.median(found)


def in_a_process(side: str, variables: dict[str, str]) -> float:
    """The same, measured by a process of its own on the database that `variables` name."""
    environ = os.environ | variables | {"PYTHONPATH": str(config.ROOT)}
    command = [sys.executable, "-m", "tests.bench.rendering", side]
    done = subprocess.run(command, env=environ, cwd=config.ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return float(done.stdout.split()[-1])


def main(side: str) -> None:
    if side == "product":
        from run import app
    else:
        from tests.bench.stock import app
    browser = app.test_client()
    sign_in(browser)
    print(template_ms(app, browser, PATHS[side]))


if __name__ == "__main__":
    main(sys.argv[1])
