"""The kernels of notebooks: which one, and their starting, following and ending.

What the host side asks comes from `runner`. A kernel is one keeper; whether it was started just now
or by a relay before this one makes no difference once it is followed.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.wire import ReadOnlyError
from cocalc_tui.notebook import schema
from cocalc_tui.protocol.events import KernelState, Runs
from cocalc_tui.server.keeper.launching import StartError
from cocalc_tui.server.keeper.registry import About, lives, read_about
from cocalc_tui.server.kernels.attached import Attached
from cocalc_tui.server.kernels.choice import Choices, UnknownKernelError, find_choices
from cocalc_tui.server.kernels.errors import KernelError
from cocalc_tui.server.kernels.session import Session
from cocalc_tui.server.kernels.specs import Spec
from cocalc_tui.server.kernels.starting import Grounds, end_keeper, start_keeper
from cocalc_tui.server.kernels.telling import Say
from cocalc_tui.sync.patch import Json, Put

PATIENCE = 20.0
"""Seconds that a kernel has to be wholly gone before another is started."""


class KernelManager:
    """Starts, follows and ends kernels."""

    def __init__(self, grounds: Grounds, say: Say, clock: Callable[[], int]) -> None:
        """`clock` gives milliseconds."""
        self._grounds = grounds
        self._say = say
        self._clock = clock

    # --- the shared kernel; whoever calls is `alone` with the notebook ---------------------------

    async def session_for(self, notebook: Attached, user: str) -> Session:
        """Return the session of the notebook's kernel, starting that where there is none."""
        if notebook.kept and notebook.session is not None and not notebook.session.link.gone:
            return notebook.session
        await self.end(notebook)
        try:
            return await self.start(notebook, user)
        except KernelError as error:
            self._say_dead(notebook.document, str(error))
            raise

    async def end(self, notebook: Attached) -> None:
        """End the notebook's kernel, if there is one, and take in all it said."""
        session = notebook.session
        if session is None:
            return
        if lives(session.folder):
            await self.end_folder(session.folder)
        await wholly_gone(session)
        await session.leave()
        await asyncio.to_thread(shutil.rmtree, session.folder, ignore_errors=True)
        notebook.session = None
        self.say_none(notebook)

    async def choose(self, notebook: Attached, name: str, user: str) -> None:
        """Use this kernel from now on; one that runs is ended. Raises KernelError."""
        document = notebook.document
        spec = await self._spec(document, name)
        title = "Python 3 (ipykernel)" if spec.name == "python3" else spec.title
        chosen: Json = {"display_name": title, "language": spec.language, "name": spec.name}
        metadata = dict(schema.metadata(document.replica))
        if _language(metadata) != spec.language:
            metadata.pop("language_info", None)
        change = Put(schema.NOTEBOOK, "metadata", {**metadata, "kernelspec": chosen})
        try:
            document.change([change], "kernel", acting_for=user)
        except ReadOnlyError as error:
            raise KernelError(str(error)) from None
        ran = notebook.kept
        await self.end(notebook)
        if ran:
            await self.session_for(notebook, user)
        else:
            self.say_none(notebook)

    # --- any kernel ----------------------------------------------------------------------------

    async def start(self, notebook: Attached, user: str, *, fresh: bool = False) -> Session:
        """Start a kernel, in a keeper of its own; raises KernelError."""
        document = notebook.document
        spec = await self._spec(document, _name_and_title(document)[0])
        if not fresh:
            state = KernelState(name=spec.name, title=spec.title, state="starting")
            self._say_kernel(document, state)
        try:
            folder = await start_keeper(
                self._grounds,
                (document.doc, document.path),
                spec,
                self._clock(),
                user,
                fresh=fresh,
            )
        except StartError as error:
            raise KernelError(str(error)) from None
        about = read_about(folder)
        assert about is not None
        return await self._follow(notebook, about, folder)

    async def follow_again(self, notebook: Attached, found: Sequence[tuple[About, Path]]) -> None:
        """Go on with the keepers of before of the shared kernel, then let others have it."""
        try:
            for about, folder in found:
                await self._follow(notebook, about, folder)
        finally:
            notebook.met.set()

    async def follow_fresh(self, notebook: Attached, about: About, folder: Path) -> None:
        """Go on with the keeper of before of a fresh kernel."""
        await self.see_out(notebook, await self._follow(notebook, about, folder))

    async def _follow(self, notebook: Attached, about: About, folder: Path) -> Session:
        session = Session(
            notebook.document,
            about,
            folder,
            self._grounds.sockets_of(folder),
            notebook.overflow,
            self._grounds.blobs,
            notebook.voice(about.id) if about.fresh else notebook.voice(),
            self._clock,
        )
        if about.fresh:
            notebook.fresh.append(session)
        else:
            notebook.session = session
        await session.start()
        return session

    async def see_out(self, notebook: Attached, session: Session) -> None:
        """A fresh kernel ends when it has run what it was started for."""
        if session.table.active:
            await session.telling.rested.wait()
        if lives(session.folder):
            await self.end_folder(session.folder)
        await session.ended.wait()
        await session.leave()
        notebook.fresh.remove(session)

    async def end_folder(self, folder: Path) -> None:
        """End the keeper of a folder, and its kernel."""
        await end_keeper(folder, self._grounds.sockets_of(folder))

    # --- which ---------------------------------------------------------------------------------

    async def choices(self, document: SharedDocument) -> Choices:
        """Find the kernels that a notebook could use."""
        folder = (self._grounds.project / document.path).parent
        return await find_choices(self._grounds.project, folder, self._grounds.environment)

    async def _spec(self, document: SharedDocument, name: str) -> Spec:
        try:
            return (await self.choices(document)).named(name)
        except UnknownKernelError as error:
            raise KernelError(f"{document.path}: {error}") from None

    # --- telling -------------------------------------------------------------------------------

    def say_none(self, notebook: Attached) -> None:
        """No kernel runs, and what cells did under one before counts no more."""
        document = notebook.document
        notebook.voice()(document.doc, "runs", Runs(cells=[]), keep=True)
        name, title = _name_and_title(document)
        self._say_kernel(document, KernelState(name=name, title=title, state="none"))

    def _say_dead(self, document: SharedDocument, reason: str) -> None:
        name, title = _name_and_title(document)
        state = KernelState(name=name, title=title, state="dead", reason=reason)
        self._say_kernel(document, state)

    def _say_kernel(self, document: SharedDocument, state: KernelState) -> None:
        self._say(document.doc, "kernel", state, keep=True)


async def wholly_gone(session: Session) -> None:
    """Wait until all of a kernel that ends is in the document; raises KernelError."""
    try:
        async with asyncio.timeout(PATIENCE):
            await session.ended.wait()
    except TimeoutError:
        raise KernelError(
            f"{session.document.path}: what the kernel said last cannot be stored just now; "
            "see what the status line says, then try again"
        ) from None


def _name_and_title(document: SharedDocument) -> tuple[str, str]:
    """Return the kernel that a notebook names, and what it calls it."""
    spec = schema.metadata(document.replica).get("kernelspec")
    if not isinstance(spec, dict):
        return "python3", "Python 3"
    name = str(spec.get("name") or "python3")
    return name, str(spec.get("display_name") or name)


def _language(metadata: dict[str, Json]) -> str:
    info = metadata.get("language_info")
    return str(info.get("name", "")) if isinstance(info, dict) else ""
