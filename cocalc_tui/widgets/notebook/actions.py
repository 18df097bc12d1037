"""What can be done in a notebook, as the registry has it: Jupyter's keys, as far as they arrive.

A terminal without the kitty protocol sends the same for enter and shift+enter, so running has keys
of its own that work everywhere.
"""

from __future__ import annotations

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Action, Scope

SCOPES = (
    Scope("notebook", "Notebook", "In both modes."),
    Scope("command", "Notebook, command mode", "For whole cells, as in Jupyter."),
    Scope("cell", "Notebook, edit mode", "In the text of a cell."),
    Scope("suggest", "Completions", "While a list of them is open."),
    Scope("chosen", "Completions, one chosen"),
    Scope("tip", "What a name is", "While it shows beside the caret."),
    Scope("answer", "A cell's question", "The line in which it is answered."),
    Scope("seek", "What to find in cells and output"),
)

_EDITOR, _RUNNER = Role.EDITOR, Role.RUNNER

_NOTEBOOK = (
    Action("notebook.run", "Run", ("f5", "ctrl+enter"), "The cells selected.", _RUNNER, 1),
    Action(
        "notebook.run_on",
        "Run, then the next",
        ("ctrl+r", "shift+enter"),
        "Adds a cell after the last.",
        _RUNNER,
        2,
    ),
    Action("notebook.run_insert", "Run, then add a cell", ("ctrl+f5",), "Below.", _RUNNER),
    Action("notebook.run_all", "Run all cells", ("shift+f5",), needs=_RUNNER),
    Action("notebook.run_above", "Run all above", (), needs=_RUNNER),
    Action("notebook.run_below", "Run this and all below", (), needs=_RUNNER),
    Action("notebook.answer", "Answer a cell", ("f9",), "One that waits for input.", _RUNNER),
    Action("notebook.kernel", "Kernel", ("alt+k",), "How it is, and what can be done with it."),
    Action("notebook.interrupt", "Interrupt the kernel", (), "Empties the queue, too.", _RUNNER),
    Action(
        "notebook.restart", "Restart the kernel", (), "For everybody: its values are gone.", _RUNNER
    ),
    Action("notebook.restart_run", "Restart and run all", (), needs=_RUNNER),
    Action("notebook.restart_run_above", "Restart and run down to here", (), "With it.", _RUNNER),
    Action("notebook.stop_kernel", "Stop the kernel", (), "It starts with the next run.", _RUNNER),
    Action("notebook.choose_kernel", "Choose a kernel", (), needs=_RUNNER),
    Action("notebook.clear_output", "Clear output", (), "Of the cells selected.", _EDITOR),
    Action("notebook.clear_all", "Clear all output", (), needs=_EDITOR),
    Action(
        "notebook.find",
        "Find",
        ("ctrl+f",),
        "In all cells and what they printed; a text or a regular expression.",
    ),
    Action("notebook.find_next", "Next match", ("f3",)),
    Action("notebook.find_previous", "Previous match", ("shift+f3",)),
    Action(
        "notebook.replace",
        "Replace",
        ("alt+h",),
        "In the cells selected, or in all; in their texts, not in output. Of a regular expression "
        "`$1` is a group.",
        _EDITOR,
    ),
    Action("notebook.copy_output", "Copy output", (), "Of this cell, as text."),
)

