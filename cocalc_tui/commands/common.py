"""What all subcommands share: exit codes, one-line errors, printing, and a way to the relay."""

from __future__ import annotations

import argparse
import os
import stat
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, TypeVar

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.joining import Project
    from cocalc_tui.remote import RemoteProject

FINE, FAILED, USAGE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes: fine, work failed, usage or configuration, connection (try again), ctrl+c."""

Result = TypeVar("Result")
Run = Callable[[argparse.Namespace], int | None]
"""A subcommand: what was typed in, an exit code out; None is fine. Raises CommandError."""


class CommandError(Exception):
    """A command cannot go on: one line for people, and an exit code."""

    def __init__(self, text: str, code: int = FAILED) -> None:
        super().__init__(text)
        self.code = code


class Parser(argparse.ArgumentParser):
    """A parser that takes no shortened flags and says mistakes in one line."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Raise CommandError."""
        raise CommandError(f"{message} (see {self.prog} --help)", USAGE)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Take what is to be chosen from a list, else say what comes nearest."""
        if action.choices is None or value in action.choices:
            return
        from difflib import get_close_matches

        known = [str(choice) for choice in action.choices]
        near = get_close_matches(str(value), known, n=1)
        meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise CommandError(f"`{self.prog}` does not know {value!r}; {meant}", USAGE)

    def parse_known_args(  # type: ignore[override]  # of its many forms the one that is used
        self, args: Any = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Take a word that may be left out behind flags, too: `chat FILE --tail MESSAGE`.

        Python took those only in front of flags until 3.13.
        """
        found, unknown = super().parse_known_args(args, namespace)
        for action in self._get_positional_actions():
            left_out = action.nargs == "?" and getattr(found, action.dest) == action.default
            if left_out and unknown and self._parse_optional(unknown[0]) is None:
                self._take_late(found, action, unknown.pop(0))
        return found, unknown

    def _take_late(self, found: argparse.Namespace, action: argparse.Action, word: str) -> None:
        try:
            setattr(found, action.dest, self._get_values(action, [word]))
        except argparse.ArgumentError as error:
            self.error(str(error))


if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[Parser]


def add_command(commands: Commands, name: str, run: Run, **settings: Any) -> Parser:
    """Add a subcommand that `run` does; the settings are those of argparse."""
    command = commands.add_parser(name, **settings)
    command.set_defaults(run=run)
    return command


def add_project(command: argparse.ArgumentParser) -> None:
    """Let a command be told which project."""
    command.add_argument(
        "--project",
        type=_folder,
        default=".",
        metavar="FOLDER",
        help="default: this folder's; HOST:FOLDER is one on another machine",
    )


def _folder(word: str) -> str:
    """A folder that is there, or that only its owner may look at."""
    try:
        if is_far([word]) or stat.S_ISDIR(os.stat(word).st_mode):
            return word
    except FileNotFoundError:
        raise argparse.ArgumentTypeError(f"{word}: no such folder") from None
    except OSError:
        return word
    raise argparse.ArgumentTypeError(f"{word}: this is no folder")


def add_notebook(command: argparse.ArgumentParser) -> None:
    """Let a command be told which notebook."""
    command.add_argument(
        "notebook",
        type=_notebook_file,
        metavar="NOTEBOOK",
        help="an .ipynb file; HOST:PATH over ssh",
    )


def _notebook_file(word: str) -> str:
    """A file that is there, on another machine, or where only its project may look."""
    try:
        if not is_far([word]) and stat.S_ISDIR(os.stat(word).st_mode):
            raise argparse.ArgumentTypeError(f"{word}: this is a folder; name a notebook")
    except (FileNotFoundError, NotADirectoryError):
        raise argparse.ArgumentTypeError(f"{word}: no such file") from None
    except OSError:
        return word
    return word


def in_colour(stream: TextIO) -> bool:
    """Whether somebody reads this, who wants colours."""
    return stream.isatty() and "NO_COLOR" not in os.environ


def add_json(command: argparse.ArgumentParser) -> None:
    """Let a command that lists do so for programs."""
    command.add_argument("--json", action="store_true", help="for programs")


def read_stdin() -> str:
    """What comes on standard input, as text. Raises CommandError."""
    try:
        return sys.stdin.read().encode("utf-8").decode("utf-8")
    except UnicodeError:
        raise CommandError("what came on standard input is no UTF-8 text", USAGE) from None


def say(text: str) -> None:
    """Print data: exactly, but no escape sequence of a file's name or text acts on a terminal."""
    if sys.stdout.isatty():
        say_words(text)
    else:
        print(text)  # noqa: T201 - this is the data


def say_words(text: str) -> None:
    """Print what people said, to be read: behind a pipe may be a terminal, too (`less -R`)."""
    from cocalc_tui.widgets.glyphs import safe

    for line in text.split("\n"):
        print(safe(line))  # noqa: T201 - this is the data


