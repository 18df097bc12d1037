"""The door after one that is gone: at once where it was killed, else after a pause."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from cocalc_tui.server import successor
from cocalc_tui.server.successor import Successors
from tests.server.processes.living import until

NEVER = 3600.0


@contextmanager
def doors(monkeypatch: pytest.MonkeyPatch, *command: str) -> Iterator[Successors]:
    """A relay's doors that are this command; the first is gone."""
    monkeypatch.setattr(successor, "PAUSE", NEVER)
    monkeypatch.setattr(successor, "QUICK", NEVER)
    monkeypatch.setattr(successor, "python_command", lambda *_: command)
    first = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(first, 0)
    found = Successors(first, [])
    try:
        yield found
    finally:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(found.door, signal.SIGKILL)
            os.waitpid(found.door, 0)


async def test_one_that_is_killed_has_another_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay may be killed next, and then nobody is left who could start one."""
    with doors(monkeypatch, "/bin/sleep", "1000") as found:
        found.watch()
        for _ in range(3):
            before = found.door
            os.kill(before, signal.SIGKILL)
            await until(lambda: found.door != before)  # noqa: B023 - waited for at once


async def test_after_one_that_ends_of_itself_there_is_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with doors(monkeypatch, "/bin/false") as found:
        found.watch()
        before = found.door
        await until(lambda: is_reaped(before))
        assert found.door == before


def is_reaped(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return False
    return True
