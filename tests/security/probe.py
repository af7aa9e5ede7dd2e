"""One request, and the values that nobody means well with."""

from dataclasses import dataclass, field
from typing import Any

READS = ("GET", "HEAD", "OPTIONS")
NOWHERE = "99999999"  # the key of no row
JUNK_KEYS = ["0", "-1", "999999999", "99999999999999999999999", "1e3", "x", "%00", "' OR 1=1 --", "é" * 200, "1" * 5000]
HOSTILE = ["9" * 400, "-1", "x", "😀", "%", "_", "'", "2026-02-30", "y" * 100_000, "0x10", "1.5", "nan", "\x00"]


@dataclass(frozen=True)
class Probe:
    """One request. `row` is the division of the row it aims at, None when at no single row.

    `shape` says how `data` is sent: as a form, as JSON, as files, or as the
    file of an upload. `missing` is the same address with the key of no
    row; it stands where the request aims at a stored row.
    """

    endpoint: str
    method: str
    path: str
    data: dict[str, Any] = field(default_factory=dict)
    row: str | None = None
    token: bool = True
    expect: tuple[int, ...] = ()  # statuses it must answer with, for those who may use the route at all
    shape: str = "form"
    query: dict[str, str] = field(default_factory=dict)
    accept: str = ""
    missing: str = ""

    @property
    def is_read(self) -> bool:
        return self.method in READS

    @property
    def register(self) -> str:
        return self.endpoint.partition("View.")[0]
