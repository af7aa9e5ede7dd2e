"""For the load balancer: whether the product answers and reaches its database."""

from flask import jsonify
from flask_appbuilder import BaseView, expose
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.extensions import db


class HealthView(BaseView):
    route_base = "/health"

    @expose("")
    def check(self):  # type: ignore[no-untyped-def]
        """200 {"status": "ok"}, or 503 when the database does not answer."""
        try:
            with db.engine.connect().execution_options(ro=True) as connection:
                connection.execute(text("SELECT 1"))
        except OperationalError:
            return jsonify(status="database unavailable"), 503
        return jsonify(status="ok")
