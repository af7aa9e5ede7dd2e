"""A PostgreSQL of the tests' own: a throw-away cluster on a local socket, without password and without fsync."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOM = 2 << 30  # bytes


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def memory() -> str | None:
    """The folder whose files lie in memory, where there is one with room: databases there never wait for a disk."""
    folder = Path("/dev/shm")
    has_room = folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM
    return str(folder) if has_room else None


@contextmanager
def cluster() -> Iterator[str]:
    """Run a cluster; yields an address with `{}` for the name of a database. PostgreSQL refuses to run as root."""
    given = os.environ.get("TEST_POSTGRESQL_URI")
    if given:
        yield given
        return
    found = binaries()
    if found is None:
        raise RuntimeError("没有 PostgreSQL：请运行 make deps，或用 TEST_WITHOUT=postgresql 声明不测。")
    home = Path(tempfile.mkdtemp(prefix="fnwqz-pg-", dir=memory()))
    su = []
    if os.geteuid() == 0:
        shutil.chown(home, "postgres", "postgres")
        su = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def run(program: str, *args: str) -> None:
        done = subprocess.run([*su, str(found / program), *args], capture_output=True, text=True, cwd=home)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")

    data = str(home / "data")
    run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories='{home}' -c fsync=off -c full_page_writes=off"
    run("pg_ctl", "-D", data, "-w", "-l", str(home / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://postgres@/{{}}?host={home}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)
