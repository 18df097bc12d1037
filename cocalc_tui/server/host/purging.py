"""Forgetting the history of a document: a new log that begins with what the document says now.

What somebody typed by mistake (a password, a name) is in the log for ever, and so is a year of a
busy notebook. The owner may begin anew. The relay core does not merge, so it cannot tell what a
document says; the host side can. With the log goes what the host side keeps beside it: earlier
states of the file, the edits of a chat's messages, the recordings of a terminal.

Whatever is killed in between, the log is the old one or the new one, and purging again does the
rest. People may type all the while, so the file may be behind what the new log begins with: that
this is no change of somebody else's is noted before the new log is there.
"""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from cocalc_tui.chat import anew
from cocalc_tui.notebook import model
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import MAX_FRAME
from cocalc_tui.protocol.events import Purged
from cocalc_tui.protocol.kinds import CHAT, NOTEBOOK, TERMINAL
from cocalc_tui.protocol.patches import to_wire
from cocalc_tui.server.host.patches import chain, session_of
from cocalc_tui.server.host.root import FileError
from cocalc_tui.sync.patch import Op, Patch, Splice

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.server.host.documents import HostDocument
    from cocalc_tui.server.host.host import Host
    from cocalc_tui.server.host.opened import Opened

PART = MAX_FRAME - 2**20
"""Bytes of patches that go to the relay at once."""
TRIES = 20
"""How often it is tried while others go on typing."""


async def purge(host: Host, opened: Opened, user: str) -> None:
    """Put a new log in the place of a document's; raises FileError."""
    shared = opened.shared
    if host.runner is not None and host.runner.needs(shared.doc):
        how = f"`cocalc-tui stop {shlex.quote(shared.path)}`"
        raise FileError("busy", f"{shared.path}: its kernel is on; end it first: {how}")
    if opened.document.type == TERMINAL and host.terminals is not None:
        await host.terminals.forget(shared.doc)
    if opened.document.untouched:  # nobody ever changed it, so nothing of it is in the log
        host.say("", "purged", Purged(path=shared.path, user=user), keep=False)
        return
    for _ in range(TRIES):
        await opened.save(asked=False)
        await host.workspace.settled(shared)
        await host.leaving.note(shared.doc, shared.numbers.upto)
        if await _replaced(host, opened.document, user):
            if opened.document.type == CHAT:
                host.notes.chats.begin_anew(shared.doc)
            if opened.document.type == NOTEBOOK and host.runner is not None:
                await host.runner.forget_middles(shared.doc)
            host.spawn(host.leaving.go())
            opened.say_again()
            await opened.save(asked=False)
            return
    raise FileError("busy", f"{shared.path}: somebody types in it without a pause; try again")


async def _replaced(host: Host, document: HostDocument, user: str) -> bool:
    """Put it there, unless the log went on meanwhile."""
    shared = document.shared
    async with document.busy:
        seq, patches = shared.numbers.upto, _beginning(shared, host.clock())
        if shared.numbers.heads != shared.replica.heads:
            return False
        heads = (patches[-1].id,) if patches else ()
        noted = await document.note_another_log(heads)
        came = await _handed_over(host, shared.doc, seq, patches, user)
        if came:
            await host.workspace.open_anew(shared)
        await document.another_log(noted, came=came)
    return came


async def _handed_over(host: Host, doc: str, seq: int, patches: Sequence[Patch], user: str) -> bool:
    """Give the relay the new log, part by part; whether it took the place of the old one."""
    parts = list(_parts([to_wire(patch) for patch in patches]))
    came = False
    for part, wire in enumerate(parts):
        more = part + 1 < len(parts)
        ask = partial(m.Anew, doc=doc, seq=seq, patches=wire, user=user, part=part, more=more)
        came = await host.workspace.requests.result(partial(_numbered, ask), bool)
    return came


def _numbered(ask: Callable[..., m.Anew], id_: int) -> m.Anew:
    return ask(id=id_)


def _parts(patches: Sequence[m.WirePatch]) -> Iterator[list[m.WirePatch]]:
    """Patches in parts that a frame holds, at least one."""
    part: list[m.WirePatch] = []
    size = 0
    for patch in patches:
        if part and size + len(patch.ops) > PART:
            yield part
            part, size = [], 0
        part.append(patch)
        size += len(patch.ops)
    yield part


def _beginning(shared: SharedDocument, now: int) -> Sequence[Patch]:
    """The patches that make what the document says; cells keep their keys."""
    ops: Iterable[Op] = [Splice(0, 0, str(shared.replica.text()))]
    if shared.type == NOTEBOOK:
        ops = model.creation(model.take(shared.replica))
    elif shared.type == CHAT:
        ops = anew.creation(shared.replica)
    return chain(session_of("purge", secrets.token_hex(16)), ops, "import", time=now, parents=())
