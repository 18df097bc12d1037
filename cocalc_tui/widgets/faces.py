"""One colour and two letters for each person, the same wherever they show.

The colour comes from the user name, so it is mostly the same for everybody and every day; where
two people would get the same, the later one gets the next that is free. Colour alone would shut
out who cannot tell two apart, so it always goes with the letters.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from cocalc_tui.widgets.theme import DARK_PEOPLE


class Faces:
    """The people met so far. `colours` tells those of the theme in force, always as many."""

    def __init__(self, colours: Callable[[], Sequence[str]] = lambda: DARK_PEOPLE) -> None:
        self._colours = colours
        self._places: dict[str, int] = {}
        self._letters: dict[str, str] = {}

    @property
    def places(self) -> dict[str, int]:
        """Which colour each person has, to be remembered."""
        return dict(self._places)

    def recall(self, places: Mapping[str, int]) -> None:
        """Give people the colours they had."""
        count = len(DARK_PEOPLE)
        for user, place in places.items():
            if 0 <= place < count:
                self._places[user] = place
                self._letters[user] = self._free_letters(user)

    def meet(self, users: Iterable[str]) -> None:
        """Give these people what they do not have yet, in the order of their names."""
        for user in sorted(set(users) - self._places.keys()):
            self._places[user] = self._free_place(user)
            self._letters[user] = self._free_letters(user)

    def colour(self, user: str) -> str:
        """The person's colour in the theme in force, `#rrggbb`."""
        self.meet([user])
        colours = self._colours()
        return colours[self._places[user] % len(colours)]

    def initials(self, user: str) -> str:
        """Two capital letters, different from everybody else's as long as that is possible."""
        self.meet([user])
        return self._letters[user]

    def _free_place(self, user: str) -> int:
        count = len(DARK_PEOPLE)
        first = zlib.crc32(user.encode("utf-8", "surrogateescape")) % count
        taken = set(self._places.values())
        return next(((first + i) % count for i in range(count) if (first + i) % count not in taken),
                    first)  # fmt: skip

    def _free_letters(self, user: str) -> str:
        letters = _letters(user)
        first, rest = (letters or ["?"])[0], letters[1:]
        taken = {pair: user for user, pair in self._letters.items()}
        wanted: list[str] = [first + other for other in [*rest, *"23456789"]]
        if (namesake := taken.get(wanted[0])) is not None:
            other = _letters(namesake)
            apart = [one for at, one in enumerate(letters) if letters[: at + 1] != other[: at + 1]]
            wanted = [*(first + one for one in apart), *wanted]
        return next((pair for pair in wanted if pair not in taken), wanted[0])


def _letters(user: str) -> list[str]:
    return [char.upper() for char in user if char.isalnum() and len(char.upper()) == 1]
