"""What browsers load besides pages: our own modules and styles, Bootstrap's style sheet, the icons in use.

Bootstrap-Flask brings Bootstrap and 2,000 icons (1.1 MB). `build` puts the style sheet and the icons that the templates
name beside our own files; nothing of it is in the repository. The address of every file carries a digest of all of
them, so browsers may keep them for a year, and modules may import each other by name.
"""

import gzip
import hashlib
import os
import re
from functools import cache
from pathlib import Path

import flask_bootstrap

import config

FOLDER = config.ROOT / "app" / "static"
MADE = FOLDER / "made"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
NAMED = re.compile(r'icon(?:\(|=)"([a-z0-9-]+)"')  # `{{ icon("house") }}` in a template, `icon="house"` in the menu
SYMBOL = re.compile(r'<symbol[^>]* id="([a-z0-9-]+)">.*?</symbol>', re.DOTALL)
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}  # what is worth compressing


def icons_in_use() -> set[str]:
    """The names of the icons that templates and menu show."""
    sources = [*(config.ROOT / "app" / "templates").rglob("*.html"), config.ROOT / "views" / "menu.py"]
    return {name for source in sources for name in NAMED.findall(source.read_text("utf-8"))}


def sprite(names: set[str]) -> str:
    """An SVG with one symbol for each name. Raises KeyError for a name that Bootstrap Icons does not have."""
    text = (BOOTSTRAP / "icons" / "bootstrap-icons.svg").read_text("utf-8")
    found = {match[1]: match[0] for match in SYMBOL.finditer(text)}
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(found[name] for name in sorted(names))}</svg>'


def build() -> None:
    """Make what is generated. Whoever reads a file meanwhile gets the old one or the new one, whole."""
    style = (BOOTSTRAP / "css" / "bootstrap.min.css").read_text("utf-8")
    style = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", style)
    MADE.mkdir(exist_ok=True)
    for name, text in (("bootstrap.css", style), ("icons.svg", sprite(icons_in_use()))):
        path = MADE / name
        if not path.exists() or path.read_text("utf-8") != text:
            partial = path.with_suffix(f".{os.getpid()}")
            partial.write_text(text, "utf-8")
            partial.replace(path)
    version.cache_clear()
    packed.cache_clear()


@cache
def version() -> str:
    """A digest of all files; another one after any change."""
    digest = hashlib.sha256()
    for path in sorted(p for p in FOLDER.rglob("*") if p.is_file()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def packed() -> dict[str, bytes]:
    """{name of a text file: its content compressed with gzip}."""
    texts = (path for path in FOLDER.rglob("*") if path.suffix in TYPES)
    return {path.relative_to(FOLDER).as_posix(): gzip.compress(path.read_bytes(), mtime=0) for path in texts}
