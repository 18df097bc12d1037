"""What other programs do to a text file, as the document has it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.server.host import disk
from cocalc_tui.server.host.root import FileError
from tests.server.hosting import QUICK, running, text, type_in, until, zero_typed


async def test_a_change_from_outside_merges_with_what_was_typed(tmp_path: Path) -> None:
    async with zero_typed(tmp_path, "one\ntwo\nthree\n") as (box, document):
        box.write("a.txt", "one\ntwo\nTHREE\nfour\n")
        await document.save()
        assert box.read("a.txt") == "zero\none\ntwo\nTHREE\nfour\n"
        await until(lambda: text(document) == box.read("a.txt"))


async def test_an_editor_that_was_open_for_a_while_undoes_nothing(tmp_path: Path) -> None:
    """It writes a change of the version before; what was saved since stays."""
    async with running(tmp_path) as box:
        box.write("a.txt", "".join(f"line {n}\n" for n in range(20)))
        document = await (await box.person()).open("a.txt")
        in_vim = box.read("a.txt")
        type_in(document, 0, "first\nsecond\nthird\n")
        await document.save()
        box.write("a.txt", in_vim + "from vim\n")
        await document.save()
        lines = box.read("a.txt").split("\n")
        assert lines[:3] == ["first", "second", "third"]
        assert lines[-2:] == ["from vim", ""]


async def test_an_old_file_that_is_put_back_is_taken(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "old\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "new ")
        await document.save()
        box.write("a.txt", "old\n")
        await document.save()
        assert box.read("a.txt") == "old\n"
        await until(lambda: text(document) == "old\n")


async def test_a_change_while_nobody_was_there_is_taken_at_the_next_opening(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        person = await box.person()
        document = await person.open("a.txt")
        type_in(document, 0, "zero\n")
        await document.save()
        document.close()
        await until(lambda: not box.host.open)
        box.write("a.txt", "zero\none\ntwo\n")
        document = await person.open("a.txt")
        assert text(document) == "zero\none\ntwo\n"
        kinds = [patch.kind for patch in document.replica.patches()]
        assert kinds == ["import", "typing", "disk"]


async def test_a_mark_that_appears_outside_stays(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        (box.project / "a.txt").write_bytes(b"\xef\xbb\xbfone\n")
        type_in(document, 0, "zero\n")
        await document.save()
        assert (box.project / "a.txt").read_bytes() == b"\xef\xbb\xbfzero\none\n"


async def test_a_file_that_became_binary_is_not_overwritten(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        (box.project / "a.txt").write_bytes(b"\0\xff\0\xff")
        type_in(document, 0, "zero\n")
        with pytest.raises(RequestFailed, match="binary"):
            await document.save()
        assert (box.project / "a.txt").read_bytes() == b"\0\xff\0\xff"
        await until(lambda: "binary" in document.trouble and "safe in the log" in document.trouble)
        (box.project / "a.txt").unlink()
        await document.save()
        assert box.read("a.txt") == "zero\none\n"
        await until(lambda: document.trouble == "")


async def test_a_deleted_file_is_made_again_only_by_an_edit_or_on_request(tmp_path: Path) -> None:
    async with zero_typed(tmp_path, "one\n", pace=QUICK) as (box, document):
        await until(lambda: document.saved)
        (box.project / "a.txt").unlink()
        await asyncio.sleep(0.2)
        assert box.names() == []
        await document.save()
        assert box.read("a.txt") == "zero\none\n"
        (box.project / "a.txt").unlink()
        type_in(document, 0, "x")
        await until(lambda: box.names() == ["a.txt"])
        assert box.read("a.txt") == "xzero\none\n"


async def test_a_stranger_who_writes_in_the_last_instant_is_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with zero_typed(tmp_path, "one\n") as (box, document):
        real = disk.write

        def late(*args: object, **more: object) -> disk.Written:
            monkeypatch.setattr(disk, "write", real)
            box.write("a.txt", "one\nlate\n")
            return real(*args, **more)  # type: ignore[arg-type]  # passed on as they came

        monkeypatch.setattr(disk, "write", late)
        await document.save()
        assert box.read("a.txt") == "zero\none\nlate\n"


async def test_without_notes_a_changed_file_is_taken_as_it_is(tmp_path: Path) -> None:
    """Nobody can say what it was changed from; what it replaces is in the history."""
    async with zero_typed(tmp_path, "one\n") as (box, document):
        await document.save()
        await box.kill()
        box.forget_notes()
        box.write("a.txt", "zero\none\ntwo\n")
        document = await box.opened_again()
        assert text(document) == "zero\none\ntwo\n"


async def test_a_foreign_change_that_cannot_be_noted_is_not_merged_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with zero_typed(tmp_path, "one\n") as (box, document):
        await document.save()

        def fails(*_args: object, **_more: object) -> None:
            raise FileError("disk", "what was saved cannot be noted")

        with monkeypatch.context() as patched:
            patched.setattr(box.host.notes.saved, "note", fails)
            box.write("a.txt", "zero\none\ntwo\n")
            with pytest.raises(RequestFailed, match="cannot be noted"):
                await document.save()
        box.write("a.txt", "zero\none\ntwo\nthree\n")
        await document.save()
        assert text(document) == "zero\none\ntwo\nthree\n"
