"""A relay that dies at the worst moment of a save: nothing is lost, nothing is there twice."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.server.host import disk
from cocalc_tui.server.host.host import Host
from cocalc_tui.server.host.root import FileError, Place, Root
from tests.server.hosting import QUICK, Box, running, text, type_in, until, zero_typed


async def test_what_was_not_saved_when_the_relay_died_is_saved_by_the_next(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        person = await box.person()
        document = await person.open("a.txt")
        type_in(document, 0, "zero\n")
        await until(lambda: document.sent)
        await box.kill()
        assert box.read("a.txt") == "one\n"
        box.write("a.txt", "one\ntwo\n")
        box.pace = QUICK
        await box.start()
        await until(lambda: box.read("a.txt") == "zero\none\ntwo\n")
        await until(lambda: text(document) == "zero\none\ntwo\n")


class Crash(BaseException):
    """The process is gone; nothing catches this."""


async def test_the_next_relay_saves_though_nobody_comes_back(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        box.write("b.txt", "b")
        person = await box.person()
        document = await person.open("a.txt")
        await person.open("b.txt")
        type_in(document, 0, "zero\n")
        await until(lambda: document.sent)
        await box.marked()
        await person.close()
        await box.kill()
        await box.start()
        await until(lambda: box.read("a.txt") == "zero\none\n" and not box.host.open)
        await box.kill()
        await box.start()
        assert not box.host.open


async def crash_in_save(
    box: Box, monkeypatch: pytest.MonkeyPatch, left: Mapping[str, str], *, written: bool = False
) -> None:
    """End the host side in a save, where these files are left, and then perhaps what it wrote."""
    real = disk.write

    def dies(*args: object, **more: object) -> None:
        for path, held in left.items():
            box.write(path, held)
        if written:
            real(*args, **more)  # type: ignore[arg-type]  # passed on as they came
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(disk, "write", dies)
        with pytest.raises(Crash):
            await next(iter(box.host.open.values())).document.save()
    await box.kill()


async def crash_behind_a_stranger(
    box: Box, document: SharedDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger writes in the last instant of a save, and it ends before it merges that."""
    await document.save()
    type_in(document, 0, "first\n")
    await until(lambda: document.sent)
    await crash_in_save(box, monkeypatch, {"a.txt": "zero\none\nlate\n"}, written=True)
    assert box.read("a.txt") == "first\nzero\none\n"


@pytest.mark.parametrize(
    "left",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"a.txt": "zero\none\ntwo\n"}, id="all"),
        pytest.param({"a.txt": "zero\nwo\n\0\0\0\0\0"}, id="torn"),
        pytest.param({"a.txt": "one\ntwo\n\0\0\0\0\0"}, id="reserved"),
        pytest.param({".a.txt.cocalc-tui~": "zero\no"}, id="temporary"),
    ],
)
async def test_a_crash_in_a_save_is_no_foreign_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: dict[str, str]
) -> None:
    async with zero_typed(tmp_path, "one\ntwo\n") as (box, document):
        await crash_in_save(box, monkeypatch, left)
        document = await box.opened_again()
        assert text(document) == "zero\none\ntwo\n"
        assert "disk" not in [patch.kind for patch in document.replica.patches()]
        await document.save()
        assert box.read("a.txt") == "zero\none\ntwo\n"


async def test_a_foreign_change_after_a_crash_in_a_save_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with zero_typed(tmp_path, "one\ntwo\n") as (box, document):
        await crash_in_save(box, monkeypatch, {"a.txt": "one\ntwo\nthree\n"})
        document = await box.opened_again()
        assert text(document) == "zero\none\ntwo\nthree\n"


