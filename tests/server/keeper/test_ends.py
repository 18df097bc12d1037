"""How kernels end, and what is said of it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from cocalc_tui.server.keeper.registry import lives
from tests.server.keeper.talking import Talking
from tests.server.processes.look import alive, eventually


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
