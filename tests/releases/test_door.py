"""A door that was started before an update starts relays of after it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cocalc_tui.client.link import connect_unix
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.server.paths import places, prepare
from tests.server.processes.conftest import project, runtime

__all__ = ["project", "runtime"]
WORDS = {
    "0.1.0": ["-P", "-m", "cocalc_tui.server.main", "relay", "PROJECT", "022", "--listener", "FD"],
}
"""The command line by which the door of each release starts a relay."""
STOPPED = 75
"""The exit code by which they know that somebody asked for the end."""


def start(words: list[str], listener: socket.socket) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, *words], pass_fds=[listener.fileno()])


@pytest.mark.parametrize("release", WORDS)
async def test_it_starts_a_relay(release: str, project: Path) -> None:
    where = places(project)
    prepare(where)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(where.socket))
        listener.listen()
        listener.setblocking(False)
        listener.set_inheritable(True)
        swap = {"PROJECT": str(project), "FD": str(listener.fileno())}
        words = [swap.get(word, word) for word in WORDS[release]]
        relay = start(words, listener)
        workspace = Workspace(lambda: connect_unix(where.socket, os.geteuid()), "5" * 16)
        workspace.start()
        async with asyncio.timeout(60):
            await workspace.ready()
        assert (await workspace.status()).pid == relay.pid
        await workspace.stop()
        await workspace.close()
        assert await asyncio.to_thread(relay.wait, 60) == STOPPED
