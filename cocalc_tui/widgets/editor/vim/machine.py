"""The modes of vim's keys: what a key means depends on what was typed before.

`Vim.press` takes one key. In insert mode most keys are left to the pane, or typed as they are
elsewhere; in the others they make commands (`grammar`), which `doing` does. What changes the text
is remembered for `.`, and everything that is pressed for `q` (`macros`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from cocalc_tui.widgets.editor import motions as plain
from cocalc_tui.widgets.editor import writing
from cocalc_tui.widgets.editor.carets import Put
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.slices import at_once
from cocalc_tui.widgets.editor.vim import doing, ex, grammar, macros, operators, visual
from cocalc_tui.widgets.editor.vim.going import Going, Memory, Target
from cocalc_tui.widgets.editor.vim.grammar import Command
from cocalc_tui.widgets.editor.vim.line import Line
from cocalc_tui.widgets.editor.vim.modes import ORIGIN, TYPED, TYPING, VISUAL, Change, Mode
from cocalc_tui.widgets.editor.vim.motions import MOTIONS
from cocalc_tui.widgets.editor.vim.outside import Outside
from cocalc_tui.widgets.editor.vim.registers import CLIPBOARD, Registers, Taken
from cocalc_tui.widgets.editor.vim.search import PatternError, Search


class Vim:
    """Vim's keys in one pane."""

    def __init__(self, outside: Outside, registers: Registers) -> None:
        self.outside = outside
        self.registers = registers
        self.mode = Mode.NORMAL
        self.memory = Memory()
        self.line: Line | None = None
        """What is being typed behind `:`, `/` or `?`."""
        self.history: dict[str, list[str]] = {":": [], "/": []}
        self.change: Change | None = None
        self.selected = Mode.VISUAL
        """How something was selected the last time."""
        self.follows = False
        """Whether more of what was typed behind `:` is done right after what is done now."""
        self.substitution = ("", "", "")
        """Pattern, text and flags of the last `:s`."""
        self.macros = macros.Macros(registers)
        self.to_line_end = False
        """Whether a block reaches to the ends of its lines."""
        self._pending: list[str] = []
        self._reading: grammar.Reading | None = None
        self._operation: Command | None = None
        """An operator that waits for what is searched for."""
        self._times = 1
        """How often what is typed in insert mode is to be there."""
        self._again: Callable[[Editor], None] | None = None
        self._overtyped: list[str] = []
        """What stood where replace mode typed."""
        self._left = macros.MOST_KEYS
        self._repeating = False
        self._within_step = False
        """Whether what is done now is part of something larger, for undo."""

    @property
    def showing(self) -> str:
        """What was typed of a command that is not whole yet."""
        return "".join(key if len(key) == 1 else f"<{key}>" for key in self._pending)

    @property
    def playing(self) -> bool:
        """Whether keys come from a macro or a command, and are pressed one right after another."""
        return self.follows or self._left < macros.MOST_KEYS

    # --- keys ----------------------------------------------------------------------------------

    def press(self, editor: Editor, key: str) -> bool:
        """Take a key: a character, or a name in its canonical spelling. False: it is not vim's."""
        self._left = macros.MOST_KEYS
        taken = self._press(editor, key)
        if waiting := self.macros.waiting:
            with self._one_step(editor):
                while waiting and self._left:
                    self._left -= 1
                    self._press(editor, waiting.popleft())
            waiting.clear()
        return taken

    @contextmanager
    def _one_step(self, editor: Editor) -> Iterator[None]:
        """What is typed as one command is undone as one, with what insert mode adds to it."""
        within = self._within_step
        if not within:
            editor.one_step(on=True)
        self._within_step = True
        try:
            yield
        finally:
            self._within_step = within
            if not within and self.mode not in TYPING:
                editor.one_step(on=False)

    def feed(self, editor: Editor, keys: list[str]) -> None:
        """Press keys that another stands for."""
        for key in keys:
            if self._left <= 0:
                return
            self._left -= 1
            self._press(editor, key)

    def _press(self, editor: Editor, key: str) -> bool:
        ends = key == "q" and self.mode not in TYPING and self.line is None and not self._pending
        if not ends:
            self.macros.note(key)
        if key in ("ctrl+c", "ctrl+["):
            key = "escape"
        if self.line is not None:
            self._press_line(editor, key)
            return True
        if self.mode in TYPING:
            return self._type(editor, key)
        return self._command_key(editor, key)

    def _command_key(self, editor: Editor, key: str) -> bool:
        if key == "escape":
            return self._escape(editor)
        if key == "q" and self.macros.recording and not self._pending:
            self.macros.record("")
            return True
        if key == " " and not self._pending:
            key = "space"
        if not self._pending and not doing.begins(key, visual=self.mode in VISUAL):
            return False
        if self._reading is None:
            self._reading = grammar.read(visual=self.mode in VISUAL)
            next(self._reading)
        self._pending.append(key)
        try:
            self._reading.send(key)
        except StopIteration as end:
            self._reading, self._pending = None, []
            if end.value is not None:
                self.do(editor, end.value)
        return True

    def _escape(self, editor: Editor) -> bool:
        waiting, self._reading, self._pending = bool(self._pending), None, []
        if self.mode in VISUAL:
            self.leave_visual(editor)
            return True
        if editor.single():
            return True
        self.outside.light([])
        return waiting

    # --- commands ------------------------------------------------------------------------------

    def do(self, editor: Editor, command: Command) -> None:
        """Do a whole command."""
        with self._one_step(editor):
            try:
                doing.do(self, editor, command)
            except PatternError as error:
                self.outside.say(str(error))
        if self.mode in VISUAL:
            self.show_selection(editor)
        elif self.mode is Mode.NORMAL:
            self.stand(editor)

    def stand(self, editor: Editor) -> None:
        """The caret of normal mode is on a character, not behind the last one."""
        line, column = editor.place()
        text = editor.view.text(line)
        if column and column >= len(text):
            goal = editor.main.goal
            editor.go(editor.caret - column + editor.view.cells(line).before(len(text)))
            editor.main.goal = goal

    def target(
        self, editor: Editor, command: Command, name: str, *, operating: bool
    ) -> Target | None:
        """Where a motion goes."""
        going = Going(
            editor,
            editor.caret,
            command.count,
            command.counted,
            command.argument,
            self.memory,
            self.outside,
            operating,
        )
        return MOTIONS[name][0](going)

    def remember(self, change: Change) -> None:
        """Have `.` do this."""
        if not self._repeating:
            self.change = change

    def repeat(self, editor: Editor, command: Command) -> None:
        """Do the last change again."""
        if (change := self.change) is None or self._repeating:
            return
        again = change.command
        if command.counted:
            again = replace(again, count=command.count, counted=True)
        self._repeating = True
        try:
            if change.lines:
                visual.select_again(self, editor, change)
            self.do(editor, again)
            if self.mode in TYPING:
                self.feed(editor, [*change.keys, "escape"])
        finally:
            self._repeating = False

    # --- insert mode ---------------------------------------------------------------------------

    def insert(
        self,
        editor: Editor,
        *,
        times: int = 1,
        again: Callable[[Editor], None] | None = None,
        replacing: bool = False,
    ) -> None:
        """Type from now on; it will be there `times` times, `again` done before each."""
        self.mode = Mode.REPLACE if replacing else Mode.INSERT
        editor.marks["["] = editor.caret
        self._times, self._again, self._overtyped = times, again, []
        if self.change is not None and not self._repeating:
            self.change.keys = []
        editor.break_off()

    def _type(self, editor: Editor, key: str) -> bool:
        if key == "escape":
            self._typed_enough(editor)
            return True
        if self._pending == ["ctrl+r"]:
            self._pending = []
            if (held := self.register(key)) is not None:
                writing.insert(editor, held.text)
            return True
        if key == "ctrl+r":
            self._pending = [key]
            return True
        do = doing.TYPED.get(key)
        if do is None and len(key) != 1:
            editor.one_step(on=True)  # the caret goes elsewhere
            return False
        if self.change is not None and not self._repeating:
            self.change.keys.append(key)
        if self.mode is Mode.REPLACE and (do is None or key == "backspace"):
            self._type_over(editor, key)
        elif do is not None:
            at_once(do(editor))
        else:
            writing.type_key(editor, key)
        return True

    def _type_over(self, editor: Editor, key: str) -> None:
        """A character in the place of the one at the caret; backspace brings that one back."""
        at = editor.caret
        if key != "backspace":
            end = min(at + 1, editor.end_of(editor.place()[0]))
            self._overtyped.append(editor.buffer.slice(at, end))
            editor.put(lambda _: Put(at, end, key))
        elif self._overtyped:
            before = self._overtyped.pop()
            editor.put(lambda _: Put(at - 1, at, before, 0))
        elif editor.place()[1]:
            editor.go(at - 1)

    def _typed_enough(self, editor: Editor) -> None:
        keys = self.change.keys if self.change is not None else []
        times, self._times = self._times, 1
        repeating, self._repeating = self._repeating, True
        for _ in range(times - 1):
            if self._left <= 0:
                break
            if self._again is not None:
                self._again(editor)
            self.feed(editor, keys)
        self._repeating = repeating
        self.mode = Mode.NORMAL
        editor.single()
        editor.marks[TYPED] = editor.caret
        operators.mark_changed(editor, min(editor.marks["["], editor.caret), editor.caret)
        if editor.place()[1]:
            editor.go(plain.left(editor, editor.caret))
        editor.break_off()
        if not self._within_step:
            editor.one_step(on=False)

    def register(self, name: str) -> Taken | None:
        """What a register holds; those of other programs are this app's clipboard."""
        if name in CLIPBOARD:
            text = self.outside.copied()
            return Taken(text, text.endswith("\n")) if text else None
        if name == "/":
            return Taken(self.memory.search.pattern)
        return self.registers.get(name)

    # --- selecting -----------------------------------------------------------------------------

    def select(self, editor: Editor, mode: Mode, origin: int | None = None) -> None:
        """Select from here, or from `origin`, on."""
        if self.mode not in VISUAL or origin is not None:
            editor.marks[ORIGIN] = editor.caret if origin is None else origin
        self.mode, self.to_line_end = mode, False
        self.show_selection(editor)

    def show_selection(self, editor: Editor) -> None:
        """Have the editor's selection be what is selected: with the character at the caret."""
        origin, caret = min(editor.marks.get(ORIGIN, 0), len(editor.buffer)), editor.caret
        goal = editor.main.goal
        editor.single()
        editor.whole_lines = self.mode is Mode.LINES
        if self.mode is Mode.BLOCK:
            visual.show_block(self, editor, origin)
        elif caret >= origin:
            editor.main.put(caret, origin)
        else:
            editor.main.put(caret, plain.right(editor, origin))
        editor.main.goal = goal

    def leave_visual(self, editor: Editor) -> None:
        """Select nothing any more."""
        origin = min(editor.marks.get(ORIGIN, 0), len(editor.buffer))
        low, high = sorted((origin, editor.caret))
        editor.marks["<"], editor.marks[">"] = low, high
        self.selected = self.mode
        editor.whole_lines = False
        editor.single()
        editor.main.put(editor.caret)
        self.mode = Mode.NORMAL
        self.stand(editor)

    # --- the line ------------------------------------------------------------------------------

    def ask(self, prompt: str, text: str = "", operation: Command | None = None) -> None:
        """Ask for a command or something to search for."""
        self.line = Line(prompt, text, self.history[":" if prompt == ":" else "/"])
        self._operation = operation

    def _press_line(self, editor: Editor, key: str) -> None:
        line = self.line
        assert line is not None
        if key == "escape" or (key != "enter" and not line.press(key)):
            self.line = None
            self.outside.light([])
        elif key == "enter":
            self.line = None
            self._answered(editor, line)
        elif line.prompt != ":":
            self._look(editor, line)

    def _look(self, editor: Editor, line: Line) -> None:
        """Light up what is being typed."""
        try:
            places = Search(line.text).places(str(editor.buffer))
        except PatternError:
            places = []
        self.outside.light(places)

    def _answered(self, editor: Editor, line: Line) -> None:
        history = self.history[":" if line.prompt == ":" else "/"]
        if line.text and line.text not in history[-1:]:
            history.append(line.text)
        try:
            if line.prompt == ":":
                with self._one_step(editor):
                    ex.run(self, editor, line.text)
            else:
                self._search(editor, line)
        except PatternError as error:
            self.outside.say(str(error))

    def _search(self, editor: Editor, line: Line) -> None:
        pattern = line.text or self.memory.search.pattern
        self.memory.search = Search(pattern, line.prompt == "/")
        text = str(editor.buffer)
        operation, self._operation = self._operation, None
        places = self.memory.search.places(text)
        self.outside.light(places)
        if not places:
            self.outside.say(f"{pattern}: not found")
        elif operation is not None:
            self.do(editor, replace(operation, motion="n"))
        else:
            self.do(editor, Command("n"))