def say_json(value: object) -> None:
    """Print data for programs: what JSON knows, structs and dataclasses."""
    import json

    import msgspec

    say(json.dumps(msgspec.to_builtins(value), indent=1, ensure_ascii=False))


def minutes(at: float) -> str:
    """A time in milliseconds since 1970, for people here."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at / 1000))


def talk(text: str) -> None:
    """Say something to the person, not to a program that reads the data."""
    from cocalc_tui.widgets.glyphs import safe

    print(safe(text), file=sys.stderr)  # noqa: T201 - this is the talk


class PassingLine:
    """One line that says how far something is, where a person looks."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._last = ""

    def say(self, line: str) -> None:
        """Show this in place of what was said before."""
        from cocalc_tui.widgets.glyphs import safe

        if self._shown and line != self._last:
            self._last = line
            sys.stderr.write(f"\r\x1b[K{safe(line)[:79]}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Leave the line as it was."""
        if self._last:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def is_far(words: Sequence[str | Path]) -> bool:
    """Whether places on another machine are named: HOST:PATH, and no file here is called so."""
    return any(":" in str(word) and not os.path.exists(word) for word in words)


def reach(words: Sequence[str | Path], *, start: bool) -> Project | RemoteProject:
    """The project that these paths lie in, here or on another machine. Raises CommandError."""
    _check_names(words)
    if not is_far(words):
        return join(words)
    from cocalc_tui.client.link import RefusedError
    from cocalc_tui.client.ssh import FarEndError, LineError, far
    from cocalc_tui.remote import RemoteProject

    places = [place for word in words if (place := far(str(word))) is not None]
    if len(places) < len(words) or len({place.host for place in places}) > 1:
        named = ", ".join(map(str, words))
        raise CommandError(f"{named}: all must be of one machine, as HOST:PATH", USAGE)
    if not all(place.path for place in places):
        raise CommandError(f"{places[0].host}: which folder there? say HOST:PATH", USAGE)
    try:
        return RemoteProject(places, start=start)
    except FarEndError as error:
        raise CommandError(str(error), error.code) from None
    except (LineError, RefusedError) as error:
        raise CommandError(str(error), UNREACHABLE) from None


def _check_names(words: Sequence[str | Path]) -> None:
    """What goes in messages is text."""
    for word in map(str, words):
        try:
            word.encode()
        except UnicodeEncodeError:
            why = "its name is no UTF-8 text; rename it to open it"
            raise CommandError(f"{word}: {why}", USAGE) from None


def join(words: Sequence[str | Path]) -> Project:
    """The project on this machine that these paths lie in. Raises CommandError."""
    from cocalc_tui.joining import JoinError
    from cocalc_tui.joining import join as join_project

    if is_far(words):
        raise CommandError(f"{words[0]}: this is done on the machine itself", USAGE)
    try:
        return join_project(words)
    except JoinError as error:
        raise CommandError(str(error), USAGE) from None


def with_workspace(
    folder: str | Path, work: Callable[[Workspace], Awaitable[Result]], *, start: bool = True
) -> Result:
    """Do some work with the project's relay; `start` it where none runs. Raises CommandError.

    This folder, unless another is named, is made a project by that, but for the home folder.
    """
    words = [] if folder == os.curdir else [folder]
    return _with_project(reach(words, start=start), work, start=start)


def with_document(
    file: str | Path,
    work: Callable[[Workspace, SharedDocument], Awaitable[Result]],
    *,
    at: Callable[[str], str] = lambda path: path,
    first: Callable[[Workspace, str], Awaitable[None]] | None = None,
) -> Result:
    """Do some work with a file's document, or the one `at` another path. Raises CommandError.

    `first` looks whether there is to be one: opening some kinds makes them.
    """
    project = reach([file], start=True)
    if not project.files:
        project.close()
        raise CommandError(f"{file}: this is a folder; name a file", USAGE)
    path = at(project.files[0])

    async def open_it(workspace: Workspace) -> Result:
        if first is not None:
            await first(workspace, path)
        return await work(workspace, await workspace.open(path))

    return _with_project(project, open_it, start=True)


def _with_project(
    project: Project | RemoteProject,
    work: Callable[[Workspace], Awaitable[Result]],
    *,
    start: bool,
) -> Result:
    import asyncio

    from cocalc_tui.client.requests import RequestFailed

    async def converse() -> Result:
        workspace = project.workspace(start=start)
        workspace.start()
        try:
            await asyncio.wait_for(workspace.ready(), 20)
            return await work(workspace)
        except TimeoutError:
            raise CommandError("the relay does not answer; try again", UNREACHABLE) from None
        except RequestFailed as failed:
            code = UNREACHABLE if failed.code == "offline" else FAILED
            raise CommandError(failed.text, code) from None
        finally:
            await workspace.close()
            project.close()

    return asyncio.run(converse())
