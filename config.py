"""Settings: each one an environment variable with a default; docs/settings.md lists them and a test compares."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent
DEFAULT_SECRET_KEY = "development-only-secret-key-never-used-in-production"  # noqa: S105  refused in production
DEFAULT_FIELD_KEYS = "dev:ZGV2ZWxvcG1lbnQtb25seS1maWVsZC1rZXktMzJieXQ="

DEFAULT_CASE_TERMS = "受理=1工作日 简单=当日 一般=7工作日 复杂=1个月 疑难=1工作日"


class Setting(NamedTuple):
    """One environment variable: its name, default (as text) and meaning."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("APP_ENV", "development", "运行环境；production 时启用全部安全检查，且不加载演示数据"),
    Setting("SECRET_KEY", DEFAULT_SECRET_KEY, "会话签名密钥，生产环境至少 32 个字符"),
    Setting("FIELD_KEYS", DEFAULT_FIELD_KEYS, "字段密钥「编号:base64(32字节)」，多个用逗号分隔，第一个用于新数据"),
    Setting("SQLALCHEMY_DATABASE_URI", "", "数据库地址；留空用 var/app.db（SQLite），正式使用建议 PostgreSQL"),
    Setting("HOST", "127.0.0.1", "监听地址"),
    Setting("PORT", "8080", "监听端口"),
    Setting("WORKERS", "2", "工作进程数"),
    Setting("THREADS", "4", "每个工作进程的线程数"),
    Setting("DEBUG", "0", "调试模式，1 打开；生产环境必须为 0"),
    Setting("COOKIE_SECURE", "", "会话 Cookie 只走 HTTPS；留空时生产环境为 1，其余为 0"),
    Setting("SESSION_IDLE_MINUTES", "30", "多少分钟没有操作就要重新登录"),
    Setting("SESSION_HOURS", "8", "登录后最多几小时，到时必须重新登录"),
    Setting("TRUSTED_HOSTS", "", "允许的主机名，多个用逗号分隔；留空不限制，建议生产环境填写"),
    Setting("PROXIES", "0", "前面有几层可信反向代理（Nginx 等），用于取得真实地址与协议"),
    Setting("NEUTRAL_NAME", "办公平台", "浏览器标题和历史记录里显示的名字，不透露是什么系统"),
    Setting("MAINTENANCE", "", "填写一句话就进入维护状态：所有页面只显示这句话；留空正常使用"),
    Setting("CASE_NUMBER", "{station}-{year}-{channel}-{n:04}", "案件编号的样子，四部分都要有，流水号 {n} 在最后"),
    Setting("MAX_UPLOAD_MB", "16", "单次请求的最大长度，单位 MB"),
    Setting(
        "CASE_TERMS", DEFAULT_CASE_TERMS, "案件的期限：受理和四种难易程度各写「名称=当日、n工作日或n个月」，用空格隔开"
    ),
    Setting("CASE_SOON_DAYS", "2", "期限还剩几个工作日时提示临期"),
    Setting("TRANSFER_DAYS", "5", "转办没有写期限的，几个工作日以内反馈"),
    Setting("DV_VISIT_DAYS", "30", "告诫书、保护令每隔多少天查访一次"),
    Setting("SUPERIOR_DAYS", "7", "上级转办、交办没有写期限的，几个工作日以内反馈"),
    Setting("ESCALATION_DAYS", "7", "疑难转报没有写期限的，上级几个工作日以内答复"),
    Setting("URGENT_DAYS", "1", "紧急报告的签收、续报没有写期限的，几个工作日以内"),
    Setting("POLICY_DAYS", "30", "政策建议没有写期限的，上级几个工作日以内答复"),
    Setting("RECOGNITION_GRACE_DAYS", "30", "认定后缺项满多少天，认定自动失效"),
    Setting("PAPER_TEMPLATES", "", "自己的 Word 模板所在的文件夹，里面有的代替自带的；留空用 seed/paper 里的"),
    Setting("URGE_DAYS", "2", "期限还剩几个工作日时由 flask remind 自动催办"),
)
LIMITS = (
    "SESSION_IDLE_MINUTES", "SESSION_HOURS", "RECOGNITION_GRACE_DAYS", "TRANSFER_DAYS", "SUPERIOR_DAYS",
    "ESCALATION_DAYS", "URGENT_DAYS", "POLICY_DAYS", "DV_VISIT_DAYS",
)  # fmt: skip


