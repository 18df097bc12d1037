"""Writes docs/protocol.md from the message definitions: `python docs/make_protocol.py [--check]`.

What a page says by hand is wrong after the next change. Here names, types, roles and explanations
are read from the source of `cocalc_tui.protocol`, so that is where they are kept right.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from cocalc_tui.protocol import codec, connection, events, messages, patches
from cocalc_tui.server.relay import link

MODULES = (
    messages.handshake,
    messages.documents,
    messages.project,
    messages.files,
    messages.searching,
    messages.notebooks,
    messages.terminals,
    messages.chats,
    messages.snapshots,
    messages.commits,
    messages.costs,
    messages.hosting,
    messages.answers,
)
SAYINGS = (
    events.documents,
    events.project,
    events.files,
    events.searching,
    events.kernels,
    events.runs,
    events.terminals,
    events.chats,
    events.snapshots,
    events.histories,
)
TAGS = {kind.__name__: tag for tag, kind in codec.KNOWN.items()}
BASES = ("Message", "Request")
PAGE = Path(__file__).with_name("protocol.md")
SECTION = re.compile(r"# --- (.+?) -+$")


class Field(NamedTuple):
    """A field of a struct, as its source has it."""

    name: str
    type: str
    default: str
    text: str


class Struct(NamedTuple):
    """A struct, as its source has it."""

    name: str
    section: str
    text: str
    fields: list[Field]


def structs(module: ModuleType) -> Iterator[Struct]:
    """All structs of a module, in order, with the section headings they stand under."""
    source = inspect.getsource(module)
    lines = source.splitlines()
    headings = {n: found[1] for n, line in enumerate(lines, 1) if (found := SECTION.match(line))}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and is_struct(node):
            section = [name for n, name in headings.items() if n < node.lineno][-1:]
            yield Struct(
                node.name,
                section[0] if section else "",
                ast.get_docstring(node) or "",
                list(fields(node)),
            )


def is_struct(node: ast.ClassDef) -> bool:
    """Whether a class goes over the wire."""
    return node.name not in BASES and any(
        ast.unparse(base) in {"msgspec.Struct", *BASES} for base in node.bases
    )


def fields(node: ast.ClassDef) -> Iterator[Field]:
    """The fields of a struct, each with the text that follows it."""
    if "Request" in map(ast.unparse, node.bases):
        yield Field("id", "int", "", "")
    body = [*node.body, ast.Pass()]
    for one, following in pairwise(body):
        if not isinstance(one, ast.AnnAssign) or not isinstance(one.target, ast.Name):
            continue
        kind = ast.unparse(one.annotation)
        if kind.startswith("ClassVar"):
            continue
        default = ast.unparse(one.value) if one.value is not None else ""
        text = ""
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            text = str(following.value.value)
        yield Field(one.target.id, kind, default, text)


def table(struct: Struct) -> str:
    """The fields of a struct as a table."""
    if not struct.fields:
        return ""
    rows = ["| field | type | |", "|---|---|---|"]
    for field in struct.fields:
        default = f" = {field.default}" if field.default else ""
        kind = f"{field.type}{default}".replace("|", "\\|")
        rows.append(f"| {field.name} | `{kind}` | {' '.join(field.text.split())} |")
    return "\n".join(rows) + "\n"


def message(struct: Struct) -> str:
    """One message: its tag, who may send it, what it says."""
    kind = getattr(messages, struct.name)
    tag = kind.__struct_config__.tag
    return f"### `{tag}`\n\n{senders(kind)}\n\n{struct.text}\n\n{table(struct)}"


def senders(kind: type[messages.Message]) -> str:
    """Who may send a message, and what the relay does with it."""
    said = []
    if kind in connection.FROM_APP or kind is messages.Hello:
        role = kind.NEEDS.name.lower()
        said.append("app" if kind is messages.Hello else f"app, from the role *{role}* on")
    elif kind in connection.FROM_HOST:
        said.append("host side")
    if kind in connection.FROM_RELAY or kind in {messages.Welcome, messages.Goodbye}:
        said.append("relay")
    passed = ". Passed on to the host side" if kind in connection.FOR_HOST else ""
    return f"*From: {'; '.join(said)}{passed}.*"


def plain(struct: Struct) -> str:
    """A struct that is a part of others."""
    return f"### {struct.name}\n\n{struct.text}\n\n{table(struct)}"


def operation(struct: Struct) -> str:
    """An operation of a patch: an array that begins with its number."""
    tag = getattr(patches, struct.name).__struct_config__.tag
    array = ", ".join([str(tag), *(field.name for field in struct.fields)])
    return f"### [{array}]\n\n{struct.text}\n\n{table(struct)}"


def limits() -> str:
    """The sizes that are agreed."""
    rows = [
        ("a frame", f"{codec.MAX_FRAME} bytes"),
        ("the operations of a patch", f"{codec.MAX_OPS} in {codec.MAX_PATCH} bytes"),
        ("parents of a patch", str(patches.MAX_PARENTS)),
        ("nesting in a field", str(patches.MAX_DEPTH)),
        ("a kind, a group, a user name", f"{patches.MAX_NAME} characters"),
        ("unread, until entries come from the log", f"{link.BEHIND} bytes"),
        ("unread, until the connection is cut off", f"{link.CUT_OFF} bytes"),
    ]
    return "| what | at most |\n|---|---|\n" + "".join(f"| {a} | {b} |\n" for a, b in rows)


def roles() -> str:
    """What each role adds."""
    rows = ["| role | may also send |", "|---|---|"]
    for role in messages.Role:
        added = connection.FROM_HOST - connection.FROM_APP
        if role is not messages.Role.HOST:
            added = {kind for kind in connection.FROM_APP if kind.NEEDS is role}
        names = ", ".join(f"`{tag}`" for tag, kind in codec.KNOWN.items() if kind in added)
        rows.append(f"| {role.name.lower()} | {names} |")
    return "\n".join(rows) + "\n"


def page() -> str:
    """The whole page."""
    all_messages = [one for module in MODULES for one in structs(module)]
    parts = [one for one in all_messages if one.name not in TAGS]
    sections: dict[str, list[str]] = {}
    for one in all_messages:
        if one.name in TAGS:
            sections.setdefault(one.section, []).append(message(one))
    blocks = [
        "# The protocol\n",
        "Made by `docs/make_protocol.py` from the definitions in `cocalc_tui/protocol/`; "
        "change it there.\n",
        (messages.__doc__ or "").split("\n", 2)[2].strip() + "\n",
        f"This release speaks versions {messages.OLDEST} to {messages.VERSION}. Over a Unix "
        "socket each frame is one binary WebSocket message, without compression; a request with "
        "an `Origin` header is turned away. A message is a map whose `t` names it; patches, "
        "entries and operations are arrays. An array may end early where the rest has its default, "
        "and may be longer in a newer release.\n",
        "## Limits\n",
        limits(),
        "## States of a connection\n",
        (connection.__doc__ or "").split("\n", 2)[2].replace("::", ":") + "\n",
        "## Roles\n",
        "Each may do all that the ones before it may.\n",
        roles(),
    ]
    for section, texts in sections.items():
        blocks += [f"## {section[0].upper()}{section[1:]}\n", *texts]
    blocks += ["## Parts of messages\n", *map(plain, parts)]
    blocks += ["## Operations of a patch\n", *map(operation, structs(patches))]
    blocks += [
        "## What the host side says\n",
        *(plain(one) for module in SAYINGS for one in structs(module)),
    ]
    text = "\n".join(block.rstrip("\n") + "\n" for block in blocks)
    return re.sub(r"`([A-Z]\w+)`", lambda name: f"`{TAGS.get(name[1], name[1])}`", text)


def main(words: list[str]) -> None:
    """Write the page, or with --check say whether it is up to date."""
    if words == ["--check"]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            sys.exit(f"{PAGE}: out of date; run python docs/make_protocol.py")
    else:
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
