"""Where people are in the project: which document, where in it, and whether they are at the keys.

Places in a document are told to those who have it open (`client.places`). This is for everybody:
one can see where somebody is without having that open, go there and follow. It is what their app
says of itself, so it is taken apart with care; who it is comes from the relay's stamp.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import asdict, replace

from cocalc_tui.chat.places import subject
from cocalc_tui.sync.patch import Json

_LONGEST = 500
"""Characters of a text; a path that is longer is not told."""


class Whereabouts(Struct, frozen=True):
    """Where one app of a person is."""

    path: str = ""
    """Of the document that has the keyboard; "" for none."""
    line: int | None = None
    """In a text, from 0; of its past, of the version."""
    cell: int | None = None
    """In a notebook, from 1."""
    idle: int = 0
    """Since when no key was pressed, milliseconds of the relay's clock; 0: they are at the keys."""
    machine: str = ""
    """Where their terminal is, as their app has it; "" for this machine."""
    follows: str = ""
    """The connection of who they follow."""
    calls: int = 0
    """How often they asked people to come."""
    called: str = ""
    """Whom they asked last; "" for everybody."""
    past: str = ""
    """What they look at of the document's past: a version, commit ...; "" for its present."""
    version: int | None = None
    """Which of them, from 0; None while that is not known."""
    against: int | None = None
    """The version that it is compared with; None for the step before."""
    ways: str = ""
    """How it is looked at, where that is not the usual way: words with spaces between."""
    only: str = ""
    """Whose steps alone are gone through; "" for everybody's."""

    @property
    def place(self) -> dict[str, Json]:
        """As a pane's memento says it."""
        if self.past:
            return {}
        if self.cell is not None:
            return {"number": self.cell}
        return {} if self.line is None else {"line": self.line}

    @property
    def words(self) -> str:
        """The place for people: `model.py:41`, `fit.ipynb cell 7`."""
        if beside := subject(self.path):
            return f"Chat · {beside.rpartition('/')[2]}"
        name = self.path.rpartition("/")[2]
        if self.past:
            return f"{name} history"
        if self.cell is not None:
            return f"{name} cell {self.cell}"
        return name if self.line is None else f"{name}:{self.line + 1}"


def to_wire(here: Whereabouts) -> dict[str, Json]:
    """As `Presence` of the project carries it; what says nothing is left out."""
    usual = Whereabouts()
    wire = asdict(replace(here, path=here.path if len(here.path) <= _LONGEST else ""))
    return {name: value for name, value in wire.items() if value != getattr(usual, name)}


def from_wire(wire: dict[str, Json]) -> Whereabouts:
    """What somebody's app says; anything malformed counts as not said."""
    return Whereabouts(
        path=_text(wire.get("path")),
        line=_whole(wire.get("line")),
        cell=_whole(wire.get("cell")),
        idle=_whole(wire.get("idle")) or 0,
        machine=_text(wire.get("machine")),
        follows=_text(wire.get("follows")),
        calls=_whole(wire.get("calls")) or 0,
        called=_text(wire.get("called")),
        past=_text(wire.get("past")),
        version=_whole(wire.get("version")),
        against=_whole(wire.get("against")),
        ways=_text(wire.get("ways")),
        only=_text(wire.get("only")),
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) and len(value) <= _LONGEST else ""


def _whole(value: Json) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None
