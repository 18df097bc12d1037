"""A machine on which everybody exists, for tests without real users."""

from __future__ import annotations

from collections.abc import Mapping

from cocalc_tui.server.accounts import Accounts


class Everybody(Accounts):
    """Every name is a user but those in `missing`; groups are those that a test makes."""

    def __init__(self, missing: tuple[str, ...] = ("nobody-here",)) -> None:
        self.missing = missing
        self.numbers: dict[str, int] = {}
        """Numbers that are not the usual ones."""
        self.groups: dict[str, set[str]] = {}

    def user_id(self, name: str) -> int | None:
        if name in self.missing or not name:
            return None
        return self.numbers.get(name, 1000 + sum(name.encode()))

    def group_id(self, name: str) -> int | None:
        return self._gids().get(name)

    def groups_of(self, name: str) -> frozenset[int]:
        gids = self._gids()
        return frozenset(gids[group] for group, users in self.groups.items() if name in users)

    def _gids(self) -> Mapping[str, int]:
        return {group: 5000 + index for index, group in enumerate(sorted(self.groups))}
