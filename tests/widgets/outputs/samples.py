"""Pictures to draw, made here so that every pixel is known."""

from __future__ import annotations

import base64
import io
import struct
import zlib

from PIL import Image, ImageDraw


def plot(form: str = "PNG", size: tuple[int, int] = (160, 96)) -> str:
    """A white picture with a frame and two bars, as base64."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((0, 0, width - 1, height - 1), outline="black", width=4)
    draw.rectangle((width // 8, height // 2, width // 4, height - 12), fill="#1f77b4")
    draw.rectangle((width // 2, height // 4, width * 3 // 4, height - 12), fill="#ff7f0e")
    return encoded(image, form)


def encoded(image: Image.Image, form: str = "PNG") -> str:
    written = io.BytesIO()
    image.save(written, form)
    return base64.b64encode(written.getvalue()).decode()


def halves(left: str, right: str) -> str:
    """A picture of two colours, 16 x 16 pixels."""
    image = Image.new("RGB", (16, 16), left)
    image.paste(Image.new("RGB", (8, 16), right), (8, 0))
    return encoded(image)


def ink(colour: tuple[int, int, int]) -> str:
    """Strokes of one colour on nothing."""
    image = Image.new("RGBA", (80, 80), (0, 0, 0, 0))
    ImageDraw.Draw(image).line((0, 40, 79, 40), fill=(*colour, 255), width=8)
    return encoded(image)


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="96">'
    '<rect width="160" height="96" fill="#ffffff"/>'
    '<circle cx="80" cy="48" r="40" fill="#2ca02c"/></svg>'
)


def bomb(width: int = 50_000, height: int = 50_000) -> str:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return base64.b64encode(png).decode()
