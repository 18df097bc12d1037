"""The keeper's end of its talk with the relay: JSON lines over a Unix socket.

Only the host's own processes may speak here: the socket is 0600 in a 0700 folder, and the kernel is
asked who connected. Several may be connected, as a new relay comes before an old one is quite gone.
A peer that does not read is told the latest once it does, and loses nothing: what matters is in the
spool.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

from cocalc_tui.peers import peer_uid
from cocalc_tui.server.listening import listen

Said = dict[str, object]
BACKLOG = 16
MOST_UNSENT = 2**20
"""Bytes waiting for a peer before it is cut off."""
LONGEST_LINE = 64 * 2**20


class Peer:
    """One connection."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.socket = connection
        self.unsent = b""
        self.open = True
        self._latest: Said | None = None
        self._unread = b""

    def say(self, said: Said) -> None:
        """Send a line, now or when the peer reads."""
        self.unsent += json.dumps(said).encode() + b"\n"
        self.flush()
        if len(self.unsent) > MOST_UNSENT:
            self.open = False

    def say_latest(self, said: Said) -> None:
        """Send a line that makes those of its kind before it pointless, once the peer reads."""
        self._latest = said
        self.flush()

    def flush(self) -> None:
        """Send what the peer takes."""
        try:
            while self.unsent or self._latest is not None:
                if not self.unsent:
                    self.unsent = json.dumps(self._latest).encode() + b"\n"
                    self._latest = None
                sent = self.socket.send(self.unsent)
                self.unsent = self.unsent[sent:]
        except BlockingIOError:
            return
        except OSError:
            self.open = False

    def hear(self) -> list[Said]:
        """Return the whole lines that came; a peer that says nonsense is cut off."""
        try:
            while part := self.socket.recv(2**18):
                self._unread += part
            self.open = False
        except BlockingIOError:
            pass
        except OSError:
            self.open = False
        *lines, self._unread = self._unread.split(b"\n")
        try:
            said = [json.loads(line) for line in lines]
        except ValueError:
            self.open = False
            return []
        self.open = self.open and len(self._unread) < LONGEST_LINE
        return [one for one in said if isinstance(one, dict)]


class Link:
    """The listening socket and all connections. `greeting` is said to each that comes."""

    def __init__(self, path: Path, greeting: Callable[[], Said]) -> None:
        self.peers: list[Peer] = []
        self._path = path
        self._greeting = greeting
        self._listener: socket.socket | None = None
        self._inode = 0
        self.listen()

    @property
    def listener(self) -> int:
        """Descriptor that is readable when somebody connects."""
        assert self._listener is not None
        return self._listener.fileno()

    def listen(self) -> None:
        """Listen at the path. Raises OSError, and goes on listening where it did."""
        listener = listen(self._path, BACKLOG, shared=False)
        self.close_listener()
        self._listener = listener
        self._inode = os.lstat(self._path).st_ino

    def stay_there(self) -> None:
        """See to it that the path leads to us. Raises OSError; try again later."""
        if not self.is_there():
            self._path.parent.mkdir(0o700, parents=True, exist_ok=True)
            self.listen()

    def keep_fresh(self) -> None:
        """Have those who clean up what is old pass us by."""
        for path in (self._path.parent, *self._path.parent.iterdir()):
            with contextlib.suppress(OSError):
                os.utime(path)

    def is_there(self) -> bool:
        """Tell whether the path still leads to us."""
        with contextlib.suppress(OSError):
            return os.lstat(self._path).st_ino == self._inode
        return False

    def accept(self) -> None:
        """Take in whoever connects, if it is one of ours."""
        assert self._listener is not None
        with contextlib.suppress(BlockingIOError):
            while True:
                connection, _ = self._listener.accept()
                if peer_uid(connection) != os.geteuid():
                    connection.close()
                    continue
                peer = Peer(connection)
                peer.say(self._greeting())
                self.peers.append(peer)

    def say_latest(self, said: Said) -> None:
        """Tell everybody, see `Peer.say_latest`."""
        for peer in self.peers:
            peer.say_latest(said)

    def drop_closed(self) -> None:
        """Let go of those who left."""
        for peer in [p for p in self.peers if not p.open]:
            peer.socket.close()
            self.peers.remove(peer)

    def close_listener(self) -> None:
        """Take in nobody any more."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
