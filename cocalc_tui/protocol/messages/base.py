"""What all messages have in common: the roles, the versions, the base of every struct."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

if TYPE_CHECKING:
    from cocalc_tui.sync.patch import Json as Json
else:
    Json = Any  # msgspec has no recursive aliases

VERSION = 1
"""The newest protocol this release speaks."""
OLDEST = 1
"""The oldest protocol this release still speaks."""


class Role(IntEnum):
    """What somebody may do; each may do all that the ones before it may."""

    NOBODY = 0
    VIEWER = 1
    EDITOR = 2
    RUNNER = 3
    OWNER = 4
    HOST = 5
    """The relay's own host side; never given to a person."""


class Message(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="t", kw_only=True):
    """Base of everything on the wire."""

    NEEDS: ClassVar[Role] = Role.VIEWER
    """The least role that may send it."""


class Request(Message, frozen=True):
    """Base of what is answered."""

    id: int
    """The answer repeats it."""
