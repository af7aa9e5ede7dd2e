"""Production refuses to start on a setting that would let somebody in."""

import base64
import binascii

from flask import Flask

import config


class UnsafeSettings(SystemExit):
    """Each problem in a sentence, on standard error; the process ends."""


def check_production(app: Flask) -> None:
    """Raise UnsafeSettings when APP_ENV=production and a setting is unsafe."""
    if not app.config["PRODUCTION"]:
        return
    problems = []
    if app.config["SECRET_KEY"] == config.DEFAULT_SECRET_KEY or len(app.config["SECRET_KEY"]) < 32:
        problems.append("SECRET_KEY 未设置或少于 32 个字符，请设为随机值（例如 openssl rand -hex 32 的输出）。")
    if app.config["DEBUG"]:
        problems.append("生产环境不能打开 DEBUG。")
    if app.config["FIELD_KEYS"] == config.DEFAULT_FIELD_KEYS or not _are_keys(app.config["FIELD_KEYS"]):
        problems.append(
            "FIELD_KEYS 未设置或格式不对，应为「编号:base64(32字节)」（例如 k1:加上 openssl rand -base64 32 的输出）。"
        )
    if problems:
        raise UnsafeSettings("拒绝启动：\n" + "\n".join(problems))


def _are_keys(text: str) -> bool:
    try:
        return all(
            name and len(base64.b64decode(value, validate=True)) == 32
            for name, _, value in (part.partition(":") for part in text.split(","))
        )
    except binascii.Error:
        return False
