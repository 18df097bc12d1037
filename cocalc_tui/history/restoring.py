"""Restoring: the operations that make a document say again what it said.

Who restores has looked at the past and decided by what was there when they began (`seen`). What
others did since then stays. It is one ordinary step of whoever restores, so undo takes it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, groupby
from typing import TypeAlias

from cocalc_tui.history.reading import Content
from cocalc_tui.history.rebasing import lined_up, rebase
from cocalc_tui.history.words import Piece, aligned, compare
from cocalc_tui.notebook import foreign, model
from cocalc_tui.notebook.model import Cell, Notebook
from cocalc_tui.sync.diff import diff
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import MAIN, Op, Put, Remove, Splice, TextId

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class CannotRestore(ValueError):  # noqa: N818 - it says what is so
    """It cannot be restored: one line that says why."""


def changes_since(wanted: Content, seen: Content) -> list[Piece]:
    """What came and went between a text that is wanted back and the one that was seen.

    [] for what is no text: a notebook's cells are compared when they are restored.
    """
    if isinstance(wanted, str) and isinstance(seen, str):
        return compare(wanted, seen)
    return []


def restore_text(
    document: Document, seen: str, since: Sequence[Piece], part: tuple[int, int] | None = None
) -> list[Op]:
    """Take back what came and went `since` a version, all of it or in a part of that version.

    `part` is from where to where in the version that is wanted, whole lines.
    """
    back = list(_joined(_taken_back(since, part)))
    return [*_carried(document, MAIN, seen, back)]


def _carried(document: Document, at: TextId, seen: str, ops: Sequence[Splice]) -> list[Splice]:
    """Make operations on a text that was seen fit the one there is now."""
    now = str(document.text(at))
    found = rebase(ops, lined_up(seen, diff(seen, now)))
    return [Splice(one.pos, one.delete, one.insert, at) for one in found]


# --- parts of a text -------------------------------------------------------------------------


def _taken_back(since: Sequence[Piece], part: tuple[int, int] | None) -> Iterator[Splice]:
    at = old = 0
    """Where one is in the text as it becomes, and in the wanted one."""
    before = ""
    for same, group in groupby(since, key=lambda one: one.change == 0):
        run = list(group)
        if same:
            length = sum(len(one.text) for one in run)
            at, old, before = at + length, old + length, run[-1].text
            continue
        for piece, taken in _decided(run, old, before, part):
            if piece.change < 0:
                if taken:
                    yield Splice(at, 0, piece.text)
                    at += len(piece.text)
            elif taken:
                yield Splice(at, len(piece.text), "")
            else:
                at += len(piece.text)
        went = "".join(one.text for one in run if one.change < 0)
        old, before = old + len(went), went or before


def _decided(
    run: Sequence[Piece], old: int, before: str, part: tuple[int, int] | None
) -> Iterator[tuple[Piece, bool]]:
    """The pieces of one change, each with whether it is taken back.

    Where all that a change replaced is in the part, it is replaced back. `before` is the wanted
    text just before the change.
    """
    end = old + sum(len(one.text) for one in run if one.change < 0)
    if part is None:
        yield from ((one, True) for one in run)
    elif part[0] <= old < end <= part[1]:
        yield from _decided_whole(run, at_end=end == part[1])
    elif old == end:
        yield from _decided_insertion(run, old, before, part)
    else:
        yield from _decided_replacement(run, old, before, part)


def _decided_whole(run: Sequence[Piece], *, at_end: bool) -> Iterator[tuple[Piece, bool]]:
    """A change of which all is in the part; what came in front of the line behind it stays."""
    went, came = ("".join(one.text for one in run if one.change == way) for way in (-1, 1))
    cut = came.rfind("\n") + 1 if at_end and went.endswith("\n") else len(came)
    yield Piece(came[:cut], 1), True
    yield Piece(went, -1), True
    yield Piece(came[cut:], 1), False


def _decided_replacement(
    run: Sequence[Piece], old: int, before: str, part: tuple[int, int]
) -> Iterator[tuple[Piece, bool]]:
    """A change of which only some is in the part: line by line where as many came as went."""
    went, came = (
        _LINE.findall("".join(one.text for one in run if one.change == change))
        for change in (-1, 1)
    )
    if len(went) == len(came) > 1:
        for gone, new in zip(went, came, strict=True):
            yield from _decided([Piece(gone, -1), Piece(new, 1)], old, before, part)
            old, before = old + len(gone), gone
        return
    text = "".join(went)
    low, high = max(part[0] - old, 0), max(part[1] - old, 0)
    yield Piece(text[:low], -1), False
    yield Piece(text[low:high], -1), True
    yield Piece(text[high:], -1), False
    yield Piece("".join(came), 1), False


def _decided_insertion(
    run: Sequence[Piece], at: int, before: str, part: tuple[int, int]
) -> Iterator[tuple[Piece, bool]]:
    """Lines that came at an end of the part are not of it; the rest of a line is."""
    text = "".join(one.text for one in run)
    if part[0] < at < part[1]:
        yield Piece(text, 1), True
    elif at == part[0] < part[1]:
        cut = text.rfind("\n") + 1
        yield Piece(text[:cut], 1), False
        yield Piece(text[cut:], 1), True
    elif at == part[1] > part[0] and not before.endswith("\n"):
        line, rest = text.partition("\n")[0], text[len(text.partition("\n")[0]) :]
        yield Piece(line, 1), True
        yield Piece(rest, 1), False
    else:
        yield Piece(text, 1), False


def _joined(ops: Iterable[Splice]) -> Iterator[Splice]:
    """Splices that touch, as one: what was replaced is replaced."""
    last = Splice(0, 0, "")
    for one in ops:
        if one.pos == last.pos + len(last.insert):
            last = Splice(last.pos, last.delete + one.delete, last.insert + one.insert)
        else:
            yield last
            last = one
    yield last


# --- notebooks -------------------------------------------------------------------------------


def restore_notebook(
    document: Document, seen: Notebook, wanted: Notebook, salt: str, cell: str | None = None
) -> list[Op]:
    """Make a notebook as it was, or one cell of it. `salt` is 16 new random hex digits.

    Outputs stay as they are: what a kernel printed is not anybody's to change.
    """
    base = _without_outputs(seen)
    found = _renamed(_without_outputs(aligned(seen, wanted)), base, salt)
    if cell is not None:
        found = _with_one(
            base, found, cell if cell in _keys(base) else _new_key(salt, wanted, cell)
        )
    ops, _ = foreign.changes(base, found, salt)
    return list(_fitting(document, base, ops))


def _fitting(document: Document, seen: Notebook, ops: Sequence[Op]) -> Iterator[Op]:
    """Leave alone what others changed or took away since."""
    now = {cell.key: cell for cell in model.take(document).cells}
    before = {cell.key: cell for cell in seen.cells}
    for at, group in groupby(ops, key=lambda op: op.at if isinstance(op, Splice) else None):
        run = list(group)
        if at is None:
            yield from (op for op in run if _is_free(op, before, now))
        elif at.key not in before:
            yield from run
        elif at.key in now:
            splices = [op for op in run if isinstance(op, Splice)]
            old = before[at.key].source
            yield from _carried(document, at, old, lined_up(old, splices))


def _is_free(op: Op, before: dict[str, Cell], now: dict[str, Cell]) -> bool:
    if isinstance(op, Remove):
        return op.key in now and now[op.key].source == before[op.key].source
    return not (isinstance(op, Put) and op.key in before and op.key not in now)


def _without_outputs(found: Notebook) -> Notebook:
    cells = tuple(replace(cell, outputs=(), runs=()) for cell in found.cells)
    return replace(found, cells=cells)


def _keys(found: Notebook) -> set[str]:
    return {cell.key for cell in found.cells}


def _renamed(found: Notebook, base: Notebook, salt: str) -> Notebook:
    """Give cells that are gone new keys: a key that was used is never used again."""
    there = _keys(base)
    cells = tuple(
        cell if cell.key in there else replace(cell, key=_new_key(salt, found, cell.key))
        for cell in found.cells
    )
    return replace(found, cells=cells)


def _new_key(salt: str, found: Notebook, key: str) -> str:
    return f"{salt}{[cell.key for cell in found.cells].index(key)}"


def _with_one(base: Notebook, found: Notebook, key: str) -> Notebook:
    """`base` with one cell of `found`, put behind what it stood behind where it is not there."""
    cells = list(base.cells)
    keys = [cell.key for cell in cells]
    order = [cell.key for cell in found.cells]
    wanted = found.cells[order.index(key)]
    if key in keys:
        own = cells[keys.index(key)]
        fields = wanted.fields | {"pos": own.fields["pos"]}
        cells[keys.index(key)] = replace(wanted, fields=fields)
    else:
        above = [one for one in order[: order.index(key)] if one in keys]
        cells.insert(keys.index(above[-1]) + 1 if above else 0, wanted)
    return replace(base, cells=tuple(cells))


# --- documents -------------------------------------------------------------------------------

Where: TypeAlias = "tuple[int, int] | str"
"""From where to where in a text, whole lines; or the key of a cell."""


def place_of_lines(text: str, first: int, last: int) -> Where:
    """Where lines of a text are, by their numbers from 1 on."""
    starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    return starts[first - 1], min(starts[last], len(text))


def restore(
    document: Document, seen: Content, wanted: Content, since: Sequence[Piece], salt: str
) -> list[Op]:
    """Make all of a document as it was; `since` as for `restore_text`.

    Raises CannotRestore for a chat, and for a file that once was none of its kind.
    """
    if isinstance(seen, str) and isinstance(wanted, str):
        return restore_text(document, seen, since)
    return restore_notebook(document, *_notebooks(seen, wanted), salt)


def restore_part(
    document: Document,
    seen: Content,
    wanted: Content,
    since: Sequence[Piece],
    where: Where,
    salt: str,
) -> list[Op]:
    """Make a part as it was: lines of a text, or a cell. Raises CannotRestore."""
    if isinstance(where, str):
        before, found = _notebooks(seen, wanted)
        if where not in _keys(found):
            raise CannotRestore("this cell is not in this version: go to one that has it")
        return restore_notebook(document, before, found, salt, where)
    if not isinstance(seen, str):
        raise CannotRestore("this version was no notebook; copy it instead")
    if where[0] == where[1]:
        raise CannotRestore("these lines are not in this version: go to one that has them")
    return restore_text(document, seen, since, where)


def _notebooks(seen: Content, wanted: Content) -> tuple[Notebook, Notebook]:
    if isinstance(seen, Notebook) and isinstance(wanted, Notebook):
        return seen, wanted
    if isinstance(seen, Notebook):
        raise CannotRestore("this version was no notebook; copy it instead")
    raise CannotRestore("what was said in a chat stays said; copy it instead")
