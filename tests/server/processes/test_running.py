"""`status` and `stop` in a folder above projects: what runs there is found, and ended by name."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from cocalc_tui.cli import main
from cocalc_tui.server.paths import places, prepare
from cocalc_tui.server.running import kept, left_behind, running_below
from tests.server.processes.living import app, until
from tests.server.processes.look import eventually
from tests.server.processes.racing import doors


def keeper_in(project: Path) -> subprocess.Popen[bytes]:
    """As a kernel's keeper is after its relay was ended, until it is told a line."""
    words = ["cocalc_tui.server.main", "keeper", str(places(project).keepers / "one")]
    return subprocess.Popen([sys.executable, "-c", "input()", *words], stdin=subprocess.PIPE)


async def test_what_runs_below_a_folder_is_ended_by_name(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    above = project.parent
    other = above / "kept"
    other.mkdir()
    prepare(places(other))

    async def does(*words: str) -> None:
        assert await asyncio.to_thread(main, [*words, "--project", str(above)]) == 0

    with keeper_in(other) as keeper:
        async with app(project):  # a relay with nobody there ends soon
            await until(lambda: running_below(above) == [other, project])
            assert running_below(project) == []
            await does("status", "--json")
            said = json.loads(capsys.readouterr().out)
            assert said == {
                "running": False,
                "kept": [],
                "below": [str(other), str(project)],
                "left": [],
            }
            await does("stop")
            assert capsys.readouterr().err.splitlines() == [
                f"{other}: kernels or terminals run; --all ends them, too",
                f"{project}: stopped",
            ]
            assert not doors(project)
        await does("stop", "--all")
        assert capsys.readouterr().err.splitlines() == [f"{other}: stopped"]
        keeper.communicate(b"\n")
    await until(lambda: not running_below(above))
    await does("stop", "--all")
    assert capsys.readouterr().err.splitlines() == ["nothing runs in this project"]
    assert not (above / ".cocalc-tui").exists()


def test_what_goes_on_without_a_relay_is_named(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)

    def status() -> str:
        assert main(["status", "--project", str(project)]) == 0
        return capsys.readouterr().out

    assert main(["term", "a", "--send", "sleep 1000"]) == 0
    assert main(["stop", "--project", str(project)]) == 0
    capsys.readouterr()
    (one,) = kept(places(project))
    assert one[:2] == ("terminal", "a.term")
    assert status() == f"no relay runs, this goes on:\n  terminal  a.term  pid {one.pid}\n"
    assert main(["status", "--json", "--project", str(project)]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "running": False,
        "kept": [{"kind": "terminal", "path": "a.term", "pid": one.pid}],
        "below": [],
        "left": [],
    }
    assert main(["stop", "--project", str(project)]) == 0
    assert "--all ends them" in capsys.readouterr().err
    assert main(["stop", "--all", "--project", str(project)]) == 0
    assert capsys.readouterr().err == "a.term: its terminal is stopped\n"
    eventually(lambda: not kept(places(project)))
    assert status() == "nothing runs in this project\n"


def test_one_terminal_is_ended_by_its_file(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    assert main(["stop", "a.term"]) == 1
    assert capsys.readouterr().err.endswith(": a.term: nothing runs in this project\n")
    for name in "ab":
        assert main(["term", name, "--send", "sleep 1000"]) == 0
    assert main(["stop"]) == 0
    capsys.readouterr()
    assert main(["stop", "a.term"]) == 0
    assert capsys.readouterr().err == "a.term: its terminal is stopped\n"
    assert main(["stop", "a.term"]) == 1
    assert capsys.readouterr().err.endswith(": a.term: no kernel or terminal runs here\n")
    assert main(["stop", "--all", "a.term"]) == 2
    capsys.readouterr()
    assert main(["stop", "--project", "..", "b.term"]) == 2
    said = "cocalc-tui: a FILE is named from here, without --project: ../b.term\n"
    assert capsys.readouterr().err == said
    assert [one.path for one in kept(places(project))] == ["b.term"]
    assert main(["stop", "--all"]) == 0
    eventually(lambda: not kept(places(project)))


def test_what_a_deleted_project_left_is_named_and_ended(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    above = project.parent
    monkeypatch.chdir(project)
    assert main(["term", "a", "--send", "sleep 1000"]) == 0
    assert main(["stop", "--project", str(project)]) == 0
    monkeypatch.chdir(above)
    while project.exists():  # the keeper may put its socket back meanwhile: one does it again then
        shutil.rmtree(project, ignore_errors=True)
    capsys.readouterr()
    (one,) = left_behind(above)
    assert (one.kind, one.project) == ("terminal", str(project))
    project.mkdir()  # as who clones it again does
    for folder in (above, project):
        assert main(["status", "--project", str(folder)]) == 0
        said = f"  terminal  of {project}, which was deleted  pid {one.pid}"
        assert capsys.readouterr().out.splitlines() == ["nothing runs in this project", said]
    assert main(["stop", "--project", str(above)]) == 0
    assert "--all ends them" in capsys.readouterr().err
    assert main(["stop", "--all", "--project", str(project)]) == 0
    said = f"{project}, which was deleted: its terminal is stopped"
    assert capsys.readouterr().err.splitlines() == [said]
    assert left_behind(above) == []


def test_in_a_folder_that_was_deleted_one_line_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for words in (["status"], ["stop", "--all"]):
        assert main(words) == 2
        said = "cocalc-tui: this folder was deleted: go to one that is there\n"
        assert capsys.readouterr().err == said


def test_a_home_folder_is_looked_at_and_made_no_project_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pwd.getpwuid", lambda _: SimpleNamespace(pw_dir=str(tmp_path)))
    monkeypatch.chdir(tmp_path)
    for words in (["list"], ["start"], ["people"]):
        assert main(words) == 2
        assert f"{tmp_path} is your home folder" in capsys.readouterr().err
    assert main(["status"]) == 0
    assert capsys.readouterr().out == "nothing runs in this project\n"
    assert not places(tmp_path).state.exists()
