"""Projects on another machine: a line over ssh, what may print into it, and when it breaks."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cocalc_tui.cli import main
from cocalc_tui.client import ssh
from cocalc_tui.client.events import Offline, Online
from cocalc_tui.client.link import RefusedError
from cocalc_tui.client.ssh import Far, LineError, far, mark, open_line
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.remote import RemoteProject
from tests.server.processes.conftest import project, runtime
from tests.server.processes.look import alive

__all__ = ["project", "runtime"]
ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("box:lab", Far("box", "lab")),
        ("al@box:/home/al/lab", Far("al@box", "/home/al/lab")),
        ("al@[::1]:x:y", Far("al@[::1]", "x:y")),
        ("[fe80::1%eth0]:lab", Far("[fe80::1%eth0]", "lab")),
        ("box:", Far("box", "")),
        ("box:a\nb", Far("box", "a\nb")),
        ("-oProxyCommand=x:y", None),
        ("al@-oProxyCommand=x:y", None),
        ("-l@box:y", None),
        ("./a:b", None),
        ("/a:b", None),
        ("a b:c", None),
        (":c", None),
        ("plain", None),
    ],
)
def test_what_names_a_place_elsewhere(word: str, found: Far | None) -> None:
    assert far(word) == found


class Elsewhere:
    """Another machine, as far as ssh is concerned."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.bin = folder / "home" / ".local" / "bin"
        self.bin.mkdir(parents=True)
        self.install(self.bin)

    def install(self, where: Path) -> None:
        where.mkdir(parents=True, exist_ok=True)
        script = where / "cocalc-tui"
        run = f"PYTHONPATH={shlex.quote(str(ROOT))} exec {sys.executable} -P -m cocalc_tui"
        script.write_text(f'#!/bin/sh\n{run} "$@"\n')
        script.chmod(0o755)

    def remove(self) -> None:
        (self.bin / "cocalc-tui").unlink()

    def is_like(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    @property
    def asked(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]


@pytest.fixture
def elsewhere(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Elsewhere]:
    (tmp_path / "elsewhere").mkdir()
    found = Elsewhere(tmp_path / "elsewhere")
    words = [sys.executable, "-m", "tests.fake_ssh", str(found.folder)]
    monkeypatch.setenv(ssh.COMMAND, shlex.join(words))
    monkeypatch.chdir(ROOT)
    (project / "notes.txt").write_text("notes\n")
    yield found
    assert main(["stop", "--all", "--project", str(project)]) == 0


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "Welcome!\n",
        "no newline at its end",
        f"\n{ssh.MARK} 0000000000000000 {{}}\n",
        "x" * 100_000 + "\n\n",
        "\x00\xff\x1b]0;title\x07",
    ],
    ids=["nothing", "a line", "half a line", "a false mark", "much", "bytes"],
)
def test_what_login_files_print_is_passed_over(
    elsewhere: Elsewhere, project: Path, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere.is_like("rc", printed)
    assert main(["list", "--project", f"box:{project}"]) == 0
    assert capsys.readouterr().out == "notes.txt\n"
    (asked,) = elsewhere.asked
    assert asked["host"] == "box"
    assert "ClearAllForwardings=yes" in str(asked["options"])


def test_it_is_found_in_the_path_in_local_bin_and_by_a_login_shell(
    elsewhere: Elsewhere, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--project", f"box:{project}")
    assert main(["list", *at]) == 0
    elsewhere.remove()
    assert main(["list", *at]) == 3
    said = capsys.readouterr()
    assert "cocalc-tui is not installed there" in said.err
    assert len(said.err.splitlines()) == 1
    elsewhere.install(tmp_path / "opt")
    elsewhere.is_like("path", f"{tmp_path / 'opt'}:/usr/bin:/bin")
    assert main(["list", *at]) == 0
    (elsewhere.folder / "path").unlink()
    elsewhere.is_like(
        "shell", f"#!/bin/sh\necho hello from a login\necho {tmp_path}/opt/cocalc-tui\n"
    )
    (elsewhere.folder / "shell").chmod(0o755)
    assert main(["list", *at]) == 0


def test_files_are_named_from_the_home_over_there(elsewhere: Elsewhere, project: Path) -> None:
    (elsewhere.home / "lab").symlink_to(project)
    for path in ("lab/notes.txt", "~/lab/notes.txt", f"{project}/notes.txt"):
        there = RemoteProject([Far("box", path)], start=True)
        assert (there.path, there.files) == (str(project), ["notes.txt"])
        assert there.name == "lab on box"
        there.close()


def test_commands_on_a_file_work_over_there(
    elsewhere: Elsewhere, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = f"box:{project}/notes.txt"
    assert main(["chat", there, "hello"]) == 0
    assert main(["chat", there]) == 0
    assert capsys.readouterr().out.endswith(": hello\n")
    assert main(["show", there]) == 0
    assert capsys.readouterr().out == "notes\n"
    assert main(["chat", f"box:{project}", "hello"]) == 2
    assert "this is a folder; name a file" in capsys.readouterr().err


def test_a_name_that_a_shell_would_take_apart(elsewhere: Elsewhere, tmp_path: Path) -> None:
    odd = tmp_path / 'it\'s $(touch gone) "a" `b` \\ *'
    odd.mkdir()
    there = RemoteProject([Far("box", str(odd))], start=True)
    assert there.path == str(odd)
    there.close()
    assert not (elsewhere.home / "gone").exists()
    assert main(["stop", "--project", str(odd)]) == 0


@pytest.mark.parametrize(
    ("words", "code", "wanted"),
    [
        (["list", "--project", "box:/nowhere/at/all"], 2, "box: /nowhere/at/all: no such file"),
        (["list", "--project", "box:/"], 2, "box: / cannot be a project"),
        (["list", "--project", "box:"], 2, "which folder"),
        (["list", "--project=-oProxyCommand=x:y"], 2, "HOST:PATH"),
        (["config", "show", "--project", "box:lab"], 2, "on the machine itself"),
        (["a:x", "b:y"], 2, "there is no terminal"),
    ],
)
def test_mistakes_get_one_line(
    elsewhere: Elsewhere, words: list[str], code: int, wanted: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert main(words) == code
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert wanted in line


def test_what_ssh_says_is_one_line(
    elsewhere: Elsewhere, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere.is_like("fails", "debug1: x\nssh: Could not resolve hostname box: no such name\n")
    assert main(["list", "--project", f"box:{project}"]) == 3
    said = capsys.readouterr().err
    assert said == "cocalc-tui: box: ssh: Could not resolve hostname box: no such name\n"


def test_without_ssh_it_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ssh.COMMAND, "/nowhere/ssh")
    with pytest.raises(RefusedError, match="is ssh installed"):
        open_line("box", ["x"], start=True, alone=False)


def test_nothing_is_started_just_to_look(
    elsewhere: Elsewhere, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--project", f"box:{project}"]) == 3
    assert "has no relay running there" in capsys.readouterr().err
    assert not (project / ".cocalc-tui").exists()


# --- a line that breaks ------------------------------------------------------------------------


class Ears:
    def __init__(self, workspace: Workspace) -> None:
        self.heard: list[object] = []
        workspace.subscribe(self.heard.append)

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(60):
            while not true():
                await asyncio.sleep(0.01)

    def count(self, kind: type[object]) -> int:
        return sum(isinstance(one, kind) for one in self.heard)


async def connected(project: Path) -> tuple[RemoteProject, Workspace, Ears]:
    there = await asyncio.to_thread(RemoteProject, [Far("box", str(project))], start=True)
    workspace = there.workspace(start=True)
    ears = Ears(workspace)
    workspace.start()
    await workspace.ready()
    return there, workspace, ears


async def test_a_broken_line_comes_back_by_itself(elsewhere: Elsewhere, project: Path) -> None:
    there, workspace, ears = await connected(project)
    document = await workspace.open("notes.txt")
    first = int(str(elsewhere.asked[-1]["pid"]))
    os.kill(first, signal.SIGKILL)
    await ears.until(lambda: ears.count(Offline))
    await ears.until(lambda: ears.count(Online) == 2)
    assert "BatchMode=yes" in str(elsewhere.asked[-1]["options"])
    assert "BatchMode=yes" not in str(elsewhere.asked[0]["options"])
    second = int(str(elsewhere.asked[-1]["pid"]))
    status = await workspace.status()
    os.kill(status.pid, signal.SIGKILL)
    await ears.until(lambda: ears.count(Online) == 3)
    assert (await workspace.open("notes.txt")) is document
    assert workspace.latency is None or workspace.latency < 5
    await workspace.close()
    there.close()
    await ears.until(lambda: not alive(first) and not alive(second))


async def test_a_password_that_is_wanted_again_is_said(elsewhere: Elsewhere, project: Path) -> None:
    _there, workspace, ears = await connected(project)
    elsewhere.is_like("fails", "al@box: Permission denied (publickey,password).\n")
    os.kill(int(str(elsewhere.asked[-1]["pid"])), signal.SIGKILL)
    await ears.until(lambda: ears.count(Offline) == 2)
    last = ears.heard[-1]
    assert isinstance(last, Offline)
    assert last.final
    assert "leave and open it again" in last.reason
    assert "Permission denied" in last.reason
    await workspace.close()


async def test_the_other_machine_is_not_stormed(
    elsewhere: Elsewhere, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _there, workspace, ears = await connected(project)
    elsewhere.is_like("fails", "ssh: connect to host box port 22: Connection refused\n")
    os.kill(int(str(elsewhere.asked[-1]["pid"])), signal.SIGKILL)
    await ears.until(lambda: ears.count(Offline))
    before = len(elsewhere.asked)
    await asyncio.sleep(2.5)
    assert len(elsewhere.asked) - before <= 4
    (elsewhere.folder / "fails").unlink()
    await ears.until(lambda: ears.count(Online) == 2)
    await workspace.close()


# --- the far end's line ------------------------------------------------------------------------


def heard(*parts: bytes, nonce: str = "5" * 16) -> tuple[object, bytes]:
    """What is understood of what comes in these parts, and what is left for the relay."""
    ours, theirs = socket.socketpair()

    def say() -> None:
        for part in parts:
            theirs.sendall(part)
            time.sleep(0.01)
        theirs.shutdown(socket.SHUT_WR)

    threading.Thread(target=say).start()
    told = ssh._await_mark(ours, nonce, time.monotonic() + 60)
    rest = b""
    while part := ours.recv(1000):
        rest += part
    ours.close()
    theirs.close()
    return told, rest


def test_not_a_byte_of_the_relay_is_lost() -> None:
    line = mark("5" * 16, "/lab", ["a b.txt"])
    for cut in (1, 5, len(line) - 1, len(line)):
        told, rest = heard(b"noise" + line[:cut], line[cut:] + b"relay", b" speaks")
        assert (told.root, told.files) == ("/lab", ["a b.txt"])  # type: ignore[attr-defined]  # what the stand-in was told
        assert rest == b"relay speaks"


def test_a_line_that_ends_before_says_nothing() -> None:
    assert heard(b"noise")[0] is None
    assert heard(mark("6" * 16, "/lab", []))[0] is None


def test_noise_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh, "MOST_NOISE", 10_000)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"x" * 50_000)
        with pytest.raises(RefusedError, match="print without end"):
            ssh._await_mark(ours, "5" * 16, time.monotonic() + 60)


def test_silence_is_not_waited_for() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(LineError, match="does not answer"):
        ssh._await_mark(ours, "5" * 16, time.monotonic())
