"""A project on a network file system: one machine's relay serves it, and the others say which."""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path

import pytest

from cocalc_tui.server import holding
from cocalc_tui.server.holding import LEASE, NAME, Holding, Machine, hold
from cocalc_tui.server.paths import places, prepare
from cocalc_tui.server.serve import serve
from cocalc_tui.server.store import StoreTrouble

HERE = Machine("here", "1" * 32, "boot-1", up=1000.0)
THERE = Machine("there", "2" * 32, "boot-2", up=1000.0)


@pytest.fixture
def lease(tmp_path: Path) -> Path:
    return tmp_path / NAME


def aged(lease: Path, seconds: float) -> None:
    then = lease.stat().st_mtime - seconds
    os.utime(lease, (then, then))


def holder(lease: Path) -> str:
    return str(json.loads(lease.read_text())["name"])


def test_this_machine_and_its_disk_are_known(tmp_path: Path) -> None:
    found = holding.this_machine()
    assert found.name == socket.gethostname()
    assert found.boot
    assert found.up > 0
    assert holding.filesystem_of(Path("/proc")) == "proc"
    assert hold(tmp_path) is None or holding.is_shared(holding.filesystem_of(tmp_path))


@pytest.mark.parametrize("filesystem", ["nfs", "nfs4", "cifs", "fuse.sshfs", "ceph", "lustre"])
def test_what_several_machines_may_have(
    tmp_path: Path, filesystem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "filesystem_of", lambda _path: filesystem)
    assert hold(tmp_path) is not None
    monkeypatch.setattr(holding, "filesystem_of", lambda _path: "ext4")
    assert hold(tmp_path) is None


def test_a_relay_elsewhere_refuses_and_names_the_machine(lease: Path) -> None:
    one = Holding(lease, HERE)
    with pytest.raises(StoreTrouble, match="a relay on here serves this project"):
        Holding(lease, THERE)
    assert [path.name for path in lease.parent.iterdir()] == [NAME]
    one.release()
    assert list(lease.parent.iterdir()) == []
    Holding(lease, THERE)
    assert holder(lease) == "there"


def test_on_one_machine_the_locks_decide(lease: Path) -> None:
    before = Holding(lease, HERE)
    after = Holding(lease, HERE)
    before.release()  # of one that was killed, or ends late
    assert lease.exists()
    after.release()
    assert not lease.exists()


def test_one_that_expired_is_taken_over(lease: Path) -> None:
    Holding(lease, HERE)
    aged(lease, LEASE - 2)
    with pytest.raises(StoreTrouble):
        Holding(lease, THERE)
    aged(lease, LEASE + 1)
    Holding(lease, THERE)
    assert holder(lease) == "there"


def test_one_of_an_earlier_start_of_this_machine_is_taken_over_at_once(lease: Path) -> None:
    Holding(lease, HERE)
    aged(lease, 10)
    again = HERE._replace(boot="boot-3", up=5.0)
    copy = HERE._replace(boot="boot-4", up=1000.0)
    with pytest.raises(StoreTrouble, match="a relay on here"):
        Holding(lease, copy)  # it ran already when the lease was renewed
    Holding(lease, again)
    assert json.loads(lease.read_text())["boot"] == "boot-3"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"name": 5, "id": ', "\0" * 9])
def test_what_is_half_written_counts_until_it_expires(lease: Path, text: str) -> None:
    lease.write_text(text)
    with pytest.raises(StoreTrouble, match="another machine"):
        Holding(lease, HERE)
    aged(lease, LEASE + 1)
    Holding(lease, HERE)


def test_renewing(lease: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Holding(lease, HERE)
    aged(lease, 20)
    assert held.renew()  # it is not time yet
    with_age = lease.stat().st_mtime
    monkeypatch.setattr(holding, "RENEWAL", 0.0)
    assert held.renew()
    assert lease.stat().st_mtime > with_age + 15
    lease.unlink()
    assert held.renew()
    assert holder(lease) == "here"
    aged(lease, LEASE + 1)  # this machine slept
    Holding(lease, THERE)
    assert not held.renew()
    held.release()
    assert holder(lease) == "there"


def test_who_comes_between_looking_and_taking_keeps_it(
    lease: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two machines find the same one expired: the slower must not take away the quicker's."""
    Holding(lease, HERE)
    aged(lease, LEASE + 1)
    real = Path.rename

    def late(self: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "rename", real)
        Holding(lease, THERE)
        return real(self, target)

    monkeypatch.setattr(Path, "rename", late)
    with pytest.raises(StoreTrouble, match="a relay on there"):
        Holding(lease, HERE._replace(name="third", id="3" * 32))
    assert holder(lease) == "there"


def test_a_relay_does_not_start_where_another_machine_serves(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    where = places(project)
    prepare(where)
    monkeypatch.setattr(holding, "filesystem_of", lambda _path: "nfs4")
    Holding(where.state / NAME, THERE)
    with socket.socket(socket.AF_UNIX) as listener:
        assert serve(project, 0o022, listener.detach()) == 1
    assert "a relay on there serves this project" in capsys.readouterr().err
    assert not (where.state / "log.sqlite").exists()


def test_a_relay_that_lost_its_lease_writes_no_more(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    where = places(project)
    prepare(where)
    exits: list[int] = []

    def exited(code: int) -> None:
        exits.append(code)
        os.kill(os.getpid(), signal.SIGTERM)  # in this process the end is left to the relay

    monkeypatch.setattr(holding, "filesystem_of", lambda _path: "nfs4")
    monkeypatch.setattr(Holding, "renew", lambda _self: False)
    monkeypatch.setattr("cocalc_tui.server.serve.os._exit", exited)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(where.socket))
        serve(project, 0o022, listener.detach())
    assert exits[:1] == [1]
    assert "another machine serves this project now" in capsys.readouterr().err
    assert not (where.state / NAME).exists()
