"""Whatever comes, in whatever pieces: all is heard that the library hears alone."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, State
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from cocalc_tui.protocol.framing import Framing

HANDSHAKE = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
SIZES = st.one_of(
    st.sampled_from([0, 1, 4, 125, 126, 127, 65_520, 65_535, 65_536, 70_000]), st.integers(0, 300)
)
FRAMES = st.builds(
    lambda opcode, size, fin, byte: Frame(opcode, bytes([byte]) * size, fin),
    st.sampled_from([*[Opcode.BINARY] * 6, Opcode.TEXT, Opcode.CONT]),
    SIZES,
    st.sampled_from([True, True, True, False]),
    st.integers(0, 255),
)
CONTROLS = st.builds(
    lambda opcode, size: Frame(opcode, b"\x03\xe8" + b"x" * size),
    st.sampled_from([Opcode.PING, Opcode.PONG, Opcode.CLOSE]),
    st.integers(0, 100),
)


def library(*, masked: bool) -> Protocol:
    if masked:
        return ServerProtocol(state=State.OPEN, max_size=None)
    return ClientProtocol(parse_uri("ws://localhost/"), state=State.OPEN, max_size=None)


def heard(side: Protocol) -> list[tuple[Opcode, bytes, bool]]:
    frames = [event for event in side.events_received() if isinstance(event, Frame)]
    return [(frame.opcode, bytes(frame.data), frame.fin) for frame in frames]


def ends_of(frames: list[Frame], masked: bool) -> list[int]:
    """Where each frame ends behind the handshake, as it comes where nothing is in the way."""
    sizes = [len(frame.serialize(mask=masked)) for frame in frames]
    return list(accumulate(sizes, initial=len(HANDSHAKE)))


@given(
    st.booleans(),
    st.lists(st.one_of(FRAMES, CONTROLS), max_size=12),
    st.booleans(),
    st.binary(max_size=40),
    st.data(),
)
def test_together_they_hear_what_the_library_hears_alone(
    masked: bool, frames: list[Frame], wrong_mask: bool, rubbish: bytes, data: st.DataObject
) -> None:
    sent = b"".join(frame.serialize(mask=masked) for frame in frames)
    sent += Frame(Opcode.BINARY, b"x").serialize(mask=not masked) if wrong_mask else b""
    # The library may object to half a head, the cutter waits for the rest of it.
    sent += rubbish + bytes(14) if rubbish else b""
    alone = library(masked=masked)
    alone.receive_data(sent)
    wanted = heard(alone)

    framing, side = Framing(masked=masked), library(masked=masked)
    stream = HANDSHAKE + sent
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    handshake, found = b"", []
    cuts = sorted({*cuts, *(ends_of(frames, masked) if data.draw(st.booleans()) else ())})
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        message = framing.whole(stream[start:end])
        cut = framing.feed(stream[start:end]) if message is None else [(True, message)]
        for whole, part in cut:
            if whole and side.state is State.OPEN:
                found.append((Opcode.BINARY, part, True))
            elif not whole and len(handshake) < len(HANDSHAKE):
                handshake += part
            elif not whole:
                side.receive_data(part)
                found += heard(side)
    assert handshake == HANDSHAKE
    assert found == wanted
    assert side.state == alone.state
    assert (side.parser_exc is None) == (alone.parser_exc is None)


def test_a_message_in_bytes_is_looked_at_once() -> None:
    framing = Framing(masked=True)
    assert list(framing.feed(HANDSHAKE)) == [(False, HANDSHAKE)]
    found = [
        part
        for byte in Frame(Opcode.BINARY, b"hello" * 1000).serialize(mask=True)
        for part in framing.feed(bytes((byte,)))
    ]
    assert found == [(True, b"hello" * 1000)]


def test_a_handshake_without_end_is_passed_on_as_it_comes() -> None:
    framing = Framing(masked=True)
    for _ in range(3):
        assert list(framing.feed(b"x" * 1000)) == [(False, b"x" * 1000)]
