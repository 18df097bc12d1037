"""The first messages of a connection, and the last."""

from __future__ import annotations

from typing import ClassVar

from cocalc_tui.protocol.messages.base import Message, Role

# --- the handshake -------------------------------------------------------------------------------


class Hello(Message, frozen=True, tag="hello"):
    """First message of an app."""

    NEEDS: ClassVar[Role] = Role.NOBODY
    newest: int
    oldest: int
    release: str
    session: str
    """The patch session of this start of the app; the relay binds it to the Unix user."""


class Welcome(Message, frozen=True, tag="welcome"):
    """The relay's answer to `Hello`."""

    version: int
    release: str
    connection: str
    user: str
    role: str
    host: str
    """The Unix user whose account runs kernels and terminals."""
    project: str
    """The project's name, for the screen."""
    now: int
    root: str = ""
    """Path of its folder on the relay's machine, for telling others how to join."""
    machine: str = ""
    """The name of that machine."""
    place: str = ""
    """Stands for the folder, whatever it is called."""


class Goodbye(Message, frozen=True, tag="goodbye"):
    """The relay ends the connection and says why: the last message."""

    code: str
    text: str
    moved: str = ""
    """For *moved*: where the project's folder is now."""
