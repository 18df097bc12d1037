"""Pieces of a formula put side by side, above each other, high and low, with air between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cocalc_tui.widgets.outputs.math_symbols import BRACKETS, HIGH

_COMPOUND = re.compile(r"[\s+\-−±∓=<>≤≥/·×]")


@dataclass(frozen=True)
class Piece:
    """Some of a formula as text, and whether it stands apart from its neighbours."""

    text: str
    kind: str = "letter"
    """letter, relation, binary, large, function, open, space, block or break."""


def laid_out(rows: list[list[str]], name: str) -> str:
    """Rows of a matrix, of cases or of aligned equations, columns below each other."""
    count = max((len(row) for row in rows), default=0)
    widths = [
        max((len(row[at]) for row in rows if at < len(row)), default=0) for at in range(count)
    ]
    gap = "  " if name.rstrip("*") in (*BRACKETS, "matrix", "array", "smallmatrix") else " "
    left, right = BRACKETS.get(name.rstrip("*"), ("    ", "    "))
    lines = []
    for number, row in enumerate(rows):
        cells = [text.ljust(width) for text, width in zip(row, widths, strict=False)]
        body = gap.join(cells).ljust(sum(widths) + len(gap) * (count - 1))
        which = 3 if len(rows) == 1 else 0 if number == 0 else 2 if number == len(rows) - 1 else 1
        lines.append(f"{left[which].strip()}{body}{right[which].strip()}".rstrip())
    return "\n".join(lines)


def script(text: str, letters: dict[str, str], sign: str) -> str:
    """A text high or low: in letters that are so, else behind a sign."""
    if not text:
        return ""
    plain = text.replace(" ", "")
    if all(character in letters for character in plain):
        return "".join(letters[character] for character in plain)
    return f"{sign}{plain}" if len(plain) == 1 else f"{sign}({text})"


def bracketed(text: str) -> str:
    """A text as one thing: in brackets, unless it is one already."""
    if not _COMPOUND.search(text.removeprefix("−")) or _is_closed(text):
        return text
    return f"({text})"


def _is_closed(text: str) -> bool:
    """Whether brackets enclose all of it, but for what stands high behind them."""
    text = text.rstrip("".join(HIGH.values()))
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if not depth:
            return at == len(text) - 1
    return False


# --- side by side ------------------------------------------------------------------------------


def joined(pieces: list[Piece]) -> str:
    """Pieces in a row: air around relations and operators, none around letters."""
    lines = [""]
    for text in _texts(pieces):
        if "\n" not in text:
            lines[-1] += text
            continue
        first, *rest = text.split("\n")
        indent = " " * len(lines[-1])
        lines[-1] += first
        lines += [indent + line for line in rest] if any(rest) else [""]
    return "\n".join(lines)


def _texts(pieces: list[Piece]) -> Iterator[str]:
    before = "open"
    for number, piece in enumerate(pieces):
        kind = piece.kind
        if kind == "binary" and before in ("open", "binary", "relation", "comma", "break", "large"):
            kind = "sign"
        match kind:
            case "relation":
                yield piece.text if before == "break" and number == 0 else f" {piece.text} "
            case "binary":
                yield f" {piece.text} "
            case "comma":
                yield f"{piece.text} "
            case "function" | "large":
                air = before in ("letter", "function", "large", "text") and kind == "function"
                yield f"{' ' if air else ''}{piece.text}{_after(pieces, number, kind)}"
            case _:
                yield piece.text
        before = kind


def _after(pieces: list[Piece], number: int, kind: str) -> str:
    """Air after a function or a large operator, unless a bracket follows."""
    following = pieces[number + 1] if number + 1 < len(pieces) else None
    if following is None or following.kind in ("space", "comma", "relation", "binary"):
        return ""
    return "" if kind == "function" and following.text.startswith(("(", "[")) else " "
