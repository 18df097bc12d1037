"""The store on disk: the suite, with and without sealed blocks, and what only a disk does."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from cocalc_tui.protocol.codec import MAX_FRAME, encode
from cocalc_tui.protocol.messages import Entries
from cocalc_tui.server.store import Member, Store, StoreTrouble, database
from cocalc_tui.server.store.sealing import SealError, Sealing, seal, seal_apart
from cocalc_tui.server.store.sqlite import SqliteStore
from cocalc_tui.sync.encoding import decode_block
from cocalc_tui.sync.patch import PatchId, Splice
from tests.server.faulty import NAME, Disk, FaultyVFS
from tests.server.making import ALICE, BOB, NOW, draft, imported, typed
from tests.server.store_suite import DOCUMENT, Ears, StoreSuite, code, fill, opened, whole


async def seal_here(block: bytes, rows: Sequence[str]) -> bytes:
    return seal(block, rows)


SEALING = Sealing(rows=5, keep=3, most=20, seal=seal_here)


class TestSqliteStore(StoreSuite):
    def make(self, folder: Path) -> Store:
        return SqliteStore(folder / "log.db")


class TestSealingSqliteStore(StoreSuite):
    """Everything is sealed as soon as it may be."""

    def make(self, folder: Path) -> Store:
        sealing = Sealing(rows=1, keep=0, most=10, seal=seal_here)
        return SqliteStore(folder / "log.db", sealing=sealing)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "log.db"


# --- being closed and opened -------------------------------------------------------------------


async def test_everything_is_there_after_a_restart(path: Path) -> None:
    store = await opened(path)
    await fill(store, 3)
    await store.put_member("bob", Member("runner", 7))
    await store.put_checkpoint("d", 2, b"two")
    log = await whole(store)
    await store.close()

    store = SqliteStore(path)
    assert await whole(store) == log
    assert await store.document_at("notes.txt") == DOCUMENT
    assert await store.members() == {"bob": Member("runner", 7)}
    assert await store.checkpoint("d") == (2, b"two")
    assert await store.owner(ALICE) == "alice"
    assert await store.heads("d", 3) == (PatchId(ALICE, 2),)
    drafts = [draft(typed(n=2)), draft(typed(n=3)), draft(typed(n=4), "eve")]
    outcomes = await store.append(drafts, NOW)
    assert outcomes[:2] == [3, 4]
    assert code(outcomes[2]) == "id"
    await store.close()


async def test_what_was_only_held_is_gone_after_a_restart(path: Path) -> None:
    store = await opened(path)
    await store.subscribe("d", Ears())
    await store.append([imported(0)], NOW)
    await store.close()
    store = SqliteStore(path)
    assert await whole(store) == []
    await store.close()


async def test_the_clock_of_the_log_outlives_a_restart(path: Path) -> None:
    store = await opened(path)
    await store.append([draft(typed(time=NOW + 50_000))], NOW)
    await store.close()
    store = SqliteStore(path)
    assert await store.append([draft(typed(n=1, time=NOW + 100_000))], NOW) == [2]
    await store.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_state_is_private_and_rows_can_be_read_by_people(path: Path) -> None:
    store = await opened(path)
    await store.append([draft(typed())], NOW)
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700
    await store.close()
    with closing(sqlite3.connect(path)) as reader:
        (row,) = reader.execute("SELECT row FROM entries").fetchone()
    assert '"author":"alice"' in row
    assert "a0 " in row


async def test_only_one_relay_has_the_file(path: Path) -> None:
    store = await opened(path)
    other = f"from pathlib import Path; SqliteStore(Path({str(path)!r}))"
    program = f"from cocalc_tui.server.store.sqlite import SqliteStore; {other}"
    ran = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program], capture_output=True, text=True
    )
    assert "another program has it open" in ran.stderr
    await store.close()


def spoilt(path: Path, pragma: str) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute(pragma)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: path.write_bytes(b"no database " * 1000), "damaged"),
        (lambda path: spoilt(path, "PRAGMA application_id = 7"), "not a"),
        (lambda path: spoilt(path, "PRAGMA user_version = 99"), "99"),
        (lambda path: (path.unlink(), path.mkdir()), "cannot be written"),
    ],
)
async def test_a_file_that_is_not_ours_is_refused_in_one_line(
    path: Path, spoil: Callable[[Path], object], says: str
) -> None:
    await (await opened(path)).close()
    spoil(path)
    with pytest.raises(StoreTrouble, match=says) as caught:
        SqliteStore(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


# --- sealing -----------------------------------------------------------------------------------


async def test_old_rows_are_sealed_and_nothing_changes(path: Path) -> None:
    store = await opened(path, SEALING)
    await store.append([draft(typed()), draft(typed(BOB, 0), "bob")], NOW)
    follow = [draft(typed(n=n)) for n in range(1, 60)]
    for one in follow:
        await store.append([one], NOW)
        await store.tend(NOW)
    part = await store.read("d", 0, 1 << 30)
    assert sum(len(decode_block(block)) for block in part.blocks) >= 50
    assert all(len(decode_block(block)) <= 30 for block in part.blocks)
    assert len(part.entries) < 10
    log = await whole(store)
    assert [seq for seq, _ in log] == list(range(1, 62))
    await store.close()

    store = SqliteStore(path, sealing=SEALING)
    assert await whole(store) == log
    assert await store.append([follow[5]], NOW) == [8]
    assert await store.append([draft(typed(BOB, 0), "bob")], NOW) == [2]
    (outcome,) = await store.append([draft(typed(n=6, time=NOW + 7))], NOW)
    assert code(outcome) == "id"
    assert await store.append([draft(typed(n=60))], NOW) == [62]
    heads = [await store.heads("d", seq) for seq in range(63)]
    assert heads[1] == (PatchId(ALICE, 0),)
    assert heads[30] == (PatchId(ALICE, 28), PatchId(BOB, 0))
    await store.close()


async def test_a_block_fits_into_a_frame(path: Path) -> None:
    store = await opened(path, Sealing(rows=4, keep=0, seal=seal_here))
    noise = random.Random(1)
    for n in range(12):
        text = "".join(map(chr, noise.choices(range(0x4E00, 0x9FFF), k=500_000)))
        await store.append([draft(typed(n=n, ops=(Splice(0, 0, text),)))], NOW)
    for _ in range(12):
        await store.tend(NOW)
    after, sizes = 0, []
    while (part := await store.read("d", after, 1)).upto > after:
        frame = Entries(doc="d", entries=part.entries, blocks=part.blocks)
        sizes.append(len(encode(frame)))
        after = part.upto
    assert after == 12
    assert max(sizes) < MAX_FRAME - 2**20
    assert len(sizes) < 12
    await store.close()


async def test_the_sealing_process_gives_the_same_block(path: Path) -> None:
    store = await opened(path, Sealing(rows=10, keep=0, most=100))
    await fill(store, 25)
    log = await whole(store)
    await store.tend(NOW)
    part = await store.read("d", 0, 1 << 30)
    assert len(part.blocks) == 1
    assert not part.entries
    await fill(store, 10, 25)
    await store.tend(NOW)
    part = await store.read("d", 0, 1 << 30)
    assert len(part.blocks) == 1
    assert (await whole(store))[:25] == log
    assert len(await whole(store)) == 35
    await store.close()


async def test_rows_that_cannot_be_sealed_stay(path: Path) -> None:
    async def fail(block: bytes, rows: Sequence[str]) -> bytes:
        raise SealError("no")

    store = await opened(path, Sealing(rows=1, keep=0, seal=fail))
    await fill(store, 3)
    await store.tend(NOW)
    part = await store.read("d", 0, 1 << 30)
    assert len(part.entries) == 3
    await store.close()


async def test_a_sealing_process_that_fails_says_so() -> None:
    with pytest.raises(SealError, match="ended with 1"):
        await seal_apart(b"", ["no row"])


async def test_patches_that_come_while_rows_are_sealed_are_kept(path: Path) -> None:
    store = await opened(path)

    async def slow(block: bytes, rows: Sequence[str]) -> bytes:
        await fill(store, 5, 10)
        return seal(block, rows)

    store._sealing = Sealing(rows=5, keep=0, seal=slow)
    await fill(store, 10)
    await store.tend(NOW)
    assert [seq for seq, _ in await whole(store)] == list(range(1, 16))
    await store.close()


async def test_a_log_that_is_let_go_of_while_it_is_sealed_is_sealed_once(path: Path) -> None:
    """Who opens it meanwhile does not know of the block, and would seal other rows under it."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(block: bytes, rows: Sequence[str]) -> bytes:
        begun.set()
        await go_on.wait()
        return seal(block, rows)

    store = await opened(path, Sealing(rows=5, keep=0, most=100, seal=slowly))
    ears = Ears()
    await store.subscribe("d", ears)
    await fill(store, 5)
    tending = asyncio.ensure_future(store.tend(NOW))
    await begun.wait()
    store.unsubscribe("d", ears)
    await store.subscribe("d", ears)
    await fill(store, 5, 5)
    go_on.set()
    await tending
    await store.tend(NOW)
    await fill(store, 5, 10)
    await store.tend(NOW)
    assert [seq for seq, _ in await whole(store)] == list(range(1, 16))
    await store.close()


