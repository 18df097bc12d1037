"""The far end of an ssh line: bytes pass both ways, and a relay that ends at once is replaced."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cocalc_tui.server.bridge import TRIES, bridge


class Near:
    """What is at the near end of the line."""

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self.mine, self.theirs = socket.socketpair()
        self.thread = threading.Thread(target=self._run, args=(connect,))
        self.thread.start()

    def _run(self, connect: Callable[[], socket.socket]) -> None:
        bridge(connect, self.theirs.fileno(), self.theirs.fileno())
        self.theirs.shutdown(socket.SHUT_RDWR)

    def read(self, size: int) -> bytes:
        found = b""
        while len(found) < size and (part := self.mine.recv(size - len(found))):
            found += part
        return found


@contextmanager
def near(connect: Callable[[], socket.socket]) -> Iterator[Near]:
    found = Near(connect)
    try:
        yield found
    finally:
        found.mine.close()
        found.thread.join(20)
        assert not found.thread.is_alive()
        found.theirs.close()


def test_bytes_pass_both_ways_until_one_side_ends() -> None:
    relay, ours = socket.socketpair()
    with near(lambda: ours) as line, relay:
        line.mine.sendall(b"hello")
        assert relay.recv(100) == b"hello"
        relay.sendall(b"welcome")
        assert line.read(7) == b"welcome"
        much = os.urandom(500_000)
        threading.Thread(target=line.mine.sendall, args=(much,)).start()
        got = b""
        while len(got) < len(much):
            got += relay.recv(65536)
        assert got == much
        threading.Thread(target=relay.sendall, args=(much,)).start()
        assert line.read(len(much)) == much
        relay.shutdown(socket.SHUT_RDWR)
        assert line.read(1) == b""


def take_and_end(relay: socket.socket) -> None:
    relay.recv(100)
    relay.close()


def test_a_relay_that_ends_before_a_word_is_replaced() -> None:
    asked: list[bytes] = []
    last, final = socket.socketpair()

    def connect() -> socket.socket:
        if len(asked) == 2:
            return final
        far, mine = socket.socketpair()
        asked.append(b"")
        threading.Thread(target=take_and_end, args=(far,)).start()
        return mine

    with near(connect) as line, last:
        line.mine.sendall(b"hello")
        assert last.recv(100) == b"hello"
        last.sendall(b"welcome")
        assert line.read(7) == b"welcome"
        last.shutdown(socket.SHUT_RDWR)
    assert len(asked) == 2


def test_it_is_not_tried_for_ever() -> None:
    count = 0

    def connect() -> socket.socket:
        nonlocal count
        count += 1
        far, mine = socket.socketpair()
        far.close()
        return mine

    with near(connect) as line:
        line.mine.sendall(b"hello")
        assert line.read(1) == b""
    assert count == TRIES


def test_who_leaves_at_once_leaves() -> None:
    relay, ours = socket.socketpair()
    with near(lambda: ours) as line:
        line.mine.shutdown(socket.SHUT_WR)
        assert line.read(1) == b""
    relay.close()
    ours.close()
