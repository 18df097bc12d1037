"""The process that decodes pictures: `python -m cocalc_tui.widgets.outputs.picture_worker`.

Pictures come from kernels and files, from anybody. A decoder that is made to loop, to crash or to
fill the memory costs this process and the one picture, never the app; and what takes 50 ms does not
hold up a key. Requests and answers go over its standard input and output, a line of JSON and then
bytes:

- request: `mime`, `size` of the bytes that follow (base64, or SVG as text), `columns` and `rows` of
  the room there is, `ground` (`#rrggbb`), `zoom`: how much larger than it is it may be made;
  `graphics`: null for characters, else the fields of `graphics.Graphics`;
- answer: `size` of the bytes that follow, `columns` and `rows`, or `error`, a few words. The bytes
  are JSON with `lines` (rows of `picture_cells.Piece`) and, for sixel, `sixel` (its rows), or a PNG
  for kitty.
"""

from __future__ import annotations

import base64
import io
import json
import re
import resource
import sys
from typing import IO, TYPE_CHECKING, Any

from cocalc_tui.widgets.outputs.picture_cells import CELL, cells, fitted
from cocalc_tui.widgets.outputs.sixel import sixel_rows

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MOST_PIXELS = 64_000_000
QUARTERS = (2, 2)
"""Pixels of a cell that is a character."""
MEMORY = 1 << 30
"""Bytes of address space that decoding may take."""
_REFERENCE = re.compile(
    r"""((?:xlink:)?href\s*=\s*)(?:"(?!\s*(?:#|data:))[^"]*"|'(?!\s*(?:#|data:))[^']*')"""
    r"""|@import[^;}]*|url\(\s*["']?(?!\s*["']?#)[^)]*\)""",
    re.IGNORECASE,
)
"""What would have a picture read other files."""


class PictureError(Exception):
    """It cannot be drawn; a few words for people."""


def make(request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Make what a request asks for; returns the answer and its bytes. Raises PictureError."""
    room = int(request["columns"]), int(request["rows"])
    graphics = request["graphics"]
    cell = graphics["cell"] if graphics else QUARTERS
    image, size = _opened(str(request["mime"]), data, room[0] * cell[0])
    shape = (cell[0], cell[1]) if graphics else CELL
    columns, rows = fitted(*size, *room, float(request["zoom"]), shape)
    image = _resized(image, columns * cell[0], rows * cell[1], few=graphics is None)
    image = _on_ground(image, str(request["ground"]))
    return {"columns": columns, "rows": rows}, _encoded(image, graphics, (columns, rows))


def _encoded(image: Image, graphics: dict[str, Any] | None, size: tuple[int, int]) -> bytes:
    """A picture in the way that was asked for."""
    if graphics is not None and graphics["way"] == "kitty":
        written = io.BytesIO()
        image.save(written, "PNG")
        return written.getvalue()
    made: dict[str, Any] = {}
    if graphics is not None:
        made["sixel"] = sixel_rows(image, graphics["cell"][1], graphics["colours"])
        image = _resized(image, size[0] * QUARTERS[0], size[1] * QUARTERS[1], few=True)
    return json.dumps({**made, "lines": cells(image.tobytes(), *image.size)}).encode()


def _opened(mime: str, data: bytes, width: int) -> tuple[Image, tuple[int, int]]:
    """Decode at least at the `width` that will be seen; returns the picture's own size too."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses twice as many
    try:
        raw = _drawn(data) if mime == "image/svg+xml" else base64.b64decode(data)
        image = Image.open(io.BytesIO(raw), formats=FORMATS)
        size = image.size
        image.draft("RGB", (width, width))
        image.load()
    except Image.DecompressionBombError:
        raise PictureError("too many pixels") from None
    except MemoryError:
        raise PictureError("takes too much memory") from None
    except Exception as error:
        raise PictureError(f"cannot be decoded: {type(error).__name__}") from None
    return image, size


def _drawn(data: bytes) -> bytes:
    """Draw an SVG, by resvg; it sees no other file."""
    import resvg_py

    return resvg_py.svg_to_bytes(svg_string=without_references(data.decode("utf-8", "replace")))


def without_references(svg: str) -> str:
    """An SVG that refers to nothing outside of itself."""
    return _REFERENCE.sub(lambda found: f"{found[1] or ''}''" if found[1] else "", svg)


def _resized(image: Image, width: int, height: int, *, few: bool) -> Image:
    """A picture in another size; `few`: of so few pixels that each is seen."""
    from PIL import Image, ImageFilter

    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGBA")
    smaller = width * height < image.width * image.height
    if not smaller:
        return image.resize((width, height), Image.Resampling.BILINEAR)
    if not few:
        return image.resize((width, height), Image.Resampling.LANCZOS)
    # Thin lines become pale when many pixels become one: bring them out again.
    resized = image.resize((width, height), Image.Resampling.BOX)
    return resized.filter(ImageFilter.UnsharpMask(radius=1, percent=60, threshold=2))


def _on_ground(image: Image, ground: str) -> Image:
    """Lay what is transparent on the screen's ground, or dark lines that need it on white."""
    from PIL import Image

    if image.mode != "RGBA":
        return image.convert("RGB")
    alpha = image.getchannel("A")
    if alpha.getextrema()[0] == 255:
        return image.convert("RGB")
    ink = image.convert("L").histogram(alpha.point(lambda value: 255 if value > 127 else 0))
    mean = sum(shade * count for shade, count in enumerate(ink)) / max(1, sum(ink))
    ground_shade = sum(bytes.fromhex(ground[1:])) / 3
    under = "#ffffff" if mean < 110 and ground_shade < 110 else ground
    laid = Image.new("RGB", image.size, under)
    laid.paste(image, mask=alpha)
    return laid


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until there are no more."""
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(int(request["size"]))
        try:
            about, made = make(request, data)
        except PictureError as error:
            about, made = {"error": str(error)}, b""
        answers.write(json.dumps({**about, "size": len(made)}).encode() + b"\n" + made)
        answers.flush()


def main() -> None:
    """Be the process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
