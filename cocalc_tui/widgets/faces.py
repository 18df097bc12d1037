"""One colour and two letters for each person, the same wherever they show and on every screen.

They follow from the names of who belongs to the project and of who is here, in their order, and
not from who was met first: else *TE* were one person on my screen and another on yours. As most
who come belong to it already, what is on the screen mostly stays when somebody comes. Colour alone
would shut out who cannot tell two apart, so it always goes with the letters.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from cocalc_tui.widgets.theme import DARK_PEOPLE


class Face(NamedTuple):
    """How somebody shows."""

    place: int
    """Which of the theme's colours."""
    letters: str


class Faces:
    """Everybody's. `colours` tells those of the theme in force, always as many."""

    def __init__(self, colours: Callable[[], Sequence[str]] = lambda: DARK_PEOPLE) -> None:
        self._colours = colours
        self._known: dict[str, Face] = {}
        self._strangers: dict[str, Face] = {}
        """Of who neither belongs to it nor is here, as who wrote long ago: they yield."""
        self.members: list[str] = []
        """Who belongs to the project, to be remembered."""

    def know(self, members: Iterable[str], here: Iterable[str]) -> bool:
        """Take in who belongs to the project and who is here; True where a face is another now."""
        before = self._known | self._strangers
        self.members = sorted(set(members))
        known: dict[str, Face] = {}
        for user in (*self.members, *sorted(set(here).difference(self.members))):
            known[user] = _face(user, known)
        self._known = known
        self._strangers = {user: _face(user, known) for user in before if user not in known}
        return any(self._of(user) != face for user, face in before.items())

    def colour(self, user: str) -> str:
        """The person's colour in the theme in force, `#rrggbb`."""
        colours = self._colours()
        return colours[self._of(user).place % len(colours)]

    def initials(self, user: str) -> str:
        """Two capital letters, different from everybody else's as long as that is possible."""
        return self._of(user).letters

    def _of(self, user: str) -> Face:
        if (face := self._known.get(user)) is not None:
            return face
        if user not in self._strangers:
            self._strangers[user] = _face(user, self._known)
        return self._strangers[user]


def _face(user: str, others: Mapping[str, Face]) -> Face:
    """A face unlike those of others, as long as that is possible."""
    return Face(
        _free_place(user, {face.place for face in others.values()}),
        _free_letters(user, {face.letters: other for other, face in others.items()}),
    )


def _free_place(user: str, taken: Collection[int]) -> int:
    count = len(DARK_PEOPLE)
    first = zlib.crc32(user.encode("utf-8", "surrogateescape")) % count
    return next(((first + i) % count for i in range(count) if (first + i) % count not in taken),
                first)  # fmt: skip


def _free_letters(user: str, taken: Mapping[str, str]) -> str:
    letters = _letters(user)
    first, rest = (letters or ["?"])[0], letters[1:]
    # What tells student1 from student2 is the number at the end.
    number = [one for one in rest[-1:] if one.isdigit()]
    wanted: list[str] = [first + other for other in [*number, *rest, *"23456789"]]
    if (namesake := taken.get(wanted[0])) is not None:
        other = _letters(namesake)
        apart = [one for at, one in enumerate(letters) if letters[: at + 1] != other[: at + 1]]
        wanted = [*(first + one for one in apart), *wanted]
    return next((pair for pair in wanted if pair not in taken), wanted[0])


def _letters(user: str) -> list[str]:
    return [char.upper() for char in user if char.isalnum() and len(char.upper()) == 1]
