"""The log on disk when somebody takes it away, puts another in its place, or moves the project."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from cocalc_tui.server import lasting
from cocalc_tui.server.durable import connect
from cocalc_tui.server.lasting import TRIES
from cocalc_tui.server.store import StoreTrouble
from cocalc_tui.server.store.sqlite import SqliteStore
from tests.server.making import ALICE, NOW, draft, typed
from tests.server.store_suite import DOCUMENT, Ears, fill, opened, whole


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "log.db"


def remove_file(path: Path) -> None:
    path.unlink()


def remove_wal(path: Path) -> None:
    path.with_name("log.db-wal").unlink()


def remove_all(path: Path) -> None:
    shutil.rmtree(path.parent)


def put_another(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"a backup")


def put_empty(path: Path) -> None:
    path.unlink()
    path.touch()


def move_away(path: Path) -> None:
    path.parent.rename(path.parent.with_name("moved"))


@pytest.mark.parametrize("take", [remove_file, remove_wal, remove_all, put_another, move_away])
@pytest.mark.parametrize("by_tending", [False, True])
async def test_a_log_that_is_taken_away_is_written_anew(
    path: Path, take: Callable[[Path], None], by_tending: bool
) -> None:
    store = await opened(path)
    await fill(store, 3)
    take(path)
    if by_tending:
        await store.tend(NOW)
    else:
        await fill(store, 1, 3)
    copy = path.with_name("copy")
    copy.mkdir()
    for file in path.parent.glob("log.db*"):
        shutil.copy(file, copy)
    await fill(store, 2, 3 if by_tending else 4)
    log = await whole(store)
    await store.close()

    for at, count in ((copy / "log.db", 3 if by_tending else 4), (path, len(log))):
        store = SqliteStore(at)
        assert await whole(store) == log[:count]
        await store.close()


@pytest.mark.parametrize("times", [1, TRIES - 1])
async def test_whoever_takes_the_log_away_may_take_the_new_one_too(
    path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """`rm -rf` goes on while the log is written anew."""
    store = await opened(path)
    await fill(store, 3)
    takes = [remove_file, put_empty, remove_file, put_empty][:times]

    def opening_late(file: Path, *rest: Any, **more: Any) -> apsw.Connection:
        if takes:
            takes.pop()(path)
        return connect(file, *rest, **more)

    monkeypatch.setattr(lasting, "connect", opening_late)
    remove_file(path)
    await fill(store, 1, 3)
    assert not takes
    assert [seq for seq, _ in await whole(store)] == [1, 2, 3, 4]
    await store.close()
    store = SqliteStore(path)
    assert [seq for seq, _ in await whole(store)] == [1, 2, 3, 4]
    await store.close()


async def test_a_log_that_is_taken_away_for_ever_is_still_held(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened(path)
    await fill(store, 3)

    def opening_late(file: Path, *rest: Any, **more: Any) -> apsw.Connection:
        remove_file(path)
        return connect(file, *rest, **more)

    remove_file(path)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(lasting, "connect", opening_late)
        with pytest.raises(StoreTrouble, match="cannot be written"):
            await fill(store, 1, 3)
    await fill(store, 1, 4)
    await store.close()
    store = SqliteStore(path)
    assert [seq for seq, _ in await whole(store)] == [1, 2, 3, 4, 5]
    await store.close()


def not_yet_in_place(path: Path) -> None:
    path.rename(path.with_name("log.db.anew"))
    path.with_name("log.db-wal").write_bytes(b"of the file that was here")


def of_another_time(path: Path) -> None:
    path.with_name("log.db.anew").write_bytes(b"older")


@pytest.mark.parametrize("left", [not_yet_in_place, of_another_time])
async def test_who_is_killed_when_it_is_all_but_written_anew_lost_nothing(
    path: Path, left: Callable[[Path], None]
) -> None:
    store = await opened(path)
    await fill(store, 3)
    await store.close()
    anew = path.with_name("log.db.anew")
    left(path)
    store = SqliteStore(path)
    assert [seq for seq, _ in await whole(store)] == [1, 2, 3]
    assert not anew.exists()
    await store.close()


async def test_what_lies_in_its_place_is_kept(path: Path) -> None:
    store = await opened(path)
    await fill(store, 1)
    put_another(path)
    await fill(store, 1, 1)
    await store.close()
    (aside,) = path.parent.glob("log.db.aside-*")
    assert aside.read_bytes() == b"a backup"


async def test_nothing_is_acknowledged_while_the_log_cannot_be_put_back(path: Path) -> None:
    store = await opened(path)
    ears = Ears()
    await fill(store, 2)
    await store.subscribe("d", ears)
    shutil.rmtree(path.parent)
    path.parent.write_text("in the way")
    for _ in range(2):
        with pytest.raises(StoreTrouble):
            await store.append([draft(typed(n=2))], NOW)
    assert ears.heard == []
    path.parent.unlink()
    assert await store.append([draft(typed(n=2))], NOW) == [3]
    assert ears.heard == [(3, ALICE, 2)]
    await store.close()
    store = SqliteStore(path)
    assert len(await whole(store)) == 3
    await store.close()


async def test_a_project_that_is_moved_is_gone_on_with_where_it_is(tmp_path: Path) -> None:
    old, new = tmp_path / "lab", tmp_path / "elsewhere"
    store = SqliteStore(old / ".state" / "log.db")
    await store.create_document(DOCUMENT)
    await fill(store, 3)
    old.rename(new)
    await fill(store, 2, 3)
    assert not old.exists(), "a project is made anew under the old name"
    (old / ".state").mkdir(parents=True)
    (old / ".state" / "log.db-wal").write_text("another project's")
    await fill(store, 2, 5)
    await store.close()
    assert [path.name for path in (old / ".state").iterdir()] == ["log.db-wal"]
    store = SqliteStore(new / ".state" / "log.db")
    assert [seq for seq, _ in await whole(store)] == list(range(1, 8))
    await store.close()


async def test_a_project_that_is_moved_without_its_state_gets_it_anew(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "lab" / ".state" / "log.db")
    await store.create_document(DOCUMENT)
    await fill(store, 3)
    shutil.rmtree(tmp_path / "lab" / ".state")
    (tmp_path / "lab").rename(tmp_path / "elsewhere")
    await fill(store, 2, 3)
    await store.close()
    assert not (tmp_path / "lab").exists()
    store = SqliteStore(tmp_path / "elsewhere" / ".state" / "log.db")
    assert [seq for seq, _ in await whole(store)] == [1, 2, 3, 4, 5]
    await store.close()


async def test_in_a_project_that_is_deleted_nothing_is_acknowledged(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "lab" / ".state" / "log.db")
    await store.create_document(DOCUMENT)
    await fill(store, 3)
    shutil.rmtree(tmp_path / "lab")
    with pytest.raises(StoreTrouble, match="the folder was deleted"):
        await store.append([draft(typed(n=3))], NOW)
    await store.close()
    assert not (tmp_path / "lab").exists()
