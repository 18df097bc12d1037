"""What a person types in a shell: data on stdout, talk on stderr, one line for each mistake.

Everything heavy is imported by the command that needs it, so that `--help` and a mistyped flag
answer at once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from cocalc_tui import __version__

if TYPE_CHECKING:
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.joining import Project
    from cocalc_tui.protocol.events import ProjectStatus

FINE, FAILED, USAGE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes: fine, work failed, usage or configuration, connection (try again), ctrl+c."""

COMMANDS = ("open", "share", "unshare", "members", "status", "stop")
ROLES = ("runner", "editor", "viewer")
Result = TypeVar("Result")


class CommandError(Exception):
    """A command cannot go on: one line for people, and an exit code."""

    def __init__(self, text: str, code: int = FAILED) -> None:
        super().__init__(text)
        self.code = code


class _Parser(argparse.ArgumentParser):
    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message} (see {self.prog} --help)", USAGE)


def make_parser() -> argparse.ArgumentParser:
    """The command line, from which help, completions and man pages come."""
    parser = _Parser(
        prog="cocalc-tui",
        description="Work in one project with other people on this machine: shared files, "
        "notebooks and kernels, in the terminal.",
        epilog="examples:\n"
        "  cocalc-tui                     open the project of this folder\n"
        "  cocalc-tui fit.ipynb notes.md  open these files\n"
        "  cocalc-tui share bob           let bob in\n"
        "  cocalc-tui status --json       what runs, for programs\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"cocalc-tui {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    opening = commands.add_parser("open", help="open a project, or files in it (the default)")
    opening.add_argument("paths", nargs="*", metavar="PATH")
    _add_people_commands(commands)
    status = commands.add_parser("status", help="what runs: relay, people, documents, kernels")
    status.add_argument("--json", action="store_true", help="for programs")
    stop = commands.add_parser("stop", help="end the relay; kernels go on unless --all")
    stop.add_argument("--all", action="store_true", help="end the kernels too")
    for command in (status, stop):
        _add_project(command)
    return parser


def _add_people_commands(commands: argparse._SubParsersAction[_Parser]) -> None:
    share = commands.add_parser("share", help="let somebody into the project")
    share.add_argument("user", metavar="USER")
    share.add_argument(
        "--role",
        choices=ROLES,
        default="runner",
        help="runner: edits, and runs cells as YOUR account (the default); "
        "editor: edits, runs nothing; viewer: looks",
    )
    unshare = commands.add_parser("unshare", help="take somebody's role, at once")
    unshare.add_argument("user", metavar="USER")
    members = commands.add_parser("members", help="who may join")
    members.add_argument("--json", action="store_true", help="for programs")
    for command in (share, unshare, members):
        _add_project(command)


def _add_project(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--project", type=Path, default=Path(), metavar="FOLDER", help="default: this folder's"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0] not in COMMANDS and not words[0].startswith("-")):
        words.insert(0, "open")
    elif words[0] == "--":
        words = ["open", *words]
    try:
        return _run(make_parser().parse_args(words))
    except CommandError as error:
        from cocalc_tui.widgets.glyphs import safe

        print(f"cocalc-tui: {safe(str(error))}", file=sys.stderr)  # noqa: T201 - this is the talk
        return error.code
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(arguments: argparse.Namespace) -> int:
    match arguments.command:
        case "open":
            return _open(arguments.paths)
        case "share":
            return _share(arguments.project, arguments.user, arguments.role)
        case "unshare":
            return _share(arguments.project, arguments.user, None)
        case "members":
            return _members(arguments.project, as_json=arguments.json)
        case "status":
            return _status(arguments.project, as_json=arguments.json)
        case _:
            return _stop(arguments.project, everything=arguments.all)


def _say(text: str) -> None:
    """Print data. File names and people's words may hold escape sequences: none leaves here."""
    from cocalc_tui.widgets.glyphs import safe

    for line in text.split("\n"):
        print(safe(line) if sys.stdout.isatty() else line)  # noqa: T201 - this is the data


# --- commands ----------------------------------------------------------------------------------


def _open(words: Sequence[str]) -> int:
    for word in words:
        _check_word(word)
    project = _join(words)
    _check_terminal()
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)  # the terminal knows its size; these are somebody else's
    from cocalc_tui.app import run_app

    return run_app(project.workspace(start=True), project.name, project.files, root=project.root)


def _join(words: Sequence[str | Path]) -> Project:
    from cocalc_tui.joining import JoinError, join

    try:
        return join(words)
    except JoinError as error:
        raise CommandError(str(error), USAGE) from None


def _check_word(word: str) -> None:
    """A mistyped command is not taken for a file to make."""
    from difflib import get_close_matches

    if not Path(word).exists() and (near := get_close_matches(word, COMMANDS, n=1)):
        raise CommandError(f"{word}: no such file or command; did you mean `{near[0]}`?", USAGE)


def _check_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandError(
            "there is no terminal to draw on; commands such as `cocalc-tui status` need none",
            USAGE,
        )
    if os.environ.get("TERM", "dumb") in {"", "dumb"}:
        raise CommandError("TERM=dumb cannot show a screen; try TERM=xterm-256color", USAGE)


def _with_workspace(
    folder: Path, work: Callable[[Workspace], Awaitable[Result]], *, start: bool
) -> Result:
    import asyncio

    from cocalc_tui.client.requests import RequestFailed

    project = _join([folder])

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

    return asyncio.run(converse())


def _share(folder: Path, user: str, role: str | None) -> int:
    _with_workspace(folder, lambda workspace: workspace.share(user, role), start=True)
    if role is None:
        _say(f"{user} may no longer join")
        return FINE
    host = _join([folder])
    _say(f"{user} may join as {role}:\n\n    cocalc-tui {host.root}\n")
    if role == "runner":
        _say(f"What {user} runs, runs as your account.")
    return FINE


def _members(folder: Path, *, as_json: bool) -> int:
    members = _with_workspace(folder, lambda workspace: workspace.members(), start=True)
    if as_json:
        _say(json.dumps(members, indent=1))
    else:
        for user, role in members.items():
            _say(f"{user}\t{role}")
    return FINE


def _status(folder: Path, *, as_json: bool) -> int:
    if not _join([folder]).runs():
        _say(json.dumps({"running": False}) if as_json else "nothing runs in this project")
        return FINE
    status = _with_workspace(folder, lambda workspace: workspace.status(), start=False)
    if as_json:
        import msgspec

        _say(msgspec.json.format(msgspec.json.encode(status), indent=1).decode())
        return FINE
    for line in _status_lines(status):
        _say(line)
    return FINE


def _status_lines(status: ProjectStatus) -> list[str]:
    lines = [f"{status.project}: relay {status.pid}, door {status.door}"]
    lines += [f"  person    {user}" for user in status.people]
    for document in status.documents:
        who = ", ".join(document.people) or "nobody"
        lines.append(f"  document  {document.path}  version {document.seq}, {who}")
    for kernel in status.kernels:
        lines.append(f"  kernel    {kernel.path}  {kernel.name} {kernel.state}, pid {kernel.pid}")
    return lines


def _stop(folder: Path, *, everything: bool) -> int:
    project = _join([folder])
    if not project.runs() and not everything:
        print("nothing runs in this project", file=sys.stderr)  # noqa: T201 - this is the talk
        return FINE
    with contextlib.suppress(ConnectionError):
        _with_workspace(
            folder, lambda workspace: workspace.stop(everything=everything), start=everything
        )
    return FINE
