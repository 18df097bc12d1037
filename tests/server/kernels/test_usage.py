"""What a kernel uses, told when it moved."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

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
