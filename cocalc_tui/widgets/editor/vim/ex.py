"""What may be typed behind `:`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from cocalc_tui.widgets.editor import lines
from cocalc_tui.widgets.editor.carets import Put
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.slices import Slices, replace
from cocalc_tui.widgets.editor.vim import operators, putting, words
from cocalc_tui.widgets.editor.vim.asked import ABOVE, Asked, place, read
from cocalc_tui.widgets.editor.vim.objects import Stretch
from cocalc_tui.widgets.editor.vim.registers import UNNAMED, Taken
from cocalc_tui.widgets.editor.vim.search import PatternError, Search, compiled, found_in, put_for

if TYPE_CHECKING:
    import regex

    from cocalc_tui.widgets.editor.vim.machine import Vim

_BAR = re.compile(r"(?<!\\)\|")
"""Behind it the next command begins."""
MOST_LINES = 20_000
"""Lines that `:g` acts on."""


Run: TypeAlias = "Callable[[Vim, Editor, Asked], None]"


def run(vim: Vim, editor: Editor, text: str, *, follows: bool = False) -> None:
    """Do what was typed; raises PatternError for a pattern that means nothing.

    `follows`: whether more is done right after it.
    """
    more = text.strip().lstrip(":")
    while more:
        asked = read(vim, editor, more)
        if asked is None:
            vim.outside.say(f"{text}: these lines are not there")
            return
        command, more = _find(asked.name) if asked.name else _go, ""
        if command is None:
            vim.outside.say(f"{asked.name}: not a command here")
            return
        if command not in (_global, _normal):
            rest, more = _parted(asked.rest, patterns=command is _substitute)
            asked = asked._replace(rest=rest)
        vim.follows = follows or bool(more)
        try:
            command(vim, editor, asked)
        finally:
            vim.follows = False


def _parted(rest: str, *, patterns: bool) -> tuple[str, str]:
    """What belongs to a command, and the next; `patterns`: a `|` in the first two parts is none."""
    start = 0
    if patterns and rest:
        ends = [found.start() for found in re.finditer(rf"(?<!\\){re.escape(rest[0])}", rest)]
        start = ends[2] if len(ends) > 2 else len(rest)
    bar = _BAR.search(rest, start)
    if bar is None:
        return rest, ""
    return rest[: bar.start()].rstrip(), rest[bar.end() :].lstrip()


def _go(vim: Vim, editor: Editor, asked: Asked) -> None:
    """To a line, beyond the last to that."""
    if asked.given:
        operators.to_written(editor, min(asked.last, words.last_line(editor)))


def _find(name: str) -> Run | None:
    """The command of a name or what it may be cut to."""
    name = name.removesuffix("!")
    for short, (run_, whole, _) in COMMANDS.items():
        if name.startswith(short) and whole.startswith(name):
            return run_
    return None


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
    else:
        vim.substitution = (*vim.substitution[:2], vim.substitution[2] * (asked.name == "&&"))
    pattern, text, flags = vim.substitution
    if not pattern:
        raise PatternError("nothing was searched for yet")
    vim.memory.search = Search(pattern)
    case = "\\c" if "i" in flags else "\\C" if "I" in flags else ""
    found = _matches(editor, asked, compiled(case + pattern), every="g" in flags)
    if not found:
        vim.outside.say(f"{pattern}: not found")
        return
    many = len({one.line for one in found})
    said = f"{len(found):,} in {many:,} lines" if len(found) > 1 else ""
    if "n" not in flags:
        vim.outside.work(_substituting(vim, editor, found, text, said))
    elif said:
        vim.outside.say(said)


class _Found(NamedTuple):
    line: int
    at: int
    match: regex.Match[str]


def _substituting(vim: Vim, editor: Editor, found: list[_Found], text: str, said: str) -> Slices:
    puts = (Put(at, at + len(match[0]), put_for(match, text)) for _, at, match in found)
    yield from replace(editor, puts, "replace")
    operators.to_written(editor, min(found[-1].line, editor.view.lines - 1))
    if said:
        vim.outside.say(said)


def _matches(
    editor: Editor, asked: Asked, pattern: regex.Pattern[str], *, every: bool
) -> list[_Found]:
    """Where it matches, in every line the first time or each."""
    found: list[_Found] = []
    start = editor.start_of(asked.first)
    if "\\n" in pattern.pattern:
        text = editor.buffer.slice(start, editor.start_of(asked.last + 1))
        for match in next(found_in(pattern, [text])):
            at = start + match.start()
            found.append(_Found(editor.buffer.row_col(at)[0], at, match))
        return found
    rows = range(asked.first, asked.last + 1)
    texts = editor.view.texts(rows.start, rows.stop)
    wholes = editor.buffer.lines(rows.start, rows.stop)
    each = found_in(pattern, texts, None if every else 1)
    for line, whole, matches in zip(rows, wholes, each, strict=True):
        found += [_Found(line, start + match.start(), match) for match in matches]
        start += len(whole) + 1
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
    rows = range(first, last + 1)
    found = found_in(pattern, editor.view.texts(first, last + 1), 1)
    chosen = [line for line, matches in zip(rows, found, strict=True) if (not matches) is other]
    if parts[1].strip() in ("d", "delete"):
        _delete_lines(vim, editor, chosen)
    else:
        _in_lines(editor, chosen[:MOST_LINES], lambda: run(vim, editor, parts[1], follows=True))


def _in_lines(editor: Editor, chosen: Sequence[int], do: Callable[[], None]) -> None:
    """Do something at the start of each of some lines, which may move meanwhile."""
    # What comes above a line, as a copy of the one before, moves its end, and not its start.
    for number, line in enumerate(chosen):
        editor.marks[f"in {number}"] = editor.end_of(line)
    for number in range(len(chosen)):
        line = editor.buffer.row_col(editor.marks.pop(f"in {number}"))[0]
        editor.go(editor.start_of(line))
        do()


def _delete_lines(vim: Vim, editor: Editor, chosen: list[int]) -> None:
    gone: list[tuple[int, int]] = []
    for line in chosen:
        if gone and gone[-1][1] == line - 1:
            gone[-1] = gone[-1][0], line
        else:
            gone.append((line, line))
    if gone:
        text = editor.view.text(chosen[-1]) + "\n"
        vim.registers.deleted(UNNAMED, Taken(text, lines=True))
        vim.outside.work(_deleting(vim, editor, gone, len(chosen)))


def _deleting(vim: Vim, editor: Editor, gone: list[tuple[int, int]], many: int) -> Slices:
    yield from replace(editor, lines.without(editor, gone), "delete")
    follows = gone[-1][1] + 1 - many
    operators.to_written(editor, min(follows, lines.last_line(editor)))
    vim.outside.say(f"{many:,} lines fewer")


def _on_lines(operator: str) -> Run:
    def operate(vim: Vim, editor: Editor, asked: Asked) -> None:
        register = asked.rest[:1] if asked.rest[:1].isalpha() else UNNAMED
        stretch = Stretch(editor.start_of(asked.first), editor.start_of(asked.last + 1), lines=True)
        operators.operate(vim, editor, operator, [stretch], register)
        if operator in operators.LINE_WISE:
            operators.to_written(editor, asked.last)

    return operate


def _join(vim: Vim, editor: Editor, asked: Asked) -> None:
    def joining() -> Slices:
        yield from operators.join(editor, asked.first, asked.last, spaces=True)
        operators.to_written(editor, asked.first)

    vim.outside.work(joining())


def _put(vim: Vim, editor: Editor, asked: Asked) -> None:
    held = vim.register(asked.rest[:1] or UNNAMED)
    if held is None:
        vim.outside.say("Nothing was taken that could be put")
        column = min(editor.place()[1], max(editor.view.length(asked.last) - 1, 0))
        editor.go(editor.buffer.offset(asked.last, column))
    else:
        text = held.text.removesuffix("\n") + "\n"
        editor.go(editor.start_of(asked.last))
        putting.put_lines(editor, text, behind=not asked.name.endswith("!"))
        operators.to_written(editor, editor.place()[0] + text.count("\n") - 1)


def _sort(vim: Vim, editor: Editor, asked: Asked) -> None:
    first, last = (asked.first, asked.last) if asked.given else (0, lines.last_line(editor))
    editor.go(editor.start_of(first))
    editor.main.put(editor.end_of(last), editor.start_of(first))
    lines.sort(editor)
    operators.to_written(editor, first)


def _copy(*, moves: bool) -> Run:
    def copy(vim: Vim, editor: Editor, asked: Asked) -> None:
        target, _ = place(vim, editor, asked.rest, editor.place()[0])
        if asked.rest.strip() == "0":
            target = ABOVE
        start, end = editor.start_of(asked.first), editor.start_of(asked.last + 1)
        inside = target is not None and moves and asked.first <= target <= asked.last
        if target is None or not ABOVE <= target <= words.last_line(editor) or inside:
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
    chosen = range(asked.first, asked.last + 1)
    _in_lines(editor, chosen, lambda: vim.feed(editor, [*asked.rest, "escape"]))


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
    "&&": (_substitute, "&&", "and with its flags"),
    "g": (_global, "global", "`:g/pattern/command` in every line that has it"),
    "v": (_global, "vglobal", "in every line that has it not"),
    "d": (_on_lines("d"), "delete", "delete the lines"),
    "y": (_on_lines("y"), "yank", "copy the lines"),
    ">": (_on_lines(">"), ">", "indent the lines"),
    "<": (_on_lines("<"), "<", "indent the lines less"),
    "j": (_join, "join", "join the lines"),
    "pu": (_put, "put", "put what was taken below the line"),
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
