"""Unsent work on disk: torn files, full disks, several starts."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.client.journal import Journal, Work, orphans
from cocalc_tui.protocol.messages import WirePatch
from cocalc_tui.protocol.patches import to_wire
from cocalc_tui.sync.patch import Patch, PatchId, Splice
from tests.unix_users import needs_root

SESSION = "a" * 16


def patch(n: int, words: str = "word ") -> WirePatch:
    parents = (PatchId(SESSION, n - 1),) if n else ()
    return to_wire(Patch(PatchId(SESSION, n), n + 1, parents, (Splice(0, 0, words),)))


def work(*numbers: int, doc: str = "d") -> Work:
    return Work(doc, f"{doc}.txt", "log", 1, [patch(n) for n in numbers])


def found(folder: Path, project: str = "lab") -> list[list[Work]]:
    taken = list(orphans(project, folder))
    for orphan in taken:
        orphan.release()
    return [orphan.works for orphan in taken]


def test_what_was_added_is_found_once_nobody_holds_it(tmp_path: Path) -> None:
    journal = Journal("lab", "one", tmp_path / "deep" / "folder")
    journal.add([work(0)])
    journal.add([work(1, 2), work(0, doc="e")])
    assert found(journal.folder) == []
    journal.close()
    assert found(journal.folder) == [[work(0, 1, 2), work(0, doc="e")]]
    assert found(journal.folder, "another project") == []
    (file,) = journal.folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert journal.folder.stat().st_mode & 0o777 == 0o700


def test_a_project_that_was_moved_finds_what_is_unsent(tmp_path: Path) -> None:
    journal = Journal("/home/ann/lab", "one", tmp_path)
    journal.place = "fd01-2a"
    journal.add([work(0)])
    journal.close()
    for name, place in (("/home/ann/moved", ""), ("/home/ann/moved", "fd01-2b")):
        assert list(orphans(name, tmp_path, place)) == []
    (orphan,) = orphans("/home/ann/moved", tmp_path, "fd01-2a")
    orphan.release()
    (orphan,) = orphans("/home/ann/lab", tmp_path)
    orphan.release()


def test_an_orphan_is_held_by_one_start_and_gone_when_done(tmp_path: Path) -> None:
    journal = Journal("lab", "one", tmp_path)
    journal.add([work(0)])
    journal.close()
    (orphan,) = orphans("lab", tmp_path)
    assert list(orphans("lab", tmp_path)) == []
    orphan.done()
    assert list(tmp_path.iterdir()) == []


def test_cleared_there_is_no_file_and_it_can_begin_again(tmp_path: Path) -> None:
    journal = Journal("lab", "one", tmp_path)
    journal.clear()
    journal.add([work(0)])
    journal.clear()
    assert list(tmp_path.iterdir()) == []
    journal.add([work(1)])
    journal.close()
    assert found(tmp_path) == [[work(1)]]


def test_written_anew_it_holds_only_that(tmp_path: Path) -> None:
    journal = Journal("lab", "one", tmp_path)
    large = Work("d", "d.txt", "log", 1, [patch(0, "x" * 5_000_000)])
    journal.add([large])
    sizes = [journal.is_large]
    journal.rewrite([work(7)])
    sizes.append(journal.is_large)
    assert sizes == [True, False]
    assert found(tmp_path) == []
    journal.close()
    assert found(tmp_path) == [[work(7)]]


@given(st.integers(0, 10_000), st.binary(max_size=20))
def test_a_file_that_ends_anywhere_gives_what_was_whole(cut: int, rubbish: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal("lab", "one", Path(folder))
        journal.add([work(0)])
        sizes = [os.path.getsize(Path(folder) / "one.journal")]
        for n in range(1, 5):
            journal.add([work(n)])
            sizes.append(os.path.getsize(Path(folder) / "one.journal"))
        journal.close()
        file = Path(folder) / "one.journal"
        data = file.read_bytes()[: cut % (sizes[-1] + 1)]
        file.write_bytes(data + rubbish)
        whole = sum(size <= len(data) for size in sizes)
        (works,) = found(Path(folder)) or [[]]
        assert [p.n for one in works for p in one.patches] == list(range(whole))


def test_what_is_not_a_journal_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "empty.journal").touch()
    (tmp_path / "zeros.journal").write_bytes(bytes(100))
    (tmp_path / "folder.journal").mkdir()
    (tmp_path / "link.journal").symlink_to("/etc/passwd")
    (tmp_path / "one.77.new").touch()
    assert found(tmp_path) == []
    assert not (tmp_path / "one.77.new").exists()
    assert len(list(tmp_path.iterdir())) == 4


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let root mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@needs_root
@pytest.mark.needs_root
def test_a_full_disk_spoils_nothing_that_was_kept(small_disk: Path) -> None:
    journal = Journal("lab", "one", small_disk)
    journal.add([work(0)])
    (small_disk / "filler").write_bytes(bytes(30_000))
    with pytest.raises(OSError, match="No space left"):
        journal.add([Work("d", "d.txt", "log", 1, [patch(1, "x" * 100_000)])])
    with pytest.raises(OSError, match="No space left"):
        journal.rewrite([Work("d", "d.txt", "log", 1, [patch(1, "x" * 100_000)])])
    (small_disk / "filler").unlink()
    journal.add([work(1)])
    journal.close()
    assert found(small_disk) == [[work(0, 1)]]
