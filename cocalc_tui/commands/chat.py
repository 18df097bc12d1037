"""`chat`: say something beside a file, or read what is said there, without a screen."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    FAILED,
    USAGE,
    CommandError,
    add_command,
    add_json,
    minutes,
    read_stdin,
    say,
    say_json,
    say_words,
    with_document,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cocalc_tui.chat.model import Message
    from cocalc_tui.chat.standing import Step
    from cocalc_tui.client.conversation import Conversation
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands


def add(commands: Commands) -> None:
    """Add the words of this module."""
    chat = add_command(
        commands,
        "chat",
        run,
        help="say something beside a file, or read what is said there",
        description="Read the chat beside FILE, or the room where FILE is NAME.chat, or say "
        "MESSAGE there. What is on the command line can be read by others of this machine: with - "
        "the message is read from stdin.",
    )
    chat.add_argument("file", metavar="FILE", help="a file of the project, or a room NAME.chat")
    chat.add_argument("message", nargs="?", metavar="MESSAGE", help="- reads it from stdin")
    chat.add_argument(
        "--tail", action="store_true", help="go on, and print what is said; --json: one a line"
    )
    chat.add_argument("--export", action="store_true", help="print all of it as markdown")
    add_json(chat)


def run(arguments: argparse.Namespace) -> None:
    """Say, print or follow."""
    from cocalc_tui.chat.places import ENDING, beside

    if arguments.export and (arguments.tail or arguments.json or arguments.message is not None):
        raise CommandError("--export stands alone: it prints all of the chat, and ends", USAGE)
    text = read_stdin() if arguments.message == "-" else arguments.message

    async def talk(workspace: Workspace, document: SharedDocument) -> None:
        from cocalc_tui.client.conversation import Conversation

        assert workspace.me is not None
        conversation = Conversation(document, workspace.me.user)
        if text is not None:
            await _say(workspace, conversation, text)
        elif arguments.export:
            _export(conversation)
        elif arguments.json and not arguments.tail:
            say_json(conversation.messages())
        else:
            for message, depth in conversation.chat:
                _print(message, depth, as_json=arguments.json)
        if arguments.tail:
            await _follow(conversation, as_json=arguments.json)

    with_document(
        arguments.file,
        talk,
        at=lambda path: path if path.endswith(ENDING) else beside(path),
        first=_check_subject,
    )


async def _check_subject(workspace: Workspace, path: str) -> None:
    """A chat may outlive its file, but a mistyped name is no reason to begin one."""
    from difflib import get_close_matches

    from cocalc_tui.chat.places import subject

    file = subject(path)
    there = {one.path for one in await workspace.files.entries(path.rpartition("/")[0])}
    if file and there.isdisjoint({file, path}):
        near = get_close_matches(file, sorted(there), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise CommandError(f"{file}: no such file in the project{hint}", USAGE)


async def _say(workspace: Workspace, conversation: Conversation, text: str) -> None:
    from cocalc_tui.client.wire import ReadOnlyError

    try:
        conversation.say(text)
    except (ValueError, ReadOnlyError) as error:
        raise CommandError(str(error), USAGE if isinstance(error, ValueError) else FAILED) from None
    await workspace.settled(conversation.document)


def line(message: Message, depth: int = 0, to: str = "") -> str:
    """A message for a shell: when, who, to whom, what."""
    who = f"{message.user} to {to}" if to else message.user
    if message.claimed:
        who += " (from the file)"
    if message.edited_by:
        who += f" (edited by {', '.join(message.edited_by)})"
    indent = "  " * depth
    words = "\n".join(filter(None, [message.text, message.signs]))
    words = words.replace("\n", f"\n{indent}    ")
    return f"{indent}{minutes(message.at)}  {who}: {words}"


def _print(message: Message, depth: int = 0, to: str = "", *, as_json: bool) -> None:
    if as_json:
        say(json_line(message))
    else:
        say_words(line(message, depth, to))


def json_line(message: Message) -> str:
    """A message for a program that reads lines."""
    import msgspec

    return msgspec.json.encode(message).decode()


def _export(conversation: Conversation) -> None:
    from cocalc_tui.chat.export import as_markdown

    path = conversation.document.path
    say_words(as_markdown(conversation.messages(), path, minutes).removesuffix("\n"))


async def _follow(conversation: Conversation, *, as_json: bool) -> None:
    """Print what is said from now on, and what is edited, until interrupted."""
    import asyncio

    known = {one.key: one.text for one in conversation.messages()}
    news: asyncio.Queue[list[Message]] = asyncio.Queue()

    def heard(steps: Sequence[Step]) -> None:
        found = [conversation.chat.get(one.key) for one in steps]
        news.put_nowait([one for one in found if one] if steps else conversation.messages())

    conversation.news = heard
    while True:
        sys.stdout.flush()
        for one in await news.get():
            if known.get(one.key) != one.text:
                answered = conversation.chat.get(one.thread)
                to = answered.user if answered else ""
                _print(one, to=to, as_json=as_json)
            known[one.key] = one.text
