"""Columns: lists of numbers and texts as bytes, each compressed by itself, under one checksum.

Values of one kind side by side compress several times better than rows do: a run of keystrokes is
a column of ones. What is read is checked before it is used (a disk forgets bits, a copy stops half
way), so damage is one clear error and never a crash, a hang or a wrong document.
"""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from operator import add
from typing import Any, Final, NamedTuple

_DIGEST = 8
_LARGEST = 1 << 70
"""Numbers are smaller: far above any clock or position, and reading one cannot take for ever."""
_MOST_BYTES = 1 << 28
"""Of one file, unpacked."""
_TOP: Final = bytes(byte >> 7 for byte in range(256))
"""By byte: its top bit, which says that another comes."""
_TWOS: Final = b"\0" + b"\1\0" * 12
"""Top bits where many numbers of two bytes come in a row."""
_SECOND: Final = [byte - 1 << 7 for byte in range(128)]
"""By byte: what a number gets from it as its second and last, with the top bit of the first off."""
_WINDOW: Final = 1 << 15
"""How far deflate looks back: what is shorter it sees whole."""
_LONG: Final = 1 << 20
"""Bytes for which LZMA takes half a second; longer columns are deflated only."""
_WORTH: Final = 0.75
"""It is read more slowly, so a column is packed by it where it is so much shorter, at least."""
_LZMA: Final = b"\x07"
"""Goes before what it packed: deflated data cannot begin so."""
_FILTERS: Final[list[dict[str, Any]]] = [
    {"id": lzma.FILTER_LZMA2, "dict_size": _LONG, "lc": 4, "lp": 0, "pb": 0}
]


class DamagedLog(ValueError):  # noqa: N818 (it says what the log is)
    """Stored bytes are not what was written; the message says which and what to do."""


def pack(values: Iterable[int]) -> bytes:
    """Numbers >= 0 as LEB128: seven bits to a byte, lowest first."""
    out = bytearray()
    for value in values:
        if not 0 <= value < _LARGEST:
            raise ValueError(f"{value} cannot be stored: out of range")
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        out.append(value)
    return bytes(out)


def unpack(data: bytes) -> list[int]:
    """What `pack` packed."""
    if data.isascii():
        return list(data)
    out: list[int] = []
    done = 0
    for start, stop in _twos(data):
        _unpack_each(data[done:start], out)
        seconds = map(_SECOND.__getitem__, data[start + 1 : stop : 2])
        out += map(add, data[start:stop:2], seconds)
        done = stop
    _unpack_each(data[done:], out)
    return out


def _twos(data: bytes) -> Iterator[tuple[int, int]]:
    """Where many numbers of two bytes each stand in a row, as the times of keys do."""
    tops = b"\0" + data.translate(_TOP)
    """By the byte before: whether another comes."""
    wide = stop = 0
    while (start := tops.find(_TWOS, stop)) >= 0:
        if wide <= start:
            wide = tops.find(b"\1\1", start) % (len(tops) + 1)
        stop = min(tops.find(b"\0\0", start + 1) % (len(tops) + 1), wide - 1)
        stop -= (stop - start) % 2
        yield start, stop


def _unpack_each(data: bytes, out: list[int]) -> None:
    rest = iter(data)
    try:
        for value in rest:
            # The top bit of a byte says that another comes, and so adds 1 to that one's place.
            if value > 127:
                value += next(rest) - 1 << 7
                shift = 7
                while value >> shift > 127:
                    shift += 7
                    if shift > 70:
                        raise DamagedLog("a number is too long")
                    value += next(rest) - 1 << shift
            out.append(value)
    except StopIteration:
        raise DamagedLog("a number is cut off") from None


def zigzag(value: int) -> int:
    """Any number as one >= 0, small where it was small."""
    return value << 1 if value >= 0 else (-value << 1) - 1


def unzigzag(value: int) -> int:
    """What `zigzag` was given."""
    return -(value + 1 >> 1) if value & 1 else value >> 1


def odd_ones(values: Iterable[int], usual: int) -> tuple[list[int], list[int]]:
    """For values that are mostly `usual`: how many of these come first, and the odd ones."""
    gaps: list[int] = []
    odd: list[int] = []
    gap = 0
    for value in values:
        if value == usual:
            gap += 1
        else:
            gaps.append(gap)
            odd.append(value)
            gap = 0
    return gaps, odd


