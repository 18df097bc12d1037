"""The git commits that changed a file, of a repository that git itself made."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cocalc_tui.client.commits import Commits
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.server.commits import opened
from cocalc_tui.server.snapshots.errors import NoRepositoryError, SnapshotError
from tests.server.hosting import running

WHO = ("-c", "user.name=Ann", "-c", "user.email=ann@box", "-c", "init.defaultBranch=main")


def git(folder: Path, *words: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *WHO, *words], cwd=folder, env=clean, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, title: str, **files: str) -> str:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", title, "--allow-empty")
    return git(folder, "rev-parse", "HEAD")


LONG = "".join(f"line {number}\n" for number in range(20))


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    lab = tmp_path / "repo"
    lab.mkdir()
    git(lab, "init", "-q")
    commit(lab, "Begin", old=LONG)
    commit(lab, "Something else", other="x")
    commit(lab, "More", old=LONG + "more\n")
    git(lab, "mv", "old", "notes.md")
    commit(lab, "Rename")
    commit(lab, "Last\n\nand why", **{"notes.md": LONG + "last\n"})
    return lab


def titles(project: Path, path: str) -> list[tuple[str, str]]:
    with opened(project, path) as commits:
        return [(one.title, one.path) for one in commits.listed()]


def test_commits_of_a_file_over_its_renames(lab: Path) -> None:
    before = {f: f.read_bytes() for f in (lab / ".git").rglob("*") if f.is_file()}
    assert titles(lab, "notes.md") == [
        ("Last", "notes.md"),
        ("Rename", "notes.md"),
        ("More", "old"),
        ("Begin", "old"),
    ]
    with opened(lab, "notes.md") as commits:
        assert commits.data("HEAD") == (LONG + "last\n").encode()
        assert commits.data("HEAD~4") == LONG.encode()
        for bad in ("HEAD~9", "nothing", "../../x", "\udce9"):
            with pytest.raises(SnapshotError, match="no commit"):
                commits.data(bad)
    assert {f: f.read_bytes() for f in (lab / ".git").rglob("*") if f.is_file()} == before


def test_where_there_are_more_than_are_listed(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> list[tuple[str, bool]]:
        with opened(lab, "notes.md") as commits:
            return [(one.title, one.older) for one in commits.listed()]

    everything = [("Last", False), ("Rename", False), ("More", False), ("Begin", False)]
    monkeypatch.setattr("cocalc_tui.server.commits.MOST", 4)
    assert found() == everything
    monkeypatch.setattr("cocalc_tui.server.commits.MOST", 2)
    assert found() == [("Last", False), ("Rename", True)]
    monkeypatch.setattr("cocalc_tui.server.commits.LONGEST", -1.0)
    with pytest.raises(SnapshotError, match="no commit was found that changed it"):
        found()


def test_merges_count_where_they_made_something_new(lab: Path) -> None:
    git(lab, "checkout", "-qb", "side", "HEAD~1")
    commit(lab, "On the side", **{"notes.md": "side\n" + LONG + "more\n"})
    git(lab, "checkout", "-q", "main")
    git(lab, "merge", "-q", "side", "-m", "Merge", "-X", "ours")
    found = [title for title, _ in titles(lab, "notes.md")]
    assert found[0] == "Merge"
    assert set(found) == {"Merge", "Last", "On the side", "Rename", "More", "Begin"}


def test_a_project_within_a_repository_and_one_within_a_project(lab: Path) -> None:
    git(lab, "mv", "notes.md", "outside.md")
    commit(lab, "Out", **{"outside.md": LONG})
    (lab / "sub").mkdir()
    git(lab, "mv", "outside.md", "sub/in.md")
    commit(lab, "In")
    # What it was before it came into the project is not the project's to show.
    assert titles(lab / "sub", "in.md") == [("In", "in.md")]
    assert titles(lab.parent, "repo/sub/in.md")[:2] == [
        ("In", "repo/sub/in.md"),
        ("Out", "repo/outside.md"),
    ]


def test_what_is_not_ours_is_not_read(lab: Path, tmp_path: Path) -> None:
    secret = git(lab, "rev-parse", "HEAD")
    project = tmp_path / "project"
    project.mkdir()
    with pytest.raises(NoRepositoryError), opened(project, "a"):
        pass
    (project / ".git").write_text(f"gitdir: {lab / '.git'}\n")
    with pytest.raises(NoRepositoryError), opened(project, "notes.md"):
        pass
    (project / ".git").unlink()
    (project / ".git").symlink_to(lab / ".git")
    with pytest.raises(NoRepositoryError), opened(project, "notes.md"):
        pass
    (project / ".git").unlink()
    git(project, "init", "-q")
    assert titles(project, "notes.md") == []
    (project / ".git/objects/info/alternates").write_text(f"{lab / '.git/objects'}\n")
    (project / ".git/commondir").write_text(f"{lab / '.git'}\n")
    with opened(project, "notes.md") as commits, pytest.raises(SnapshotError, match="no commit"):
        commits.data(secret)
    for path in ("../repo/notes.md", "/etc/passwd"):
        with pytest.raises(SnapshotError, match="not the path"), opened(project, path):
            pass


async def test_as_an_app_has_them(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        git(box.project, "init", "-q")
        first = commit(box.project, "Begin", **{"notes.md": "one\n", ".gitignore": ".cocalc-tui\n"})
        commits = Commits((await box.person("vera")).requests)
        (found,) = await commits.of("notes.md")
        assert (found.id, found.author, found.title) == (first, "Ann", "Begin")
        assert await commits.read(first[:8], "notes.md") == b"one\n"
        with pytest.raises(RequestFailed, match="no commit"):
            await commits.read("f" * 40, "notes.md")
