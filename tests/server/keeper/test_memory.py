"""Why a killed kernel was killed; the system's own killing is real."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.server.keeper import memory as module
from cocalc_tui.server.keeper.kernel import KernelProcess
from cocalc_tui.server.keeper.memory import Memory, in_words

GREEDY = """
kept = [bytearray(b"x" * 10_000_000) for _ in range(100)]
print("had enough", flush=True)
"""
LIMIT = 200 * 2**20


@pytest.fixture
def small_group() -> Iterator[Path]:
    """A control group with little memory, as an administrator gives to a login."""
    for kind, limit in (("memory", "memory.limit_in_bytes"), ("", "memory.max")):
        folder = module.CONTROL / kind / f"cocalc-tui-test-{os.getpid()}"
        try:
            folder.mkdir()
            (folder / limit).write_text(str(LIMIT))
        except OSError:
            if folder.is_dir():
                folder.rmdir()
            continue
        yield folder / "cgroup.procs"
        folder.rmdir()
        return
    pytest.skip("control groups for memory cannot be made here")


def ended(*words: str) -> str:
    kernel = KernelProcess(
        [sys.executable, "-c", *words], env=dict(os.environ), cwd="/", umask=0o022
    )
    assert select.select([kernel.ended], [], [], 60)[0]
    return kernel.reap()


def test_killed_for_want_of_memory_in_its_control_group(small_group: Path) -> None:
    """A process of its own goes there: the system kills who has taken most."""
    program = f"""
from pathlib import Path
from tests.server.keeper.test_memory import GREEDY, ended
Path({str(small_group)!r}).write_text("0")
print(ended(GREEDY))
"""
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert said.startswith(
        "was killed (SIGKILL, exit code 137; the system had no memory left; it had taken "
    )
    assert said.endswith(f"of {in_words(LIMIT)})")


def test_killed_by_somebody_while_there_is_room() -> None:
    said = ended("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert said.startswith("was killed (SIGKILL, exit code 137; by somebody or by the system; ")
    assert " GB)" in said


def test_who_was_killed_for_it_long_before_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CONTROL", tmp_path)
    monkeypatch.setattr(module, "_groups", lambda _: [tmp_path / "inner", tmp_path])
    (tmp_path / "inner").mkdir()
    inner, outer = tmp_path / "inner" / "memory.events", tmp_path / "memory.events"
    inner.write_text("low 0\noom_kill 3\n")
    outer.write_text("oom_kill 3\n")
    memory = Memory(os.getpid())
    outer.write_text("oom_kill 4\n")
    assert memory.why(1).startswith("by somebody")
    inner.write_text("oom_kill 4\n")
    assert memory.why(1).startswith("the system had no memory left")
    memory.look()
    assert memory.why(1).startswith("the system had no memory left")
    memory.look()
    assert memory.why(1).startswith("by somebody")


def test_much_taken_is_probably_why() -> None:
    memory = Memory(os.getpid())
    assert memory.why(10**15).startswith("probably for want of memory; it had taken 1000000.0 GB")


def test_other_ends_say_nothing_of_memory() -> None:
    assert ended("raise SystemExit(3)") == "ended with exit code 3"
    kernel = KernelProcess(["sleep", "60"], env=dict(os.environ), cwd="/", umask=0o022)
    kernel.signal(signal.SIGTERM)
    assert kernel.reap() == "was ended by SIGTERM (exit code 143)"
