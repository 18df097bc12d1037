"""A project over a real sshd on this machine's loopback: keys, a password, and a line that dies."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.tmux import Pane, needs_tmux, pane
from tests.unix_users import User, needs_root, unix_users

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/bin:/sbin:/bin")
pytestmark = [
    needs_root,
    pytest.mark.needs_root,
    pytest.mark.skipif(SSHD is None, reason="needs openssh-server"),
    pytest.mark.skipif(shutil.which("ssh") is None, reason="needs openssh-client"),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("e2e"),
]
SERVER = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/keys/%u
PidFile {folder}/sshd.pid
StrictModes no
UsePAM no
PasswordAuthentication yes
AllowTcpForwarding no
"""
CLIENT = """
Host box
    HostName 127.0.0.1
    Port {port}
    IdentityFile {folder}/key-%r
    IdentitiesOnly yes
    StrictHostKeyChecking no
    UserKnownHostsFile /dev/null
    LocalForward 127.0.0.1:{forward} 127.0.0.1:22
"""
PASSWORD = "correct-horse-4711"


@dataclass
class Box:
    """Ann's project in her private home, and Ben, who reaches it by ssh from his own account."""

    ann: User
    ben: User
    folder: Path
    python: Path
    forward: int

    @property
    def project(self) -> Path:
        return self.ann.home / "lab"

    def words(self, user: User, *words: str) -> list[str]:
        ssh = f"ssh -F {self.folder / 'client'}"
        return user.command(
            ["env", f"COCALC_TUI_SSH={ssh}", str(self.python), "-m", "cocalc_tui", *words]
        )

    def run(self, user: User, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.words(user, *words), cwd="/", capture_output=True, text=True, check=False
        )

    def lines(self) -> list[int]:
        """Pids of Ben's ssh clients."""
        found = subprocess.run(
            ["pgrep", "-u", str(self.ben.uid), "-x", "ssh"], capture_output=True, text=True
        )
        return [int(pid) for pid in found.stdout.split()]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def box(program: Path) -> Iterator[Box]:
    with (
        tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as top,
        unix_users("ann", "ben") as (ann, ben),
    ):
        folder = Path(top)
        folder.chmod(0o755)
        port, forward = free_port(), free_port()
        (folder / "keys").mkdir()
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f"]
        subprocess.run([*keygen, str(folder / "host_key")], check=True)
        key = folder / f"key-{ben.name}"
        subprocess.run([*keygen, str(key)], check=True)
        shutil.copy(f"{key}.pub", folder / "keys" / ben.name)
        shutil.chown(key, ben.name)
        (folder / "server").write_text(SERVER.format(port=port, folder=folder))
        (folder / "client").write_text(CLIENT.format(port=port, folder=folder, forward=forward))
        hashed = subprocess.run(
            ["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True
        )
        for user in (ann, ben):
            subprocess.run(["usermod", "-p", hashed.stdout.strip(), user.name], check=True)
            user.home.chmod(0o700)
        install(ben, program)
        found = Box(ann, ben, folder, program, forward)
        found.project.mkdir()
        (found.project / "notes.txt").write_text("notes\n")
        subprocess.run(["chown", "-R", f"{ann.name}:", str(found.project)], check=True)
        Path("/run/sshd").mkdir(exist_ok=True)
        assert SSHD is not None
        server = subprocess.Popen(
            [SSHD, "-D", "-f", str(folder / "server"), "-E", str(folder / "sshd.log")]
        )
        try:
            while not answers(port):
                assert server.poll() is None, (folder / "sshd.log").read_text()
                time.sleep(0.02)
            yield found
        finally:
            found.run(ann, "stop", "--all", "--project", str(found.project))
            server.terminate()
            server.wait()


def install(user: User, python: Path) -> None:
    """Where pipx would put it; and login files that talk."""
    target = user.home / ".local" / "bin" / "cocalc-tui"
    target.parent.mkdir(parents=True)
    target.write_text(f'#!/bin/sh\nexec {shlex.quote(str(python))} -m cocalc_tui "$@"\n')
    target.chmod(0o755)
    rc = user.home / ".bashrc"
    rc.write_text(f"echo Welcome, it is $(date)\n{rc.read_text() if rc.exists() else ''}")
    subprocess.run(["chown", "-R", f"{user.name}:", str(user.home)], check=True)


def test_a_guest_from_another_machine(box: Box) -> None:
    there = ("--project", f"{box.ben.name}@box:{box.project}")
    stranger = box.run(box.ben, "list", *there)
    assert stranger.returncode == 2
    assert "nobody shares it with you" in stranger.stderr
    assert len(stranger.stderr.splitlines()) == 1
    shared = box.run(box.ann, "share", box.ben.name, "--project", str(box.project))
    assert f":{box.project}   # from elsewhere" in shared.stdout
    listed = box.run(box.ben, "list", *there)
    assert (listed.stdout, listed.returncode) == ("notes.txt\n", 0), listed.stderr
    assert not answers(box.forward)
    mine = box.ben.home / "big.bin"
    mine.write_bytes(os.urandom(3_000_000))
    shutil.chown(mine, box.ben.name)
    sent = box.run(box.ben, "upload", str(mine), *there)
    assert sent.returncode == 0, sent.stderr
    assert (box.project / "big.bin").read_bytes() == mine.read_bytes()
    assert (box.project / "big.bin").stat().st_uid == box.ann.uid
    status = box.run(box.ann, "people", "--json", "--project", str(box.project))
    assert '"here": []' in status.stdout
    assert box.lines() == []


@needs_tmux
@pytest.mark.needs_tmux
def test_typing_over_a_line_that_dies(box: Box) -> None:
    box.run(box.ann, "share", box.ben.name, "--project", str(box.project))
    with ExitStack() as stack:
        words = box.words(box.ben, f"{box.ben.name}@box:{box.project}/notes.txt")
        where = stack.enter_context(pane(words))
        where.wait("notes")
        where.wait("sent ✓")
        where.type("one ")
        where.wait("sent ✓")
        said_to_be_from(box, socket.gethostname())
        for pid in box.lines():
            os.kill(pid, signal.SIGKILL)
        where.type("two ")
        where.wait(r"one two notes[\s\S]*sent ✓")
        deadline = time.monotonic() + 60
        while (text := (box.project / "notes.txt").read_text()) != "one two notes\n":
            assert time.monotonic() < deadline, text
            time.sleep(0.1)
        assert not answers(box.forward)
        replaced_everywhere(box, where)
        where.keys("C-q")
        where.wait(lambda _: where.gone())


def said_to_be_from(box: Box, machine: str) -> None:
    """Who came over ssh sits at another machine, though here that is this one."""
    deadline = time.monotonic() + 60
    while True:
        told = box.run(box.ann, "people", "--json", "--project", str(box.project)).stdout
        here = json.loads(told)["here"]
        if [(one["user"], one["machine"]) for one in here] == [(box.ben.name, machine)]:
            return
        assert time.monotonic() < deadline, told


def replaced_everywhere(box: Box, where: Pane) -> None:
    """All files are searched on their machine, and changed through the relay."""
    other = box.project / "other.txt"
    other.write_text("two more\n")
    shutil.chown(other, box.ann.name)
    where.keys("C-t", "/")
    where.wait("In all files of the project")
    where.type("two")
    where.wait("2 in 2 files")
    where.keys("Tab")
    where.wait("Replace")
    where.type("zwei")
    where.keys("Enter")
    where.wait("a Replace all|zwei")
    where.keys("a")
    deadline = time.monotonic() + 60
    while (text := other.read_text()) != "zwei more\n":
        assert time.monotonic() < deadline, text + where.screen()
        time.sleep(0.1)
    where.keys("Escape")


@needs_tmux
@pytest.mark.needs_tmux
def test_a_password_is_asked_for_before_there_is_a_screen(box: Box) -> None:
    box.run(box.ann, "share", box.ben.name, "--project", str(box.project))
    (box.folder / "keys" / box.ben.name).unlink()
    with ExitStack() as stack:
        words = box.words(box.ben, f"{box.ben.name}@box:{box.project}/notes.txt")
        where = stack.enter_context(pane(words, width=120))
        where.wait("password:")
        where.type(PASSWORD)
        where.keys("Enter")
        where.wait("sent ✓")
        for pid in box.lines():
            os.kill(pid, signal.SIGKILL)
        screen = where.wait("leave and open it")
        assert PASSWORD not in screen


@needs_tmux
@pytest.mark.needs_tmux
def test_a_file_is_offered_from_the_far_end_of_ssh(box: Box) -> None:
    """From a shared terminal on to another machine that has the same files."""
    (box.project / "far.txt").write_text("from afar\n")
    key = box.folder / f"key-{box.ann.name}"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    shutil.copy(f"{key}.pub", box.folder / "keys" / box.ann.name)
    shutil.chown(key, box.ann.name)
    with pane(box.words(box.ann, f"{box.project}/go.term"), width=120) as here:
        here.wait(r"\$ *\n")
        here.type(f"ssh -F {box.folder / 'client'} -tt {box.ann.name}@box sh")
        here.keys("Enter")
        here.wait(r"known hosts\.\s[\s\S]*\$ *\n")
        here.type(f"{box.python} -m cocalc_tui offer {box.project}/far.txt")
        here.keys("Enter")
        here.wait("asks for far.txt; F12 o opens it here")
        assert "from afar" not in here.screen()
        here.keys("F12", "o")
        here.wait("from afar")
        here.keys("C-q")
        here.wait(lambda _: here.gone())
