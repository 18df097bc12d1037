"""A real Unix user who is not invited tries everything: nothing is read, nothing is run."""

from __future__ import annotations

import json
import subprocess
import tempfile
import textwrap
import time
from collections.abc import Iterator
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
SECRET = "secret-4711-" + "z" * 8
"""In a file, a cell, its output and a terminal. Made of two parts where it would be in `argv`."""


@dataclass
class Box:
    """Ann's project, open to Ben, with a kernel and a terminal that run; and Eve."""

    ann: User
    ben: User
    eve: User
    python: Path
    project: Path

    def run(
        self, user: User, *words: str, stdin: str = "", cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [str(self.python), "-m", "cocalc_tui", *words]
        return user.run(command, input=stdin, cwd=str(cwd or "/"))

    def fine(self, user: User, *words: str, stdin: str = "", cwd: Path | None = None) -> str:
        done = self.run(user, *words, stdin=stdin, cwd=cwd)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def as_eve(self, code: str, *words: str) -> list[str]:
        """Lines that a program of Eve's prints; she has all of ours to use."""
        done = self.eve.run([str(self.python), "-c", textwrap.dedent(code), *words], cwd="/")
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def processes(self) -> list[int]:
        found = subprocess.run(
            ["pgrep", "-u", str(self.ann.uid)], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in found.stdout.split()]

    @property
    def runtime(self) -> Path:
        (found,) = Path(f"/tmp/cocalc-tui-{self.ann.uid}").glob("*/relay.sock")
        return found.parent


def notebook() -> str:
    source = f"secret = {SECRET!r}\nprint(secret)\nopen('ran', 'a').write('once')"
    code = {"cell_type": "code", "id": "one", "metadata": {}, "source": source}
    cell = {**code, "execution_count": None, "outputs": []}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(scope="module")
def box(program: Path) -> Iterator[Box]:
    with (
        tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as folder,
        unix_users("ann", "ben", "eve") as (ann, ben, eve),
    ):
        Path(folder).chmod(0o755)
        project = Path(folder) / "lab"
        project.mkdir()
        (project / "notes.txt").write_text(f"{SECRET}\n")
        (project / "a.ipynb").write_text(notebook())
        for path in (project / "notes.txt", project / "a.ipynb"):
            path.chmod(0o600)
        subprocess.run(["chown", "-R", f"{ann.name}:", str(project)], check=True)
        found = Box(ann, ben, eve, program, project)
        at = ("--project", str(project))
        try:
            found.fine(ann, "share", ben.name, *at)
            found.fine(ann, "run", "a.ipynb", cwd=project)
            found.fine(ann, "term", "shell", "--send", "-", stdin=f"echo {SECRET}", cwd=project)
            yield found
        finally:
            found.run(ann, "stop", "--all", *at)


def test_it_all_runs(box: Box) -> None:
    """The tests below look at the real thing."""
    status = json.loads(box.fine(box.ann, "status", "--json", "--project", str(box.project)))
    assert [kernel["path"] for kernel in status["kernels"]] == ["a.ipynb"]
    assert SECRET in (box.project / "a.ipynb").read_text()
    for folder in ("keepers", "terminals"):
        assert len(list((box.project / ".cocalc-tui" / folder).iterdir())) == 1
    assert (box.runtime.stat().st_mode & 0o777) == 0o711


def test_the_relay_says_one_line_and_hears_nothing(box: Box) -> None:
    told = box.run(box.eve, "list", "--project", str(box.project))
    assert told.returncode != 0
    assert told.stderr.splitlines() == [
        f"cocalc-tui: {box.eve.name} is not a member of lab: ask {box.ann.name} to run "
        f"`cocalc-tui share {box.eve.name}` there"
    ]
    assert json.loads(box.fine(box.eve, "join", "--json")) == []
    lines = box.as_eve(
        """
        import asyncio, os, sys
        from pathlib import Path
        from cocalc_tui.client.link import connect_unix
        from cocalc_tui.protocol import messages as m
        from cocalc_tui.protocol.codec import decode, encode
        from cocalc_tui.protocol.transport import TransportClosed

        ASK = [
            m.Open(id=1, path="notes.txt"),
            m.Run(id=2, doc="x", cells=["one"]),
            m.Share(id=3, user=sys.argv[2], role="runner"),
            m.MakeFile(id=4, path="eve"),
            m.Download(id=5, path="notes.txt", at=0),
            m.Stop(id=6, everything=True),
        ]

        async def talk(first):
            transport = await connect_unix(Path(sys.argv[1]), int(sys.argv[3]))
            for message in [*first, *ASK]:
                transport.send(encode(message))
            try:
                while True:
                    heard = decode(await transport.recv())
                    print(type(heard).__name__, getattr(heard, "code", ""))
            except TransportClosed:
                print("closed")

        hello = m.Hello(newest=1, oldest=1, release="0", session="e" * 16)
        for first in ([hello], [], [m.Welcome(version=1, release="", connection="", user="root",
                                               role="owner", host="", project="", now=0)]):
            asyncio.run(talk(first))
        """,
        str(box.runtime / "relay.sock"),
        box.eve.name,
        str(box.ann.uid),
    )
    assert lines == ["Goodbye role", "closed", "Goodbye form", "closed", "Goodbye form", "closed"]
    assert not (box.project / "eve").exists()
    people = json.loads(box.fine(box.ann, "people", "--json", "--project", str(box.project)))
    assert box.eve.name not in str(people)
    assert (box.project / "ran").read_text() == "once"


def test_no_socket_but_the_relays_can_be_reached(box: Box) -> None:
    sockets = [str(path) for path in box.runtime.rglob("*") if path.is_socket()]
    assert len(sockets) >= 8
    reached = box.as_eve(
        """
        import socket, sys
        for path in sys.argv[1:]:
            try:
                socket.socket(socket.AF_UNIX).connect(path)
                print(path)
            except PermissionError:
                pass
        """,
        *sockets,
    )
    assert sorted(Path(path).name for path in reached) == ["ask.sock", "relay.sock"]


def test_nothing_listens_on_a_port_or_under_an_abstract_name(box: Box) -> None:
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            assert int(row.split()[7]) != box.ann.uid, row
    ours = set()
    for pid in box.processes():
        for link in Path(f"/proc/{pid}/fd").iterdir():
            target = str(link.readlink()) if link.is_symlink() else ""
            ours.add(target.removeprefix("socket:[").rstrip("]"))
    for row in Path("/proc/net/unix").read_text().splitlines()[1:]:
        words = row.split()
        if len(words) > 7 and words[7].startswith("@"):
            assert words[6] not in ours, row


def test_no_file_of_ours_can_be_read(box: Box) -> None:
    state = box.project / ".cocalc-tui"
    files = [str(path) for path in state.rglob("*") if path.is_file()]
    assert any("log.sqlite" in path for path in files)
    assert any("spool" in path for path in files)
    opened = box.as_eve(
        """
        import os, sys
        for path in sys.argv[1:]:
            for folder in (path, os.path.dirname(path)):
                look = os.listdir if os.path.isdir(folder) else open
                try:
                    print(folder, look(folder))
                except PermissionError:
                    pass
        """,
        *files,
    )
    assert opened == []
    found = box.as_eve(
        """
        import os, sys
        secret = sys.argv[1] + sys.argv[2]
        for top in ("/tmp", "/run", "/var/tmp", "/dev/shm"):
            for folder, _, names in os.walk(top):
                for name in names:
                    path = os.path.join(folder, name)
                    try:
                        if os.stat(path).st_uid == int(sys.argv[3]) and os.path.isfile(path):
                            if secret.encode() in open(path, "rb").read():
                                print(path)
                    except OSError:
                        pass
        """,
        SECRET[:6],
        SECRET[6:],
        str(box.ann.uid),
    )
    assert found == []


def test_proc_tells_nothing(box: Box) -> None:
    """Command lines can be read by everybody, so nothing that matters is in them."""
    pids = box.processes()
    assert len(pids) >= 5
    read = box.as_eve(
        """
        import os, sys
        secret = (sys.argv[1] + sys.argv[2]).encode()
        for pid in sys.argv[3:]:
            for name in ("cmdline", "comm", "environ", "maps", "mem", "fd", "cwd", "stack", "io"):
                path = f"/proc/{pid}/{name}"
                try:
                    if name == "fd":
                        data = "".join(os.listdir(path)).encode() + b"opened"
                    elif name == "cwd":
                        data = os.readlink(path).encode() + b"opened"
                    else:
                        data = open(path, "rb").read()
                except (PermissionError, FileNotFoundError, ProcessLookupError):
                    continue
                if name not in ("cmdline", "comm") or secret in data:
                    print(path, data[:80])
        """,
        SECRET[:6],
        SECRET[6:],
        *map(str, pids),
    )
    assert read == []


def test_root_is_nobody_unless_invited(box: Box) -> None:
    words = [str(box.python), "-m", "cocalc_tui", "list", "--project", str(box.project)]
    done = subprocess.run(words, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "root is not a member of lab" in done.stderr


def test_nobody_was_disturbed(box: Box) -> None:
    at = ("--project", str(box.project))
    assert box.fine(box.ben, "download", "notes.txt", "--to", "-", *at) == f"{SECRET}\n"
    deadline = time.monotonic() + 60
    while SECRET not in box.fine(box.ann, "term", "shell", "--tail", "5", cwd=box.project):
        assert time.monotonic() < deadline
        time.sleep(0.2)


# --- planted before the first start ------------------------------------------------------------


@pytest.fixture
def fresh(box: Box) -> Iterator[Path]:
    """Another project of Ann's, in which nothing was ever started; anybody may write in it."""
    with tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        project = Path(folder) / "new"
        project.mkdir()
        (project / "notes.txt").write_text(SECRET)
        subprocess.run(["chown", "-R", f"{box.ann.name}:", str(project)], check=True)
        project.chmod(0o777)
        yield project
        box.run(box.ann, "stop", "--all", "--project", str(project))


@pytest.mark.parametrize(
    "plant",
    [
        "os.mkdir(at)",
        "os.symlink('/tmp', at)",
        "os.symlink('/nonexistent', at)",
        "open(at, 'w').close()",
        "os.mkfifo(at)",
        "os.mkdir(at); open(at + '/log.sqlite', 'w').close()",
        "os.mkdir(at); os.symlink('/etc/passwd', at + '/log.sqlite'); os.chmod(at, 0o777)",
    ],
)
def test_a_planted_state_is_refused_in_one_line(box: Box, fresh: Path, plant: str) -> None:
    box.as_eve(f"import os, sys; at = sys.argv[1]; {plant}", str(fresh / ".cocalc-tui"))
    told = box.run(box.ann, "list", "--project", str(fresh))
    assert told.returncode != 0
    assert told.stdout == ""
    (line,) = told.stderr.splitlines()
    assert "planted" in line or "not a folder" in line
    assert str(fresh / ".cocalc-tui") in line


@pytest.mark.parametrize(
    "plant",
    ["os.mkdir(at); os.chmod(at, 0o777)", "os.symlink('/var/tmp', at)", "open(at, 'w').close()"],
)
def test_a_planted_runtime_folder_is_refused_in_one_line(program: Path, plant: str) -> None:
    with unix_users("ann", "eve") as (ann, eve):
        at = Path(f"/tmp/cocalc-tui-{ann.uid}")
        project = ann.home / "lab"
        project.mkdir()
        subprocess.run(["chown", f"{ann.name}:", str(project)], check=True)
        box = Box(ann, ann, eve, program, project)
        try:
            box.as_eve(f"import os, sys; at = sys.argv[1]; {plant}", str(at))
            told = box.run(ann, "list", "--project", str(project))
            assert told.returncode != 0
            (line,) = told.stderr.splitlines()
            assert "planted" in line
            assert str(at) in line
        finally:
            subprocess.run(["rm", "-rf", str(at)], check=True)