# --- the disk fails ----------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "says"), [("full", "disk is full"), ("broken", "cannot be")])
async def test_a_failing_disk_takes_nothing_and_loses_nothing(
    path: Path, fault: str, says: str
) -> None:
    disk = Disk()
    vfs = FaultyVFS(disk)
    store = SqliteStore(path, vfs=NAME)
    await store.put_document(DOCUMENT)
    ears = Ears()
    await store.subscribe("d", ears)
    await store.append([imported(0)], NOW)
    after = typed(parents=(PatchId("f" * 16, 0),))
    with disk.being(fault):
        for _ in range(2):
            with pytest.raises(StoreTrouble, match=says):
                await store.append([draft(after), draft(typed(BOB, 0), "bob")], NOW)
        assert len(await whole(store)) == 1
    assert await store.owner(ALICE) is None
    assert await store.append([draft(after), draft(typed(n=1))], NOW) == [2, 3]
    assert [heard[0] for heard in ears.heard] == [1, 2, 3]
    await store.close()
    store = SqliteStore(path, vfs=NAME)
    assert len(await whole(store)) == 3
    await store.close()
    vfs.unregister()


WRITER = """
import asyncio, sys
from pathlib import Path
from cocalc_tui.server.store.sqlite import SqliteStore
from tests.server.making import NOW, draft, typed
from tests.server.store_suite import DOCUMENT, whole

async def write(path):
    store = SqliteStore(path)
    await store.put_document(DOCUMENT)
    n = len(await whole(store))
    while True:
        await store.append([draft(typed(n=n)), draft(typed(n=n + 1))], NOW)
        n += 2
        print(n, flush=True)
        if n % 50 == 0:
            await store.tend(NOW)

asyncio.run(write(Path(sys.argv[1])))
"""


