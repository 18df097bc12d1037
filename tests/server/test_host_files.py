"""Paths from the wire, and what is done to the folder: nothing outside it, nothing overwritten."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from cocalc_tui.notebook import ipynb
from cocalc_tui.server.host import files
from cocalc_tui.server.host.root import FileError, Root


@pytest.fixture
def root(tmp_path: Path) -> Root:
    project = tmp_path / "project"
    (project / ".cocalc-tui").mkdir(parents=True)
    (tmp_path / "project-sibling").mkdir()
    (tmp_path / "project-sibling" / "secret").write_text("secret")
    (tmp_path / "outside").mkdir()
    (project / "out").symlink_to(tmp_path / "outside")
    (project / "sibling").symlink_to("../project-sibling/secret")
    (project / "state").symlink_to(".cocalc-tui")
    (project / "folder").mkdir()
    (project / "folder" / "a.txt").write_text("a")
    (project / "in").symlink_to("folder")
    return Root(project)


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../outside",
        "folder/../../outside",
        "folder/../folder/a.txt",
        "../project-sibling/secret",
        "/etc/passwd",
        "a\0b",
        "folder//a.txt",
        "folder/",
        "./folder",
        "x" * 300,
        "x/" * 3000 + "x",
        "out/file",
        "out",
        "sibling",
        ".cocalc-tui",
        ".cocalc-tui/log.db",
        "state/log.db",
    ],
)
def test_paths_that_lead_elsewhere_are_refused(root: Root, path: str) -> None:
    with pytest.raises(FileError) as caught:
        root.place(path)
    assert caught.value.code == "form"
    assert "\n" not in caught.value.text


def test_paths_inside_are_found(root: Root) -> None:
    assert root.place("").real == ""
    assert root.place("folder/a.txt").real == "folder/a.txt"
    assert root.place("in/a.txt").real == "folder/a.txt"
    assert root.place("out", follow=False).real == "out"
    assert root.place("..x").real == "..x"


def test_a_folder_swapped_for_a_link_is_not_entered(root: Root, tmp_path: Path) -> None:
    place = root.place("folder/a.txt")
    (root.path / "folder").rename(root.path / "gone")
    (root.path / "folder").symlink_to(tmp_path / "outside")
    with pytest.raises(FileError, match=r"folder/a\.txt"), root.folder(place):
        pass


def test_a_project_that_is_a_link_itself_is_fine(root: Root, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(root.path)
    assert Root(link).place("folder/a.txt").real == "folder/a.txt"


# --- listing -----------------------------------------------------------------------------------


def test_a_listing_says_what_is_there_and_hides_the_state(root: Root) -> None:
    found = {info.path: info.kind for info in files.list_files(root, "", recursive=False)}
    assert found == {
        "folder": "folder",
        "in": "folder",
        "out": "link",
        "sibling": "link",
        "state": "link",
    }
    (info,) = files.list_files(root, "in", recursive=False)
    assert (info.path, info.kind, info.size) == ("in/a.txt", "file", 1)
    assert info.modified > 1_500_000_000_000


def test_a_hidden_folder_can_be_listed(root: Root) -> None:
    (root.path / ".config").mkdir()
    (root.path / ".config" / "x").touch()
    assert [i.path for i in files.list_files(root, ".config", recursive=False)] == [".config/x"]


def test_a_deep_listing_follows_no_links_and_skips_what_nobody_opens(root: Root) -> None:
    (root.path / ".git" / "objects").mkdir(parents=True)
    (root.path / "folder" / "loop").symlink_to("..")
    paths = [info.path for info in files.list_files(root, "", recursive=True)]
    assert "folder/a.txt" in paths
    assert ".git" in paths
    assert ".git/objects" not in paths
    assert not any(path.startswith(("folder/loop/", "in/", "out/")) for path in paths)


def test_a_listing_has_an_end(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_ENTRIES", 3)
    assert len(files.list_files(root, "", recursive=True)) == 3


def test_names_that_are_not_unicode_are_shown(root: Root) -> None:
    (root.path / os.fsdecode(b"caf\xe9")).touch()
    (info,) = (i for i in files.list_files(root, "", recursive=False) if i.path.startswith("caf"))
    assert info.kind == "other"
    info.path.encode()


def test_listing_a_file_or_nothing_is_refused(root: Root) -> None:
    for path in ("folder/a.txt", "nothing"):
        with pytest.raises(FileError) as caught:
            files.list_files(root, path, recursive=False)
        assert caught.value.code == "missing"


# --- making and renaming ------------------------------------------------------------------------


def test_making_files_notebooks_and_folders(root: Root) -> None:
    files.make(root, "new.txt", folder=False)
    files.make(root, "folder/new.ipynb", folder=False)
    files.make(root, "deep", folder=True)
    assert (root.path / "new.txt").read_bytes() == b""
    assert len(ipynb.read((root.path / "folder/new.ipynb").read_text()).cells) == 1
    assert (root.path / "deep").is_dir()
    for path in ("new.txt", "deep", "in"):
        with pytest.raises(FileError) as caught:
            files.make(root, path, folder=False)
        assert caught.value.code == "exists"
    with pytest.raises(FileError, match=r"missing/new\.txt: no such"):
        files.make(root, "missing/new.txt", folder=False)


def test_a_dangling_link_is_not_made_through(root: Root, tmp_path: Path) -> None:
    (root.path / "dangling").symlink_to(tmp_path / "outside" / "new")
    with pytest.raises(FileError):
        files.make(root, "dangling", folder=False)
    assert not (tmp_path / "outside" / "new").exists()


def test_renaming_overwrites_nothing(root: Root) -> None:
    files.rename(root, "folder/a.txt", "b.txt")
    assert (root.path / "b.txt").read_text() == "a"
    files.make(root, "c.txt", folder=False)
    with pytest.raises(FileError, match=r"c\.txt: there is one already"):
        files.rename(root, "b.txt", "c.txt")
    with pytest.raises(FileError, match="nothing: no such"):
        files.rename(root, "nothing", "d.txt")
    with pytest.raises(FileError, match="cannot move into itself"):
        files.rename(root, "folder", "folder/inner")
    with pytest.raises(FileError):
        files.rename(root, "b.txt", "out/b.txt")
    with pytest.raises(FileError, match="the project folder itself"):
        files.rename(root, "", "d")


def test_renaming_a_link_moves_the_link(root: Root) -> None:
    files.rename(root, "in", "inside")
    assert (root.path / "inside").is_symlink()
    assert (root.path / "folder").is_dir()


def test_what_is_made_has_the_mode_of_the_hosts_login(tmp_path: Path) -> None:
    (tmp_path / "team").mkdir()
    (tmp_path / "team").chmod(0o2770)
    root = Root(tmp_path, 0o002)
    before = os.umask(0o077)
    try:
        files.make(root, "team/a.txt", folder=False)
        files.make(root, "team/deep", folder=True)
    finally:
        os.umask(before)
    assert (tmp_path / "team" / "a.txt").stat().st_mode & 0o7777 == 0o664
    assert (tmp_path / "team" / "deep").stat().st_mode & 0o7777 == 0o2775


def test_a_default_acl_decides_over_the_umask(tmp_path: Path) -> None:
    entries = [(0x01, 7), (0x04, 7), (0x10, 7), (0x20, 0)]
    acl = struct.pack("<I", 2) + b"".join(
        struct.pack("<HHI", tag, mode, 0xFFFFFFFF) for tag, mode in entries
    )
    try:
        os.setxattr(tmp_path, "system.posix_acl_default", acl)
    except OSError:
        pytest.skip("this file system has no ACLs")
    files.make(Root(tmp_path, 0o077), "a.txt", folder=False)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o660
