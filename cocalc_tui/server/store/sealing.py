"""Sealing: old rows of a log into one compressed block, in a process of its own.

Taking ten thousand rows apart keeps Python busy for a second, in which the relay would forward
nothing; so it is done beside it, with low priority. What comes back was read again and compared
before a row is deleted. Run as a module, it reads a block or none and rows, and writes a block.
"""

from __future__ import annotations

import asyncio
import os
import struct
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from cocalc_tui.server.children import child
from cocalc_tui.server.daemon import python_command
from cocalc_tui.sync.encoding import decode_block, encode_block
from cocalc_tui.sync.rows import decode_row

Seal = Callable[[bytes, Sequence[str]], Awaitable[bytes]]
"""Makes one block of an earlier block (b"" for none) and the rows that follow it."""


class SealError(Exception):
    """The rows could not be sealed; they stay as they are."""


def seal(block: bytes, rows: Sequence[str]) -> bytes:
    """Return one block of an earlier block (b"" for none) and the rows that follow it."""
    entries = decode_block(block) if block else []
    entries.extend(map(decode_row, rows))
    sealed = encode_block(entries)
    if decode_block(sealed) != entries:
        raise SealError("the block does not give back what went into it")
    return sealed


async def seal_apart(block: bytes, rows: Sequence[str]) -> bytes:
    """Do the same in another process; raises SealError."""
    started = child(
        *python_command("cocalc_tui.server.store.sealing"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    head = struct.pack("<Q", len(block))
    try:
        async with started as worker:
            sealed, _ = await worker.communicate(head + block + "\n".join(rows).encode())
    except OSError as error:
        raise SealError(str(error)) from None
    if worker.returncode != 0:
        raise SealError(f"the sealing process ended with {worker.returncode}")
    return sealed


@dataclass(frozen=True)
class Sealing:
    """When rows are sealed, and by what."""

    rows: int = 8192
    """How many go into a block at once."""
    keep: int = 1024
    """The newest stay rows: what is resent and resumed is among them."""
    idle: int = 7 * 24 * 60 * 60 * 1000
    """Milliseconds without a patch after which a document's rows are sealed, however few."""
    few: int = 64
    """Rows that are let be: a block of so few is hardly smaller."""
    most: int = 65536
    """Entries of a block that is full: until then it takes in what follows."""
    seal: Seal = seal_apart


def main() -> None:
    """Seal what comes in."""
    os.nice(10)
    data = sys.stdin.buffer.read()
    (length,) = struct.unpack_from("<Q", data)
    rows = data[8 + length :].decode().split("\n")
    sys.stdout.buffer.write(seal(data[8 : 8 + length], rows))


if __name__ == "__main__":
    main()
