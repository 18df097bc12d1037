"""Who is at the other end of a Unix socket, as the kernel tells it: no claim of theirs counts."""

from __future__ import annotations

import pwd
import socket
import struct

_PEER_GROUPS = 59
"""SO_PEERGROUPS, which Python does not name."""


def peer_uid(connected: socket.socket) -> int:
    """Return the user who connected, or who listens."""
    return _credentials(connected)[1]


def peer_groups(connected: socket.socket) -> frozenset[int]:
    """Return the groups of who connected; of very many, which Python does not take, only one."""
    own = _credentials(connected)[2]
    try:
        found = connected.getsockopt(socket.SOL_SOCKET, _PEER_GROUPS, 1024)
    except OSError:
        return frozenset({own})
    return frozenset({own, *struct.unpack(f"{len(found) // 4}I", found)})


def user_name(uid: int) -> str:
    """Return the name of a Unix user; one without a name gets one that nobody has."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"


def _credentials(connected: socket.socket) -> tuple[int, int, int]:
    """Process, user and group."""
    pid, uid, gid = struct.unpack(
        "3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    )
    return pid, uid, gid
