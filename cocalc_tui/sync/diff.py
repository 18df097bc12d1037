"""Foreign text: what somebody did to a text outside, as splices.

A file changed on disk, or a formatter answered. Taken as "all replaced", it would undo what others
typed meanwhile; as the splices that a person would have made, it merges like their typing.

Lines that stayed are found first, then lines that only moved in or out, then letters within what is
left. Where old and new have little in common the part is replaced as a whole: a thousand accidental
one-letter matches would scatter it. The steps to spend are an argument, not a time, so that the
same texts give the same splices everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from operator import add
from typing import NamedTuple

from diff_match_patch import diff_match_patch

from cocalc_tui.sync.align import Budget, Pairs, align, search
from cocalc_tui.sync.patch import MAIN, Splice, TextId

_ALIKE = 0.4
"""How much of two parts must be common for them to be compared letter by letter."""
_GONE, _SAME, _CAME = -1, 0, 1
"""As diff-match-patch writes them."""


class _Hunk(NamedTuple):
    """Replace `old` characters from `start` of the old text by `new`."""

    start: int
    old: int
    new: str


def diff(old: str, new: str, at: TextId = MAIN, *, effort: int = 1_000_000) -> list[Splice]:
    """Splices that make `new` of `old`, one after the other, as few and as small as is sensible.

    `effort` bounds the work: about as many steps of a loop, a microsecond each.
    """
    splices = []
    shift = 0
    for start, removed, inserted in _joined(_differences(old, new, Budget(effort))):
        if removed or inserted:
            splices.append(Splice(start + shift, removed, inserted, at))
            shift += len(inserted) - removed
    return splices


def _joined(hunks: Iterable[_Hunk]) -> Iterator[_Hunk]:
    """Hunks that touch, as one."""
    last = _Hunk(0, 0, "")
    for hunk in hunks:
        if hunk.start == last.start + last.old:
            last = _Hunk(last.start, last.old + hunk.old, last.new + hunk.new)
        else:
            yield last
            last = hunk
    yield last


def _differences(old: str, new: str, budget: Budget) -> Iterator[_Hunk]:
    start, end = _common_ends(old, new)
    a, b = _lines(old[start : len(old) - end]), _lines(new[start : len(new) - end])
    at = list(accumulate(map(len, a), initial=start))
    for i, k, j, m in _gaps(align(a, b, budget), len(a), len(b)):
        dense = align([s.strip() for s in a[i:k]], [s.strip() for s in b[j:m]], budget)
        for low, high, first, last in _gaps(dense, k - i, m - j, pairs_too=True):
            before, after = "".join(a[i + low : i + high]), "".join(b[j + first : j + last])
            yield from _letters(at[i + low], before, after, budget)


def _lines(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends one."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + lines[-1:]


def _gaps(
    pairs: Pairs, length: int, other: int, *, pairs_too: bool = False
) -> Iterator[tuple[int, int, int, int]]:
    """What lies between pairs (and with `pairs_too` each pair), as ranges of both sequences."""
    i = j = 0
    for k, m in [*pairs, (length, other)]:
        if i < k or j < m:
            yield i, k, j, m
        if pairs_too and k < length:
            yield k, k + 1, m, m + 1
        i, j = k + 1, m + 1


def _letters(start: int, old: str, new: str, budget: Budget) -> Iterator[_Hunk]:
    head, tail = _common_ends(old, new)
    start += head
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    pairs: Pairs = []
    if old and new and len(old) + len(new) <= 4 * budget.share and _alike(old, new):
        pairs = search(old, new, budget)
    if not pairs:
        yield _Hunk(start, len(old), new)
        return
    differences: list[tuple[int, str]] = []
    for i, k, j, m in _gaps(pairs, len(old), len(new), pairs_too=True):
        if old[i:k] == new[j:m]:
            differences.append((_SAME, old[i:k]))
        else:
            differences += [(_GONE, old[i:k]), (_CAME, new[j:m])]
    diff_match_patch().diff_cleanupSemantic(differences)
    for what, text in differences:
        if what == _CAME:
            yield _Hunk(start, 0, text)
            continue
        if what == _GONE:
            yield _Hunk(start, len(text), "")
        start += len(text)


def _alike(old: str, new: str) -> bool:
    """Whether enough neighbouring letters are common (Dice's coefficient)."""
    one, other = (Counter(map(add, text, text[1:])) for text in (old, new))
    return 2 * (one & other).total() >= _ALIKE * (one.total() + other.total())


def _common_ends(old: str, new: str) -> tuple[int, int]:
    """How many characters are the same at the start, and at the end of the rest."""
    most = min(len(old), len(new))
    start = _same(most, lambda i, k: old[i:k] == new[i:k])
    old, new = old[::-1], new[::-1]
    return start, _same(most - start, lambda i, k: old[i:k] == new[i:k])


def _same(most: int, equal: Callable[[int, int], bool]) -> int:
    """How far two texts are equal, by comparing slices of halving length."""
    if equal(0, most):
        return most
    low, high = 0, most
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if equal(low, middle) else (low, middle)
    return low
