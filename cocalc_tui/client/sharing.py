"""Who may join the project, as an app asks about it and its owner changes it."""

from __future__ import annotations

import shlex

from cocalc_tui.client.requests import Requests
from cocalc_tui.protocol import messages as m


def lines_to_paste(root: str, machine: str) -> tuple[str, str]:
    """What somebody who was invited runs on the machine of the project, and on another one."""
    here, elsewhere = shlex.quote(root), shlex.quote(f"{machine}:{root}")
    return f"cocalc-tui join {here}", f"cocalc-tui join {elsewhere}"


class Sharing:
    """The access list of one project. Every method may raise RequestFailed."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def members(self) -> dict[str, str]:
        """Who may join: user or @group to role, the owner first."""
        return await self._requests.result(lambda id_: m.Members(id=id_), dict[str, str])

    async def give(self, name: str, role: str) -> None:
        """Give a user or @group a role."""
        await self._requests.ask(lambda id_: m.Share(id=id_, user=name, role=role))

    async def take(self, name: str) -> None:
        """Take the role of a user or @group; it counts at once."""
        await self._requests.ask(lambda id_: m.Share(id=id_, user=name, role=None))
