"""Who wrote which line, and when: of each line the one who wrote most of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cocalc_tui.history.reading import Content, parts
from cocalc_tui.history.timeline import author
from cocalc_tui.notebook import schema
from cocalc_tui.notebook.model import Notebook
from cocalc_tui.sync.patch import MAIN, TextId
from cocalc_tui.sync.versions import Blame, Versions


@dataclass(frozen=True, slots=True)
class BlamedLine:
    """A line of a version."""

    text: str
    author: str
    """Who wrote most of it; "" for an empty line."""
    at: int
    """When the last of that came, milliseconds of the relay's clock; 0 for an empty line."""


def typed(versions: Versions, version: int, at: TextId = MAIN) -> Iterator[Blame]:
    """A text in the pieces in which it was typed, each with whom people call its author."""
    return _called(versions, versions.blame(version, at))


def _called(versions: Versions, pieces: Iterable[Blame]) -> Iterator[Blame]:
    for piece in pieces:
        yield piece._replace(author=author(versions.made(piece.first)))


def blame_lines(versions: Versions, version: int) -> list[BlamedLine]:
    """The lines of a version, each with who wrote it."""
    return _lines(versions, versions.blame(version))


def _lines(versions: Versions, pieces: Iterable[Blame]) -> list[BlamedLine]:
    found: list[BlamedLine] = []
    text, counts = "", Counter[str]()
    last: dict[str, int] = {}
    """By author: the version that the last of it came with."""

    def end() -> None:
        nonlocal text
        most = counts.most_common(1)[0][0] if counts else ""
        moment = versions.made(last[most]).received if most else 0
        found.append(BlamedLine(text, most, moment))
        text = ""
        counts.clear()
        last.clear()

    for piece in _called(versions, pieces):
        first, *others = piece.text.split("\n")
        for index, part in enumerate([first, *others]):
            if index:
                end()
            if part:
                text += part
                counts[piece.author] += len(part)
                last[piece.author] = max(last.get(piece.author, 0), piece.last)
    if text or not found:
        end()
    return found


def blame_parts(versions: Versions, version: int, found: Content) -> list[BlamedLine]:
    """The lines of a version as it is read, each with who wrote it; [] for a chat, which says so.

    Of a notebook the lines of cells have authors; headings and outputs have none.
    """
    if isinstance(found, str):
        return blame_lines(versions, version)
    if not isinstance(found, Notebook):
        return []
    lines: list[BlamedLine] = []
    blames = versions.blames(version, [schema.input_of(cell.key) for cell in found.cells])
    for part in parts(found):
        shown = part.text.removesuffix("\n").split("\n")
        source = _lines(versions, blames[schema.input_of(part.key)])
        whose = [None, *source][: len(shown)]
        for index, text in enumerate(shown):
            one = whose[index] if index < len(whose) else None
            lines.append(one if one is not None and one.text == text else BlamedLine(text, "", 0))
    return lines
