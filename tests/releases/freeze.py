"""Keeps what a release writes and says, for the tests of those that follow it.

`python -m tests.releases.freeze` is run once, when a release is made: it writes
`tests/data/release-VERSION/`. What lies there is never written again: it stands for programs that
are installed somewhere.

- `log.sqlite`, `log.json`: a log as the release stores it, and what is in it;
- `wire.json`: the types of its messages and a frame of each, as it encodes them;
- `keeper.zip`: the code of its keepers, which outlive an update of everything else.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw
import msgspec

from cocalc_tui import __version__
from cocalc_tui.notebook import schema
from cocalc_tui.protocol import events, messages
from cocalc_tui.protocol.codec import KNOWN, encode
from cocalc_tui.protocol.connection import FROM_APP
from cocalc_tui.protocol.patches import to_wire
from cocalc_tui.server.store import DocumentInfo, Draft, Member
from cocalc_tui.server.store.sealing import Sealing, seal
from cocalc_tui.server.store.sqlite import SqliteStore
from cocalc_tui.sync.checkpoint import encode_checkpoint
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Create, Op, Patch, PatchId, Splice
from tests.protocol.samples import sample

DATA = Path(__file__).parents[1] / "data"
ROOT = Path(__file__).parents[2]
START = 1_700_000_000_000
KEEPER = ("server/daemon.py", "server/environment.py", "server/paths.py", "server/main.py")
"""Modules besides `server/keeper/` that a keeper runs."""


def main() -> None:
    """Keep this release."""
    folder = DATA / f"release-{__version__}"
    folder.mkdir(parents=True)
    asyncio.run(_keep_log(folder))
    (folder / "wire.json").write_text(_wire())
    _keep_keeper(folder / "keeper.zip")


# --- the log -----------------------------------------------------------------------------------


class Author:
    """Somebody who types into a replica of their own."""

    def __init__(self, user: str, role: str, session: str) -> None:
        self.user, self.role, self.session = user, role, session
        self.replica = Document()
        self._count = 0

    def write(self, *ops: Op, kind: str = "typing") -> Patch:
        """Make the next patch."""
        id_ = PatchId(self.session, self._count)
        self._count += 1
        time = max(START, self.replica.clock + 40)
        self.replica.commit(id_, time, ops, kind)
        return self.replica.patch(id_)


def _text_log() -> Iterator[tuple[Author, Patch]]:
    """Two people type into one file, ten patches apart from each other and then merged."""
    ann = Author("ann", "owner", "a1" * 8)
    ben = Author("ben", "runner", "b2" * 8)
    for turn in range(12):
        made = {
            one: [one.write(Splice(0, 0, f"{one.user[0]}{turn}.{n} é👾\n")) for n in range(10)]
            for one in (ann, ben)
        }
        for one, patches in made.items():
            yield from ((one, patch) for patch in patches)
        ann.replica.apply(made[ben])
        ben.replica.apply(made[ann])


def _notebook_log() -> Iterator[tuple[Author, Patch]]:
    """A cell and its output."""
    ann = Author("ann", "owner", "c3" * 8)
    host = Author("ann", "host", "d4" * 8)
    about: dict[str, Any] = {"type": "notebook", "nbformat": 4, "minor": 5, "metadata": {}}
    ops = [Create(schema.NOTEBOOK, about), *schema.create_cell("c1", "a0", text="1 + 1")]
    patch = ann.write(*ops)
    host.replica.apply([patch])
    yield ann, patch
    output: dict[str, Any] = {"output_type": "stream", "name": "stdout", "text": "2\n"}
    fields: dict[str, Any] = {
        "type": "output", "cell": "c1", "run": "r1", "index": 0, "data": output,
    }  # fmt: skip
    yield host, host.write(Create("c1/r1/0", fields), kind="output")


async def _seal_here(block: bytes, rows: Sequence[str]) -> bytes:
    return seal(block, rows)


async def _keep_log(folder: Path) -> None:
    store = SqliteStore(folder / "log.sqlite", sealing=Sealing(64, 16, 4096, seal=_seal_here))
    found: dict[str, Any] = {"members": {"ben": "runner", "cyd": "viewer"}, "documents": {}}
    for user, role in found["members"].items():
        await store.put_member(user, Member(role))
    logs = {"notes.txt": _text_log(), "sub/fit.ipynb": _notebook_log()}
    for number, (path, log) in enumerate(logs.items()):
        doc = f"{number:016x}"
        kind = "notebook" if path.endswith(".ipynb") else "text"
        await store.create_document(DocumentInfo(doc, path, kind, f"log{number}", number + 1))
        replica = Document()
        for author, patch in log:
            draft = Draft(doc, author.user, author.role, to_wire(patch))
            await store.append([draft], patch.time + 5)
            replica.apply([patch])
        checkpoint = encode_checkpoint(replica, len(replica))
        await store.put_checkpoint(doc, len(replica), checkpoint)
        await store.tend(0)
        found["documents"][path] = {
            "doc": doc,
            "entries": len(replica),
            "texts": {"/".join(at): text for at, text in replica.texts().items()},
            "records": {key: dict(replica.records[key]) for key in replica.records},
        }
    await store.close()
    connection = apsw.Connection(str(folder / "log.sqlite"))
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("VACUUM")
    connection.close()
    (folder / "log.json").write_text(json.dumps(found, indent=1) + "\n")


# --- the wire ----------------------------------------------------------------------------------


def _wire() -> str:
    """All structs of the wire with their fields, and a frame of each message: a line for each."""
    lines = [
        {"name": kind.__name__, **_struct(kind)}
        for module in (messages.documents, messages.project, events)
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, msgspec.Struct)
        if kind.__module__ == module.__name__ and not issubclass(kind, messages.Message)
    ]
    lines += [_message(kind) for kind in KNOWN.values()]
    return "[\n" + ",\n".join(map(json.dumps, lines)) + "\n]\n"


def _message(kind: type[messages.Message]) -> dict[str, Any]:
    return {
        "name": kind.__name__,
        **_struct(kind),
        "tag": kind.__struct_config__.tag,
        "from_app": kind in FROM_APP,
        "needs": kind.NEEDS.name,
        "frame": encode(sample(kind)).hex(),
    }


def _struct(kind: type[msgspec.Struct]) -> dict[str, Any]:
    fields = {
        field.name: [kind.__annotations__[field.name], field.required]
        for field in msgspec.structs.fields(kind)
    }
    return {"array": kind.__struct_config__.array_like, "fields": fields}


# --- the keeper --------------------------------------------------------------------------------


def _keep_keeper(path: Path) -> None:
    package = ROOT / "cocalc_tui"
    modules = [package / name for name in KEEPER]
    modules += sorted((package / "server" / "keeper").glob("*.py"))
    modules += [package / "__init__.py", package / "server" / "__init__.py"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for module in modules:
            archive.write(module, module.relative_to(ROOT))


if __name__ == "__main__":
    main()
