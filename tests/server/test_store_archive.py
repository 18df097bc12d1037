"""Old blocks in the archive: nothing above the store notices but who reads history."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cocalc_tui.server.store import LogSize, Store, StoreTrouble
from cocalc_tui.server.store.archive import Archive
from cocalc_tui.server.store.keeping import Keeping, KeepingError, read
from cocalc_tui.server.store.sealing import Sealing, seal
from cocalc_tui.server.store.sqlite import SqliteStore
from cocalc_tui.sync.patch import PatchId, Splice
from tests.server.faulty import NAME, Disk, FaultyVFS
from tests.server.making import BOB, NOW, draft, typed
from tests.server.store_suite import DOCUMENT, Ears, StoreSuite, whole

LATER = NOW + 400 * 24 * 60 * 60 * 1000
SECRET = "correct horse battery staple"


async def seal_here(block: bytes, rows: Sequence[str]) -> bytes:
    return seal(block, rows)


SEALING = Sealing(rows=5, keep=0, most=5, seal=seal_here)


class Restless(SqliteStore):
    """Has a checkpoint of everything, and archives whatever it may."""

    async def tend(self, now: int) -> None:
        for one in await self.sizes():
            if await self.checkpoint(one.doc) is None:
                await self.put_checkpoint(one.doc, one.patches, b"all of it")
        for _ in range(10):
            await super().tend(now + LATER)


class TestArchivingSqliteStore(StoreSuite):
    """Everything is in the archive as soon as it may be."""

    def make(self, folder: Path) -> Store:
        sealing = Sealing(rows=1, keep=0, most=2, seal=seal_here)
        return Restless(folder / "log.db", sealing=sealing)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "log.db"


@asynccontextmanager
async def opened(path: Path, archive: Path | None = None) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(path, sealing=SEALING, archive=archive)
    try:
        yield store
    finally:
        await store.close()
    assert not store.trouble


async def size(store: Store) -> LogSize:
    return (await store.sizes())[0]


async def fill(store: Store, count: int = 20, text: str = "x") -> None:
    """So many patches in blocks of five, and a checkpoint of all but the last block."""
    await store.put_document(DOCUMENT)
    for n in range(count):
        await store.append([draft(typed(n=n, ops=(Splice(0, 0, text),)))], NOW)
        await store.tend(NOW)
    await store.put_checkpoint("d", count - 5, b"as it is")


async def age(store: Store, times: int = 10) -> None:
    for _ in range(times):
        await store.tend(LATER)


async def test_what_the_checkpoint_covers_goes_once_it_is_old(path: Path) -> None:
    async with opened(path) as store:
        await fill(store)
        log, before = await whole(store), await size(store)
        await store.tend(NOW + 1000)
        assert (await size(store)).archived == 0
        await age(store)
        after = await size(store)
        assert 0 < after.sealed < before.sealed
        assert after.archived + after.sealed == before.sealed
        assert await whole(store) == log
        assert await store.heads("d", 7) == (PatchId("a" * 16, 6),)
        assert await store.append([draft(typed(n=3, ops=(Splice(0, 0, "x"),)))], NOW) == [4]
    async with opened(path) as store:
        assert await whole(store) == log


async def test_rows_that_nobody_goes_on_with_are_sealed(path: Path) -> None:
    store = SqliteStore(path, sealing=Sealing(seal=seal_here))
    session = {"idle": "1" * 16, "d": "d" * 16, "small": "5" * 16}
    for doc in session:
        await store.put_document(DOCUMENT._replace(doc=doc, path=doc))
        for n in range(10 if doc == "small" else 100):
            await store.append([draft(typed(session[doc], n), doc=doc)], NOW)
    ears = Ears()
    await store.subscribe("d", ears)
    logs = {doc: await whole(store, doc=doc) for doc in session}
    before = {one.doc: one for one in await store.sizes()}
    await store.tend(NOW + 1000)
    assert {one.doc: one for one in await store.sizes()} == before
    await store.close()
    store = SqliteStore(path, sealing=Sealing(seal=seal_here))
    await store.subscribe("d", ears)
    await age(store, 5)
    after = {one.doc: one for one in await store.sizes()}
    assert (after["idle"].rows, after["idle"].patches) == (0, 100)
    assert 0 < after["idle"].sealed < before["idle"].rows / 5
    assert (after["small"], after["d"]) == (before["small"], before["d"])
    assert {doc: await whole(store, doc=doc) for doc in logs} == logs
    assert await store.append([draft(typed(session["idle"], 100), doc="idle")], NOW) == [101]
    assert await store.append([draft(typed(session["d"], 100))], NOW) == [101]
    assert [seq for seq, _, _ in ears.heard] == [101]
    await store.close()


async def test_opening_does_not_need_it_and_history_says_where_it_is(path: Path) -> None:
    async with opened(path) as store:
        await fill(store)
        await age(store)
    away = path.with_name("elsewhere")
    path.with_name("archive.sqlite").rename(away)
    store = SqliteStore(path, sealing=SEALING)
    assert await store.checkpoint("d") == (15, b"as it is")
    assert (await store.read("d", 15, 10**6)).upto == 20
    assert await store.append([draft(typed(n=20))], NOW) == [21]
    with pytest.raises(StoreTrouble, match="is not there; put it back"):
        await whole(store)
    away.rename(path.with_name("archive.sqlite"))
    assert len(await whole(store)) == 21
    await store.close()


async def test_another_archive_is_not_taken_for_it(path: Path) -> None:
    async with opened(path) as store:
        await fill(store)
        await age(store)
    path.with_name("archive.sqlite").unlink()
    other = Archive(path.with_name("archive.sqlite"))
    other.put("other", b"another project's")
    other.close()
    store = SqliteStore(path, sealing=SEALING)
    for n in range(20, 30):
        await store.append([draft(typed(n=n))], NOW)
        await store.tend(NOW)
    await store.put_checkpoint("d", 30, b"all")
    before = await size(store)
    await age(store)
    assert (await size(store)) == before
    assert "is not the archive" in store.trouble
    await store.close()


async def test_it_may_lie_elsewhere_in_a_folder_of_ones_own(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "large disk"
    folder.mkdir()
    async with opened(path, folder / "archive.sqlite") as store:
        await fill(store)
        await age(store)
        assert (await size(store)).archived
    assert [one.name for one in folder.iterdir()] == ["archive.sqlite"]
    assert not path.with_name("archive.sqlite").exists()
    folder.chmod(0o777)
    store = SqliteStore(path, archive=folder / "archive.sqlite")
    await age(store)
    assert "only its owner may write" in store.trouble
    await store.close()


async def test_a_backup_stands_by_itself(path: Path, tmp_path: Path) -> None:
    async with opened(path) as store:
        await fill(store)
        log = await whole(store)
        await age(store)
        await store.backup(tmp_path / "copy.db")
    async with opened(tmp_path / "copy.db") as store:
        assert await whole(store) == log
        assert (await size(store)).archived == 0
    assert not (tmp_path / "archive.sqlite").exists()


async def test_what_is_taken_away_is_written_anew(path: Path) -> None:
    async with opened(path) as store:
        await fill(store)
        log = await whole(store)
        await age(store)
        for file in path.parent.iterdir():
            file.unlink()
        await store.tend(LATER)
    async with opened(path) as store:
        assert (await size(store)).archived
        assert await whole(store) == log


def bytes_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_of_what_is_purged_nothing_is_left_on_the_disk(path: Path) -> None:
    """Neither in rows, free pages or the WAL, nor in the archive or copies of older formats."""
    async with opened(path) as store:
        await fill(store, text=SECRET)
        await age(store)
        for n in range(20, 23):  # and some of it in rows
            await store.append([draft(typed(n=n, ops=(Splice(0, 0, SECRET),)))], NOW)
        parts = await store.read("d", 0, 10**6)
        secrets = [SECRET.encode(), *(block[40:] for block in parts.blocks)]
        path.with_name("log.db.format-1").write_bytes(SECRET.encode())  # before it was migrated
        there = bytes_in(path.parent)
        assert all(secret in there for secret in secrets)
        new = draft(typed(BOB, ops=(Splice(0, 0, "nothing to see"),)), "bob")
        assert await store.replace(DOCUMENT._replace(log="new", epoch=2), [new], 23, NOW)
        await age(store, 2)
        there = bytes_in(path.parent)
        assert not any(secret in there for secret in secrets)
        assert [patch.id for _, patch in await whole(store)] == [(BOB, 0)]


@pytest.mark.parametrize("fault", ["full", "broken"])
async def test_a_disk_that_fails_leaves_it_where_it_was(path: Path, fault: str) -> None:
    disk = Disk()
    vfs = FaultyVFS(disk)
    store = SqliteStore(path, sealing=SEALING, vfs=NAME)
    await fill(store)
    log = await whole(store)
    with disk.being(fault):
        await store._age(LATER)
    assert store.trouble
    assert await whole(store) == log
    await age(store)
    assert (await size(store)).archived == 0, "it rests before it tries again"
    for hour in range(1, 5):
        await store.tend(LATER + hour * 60 * 60 * 1000)
    assert (await size(store)).archived
    assert not store.trouble
    assert await whole(store) == log
    await store.close()
    vfs.unregister()


MOVER = """
import asyncio, sys
from pathlib import Path
from cocalc_tui.server.store.sqlite import SqliteStore
from tests.server.test_store_archive import LATER, SEALING

