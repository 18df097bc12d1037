"""What the screen needs of a project: `client.workspace.Workspace`, or a stand-in for tests.

Written down so that the screen can be drawn, tested and photographed without a relay, and so that
importing it does not import the connection: the first paint does not wait for that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.events import WorkspaceEvent
    from cocalc_tui.client.files import Files
    from cocalc_tui.client.requests import Requests
    from cocalc_tui.client.whereabouts import Whereabouts
    from cocalc_tui.protocol.messages import Person, Welcome


class Project(Protocol):
    """A project and the connection to its relay."""

    me: Welcome | None
    people: list[Person]
    documents: dict[str, SharedDocument]
    whereabouts: dict[str, Whereabouts]
    """Where the others are in it, by connection."""
    offline_since: float | None
    requests: Requests
    """What is asked of the relay, for the parts that ask by themselves."""

    @property
    def files(self) -> Files:
        """Its files and folders."""
        ...

    @property
    def online(self) -> bool:
        """Whether the relay answers."""
        ...

    @property
    def latency(self) -> float | None:
        """Round trip in seconds, None while it is not known."""
        ...

    def start(self) -> None:
        """Connect, and again whenever the connection is lost."""
        ...

    def start_again(self) -> None:
        """Start a relay after somebody ended it."""
        ...

    async def ready(self) -> None:
        """Wait for the connection; raises RequestFailed where there will be none."""
        ...

    async def close(self) -> None:
        """Send what is unsent if that is quick, then leave."""
        ...

    def subscribe(self, listener: Callable[[WorkspaceEvent], None]) -> Callable[[], None]:
        """Hear of everything that happens; returns what ends it."""
        ...

    def stand(self, here: Whereabouts) -> None:
        """Tell everybody where I am in it."""
        ...

    async def open(self, path: str) -> SharedDocument:
        """Take part in a document; the same one for the same path."""
        ...
