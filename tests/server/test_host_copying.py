"""Copies are whole or not there, overwrite nothing, and do not leave the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cocalc_tui.server.host import copying
from cocalc_tui.server.host.root import FileError, Root


@pytest.fixture
def root(tmp_path: Path) -> Root:
    project = tmp_path / "project"
    (project / ".cocalc-tui").mkdir(parents=True)
    (project / "folder" / "deep").mkdir(parents=True)
    (project / "folder" / "a.txt").write_text("a" * 3_000_000)
    (project / "folder" / "run").write_text("#!/bin/sh")
    (project / "folder" / "run").chmod(0o755)
    (project / "folder" / "deep" / "out").symlink_to("/etc/passwd")
    os.mkfifo(project / "folder" / "pipe")
    return Root(project, 0o022)


def test_a_file_and_a_folder_are_copied(root: Root) -> None:
    copying.copy(root, "folder/a.txt", "b.txt")
    assert (root.path / "b.txt").read_text() == "a" * 3_000_000
    copying.copy(root, "folder", "copied")
    copied = root.path / "copied"
    assert {path.name for path in copied.rglob("*")} == {"a.txt", "run", "deep", "out"}
    assert (copied / "run").stat().st_mode & 0o777 == 0o755
    assert os.readlink(copied / "deep" / "out") == "/etc/passwd"
    assert (root.path / "folder" / "a.txt").exists()


@pytest.mark.parametrize(
    ("path", "to", "code"),
    [
        ("folder/a.txt", "folder/run", "exists"),
        ("nothing", "b.txt", "missing"),
        ("folder", "folder/inner", "form"),
        ("folder/a.txt", "../b.txt", "form"),
        ("folder/a.txt", "nowhere/b.txt", "missing"),
        ("", "b", "form"),
        (".cocalc-tui", "state", "form"),
    ],
)
def test_what_cannot_be_copied_leaves_no_trace(root: Root, path: str, to: str, code: str) -> None:
    before = sorted(root.path.rglob("*"))
    with pytest.raises(FileError) as caught:
        copying.copy(root, path, to)
    assert caught.value.code == code
    assert "\n" not in caught.value.text
    assert sorted(root.path.rglob("*")) == before


def test_half_a_copy_is_taken_away(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "sendfile", full)
    before = sorted(root.path.rglob("*"))
    with pytest.raises(FileError, match="No space left"):
        copying.copy(root, "folder", "copied")
    assert sorted(root.path.rglob("*")) == before
