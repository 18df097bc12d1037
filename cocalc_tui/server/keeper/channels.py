"""The kernel's sockets: ipc files in a folder that only the host can enter, never TCP.

A subscriber's queue is unlimited, and that is said before it connects: by default what is published
is dropped as soon as a thousand messages wait, the final *idle* among them, and the cell runs for
ever.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import zmq

from cocalc_tui.server.keeper.wire import Received, Wire, WireError

_PORTS = {"shell": 1, "iopub": 2, "stdin": 3, "control": 4, "hb": 5}


class Channels:
    """Connections to one kernel. `folder`: short, private, exists."""

    shell: zmq.Socket[bytes]
    control: zmq.Socket[bytes]
    stdin: zmq.Socket[bytes]
    iopub: zmq.Socket[bytes]
    heart: zmq.Socket[bytes]

    def __init__(self, folder: Path) -> None:
        self.connection_file = folder / "c.json"
        self._address = str(folder / "s")
        self._key = secrets.token_hex(32)
        self._identity = secrets.token_hex(8).encode()
        """One for all sockets: the kernel asks for input whoever sent the cell."""
        self._wire = Wire(self._key.encode(), self._identity.decode())
        self._context: zmq.Context[zmq.Socket[bytes]] | None = None

    def write_connection_file(self, kernel: str) -> None:
        """Tell the kernel where to listen."""
        about = {f"{name}_port": port for name, port in _PORTS.items()} | {
            "transport": "ipc",
            "ip": self._address,
            "key": self._key,
            "signature_scheme": "hmac-sha256",
            "kernel_name": kernel,
        }
        descriptor = os.open(self.connection_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(about, file)

    def connect(self) -> None:
        """Connect, now or when the kernel listens. Starts threads: fork before."""
        self._context = zmq.Context()
        self.shell = self._connected("shell", zmq.DEALER)
        self.control = self._connected("control", zmq.DEALER)
        self.stdin = self._connected("stdin", zmq.DEALER)
        self.iopub = self._connected("iopub", zmq.SUB)
        self.heart = self._connected("hb", zmq.DEALER)

    def _connected(self, name: str, kind: int) -> zmq.Socket[bytes]:
        assert self._context is not None
        socket = self._context.socket(kind)
        socket.setsockopt(zmq.IDENTITY, self._identity)
        for option in (zmq.RCVHWM, zmq.SNDHWM, zmq.LINGER):
            socket.setsockopt(option, 0)
        if kind == zmq.SUB:
            socket.setsockopt(zmq.SUBSCRIBE, b"")
        socket.connect(f"ipc://{self._address}-{_PORTS[name]}")
        return socket

    def kernel_listens(self) -> bool:
        """Tell whether the kernel has made its socket where it was told to."""
        return os.path.exists(f"{self._address}-{_PORTS['shell']}")

    def send(
        self,
        socket: zmq.Socket[bytes],
        kind: str,
        content: dict[str, object],
        id_: str,
        parent: bytes = b"{}",
    ) -> None:
        """Send a message; it waits where the kernel does not listen yet."""
        socket.send_multipart(self._wire.pack(kind, content, id_, parent))

    def receive(self, socket: zmq.Socket[bytes], budget: int) -> Iterator[Received]:
        """Yield messages that are there, up to about `budget` bytes; bad ones are passed over."""
        while budget > 0:
            try:
                frames = socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            budget -= sum(len(frame) for frame in frames) + 200
            try:
                yield self._wire.unpack(frames)
            except WireError:
                continue

    def close(self) -> None:
        """Let go of everything unsent."""
        if self._context is not None:
            self._context.destroy(linger=0)
