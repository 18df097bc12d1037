"""Text files through a real relay: opened, edited by several, saved, changed from outside."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.protocol.messages import Message, Push
from cocalc_tui.server.host import disk
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.host.textfile import MAX_BYTES
from cocalc_tui.server.store import Outcome, StoreTrouble
from tests.server.hosting import BY_HAND, QUICK, Box, running, text, type_in, until


async def test_what_two_people_type_is_in_the_file_soon(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as box:
        box.write("a.txt", "one\r\ntwo")
        ben, vera = await box.person("ben"), await box.person("alice")
        one, other = await ben.open("a.txt"), await vera.open("a.txt")
        assert text(one) == text(other) == "one\r\ntwo"
        type_in(one, 0, "zero\r\n")
        type_in(other, 8, " and more")
        await until(lambda: box.read("a.txt") == "zero\r\none\r\ntwo and more")
        await until(lambda: one.saved and other.saved)
        assert one.saved_at > 0


async def test_the_lights_tell_sent_from_saved(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "a")
        document = await (await box.person()).open("a.txt")
        await until(lambda: document.saved)
        type_in(document, 1, "b")
        await until(lambda: document.sent)
        assert not document.saved
        await document.save()
        assert box.read("a.txt") == "ab"
        await until(lambda: document.saved)


async def test_a_file_that_is_only_looked_at_is_not_rewritten_and_leaves_no_log(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as box:
        box.write("a.txt", "\ufeffas it is\r\n\n")
        before = (box.project / "a.txt").stat()
        person = await box.person()
        document = await person.open("a.txt")
        await document.save()
        doc = document.doc
        assert text(document) == "as it is\r\n\n"
        document.close()
        await until(lambda: not box.host.open)
        assert (box.project / "a.txt").stat() == before
        assert (await box.store.read(doc, 0, 10**6)).entries == []


async def test_mark_and_missing_newline_stay(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        (box.project / "a.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo")
        document = await (await box.person()).open("a.txt")
        type_in(document, 3, "!")
        await document.save()
        assert (box.project / "a.txt").read_bytes() == b"\xef\xbb\xbfone!\r\ntwo"


async def test_a_large_file_is_shared_in_pieces(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        content = "".join(f"line {n} of many: é 😀\n" for n in range(120_000))
        box.write("large.txt", content)
        document = await (await box.person()).open("large.txt")
        assert text(document) == content
        type_in(document, 0, "x")
        await document.save()
        assert box.read("large.txt") == "x" + content


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x7fELF\0\0\0\xff", "a.txt: this is a binary file, not text"),
        (b"caf\xe9", "a.txt: line 1 is not UTF-8"),
        (None, "a.txt: no such file or folder"),
    ],
)
async def test_what_cannot_be_opened_is_said_in_one_line(
    tmp_path: Path, data: bytes | None, said: str
) -> None:
    async with running(tmp_path) as box:
        if data is not None:
            (box.project / "a.txt").write_bytes(data)
        person = await box.person()
        for _ in range(2):
            with pytest.raises(RequestFailed, match=said) as caught:
                await person.open("a.txt")
            assert "\n" not in caught.value.text
        box.write("a.txt", "mended")
        assert text(await person.open("a.txt")) == "mended"


async def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        with (box.project / "huge").open("wb") as file:
            file.truncate(MAX_BYTES + 1)
        with pytest.raises(RequestFailed, match="32 MB are more than"):
            await (await box.person()).open("huge")


async def test_paths_out_of_the_project_are_refused(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        (tmp_path / "secret").write_text("secret")
        (box.project / "link").symlink_to("../secret")
        person = await box.person()
        for path in ("../secret", "link", ".cocalc-tui/saved.db", "/etc/passwd"):
            with pytest.raises(RequestFailed):
                await person.open(path)


async def test_a_file_that_may_not_be_written_can_be_read(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can act as another user")
    async with running(tmp_path) as box:
        box.write("a.txt", "look")
        (box.project / "a.txt").chmod(0o644)
        for folder in (box.project, *box.project.parents):
            if "pytest" in str(folder):
                folder.chmod(folder.stat().st_mode | 0o711)
        os.chown(box.state, 65534, 65534)
        for name in box.state.iterdir():
            os.chown(name, 65534, 65534)
        os.seteuid(65534)
        try:
            document = await (await box.person()).open("a.txt")
        finally:
            os.seteuid(0)
        assert text(document) == "look"
        assert document.readonly == "a.txt: the project's account may not write this file"


# --- changes from outside ----------------------------------------------------------------------


async def test_a_change_from_outside_merges_with_what_was_typed(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\ntwo\nthree\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
        await until(lambda: document.sent)
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
    async with running(tmp_path, QUICK) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
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


# --- crashes -----------------------------------------------------------------------------------


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


async def crash_in_save(box: Box, monkeypatch: pytest.MonkeyPatch, left: str | None) -> None:
    """End the host side between noting a save and finishing it; the file holds `left` then."""
    document = await (await box.person()).open("a.txt")
    type_in(document, 0, "zero\n")
    await until(lambda: document.sent)

    def dies(*_args: object, **_more: object) -> None:
        if left is not None:
            box.write("a.txt", left)
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr("cocalc_tui.server.host.disk.write", dies)
        opened = next(iter(box.host.open.values()))
        with pytest.raises(Crash):
            await opened.document.save()
    await box.kill()


@pytest.mark.parametrize(
    "left",
    [
        None,
        "zero\none\ntwo\n",
        pytest.param("zero\nwo\n\0\0\0\0\0", id="torn"),
        pytest.param("one\ntwo\n\0\0\0\0\0", id="reserved"),
    ],
)
async def test_a_crash_in_a_save_is_no_foreign_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str | None
) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\ntwo\n")
        await crash_in_save(box, monkeypatch, left)
        await box.start()
        document = await (await box.person()).open("a.txt")
        assert text(document) == "zero\none\ntwo\n"
        assert "disk" not in [patch.kind for patch in document.replica.patches()]
        await document.save()
        assert box.read("a.txt") == "zero\none\ntwo\n"


async def test_a_foreign_change_after_a_crash_in_a_save_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\ntwo\n")
        await crash_in_save(box, monkeypatch, "one\ntwo\nthree\n")
        await box.start()
        document = await (await box.person()).open("a.txt")
        assert text(document) == "zero\none\ntwo\nthree\n"


async def test_without_notes_an_unchanged_file_is_no_foreign_change(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
        await until(lambda: document.sent)
        await box.kill()
        for note in box.state.glob("saved.db*"):
            note.unlink()
        await box.start()
        document = await (await box.person()).open("a.txt")
        assert text(document) == "zero\none\n"
        await document.save()
        assert box.read("a.txt") == "zero\none\n"


async def test_a_foreign_change_is_merged_once_though_nobody_noted_it(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
        await document.save()
        notes = {note: note.read_bytes() for note in box.state.glob("saved.db*")}
        box.write("a.txt", "zero\none\ntwo\n")
        await document.save()
        await box.kill()
        for note in box.state.glob("saved.db*"):
            note.unlink()
        for note, data in notes.items():
            note.write_bytes(data)
        await box.start()
        document = await (await box.person()).open("a.txt")
        assert text(document) == "zero\none\ntwo\n"


async def test_a_stranger_who_writes_in_the_last_instant_is_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, BY_HAND) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
        real = disk.write

        def late(*args: object, **more: object) -> disk.Written:
            monkeypatch.setattr(disk, "write", real)
            box.write("a.txt", "one\nlate\n")
            return real(*args, **more)  # type: ignore[arg-type]  # passed on as they came

        monkeypatch.setattr(disk, "write", late)
        await document.save()
        assert box.read("a.txt") == "zero\none\nlate\n"


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
        await until(lambda: document.saved)
        assert document.trouble == ""
        assert box.read("a.txt") == "zero\none\n"


async def test_without_notes_a_changed_file_is_taken_as_it_is(tmp_path: Path) -> None:
    """Nobody can say what it was changed from; what it replaces is in the history."""
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
        await document.save()
        await box.kill()
        for note in box.state.glob("saved.db*"):
            note.unlink()
        box.write("a.txt", "zero\none\ntwo\n")
        await box.start()
        document = await (await box.person()).open("a.txt")
        assert text(document) == "zero\none\ntwo\n"


# --- the connection to the relay ---------------------------------------------------------------


def cut_off(box: Box) -> None:
    """Cut the host side's connection to the relay, as for a reader that does not keep up."""
    host = box.relay._passing.host
    assert host is not None
    host.link.cut()


