"""Files sent and fetched part by part: whole or not there, bounded, and nobody else's."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cocalc_tui.protocol.messages import MAX_PART, Upload
from cocalc_tui.server.host import uploads as module
from cocalc_tui.server.host.parts import count_lines, read_part
from cocalc_tui.server.host.root import FileError, Root
from cocalc_tui.server.host.trash import Trash
from cocalc_tui.server.host.uploads import Uploads

DATA = os.urandom(300_000)


@pytest.fixture
def root(tmp_path: Path) -> Root:
    (tmp_path / ".cocalc-tui").mkdir()
    (tmp_path / "old.txt").write_text("old")
    return Root(tmp_path, 0o022)


@pytest.fixture
def uploads(root: Root) -> Uploads:
    state = root.path / ".cocalc-tui"
    return Uploads(root, state / "uploads", Trash(root, state / "trash"))


def wish(path: str = "new.bin", size: int = len(DATA), *, replace: bool = False) -> Upload:
    return Upload(id=1, path=path, size=size, replace=replace)


async def send(uploads: Uploads, name: str, data: bytes = DATA) -> None:
    for at in range(0, len(data), MAX_PART):
        await uploads.add(name, at, data[at : at + MAX_PART], "ada")


def seen(root: Root) -> list[str]:
    return sorted(path.name for path in root.path.iterdir() if path.name != ".cocalc-tui")


def hidden(root: Root) -> list[Path]:
    return list(root.path.glob(".*cocalc-tui~"))


async def test_a_file_is_there_when_it_is_whole(root: Root, uploads: Uploads) -> None:
    name = await uploads.begin(wish(), "ada")
    await send(uploads, name)
    assert not (root.path / "new.bin").exists()
    await uploads.end(name, "ada", 5, keep=True)
    assert (root.path / "new.bin").read_bytes() == DATA
    assert (root.path / "new.bin").stat().st_mode & 0o777 == 0o644
    assert seen(root) == ["new.bin", "old.txt"]
    await uploads.end(name, "ada", 6, keep=True)
    with pytest.raises(FileError, match="send the file again"):
        await uploads.add(name, 0, b"x", "ada")


async def test_parts_come_twice_and_overlap(root: Root, uploads: Uploads) -> None:
    name = await uploads.begin(wish(size=6), "ada")
    for at, part in [(0, b"abc"), (0, b"abc"), (2, b"cd"), (0, b"abcdef")]:
        await uploads.add(name, at, part, "ada")
    await uploads.end(name, "ada", 5, keep=True)
    assert (root.path / "new.bin").read_bytes() == b"abcdef"


@pytest.mark.parametrize(
    ("at", "part", "code"),
    [
        (1, b"x", "gap"),
        (-1, b"x", "form"),
        (0, b"x" * 11, "form"),
        (0, b"x" * (MAX_PART + 1), "form"),
    ],
)
async def test_parts_that_do_not_fit(uploads: Uploads, at: int, part: bytes, code: str) -> None:
    name = await uploads.begin(wish(size=10), "ada")
    with pytest.raises(FileError) as caught:
        await uploads.add(name, at, part, "ada")
    assert caught.value.code == code
    await uploads.close()


async def test_half_a_file_is_not_kept(root: Root, uploads: Uploads) -> None:
    name = await uploads.begin(wish(size=6), "ada")
    await uploads.add(name, 0, b"abc", "ada")
    with pytest.raises(FileError, match="only 3 of 6"):
        await uploads.end(name, "ada", 5, keep=True)
    await uploads.end(name, "ada", 5, keep=False)
    assert seen(root) == ["old.txt"]


async def test_a_file_that_is_there_goes_to_the_trash(root: Root, uploads: Uploads) -> None:
    with pytest.raises(FileError, match="there is one already"):
        await uploads.begin(wish("old.txt", 3), "ada")
    (root.path / "old.txt").chmod(0o750)
    name = await uploads.begin(wish("old.txt", 3, replace=True), "ada")
    await uploads.add(name, 0, b"new", "ada")
    await uploads.end(name, "ada", 5, keep=True)
    assert (root.path / "old.txt").read_text() == "new"
    assert (root.path / "old.txt").stat().st_mode & 0o777 == 0o750
    trash = Trash(root, root.path / ".cocalc-tui" / "trash")
    (kept,) = trash.contents()
    assert (kept.path, kept.user, kept.at) == ("old.txt", "ada", 5)
    assert trash.restore(kept.name, "back.txt") == "back.txt"
    assert (root.path / "back.txt").read_text() == "old"
    assert seen(root) == ["back.txt", "old.txt"]


async def test_what_cannot_go_to_the_trash_stays(
    root: Root, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = await uploads.begin(wish("old.txt", 3, replace=True), "ada")
    await uploads.add(name, 0, b"new", "ada")
    (root.path / ".cocalc-tui" / "trash").touch()
    with pytest.raises(FileError):
        await uploads.end(name, "ada", 5, keep=True)
    assert (root.path / "old.txt").read_text() == "old"
    assert seen(root) == ["old.txt"]


@pytest.mark.parametrize(
    ("path", "size", "code"),
    [
        ("../x", 1, "form"),
        (".cocalc-tui/x", 1, "form"),
        ("nowhere/x", 1, "missing"),
        ("x", -1, "form"),
        ("x", module.LARGEST + 1, "form"),
        ("", 1, "form"),
    ],
)
async def test_what_is_not_begun(uploads: Uploads, path: str, size: int, code: str) -> None:
    with pytest.raises(FileError) as caught:
        await uploads.begin(wish(path, size), "ada")
    assert caught.value.code == code
    assert "\n" not in caught.value.text


async def test_what_does_not_fit_on_the_disk_is_not_begun(
    root: Root, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = os.statvfs(root.path)
    monkeypatch.setattr(module, "SPARE", there.f_bavail * there.f_frsize)
    with pytest.raises(FileError, match="do not fit") as caught:
        await uploads.begin(wish(), "ada")
    assert caught.value.code == "disk"
    assert hidden(root) == []


async def test_a_transfer_is_its_senders_only(uploads: Uploads) -> None:
    name = await uploads.begin(wish(), "ada")
    for attempt in (uploads.add(name, 0, b"x", "eve"), uploads.end(name, "eve", 5, keep=True)):
        with pytest.raises(FileError) as caught:
            await attempt
        assert caught.value.code == "missing"
    await uploads.close()


async def test_nobody_sends_too_many_at_once(uploads: Uploads) -> None:
    for n in range(module.MOST_AT_ONCE):
        await uploads.begin(wish(f"{n}"), "ada")
    with pytest.raises(FileError, match="wait for one"):
        await uploads.begin(wish(), "ada")
    await uploads.begin(wish(), "bob")
    await uploads.close()


async def test_what_nothing_comes_of_is_forgotten(
    root: Root, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = await uploads.begin(wish(), "ada")
    later = time.monotonic() + module.IDLE + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    await uploads.begin(wish("other"), "ada")
    with pytest.raises(FileError):
        await uploads.add(name, 0, b"x", "ada")
    assert len(hidden(root)) == 1
    await uploads.close()
    assert hidden(root) == []


async def test_what_a_killed_relay_left_is_taken_away(root: Root, uploads: Uploads) -> None:
    await uploads.begin(wish(), "ada")
    notes = root.path / ".cocalc-tui" / "uploads"
    (notes / "planted").write_text("old.txt")
    assert len(hidden(root)) == 1
    following = Uploads(root, notes, Trash(root, root.path / ".cocalc-tui" / "trash"))
    await following.clean_up()
    assert hidden(root) == []
    assert seen(root) == ["old.txt"]
    assert list(notes.iterdir()) == []


# --- fetching ----------------------------------------------------------------------------------


def test_a_file_is_read_part_by_part(root: Root) -> None:
    (root.path / "a.bin").write_bytes(DATA)
    found = b""
    while (part := read_part(root, "a.bin", len(found))).data:
        assert part.total == len(DATA)
        found += part.data
    assert found == DATA
    before = part.stamp
    (root.path / "a.bin").write_bytes(DATA + b"more")
    assert read_part(root, "a.bin", 0).stamp != before


@pytest.mark.parametrize("path", ["", "folder", "pipe", "nothing", "../x", "out"])
def test_what_is_no_file_of_the_project_is_not_read(root: Root, path: str) -> None:
    (root.path / "folder").mkdir()
    os.mkfifo(root.path / "pipe")
    (root.path / "out").symlink_to("/etc/passwd")
    with pytest.raises(FileError) as caught:
        read_part(root, path, 0)
    assert "\n" not in caught.value.text


def test_numbers_that_make_no_sense_give_nothing(root: Root) -> None:
    for at in (-5, 2**62):
        assert read_part(root, "old.txt", at).data == b""


def test_lines_are_counted_part_by_part(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cocalc_tui.server.host.parts.MOST_COUNTED", 2)
    data = b"".join(b"%d\n" % number for number in range(80_000))
    (root.path / "a.log").write_bytes(data)
    first = count_lines(root, "a.log", 0)
    assert first.total == len(data)
    assert [*first.counts] == [data[at : at + MAX_PART].count(b"\n") for at in (0, MAX_PART)]
    rest = [count_lines(root, "a.log", at * MAX_PART).counts for at in (2, 4)]
    assert sum([*first.counts, *rest[0], *rest[1]]) == 80_000
    with pytest.raises(FileError, match="a folder"):
        count_lines(root, "", 0)
