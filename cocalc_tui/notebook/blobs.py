"""Large parts of outputs, kept beside the log: what is in the document instead, and back again.

A log keeps everything for ever and every app reads it, so pictures would make both slow, and what
is larger than a message could not be there at all. A part that is large is known in the document by
its hash; `data[BLOBS]` of an output says which parts those are. Where a part was, "" keeps its
place; where a whole output is large (a text of megabytes that came with a file), its two ends are.

Nothing here reads or writes: `put` and `get` are handed in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

from cocalc_tui.notebook.pixels import image_pixels
from cocalc_tui.notebook.printed import Printed
from cocalc_tui.sync.patch import Json

BLOBS = "cocalc_tui_blobs"
"""A key of an output that no file has."""
WHOLE = "*"
"""Stands for all of an output, as JSON."""
TEXTS = 65_536
"""Characters of a part that stays in the document ..."""
PICTURES = 4_096
"""... and of one that is no text."""
MOST = 1_000_000
"""Characters of a whole output that stay."""

Data: TypeAlias = "dict[str, Json]"
Put: TypeAlias = Callable[[str, bytes], None]
"""Keeps bytes under their name."""
Get: TypeAlias = Callable[[str], "bytes | None"]
"""Returns the bytes of a name, None where they are not there."""


class MissingBlobError(ValueError):
    """A part of an output is not there any more; the message is one line."""


def name_of(data: bytes) -> str:
    """Name bytes by their hash."""
    return hashlib.sha256(data).hexdigest()


def blobs_of(output: Mapping[str, Json]) -> dict[str, Data]:
    """Return what an output says of its large parts, by MIME type."""
    found = output.get(BLOBS)
    if not isinstance(found, dict):
        return {}
    return {mime: about for mime, about in found.items() if isinstance(about, dict)}


def take_out(output: Data, put: Put) -> Data:
    """Return an output with its large parts kept elsewhere; the same where there are none."""
    data = output.get("data")
    small = _without_large(output, data, put) if isinstance(data, dict) else output
    # A file may have our key: it is not to be taken for what we say.
    if BLOBS not in output and length_of(small) <= MOST:
        return small
    all_of_it = encoded(output)
    put(name := name_of(all_of_it), all_of_it)
    about: Json = {"name": name, "size": len(all_of_it), "json": True}
    return {**_ends(small), BLOBS: {WHOLE: about}}


def _without_large(output: Data, data: Data, put: Put) -> Data:
    taken: Data = {}
    for mime, value in data.items():
        is_text = mime.startswith("text/") or mime.endswith(("json", "javascript"))
        if length_of(value) > (TEXTS if is_text else PICTURES):
            data_of = encoded(value)
            put(name := name_of(data_of), data_of)
            taken[mime] = about_part(mime, value, name, len(data_of))
    if not taken:
        return output
    left = {mime: "" if mime in taken else value for mime, value in data.items()}
    return {**output, "data": left, BLOBS: taken}


def about_part(mime: str, value: Json, name: str, size: int) -> Json:
    """Return what is said of a part that is kept under a name as so many bytes."""
    about: Data = {"name": name, "size": size}
    if not isinstance(value, str):
        about["json"] = True
    elif mime.startswith("image/") and (pixels := image_pixels(mime, value)):
        about |= {"width": pixels.width, "height": pixels.height}
    return about


def encoded(value: Json) -> bytes:
    """Return the bytes that a value is kept as."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "surrogatepass")


def decoded(about: Mapping[str, Json], data: bytes) -> Json:
    """Return the value that was kept as these bytes."""
    text = data.decode("utf-8", "surrogatepass")
    return cast(Json, json.loads(text)) if about.get("json") else text


def _ends(output: Data) -> Data:
    """What is shown of an output that is kept elsewhere as a whole."""
    kind = str(output.get("output_type"))
    if kind == "stream":
        printed = Printed()
        printed.add(_joined(output.get("text")))
        return {"output_type": kind, "name": output.get("name", "stdout"), "text": printed.text}
    if kind == "error":
        trace = output.get("traceback")
        lines = [str(line)[:TEXTS] for line in trace] if isinstance(trace, list) else []
        short: Json = [*lines[:5], *lines[max(5, len(lines) - 5) :]]
        said = {name: _joined(output.get(name))[:TEXTS] for name in ("ename", "evalue")}
        return {"output_type": kind, **said, "traceback": short}
    return {"output_type": kind, "data": {"text/plain": ""}, "metadata": {}}


def _joined(value: Json) -> str:
    return value if isinstance(value, str) else ""


def put_back(output: Data, get: Get) -> Data:
    """Return an output as it was before `take_out`. Raises MissingBlobError."""
    blobs = blobs_of(output)
    if not blobs:
        return output
    if WHOLE in blobs:
        return cast(Data, got("an output", blobs[WHOLE], get))
    data = dict(cast(Data, output.get("data", {})))
    for mime, about in blobs.items():
        data[mime] = got(mime, about, get)
    return {**{key: value for key, value in output.items() if key != BLOBS}, "data": data}


def put_back_or_say(output: Data, get: Get) -> Data:
    """The same; where parts are gone, a word about that stands in their place."""
    try:
        return put_back(output, get)
    except MissingBlobError as error:
        return _saying(output, f"[{error}]")


def _saying(output: Data, what: str) -> Data:
    blobs = blobs_of(output)
    if WHOLE in blobs:
        return {"output_type": "stream", "name": "stderr", "text": f"{what}\n"}
    left = {key: value for key, value in output.items() if key != BLOBS}
    data = cast(Data, left.get("data", {}))
    kept = {mime: value for mime, value in data.items() if mime not in blobs}
    plain = kept.get("text/plain")
    kept["text/plain"] = f"{plain}\n{what}" if isinstance(plain, str) else what
    return {**left, "data": kept}


def got(what: str, about: Mapping[str, Json], get: Get) -> Json:
    """Return the value that is kept elsewhere. Raises MissingBlobError."""
    data = get(str(about.get("name")))
    if data is None:
        raise MissingBlobError(f"{what} of {about.get('size')} bytes is not there any more")
    return decoded(about, data)


def length_of(value: Json) -> int:
    """About how many characters a value takes."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(key) + length_of(part) for key, part in value.items())
    return sum(map(length_of, value)) if isinstance(value, list) else 8
