"""`make papers`: the papers of stations of the demonstration in var/papers, as Word, PDF and pictures to look at.

The stations that have records, and three that try the measures: long names and words, a crowd, nobody.
LibreOffice turns a Word file into pages much as Word does, with the Chinese fonts that there are. It ends in
`papers key=value …`.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

import config
from app import clock, create_app, demo_records, papers, setup
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Seat, Station, StationHost, StationLevel, StationMember, Volunteer, VolunteerRole

FOLDER = config.ROOT / "var" / "papers"
TIMED = 100  # stations
EXTREMES = {"long": "330383198102", "crowd": "330304001", "empty": "330304001002"}  # 龙港 has villages and no townships
LONG = "龙港市新城建设中心管理区中对口社区（原中对口村、朱家站村）妇女儿童维权服务站"
DUTIES = "负责妇女儿童来信来电来访的接待、登记和转办，组织排查家庭矛盾，联系电话 13800001111，每周一、三、五值班"


def stations() -> Iterator[tuple[str, Station]]:
    """(name of its files, station)."""
    found = select(Station).where(Station.township_code.in_(demo_records.TOWNSHIPS)).order_by(Station.division_code)
    with_records = select(StationMember.station_id)
    for station in db.session.scalars(found.where(Station.id.in_(with_records))):
        yield station.place or "", station
    for name, code in EXTREMES.items():
        yield name, db.session.scalars(select(Station).where(Station.division_code == code)).one()


def try_the_measures() -> None:
    """What the demonstration has nothing of: it is not kept."""
    long, crowd, empty = (_station(code) for code in EXTREMES.values())
    long.name = LONG
    for place, seats in ((long, [Seat.BRANCH, Seat.CONGRESS]), (crowd, [Seat.DIRECTOR, Seat.DEPUTY_WOMEN])):
        names = ("欧阳娜仁其其格·阿依古丽", "陈丽")
        db.session.add_all(
            StationMember(station_id=place.id, name=name, seat=seat, title="党委副书记、政法委员", duties=DUTIES)
            for name, seat in zip(names, seats, strict=True)
        )
    for n in range(45):
        role = list(VolunteerRole)[n % len(VolunteerRole)]
        title = "村妇联主席、网格员" if n % 3 else None
        start = clock.today() - timedelta(days=400 + n)
        name = f"王小{'芳丽敏'[n % 3]}"
        db.session.add(Volunteer(station_id=crowd.id, name=name, role=role, title=title, starts_on=start))
    for row in db.session.scalars(select(StationMember).where(StationMember.station_id == empty.id)):
        db.session.delete(row)
    db.session.flush()


def _station(code: str) -> Station:
    found = db.session.scalars(select(Station).where(Station.division_code == code)).first()
    if found is None:
        level = StationLevel.TOWNSHIP.value if len(code) == 9 else StationLevel.VILLAGE.value
        found = Station(division_code=code, name=f"{level}妇女维权站", host=StationHost.OFFICE)
        db.session.add(found)
        db.session.flush()
    return found


def write(name: str, station: Station) -> int:
    """The papers of one station; how many."""
    for paper in papers.PAPERS.values():
        (FOLDER / f"{name}-{paper.name}.docx").write_bytes(paper.file(station, SETUP, clock.today()))
    return len(papers.PAPERS)


def timed() -> tuple[float, float]:
    """Seconds for all Word files of so many stations: by the clock, and of one core."""
    found = db.session.scalars(select(Station).order_by(Station.id).limit(TIMED)).all()
    began = time.perf_counter(), time.process_time()
    for station in found:
        for paper in papers.PAPERS.values():
            paper.file(station, SETUP, clock.today())
    return time.perf_counter() - began[0], time.process_time() - began[1]


def picture(folder: Path) -> int:
    """PDF and PNG beside every Word file; how many pages."""
    files = sorted(folder.glob("*.docx"))
    with tempfile.TemporaryDirectory() as home:
        profile = f"-env:UserInstallation=file://{home}"
        command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, files)]
        subprocess.run(command, check=True, capture_output=True)
    for file in folder.glob("*.pdf"):
        subprocess.run(["pdftoppm", "-r", "80", "-png", str(file), str(file.with_suffix(""))], check=True)
    assert len(list(folder.glob("*.pdf"))) == len(files)
    return len(list(folder.glob("*.png")))


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as home:
        app = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{home}/app.db"})
        with app.app_context(), app.test_request_context():
            setup.run(with_demo=True)
            with acting_as(SETUP):
                try_the_measures()
                written = [write(name, station) for name, station in stations()]
                seconds, core_seconds = timed()
            db.session.rollback()
            db.engine.dispose()
    pages = picture(FOLDER)
    print(
        f"papers stations={len(written)} files={sum(written)} pages={pages} timed_stations={TIMED}"
        f" timed_files={TIMED * len(papers.PAPERS)} seconds={seconds:.1f} core_seconds={core_seconds:.1f}"
        f" folder={FOLDER.relative_to(config.ROOT)}"
    )


if __name__ == "__main__":
    main()