def all_ones(gaps: Sequence[int], odd: Sequence[int], usual: int, total: int) -> list[int]:
    """The `total` values that `odd_ones` was given."""
    rest = total - sum(gaps) - len(gaps)
    if rest < 0:
        raise DamagedLog("a column is too long")
    if not any(gaps) and len(gaps) == len(odd):
        return [*odd, *[usual] * rest]
    values: list[int] = []
    for gap, value in zip(gaps, odd, strict=True):
        values += [usual] * gap
        values.append(value)
    return values + [usual] * rest


class Reader:
    """Reads sums of values that are mostly 1, from what `odd_ones` made of them."""

    __slots__ = ("_gap", "_gaps", "_odd")

    def __init__(self, gaps: Sequence[int], odd: Sequence[int]) -> None:
        self._gaps, self._odd = iter(gaps), iter(odd)
        self._gap = next(self._gaps, _LARGEST)
        """Ones before the next odd one."""

    def ones(self, most: int) -> int:
        """Pass over the ones that come next, up to `most`, and return how many."""
        ones = min(most, self._gap)
        self._gap -= ones
        return ones

    def take(self, count: int) -> int:
        """The sum of the next `count` values."""
        total = 0
        while self._gap < count:
            total += self._gap + next(self._odd)
            count -= self._gap + 1
            self._gap = next(self._gaps, _LARGEST)
        self._gap -= count
        return total + count


def seal(magic: bytes, columns: Sequence[bytes], *, hard: bool = False) -> bytes:
    """Columns as one file: `magic`, checksum, and each column packed where that is shorter.

    To pack `hard` takes longer.
    """
    body = bytearray(pack([len(columns)]))
    for column in columns:
        small = _packed(column, hard=hard)
        stored = small if len(small) < len(column) else column
        body += pack([len(column), len(stored)]) + stored
    return magic + blake2b(body, digest_size=_DIGEST).digest() + body


class Stored(NamedTuple):
    """A column as it is stored."""

    data: bytes
    length: int

    def column(self) -> bytes:
        """The column; raises DamagedLog."""
        return _column(self.data, self.length)


def unseal(magic: bytes, data: bytes) -> list[bytes]:
    """The columns of a file; raises DamagedLog."""
    return [one.column() for one in stored_columns(magic, data)]


def stored_columns(magic: bytes, data: bytes) -> list[Stored]:
    """The columns of a file as they are stored.

    Raises DamagedLog where it is of another kind or release, was cut off, or a bit of it changed.
    """
    start = len(magic) + _DIGEST
    if data[: len(magic)] != magic:
        raise DamagedLog("this is of another kind, or was written by another release")
    body = memoryview(data)[start:]
    if blake2b(body, digest_size=_DIGEST).digest() != data[len(magic) : start]:
        raise DamagedLog("the checksum does not match: it was changed or cut off")
    count, at = _number(body, 0)
    columns = []
    room = _MOST_BYTES
    for _ in range(count):
        length, at = _number(body, at)
        stored, at = _number(body, at)
        room -= length
        if room < 0 or at + stored > len(body):
            raise DamagedLog("a column is too long")
        columns.append(Stored(bytes(body[at : at + stored]), length))
        at += stored
    return columns


def first_column(magic: bytes, data: bytes) -> bytes:
    """The first column of a file; whether the rest is whole is not looked at."""
    if data[: len(magic)] != magic:
        raise DamagedLog("this is of another kind, or was written by another release")
    body = memoryview(data)[len(magic) + _DIGEST :]
    _, at = _number(body, 0)
    length, at = _number(body, at)
    stored, at = _number(body, at)
    return _column(bytes(body[at : at + stored]), length)


def _packed(column: bytes, *, hard: bool) -> bytes:
    """A column deflated; packed hard, by LZMA where much comes again that deflate forgot."""
    deflate = zlib.compressobj(9, wbits=-15)
    small = deflate.compress(column) + deflate.flush()
    if not (hard and _WINDOW < len(column) <= _LONG):
        return small
    smaller = _LZMA + lzma.compress(column, lzma.FORMAT_RAW, filters=_FILTERS)
    return smaller if len(smaller) < _WORTH * len(small) else small


def _column(stored: bytes, length: int) -> bytes:
    if len(stored) == length:
        return stored
    try:
        if stored[:1] == _LZMA:
            grown = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_FILTERS)
            column = grown.decompress(stored[1:], length + 1)
        else:
            column = zlib.decompressobj(-15).decompress(stored, length + 1)
    except (zlib.error, lzma.LZMAError) as error:
        raise DamagedLog(f"a column does not unpack: {error}") from None
    if len(column) != length:
        raise DamagedLog("a column has the wrong length")
    return column


def _number(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 70:
            raise DamagedLog("a length is cut off")
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at
