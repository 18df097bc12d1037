"""Sharing from a shell, over a real relay."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from cocalc_tui.cli import main
from cocalc_tui.client.whereabouts import Whereabouts
from cocalc_tui.commands.common import minutes
from cocalc_tui.commands.people import _Here
from cocalc_tui.peers import user_name
from cocalc_tui.protocol.messages import Person
from cocalc_tui.server.boot import BootError, Machine, arrange, warning
from cocalc_tui.server.paths import places
from tests.server.processes.conftest import project, runtime

__all__ = ["project", "runtime"]


@pytest.fixture
def here(project: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    runtime.chmod(0o755)
    monkeypatch.chdir(project)
    yield project
    assert main(["stop", "--all"]) == 0


def test_sharing_says_what_to_paste(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["share", "nobody"]) == 0
    said = capsys.readouterr().out
    assert "nobody may join as runner" in said
    assert f"    cocalc-tui join {here}\n" in said
    assert f":{here}   # from elsewhere" in said
    assert "What nobody runs, runs as your account." in said
    assert main(["share", "nobody", "--role", "viewer"]) == 0
    assert "your account" not in capsys.readouterr().out
    assert main(["people"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["nobody is here", "may join:"]
    assert [line.split() for line in lines[2:]] == [
        [user_name(places(here).host), "owner"],
        ["nobody", "viewer"],
    ]
    assert main(["unshare", "nobody"]) == 0
    capsys.readouterr()
    assert main(["people", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["role"] for one in found["may_join"]] == ["owner"]


def test_what_may_be_joined(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["join"]) == 0
    assert "nobody shares" in capsys.readouterr().err
    assert main(["share", "nobody", "--role", "viewer"]) == 0
    capsys.readouterr()
    assert main(["join", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["project"], found["role"], found["path"]) == ("lab", "owner", str(here))
    assert main(["join", "lab"]) == 2
    assert "no terminal" in capsys.readouterr().err
    assert main(["join", f"{here}/"]) == 2
    assert main(["join", f"box:{here}"]) == 2
    assert capsys.readouterr().err.count("no terminal") == 2
    assert main(["join", str(here.parent)]) == 1
    assert main(["join", "other"]) == 1
    assert "nobody shares a project of this name" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "wanted"),
    [
        (["share"], 2, "say who"),
        (["share", "no-such-user"], 1, "no user 'no-such-user'"),
        (["share", "@no-such-group"], 1, "no group 'no-such-group'"),
        (["unshare", "nobody"], 1, "'nobody' is not a member"),
    ],
)
def test_mistakes_get_one_line(
    here: Path, words: list[str], code: int, wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == code
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert wanted in line


# --- at boot -----------------------------------------------------------------------------------


class Told:
    """Stands for systemd."""

    def __init__(self) -> None:
        self.words: list[list[str]] = []

    def __call__(self, words: Sequence[str]) -> str:
        self.words.append(list(words))
        return ""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Machine, Told]:
    root = tmp_path / "root"
    (root / "run/systemd/system").mkdir(parents=True)
    (root / "bin").mkdir()
    (root / "bin" / "systemctl").touch()
    (root / "bin" / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", str(root / "bin"))
    told = Told()
    return Machine(root, told), told


def test_a_unit_is_written(project: Path, tmp_path: Path, machine: tuple[Machine, Told]) -> None:
    systemd, told = machine
    where, units = places(project), tmp_path / "units"
    user = user_name(where.host)
    lines = arrange(where, systemd, units)
    (unit,) = units.iterdir()
    text = unit.read_text()
    (start,) = (line for line in text.splitlines() if line.startswith("ExecStart="))
    words = shlex.split(start.removeprefix("ExecStart="))
    assert words[1:] == ["-P", "-m", "cocalc_tui", "start", "--project", str(project)]
    assert told.words == [
        ["systemctl", "--user", "daemon-reload"],
        ["systemctl", "--user", "enable", unit.name],
    ]
    assert f"loginctl enable-linger {user}" in lines[-1]
    (systemd.root / "var/lib/systemd/linger").mkdir(parents=True)
    (systemd.root / "var/lib/systemd/linger" / user).touch()
    assert len(arrange(where, systemd, units)) == 1


def test_a_name_that_is_hard_to_write_is_written(
    tmp_path: Path, runtime: Path, machine: tuple[Machine, Told]
) -> None:
    odd = tmp_path / 'a "b" 50% $x\n'
    odd.mkdir()
    arrange(places(odd), machine[0], tmp_path / "units")
    (unit,) = (tmp_path / "units").iterdir()
    (start,) = (line for line in unit.read_text().splitlines() if line.startswith("ExecStart="))
    assert start.endswith(f'"{tmp_path}/a \\"b\\" 50%% $$x?"')


def test_without_systemd_it_is_one_line(project: Path, tmp_path: Path) -> None:
    with pytest.raises(BootError, match="not run by systemd") as caught:
        arrange(places(project), Machine(tmp_path), tmp_path / "units")
    assert "\n" not in str(caught.value)
    assert str(project) in str(caught.value)
    assert not (tmp_path / "units").exists()


def test_a_machine_that_ends_what_is_left_running(
    project: Path, machine: tuple[Machine, Told]
) -> None:
    systemd, where = machine[0], places(project)
    assert warning(where, systemd) == ""
    folder = systemd.root / "etc/systemd/logind.conf.d"
    folder.mkdir(parents=True)
    (folder / "x.conf").write_text("[Login]\n#KillUserProcesses=no\nKillUserProcesses=yes\n")
    assert "KillUserProcesses" in warning(where, systemd)
    (systemd.root / "var/lib/systemd/linger").mkdir(parents=True)
    (systemd.root / "var/lib/systemd/linger" / user_name(where.host)).touch()
    assert warning(where, systemd) == ""


def test_each_place_of_somebody_is_a_row() -> None:
    ben = Person(connection="c", user="ben", role="editor", since=5)
    at = _Here(ben, Whereabouts("data/a.py", line=99, idle=60_000, machine="laptop"))
    assert at.words == (
        "ben",
        "editor",
        "data/a.py:100",
        f"idle since {minutes(60_000)}",
        "from laptop",
    )
    assert at.row["line"] == 100
    chat = _Here(ben, Whereabouts("data/.a.py.chat"))
    assert chat.words == ("ben", "editor", "data/Chat · a.py", "", "")
    nowhere = _Here(ben, Whereabouts())
    assert nowhere.words == ("ben", "editor", "", "", "")
