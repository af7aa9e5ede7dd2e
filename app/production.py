"""Production refuses to start on a setting that would let somebody in."""

import base64
import re
import sys

from flask import Flask
from flask.helpers import get_debug_flag

import config


class UnsafeSettings(SystemExit):
    """The process ends with status 3, at which gunicorn stops instead of starting again; the reasons go to stderr."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(3)
        self.text = "\n".join(["拒绝启动：", *problems])
        print(self.text, file=sys.stderr)

    def __str__(self) -> str:
        return self.text


def check_production(app: Flask) -> None:
    """Raise UnsafeSettings when APP_ENV is unknown, or is production and a setting is unsafe."""
    if app.config["APP_ENV"] not in ("development", "production"):
        raise UnsafeSettings(["APP_ENV 只能是 development 或 production。"])
    if not app.config["PRODUCTION"]:
        return
    problems = []
    if app.config["SECRET_KEY"] == config.DEFAULT_SECRET_KEY or len(app.config["SECRET_KEY"].strip()) < 32:
        problems.append("SECRET_KEY 未设置或少于 32 个字符，请设为随机值（例如 openssl rand -hex 32 的输出）。")
    if app.config["DEBUG"] or get_debug_flag():
        problems.append("生产环境不能打开 DEBUG。")
    if not are_keys(app.config["FIELD_KEYS"]):
        problems.append(
            "FIELD_KEYS 未设置或格式不对，应为「编号:base64(32字节)」（例如 k1:加上 openssl rand -base64 32 的输出）。"
        )
    if problems:
        raise UnsafeSettings(problems)


def are_keys(text: str) -> bool:
    """Whether `text` is "id:base64, …": 32 bytes each, ids once and short, and none the key of development."""
    default = base64.b64decode(config.DEFAULT_FIELD_KEYS.partition(":")[2])
    ring: dict[str, bytes] = {}
    for part in text.split(","):
        name, _, value = part.partition(":")
        try:
            key = base64.b64decode(value, validate=True)
        except ValueError:
            return False
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,15}", name) or name in ring or len(key) != 32 or key == default:
            return False
        ring[name] = key
    return True
