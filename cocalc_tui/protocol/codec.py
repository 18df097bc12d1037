"""Messages to frames and back: MessagePack by msgspec, checked against the types of `messages`.

A frame that is no message at all ends a connection. One that this release does not know, or whose
fields are of other types, is refused by itself and the connection goes on: otherwise one new
message of a newer neighbour would lock people out of their documents.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Union

import msgspec

from cocalc_tui.protocol.messages import Message, Request

MAX_FRAME = 8 * 2**20
"""Bytes of the largest frame anybody may send."""
MAX_PATCH = 4 * 2**20
"""Bytes of the operations of the largest patch; what is larger is to be split by its author."""
MAX_OPS = 10_000
"""Operations in one patch: a patch is merged in one go, and nothing else is done meanwhile."""

KNOWN: dict[str, type[Message]] = {
    str(kind.__struct_config__.tag): kind
    for kind in (*Message.__subclasses__(), *Request.__subclasses__())
    if kind is not Request
}
"""Every message by its tag."""

_encoder = msgspec.msgpack.Encoder()


@cache
def _decoder() -> msgspec.msgpack.Decoder[Message]:
    """Made with the first frame: an app has painted its screen by then."""
    return msgspec.msgpack.Decoder(
        Union[tuple(KNOWN.values())],  # noqa: UP007 - made of a computed tuple
    )


class _Head(msgspec.Struct):
    """As much of a message as can be read without knowing it."""

    t: str
    id: Any = 0


_head = msgspec.msgpack.Decoder(_Head)


class FrameError(ValueError):
    """These bytes are no message; the connection is of no use any more."""


class MessageError(ValueError):
    """A message that cannot be taken, though what comes after it can."""

    def __init__(self, tag: str, id: int, text: str, *, known: bool) -> None:  # noqa: A002 - the field's word
        super().__init__(text)
        self.tag = tag
        self.id = id
        """Of the request, for the refusal; 0 where it has none."""
        self.known = known
        """Whether this release knows such a message, so that its fields are at fault."""


def encode(message: Message) -> bytes:
    """Return the frame of a message.

    Raises UnicodeEncodeError for lone surrogates and OverflowError for integers beyond 64 bits,
    which have no form on the wire.
    """
    return _encoder.encode(message)


def decode(frame: bytes) -> Message:
    """Return the message in a frame.

    Raises FrameError or MessageError.
    """
    if len(frame) > MAX_FRAME:
        raise FrameError(f"a frame of {len(frame)} bytes, more than the {MAX_FRAME} allowed")
    try:
        return _decoder().decode(frame)
    except (msgspec.ValidationError, UnicodeDecodeError) as error:
        raise _refusal(frame, str(error)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise FrameError(f"not a message: {error}") from None


def _refusal(frame: bytes, reason: str) -> FrameError | MessageError:
    try:
        head = _head.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return FrameError("not a message: it does not say which")
    id_ = head.id if isinstance(head.id, int) else 0
    if head.t not in KNOWN:
        return MessageError(head.t, id_, "this release does not know such a message", known=False)
    return MessageError(head.t, id_, f"message {head.t}: {reason}", known=True)
