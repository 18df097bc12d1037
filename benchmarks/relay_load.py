"""Clients that load a relay: one process with many of them, as cheap as they can be made.

Each speaks WebSocket by hand (what it sends is made ready before, what it receives is only
searched for marks), so that the relay is what is measured. Runs as a process of its own: a `Load`
as JSON on stdin, `ready` on stdout, then a line on stdin to begin, and a `Found` as JSON.

Two protocols: ours, and that of Yjs's servers, which y-websocket and pycrdt-websocket speak. The
text that a patch inserts is the same in both, and holds the mark of its sender.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import sys
import time
from collections import deque
from typing import Protocol

import msgspec
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from benchmarks.summing import Times, times_of
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import decode, encode

MARK = b"~s"
"""In every patch once."""
READ = 1 << 18
READY = 60_000
"""Patches that all senders together have made before anything is counted."""
WARM_UP = 0.5
"""Seconds before anything is counted."""
SETTLE = 20.0
"""Seconds for all clients to be let in."""


class Load(msgspec.Struct):
    """What a process is to do."""

    protocol: str
    """ours or yjs."""
    address: str | int
    """Path of a Unix socket, or a port of this machine."""
    rooms: list[str]
    clients: int
    """In each room."""
    senders: int
    """Of them, in each room."""
    outstanding: int
    """Patches that each sender has on their way, where there is no rate."""
    seconds: float
    rate: float = 0.0
    """Patches a second of all senders together; 0: each as soon as its last came back."""
    filler: int = 8
    """Characters of a patch besides the mark."""
    deaf: int = 0
    """Clients in the first room that never read."""


class Found(msgspec.Struct):
    """What a process saw."""

    deliveries: int
    sent: int
    seconds: float
    times: Times
    """From sending a patch to having it back."""
    cpu: float
    """Share of the time that this process was busy: near 1 it was the bottleneck."""


class Speaker(Protocol):
    """How a client speaks once it is let in."""

    def patch(self, text: str) -> bytes:
        """The next patch, as a frame."""
        ...


def frame(payload: bytes) -> bytes:
    """A masked frame whose mask changes nothing, so that no time goes into masking."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x82, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", 0x82, 0xFE, size)
    else:
        head = struct.pack("!BBQ", 0x82, 0xFF, size)
    return head + bytes(4) + payload


class Ours:
    """A client of our relay."""

    def __init__(self, doc: str, session: str) -> None:
        self._doc, self._session, self._n = doc, session, 0
        self._began = time.time_ns() // 1_000_000

    def patch(self, text: str) -> bytes:
        """Insert at the start, after one's own last patch."""
        n, self._n = self._n, self._n + 1
        parents = [(self._session, n - 1)] if n else []
        ops = msgspec.Raw(msgspec.msgpack.encode([[0, 0, 0, text]]))
        patch = m.WirePatch(self._session, n, self._began + n, parents, "typing", ops)
        return frame(encode(m.Push(doc=self._doc, patches=[patch])))


class Yjs:
    """A client of a Yjs server: each patch is an update of one item, put together by hand."""

    def __init__(self, client: int) -> None:
        self._client, self._clock = client, 0

    def patch(self, text: str) -> bytes:
        """Append to one's own last item."""
        update = yjs_update(self._client, self._clock, text)
        self._clock += len(text)
        return frame(b"\x00\x02" + varint(len(update)) + update)


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def yjs_update(client: int, clock: int, text: str) -> bytes:
    """A Yjs update (v1): insert ASCII text into `t`, behind what the client inserted last."""
    head = b"\x01\x01" + varint(client) + varint(clock)
    item = b"\x84" + varint(client) + varint(clock - 1) if clock else b"\x04\x01\x01t"
    data = text.encode()
    return head + item + varint(len(data)) + data + b"\x00"


# --- coming in -----------------------------------------------------------------------------------


class Entrance:
    """Shakes hands, then takes part in a room, over a blocking socket."""

    def __init__(self, load: Load, room: str) -> None:
        self._load = load
        self._frames: deque[bytes] = deque()
        if isinstance(load.address, str):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(load.address)
        else:
            self.socket = socket.create_connection(("127.0.0.1", load.address))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(SETTLE)
        self._side = ClientProtocol(parse_uri(f"ws://127.0.0.1/{room}"))
        self._side.send_request(self._side.connect())
        self._write()
        while self._side.state is not State.OPEN:
            self._read()

    def _write(self) -> None:
        self.socket.sendall(b"".join(self._side.data_to_send()))

    def _read(self) -> None:
        data = self.socket.recv(READ)
        if not data:
            raise ConnectionError("the relay let us not in")
        self._side.receive_data(data)
        for event in self._side.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.BINARY:
                self._frames.append(bytes(event.data))
        self._write()

    def say(self, message: m.Message) -> None:
        """Send a message of ours."""
        self._side.send_binary(encode(message))
        self._write()

    def hear(self) -> bytes:
        """The next frame."""
        while not self._frames:
            self._read()
        return self._frames.popleft()

    def join(self, room: str, number: int) -> Speaker:
        """Take part; returns how to speak."""
        if self._load.protocol == "yjs":
            self.hear()
            return Yjs(number + 1)
        session = f"{os.getpid():08x}{number:08x}"
        self.say(m.Hello(newest=m.VERSION, oldest=m.OLDEST, release="load", session=session))
        self.say(m.Open(id=1, path=room))
        while not isinstance(opened := decode(self.hear()), m.Opened):
            if isinstance(opened, m.Failed | m.Goodbye):
                raise ConnectionError(opened.text)
        return Ours(opened.doc, session)