def _flag(text: str) -> bool:
    return text.strip().lower() in ("1", "true", "yes", "on")


def _check_number(pattern: str) -> None:
    """The series of numbers is what stands before {n}: it names the station, the year and the channel.

    No digit runs into the number: 330302006 with 0441 would read as 330302006044 with 1.
    """
    plain, parts = r"[^{}]{0,8}", r"\{(?:station|year|channel)\}"
    shape = rf"(?:{plain}{parts}){{3}}(?:{plain}[^{{}}\d]|(?<=channel\}}))\{{n(?::0[1-6])?\}}"
    if not re.fullmatch(shape, pattern) or len(set(re.findall(parts, pattern))) != 3:
        raise SystemExit(f"CASE_NUMBER 应含 {{station}}、{{year}}、{{channel}}，最后是 {{n:04}}，现在是「{pattern}」。")


def load(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The Flask configuration for `environ` (default: the process environment)."""
    environ = os.environ if environ is None else environ
    values = {s.name: environ.get(s.name) or s.default for s in SETTINGS}
    for name in ("PORT", "WORKERS", "THREADS", "PROXIES", "MAX_UPLOAD_MB", "CASE_SOON_DAYS", "URGE_DAYS", *LIMITS):
        if not re.fullmatch(r"\d{1,5}", values[name], re.ASCII):
            raise SystemExit(f"{name} 应为整数，现在是「{values[name]}」。")
    for name in LIMITS:
        if not int(values[name]):
            raise SystemExit(f"{name} 应大于 0。")
    if values["PAPER_TEMPLATES"] and not Path(values["PAPER_TEMPLATES"]).is_dir():
        raise SystemExit(f"PAPER_TEMPLATES 应为已有的文件夹，现在是「{values['PAPER_TEMPLATES']}」。")
    _check_number(values["CASE_NUMBER"])
    production = values["APP_ENV"] == "production"
    uri = values["SQLALCHEMY_DATABASE_URI"] or f"sqlite:///{ROOT / 'var' / 'app.db'}"
    for prefix in ("postgres://", "postgresql://"):
        if uri.startswith(prefix):
            uri = "postgresql+psycopg://" + uri.removeprefix(prefix)
    secure = _flag(values["COOKIE_SECURE"]) if values["COOKIE_SECURE"] else production
    hosts = [host.strip() for host in values["TRUSTED_HOSTS"].split(",") if host.strip()]
    return {
        **values,
        "PRODUCTION": production,
        "DEBUG": _flag(values["DEBUG"]),
        "TRUSTED_HOSTS": hosts or None,
        # Parameters are people's data: they stay out of logs and error messages.
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True, "pool_pre_ping": True, "pool_use_lifo": True},
        "SQLALCHEMY_DATABASE_URI": uri,
        "APP_NAME": "妇女维权站管理平台",
        "MAX_CONTENT_LENGTH": int(values["MAX_UPLOAD_MB"]) * 1024 * 1024,
        "SESSION_COOKIE_SECURE": secure,
        # With this prefix browsers take the cookie from this very host only, over HTTPS, for all paths.
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": int(values["SESSION_HOURS"]) * 3600,
        # A form that was open over lunch still saves: the token lives as long as the session.
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "LANGUAGES": {"zh": {"flag": "cn", "name": "简体中文"}},
        "FAB_UPDATE_PERMS": False,
        "FAB_CREATE_DB": False,
        "FAB_ADD_MENU_API": False,
        "FAB_ADD_OPENAPI_VIEWS": False,
        "RATELIMIT_ENABLED": False,
    }
