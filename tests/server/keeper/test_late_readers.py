"""Who reads what a kernel prints is gone, late or has no room: nothing is lost."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
from pathlib import Path

from cocalc_tui.server.environment import clean
from cocalc_tui.server.keeper.channels import Channels
from cocalc_tui.server.keeper.journal import Journal
from cocalc_tui.server.keeper.kernel import KernelProcess
from cocalc_tui.server.keeper.link import Link
from cocalc_tui.server.keeper.queueing import Queue, Run
from cocalc_tui.server.keeper.talk import Talk
from cocalc_tui.server.keeper.wire import Received
from tests.server.keeper.talking import IPYKERNEL, Talking
from tests.server.processes.look import eventually

TICKS = "import time\nfor n in range({0}):\n    print('tick', n, flush=True)\n    time.sleep({1})"


def ticks(count: int) -> str:
    return "".join(f"tick {n}\n" for n in range(count))


def resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_relay_is_gone_and_comes_back(kept: Talking) -> None:
    first, second = kept.execute(TICKS.format(20, 0.02), "print('second')")
    kept.close()
    eventually(lambda: len(list(kept.folder.glob("*.spool"))) > 0)
    kept.finished(second)
    kept.connect()
    assert {row["run"]: row["state"] for row in kept.greeting["rows"]} == {
        first: "done",
        second: "done",
    }
    assert kept.greeting["end"] == kept.reader.offset
    assert kept.text(first) == ticks(20)


def test_a_relay_that_does_not_read_loses_nothing(kept: Talking) -> None:
    code = "import sys\nfor n in range(8000):\n    print(n); sys.stdout.flush()"
    (run,) = kept.execute(code)
    assert kept.finished(run)["state"] == "done", (kept.kernel(), kept.outputs(run))
    assert kept.text(run) == "".join(f"{n}\n" for n in range(8000))


def test_a_keeper_that_is_late_loses_nothing(runtime: Path) -> None:
    """The kernel publishes more than any queue's default before the first message is read."""
    channels = Channels(runtime)
    channels.write_connection_file("python3")
    argv = [word.format(connection_file=channels.connection_file) for word in IPYKERNEL]
    kernel = KernelProcess(argv, env=clean(os.environ), cwd=str(runtime), umask=0o022)
    channels.connect()
    queue = Queue()
    talk = Talk(channels, queue, Journal(runtime, queue))
    try:
        while not talk.ready:
            talk.ask_who()
            channels.shell.poll(100)
            talk.hear()
        code = (
            "import sys\nfor n in range(6000):\n    print(n); sys.stdout.flush()\n"
            f"open({str(runtime / 'printed')!r}, 'w').close()"
        )
        talk.execute(Run("cell", "run", "al", 1, code=code))
        eventually((runtime / "printed").exists, 60)
        messages: list[Received] = []
        while not messages or messages[-1].content != b'{"execution_state": "idle"}':
            assert channels.iopub.poll(20_000)
            messages += channels.receive(channels.iopub, 2**20)
        texts = [json.loads(m.content)["text"] for m in messages if m.type == "stream"]
        assert "".join(texts) == "".join(f"{n}\n" for n in range(6000))
    finally:
        kernel.kill()
        kernel.reap()
        channels.close()


def test_a_keeper_that_gets_no_time_loses_nothing(kept: Talking) -> None:
    """As on a machine that is far too busy."""
    kept.started()
    (run,) = kept.execute(
        "import sys, time\ntime.sleep(0.3)\n"
        "for n in range(6000):\n    print(n); sys.stdout.flush()\n"
        "open('printed', 'w').close()"
    )
    kept.until(lambda: kept.row(run)["state"] == "running")
    os.kill(kept.keeper_pid, signal.SIGSTOP)
    try:
        eventually((kept.folder.parents[2] / "printed").exists, 60)
    finally:
        os.kill(kept.keeper_pid, signal.SIGCONT)
    assert kept.finished(run)["state"] == "done"
    assert kept.text(run) == "".join(f"{n}\n" for n in range(6000))


def test_a_flood_costs_the_keeper_little(kept: Talking) -> None:
    kept.started()
    before = cpu_seconds(kept.keeper_pid)
    (run,) = kept.execute("for n in range(1_000_000): print(n)")
    kept.finished(run, within=100)
    assert kept.text(run) == "".join(f"{n}\n" for n in range(1_000_000))
    assert cpu_seconds(kept.keeper_pid) - before < 1.0
    assert resident(kept.keeper_pid) <= 25_000, "kB"


def test_a_full_disk_costs_output_only(kept: Talking) -> None:
    kept.started()
    limit = resource.RLIMIT_FSIZE
    unlimited = resource.prlimit(kept.keeper_pid, limit)
    resource.prlimit(kept.keeper_pid, limit, (3000, unlimited[1]))
    (run,) = kept.execute("print('x' * 50_000)")
    (other,) = kept.execute("open('over', 'w').close()")
    eventually((kept.folder.parents[2] / "over").exists)
    resource.prlimit(kept.keeper_pid, limit, unlimited)
    kept.finished(other)
    assert kept.row(run)["state"] == "done"
    lost = [record for record in kept.records if record["kind"] == "lost"]
    assert [record["run"] for record in lost] == [run]
    assert lost[0]["bytes"] > 50_000


def test_what_is_taken_is_deleted(kept: Talking) -> None:
    for _ in range(3):
        (run,) = kept.execute("print('x' * 5_000_000)")
        kept.finished(run)
    before = len(list(kept.folder.glob("*.spool")))
    kept.ask("taken", offset=kept.reader.offset)
    assert len(list(kept.folder.glob("*.spool"))) < before


def test_a_link_that_was_cleaned_away_is_made_anew(runtime: Path) -> None:
    link = Link(runtime / "keeper.sock", dict)
    assert link.is_there()
    (runtime / "keeper.sock").unlink()
    assert not link.is_there()
    link.stay_there()
    assert link.is_there()
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(runtime / "keeper.sock"))
    link.close_listener()
