"""Images: drawn where there is somebody to draw them, else named with their kind and size.

The size in pixels is read from the first bytes, so that an image has its room before it is decoded
and nothing moves when it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cocalc_tui.notebook.pixels import image_bytes, image_pixels
from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.outputs.picture_cells import fitted
from cocalc_tui.widgets.outputs.pictures import Picture
from cocalc_tui.widgets.outputs.rows import Frame, one_row

DRAWN = ("image/png", "image/svg+xml", "image/jpeg", "image/webp", "image/gif", "image/bmp")
"""What can be drawn, the best first."""


def picture_rows(mime: str, data: str, frame: Frame, plain: str = "") -> list[Strip]:
    """Draw an image, or its place while it is being made; `plain` is what else is said of it."""
    named = _named(mime, data, frame, plain)
    if frame.pictures is None or mime not in DRAWN:
        return [named]
    room = frame.width, frame.picture_rows
    picture = frame.pictures.get(
        mime, data, room, frame.look.ground, frame.graphics, zoom=frame.zoom
    )
    if picture is None:
        size = image_pixels(mime, data)
        rows = _height(size, frame) if size and all(size) else 1
        return [named, *[Strip([])] * (rows - 1)]
    if picture.trouble:
        trouble = one_row(frame, (f"  {picture.trouble}", frame.look.note))
        return [named, trouble]
    if picture.pixels is not None:
        return picture.pixels.strips(frame.look.ground)
    return cells_rows(picture)


def _height(size: tuple[int, int], frame: Frame) -> int:
    """Rows that a picture of these pixels will take."""
    if frame.graphics is None:
        return fitted(*size, frame.width, frame.picture_rows, frame.zoom)[1]
    room = frame.graphics.room(frame.width, frame.picture_rows)
    return fitted(*size, *room, frame.zoom, frame.graphics.cell)[1]


def absent_rows(mime: str, about: Mapping[str, Json], trouble: str, frame: Frame) -> list[Strip]:
    """The place of an image that is not here: on its way, or in `trouble`."""
    look = frame.look
    width, height = about.get("width"), about.get("height")
    size = (width, height) if isinstance(width, int) and isinstance(height, int) else None
    named = one_row(
        frame,
        ("▣ ", look.accent),
        (safe(mime), look.text),
        (f"  {width}×{height}" if size else "", look.text),
        (f"  {in_bytes(size_of(about))}", look.dim),
        (f"  {safe(trouble)}" if trouble else "", look.note),
    )
    if trouble or size is None or frame.pictures is None:
        return [named]
    return [named, *[Strip([])] * (_height(size, frame) - 1)]


def size_of(about: Mapping[str, Json]) -> int:
    """Bytes of a part that is not here."""
    size = about.get("size")
    return size if isinstance(size, int) else 0


def cells_rows(picture: Picture) -> list[Strip]:
    """A picture of characters as rows."""
    return [
        Strip(
            [
                Segment(text, Style(color=front, bgcolor=back))
                if text.strip()
                else Segment(text, Style(bgcolor=back))
                for text, front, back in line
            ],
            picture.columns,
        )
        for line in picture.lines
    ]


def _named(mime: str, data: str, frame: Frame, plain: str) -> Strip:
    look = frame.look
    size = image_pixels(mime, data)
    pixels = f"  {size.width}×{size.height}" if size else ""
    plain = " ".join(plain.split())
    return one_row(
        frame,
        ("▣ ", look.accent),
        (safe(mime), look.text),
        (pixels, look.text),
        (f"  {in_bytes(image_bytes(mime, data))}", look.dim),
        (f"  {safe(plain[:400])}" if plain else "", look.faint),
    )


def in_bytes(count: int) -> str:
    """A size for people: 312 B, 14 kB, 2.1 MB."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"
