"""The files that lie in a markdown or raw cell, listed below its text; images as such."""

from __future__ import annotations

from cocalc_tui.notebook.blobs import BLOBS
from cocalc_tui.notebook.fields import about_blob
from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.outputs.streams import Output


def attached(attachments: Json) -> list[Output]:
    """Attachments as outputs: a line that names each, and below it the image that it is."""
    found: list[Output] = []
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        forms = bundle if isinstance(bundle, dict) else {}
        kinds = ", ".join(f"{mime} {_size(data)}" for mime, data in forms.items())
        line = f"attached: {safe(name)}  {safe(kinds)}\n"
        found.append({"output_type": "stream", "name": "stdout", "text": line})
        if any(mime.startswith("image/") for mime in forms):
            found.append(_shown(forms))
    return found


def _shown(forms: dict[str, Json]) -> Output:
    """The forms of a file as an output, with what is known of those that are elsewhere."""
    elsewhere: dict[str, Json] = {
        mime: about for mime, data in forms.items() if (about := about_blob(data)) is not None
    }
    here: Json = {mime: "" if mime in elsewhere else data for mime, data in forms.items()}
    shown: Output = {"output_type": "display_data", "metadata": {}, "data": here}
    return {**shown, BLOBS: elsewhere} if elsewhere else shown


def _size(data: Json) -> str:
    """How big it is; what is no text is base64, three bytes in four letters."""
    pieces = data if isinstance(data, list) else [data]
    about = about_blob(data) or {}
    letters = about.get("size") or sum(len(piece) for piece in pieces if isinstance(piece, str))
    size = letters * 3 // 4 if isinstance(letters, int) else 0
    return f"{size} B" if size < 1000 else f"{size / 1000:.0f} kB"
