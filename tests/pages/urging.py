"""The page of a case with what 催办 adds to it, whatever else stands there."""

from typing import Any

from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from views.case import CaseView

PAGE = """{% extends "register/show.html" %}
{% from "case/_urges.html" import urging %}
{% block content %}{{ super() }}{{ urging(view, row, view.urging_parts(row)) }}{% endblock %}
"""


def show_urges(app: Flask, monkeypatch: Any) -> None:
    """Let the page of a case be that of any register, and the urges below it."""
    loader = ChoiceLoader([DictLoader({"urging.html": PAGE}), app.jinja_env.loader])
    monkeypatch.setattr(app.jinja_env, "loader", loader)
    monkeypatch.setattr(CaseView, "show_template", "urging.html")
