"""Text files through a real relay: opened, edited by several, saved, changed from outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.server.host.textfile import MAX_BYTES
from tests.server.hosting import QUICK, running, text, type_in, until
from tests.unix_users import NOBODY, acting_as, folder_for_all, needs_root


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
        with pytest.raises(RequestFailed, match=r"32\.1 MB are more than the 32 MB"):
            await (await box.person()).open("huge")


async def test_paths_out_of_the_project_are_refused(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        (tmp_path / "secret").write_text("secret")
        (box.project / "link").symlink_to("../secret")
        person = await box.person()
        for path in ("../secret", "link", ".cocalc-tui/saved.db", "/etc/passwd"):
            with pytest.raises(RequestFailed):
                await person.open(path)


@needs_root
@pytest.mark.needs_root
async def test_a_file_that_may_not_be_written_can_be_read() -> None:
    with folder_for_all() as folder:
        async with running(folder) as box:
            box.write("a.txt", "look")
            box.project.chmod(0o755)
            (box.project / "a.txt").chmod(0o644)
            for name in (box.state, *box.state.iterdir()):
                os.chown(name, NOBODY, NOBODY)
            with acting_as(NOBODY):
                document = await (await box.person()).open("a.txt")
            assert text(document) == "look"
            assert document.readonly == "a.txt: the project's account may not write this file"