_COMMAND = (
    Action("command.edit", "Edit", ("enter",), "The cell's text.", footer=3),
    Action("command.cell_above", "Cell above", ("up", "k"), palette=False),
    Action("command.cell_below", "Cell below", ("down", "j"), palette=False),
    Action("command.extend_up", "Select up", ("shift+up", "K"), palette=False),
    Action("command.extend_down", "Select down", ("shift+down", "J"), palette=False),
    Action("command.extend_first", "Select to the first", ("shift+home",), palette=False),
    Action("command.extend_last", "Select to the last", ("shift+end",), palette=False),
    Action("command.select_cells", "Select all cells", ("ctrl+a",)),
    Action("command.deselect", "Select this cell only", ("escape",), palette=False),
    Action("command.scroll_up", "Page up", ("pageup", "alt+space"), palette=False),
    Action("command.scroll_down", "Page down", ("pagedown", "space"), palette=False),
    Action("command.first_cell", "First cell", ("home", "ctrl+home"), palette=False),
    Action("command.last_cell", "Last cell", ("end", "ctrl+end"), palette=False),
    Action("command.insert_above", "Add a cell above", ("a",), needs=_EDITOR),
    Action("command.insert_below", "Add a cell below", ("b",), needs=_EDITOR),
    Action("command.delete_cells", "Delete", ("d d", "delete"), needs=_EDITOR),
    Action(
        "command.bring_back",
        "Bring back deleted cells",
        ("U",),
        "Those deleted last, by whomever.",
        _EDITOR,
    ),
    Action("command.undo", "Undo", ("z", "ctrl+z"), "Takes back your own last step.", _EDITOR),
    Action("command.redo", "Redo", ("Z", "ctrl+y", "ctrl+shift+z"), needs=_EDITOR),
    Action("command.cut_cells", "Cut cells", ("x", "ctrl+x"), needs=_EDITOR),
    Action("command.copy_cells", "Copy cells", ("c", "ctrl+c")),
    Action("command.paste_below", "Paste below", ("v", "ctrl+v"), needs=_EDITOR),
    Action("command.paste_above", "Paste above", ("V",), needs=_EDITOR),
    Action("command.move_cell_up", "Move up", ("alt+up",), needs=_EDITOR),
    Action("command.move_cell_down", "Move down", ("alt+down",), needs=_EDITOR),
    Action("command.merge", "Merge cells", ("M",), "With the one below, if only one.", _EDITOR),
    Action("command.to_markdown", "Make it markdown", ("m",), needs=_EDITOR),
    Action("command.to_code", "Make it code", ("y",), needs=_EDITOR),
    Action("command.to_raw", "Make it raw", ("r",), needs=_EDITOR),
    Action("command.heading_1", "Make it a heading", ("1",), "Of the first rank.", _EDITOR),
    *(
        Action(f"command.heading_{n}", f"Heading {n}", (f"{n}",), needs=_EDITOR, palette=False)
        for n in range(2, 7)
    ),
    Action("command.tags", "Tags", ("T",), "Words that programs know a cell by.", _EDITOR),
    Action("command.fold", "Fold the section", ("left",), "For you; or go to its heading."),
    Action("command.unfold", "Unfold the section", ("right",)),
    Action("command.fold_all", "Fold all sections", ("ctrl+shift+left", "alt+left")),
    Action("command.unfold_all", "Unfold all sections", ("ctrl+shift+right", "alt+right")),
    Action("command.contents", "Contents", ("t",), "The headings, to go to one."),
    Action("command.toggle_source", "Hide or show the text", ("I",), "Of the cells selected."),
    Action("command.toggle_output", "Hide or show output", ("o",)),
    Action("command.hide_outputs", "Hide or show all output", ("alt+o",)),
    Action(
        "command.scroll_output", "Scroll the output", ("O",), "In a window of its own, or no more."
    ),
    Action("command.output_down", "Down in the output", (">", "shift+pagedown"), palette=False),
    Action("command.output_up", "Up in the output", ("<", "shift+pageup"), palette=False),
    Action("command.whole_output", "All of the output", ("W",), "Or only its two ends."),
    Action(
        "command.read_output",
        "Read the output",
        ("w",),
        "On the whole screen: all of it, pictures large; to find in, and to save.",
    ),
    Action(
        "command.links",
        "Go to a link",
        ("g",),
        "A page it names is copied; a line of a file or cell, as in a traceback, is shown.",
    ),
    Action("command.numbers", "Line numbers", ("l",)),
    Action("command.all_numbers", "Line numbers in all cells", ("L",)),
    Action("command.find_and_replace", "Replace", ("f",), needs=_EDITOR, palette=False),
    Action("command.save", "Save now", ("s",), needs=_EDITOR, palette=False),
    Action("command.help", "Help", ("h",), palette=False),
    Action("command.palette", "Commands", ("p",), palette=False),
    Action("command.interrupt_now", "Interrupt", ("i i",), needs=_RUNNER, palette=False),
    Action("command.restart_now", "Restart", ("0 0",), needs=_RUNNER, palette=False),
)

_CELL = (
    Action("cell.command", "Command mode", ("escape",), palette=False, footer=3),
    Action(
        "cell.split",
        "Split the cell",
        ("ctrl+shift+minus", "ctrl+minus", "alt+s"),
        "At the caret.",
        _EDITOR,
    ),
    Action("cell.complete", "Complete", ("ctrl+space",), "By what the kernel knows.", _EDITOR),
    Action(
        "cell.complete_or_indent",
        "Complete or indent",
        ("tab",),
        "Completes behind code.",
        _EDITOR,
        palette=False,
    ),
    Action("cell.inspect", "What is this name", ("f2",), "Twice: all of it."),
    Action(
        "cell.inspect_or_dedent",
        "What is this, or indent less",
        ("shift+tab",),
        "Says what a name is behind code.",
        palette=False,
    ),
)

_BOX = (
    Action("suggest.take_match", "Take it", ("tab",), "The chosen one, else the first.", footer=1),
    Action("suggest.next_match", "Next", ("down",), footer=2, palette=False),
    Action("suggest.close_box", "Close", ("escape",), footer=3, palette=False),
    Action("chosen.take_match", "Take it", ("enter",), palette=False),
    Action("chosen.previous_match", "Previous", ("up", "shift+tab"), palette=False),
    Action("chosen.matches_down", "Page down", ("pagedown",), palette=False),
    Action("chosen.matches_up", "Page up", ("pageup",), palette=False),
    Action("tip.inspect", "All of it", ("shift+tab", "f2"), footer=1, palette=False),
    Action("tip.read_on", "Read on", ("pagedown",), footer=2, palette=False),
    Action("tip.read_back", "Read back", ("pageup",), palette=False),
    Action("tip.close_box", "Close", ("escape",), footer=3, palette=False),
)

_ANSWER = (
    Action("answer.give", "Answer", ("enter",), "With nothing, too.", palette=False, footer=1),
    Action(
        "answer.later",
        "Later",
        ("escape", "ctrl+q", "ctrl+w"),
        "The cell goes on waiting.",
        palette=False,
        footer=2,
    ),
)

_SEEK = (
    Action("seek.pattern", "Regex", ("alt+r",), "A regular expression.", palette=False, footer=3),
    Action("seek.case", "Case", ("alt+c",), palette=False, footer=4),
    Action("seek.words", "Words", ("alt+w",), palette=False, footer=5),
)

ACTIONS = (*_NOTEBOOK, *_COMMAND, *_CELL, *_BOX, *_ANSWER, *_SEEK)