async def test_a_host_side_that_is_cut_off_comes_back(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
        await until(lambda: document.saved)
        cut_off(box)
        type_in(document, 0, "x")
        await until(lambda: document.saved and box.read("a.txt") == "xzero\none\n")


async def test_a_foreign_change_survives_being_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
        await until(lambda: document.sent)
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


async def test_a_save_is_ours_though_the_notes_disk_fails_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")

        def fails(*_args: object, **_more: object) -> None:
            raise FileError("disk", "what was saved cannot be noted")

        with monkeypatch.context() as patched:
            patched.setattr(box.host._saved, "settle", fails)
            with pytest.raises(RequestFailed, match="cannot be noted"):
                await document.save()
        assert box.read("a.txt") == "zero\none\n"
        await document.save()
        assert text(document) == "zero\none\n"
        assert "disk" not in [patch.kind for patch in document.replica.patches()]


async def test_a_foreign_change_that_cannot_be_noted_is_not_merged_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
        await document.save()

        def fails(*_args: object, **_more: object) -> None:
            raise FileError("disk", "what was saved cannot be noted")

        with monkeypatch.context() as patched:
            patched.setattr(box.host._saved, "note", fails)
            box.write("a.txt", "zero\none\ntwo\n")
            with pytest.raises(RequestFailed, match="cannot be noted"):
                await document.save()
        box.write("a.txt", "zero\none\ntwo\nthree\n")
        await document.save()
        assert text(document) == "zero\none\ntwo\nthree\n"


async def test_what_a_save_displaced_is_merged_after_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger writes in the last instant, and then the relay dies before it merges that."""
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
        await document.save()
        type_in(document, 0, "first\n")
        await until(lambda: document.sent)
        real = disk.write

        def late(*args: object, **more: object) -> disk.Written:
            box.write("a.txt", "zero\none\nlate\n")
            real(*args, **more)  # type: ignore[arg-type]  # passed on as they came
            raise Crash

        with monkeypatch.context() as patched:
            patched.setattr(disk, "write", late)
            with pytest.raises(Crash):
                await next(iter(box.host.open.values())).document.save()
        await box.kill()
        assert box.read("a.txt") == "first\nzero\none\n"
        await box.start()
        document = await (await box.person()).open("a.txt")
        await document.save()
        assert text(document) == box.read("a.txt") == "first\nzero\none\nlate\n"
        assert box.names() == ["a.txt"]


async def test_a_crash_half_way_into_the_temporary_file_is_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\ntwo\nthree\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
        await until(lambda: document.sent)

        def half(*_args: object, **_more: object) -> None:
            box.write(".a.txt.cocalc-tui~", "zero\none\nt")
            raise Crash

        with monkeypatch.context() as patched:
            patched.setattr("cocalc_tui.server.host.disk.write", half)
            with pytest.raises(Crash):
                await next(iter(box.host.open.values())).document.save()
        await box.kill()
        await box.start()
        document = await (await box.person()).open("a.txt")
        await document.save()
        assert text(document) == box.read("a.txt") == "zero\none\ntwo\nthree\n"
        assert "disk" not in [patch.kind for patch in document.replica.patches()]


async def test_what_a_crash_left_half_written_is_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
        await document.save()
        box.write(".a.txt.cocalc-tui~", "zero\no")
        await document.save()
        assert text(document) == "zero\none\n"
        assert box.names() == ["a.txt"]
