"""Real keepers with real kernels."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.server.environment import clean
from cocalc_tui.server.guests import Guest
from cocalc_tui.server.keeper.channels import Channels
from cocalc_tui.server.keeper.journal import Journal
from cocalc_tui.server.keeper.kernel import KernelProcess
from cocalc_tui.server.keeper.link import Link
from cocalc_tui.server.keeper.queueing import Queue, Run
from cocalc_tui.server.keeper.registry import lives
from cocalc_tui.server.keeper.talk import Talk
from cocalc_tui.server.keeper.wire import Received
from cocalc_tui.server.paths import open_to_guests, places
from tests.server.keeper.talking import IPYKERNEL, Talking
from tests.server.processes.look import alive, command_line, eventually
from tests.server.processes.test_paths import STRANGER, as_stranger, needs_root

GUESTS = [Guest("bob", "editor", 12345)]

TICKS = "import time\nfor n in range({0}):\n    print('tick', n, flush=True)\n    time.sleep({1})"


def ticks(count: int) -> str:
    return "".join(f"tick {n}\n" for n in range(count))


@pytest.fixture
def kept(project: Path) -> Iterator[Talking]:
    with Talking(project) as talking:
        yield talking


def resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# --- running -----------------------------------------------------------------------------------


def test_cells_run_in_order_and_share_their_state(kept: Talking) -> None:
    first, second, third = kept.execute("x = 40", "x += 2", "print(x)")
    assert kept.finished(third)["state"] == "done"
    assert [kept.row(run)["count"] for run in (first, second, third)] == [1, 2, 3]
    assert kept.text(third) == "42\n"
    row = kept.row(third)
    assert row["started"] <= row["finished"]


def test_rows_frame_the_output_of_their_run(kept: Talking) -> None:
    runs = kept.execute(*[f"print({n})" for n in range(20)])
    kept.finished(runs[-1])
    running = ""
    for record in kept.records:
        if record["kind"] == "row" and record["row"]["state"] in ("running", "done"):
            running = record["row"]["run"] if record["row"]["state"] == "running" else ""
        if record["kind"] == "io":
            assert record["run"] == running


def test_an_error_stops_that_users_cells(kept: Talking) -> None:
    failing, behind = kept.execute("import time; time.sleep(0.5); 1/0", "print('behind')")
    (others,) = kept.execute("print('mine')", user="bo")
    assert kept.finished(others)["state"] == "done"
    assert kept.row(failing)["state"] == "error"
    assert kept.row(behind)["state"] == "stopped"
    assert [record["type"] for record in kept.outputs(failing)] == ["error"]
    assert kept.outputs(behind) == []


@pytest.mark.parametrize("by_message", [False, True])
def test_interrupt_stops_what_runs_and_empties_the_queue(project: Path, by_message: bool) -> None:
    with Talking(project, by_message=by_message) as kept:
        running, behind = kept.execute("print('on', flush=True)\nwhile True: pass", "print(1)")
        kept.until(lambda: kept.text(running))
        kept.ask("interrupt")
        assert kept.finished(running)["state"] == "error"
        assert kept.outputs(running)[-1]["content"]["ename"] == "KeyboardInterrupt"
        assert kept.row(behind)["state"] == "stopped"
        (after,) = kept.execute("print('still here')")
        kept.finished(after)
        assert kept.text(after) == "still here\n"


def test_a_cell_is_interrupted_though_it_has_only_just_been_sent(kept: Talking) -> None:
    kept.started()
    (run,) = kept.execute("while True: pass")
    kept.ask("interrupt")
    assert kept.finished(run)["state"] in ("error", "stopped")


def test_interrupting_a_kernel_that_starts_does_not_end_it(kept: Talking) -> None:
    kept.ask("interrupt")
    assert kept.started()["state"] == "idle"


def test_input_goes_to_the_run_that_asked(kept: Talking) -> None:
    (run,) = kept.execute("print('hello', input('who? '))", input_allowed=True)
    (asked,) = kept.until(lambda: [r for r in kept.records if r["kind"] == "ask"])
    assert (asked["run"], asked["prompt"], asked["password"]) == (run, "who? ", False)
    assert "does not wait" in kept.ask("input", run="other", text="x")["error"]
    kept.ask("input", run=run, text="al")
    kept.finished(run)
    assert kept.text(run).endswith("hello al\n")
    assert "does not wait" in kept.ask("input", run=run, text="again")["error"]


def test_input_that_nobody_could_give_is_an_error_not_a_hang(kept: Talking) -> None:
    (run,) = kept.execute("input()")
    assert kept.finished(run)["state"] == "error"


def test_help_is_output(kept: Talking) -> None:
    (run,) = kept.execute("len?")
    kept.finished(run)
    (page,) = kept.outputs(run)
    assert "Return the number of items" in page["content"]["data"]["text/plain"]


def test_nonsense_is_answered(kept: Talking) -> None:
    assert "cannot do" in kept.ask("dance")["error"]
    assert "error" in kept.ask("execute", runs=[{"cell": "x"}])
    kept.socket.sendall(b"nonsense\n")
    assert kept.lines.readline() == ""
    kept.close()
    kept.connect()
    assert kept.greeting["about"]["doc"] == "doc"


# --- nothing is lost ---------------------------------------------------------------------------


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


def test_what_prepares_the_kernel_leaves_no_trace(kept: Talking) -> None:
    (run,) = kept.execute("print(sorted(set(globals()) - set(dir(__builtins__))), In)")
    row = kept.finished(run)
    assert row["count"] == 1
    assert "thread" not in kept.text(run)
    assert "schedule" not in kept.text(run)


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


# --- the end of a kernel -----------------------------------------------------------------------


def test_a_killed_kernel(kept: Talking) -> None:
    running, behind = kept.execute("print('on', flush=True)\nwhile True: pass", "1")
    kept.until(lambda: kept.text(running))
    os.kill(kept.kernel()["pid"], signal.SIGKILL)
    reason = kept.dead()
    assert reason.startswith("the kernel was killed (SIGKILL, exit code 137;")
    assert reason.endswith("what it held is gone, run a cell to start it anew")
    assert [kept.row(run)["state"] for run in (running, behind)] == ["stopped", "stopped"]
    eventually(lambda: not lives(kept.folder))


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (
            "import os, sys; err = sys.stderr._original_stdstream_copy\n"
            "os.write(err, b'out of luck\\n'); os._exit(3)",
            "ended with exit code 3",
        ),
        ("import os; os.abort()", "was ended by SIGABRT (exit code 134)"),
        ("exit()", "ended with exit code 0"),
    ],
)
def test_a_kernel_that_ends_itself(kept: Talking, code: str, cause: str) -> None:
    (run,) = kept.execute(code)
    reason = kept.dead()
    assert f"the kernel {cause}" in reason
    assert "\n" not in reason
    if "luck" in code:
        assert '"out of luck"' in reason
        assert kept.row(run)["state"] == "stopped"


def test_a_kernel_that_gives_no_sign_of_life_is_said_to_and_when_it_does_again(
    project: Path,
) -> None:
    with Talking(project, silent=1.0) as kept:
        (before,) = kept.execute("x = 1")
        kept.finished(before)
        os.kill(kept.kernel()["pid"], signal.SIGSTOP)
        (run,) = kept.execute("print(x)")
        kept.until(lambda: kept.kernel()["state"] == "silent")
        assert kept.kernel()["reason"].startswith("the kernel has given no sign of life for 1 s:")
        os.kill(kept.kernel()["pid"], signal.SIGCONT)
        kept.finished(run)
        kept.until(lambda: kept.kernel()["state"] == "idle")
        assert (kept.kernel()["reason"], kept.text(run)) == ("", "1\n")


def test_a_kernel_that_computes_long_gives_signs_of_life(project: Path) -> None:
    with Talking(project, silent=0.6) as kept:
        (run,) = kept.execute("import time\nend = time.time() + 2\nwhile time.time() < end: pass")
        kept.finished(run)
        assert {r["state"] for r in kept.records if r["kind"] == "kernel"} == {"starting", "idle"}


def test_a_kernel_that_dies_at_its_start(project: Path) -> None:
    talking = Talking(project, [sys.executable, "-c", "import no_such_kernel"])
    assert talking.dead() == (
        'the kernel ended with exit code 1: "ModuleNotFoundError: No module named '
        "'no_such_kernel'\" at its start; choose another, or mend this one"
    )
    eventually(lambda: not lives(talking.folder))
    assert not talking.sockets.exists()


def test_last_words_are_one_clean_line(project: Path) -> None:
    code = (
        r"import sys; sys.stderr.write('\x1b]52;c;eA==\x07 evil \x1b[31mred\nx\x9b2J'); sys.exit(9)"
    )
    reason = Talking(project, [sys.executable, "-c", code]).dead()
    assert "exit code 9" in reason
    assert reason.isprintable()


def test_a_kernel_whose_program_is_not_there(project: Path) -> None:
    reason = Talking(project, ["/no/such/program"]).dead()
    assert reason == (
        "the kernel cannot be started: /no/such/program: No such file or directory; "
        "choose another, or mend this one"
    )


def test_a_kernel_that_can_only_tcp_is_ended(project: Path) -> None:
    module = [sys.executable, "-m", "ipykernel_launcher"]
    talking = Talking(project, [*module, "--transport=tcp", "--ip=127.0.0.1"])
    with talking:
        pid = talking.greeting["kernel"]["pid"]
        reason = talking.dead()
    assert "only over TCP" in reason
    assert reason.endswith("choose another")
    assert not alive(pid)


def test_ended_when_asked(kept: Talking) -> None:
    (run,) = kept.execute("import subprocess; child = subprocess.Popen(['sleep', '1000'])")
    kept.finished(run)
    (run,) = kept.execute("print(child.pid)")
    kept.finished(run)
    pid = kept.kernel()["pid"]
    kept.ask("end")
    assert kept.dead() == ""
    assert not alive(pid)
    eventually(lambda: not alive(int(kept.text(run))))
    eventually(lambda: not lives(kept.folder))
    assert not kept.sockets.exists()


def test_ended_though_the_kernel_does_not_want_to(kept: Talking) -> None:
    (run,) = kept.execute(
        "import signal\nfor n in (2, 15): signal.signal(n, signal.SIG_IGN)\n"
        "print('on', flush=True)\nwhile True: pass"
    )
    kept.until(lambda: kept.text(run))
    os.kill(kept.keeper_pid, signal.SIGTERM)
    assert kept.dead() == ""
    assert kept.row(run)["state"] == "stopped"


def test_a_kernel_does_not_outlive_its_keeper(kept: Talking) -> None:
    pid = kept.started()["pid"]
    os.kill(kept.keeper_pid, signal.SIGKILL)
    eventually(lambda: not alive(pid) and not lives(kept.folder))


# --- what others must not see ------------------------------------------------------------------


def test_the_kernel_has_a_clean_environment_and_the_logins_umask(project: Path) -> None:
    planted = {**os.environ, "SSH_AUTH_SOCK": "/tmp/agent", "MY_TOKEN": "secret"}
    with Talking(project, env=clean(planted)) as kept:
        (run,) = kept.execute("import os, json\nprint(json.dumps([dict(os.environ), os.umask(0)]))")
        kept.finished(run)
        environment, umask = json.loads(kept.text(run))
        assert umask == 0o022
        assert not {"SSH_AUTH_SOCK", "MY_TOKEN", "TMUX", "DISPLAY"} & set(environment)
        assert "secret" not in str(environment)
        pid = kept.kernel()["pid"]
        assert b"secret" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_code_is_written_nowhere(kept: Talking) -> None:
    (run,) = kept.execute("password = 'xyzzy' + 'plugh'")
    kept.finished(run)
    for path in (*kept.folder.iterdir(), *kept.sockets.iterdir()):
        if path.is_file():
            assert b"xyzzy" not in path.read_bytes(), path
    assert not (kept.folder / "order.json").exists()


def test_nothing_secret_is_an_argument(kept: Talking) -> None:
    key = json.loads((kept.sockets / "c.json").read_text())["key"]
    for pid in (kept.keeper_pid, kept.started()["pid"]):
        assert not [word for word in command_line(pid) if key in word or "print" in word]


def test_everything_is_private(kept: Talking) -> None:
    kept.started()
    for folder in (kept.folder, kept.sockets):
        assert folder.stat().st_mode & 0o777 == 0o700
    for path in (kept.sockets / "keeper.sock", kept.sockets / "c.json"):
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.needs_root
@needs_root
def test_another_user_gets_at_nothing(kept: Talking) -> None:
    kept.started()
    where = places(kept.folder.parents[2])
    open_to_guests(where, GUESTS)
    sockets = sorted(path for path in kept.sockets.iterdir() if path.is_socket())
    assert len(sockets) == 7
    code = (
        "import socket, sys\n"
        "for path in sys.argv[1:]:\n"
        "    try:\n"
        "        if '.sock' in path or '/s-' in path:\n"
        "            socket.socket(socket.AF_UNIX).connect(path)\n"
        "        else:\n"
        "            open(path)\n"
        "        print('got in:', path)\n"
        "    except PermissionError:\n"
        "        pass\n"
    )
    files = [path for path in kept.folder.iterdir() if path.is_file()]
    paths = [str(path) for path in (*sockets, *files, kept.sockets / "c.json")]
    assert as_stranger(code, *paths) == ""


@pytest.mark.needs_root
@needs_root
def test_who_speaks_to_a_keeper_is_checked(runtime: Path) -> None:
    """Even where the folders had been opened by mistake."""
    runtime.chmod(0o777)
    link = Link(runtime / "keeper.sock", lambda: {"hello": "world"})
    (runtime / "keeper.sock").chmod(0o666)
    code = (
        "import socket, sys\n"
        "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.settimeout(20)\n"
        "print('connected', flush=True); print(s.recv(100))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(runtime / "keeper.sock")],
        user=STRANGER,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "connected\n"
        link.accept()
        assert process.stdout.readline() == "b''\n"
    assert link.peers == []
    link.close_listener()


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
