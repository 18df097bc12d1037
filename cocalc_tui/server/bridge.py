"""The far end of a line over ssh: bytes from standard input to the relay's socket, and back.

It understands nothing of what it passes on, so it is the same for every release, and it ends as
soon as either side does: whoever is at the near end connects anew. Only before the relay has said
a word is another one asked in its place, as one that ends just then is no reason to have somebody
type a password again.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable

PIECE = 64 * 1024
TRIES = 5


def bridge(connect: Callable[[], socket.socket], source: int, target: int) -> None:
    """Pass bytes on until one side ends. `source` and `target` are descriptors.

    `connect` gives a connection to the relay; raises what that raises.
    """
    first = os.read(source, PIECE)
    for _ in range(TRIES if first else 0):
        with connect() as relay:
            relay.setblocking(True)
            with contextlib.suppress(OSError):
                relay.sendall(first)
                if answer := relay.recv(PIECE):
                    _write(target, answer)
                    _pass_on(relay, source, target)
                    return


def _pass_on(relay: socket.socket, source: int, target: int) -> None:
    inward = threading.Thread(target=_inward, args=(relay, source), daemon=True)
    inward.start()
    while data := relay.recv(PIECE):
        _write(target, data)


def _write(target: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(target, rest) :]


def _inward(relay: socket.socket, source: int) -> None:
    with contextlib.suppress(OSError):
        while data := os.read(source, PIECE):
            relay.sendall(data)
    with contextlib.suppress(OSError):
        relay.shutdown(socket.SHUT_RDWR)