async def move(path):
    store = SqliteStore(path, sealing=SEALING)
    print("open", flush=True)
    now = LATER
    while True:
        now += 60 * 60 * 1000
        await store.tend(now)

asyncio.run(move(Path(sys.argv[1])))
"""


def move_and_kill(path: Path, wait: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", MOVER, str(path)], stdout=subprocess.PIPE
    ) as mover:
        assert mover.stdout is not None
        mover.stdout.readline()
        time.sleep(wait)
        mover.kill()


async def test_killed_at_any_moment_it_is_in_one_of_both(path: Path) -> None:
    async with opened(path) as store:
        await fill(store, 60)
        log = await whole(store)
    chance = random.Random(4)
    for _ in range(4):
        await asyncio.to_thread(move_and_kill, path, chance.random() * 0.05)
        async with opened(path) as store:
            assert await whole(store) == log


# --- what the owner says -----------------------------------------------------------------------


def test_without_a_file_the_defaults_are_in_force(tmp_path: Path) -> None:
    assert read(tmp_path / "history.toml") == Keeping()


def test_what_it_says_is_in_force(tmp_path: Path) -> None:
    file = tmp_path / "history.toml"
    file.write_text('archive_after = 30\narchive_folder = "/srv/old"\n')
    assert read(file) == Keeping(archive_after=30, archive_folder="/srv/old")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("archive_aftr = 3", "did you mean archive_after"),
        ("wrong = 3", "there are archive_after"),
        ("archive_after = -1", "it may be 0 to"),
        ("archive_after = true", "it may be 0 to"),
        ('archive_folder = "here"', "the whole path"),
        ("archive_after =", "Invalid value"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "history.toml"
    file.write_text(text)
    with pytest.raises(KeepingError, match=says) as caught:
        read(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)
