from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.server import paths
from cocalc_tui.server.guests import Guest
from cocalc_tui.server.paths import ProjectError, find_project, is_folder, places, prepare
from cocalc_tui.server.state import STATE

GUESTS = [Guest("bob", "editor", 12345)]

STRANGER = 64123
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="acts as another user: needs root")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can come to, unlike tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="ct-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def as_stranger(code: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, *words],
        user=STRANGER,
        group=STRANGER,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_may_not_be_looked_at_is_what_it_is_taken_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_folder(tmp_path, unseen=False)
    assert not is_folder(tmp_path / "nothing", unseen=True)

    def refuse(path: Path) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(os, "stat", refuse)
    assert is_folder(tmp_path / "private", unseen=True)
    assert not is_folder(tmp_path / "private", unseen=False)


def test_the_folder_itself_is_the_project(tmp_path: Path) -> None:
    assert find_project(tmp_path) == tmp_path


def test_the_nearest_ancestor_with_state_is_the_project(tmp_path: Path) -> None:
    (tmp_path / STATE).mkdir()
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    file = below / "c.txt"
    file.touch()
    assert find_project(below) == find_project(file) == find_project(below / "new") == tmp_path


def test_a_link_to_a_project_is_the_project(tmp_path: Path) -> None:
    real = tmp_path / "real"
    (real / STATE).mkdir(parents=True)
    (tmp_path / "link").symlink_to(real)
    assert find_project(tmp_path / "link") == real


def test_the_root_is_refused() -> None:
    with pytest.raises(ProjectError, match="cannot be a project"):
        find_project(Path("/"))


def test_home_is_a_project_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = pwd.getpwuid(os.geteuid())
    entry = (*account[:5], str(tmp_path), account[6])
    monkeypatch.setattr(pwd, "getpwuid", lambda _uid: pwd.struct_passwd(entry))
    with pytest.raises(ProjectError, match="home folder"):
        find_project(tmp_path)
    assert find_project(tmp_path, home_asked=True) == tmp_path


def test_a_project_in_a_project_is_refused(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    (inner / STATE).mkdir(parents=True)
    with pytest.raises(ProjectError, match="holds the project"):
        prepare(places(tmp_path))
    assert not (tmp_path / STATE).exists()
    (tmp_path / STATE).mkdir()
    with pytest.raises(ProjectError, match="inside the project"):
        find_project(inner)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no such folder"):
        find_project(tmp_path / "a" / "b")


def test_what_is_made_is_private_and_git_does_not_see_it(project: Path) -> None:
    where = places(project)
    before = os.umask(0)
    try:
        prepare(where)
    finally:
        os.umask(before)
    for folder in (where.state, where.keepers, where.runtime, where.kernel_sockets):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert (where.state / ".gitignore").read_text() == "*\n"
    assert not str(where.runtime).startswith(str(project))


def test_sharing_opens_the_socket_and_nothing_else(project: Path) -> None:
    where = places(project)
    prepare(where)
    where.socket.touch(0o600)
    paths.open_to_guests(where, GUESTS)
    prepare(where)
    assert where.runtime.stat().st_mode & 0o777 == 0o711
    assert where.socket.stat().st_mode & 0o777 == 0o666
    assert where.kernel_sockets.stat().st_mode & 0o777 == 0o700
    paths.open_to_guests(where, [])
    assert where.runtime.stat().st_mode & 0o777 == 0o700


def test_a_planted_link_is_refused(project: Path, tmp_path: Path) -> None:
    where = places(project)
    where.runtime.parent.parent.mkdir(exist_ok=True)
    where.runtime.parent.symlink_to(tmp_path)
    with pytest.raises(ProjectError, match="planted"):
        prepare(where)


def test_a_planted_state_link_is_refused(project: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project / STATE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ProjectError, match="planted"):
        prepare(places(project))


def test_a_folder_that_cannot_be_written_says_so(project: Path) -> None:
    (project / STATE).touch()
    with pytest.raises(ProjectError, match="is not a folder"):
        prepare(places(project))


def test_too_long_a_runtime_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.RUNTIME_VARIABLE, "/tmp/" + "x" * 60)
    with pytest.raises(ProjectError, match="too long"):
        prepare(places(project))


@pytest.mark.needs_root
@needs_root
def test_another_users_runtime_folder_is_refused(project: Path) -> None:
    where = places(project)
    where.runtime.parent.mkdir()
    os.chown(where.runtime.parent, STRANGER, STRANGER)
    with pytest.raises(ProjectError, match="belongs to"):
        prepare(where)


@pytest.mark.needs_root
@needs_root
def test_a_folder_of_somebody_else_is_not_taken_over(open_folder: Path) -> None:
    os.chown(open_folder, STRANGER, STRANGER)
    open_folder.chmod(0o777)
    assert places(open_folder).host == STRANGER, "root takes nothing over"
    with pytest.raises(ProjectError, match="hosted by"):
        prepare(places(open_folder))
    assert not (open_folder / STATE).exists()


@pytest.mark.needs_root
@needs_root
def test_a_folder_without_write_permission(open_folder: Path) -> None:
    os.chown(open_folder, STRANGER, STRANGER)
    open_folder.chmod(0o555)
    code = (
        "import sys; from pathlib import Path; from cocalc_tui.server.paths import *\n"
        "try: prepare(places(Path(sys.argv[1])))\n"
        "except ProjectError as error: print(error)"
    )
    assert "cannot be written (Permission denied)" in as_stranger(code, str(open_folder))


@pytest.mark.needs_root
@needs_root
def test_a_guest_finds_a_shared_project_in_a_closed_home(open_folder: Path) -> None:
    home = open_folder / "home"
    (home / "lab").mkdir(parents=True)
    home.chmod(0o700)
    code = (
        "import sys; from pathlib import Path; from cocalc_tui.server.paths import *\n"
        "try:\n"
        "    found = find_project(Path(sys.argv[1]) / 'notes.md')\n"
        "    print(found, places(found).socket.exists())\n"
        "except ProjectError as error: print(error)"
    )
    where = places(home / "lab")
    prepare(where)
    try:
        where.socket.touch(0o600)
        assert "no such folder" in as_stranger(code, str(home / "lab"))
        paths.open_to_guests(where, GUESTS)
        assert as_stranger(code, str(home / "lab")) == f"{home / 'lab'} True"
    finally:
        shutil.rmtree(where.runtime)