# --- the clients ---------------------------------------------------------------------------------


class Sender:
    """A client that sends."""

    def __init__(self, sock: socket.socket, speaker: Speaker, number: int, filler: int) -> None:
        self.mark = b"~s%04d~" % number
        self._socket, self._speaker = sock, speaker
        self._text = self.mark.decode() + "x" * filler
        self._ready: deque[bytes] = deque()
        self._sent: deque[float] = deque()
        self._tail = b""
        self.times: list[float] = []

    def prepare(self, count: int) -> None:
        """Make patches that are to be sent."""
        self._ready.extend(self._speaker.patch(self._text) for _ in range(count))

    def send(self, count: int = 1) -> None:
        """Send so many patches, at once."""
        if len(self._ready) < count:
            self.prepare(count)
        now = time.perf_counter()
        self._sent.extend([now] * count)
        self._socket.sendall(b"".join([self._ready.popleft() for _ in range(count)]))

    def received(self, data: bytes) -> int:
        """How many of one's own are in what came."""
        seen = self._tail + data
        self._tail = seen[-len(self.mark) + 1 :]
        count = seen.count(self.mark)
        if count:
            now = time.perf_counter()
            for _ in range(count):
                self.times.append(now - self._sent.popleft())
        return count


class Crowd:
    """All clients of this process."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._poll = select.epoll()
        self._buffer = bytearray(READ)
        self._sockets: dict[int, socket.socket] = {}
        self._senders: dict[int, Sender] = {}
        self._ends: set[int] = set()
        """Where what came last ended in the first byte of a mark."""
        self.deliveries = 0
        self._deaf: list[socket.socket] = []
        for room in load.rooms:
            for at in range(load.clients):
                self._enter(room, sends=at < load.senders)
                self._drain()
        for _ in range(load.deaf):
            entrance = Entrance(load, load.rooms[0])
            entrance.join(load.rooms[0], len(self._sockets) + 1)
            self._deaf.append(entrance.socket)
        for sender in self._senders.values():
            sender.prepare(READY // len(self._senders))
        until = time.perf_counter() + WARM_UP
        while (left := until - time.perf_counter()) > 0:
            self.take(left)
        self.deliveries = 0

    def _enter(self, room: str, *, sends: bool) -> None:
        number = len(self._sockets)
        entrance = Entrance(self._load, room)
        speaker = entrance.join(room, number)
        sock = entrance.socket
        self._sockets[sock.fileno()] = sock
        self._poll.register(sock.fileno(), select.EPOLLIN)
        if sends:
            sender = Sender(sock, speaker, number, self._load.filler)
            self._senders[sock.fileno()] = sender

    def _drain(self) -> None:
        """Read what the relay tells those who are in already."""
        while self.take(0):
            pass

    def take(self, wait: float) -> int:
        """Read what comes; returns from how many clients."""
        ready = self._poll.poll(wait)
        for descriptor, _ in ready:
            size = self._sockets[descriptor].recv_into(self._buffer)
            if not size:
                raise ConnectionError("the relay went away")
            self._received(descriptor, size)
        return len(ready)

    def _received(self, descriptor: int, size: int) -> None:
        data = self._buffer
        self.deliveries += data.count(MARK, 0, size)
        if descriptor in self._ends:
            self.deliveries += data[0] == MARK[1]
            self._ends.discard(descriptor)
        if data[size - 1] == MARK[0]:
            self._ends.add(descriptor)
        sender = self._senders.get(descriptor)
        if sender is not None:
            came = sender.received(bytes(memoryview(data)[:size]))
            if came and not self._load.rate:
                sender.send(came)

    def leave(self) -> None:
        """Go away."""
        for one in [*self._sockets.values(), *self._deaf]:
            one.close()

    def run(self) -> Found:
        """Load the relay for the time wanted."""
        senders = list(self._senders.values())
        if not self._load.rate:
            for sender in senders:
                sender.send(self._load.outstanding)
        self._go_on(senders, WARM_UP)
        self.deliveries = 0
        for sender in senders:
            sender.times.clear()
        began, used = time.perf_counter(), time.process_time()
        self._go_on(senders, self._load.seconds)
        took = time.perf_counter() - began
        times = [one for sender in senders for one in sender.times]
        cpu = (time.process_time() - used) / took
        return Found(self.deliveries, len(times), took, times_of(times), cpu)

    def _go_on(self, senders: list[Sender], seconds: float) -> None:
        now = began = time.perf_counter()
        sent = 0
        while now < began + seconds:
            wait = began + seconds - now
            if self._load.rate:
                due = began + (sent + 1) / self._load.rate
                if due <= now:
                    senders[sent % len(senders)].send()
                    sent += 1
                    wait = 0
                else:
                    wait = min(wait, due - now)
            self.take(wait)
            now = time.perf_counter()


def main() -> None:
    """Be a process of clients."""
    load = msgspec.json.decode(sys.stdin.readline(), type=Load)
    crowd = Crowd(load)
    print("ready", flush=True)
    sys.stdin.readline()
    print(msgspec.json.encode(crowd.run()).decode(), flush=True)


if __name__ == "__main__":
    main()
