"""What may be typed behind `:`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from cocalc_tui.widgets.editor import lines
from cocalc_tui.widgets.editor.carets import Put
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim import operators, words
from cocalc_tui.widgets.editor.vim.objects import Stretch
from cocalc_tui.widgets.editor.vim.registers import UNNAMED
from cocalc_tui.widgets.editor.vim.search import PatternError, Search, compiled, replacement

if TYPE_CHECKING:
    from cocalc_tui.widgets.editor.vim.machine import Vim

_NAME = re.compile(r"(?:[a-zA-Z]+|[&<>=])!?")
_PLACE = re.compile(
    r"(?P<number>\d+)|(?P<here>\.)|(?P<last>\$)|'(?P<mark>[a-zA-Z<>'])|/(?P<found>[^/]*)/?"
)
_OFFSET = re.compile(r"([+-])(\d*)")
MOST_LINES = 20_000
"""Lines that `:g` acts on."""


class Asked(NamedTuple):
    """A command with the lines it is for."""

    first: int
    last: int
    given: bool
    """Whether lines were named."""
    name: str
    rest: str


Run: TypeAlias = "Callable[[Vim, Editor, Asked], None]"


def run(vim: Vim, editor: Editor, text: str) -> None:
    """Do what was typed; raises PatternError for a pattern that means nothing."""
    asked = _read(vim, editor, text.strip().lstrip(":"))
    if asked is None:
        vim.outside.say(f"{text}: these lines are not there")
        return
    if not asked.name:
        if asked.given:
            operators.to_written(editor, asked.last)
        return
    if (command := _find(asked.name)) is None:
        vim.outside.say(f"{asked.name}: not a command here")
    else:
        command(vim, editor, asked)


def _find(name: str) -> Run | None:
    """The command of a name or what it may be cut to."""
    name = name.removesuffix("!")
    for short, (run_, whole, _) in COMMANDS.items():
        if name.startswith(short) and whole.startswith(name):
            return run_
    return None


# --- reading -------------------------------------------------------------------------------------


def _read(vim: Vim, editor: Editor, text: str) -> Asked | None:
    here = editor.place()[0]
    places: list[int] = []
    if text.startswith("%"):
        places, text = [0, lines.last_line(editor)], text[1:]
    else:
        while True:
            line, text = _place(vim, editor, text, here)
            if line is None:
                break
            places.append(line)
            if not text.startswith(","):
                break
            text = text[1:]
    if any(not 0 <= line <= words.last_line(editor) for line in places):
        return None
    first, last = (min(places[-2:]), max(places[-2:])) if places else (here, here)
    name = _NAME.match(text.lstrip())
    word = name.group() if name else ""
    # `:s/a/b/` and `:g/a/d` need no space behind the name.
    rest = text.lstrip()[len(word) :]
    return Asked(
        first, last, bool(places), word, rest.strip() if not rest.startswith("/") else rest
    )


def _place(vim: Vim, editor: Editor, text: str, here: int) -> tuple[int | None, str]:
    found = _PLACE.match(text)
    line: int | None = None
    if found is not None:
        line = _line_of(vim, editor, found, here)
        text = text[found.end() :]
    while (offset := _OFFSET.match(text)) is not None:
        by = int(offset[2] or 1)
        line = (here if line is None else line) + (by if offset[1] == "+" else -by)
        text = text[offset.end() :]
    return line, text


def _line_of(vim: Vim, editor: Editor, found: re.Match[str], here: int) -> int:
    if found["number"] is not None:
        return max(int(found["number"]) - 1, 0)
    if found["last"]:
        return lines.last_line(editor)
    if found["mark"]:
        at = editor.marks.get(found["mark"], -1)
        return editor.buffer.row_col(min(at, len(editor.buffer)))[0] if at >= 0 else -1
    if found["found"] is not None:
        search = Search(found["found"] or vim.memory.search.pattern)
        at_ = search.next(str(editor.buffer), editor.end_of(here), 1, forwards=True)
        return editor.buffer.row_col(at_)[0] if at_ is not None else -1
    return here


# --- commands ------------------------------------------------------------------------------------


def _acts(*names: str) -> Run:
    def act(vim: Vim, editor: Editor, asked: Asked) -> None:
        for name in names:
            vim.outside.act(name)

    return act


def _write(vim: Vim, editor: Editor, asked: Asked) -> None:
    if asked.rest:
        vim.outside.say("Saving under another name: rename it in the list of files")
    else:
        vim.outside.act("app.save")


def _edit(vim: Vim, editor: Editor, asked: Asked) -> None:
    if asked.rest:
        vim.outside.open(asked.rest)
    else:
        vim.outside.act("app.open")


def _substitute(vim: Vim, editor: Editor, asked: Asked) -> None:
    if asked.rest:
        mark = asked.rest[0]
        parts = re.split(rf"(?<!\\){re.escape(mark)}", asked.rest[1:])
        pattern, text, flags = [*parts, "", "", ""][:3]
        vim.substitution = pattern or vim.memory.search.pattern, text, flags
    pattern, text, flags = vim.substitution
    if not pattern:
        raise PatternError("nothing was searched for yet")
    vim.memory.search = Search(pattern)
    case = "\\c" if "i" in flags else "\\C" if "I" in flags else ""
    found = _matches(editor, asked, compiled(case + pattern), every="g" in flags)
    if not found:
        vim.outside.say(f"{pattern}: not found")
        return
    changed = {editor.buffer.row_col(match_at)[0] for match_at, _ in found}
    if "n" not in flags:
        template = replacement(text)
        puts = [Put(at, at + len(match[0]), match.expand(template)) for at, match in found]
        editor.replace(puts, "replace")
        operators.to_written(editor, min(max(changed), editor.view.lines - 1))
    if len(found) > 1:
        vim.outside.say(f"{len(found):,} in {len(changed):,} lines")


def _matches(
    editor: Editor, asked: Asked, pattern: re.Pattern[str], *, every: bool
) -> list[tuple[int, re.Match[str]]]:
    """Offsets and matches, in every line the first or all."""
    found: list[tuple[int, re.Match[str]]] = []
    start = editor.start_of(asked.first)
    if "\\n" in pattern.pattern:
        text = editor.buffer.slice(start, editor.start_of(asked.last + 1))
        return [(start + match.start(), match) for match in pattern.finditer(text)]
    for line in range(asked.first, asked.last + 1):
        for match in pattern.finditer(editor.view.text(line)):
            found.append((start + match.start(), match))
            if not every:
                break
        start += len(editor.buffer.line(line)) + 1
    return found


def _global(vim: Vim, editor: Editor, asked: Asked) -> None:
    other = asked.name.startswith("v") or asked.name.endswith("!")
    mark = asked.rest[:1]
    parts = asked.rest[1:].split(mark, 1) if mark else []
    if len(parts) < 2:
        vim.outside.say("It is :g/pattern/command")
        return
    pattern = compiled(parts[0] or vim.memory.search.pattern)
    first, last = (asked.first, asked.last) if asked.given else (0, lines.last_line(editor))
    chosen = [
        line
        for line in range(first, last + 1)
        if (pattern.search(editor.view.text(line)) is None) is other
    ]
    if parts[1].strip() in ("d", "delete"):
        _delete_lines(vim, editor, chosen)
        return
    for number, line in enumerate(chosen[:MOST_LINES]):
        editor.marks[f"g{number}"] = editor.start_of(line)
    for number in range(len(chosen[:MOST_LINES])):
        editor.go(editor.marks.pop(f"g{number}"))
        run(vim, editor, parts[1])


def _delete_lines(vim: Vim, editor: Editor, chosen: list[int]) -> None:
    gone: list[tuple[int, int]] = []
    for line in chosen:
        if gone and gone[-1][1] == line - 1:
            gone[-1] = gone[-1][0], line
        else:
            gone.append((line, line))
    if gone:
        lines.delete_ranges(editor, gone)
        vim.outside.say(f"{len(chosen):,} lines fewer")


def _on_lines(operator: str) -> Run:
    def operate(vim: Vim, editor: Editor, asked: Asked) -> None:
        register = asked.rest[:1] if asked.rest[:1].isalpha() else UNNAMED
        stretch = Stretch(editor.start_of(asked.first), editor.start_of(asked.last + 1), lines=True)
        operators.operate(vim, editor, operator, [stretch], register)

    return operate


def _join(vim: Vim, editor: Editor, asked: Asked) -> None:
    operators.join(editor, asked.first, asked.last, spaces=True)


def _sort(vim: Vim, editor: Editor, asked: Asked) -> None:
    first, last = (asked.first, asked.last) if asked.given else (0, lines.last_line(editor))
    editor.go(editor.start_of(first))
    editor.main.put(editor.end_of(last), editor.start_of(first))
    lines.sort(editor)
    operators.to_written(editor, first)


def _copy(*, moves: bool) -> Run:
    def copy(vim: Vim, editor: Editor, asked: Asked) -> None:
        target, _ = _place(vim, editor, asked.rest, editor.place()[0])
        if asked.rest.strip() == "0":
            target = -1
        start, end = editor.start_of(asked.first), editor.start_of(asked.last + 1)
        inside = target is not None and moves and asked.first <= target <= asked.last
        if target is None or not -1 <= target <= words.last_line(editor) or inside:
            vim.outside.say(f"{asked.rest or asked.name}: not a line to go behind")
            return
        text = editor.buffer.slice(start, end)
        gone = Put(start, end, "")
        if not text.endswith("\n"):
            text, gone = text + "\n", Put(max(start - 1, 0), end, "")
        at = editor.start_of(target + 1)
        if target == editor.view.lines - 1:
            at, text = len(editor.buffer), "\n" + text.removesuffix("\n")
        puts = [Put(at, at, text), *([gone] if moves else [])]
        editor.replace(sorted(puts), "move" if moves else "duplicate")
        many = asked.last - asked.first + 1
        operators.to_written(editor, target if moves and target > asked.last else target + many)

    return copy


def _normal(vim: Vim, editor: Editor, asked: Asked) -> None:
    for number in range(asked.first, asked.last + 1):
        editor.marks[f"n{number}"] = editor.start_of(number)
    for number in range(asked.first, asked.last + 1):
        editor.go(editor.marks.pop(f"n{number}"))
        vim.feed(editor, [*asked.rest, "escape"])


def _no_highlight(vim: Vim, editor: Editor, asked: Asked) -> None:
    vim.outside.light([])


def _set(vim: Vim, editor: Editor, asked: Asked) -> None:
    name = asked.rest.removeprefix("no")
    action = {
        **dict.fromkeys(("nu", "number"), "editor.numbers"),
        "wrap": "editor.wrap",
        "list": "editor.marks",
    }.get(name)
    if action is None:
        vim.outside.say(f"{asked.rest}: set it in the configuration (F1)")
    else:
        vim.outside.switch(action, on=not asked.rest.startswith("no"))


COMMANDS: dict[str, tuple[Run, str, str]] = {
    "w": (_write, "write", "save now"),
    "wq": (_acts("app.save", "tile.close"), "wq", "save and close"),
    "x": (_acts("app.save", "tile.close"), "xit", "save and close"),
    "q": (_acts("tile.close"), "quit", "close"),
    "wa": (_acts("app.save"), "wall", "save now"),
    "qa": (_acts("app.leave"), "qall", "leave"),
    "xa": (_acts("app.save", "app.leave"), "xall", "save and leave"),
    "wqa": (_acts("app.save", "app.leave"), "wqall", "save and leave"),
    "e": (_edit, "edit", "open a file"),
    "tabe": (_edit, "tabedit", "open a file"),
    "s": (_substitute, "substitute", "`:%s/pattern/text/g`: find and replace; flags g i I n"),
    "&": (_substitute, "&", "the last `:s` once more"),
    "g": (_global, "global", "`:g/pattern/command` in every line that has it"),
    "v": (_global, "vglobal", "in every line that has it not"),
    "d": (_on_lines("d"), "delete", "delete the lines"),
    "y": (_on_lines("y"), "yank", "copy the lines"),
    ">": (_on_lines(">"), ">", "indent the lines"),
    "<": (_on_lines("<"), "<", "indent the lines less"),
    "j": (_join, "join", "join the lines"),
    "m": (_copy(moves=True), "move", "move the lines behind another"),
    "t": (_copy(moves=False), "t", "copy the lines behind another"),
    "co": (_copy(moves=False), "copy", "copy the lines behind another"),
    "sor": (_sort, "sort", "sort the lines"),
    "norm": (_normal, "normal", "keys in every line"),
    "noh": (_no_highlight, "nohlsearch", "put out the lights of a search"),
    "se": (_set, "set", "`number`, `wrap`, `list`, and with `no` before"),
    "sp": (_acts("tile.split_below"), "split", "split below"),
    "vs": (_acts("tile.split_right"), "vsplit", "split right"),
    "on": (_acts("tile.zoom"), "only", "this tile alone"),
    "tabn": (_acts("tile.next_tab"), "tabnext", "next tab"),
    "tabp": (_acts("tile.previous_tab"), "tabprevious", "tab before"),
    "u": (_acts("text.undo"), "undo", "undo your own last step"),
    "red": (_acts("text.redo"), "redo", "redo"),
    "h": (_acts("app.help"), "help", "this help"),
}
"""By the shortest name: what it does, the whole name, and in words."""
