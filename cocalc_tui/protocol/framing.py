"""Cuts what comes over a websocket into messages, and what else there is.

Nearly all that apps and relays send each other are whole binary messages of less than 64 KiB. Those
are taken out here, by a few lines; everything else (the handshake, pings, goodbyes, fragments, what
is long and what is wrong) is passed on as it came, so that each frame reaches the library that
knows all of RFC 6455 whole. It takes twenty calls for a frame, and a relay gets thousands a second.
"""

from __future__ import annotations

from collections.abc import Iterator

WHOLE = 0x82
"""First byte of a frame that is a whole binary message."""
_END = b"\r\n\r\n"
_FINAL, _CONTROL, _MASKED = 0x80, 0x08, 0x80


class Framing:
    """One direction of one connection, from the first byte of its handshake on."""

    __slots__ = ("_fragments", "_kept", "_masked", "_need", "_shaking", "_through")

    def __init__(self, *, masked: bool) -> None:
        """`masked`: whether messages are, as those of clients must be."""
        self._masked = _MASKED if masked else 0
        self._kept = bytearray()
        """The beginning of a frame."""
        self._need = 0
        """Bytes without which there is no use in looking at what is kept."""
        self._through = 0
        """Bytes to come that belong to a frame that is passed on."""
        self._shaking: bytes | None = b""
        """The last bytes of the handshake, None when it is over."""
        self._fragments = False
        """Whether a message in parts has begun."""

    def whole(self, data: bytes) -> bytes | None:
        """Return the message that came, where it is one whole message and nothing else.

        So it is nearly always. Where this gives None, `feed` has yet to be told what came.
        """
        if self._kept or self._through or self._shaking is not None:
            return None
        start, end = _bounds(data, 0)
        if end != len(data) or end >= 2**16 or not self._is_plain(data, 0):
            return None
        return _unmasked(data, start, end) if self._masked else data[start:]

    def feed(self, data: bytes) -> Iterator[tuple[bool, bytes]]:
        """Take what came; gives (True, message) and (False, what is to be passed on), in order."""
        if self._kept:
            self._kept += data
            if len(self._kept) < self._need:
                return
            data = bytes(self._kept)
            self._kept.clear()
        at, size = 0, len(data)
        if self._shaking is not None:
            at = self._shake(data)
            yield False, data[:at]
        while at < size:
            if self._through:
                end = min(size, at + self._through)
                self._through -= end - at
                yield False, data[at:end]
                at = end
                continue
            start, end = _bounds(data, at)
            plain = start > 0 and end - at < 2**16 and self._is_plain(data, at)
            if end > size and (start == 0 or plain):
                self._kept += data[at:]
                self._need = end - at
                return
            if plain:
                yield True, _unmasked(data, start, end) if self._masked else data[start:end]
                at = end
            else:
                self._through = end - at
                if not data[at] & _CONTROL:
                    self._fragments = not data[at] & _FINAL

    def _shake(self, data: bytes) -> int:
        """How much of this still belongs to the handshake."""
        assert self._shaking is not None
        seen = self._shaking + data
        found = seen.find(_END)
        if found < 0:
            self._shaking = seen[1 - len(_END) :]
            return len(data)
        self._shaking = None
        return found + len(_END) - len(seen) + len(data)

    def _is_plain(self, data: bytes, at: int) -> bool:
        """Whether a frame is a whole message of the usual kind."""
        return data[at] == WHOLE and data[at + 1] & _MASKED == self._masked and not self._fragments


def _bounds(data: bytes, at: int) -> tuple[int, int]:
    """Where a frame's payload starts and ends; (0, where its head ends) where that is to come."""
    if at + 2 > len(data):
        return 0, at + 2
    length = data[at + 1] & 127
    start = at + 2
    if length >= 126:
        start += 2 if length == 126 else 8
        if start > len(data):
            return 0, start
        length = int.from_bytes(data[at + 2 : start])
    if data[at + 1] & _MASKED:
        start += 4
    return start, start + length


def _unmasked(data: bytes, start: int, end: int) -> bytes:
    """A payload without its mask, which lies just before it."""
    size = end - start
    mask = (data[start - 4 : start] * (size // 4 + 1))[:size]
    return (int.from_bytes(data[start:end]) ^ int.from_bytes(mask)).to_bytes(size)
