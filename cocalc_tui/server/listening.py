"""Listening at a path that always leads to a live socket.

A socket's file outlives who bound it, and to unlink it first would leave a moment without any: so a
new one is bound beside it and renamed.
"""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path


def listen(path: Path, backlog: int, *, shared: bool) -> socket.socket:
    """Listen for the host alone, or where `shared` for every user (who is then asked who they are).

    Raises OSError.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    before = os.umask(0o177)
    try:
        listener.bind(str(new))
    finally:
        os.umask(before)
    listener.listen(backlog)
    listener.setblocking(False)
    if shared:
        new.chmod(0o666)
    new.replace(path)
    return listener
