"""How far a spool has been taken in, on disk between two commits to the document.

A commit is a patch that the log keeps for ever, so a run that goes on for a night has few of them.
This file is written over and over instead: the keeper may forget what is noted here, and a relay
that comes after a crash goes on from it. It lies in the keeper's folder and goes with it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

_NAME = "taken"
EVERY = 8 * 2**20
"""Bytes of the spool after which what was taken in is noted."""


def save(folder: Path, state: dict[str, Any]) -> None:
    """Write it whole or not at all; raises OSError."""
    new = folder / f"{_NAME}.new"
    with open(new, "wb", opener=_private) as file:
        file.write(msgspec.msgpack.encode(state))
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / _NAME)


def load(folder: Path) -> dict[str, Any] | None:
    """Read it; None where there is none, or none that makes sense."""
    try:
        state = msgspec.msgpack.decode((folder / _NAME).read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError):
        return None
    return state if state.keys() >= {"keeper", "offset", "clearing", "runs"} else None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
