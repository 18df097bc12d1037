"""From what somebody typed to a project and a way to its relay.

The host's own commands start the relay where none runs; a guest can only join one that does.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cocalc_tui.client.link import Connect, NobodyThereError, RefusedError, connect_unix
from cocalc_tui.client.workspace import Workspace, new_workspace
from cocalc_tui.peers import user_name
from cocalc_tui.protocol.transport import Transport
from cocalc_tui.server.paths import Places, ProjectError, find_project, is_folder, places
from cocalc_tui.server.start import StartError, ensure_relay, running_relay


class JoinError(Exception):
    """There is no project, or no way to it: one line for people."""


@dataclass
class Project:
    """A project on this machine, and the files of it that were asked for."""

    root: Path
    files: list[str]
    """Relative to the root, `/` between parts."""
    where: Places

    @property
    def name(self) -> str:
        """For the screen."""
        return self.root.name or "/"

    @property
    def key(self) -> str:
        """Stands for it where something is remembered."""
        return str(self.root)

    @property
    def is_host(self) -> bool:
        """Whether this user's account runs the relay."""
        return os.geteuid() == self.where.host

    def runs(self) -> bool:
        """Whether somebody listens; connecting tells whether it is the relay."""
        try:
            return running_relay(self.root) is not None
        except StartError:
            return True

    def close(self) -> None:
        """Nothing is held."""

    def workspace(self, *, start: bool, keep: bool = False) -> Workspace:
        """A new app's side of the project; `start` the relay where none runs.

        `keep` as in `new_workspace`.
        """
        connect, rejoin = self.connector(start=start), self.connector(start=False)
        return new_workspace(self.key, connect, rejoin, self.follow, keep=keep)

    def follow(self, path: str) -> None:
        """Its folder has another name; whose account runs it stays the same."""
        self.root = Path(path)
        self.where = replace(places(self.root), host=self.where.host)

    def connector(self, *, start: bool) -> Connect:
        """What makes a connection to the project's relay."""
        reached = False

        async def connect() -> Transport:
            nonlocal reached
            socket = self.where.socket
            if start and self.is_host:
                try:
                    socket = await asyncio.to_thread(self.ensure)
                except RefusedError as error:
                    # Where it was well before it may be well again: a folder that is being moved,
                    # a machine that is busy.
                    raise OSError(str(error)) if reached else error from None
            try:
                transport = await connect_unix(socket, self.where.host)
            except (FileNotFoundError, ConnectionRefusedError):
                if reached or self.is_host:
                    raise
                raise NobodyThereError(self.nobody_there()) from None
            except PermissionError:
                if reached or self.is_host:
                    raise
                raise RefusedError(self.not_shared()) from None
            reached = True
            return transport

        return connect

    def ensure(self) -> Path:
        """Return the relay's socket, starting it where this user may; raises RefusedError."""
        if not self.is_host:
            return self.where.socket
        try:
            return ensure_relay(self.root)
        except (StartError, ProjectError) as error:
            raise RefusedError(str(error)) from None

    def nobody_there(self) -> str:
        """Only the host can start a relay: there is no use in waiting."""
        host = user_name(self.where.host)
        return (
            f"{self.root}: {host} has no relay running there: ask {host} to run `cocalc-tui` "
            "there, or to share it with you"
        )

    def not_shared(self) -> str:
        """A project that nobody may join cannot even be asked."""
        host, me = user_name(self.where.host), user_name(os.geteuid())
        return (
            f"{self.root}: {host} does not share it with you: ask {host} to run "
            f"`cocalc-tui share {me}` there"
        )


def join(words: Sequence[str | Path]) -> Project:
    """The project that these paths lie in, and which files of it they are; raises JoinError."""
    paths = [Path(word) for word in words] or [Path()]
    for path in paths:
        if _is_lost(path):
            raise JoinError(f"{path}: no such file or folder")
    try:
        root = find_project(paths[0], home_asked=bool(words) and _is_folder(paths[0]))
    except FileNotFoundError:
        raise JoinError("this folder was deleted: go to one that is there") from None
    except (ProjectError, OSError) as error:
        raise JoinError(str(error)) from None
    files = [_within(root, path) for path in paths if not _is_folder(path, root)]
    return Project(root, files, places(root))


def _is_lost(path: Path) -> bool:
    """A file may be one to make, but not in a folder that is not there."""
    return not is_folder(path.parent, unseen=True)


def _is_folder(path: Path, root: Path | None = None) -> bool:
    """What may not be looked at is what a guest names: a project, or, its `root` known, a file."""
    return is_folder(path, unseen=root is None or Path(os.path.realpath(path)) == root)


def _within(root: Path, path: Path) -> str:
    # The last part may be a link, which is opened as what it is called.
    absolute = Path(os.path.realpath(path.parent)) / path.name
    try:
        return absolute.relative_to(root).as_posix()
    except ValueError:
        raise JoinError(f"{path} is not in the project {root}: open it by itself") from None
