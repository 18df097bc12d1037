"""Reading and writing files: real files, real permissions."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.server.host import disk, files, moved, renaming
from cocalc_tui.server.host.moved import find_moved
from cocalc_tui.server.host.root import FileError, Root
from cocalc_tui.server.host.textfile import MAX_BYTES
from tests.unix_users import NOBODY, acting_as, folder_for_all


@pytest.fixture
def root() -> Iterator[Root]:
    with folder_for_all() as folder:
        project = folder / "project"
        project.mkdir()
        yield Root(project)


@pytest.fixture
def as_nobody(root: Root) -> Iterator[None]:
    """Act as a user without rights; what was made before belongs to root."""
    if os.geteuid() != 0:
        pytest.skip("only root can act as another user")
    with acting_as(NOBODY):
        yield


def save(root: Root, path: str, data: bytes) -> disk.Written:
    place = root.place(path)
    return disk.write(root, place, data, disk.look(root, place))


def names(root: Root) -> list[str]:
    return sorted(os.listdir(root.path))


def test_a_new_file_is_made_with_the_umask(root: Root) -> None:
    before = os.umask(0o027)
    try:
        save(root, "new.txt", b"hello")
    finally:
        os.umask(before)
    assert (root.path / "new.txt").read_bytes() == b"hello"
    assert stat.S_IMODE((root.path / "new.txt").stat().st_mode) == 0o640
    assert names(root) == ["new.txt"]


def test_replacing_keeps_mode_and_attributes(root: Root) -> None:
    file = root.path / "run.sh"
    file.write_bytes(b"old")
    file.chmod(0o4751)
    os.setxattr(file, "user.colour", b"green")
    inode = file.stat().st_ino
    assert save(root, "run.sh", b"new").found is None
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o4751
    assert os.getxattr(file, "user.colour") == b"green"
    assert file.stat().st_ino != inode
    assert names(root) == ["run.sh"]


def test_replacing_keeps_the_acl(root: Root) -> None:
    file = root.path / "notes.txt"
    file.write_bytes(b"old")
    # version 2; owner rw-, user 65534 rw-, group r--, mask rw-, other ---
    entries = [(1, 6, -1), (2, 6, NOBODY), (4, 4, -1), (16, 6, -1), (32, 0, -1)]
    acl = b"\2\0\0\0" + b"".join(
        tag.to_bytes(2, "little")
        + rights.to_bytes(2, "little")
        + (who % 2**32).to_bytes(4, "little")
        for tag, rights, who in entries
    )
    os.setxattr(file, "system.posix_acl_access", acl)
    mode = file.stat().st_mode
    save(root, "notes.txt", b"new")
    assert os.getxattr(file, "system.posix_acl_access") == acl
    assert file.stat().st_mode == mode


@pytest.mark.needs_root
def test_replacing_keeps_the_group(root: Root) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files to other groups")
    file = root.path / "shared.txt"
    file.write_bytes(b"old")
    os.chown(file, -1, 12345)
    file.chmod(0o2664)
    save(root, "shared.txt", b"new")
    assert file.stat().st_gid == 12345
    assert stat.S_IMODE(file.stat().st_mode) == 0o2664


def test_a_hard_link_is_written_in_place(root: Root) -> None:
    file, other = root.path / "one.txt", root.path / "two.txt"
    file.write_bytes(b"a longer old text")
    other.hardlink_to(file)
    save(root, "one.txt", b"new")
    assert other.read_bytes() == b"new"
    assert file.stat().st_ino == other.stat().st_ino
    save(root, "two.txt", b"and a longer new text")
    assert file.read_bytes() == b"and a longer new text"


def test_a_link_inside_the_project_is_followed(root: Root) -> None:
    (root.path / "deep").mkdir()
    target = root.path / "deep" / "real.txt"
    target.write_bytes(b"old")
    (root.path / "link.txt").symlink_to("deep/real.txt")
    save(root, "link.txt", b"new")
    assert (root.path / "link.txt").is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.needs_root
def test_the_file_of_another_is_written_in_place(root: Root, as_nobody: None) -> None:
    os.seteuid(0)
    file = root.path / "theirs.txt"
    file.write_bytes(b"old")
    file.chmod(0o666)
    root.path.chmod(0o777)
    os.seteuid(NOBODY)
    inode = file.stat().st_ino
    save(root, "theirs.txt", b"new")
    assert file.read_bytes() == b"new"
    assert (file.stat().st_uid, file.stat().st_ino) == (0, inode)


@pytest.mark.needs_root
def test_ones_own_file_in_a_closed_folder_is_written_in_place(root: Root, as_nobody: None) -> None:
    os.seteuid(0)
    file = root.path / "mine.txt"
    file.write_bytes(b"old")
    os.chown(file, NOBODY, NOBODY)
    root.path.chmod(0o755)
    os.seteuid(NOBODY)
    assert disk.writable(root, root.place("mine.txt"))
    inode = file.stat().st_ino
    save(root, "mine.txt", b"new")
    assert (file.read_bytes(), file.stat().st_ino) == (b"new", inode)


@pytest.mark.needs_root
def test_a_closed_file_is_said_to_be_closed(root: Root, as_nobody: None) -> None:
    os.seteuid(0)
    file = root.path / "closed.txt"
    file.write_bytes(b"old")
    file.chmod(0o644)
    secret = root.path / "secret.txt"
    secret.write_bytes(b"old")
    secret.chmod(0o600)
    root.path.chmod(0o755)
    os.seteuid(NOBODY)
    assert not disk.writable(root, root.place("closed.txt"))
    with pytest.raises(FileError, match=r"closed\.txt: the project's account may not"):
        save(root, "closed.txt", b"new")
    with pytest.raises(FileError, match=r"secret\.txt: the project's account may not"):
        disk.read(root, root.place("secret.txt"))
    with pytest.raises(FileError, match=r"new\.txt: the project's account may not"):
        save(root, "new.txt", b"new")


def test_what_a_stranger_wrote_in_the_last_instant_is_handed_back(root: Root) -> None:
    place = root.place("notes.txt")
    save(root, "notes.txt", b"ours")
    expected = disk.look(root, place)
    (root.path / "notes.txt").write_bytes(b"theirs")
    written = disk.write(root, place, b"ours again", expected)
    assert written.found == b"theirs"
    assert (root.path / "notes.txt").read_bytes() == b"ours again"
    assert disk.look(root, place) == written.stamp


def test_a_file_that_appeared_is_handed_back(root: Root) -> None:
    place = root.place("notes.txt")
    (root.path / "notes.txt").write_bytes(b"theirs")
    assert disk.write(root, place, b"ours", None).found == b"theirs"


def test_a_file_that_vanished_is_made_again(root: Root) -> None:
    place = root.place("notes.txt")
    save(root, "notes.txt", b"ours")
    expected = disk.look(root, place)
    (root.path / "notes.txt").unlink()
    assert disk.write(root, place, b"again", expected).found is None
    assert (root.path / "notes.txt").read_bytes() == b"again"


def test_what_a_crash_left_is_taken_over(root: Root) -> None:
    left = root.path / f".notes.txt{disk.TEMPORARY}"
    left.write_bytes(b"half")
    save(root, "notes.txt", b"whole")
    assert names(root) == ["notes.txt"]


def test_a_planted_temporary_link_is_not_followed(root: Root, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (root.path / f".notes.txt{disk.TEMPORARY}").symlink_to(victim)
    save(root, "notes.txt", b"new")
    assert victim.read_bytes() == b"precious"


def test_folders_pipes_and_devices_are_refused_at_once(root: Root) -> None:
    (root.path / "folder").mkdir()
    os.mkfifo(root.path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(FileError) as caught:
            disk.read(root, root.place(name))
        assert caught.value.code == "form"
        with pytest.raises(FileError):
            save(root, name, b"new")


def test_a_huge_file_is_not_read(root: Root) -> None:
    with (root.path / "huge").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(FileError, match=r"huge: 32\.1 MB are more than the 32 MB"):
        disk.read(root, root.place("huge"))


@pytest.mark.needs_root
def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    project = tmp_path / "small"
    project.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(project)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let root mount")
    try:
        root = Root(project)
        save(root, "one.txt", b"old")
        (project / "two.txt").hardlink_to(project / "one.txt")
        with pytest.raises(FileError, match=r"one\.txt: No space left on device"):
            save(root, "one.txt", b"x" * 2**20)
        assert (project / "two.txt").read_bytes() == b"old"
        (project / "two.txt").unlink()
        with pytest.raises(FileError, match=r"one\.txt: No space left on device"):
            save(root, "one.txt", b"x" * 2**20)
        assert (project / "one.txt").read_bytes() == b"old"
        assert os.listdir(project) == ["one.txt"]
    finally:
        subprocess.run(["umount", str(project)], check=True)


@pytest.mark.needs_root
def test_ones_own_file_of_a_foreign_group_is_written_in_place(root: Root, as_nobody: None) -> None:
    os.seteuid(0)
    file = root.path / "mine.txt"
    file.write_bytes(b"old")
    os.chown(file, NOBODY, 0)
    file.chmod(0o660)
    root.path.chmod(0o777)
    os.seteuid(NOBODY)
    inode = file.stat().st_ino
    save(root, "mine.txt", b"new")
    assert (file.read_bytes(), file.stat().st_ino, file.stat().st_gid) == (b"new", inode, 0)
    assert names(root) == ["mine.txt"]


def test_a_disk_that_knows_no_special_renames_will_do(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renaming, "_renameat2", lambda *_: errno.EINVAL)
    save(root, "a.txt", b"one")
    save(root, "a.txt", b"two")
    assert (root.path / "a.txt").read_bytes() == b"two"
    files.rename(root, "a.txt", "b.txt")
    save(root, "a.txt", b"three")
    with pytest.raises(FileError, match="there is one already"):
        files.rename(root, "a.txt", "b.txt")
    assert names(root) == ["a.txt", "b.txt"]


def test_a_folder_that_took_the_files_place_stays(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(root, "a.txt", b"one")
    place = root.place("a.txt")
    expected = disk.look(root, place)
    real = disk._keep

    def swapped(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]  # passed on as they came
        (root.path / "a.txt").unlink()
        (root.path / "a.txt").mkdir()
        (root.path / "a.txt" / "inside").touch()

    monkeypatch.setattr(disk, "_keep", swapped)
    with pytest.raises(FileError, match=r"a\.txt: this is a folder"):
        disk.write(root, place, b"two", expected)
    assert os.listdir(root.path / "a.txt") == ["inside"]
    assert names(root) == ["a.txt"]


def test_a_strangers_last_words_in_a_hard_link_are_handed_back(root: Root) -> None:
    (root.path / "a.txt").write_bytes(b"one")
    (root.path / "b.txt").hardlink_to(root.path / "a.txt")
    place = root.place("a.txt")
    expected = disk.look(root, place)
    (root.path / "b.txt").write_bytes(b"theirs")
    assert disk.write(root, place, b"ours", expected).found == b"theirs"


@given(st.binary(max_size=12), st.binary(max_size=12), st.integers(0, 12))
def test_a_torn_write_is_known(old: bytes, new: bytes, at: int) -> None:
    """A write in place reserves room, writes from the start, and cuts what is too long."""
    before = old.ljust(len(new), b"\0")
    at = min(at, len(new))
    assert disk.torn(new[:at] + before[at:], new, old)
    assert disk.torn(old, new, old)


def test_another_text_is_not_taken_for_a_torn_write() -> None:
    assert not disk.torn(b"hello there", b"hello world", b"goodbye all")


# --- who else has it open ------------------------------------------------------------------------


def test_who_has_the_file_open_for_writing_is_waited_for_or_written_along_with(root: Root) -> None:
    save(root, "log.txt", b"one\n")
    place = root.place("log.txt")
    with (root.path / "log.txt").open("ab", buffering=0) as log:
        assert disk.held(root, place)
        with pytest.raises(disk.HeldError):
            disk.write(root, place, b"zero\none\n", disk.look(root, place), patient=True)
        save(root, "log.txt", b"zero\none\n")
        log.write(b"two\n")
    assert not disk.held(root, place)
    assert (root.path / "log.txt").read_bytes() == b"zero\none\ntwo\n"


def test_who_writes_right_after_a_save_is_seen(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    save(root, "a.txt", b"one\n")
    place = root.place("a.txt")
    real = disk._displaced

    def written_at_once(*args: object) -> object:
        with (root.path / "a.txt").open("ab") as file:
            file.write(b"late\n")
        return real(*args)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(disk, "_displaced", written_at_once)
    assert save(root, "a.txt", b"two\n").stamp != disk.look(root, place)


def test_who_opened_the_file_before_it_was_replaced_is_heard(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(root, "a.txt", b"one\n")
    real = renaming.exchange
    writer: list[threading.Thread] = []

    def opened_before(one: str, other: str, folder: int) -> bool:
        file = (root.path / "a.txt").open("ab")

        def write_late() -> None:
            time.sleep(0.1)
            with file:
                file.write(b"late\n")

        writer.append(threading.Thread(target=write_late))
        writer[0].start()
        return real(one, other, folder)

    monkeypatch.setattr(disk, "exchange", opened_before)
    written = save(root, "a.txt", b"two\n")
    writer[0].join()
    assert written.found == b"one\nlate\n"
    assert disk.left_over(root, root.place("a.txt")) == b"one\nlate\n"


@pytest.mark.parametrize("how", ["read_bytes", "open"])
def test_whether_somebody_read_what_we_wrote_is_known(root: Root, how: str) -> None:
    assert not save(root, "a.txt", b"one\n").read
    assert not save(root, "a.txt", b"two\n").read
    disk.read(root, root.place("a.txt"))
    assert not save(root, "a.txt", b"three\n").read
    with (root.path / "a.txt").open("rb") as file:
        if how == "read_bytes":
            file.read()
            file.close()
        assert save(root, "a.txt", b"four\n").read
    assert not save(root, "a.txt", b"five\n").read


def test_a_file_that_nobody_may_write_is_left_alone(root: Root) -> None:
    save(root, "a.txt", b"one\n")
    (root.path / "a.txt").chmod(0o444)
    with pytest.raises(FileError, match=r"a\.txt: the file is read-only \(mode 444\)"):
        save(root, "a.txt", b"two\n")
    assert (root.path / "a.txt").read_bytes() == b"one\n"


# --- where it went -------------------------------------------------------------------------------


def test_a_file_is_found_by_its_inode_and_a_copy_only_if_it_is_new(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(root, "a.txt", b"one\n")
    (root.path / ".git").mkdir()
    (root.path / "deep" / "er").mkdir(parents=True)
    was = disk.look(root, root.place("a.txt"))
    assert was is not None
    file = root.path / "a.txt"
    (root.path / "copy.txt").write_bytes(b"one\n")

    def same(path: str) -> bool:
        return (root.path / path).read_bytes() == b"one\n"

    file = file.rename(root.path / "deep" / "er" / "b.txt")
    assert find_moved(root, was, same) == "deep/er/b.txt"
    file = file.rename(root.path / ".git" / "b.txt")
    assert find_moved(root, was, same) == "copy.txt"
    monkeypatch.setattr(moved, "RECENT", 0.0)
    assert find_moved(root, was, same) is None
