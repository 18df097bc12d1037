"""What is deleted can be had back until the trash is emptied."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from cocalc_tui.server.host.root import FileError, Root
from cocalc_tui.server.host.trash import Trash


@pytest.fixture
def root(tmp_path: Path) -> Root:
    project = tmp_path / "project"
    (project / ".cocalc-tui").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (project / "out").symlink_to(tmp_path / "outside")
    (project / "folder").mkdir()
    (project / "folder" / "a.txt").write_text("a")
    return Root(project)


@pytest.fixture
def folder(root: Root) -> Path:
    return root.path / ".cocalc-tui" / "trash"


@pytest.fixture
def trash(root: Root, folder: Path) -> Trash:
    return Trash(root, folder)


def test_what_is_deleted_lies_in_the_trash(root: Root, trash: Trash, folder: Path) -> None:
    name = trash.take("folder", "ada", 5)
    assert not (root.path / "folder").exists()
    assert (folder / name / "content" / "a.txt").read_text() == "a"
    note = json.loads((folder / name / "note.json").read_text())
    assert note == {"path": "folder", "user": "ada", "at": 5}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_deleting_a_link_keeps_what_it_leads_to(root: Root, trash: Trash, tmp_path: Path) -> None:
    trash.take("out", "ada", 5)
    assert (tmp_path / "outside").is_dir()
    assert not (root.path / "out").is_symlink()


def test_what_cannot_be_deleted_leaves_no_trace(trash: Trash, folder: Path) -> None:
    with pytest.raises(FileError, match="nothing: no such"):
        trash.take("nothing", "ada", 5)
    assert not folder.exists()
    assert trash.contents() == []


def test_it_comes_back_to_where_it_was(root: Root, trash: Trash) -> None:
    inner = trash.take("folder/a.txt", "ada", 5)
    trash.take("folder", "bob", 6)
    assert [(one.path, one.kind, one.size, one.user) for one in trash.contents()] == [
        ("folder", "folder", 0, "bob"),
        ("folder/a.txt", "file", 1, "ada"),
    ]
    assert trash.restore(inner, "") == "folder/a.txt"
    assert (root.path / "folder" / "a.txt").read_text() == "a"
    assert [one.path for one in trash.contents()] == ["folder"]


def test_what_has_the_name_now_is_not_overwritten(root: Root, trash: Trash) -> None:
    name = trash.take("folder/a.txt", "ada", 5)
    (root.path / "folder" / "a.txt").write_text("new")
    with pytest.raises(FileError, match="there is one again") as caught:
        trash.restore(name, "")
    assert caught.value.code == "exists"
    assert trash.restore(name, "folder/b.txt") == "folder/b.txt"
    assert (root.path / "folder" / "a.txt").read_text() == "new"
    assert (root.path / "folder" / "b.txt").read_text() == "a"
    assert trash.contents() == []


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\0b", "nothing"])
def test_a_name_that_is_not_in_the_trash(trash: Trash, name: str) -> None:
    trash.take("folder", "ada", 5)
    for attempt in (lambda: trash.restore(name, ""), lambda: trash.empty(name or "nothing")):
        with pytest.raises(FileError) as caught:
            attempt()
        assert caught.value.code == "missing"
        assert "\n" not in caught.value.text
    assert len(trash.contents()) == 1


def test_a_place_outside_is_refused(trash: Trash, tmp_path: Path) -> None:
    name = trash.take("folder", "ada", 5)
    for to in ("../folder", "out/folder", ".cocalc-tui/folder"):
        with pytest.raises(FileError):
            trash.restore(name, to)
    assert list((tmp_path / "outside").iterdir()) == []
    assert len(trash.contents()) == 1


def test_it_is_emptied(trash: Trash, root: Root) -> None:
    first = trash.take("folder", "ada", 5)
    trash.take("out", "ada", 6)
    trash.empty(first)
    assert [one.path for one in trash.contents()] == ["out"]
    trash.empty("")
    assert trash.contents() == []


def test_what_somebody_else_put_there_is_no_trouble(trash: Trash, folder: Path) -> None:
    trash.take("folder", "ada", 5)
    (folder / "odd").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken" / "note.json").write_text("[1")
    (folder / "file").touch()
    assert [one.path for one in trash.contents()] == ["folder"]
    with pytest.raises(FileError, match="cannot be read"):
        trash.restore("broken", "")


@pytest.mark.needs_root
def test_what_lies_on_another_disk_is_not_deleted(root: Root, trash: Trash, folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can mount another disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(root.path / "folder")]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let root mount")
    try:
        (root.path / "folder" / "b.txt").touch()
        with pytest.raises(FileError, match="another disk than the project"):
            trash.take("folder/b.txt", "ada", 5)
        assert (root.path / "folder" / "b.txt").exists()
        assert list(folder.iterdir()) == []
    finally:
        subprocess.run(["umount", str(root.path / "folder")], check=True)