@pytest.mark.parametrize("names", [1, 2])
@pytest.mark.parametrize(
    "left",
    [
        pytest.param("one\ntwo\n", id="nothing"),
        pytest.param("zero\nwo\n\0\0\0\0\0", id="torn"),
    ],
)
async def test_a_foreign_change_while_a_crash_is_looked_into_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str, names: int
) -> None:
    """The save was done again over what had come since the file was read: it was lost.

    A file of several `names` is written in place.
    """
    async with zero_typed(tmp_path, "one\ntwo\n") as (box, _document):
        if names > 1:
            os.link(box.project / "a.txt", box.project / "also.txt")
        await crash_in_save(box, monkeypatch, {"a.txt": left})
        real, strange = disk.read, ["one\ntwo\nthree\n"]

        def read(root: Root, place: Place) -> tuple[bytes, disk.Stamp]:
            found = real(root, place)
            if strange:
                box.write("a.txt", strange.pop())
            return found

        monkeypatch.setattr(disk, "read", read)
        document = await box.opened_again()
        assert not strange
        await document.save()
        assert text(document) == box.read("a.txt") == "zero\none\ntwo\nthree\n"


async def test_without_notes_an_unchanged_file_is_no_foreign_change(tmp_path: Path) -> None:
    async with zero_typed(tmp_path, "one\n") as (box, document):
        await box.kill()
        box.forget_notes()
        document = await box.opened_again()
        assert text(document) == "zero\none\n"
        await document.save()
        assert box.read("a.txt") == "zero\none\n"


async def test_a_foreign_change_is_merged_once_though_nobody_noted_it(tmp_path: Path) -> None:
    async with zero_typed(tmp_path, "one\n") as (box, document):
        await document.save()
        notes = {note: note.read_bytes() for note in box.state.glob("saved.db*")}
        box.write("a.txt", "zero\none\ntwo\n")
        await document.save()
        await box.kill()
        box.forget_notes()
        for note, data in notes.items():
            note.write_bytes(data)
        document = await box.opened_again()
        assert text(document) == "zero\none\ntwo\n"


async def test_what_a_save_displaced_is_merged_after_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with zero_typed(tmp_path, "one\n") as (box, document):
        await crash_behind_a_stranger(box, document, monkeypatch)
        document = await box.opened_again()
        await document.save()
        assert text(document) == box.read("a.txt") == "first\nzero\none\nlate\n"
        assert box.names() == ["a.txt"]


async def test_what_a_save_displaced_is_merged_though_the_log_fails_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Noted before it is in the log, it was taken for a version of ours, and was gone."""
    async with zero_typed(tmp_path, "one\n") as (box, document):
        await crash_behind_a_stranger(box, document, monkeypatch)
        push, failures = Host._push, 2

        async def failing(*args: Any) -> None:
            nonlocal failures
            failures -= 1
            if failures >= 0:
                raise FileError("busy", "the log does not take it in")
            await push(*args)

        monkeypatch.setattr(Host, "_push", failing)
        document = await box.opened_again()
        await until(lambda: text(document) == "first\nzero\none\nlate\n")
        await document.save()
        assert failures < 0
        assert text(document) == box.read("a.txt") == "first\nzero\none\nlate\n"
        assert box.names() == ["a.txt"]


async def test_what_a_crash_left_half_written_is_nothing(tmp_path: Path) -> None:
    async with zero_typed(tmp_path, "one\n") as (box, document):
        await document.save()
        box.write(".a.txt.cocalc-tui~", "zero\no")
        await document.save()
        assert text(document) == "zero\none\n"
        assert box.names() == ["a.txt"]


async def test_a_document_that_is_saved_at_the_end_is_not_opened_beside_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that saved it would each take what the other wrote for a stranger's change."""
    async with zero_typed(tmp_path, "one\n") as (box, _document):
        writes, goes_on = threading.Event(), threading.Event()
        real = disk.write

        def slow(*args: Any, **more: Any) -> disk.Written:
            writes.set()
            assert goes_on.wait(20)
            return real(*args, **more)

        monkeypatch.setattr(disk, "write", slow)
        other = await box.person("rune")
        ending = asyncio.ensure_future(box.host.close())
        await until(writes.is_set)
        await box.people[0].close()
        with pytest.raises(RequestFailed, match="starts anew"):
            await other.open("a.txt")
        goes_on.set()
        await ending
        assert box.read("a.txt") == "zero\none\n"
