"""A copy of the log while people type, and an old one put back: nobody's work is lost."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import apsw
import pytest

from cocalc_tui.cli import main
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import WorkRefused, WorkspaceEvent
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.server.paths import places
from cocalc_tui.server.restoring import RestoreError, restore
from cocalc_tui.server.store import Member, StoreTrouble
from cocalc_tui.server.store import backup as module
from cocalc_tui.server.store.sqlite import SqliteStore
from cocalc_tui.sync.patch import MAIN, Splice
from tests.server.making import NOW, draft, typed
from tests.server.processes.living import app, until
from tests.server.processes.racing import doors
from tests.server.store_suite import DOCUMENT, whole


def write(document: SharedDocument, text: str) -> None:
    document.change([Splice(0, 0, text)], step=True)


def text(document: SharedDocument) -> str:
    return str(document.replica.text(MAIN))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def settled(*documents: SharedDocument) -> None:
    await until(lambda: all(document.sent and document.saved for document in documents))


# --- the copy ----------------------------------------------------------------------------------


async def test_a_copy_is_consistent_while_it_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGES", 1)
    store = SqliteStore(tmp_path / "log.sqlite")
    await store.put_document(DOCUMENT)
    count = 0

    async def fill() -> None:
        nonlocal count
        for n in range(300):
            await store.append([draft(typed(n=n, ops=(Splice(0, 0, "x" * 500),)))], NOW)
            count = n + 1

    filling = asyncio.ensure_future(fill())
    while count < 20:
        await asyncio.sleep(0)
    before = count
    await store.backup(tmp_path / "copy")
    after = count
    await filling
    await store.close()
    assert before < after < 300
    copied = SqliteStore(tmp_path / "copy")
    log = await whole(copied)
    assert [seq for seq, _ in log] == list(range(1, len(log) + 1))
    assert before <= len(log) <= after + 1
    await copied.close()
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600


async def test_no_file_is_overwritten_and_none_is_left_half_done(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "log.sqlite")
    (tmp_path / "there").write_text("mine")
    (tmp_path / "link").symlink_to("there")
    for name in ("there", "link", "no/folder"):
        with pytest.raises(StoreTrouble) as caught:
            await store.backup(tmp_path / name)
        assert "\n" not in str(caught.value)
    assert (tmp_path / "there").read_text() == "mine"
    await store.close()
    assert names(tmp_path) == ["link", "log.sqlite", "there"]


async def test_a_copy_that_is_given_up_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(tmp_path / "log.sqlite")

    def full(_: module.Backup) -> bool:
        raise StoreTrouble("the disk is full")

    monkeypatch.setattr(module.Backup, "step", full)
    with pytest.raises(StoreTrouble, match="disk is full"):
        await store.backup(tmp_path / "copy")
    assert names(tmp_path) == ["log.sqlite", "log.sqlite-wal"]
    await store.close()


# --- putting it back ---------------------------------------------------------------------------


async def test_what_was_done_since_is_not_lost(project: Path, tmp_path: Path) -> None:
    (project / "a.txt").write_text("start\n")
    async with app(project) as ann, app(project) as ben:
        one, two = await ann.open("a.txt"), await ben.open("a.txt")
        write(one, "old ")
        await settled(one, two)
        assert (
            await asyncio.to_thread(
                main, ["backup", str(tmp_path / "b"), "--project", str(project)]
            )
            == 0
        )
        epoch = one.epoch
        write(one, "new ")
        await until(lambda: text(two) == "new old start\n")
        await settled(one, two)
        await ann.stop()
        await until(lambda: not doors(project))
    aside = await asyncio.to_thread(restore, places(project), tmp_path / "b")
    assert aside is not None
    async with app(project) as ann, app(project) as ben:
        one, two = await ann.open("a.txt"), await ben.open("a.txt")
        assert one.epoch > epoch
        await until(lambda: text(one) == text(two) == "new old start\n")
        write(two, "on ")
        await until(lambda: text(one) == "on new old start\n")
        await settled(one, two)
    assert (project / "a.txt").read_text() == "on new old start\n"


async def test_what_was_not_sent_is_kept_and_apps_come_back(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "own"))
    (project / "a.txt").write_text("start\n")
    async with app(project) as ann, app(project) as ben:
        one, two = await ann.open("a.txt"), await ben.open("a.txt")
        write(one, "old ")
        await settled(one, two)
        await ann.backup(tmp_path / "b")
        write(two, "since ")
        await settled(one, two)
        door = (await ann.status()).door
        restoring = asyncio.create_task(
            asyncio.to_thread(restore, places(project), tmp_path / "b", door)
        )
        await until(lambda: not ann.online)
        write(one, "unsent ")
        refused: list[WorkspaceEvent] = []
        ann.subscribe(refused.append)
        await restoring
        await until(lambda: ann.online and ben.online)
        await until(lambda: text(one) == text(two) and one.sent and two.sent)
        # What was saved is in the file. What was not sent follows what the log has not, so it is
        # not merged by guessing but kept, for its author to look at.
        assert text(one) == "since old start\n"
        (kept,) = (event for event in refused if isinstance(event, WorkRefused))
        assert kept.path == "a.txt"
        assert "unsent " in kept.copy.read_text()


async def stop(project: Path) -> None:
    assert await asyncio.to_thread(main, ["stop", "--project", str(project)]) == 0
    await until(lambda: not doors(project))


async def test_who_was_put_out_since_stays_out(project: Path, tmp_path: Path) -> None:
    async with app(project) as ann:
        await ann.sharing.give("nobody", "runner")
        await ann.backup(tmp_path / "b")
        await ann.sharing.take("nobody")
        await ann.sharing.give("daemon", "viewer")
    await stop(project)
    words = ["restore-backup", str(tmp_path / "b"), "--project", str(project)]
    assert await asyncio.to_thread(main, words) == 0
    async with app(project) as ann:
        assert {name for name in await ann.sharing.members() if name in {"nobody", "daemon"}} == {
            "daemon"
        }
    await stop(project)


async def test_only_the_owner_copies_and_to_a_new_file(project: Path, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")
    async with app(project) as ann:
        with pytest.raises(RequestFailed, match="there is one already") as caught:
            await ann.backup(tmp_path / "b")
        assert caught.value.code == "disk"
    assert (tmp_path / "b").read_text() == "mine"


# --- what cannot be put back -------------------------------------------------------------------


def not_ours(path: Path) -> None:
    with apsw.Connection(str(path)) as other:
        other.execute("CREATE TABLE t (x)")


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.write_text("nonsense" * 1000), "not a backup"),
        (lambda path: path.write_bytes(b""), "not a backup"),
        (not_ours, "not a backup"),
    ],
    ids=["nothing", "nonsense", "empty", "another database"],
)
async def test_what_is_no_backup_changes_nothing(
    project: Path, tmp_path: Path, made: object, says: str
) -> None:
    store = SqliteStore(project / ".cocalc-tui" / "log.sqlite")
    await store.put_member("bob", Member("viewer"))
    await store.close()
    made(tmp_path / "b")  # type: ignore[operator]  # a function
    with pytest.raises(RestoreError, match=says) as caught:
        restore(places(project), tmp_path / "b")
    assert "\n" not in str(caught.value)
    again = SqliteStore(project / ".cocalc-tui" / "log.sqlite")
    assert await again.members() == {"bob": Member("viewer")}
    await again.close()


async def test_a_project_that_runs_is_let_be(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cocalc_tui.server import restoring

    monkeypatch.setattr(restoring, "PATIENCE", 0.1)
    async with app(project) as ann:
        await ann.backup(tmp_path / "b")
        with pytest.raises(RestoreError, match="does not end"):
            await asyncio.to_thread(restore, places(project), tmp_path / "b")
        assert ann.online
