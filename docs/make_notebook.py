"""Writes docs/notebook.md, keys from the registry of actions: `python docs/make_notebook.py`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from cocalc_tui.notebook.outputs import MOST
from cocalc_tui.notebook.printed import HEAD as KEPT_HEAD
from cocalc_tui.notebook.printed import TAIL as KEPT_TAIL
from cocalc_tui.server.kernels.overflow import CAP
from cocalc_tui.widgets.actions import Keymap
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.registry import registry

PAGE = Path(__file__).with_name("notebook.md")

HEAD = f"""\
# Notebooks

Made by `python docs/make_notebook.py`, the keys from the registry of actions; do not edit.

Several people edit and run one notebook at once, on one kernel that belongs to the project: it goes
on when everybody leaves. Everybody sees one queue in one order, who asked for what, and the same
output. All keys are in [keys.md](keys.md). An empty notebook begins in edit mode, any other in
command mode.

## What is kept of output

The document holds up to {MOST:,} outputs of a run, and of each printed text the first
{KEPT_HEAD:,} and the last {KEPT_TAIL:,} characters; the file gets the same, with a line that says
how much is left out. The middle is kept beside the document, up to {CAP // 2**20} MB for each text
(beyond that its first and its last half), and shown on the whole screen. What came with a file is
never cut. While a cell runs everybody sees its output live; the history gets it at the end, and on
the way so seldom that a night of progress bars adds kilobytes.

Widgets are shown as what they hold, and follow it; that text is in the file too. They cannot be
operated from here: set their value in a cell. What is printed within an output widget (`with out:`,
`interact`) stands below the output that showed it last, in the order that widgets have in their
box; `clear_output` there clears nothing else. All of this goes on when the relay is started anew.

## Pictures

A terminal is asked at the start whether it draws pixels, each person's own. With sixel (xterm as a
VT340, foot, WezTerm, Konsole and others) a row of a picture is drawn as pixels where all of it is
to be seen, and as block characters where a dialog or a list lies over a part of it. kitty from 0.28
on and Ghostty get a picture once, and its cells are placeholders from then on. Elsewhere, and in
tmux and screen, pictures are drawn in quarter blocks, a cell's four pixels in two colours.
`screen.pictures` decides otherwise: `sixel` in tmux from 3.4 on, where only the last twenty rows
of pictures stay, `characters` on a slow line. What is tested: xterm's sixel by eye; for both, on a
screen that takes what is written as the protocols say, where pictures stand, how they look, scroll,
and come back from under a dialog, and that none is left behind; not kitty and Ghostty themselves.

## Files

Notebooks of nbformat 2 to 4.5 open and come back to the byte; one of format 2 or 3 is written in
format 4 by the first edit. Files that are not quite valid open too: missing fields, ids there
twice, values of another type, NaN, lone surrogates, any layout and line ends. What cannot be opened
(no JSON, a cell that is no object, more than 32 MB) is said in one line, and nothing is written.

## Beside JupyterLab and euporie

yes: as good as there; some: in part, see the note; no: not there. JupyterLab 4 with
jupyter-collaboration 5, euporie 2.10; what is said of them is what is commonly known,
neither measured nor checked against their sources.

