"""What relay and keepers of different releases say to each other.

A keeper is never restarted, so after an upgrade relays of tomorrow follow keepers of today (and the
old relay starts the keepers of an installation that was just replaced). So each side passes over
what it does not know, and gives what it is not told its default; a keeper says which versions of
the talk it speaks. Raise `VERSION` when a relay has to know whether a keeper can do something, and
`OLDEST` only when a keeper can no longer be followed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

VERSION = 1
"""The newest talk that this release speaks."""
OLDEST = 1
"""The oldest that it still speaks."""

Form = TypeVar("Form")


def form(kind: type[Form], said: Mapping[str, Any]) -> Form:
    """Make a dataclass of the fields that this release knows; TypeError where one is missing."""
    names = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]  # dataclasses only
    return kind(**{name: value for name, value in said.items() if name in names})


def versions() -> dict[str, int]:
    """What a greeting says of the talk."""
    return {"version": VERSION, "oldest": OLDEST}


def understood(greeting: Mapping[str, Any]) -> bool:
    """Tell whether we can talk with whoever greets so."""
    return int(greeting.get("oldest", 1)) <= VERSION and int(greeting.get("version", 1)) >= OLDEST
