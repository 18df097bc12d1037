"""The forms in which an output can be saved, and their bytes."""

from __future__ import annotations

import base64
import json
import mimetypes
import re
from collections.abc import Callable, Coroutine, Sequence
from typing import IO, Any, NamedTuple, TypeAlias

from cocalc_tui.client.blobs import Blobs
from cocalc_tui.client.files import Files
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.notebook.blobs import MissingBlobError, blobs_of, decoded
from cocalc_tui.protocol.messages import MAX_PART
from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.acting import Desk
from cocalc_tui.widgets.outputs.image import in_bytes
from cocalc_tui.widgets.outputs.streams import joined
from cocalc_tui.widgets.reader.contents import Content
from cocalc_tui.widgets.reader.longtext import FETCHED, LongText

Write: TypeAlias = Callable[[IO[bytes]], Coroutine[Any, Any, None]]
"""Writes it into a file. Raises RequestFailed, MissingBlobError."""
_SUFFIXES = {
    "text/latex": ".tex",
    "text/markdown": ".md",
    "text/html": ".html",
    "text/plain": ".txt",
    "image/svg+xml": ".svg",
    "image/jpeg": ".jpg",
    "application/json": ".json",
    "application/javascript": ".js",
}
_ANSI = re.compile(r"\x1b\[[0-9;:]*m")


class Form(NamedTuple):
    """One way to save an output."""

    kind: str
    size: str
    """For people."""
    suffix: str
    write: Write


def forms_of(content: Content, blobs: Blobs | None) -> list[Form]:
    """All ways to save an output."""
    item, text = content
    if text is not None:
        return [Form("text/plain", in_bytes(len(text)), ".txt", _text_writer(text))]
    if item.get("output_type") == "error":
        lines = item.get("traceback")
        trace = "\n".join(map(joined, lines)) if isinstance(lines, list) else ""
        whole = LongText(_ANSI.sub("", trace) + "\n")
        return [Form("text/plain", in_bytes(len(whole)), ".txt", _text_writer(whole))]
    data, elsewhere = item.get("data"), blobs_of(item)
    found = []
    for mime, value in data.items() if isinstance(data, dict) else ():
        about = elsewhere.get(mime)
        if about is not None and blobs is not None:
            size = about.get("size")
            length = size if isinstance(size, int) else 0
            write = _blob_writer(mime, about, blobs)
        else:
            length, write = len(to_bytes(mime, value)), _value_writer(mime, value)
        found.append(Form(mime, in_bytes(length), suffix_of(mime), write))
    return found


def suffix_of(mime: str) -> str:
    """How a file of a kind ends."""
    if mime in _SUFFIXES:
        return _SUFFIXES[mime]
    if mime.endswith("+json"):
        return ".json"
    return mimetypes.guess_extension(mime) or (".txt" if mime.startswith("text/") else ".bin")


def to_bytes(mime: str, value: Json) -> bytes:
    """What a file of a kind holds; what is no text comes as base64."""
    text = joined(value)
    if not text and value not in ("", []):
        return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"
    if mime.startswith("text/") or mime.endswith(("json", "javascript", "xml")):
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode(text, validate=False)
    except ValueError:
        return text.encode("utf-8", "replace")


def _text_writer(text: LongText) -> Write:
    async def write(file: IO[bytes]) -> None:
        for start in range(0, len(text), FETCHED):
            part = await text.fetch(start, min(start + FETCHED, len(text)))
            file.write(part.encode("utf-8", "replace"))

    return write


def _value_writer(mime: str, value: Json) -> Write:
    async def write(file: IO[bytes]) -> None:
        file.write(to_bytes(mime, value))

    return write


def _blob_writer(mime: str, about: dict[str, Json], blobs: Blobs) -> Write:
    async def write(file: IO[bytes]) -> None:
        file.write(to_bytes(mime, decoded(about, await blobs.fetch(about))))

    return write


async def save(form: Form, files: Files, path: str, *, replace: bool) -> None:
    """Write an output into the project. Raises RequestFailed, also where the file is there."""
    import tempfile

    with tempfile.TemporaryFile() as file:
        await form.write(file)
        size = file.tell()
        transfer = await files.begin_upload(path, size, replace=replace, executable=False)
        kept = False
        try:
            file.seek(0)
            for at in range(0, size, MAX_PART):
                await files.send_part(transfer, at, file.read(MAX_PART))
            kept = True
        finally:
            await files.end_upload(transfer, keep=kept)


async def save_as(desk: Desk, form: Form, files: Files, name: str) -> None:
    """Have the person say where in the project it goes, and write it. Raises RequestFailed."""
    answer = await desk.ask("Save in the project as", name)
    if answer is None:
        return
    try:
        await save(form, files, answer, replace=False)
    except RequestFailed as failed:
        if failed.code != "exists":
            raise
        if not await desk.confirm(f"{answer} is there already. Replace it?", "replace"):
            return
        await save(form, files, answer, replace=True)
    except MissingBlobError as error:
        desk.notice(str(error), bad=True)
        return
    desk.notice(f"Saved as {answer}")


def markdown_form(text: str) -> Form:
    """A text of ours, to be saved."""
    return Form("text/markdown", in_bytes(len(text)), ".md", _value_writer("text/markdown", text))


def numbered(contents: Sequence[Content], blobs: Blobs | None) -> list[tuple[int, Form]]:
    """Every form of every output, with the number of the output."""
    return [(at, form) for at, one in enumerate(contents) for form in forms_of(one, blobs)]