"""


class Row(NamedTuple):
    """One thing that people look for."""

    what: str
    ours: str
    jupyterlab: str
    euporie: str
    actions: tuple[str, ...] = ()
    note: str = ""


ROWS = (
    Row("several people in one notebook, carets and names", "yes", "yes", "no"),
    Row("undo of one's own steps only", "yes", "yes", "no", ("command.undo",)),
    Row("who ran what, one queue for all", "yes", "no", "no"),
    Row("kernel and output survive everybody leaving", "yes", "some", "no"),
    Row("history of every key, restored in part", "yes", "some", "no", ("app.history",)),
    Row("roles: view, edit, run", "yes", "some", "no"),
    Row("Jupyter's command mode", "yes", "yes", "yes", ("command.insert_below", "command.merge")),
    Row("run, all above, all below, restart and run", "yes", "yes", "yes", ("notebook.run",)),
    Row("headings folded, contents", "yes", "yes", "no", ("command.fold", "command.contents")),
    Row("tags, attachments, raw cells", "yes", "yes", "some", ("command.tags",)),
    Row("copying cells with their output between notebooks", "yes", "yes", "some"),
    Row(
        "find in cells and output, replace", "yes", "yes", "some",
        ("notebook.find", "notebook.replace"),
        "text or regular expression, also in what is not drawn of long output, which opens "
        "where it is; replaced in the texts of cells",
    ),
    Row("completion, also while typing; signatures; inspection", "yes", "yes", "yes",
        ("cell.complete", "cell.inspect")),
    Row("vim's and Emacs' keys in cells", "yes", "extension", "yes"),
    Row("language servers in cells", "no", "extension", "yes"),
    Row("debugger, variable inspector", "no", "yes", "no"),
    Row("streams with carriage returns and cursor movement", "yes", "some", "yes"),
    Row("tracebacks, ANSI colours", "yes", "yes", "yes"),
    Row("markdown, math as text", "yes", "yes", "yes"),
    Row("tables of data frames, HTML", "some", "yes", "yes", (), "no styles"),
    Row("JSON as a tree", "yes", "yes", "yes"),
    Row(
        "PNG, JPEG, GIF, WebP, SVG", "yes", "yes", "yes", ("command.read_output",),
        "pixels by sixel or kitty's protocol, else quarter blocks",
    ),
    Row(
        "Plotly, Vega", "some", "extension", "some", (),
        "their image, else their data, also where they come as a page with a script",
    ),
    Row("PDF and other kinds", "some", "some", "no", ("command.read_output",), "named, and saved"),
    Row("widgets", "some", "yes", "some", (), "what they hold, moving; not operated"),
    Row("outputs hidden, scrolled by themselves, or whole", "yes", "yes", "some",
        ("command.toggle_output", "command.scroll_output", "command.whole_output")),
    Row("long output read whole, searched, saved", "yes", "some", "some", ("command.read_output",)),
    Row(
        "links to pages; from tracebacks to the line of a file or cell", "yes", "some", "some",
        ("command.links",), "pages and addresses are copied, and may be clicked on in the terminal",
    ),
    Row("`input()` and `getpass`, answered by anybody who may run", "yes", "some", "some",
        ("notebook.answer",)),
    Row("how long cells took, and usually take; a notice at the end", "yes", "extension", "no"),
    Row("memory and CPU of the kernel", "yes", "extension", "no", ("notebook.kernel",)),
    Row("kernels of the machine and of the project's environments", "yes", "yes", "yes",
        ("notebook.choose_kernel",)),
    Row("why a kernel died, with its last words", "yes", "some", "no"),
    Row("remote kernels, Jupyter servers", "no", "yes", "some"),
    Row("running without a screen, printing as text", "yes", "some", "some", (),
        "`cocalc-tui run`, `cocalc-tui cat`"),
)  # fmt: skip


def page() -> str:
    """The whole page."""
    keymap = Keymap(registry())
    table = ["| | here | JupyterLab | euporie | keys | |", "|---|---|---|---|---|---|"]
    return HEAD + "\n".join([*table, *(_row(keymap, row) for row in ROWS), ""])


def _row(keymap: Keymap, row: Row) -> str:
    keys = [
        f"`` {shown(keymap.keys_of(keymap.registry[name].name)[0])} ``"
        if keymap.keys_of(name)
        else f"`{name}`"
        for name in row.actions
    ]
    cells = (row.what, row.ours, row.jupyterlab, row.euporie, " ".join(keys), row.note)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(words: list[str]) -> None:
    """Write the page, or with --check say whether it is up to date."""
    if words == ["--check"]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            sys.exit(f"{PAGE}: out of date; run python docs/make_notebook.py")
    else:
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
