"""Bytes that somebody made up: frames of ours with a few bytes changed, and what was never one.

Each is given to everything that reads bytes from the other side. What may come of it is a message,
or one of the refusals that the readers promise; anything else ends this with an error.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import msgspec
from websockets.server import ServerProtocol

from cocalc_tui.protocol import codec
from cocalc_tui.protocol import connection as c
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import FrameError, MessageError, decode, encode
from cocalc_tui.protocol.framing import Framing
from cocalc_tui.protocol.patches import PatchFormError, check_form, from_wire, to_wire
from cocalc_tui.sync.checkpoint import decode_checkpoint, encode_checkpoint
from cocalc_tui.sync.columns import DamagedLog, seal, unseal
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.encoding import decode_block, encode_block
from cocalc_tui.sync.patch import Cancel, Create, Entry, Patch, PatchId, Put, Splice, TextId
from tests.protocol.samples import SESSION, sample

_PATCH = Patch(
    PatchId(SESSION, 1),
    5,
    (PatchId(SESSION, 0),),
    (
        Cancel(SESSION, 0, 0),
        Splice(0, 0, "typed ü"),
        Create("k", {"a": [1, None, {"b": 2.5}]}),
        Put("k", "a", "x"),
        Splice(1, 2, "", TextId("k", "input")),
    ),
)
_TYPED = [
    Entry(n + 1, "ann", "editor", n, Patch(PatchId(SESSION, n), n + 1, (), (Splice(n, 0, "x"),)))
    for n in range(6)
]
FRAMES: list[bytes] = [
    *(encode(sample(kind)) for kind in codec.KNOWN.values()),
    encode(m.Push(doc="d", patches=[to_wire(_PATCH)] * 3)),
    encode(m.Hello(newest=1, oldest=1, release="r", session=SESSION)),
]
BLOCK = encode_block(_TYPED)


def _checkpoint() -> bytes:
    document = Document()
    document.apply(entry.patch for entry in _TYPED)
    return encode_checkpoint(document, len(_TYPED))


CHECKPOINT = _checkpoint()
_NASTY = [
    b"",
    b"\xc1",
    b"\xdd\xff\xff\xff\xff",
    b"\xdf\xff\xff\xff\xff",
    b"\xc6\xff\xff\xff\xff",
    b"\xdb\xff\xff\xff\xff",
    b"\x91" * 200_000,
    b"\x81\xa1t" * 5000,
    b"\xd9\x02\xff\xfe",
    b"\xcf" + b"\xff" * 8,
    b"\xd3" + b"\x80" + b"\x00" * 7,
    b"\xcb\x7f\xf8" + b"\x00" * 6,
    b"\xc7\x0c\xff" + b"\xff" * 12,
    msgspec.msgpack.encode({"t": "push", "doc": "d", "patches": [[]]}),
    msgspec.msgpack.encode({"t": ["open"], "id": {}}),
]
"""Of every length there is: numbers, texts, nesting, times, extensions."""


def mutated(random: Random, frame: bytes) -> bytes:
    """A frame with something wrong in it, or one that is none at all."""
    how = random.randrange(8)
    data = bytearray(frame)
    if how == 0:
        return random.choice(_NASTY)
    if how == 1:
        return random.randbytes(random.randrange(60))
    if how == 2:
        return bytes(data[: random.randrange(len(data) + 1)])
    if how == 3:
        other = random.choice(FRAMES)
        return (
            bytes(data[: random.randrange(len(data) + 1)]) + other[random.randrange(len(other)) :]
        )
    for _ in range(random.choice([1, 1, 1, 2, 5])):
        at = random.randrange(len(data))
        if how == 4:
            data[at] = random.randrange(256)
        elif how == 5:
            data[at] ^= 1 << random.randrange(8)
        elif how == 6:
            data[at:at] = random.choice(_NASTY)[:40]
        else:
            del data[at : at + random.randint(1, 4)]
            data = data or bytearray(b"\x00")
    return bytes(data)


# --- what reads them -----------------------------------------------------------------------------


def read_frame(frame: bytes) -> None:
    """As an app and a relay do, greeted or not."""
    try:
        decoded = decode(frame)
    except (FrameError, MessageError):
        decoded = None
    for role in (m.Role.NOBODY, m.Role.VIEWER, m.Role.OWNER, m.Role.HOST):
        relay = c.RelaySide()
        if role is not m.Role.NOBODY:
            relay.state, relay.role = c.State.TALKING, role
        said = relay.receive(frame)
        assert said is None or isinstance(said, c.Greeted | c.Heard | c.Denied | c.Ended)
    for state in (c.State.GREETING, c.State.TALKING):
        app = c.AppSide()
        app.state = state
        app.receive(frame)
    if isinstance(decoded, m.Push):
        for patch in decoded.patches:
            read_patch(patch)


def read_patch(wire: m.WirePatch) -> None:
    """The quick check and the whole reading say the same."""
    try:
        check_form(wire)
    except PatchFormError:
        checked = False
    else:
        checked = True
    try:
        patch = from_wire(wire)
    except PatchFormError:
        assert not checked
        return
    assert checked
    assert from_wire(to_wire(patch)) == patch


def read_log(data: bytes) -> None:
    """A sealed part of a log, or a checkpoint."""
    for read in (decode_block, decode_checkpoint):
        try:
            read(data)
        except DamagedLog:
            continue


class Websocket:
    """One websocket's bytes, cut anywhere: what is taken out by hand and by the library."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def read(self, data: bytes) -> None:
        """Feed bytes behind a good handshake."""
        framing, side = Framing(masked=True), ServerProtocol(max_size=2**16)
        self._feed(framing, side, _SHAKE)
        for request in side.events_received():
            side.send_response(side.accept(request))  # type: ignore[arg-type]  # it is one
        self._feed(framing, side, data)
        side.events_received()
        side.data_to_send()

    def _feed(self, framing: Framing, side: ServerProtocol, data: bytes) -> None:
        at = 0
        while at < len(data):
            step = self._random.choice([1, 1, 7, 100, len(data)])
            for whole, part in framing.feed(data[at : at + step]):
                if not whole:
                    side.receive_data(part)
            at += step


_SHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def websocket_bytes(random: Random) -> bytes:
    """Some frames as a client sends them, with something wrong in them."""
    frames = b"".join(_frame(random) for _ in range(random.randrange(4)))
    lie = struct.pack("!BBQ", 0x82, 0xFF, random.getrandbits(63))
    return random.choice([frames, mutated(random, frames or b"\x00"), frames + lie])


def _frame(random: Random) -> bytes:
    first = random.choice([0x82, 0x82, 0x81, 0x80, 0x02, 0x00, 0x89, 0x8A, 0x88, 0x83, 0xF2])
    payload = random.randbytes(random.choice([0, 5, 130, 300]))
    long = struct.pack("!H", len(payload)) if len(payload) > 125 else b""
    length = 126 if long else len(payload)
    masked = random.random() < 0.95
    mask = bytes(4) if masked else b""
    return bytes([first, length | (0x80 if masked else 0)]) + long + mask + payload


def _resealed(random: Random, data: bytes) -> bytes:
    """A part of a log with something wrong in it, and often a checksum that says it is right."""
    if random.random() < 0.3:
        return mutated(random, data)
    magic = data[:4]
    columns = unseal(magic, data)
    at = random.randrange(len(columns))
    columns[at] = mutated(random, columns[at] or b"\x00")[:2000]
    return seal(magic, columns)


def inputs(random: Random) -> Sequence[Callable[[], Any]]:
    """One input for each reader."""
    frame = mutated(random, random.choice(FRAMES))
    log = _resealed(random, random.choice([BLOCK, CHECKPOINT]))
    wire = m.WirePatch(
        SESSION, 1, 5, [], "typing", msgspec.Raw(mutated(random, bytes(to_wire(_PATCH).ops)))
    )
    data = websocket_bytes(random)
    return (
        lambda: read_frame(frame),
        lambda: read_patch(wire),
        lambda: read_log(log),
        lambda: Websocket(random).read(data),
    )
