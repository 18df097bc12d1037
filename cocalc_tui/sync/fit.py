"""Whether splices fit the texts they are meant for.

A patch that does not fit counts as empty on every replica alike. Making it fit, by moving a
position into the text, would do different things where the texts differ for a moment: the
replicas would part for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from cocalc_tui.sync.patch import MAIN, Cancel, DoesNotFit, Op, Splice, TextId


def check_splices(ops: Sequence[Op], length: Callable[[TextId], int]) -> None:
    """Raise DoesNotFit unless the splices fit, one after the other, texts of these lengths."""
    if len(ops) == 1:
        if type(op := ops[0]) is Splice:
            check_splice(op, length(op.at))
        return
    lengths: dict[TextId, int] = {}
    for op in ops:
        if type(op) is Splice:
            at = op.at
            before = lengths[at] if at in lengths else length(at)
            check_splice(op, before)
            lengths[at] = before + len(op.insert) - op.delete


def check_splice(op: Splice, length: int) -> None:
    """Raise DoesNotFit unless a splice fits a text of this length."""
    pos, delete, insert, _ = op
    if not 0 <= pos <= pos + delete <= length:
        raise DoesNotFit(f"characters {pos} to {pos + delete} are not in a text of {length}")
    if not insert.isascii() and not is_text(insert):
        raise DoesNotFit("half a surrogate pair is not a character")


def is_text(insert: str) -> bool:
    """Whether all of it are characters: a lone surrogate has no place in a file."""
    try:
        insert.encode()
    except UnicodeEncodeError:
        return False
    return True


CANCELS: Final = 1
RECORDS: Final = 2


def contents(ops: Iterable[Op]) -> int:
    """Whether there are cancels, and whether anything is about records or their texts."""
    found = 0
    for op in ops:
        if type(op) is Splice:
            if op.at is not MAIN and op.at != MAIN:
                found |= RECORDS
        else:
            found |= CANCELS if type(op) is Cancel else RECORDS
    return found
