"""Serving with gunicorn from inside the process that has the application already: one start, not two."""

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from app import demo, setup
from app.extensions import db
from app.production import UnsafeSettings


class Server(BaseApplication):
    """gunicorn around one application; workers are forked with it loaded."""

    def __init__(self, app: Flask) -> None:
        self.flask_app = app
        super().__init__()

    def load_config(self) -> None:
        settings = self.flask_app.config
        for name, value in {
            "bind": f"{settings['HOST']}:{settings['PORT']}",
            "workers": int(settings["WORKERS"]),
            "threads": int(settings["THREADS"]),
            "worker_class": "gthread",
            "preload_app": True,
            "limit_request_line": 8190,
            "loglevel": "warning",
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self.flask_app


def refuse_demo_accounts(app: Flask) -> None:
    """Raise UnsafeSettings when a demonstration account could sign in to production."""
    if app.config["PRODUCTION"]:
        with app.app_context():
            if setup.has_demo_account():
                raise UnsafeSettings(["数据库中有演示账号，请先用 flask demo remove 删除，或换用新的数据库。"])
            db.session.remove()
            db.engine.dispose()  # no connection may cross a fork


def start(app: Flask) -> None:
    """Set the database up, load the demonstration outside production, and serve until interrupted."""
    with app.app_context():
        for line in setup.run(with_demo=True):
            print(line)
        db.session.remove()
        db.engine.dispose()
    refuse_demo_accounts(app)
    if not app.config["PRODUCTION"]:
        print("演示账号（账号 密码 角色 区划）：", *map(demo.line, demo.accounts()), sep="\n")
    print(f"{app.config['APP_NAME']}：http://{app.config['HOST']}:{app.config['PORT']}", flush=True)
    Server(app).run()
