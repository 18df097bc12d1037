"""What a kernel uses, told when it moved."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import msgspec
import pytest

from cocalc_tui.server.keeper.registry import About
from cocalc_tui.server.kernels.telling import Telling
from cocalc_tui.server.kernels.usage import Meter, usage_of


def burnt(child: subprocess.Popen[bytes], seconds: float) -> float:
    """Let it use that much and stop there; returns what it has used in all."""
    end = usage_of(child.pid).seconds + seconds
    child.send_signal(signal.SIGCONT)
    while usage_of(child.pid).seconds < end:
        time.sleep(0.005)
    child.send_signal(signal.SIGSTOP)
    time.sleep(0.02)
    return usage_of(child.pid).seconds


@pytest.fixture
def busy() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sh", "-c", "while :; do :; done"]) as child:
        yield child
        child.kill()


async def test_that_it_rests_is_told_however_small_the_step(busy: subprocess.Popen[bytes]) -> None:
    meter = Meter()
    before = burnt(busy, 0.02)
    assert await meter.read(busy.pid, 1.0)
    after = burnt(busy, 0.1)
    assert await meter.read(busy.pid, (after - before) / 0.051)
    assert meter.cpu == 5.1
    assert await meter.read(busy.pid, 1.0)
    assert meter.cpu == 0
    assert not await meter.read(busy.pid, 1.0)


ABOUT = About("1", "doc", "a.ipynb", "python3", "Python 3", "", "python", pid=1, started=0)


@pytest.mark.parametrize("its_keeper_says_so", [True, False])
async def test_a_kernel_that_is_gone_uses_nothing(its_keeper_says_so: bool) -> None:
    told: list[msgspec.Struct] = []
    telling = Telling("doc", ABOUT, lambda _doc, _topic, said, *, keep: told.append(said))
    telling.kernel({"state": "idle", "reason": "", "pid": os.getpid()})
    assert await telling.look_at_usage(1.0)
    assert telling.info("a.ipynb").memory > 2**20
    if its_keeper_says_so:
        telling.kernel({"state": "dead", "reason": "it was killed", "pid": 0})
    else:
        telling.dead("its keeper was killed")
    telling.tell_kernel()
    assert msgspec.structs.asdict(told[-1])["memory"] == telling.info("a.ipynb").memory == 0
