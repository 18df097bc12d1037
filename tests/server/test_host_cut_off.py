"""A host side whose log, disk or connection to the relay fails for a while."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.protocol.messages import Message, Push
from cocalc_tui.server.host import disk
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.store import Outcome, StoreTrouble
from tests.server.hosting import QUICK, Box, running, text, type_in, until, zero_typed


def cut_off(box: Box) -> None:
    """Cut the host side's connection to the relay, as for a reader that does not keep up."""
    host = box.relay._passing.host
    assert host is not None
    host.link.cut()


async def test_a_host_side_that_is_cut_off_comes_back(tmp_path: Path) -> None:
    async with zero_typed(tmp_path, "one\n", pace=QUICK) as (box, document):
        await until(lambda: document.saved)
        cut_off(box)
        type_in(document, 0, "x")
        await until(lambda: document.saved and box.read("a.txt") == "xzero\none\n")


async def test_a_foreign_change_survives_being_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with zero_typed(tmp_path, "one\n") as (box, document):
        box.write("a.txt", "one\ntwo\n")
        send = box.host.workspace.send

        def cut_once(message: Message) -> bool:
            if isinstance(message, Push):
                monkeypatch.undo()
                cut_off(box)
            return send(message)

        monkeypatch.setattr(box.host.workspace, "send", cut_once)
        await box.host.open[document.doc].save()
        assert box.read("a.txt") == "zero\none\ntwo\n"
        await until(lambda: text(document) == "zero\none\ntwo\n")


async def test_a_log_that_cannot_be_written_is_said_and_the_next_try_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        person = await box.person()

        async def full(*_args: object) -> list[Outcome]:
            raise StoreTrouble("the disk is full: make room")

        with monkeypatch.context() as patched:
            patched.setattr(box.store, "append", full)
            with pytest.raises(RequestFailed, match="the disk is full: make room"):
                await person.open("a.txt")
        assert text(await person.open("a.txt")) == "one\n"


async def test_what_the_host_side_itself_wrote_is_saved_once_it_is_numbered(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        opened = box.host.open[document.doc]
        type_in(opened.shared, 0, "zero\n")
        await opened.save()
        assert box.read("a.txt") == "zero\none\n"
        assert opened.document.saved_seq == 2


async def test_a_relay_that_takes_nothing_in_hangs_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        person = await box.person()
        with monkeypatch.context() as patched:
            patched.setattr("cocalc_tui.server.host.host._PATIENCE", 0.1)
            patched.setattr(box.host.workspace, "send", deaf(box.host.workspace.send))
            with pytest.raises(RequestFailed, match="the log does not take it in; try again"):
                await person.open("a.txt")
        assert text(await person.open("a.txt")) == "one\n"


def deaf(send: Callable[[Message], bool]) -> Callable[[Message], bool]:
    """Send everything but patches."""
    return lambda message: isinstance(message, Push) or send(message)


async def test_a_full_disk_is_said_to_all_and_over_when_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, QUICK) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")

        def full(_file: int, _data: bytes) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(disk, "_write_all", full)
            type_in(document, 0, "zero\n")
            await until(lambda: "a.txt: No space left on device" in document.trouble)
            assert not document.saved
            assert box.read("a.txt") == "one\n"
        await until(lambda: document.saved and not document.trouble)
        assert box.read("a.txt") == "zero\none\n"


async def test_a_save_is_ours_though_the_notes_disk_fails_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with zero_typed(tmp_path, "one\n") as (box, document):

        def fails(*_args: object, **_more: object) -> None:
            raise FileError("disk", "what was saved cannot be noted")

        with monkeypatch.context() as patched:
            patched.setattr(box.host.notes.saved, "settle", fails)
            with pytest.raises(RequestFailed, match="cannot be noted"):
                await document.save()
        assert box.read("a.txt") == "zero\none\n"
        await document.save()
        assert text(document) == "zero\none\n"
        assert "disk" not in [patch.kind for patch in document.replica.patches()]