def write_and_kill(path: Path, lines: int) -> int:
    """Let a process write until it printed `lines`, kill it; returns what it acknowledged last."""
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        printed = [writer.stdout.readline() for _ in range(lines)]
        writer.kill()
        printed += writer.stdout.readlines()
    return max(int(line) for line in printed if line.endswith("\n"))


async def test_what_is_acknowledged_outlives_a_kill(path: Path) -> None:
    for lines in (1, 2, 33, 120):
        acknowledged = await asyncio.to_thread(write_and_kill, path, lines)
        store = SqliteStore(path)
        log = await whole(store)
        assert len(log) >= acknowledged
        assert [patch.id.n for _, patch in log] == list(range(len(log)))
        await store.close()


def test_the_sqlite_in_use_has_no_wal_reset_bug() -> None:
    assert tuple(map(int, apsw.sqlite_lib_version().split("."))) >= (3, 51, 3)


def test_room_is_given_back_where_that_is_quick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SPARE", 20)
    path = tmp_path / "state" / "log.sqlite"
    store = database.Database(path)
    with store.transaction():
        row = "INSERT INTO checkpoints VALUES (?, 1, zeroblob(100000))"
        for name in ("one", "two", "three"):
            store.run(row, name)
    with store.transaction():
        store.run("DELETE FROM checkpoints WHERE doc <> 'one'")
    store.scrub()
    full = path.stat().st_size
    with monkeypatch.context() as patched:
        patched.setattr(database, "AT_ONCE", 10)  # what is left is more
        store.give_back()
    assert path.stat().st_size == full
    store.give_back()
    assert path.stat().st_size < full / 2
    assert list(store.rows("SELECT doc, length(data) FROM checkpoints")) == [("one", 100000)]
    with store.transaction():
        store.run("DELETE FROM checkpoints")
    store.close()
