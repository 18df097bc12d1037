"""JSON text with its layout: where each value stands, how it was written, what cannot be carried.

A notebook that somebody's formatter laid out must come back as it was, but for the cell that was
edited. `json` alone forgets the layout, so here a value is read together with its place in the
text, and what did not change is copied from there.

Records travel as MessagePack and lie in readable rows, where not every JSON value of the wild has
a place. `carry` maps those to ones that have, `uncarry` back:

- a number beyond 64 bits, NaN and Infinity become `{"$number": "..."}`;
- a lone surrogate becomes a private code point: text of records is Unicode without surrogates;
- a key `$blob` gets another `$`, as records say by that key that a value is elsewhere (`fields`).
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from json.decoder import JSONDecodeError, JSONDecoder
from typing import NamedTuple, cast

from cocalc_tui.sync.patch import Json

MAX_DEPTH = 100
"""Deeper nesting than any notebook has; what reads it further on recurses."""

_SPACE = re.compile(r"[ \t\r\n]*")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_ABOVE_ASCII = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[0-7])")
_NUMBER = re.compile(r"-?[0-9]+|NaN|-?Infinity")
_NUMBER_KEY = re.compile(r"\$+number")
_BLOB_KEY = re.compile(r"\$+blob")
"""Of a file; with one `$` less it would be taken for what `notebook.fields` writes."""
_BLOCKS = (0x10D800, 0xFD800)
"""Where lone surrogates may go: private code points that nobody uses."""


class JsonTextError(ValueError):
    """The text is not JSON that can be carried; the message is part of one line for people."""


class Span(NamedTuple):
    """A value and the text it was read from."""

    start: int
    end: int
    value: Json
    key: str = ""
    """Its key, for a member of an object."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a JSON text is written; the defaults are how Jupyter writes."""

    indent: str | None = " "
    """None for all on one line."""
    comma: str = ","
    colon: str = ": "
    newline: str = "\n"
    ascii: bool = False
    """Whether everything above ASCII is escaped."""

    def dump(self, value: Json, depth: int = 0) -> str:
        """Write a value so that it stands `depth` levels deep."""
        text = json.dumps(
            value,
            indent=self.indent,
            separators=(self.comma, self.colon),
            ensure_ascii=self.ascii,
        )
        if self.indent is not None:
            text = text.replace("\n", self.newline + self.indent * depth)
        return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

    def line(self, depth: int) -> str:
        """Return what stands before an item `depth` levels deep, commas aside."""
        return "" if self.indent is None else self.newline + self.indent * depth

    def between(self, depth: int) -> str:
        """Return what stands between two items `depth` levels deep."""
        comma = self.comma if self.indent is None else self.comma.rstrip()
        return comma + self.line(depth)


def style_of(text: str) -> Style:
    """Find how a JSON object is written, by its first member."""
    head = re.match(r'\s*\{(\s*)"(?:[^"\\]|\\.)*"(\s*:\s*)', text)
    if head is None:
        return Style()
    space, colon = head.groups()
    escaped = text.isascii() and bool(_ESCAPED_ABOVE_ASCII.search(text))
    if "\n" not in space:
        comma = ", " if re.search(r'[\]}"0-9el], "', text) else ","
        return Style(None, comma, colon, ascii=escaped)
    newline = "\r\n" if "\r\n" in space else "\n"
    return Style(space.rpartition("\n")[2], ",", colon, newline, escaped)


# --- reading -----------------------------------------------------------------------------------


_decoder = JSONDecoder()


def _check_keys(found: list[Span]) -> None:
    """Inside a value the last of equal keys counts, as for Jupyter; here both have a place."""
    keys = [span.key for span in found]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise JsonTextError(f'the key "{twice}" is there twice')


def _fail(text: str, at: int, wanted: str) -> JsonTextError:
    error = JSONDecodeError(wanted, text, at)
    return JsonTextError(f"line {error.lineno}, column {error.colno}: {wanted}")


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found is not None
    return found.end()


def _value(text: str, at: int) -> tuple[Json, int]:
    try:
        return cast("tuple[Json, int]", _decoder.raw_decode(text, at))
    except JSONDecodeError as error:
        said = error.msg[0].lower() + error.msg[1:]
        raise JsonTextError(f"line {error.lineno}, column {error.colno}: {said}") from None
    except RecursionError:
        raise JsonTextError("it is nested too deeply") from None
    except ValueError:
        raise JsonTextError("it holds a number of thousands of digits") from None


