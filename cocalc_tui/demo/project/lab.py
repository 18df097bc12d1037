"""What the notebook needs, in the standard library alone: data, a table and a plot."""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass


def load(count: int = 24) -> list[tuple[float, float]]:
    """Times in seconds and counts of a sample that decays, with a little noise."""
    return [(t / 2, 980 * math.exp(-t / 9) + 14 * math.sin(t * 2.3)) for t in range(count)]


def fit(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Amplitude and lifetime of an exponential decay, by least squares on the logarithm."""
    rows = [(t, math.log(n)) for t, n in points if n > 1]
    k = len(rows)
    st, sy = sum(t for t, _ in rows), sum(y for _, y in rows)
    stt, sty = sum(t * t for t, _ in rows), sum(t * y for t, y in rows)
    slope = (k * sty - st * sy) / (k * stt - st * st)
    return math.exp((sy - slope * st) / k), -1 / slope


@dataclass
class Table:
    """Rows under a header, shown as HTML where that can be shown."""

    header: list[str]
    rows: list[list[object]]

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in self.header)
        body = "".join(
            "<tr>" + "".join(f"<td>{value}</td>" for value in row) + "</tr>" for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


class Plot:
    """Points and a curve, as a PNG picture."""

    def __init__(self, points: list[tuple[float, float]], curve: list[tuple[float, float]]) -> None:
        self.width, self.height = 320, 160
        self.pixels = [bytearray(b"\xff" * 3 * self.width) for _ in range(self.height)]
        self.right = max(t for t, _ in points)
        self.top = max(n for _, n in points) * 1.1
        for x in range(self.width):
            self._dot(x * self.right / self.width, 0, (120, 120, 120), 3)
        for t, n in curve:
            self._dot(t, n, (210, 90, 10), 5)
        for t, n in points:
            self._dot(t, n, (20, 70, 200), 9)

    def _dot(self, t: float, n: float, colour: tuple[int, int, int], size: int) -> None:
        x = int(t / self.right * (self.width - 1))
        y = int((1 - n / self.top) * (self.height - 1))
        for row in range(y - size // 2, y + size // 2 + 1):
            for column in range(x - size // 2, x + size // 2 + 1):
                if 0 <= row < self.height and 0 <= column < self.width:
                    self.pixels[row][3 * column : 3 * column + 3] = bytes(colour)

    def _repr_png_(self) -> bytes:
        def chunk(kind: bytes, data: bytes) -> bytes:
            check = zlib.crc32(kind + data)
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        rows = zlib.compress(b"".join(b"\0" + bytes(row) for row in self.pixels), 9)
        return (
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", header)
            + chunk(b"IDAT", rows)
            + chunk(b"IEND", b"")
        )
