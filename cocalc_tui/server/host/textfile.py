"""Bytes of a file to the text of a document and back, without loss.

The log holds the text as it is: line ends, a missing last newline, any code point. Only the byte
order mark is apart, as nobody means to edit it. What cannot be held so is refused in one line.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from cocalc_tui.protocol.messages import LARGEST_OPENED

MAX_BYTES = LARGEST_OPENED
"""Of a file that can be opened."""
_SAMPLE = 8192
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\b\x1b")


class NotTextError(ValueError):
    """These bytes are no text; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the text is written as bytes."""

    bom: bool = False


def too_big(size: int) -> str | None:
    """Say why a file of this size is not opened, None where it is."""
    if size <= MAX_BYTES:
        return None
    above = -(-size * 10 // 2**20) / 10  # never rounded down to what can be
    return f"{above:,} MB are more than the {MAX_BYTES // 2**20} MB that can be opened"


def decode(data: bytes) -> tuple[str, Form]:
    """Return the text and its form, of a file that can be opened; raises NotTextError."""
    if (reason := too_big(len(data))) is not None:
        raise NotTextError(reason)
    return read(data)


def read(data: bytes) -> tuple[str, Form]:
    """Return the text and its form, of a file of any size; raises NotTextError."""
    bom = data.startswith(codecs.BOM_UTF8)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotTextError("this is UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8")
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        if b"\0" in body[:_SAMPLE]:
            raise NotTextError("this is a binary file, not text") from None
        line = body.count(b"\n", 0, error.start) + 1
        raise NotTextError(
            f"line {line} is not UTF-8 (byte 0x{body[error.start]:02x}); "
            "convert it first, perhaps: iconv -f LATIN1 -t UTF-8"
        ) from None
    sample = body[:_SAMPLE]
    if sum(byte in _CONTROLS for byte in sample) * 10 > len(sample):
        raise NotTextError("this is a binary file, not text")
    return text, Form(bom)


def encode(text: str, form: Form) -> bytes:
    """Return the bytes of a text in this form; exactly what `decode` took."""
    return (codecs.BOM_UTF8 if form.bom else b"") + text.encode()