def _spans(text: str, at: int, keyed: bool) -> tuple[list[Span], int]:
    """Read the items from the bracket at `at`; returns them and the place after the other one."""
    close = "}" if keyed else "]"
    items: list[Span] = []
    at = _skip(text, at + 1)
    if text[at : at + 1] == close:
        return items, at + 1
    while True:
        key = ""
        if keyed:
            if text[at : at + 1] != '"':
                raise _fail(text, at, "a key in double quotes should be here")
            key, at = cast("tuple[str, int]", _value(text, at))
            at = _skip(text, at)
            if text[at : at + 1] != ":":
                raise _fail(text, at, "a colon should be here")
            at = _skip(text, at + 1)
        value, end = _value(text, at)
        items.append(Span(at, end, value, key))
        at = _skip(text, end)
        if text[at : at + 1] == close:
            return items, at + 1
        if text[at : at + 1] != ",":
            raise _fail(text, at, f'a comma or "{close}" should be here')
        at = _skip(text, at + 1)


def members(text: str) -> list[Span]:
    """Read a text that is one JSON object; returns its members. Raises JsonTextError."""
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        raise _fail(text, at, "an object should begin here")
    found, end = _spans(text, at, keyed=True)
    if _skip(text, end) != len(text):
        raise _fail(text, _skip(text, end), "nothing more should be here")
    _check_keys(found)
    return found


def items(text: str, array: Span) -> list[Span]:
    """Read the items of a member that is an array, again and with their places."""
    return _spans(text, array.start, keyed=False)[0]


# --- values that records cannot hold -----------------------------------------------------------


def surrogate_block(text: str, value: Json) -> int:
    """Return the first code point of the block for lone surrogates, 0 where there are none.

    `text` is what `value` was read from. Raises JsonTextError where all blocks are in use.
    """
    if not _ESCAPED_SURROGATE.search(text):
        return 0
    plain = json.dumps(value, ensure_ascii=False)
    if not _SURROGATE.search(plain):
        return 0
    for block in _BLOCKS:
        if not re.search(f"[{chr(block)}-{chr(block + 0x7FF)}]", plain):
            return block
    raise JsonTextError("it mixes lone surrogates with private characters of two planes")


def hide(text: str, block: int) -> str:
    """Move lone surrogates to the block; nothing where it is 0."""
    if not block:
        return text
    return _SURROGATE.sub(lambda found: chr(ord(found[0]) - 0xD800 + block), text)


def unhide(text: str, block: int) -> str:
    """Move what is in the block back to lone surrogates."""
    if not block:
        return text
    private = f"[{chr(block)}-{chr(block + 0x7FF)}]"
    return re.sub(private, lambda found: chr(ord(found[0]) - block + 0xD800), text)


def carry(value: Json, block: int = 0, depth: int = 0) -> Json:
    """Make a JSON value fit for records. Raises JsonTextError where it is nested too deeply."""
    if depth > MAX_DEPTH:
        raise JsonTextError(f"it is nested more than {MAX_DEPTH} levels deep")
    match value:
        case str():
            return hide(value, block)
        case bool() | None:
            return value
        case int():
            return value if -(2**63) <= value < 2**63 else {"$number": str(value)}
        case float():
            return value if math.isfinite(value) else {"$number": json.dumps(value)}
        case list():
            return [carry(item, block, depth + 1) for item in value]
    if len(value) == 1 and _NUMBER_KEY.fullmatch(key := next(iter(value))):
        return {"$" + key: carry(value[key], block, depth + 1)}
    return {
        ("$" if _BLOB_KEY.fullmatch(key) else "") + hide(key, block): carry(item, block, depth + 1)
        for key, item in value.items()
    }


def uncarry(value: Json, block: int = 0) -> Json:
    """Undo `carry`."""
    match value:
        case str():
            return unhide(value, block)
        case list():
            return [uncarry(item, block) for item in value]
        case dict():
            pass
        case _:
            return value
    if len(value) == 1 and _NUMBER_KEY.fullmatch(key := next(iter(value))):
        held = value[key]
        if key == "$number" and isinstance(held, str) and _NUMBER.fullmatch(held):
            return cast(Json, json.loads(held))
        return {key[1:] if key.startswith("$$") else key: uncarry(held, block)}
    return {
        unhide(key[1:] if _BLOB_KEY.fullmatch(key[1:]) else key, block): uncarry(item, block)
        for key, item in value.items()
    }
