"""What a file's bytes mean for a document: as a first version, as a change of one, as its text.

Nothing here reads or writes; it may take long for a large file, so it is for threads.
"""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.server.host.content import Content, least_different
from cocalc_tui.server.host.patches import chain, session_of
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.host.saved import Version, hash_of
from cocalc_tui.server.host.textfile import Form, decode, encode
from cocalc_tui.sync.patch import Patch


def imported(content: Content, path: str, data: bytes) -> tuple[list[Patch], Version]:
    """Return the patches that make an empty document hold what the file does. Raises FileError."""
    text, form = _decoded(path, data)
    session = session_of("import", content.type, hash_of(data))
    try:
        ops, keys = content.read(text, session)
        patches = chain(session, ops, "import", time=1, parents=())
    except ValueError as error:
        raise FileError("form", f"{path}: {error}") from None
    heads = (patches[-1].id,) if patches else ()
    return patches, Version(heads, text, form, hash_of(data), keys)


def changed(
    content: Content, path: str, data: bytes, known: Sequence[Version]
) -> tuple[list[Patch], Version]:
    """Return the patches that make one of these versions what the file holds. Raises FileError."""
    text, form = _decoded(path, data)
    base = known[least_different([version.text for version in known], text)]
    heads = [f"{session}:{n}" for session, n in base.heads]
    session = session_of("disk", content.type, *heads, hash_of(data))
    try:
        ops, keys = content.changes(base.text, base.keys, text, session)
        patches = chain(session, ops, "disk", time=0, parents=base.heads)
    except ValueError as error:
        raise FileError("form", f"{path}: {error}") from None
    heads_now = (patches[-1].id,) if patches else base.heads
    return patches, Version(heads_now, text, form, hash_of(data), keys)


def written(content: Content, taken: object, before: Version | None) -> tuple[Version, bytes]:
    """Return the version that a document is now, without its heads, and the file's bytes."""
    form = before.form if before is not None else Form()
    text, keys = content.write(taken, before.text if before is not None else None)
    data = encode(text, form)
    return Version((), text, form, hash_of(data), keys), data


def possible(known: Sequence[Version]) -> list[Version]:
    """Versions that a stranger may have changed, newest first: the last, and what they read."""
    last = 1 if known and known[0].done else 2
    return [version for at, version in enumerate(known) if at < last or version.read]


def is_beginning(data: bytes, version: Version) -> bool:
    """Whether these bytes are a version of ours, or as much of it as a crash let be written."""
    return encode(version.text, version.form).startswith(data)


def _decoded(path: str, data: bytes) -> tuple[str, Form]:
    """Return a file's text. Raises FileError where it is none."""
    try:
        return decode(data)
    except ValueError as error:
        raise FileError("form", f"{path}: {error}") from None
