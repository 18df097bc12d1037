"""What can be said of an image without drawing it: its size in pixels, from its first bytes."""

from __future__ import annotations

import base64
import binascii
import re
from typing import NamedTuple

_LOOKED_AT = 65_536
"""Bytes of an image in which its size is looked for."""
_SVG_TAG = re.compile(r"<svg\b[^>]*>", re.IGNORECASE)
_SVG_LENGTH = {
    side: re.compile(
        rf"""\s{side}\s*=\s*["']\s*(\d+(?:\.\d+)?)\s*(?:px|pt)?\s*["']""", re.IGNORECASE
    )
    for side in ("width", "height")
}
_SVG_BOX = re.compile(
    r"""\sviewBox\s*=\s*["']\s*[-+.\d]+[\s,]+[-+.\d]+[\s,]+(\d+(?:\.\d+)?)[\s,]+(\d+(?:\.\d+)?)"""
)


class Pixels(NamedTuple):
    """The size of an image."""

    width: int
    height: int


def image_pixels(mime: str, data: str) -> Pixels | None:
    """Size of an image as nbformat holds it (base64, or SVG as text); None where it cannot tell."""
    if mime == "image/svg+xml":
        return _svg(data[:_LOOKED_AT])
    head = _decoded(data)
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
        return Pixels(int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big"))
    if head[:6] in (b"GIF87a", b"GIF89a") and len(head) >= 10:
        return Pixels(int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little"))
    return _jpeg(head) if head.startswith(b"\xff\xd8") else None


def image_bytes(mime: str, data: str) -> int:
    """How many bytes the image has."""
    if mime == "image/svg+xml":
        return len(data.encode("utf-8", "replace"))
    breaks = data.count("\n")
    return max(0, (len(data) - breaks) * 3 // 4 - data[-4:].count("="))


def _decoded(data: str) -> bytes:
    text = data[: _LOOKED_AT * 3 // 2].replace("\n", "")
    try:
        return base64.b64decode(text[: len(text) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""


def _jpeg(head: bytes) -> Pixels | None:
    """Walk the markers to the frame header (ITU T.81, B.2.2)."""
    at = 2
    while at + 9 < len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height = int.from_bytes(head[at + 5 : at + 7], "big")
            return Pixels(int.from_bytes(head[at + 7 : at + 9], "big"), height)
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None


def _svg(text: str) -> Pixels | None:
    tag = _SVG_TAG.search(text)
    if tag is None:
        return None
    found = [_SVG_LENGTH[side].search(tag[0]) for side in ("width", "height")]
    if found[0] and found[1]:
        return Pixels(round(float(found[0][1])), round(float(found[1][1])))
    box = _SVG_BOX.search(tag[0])
    return Pixels(round(float(box[1])), round(float(box[2]))) if box else None
