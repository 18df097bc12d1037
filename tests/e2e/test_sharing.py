"""Sharing between real Unix users: private homes, group folders, and who is not invited."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unix_users import User, needs_root, unix_users

pytestmark = [
    needs_root,
    pytest.mark.needs_root,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("e2e"),
]
STAY = """
import asyncio, sys
from cocalc_tui.client.events import Offline
from cocalc_tui.joining import join

async def stay():
    workspace = join([sys.argv[1]]).workspace(start=True)
    over = asyncio.Event()
    def heard(event):
        if isinstance(event, Offline) and event.final:
            print(event.reason, flush=True)
            over.set()
    workspace.subscribe(heard)
    workspace.start()
    await workspace.ready()
    print(workspace.me.role, flush=True)
    await over.wait()
    await workspace.close()

asyncio.run(stay())
"""


@dataclass
class Team:
    """Ann, who has the project, Ben, whom she lets in, and Eve, whom she does not."""

    ann: User
    ben: User
    eve: User
    python: Path

    def run(self, user: User, *words: str, umask: int = 0o022) -> subprocess.CompletedProcess[str]:
        command = [str(self.python), "-m", "cocalc_tui", *words]
        return user.run(["sh", "-c", f'umask {umask:03o}; exec "$@"', "sh", *command], cwd="/")

    def fine(self, user: User, *words: str, umask: int = 0o022) -> str:
        done = self.run(user, *words, umask=umask)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def one_line(self, user: User, *words: str) -> str:
        """What somebody is told who may not."""
        done = self.run(user, *words)
        assert done.returncode in (1, 2, 3), done
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        return line

    @contextmanager
    def staying(self, user: User, project: Path) -> Iterator[subprocess.Popen[str]]:
        """Somebody is connected and stays until shown out; says the role, then the reason."""
        words = user.command([str(self.python), "-c", STAY, str(project)])
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd="/") as there:
            try:
                yield there
            finally:
                there.kill()


def line(there: subprocess.Popen[str]) -> str:
    assert there.stdout is not None
    return there.stdout.readline().strip()


@pytest.fixture
def team(program: Path) -> Iterator[Team]:
    with unix_users("ann", "ben", "eve") as (ann, ben, eve):
        yield Team(ann, ben, eve, program)


@contextmanager
def stopped_after(team: Team, project: Path) -> Iterator[None]:
    try:
        yield
    finally:
        team.run(team.ann, "stop", "--all", "--project", str(project))


def test_a_project_in_a_home_that_nobody_may_enter(team: Team) -> None:
    project = team.ann.home / "lab"
    project.mkdir()
    (project / "notes.txt").write_text("notes")
    subprocess.run(["chown", "-R", f"{team.ann.name}:", str(project)], check=True)
    team.ann.home.chmod(0o700)
    at = ("--project", str(project))
    assert "nobody shares it with you" in team.one_line(team.ben, "list", *at)
    with stopped_after(team, project):
        said = team.fine(team.ann, "share", team.ben.name, "--role", "viewer", *at)
        assert f"cocalc-tui join {project}" in said
        assert team.fine(team.ben, "list", *at) == "notes.txt\n"
        assert team.fine(team.ben, "download", "notes.txt", "--to", "-", *at) == "notes"
        refused = team.one_line(team.ben, "delete", "notes.txt", *at)
        assert refused == "cocalc-tui: your role (viewer) does not allow this"
        stranger = team.one_line(team.eve, "list", *at)
        assert stranger == (
            f"cocalc-tui: {team.eve.name} is not a member of lab: ask {team.ann.name} to run "
            f"`cocalc-tui share {team.eve.name}` there"
        )
        (found,) = json.loads(team.fine(team.ben, "join", "--json"))
        assert (found["host"], found["path"], found["role"]) == (
            team.ann.name,
            str(project),
            "viewer",
        )
        assert json.loads(team.fine(team.eve, "join", "--json")) == []
        with team.staying(team.ben, project) as there:
            assert line(there) == "viewer"
            people = json.loads(team.fine(team.ann, "people", "--json", *at))
            assert [one["user"] for one in people["here"]] == [team.ben.name]
            team.fine(team.ann, "unshare", team.ben.name, *at)
            assert f"{team.ben.name} is not a member" in line(there)
        assert json.loads(team.fine(team.ben, "join", "--json")) == []


@pytest.fixture
def group(team: Team) -> Iterator[str]:
    """A Unix group of Ann and Ben."""
    name = f"lab-{uuid.uuid4().hex[:6]}"
    subprocess.run(["groupadd", name], check=True)
    for user in (team.ann, team.ben):
        subprocess.run(["usermod", "-aG", name, user.name], check=True)
    yield name
    subprocess.run(["groupdel", name], check=False, capture_output=True)


def test_a_folder_of_a_group(team: Team, group: str) -> None:
    with tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        project = Path(folder) / "lab"
        project.mkdir()
        subprocess.run(["chown", f"root:{group}", str(project)], check=True)
        project.chmod(0o2770)
        at = ("--project", str(project))
        with stopped_after(team, project):
            team.fine(team.ann, "share", f"@{group}", "--role", "editor", *at, umask=0o002)
            assert (project / ".cocalc-tui").stat().st_uid == team.ann.uid
            assert stat.S_IMODE((project / ".cocalc-tui").stat().st_mode) == 0o700
            mine = team.ben.home / "data.csv"
            mine.write_text("1,2\n")
            team.fine(team.ben, "upload", str(mine), *at)
            made = (project / "data.csv").stat()
            assert (made.st_uid, stat.S_IMODE(made.st_mode)) == (team.ann.uid, 0o664)
            assert made.st_gid == project.stat().st_gid
            appended = team.ben.run(["sh", "-c", f"echo 3,4 >> {project}/data.csv"])
            assert appended.returncode == 0, appended.stderr
            assert team.fine(team.ann, "download", "data.csv", "--to", "-", *at) == "1,2\n3,4\n"
            assert "not a member" in team.one_line(team.eve, "list", *at)
            with team.staying(team.ben, project) as there:
                assert line(there) == "editor"
                subprocess.run(["gpasswd", "-d", team.ben.name, group], check=True)
                assert "not a member" in line(there)


def test_only_the_host_runs_it(team: Team) -> None:
    """A guest does not start a relay of their own over somebody's project, and root does not."""
    project = team.ann.home / "lab"
    project.mkdir()
    project.chmod(0o777)
    subprocess.run(["chown", "-R", f"{team.ann.name}:", str(project)], check=True)
    team.ann.home.chmod(0o755)
    with stopped_after(team, project):
        team.fine(team.ann, "share", team.ben.name, "--project", str(project))
        team.fine(team.ann, "stop", "--project", str(project))
        told = team.one_line(team.ben, "list", "--project", str(project))
        assert f"{team.ann.name} has no relay running there" in told
        team.fine(team.ann, "unshare", team.ben.name, "--project", str(project))
        told = team.one_line(team.ben, "list", "--project", str(project))
        assert f"`cocalc-tui share {team.ben.name}` there" in told
        assert os.lstat(project / ".cocalc-tui").st_uid == team.ann.uid


def test_an_account_that_has_no_name_is_the_host_of_its_own(program: Path) -> None:
    """As in containers that run under whatever number they are given."""
    uid = 1_907_654_321
    who = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "env", "-i"]
    with tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as folder:
        os.chown(folder, uid, uid)

        def run(*words: str) -> subprocess.CompletedProcess[str]:
            command = [*who, f"HOME={folder}", str(program), "-m", "cocalc_tui", *words]
            at = ["--project", folder]
            return subprocess.run(
                [*command, *at], cwd="/", capture_output=True, text=True, check=False
            )

        try:
            people = run("people", "--json")
            assert people.returncode == 0, people.stderr
            assert f'"#{uid}"' in people.stdout
        finally:
            run("stop", "--all")
            shutil.rmtree(f"/tmp/cocalc-tui-{uid}", ignore_errors=True)
