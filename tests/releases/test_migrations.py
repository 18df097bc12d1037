"""A log of an earlier release is copied before it is changed; one of a later one is let be."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import apsw
import pytest

from cocalc_tui import __version__
from cocalc_tui.server.store import Member, StoreTrouble
from cocalc_tui.server.store import migrations as module
from cocalc_tui.server.store.migrations import SCHEMA
from cocalc_tui.server.store.sqlite import SqliteStore
from tests.releases.kept import of_each_release
from tests.server.faulty import NAME, Disk, FaultyVFS


@pytest.fixture
def log(release: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(release / "log.sqlite", tmp_path))


def contents(path: Path) -> dict[str, list[object]]:
    """All rows of all tables of a log that nobody has open."""
    log = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    tables = [
        name for (name,) in log.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    ]
    found = {table: list(log.execute(f"SELECT * FROM {table}")) for table in tables}
    log.close()
    return found


def version(path: Path) -> int:
    log = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    found = int(log.pragma("user_version"))
    log.close()
    return found


@of_each_release
async def test_a_copy_is_made_first(release: Path, log: Path) -> None:
    before, old = contents(log), version(log)
    store = SqliteStore(log)
    await store.put_member("new", Member("viewer", 7))
    await store.close()
    copy = log.with_name(f"log.sqlite.format-{old}")
    assert (version(copy), contents(copy)) == (old, before)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert version(log) == SCHEMA
    steps = range(old + 1, SCHEMA + 1)
    assert contents(log)["migrations"] == [(number, __version__) for number in steps]
    again = SqliteStore(copy)
    assert "new" not in await again.members()
    await again.close()


@of_each_release
async def test_it_has_the_form_of_a_new_one(release: Path, log: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.sqlite"
    for path in (log, new):
        await SqliteStore(path).close()

    def form(path: Path) -> list[tuple[object, ...]]:
        opened = apsw.Connection(str(path))
        columns = sorted(
            (table, *column)
            for table in contents(path)
            for column in opened.execute(f"PRAGMA table_info({table})")
        )
        opened.close()
        return columns

    assert form(log) == form(new)


@of_each_release
@pytest.mark.parametrize("strange", [SCHEMA + 1, 99])
async def test_a_later_one_is_refused_in_one_line(release: Path, log: Path, strange: int) -> None:
    opened = apsw.Connection(str(log))
    opened.execute(f"PRAGMA user_version = {strange}")
    opened.close()
    before = contents(log)
    with pytest.raises(StoreTrouble, match="update cocalc-tui") as caught:
        SqliteStore(log)
    assert "\n" not in str(caught.value)
    assert str(log) in str(caught.value)
    assert (version(log), contents(log)) == (strange, before)
    assert not list(log.parent.glob("log.sqlite.format-*"))


@of_each_release
async def test_a_step_that_fails_changes_nothing(
    release: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, old = contents(log), version(log)
    steps = {**module.STEPS, old: (*module.STEPS[old], "SELECT * FROM nothing")}
    monkeypatch.setattr(module, "STEPS", steps)
    with pytest.raises(StoreTrouble):
        SqliteStore(log)
    assert (version(log), contents(log)) == (old, before)
    monkeypatch.undo()
    store = SqliteStore(log)
    assert await store.members()
    await store.close()


@of_each_release
def test_a_full_disk_changes_nothing(release: Path, log: Path) -> None:
    before, old = contents(log), version(log)
    disk = Disk()
    disk.full = True
    vfs = FaultyVFS(disk)
    with pytest.raises(StoreTrouble):
        SqliteStore(log, vfs=NAME)
    vfs.unregister()
    assert (version(log), contents(log)) == (old, before)
