"""Apps full of text that attacks the terminal: `python -m tests.widgets.hostile WHAT`.

Every payload names itself (`PWN07`), so that one sees that it was shown, and where.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from cocalc_tui.widgets.clean import CleanApp

_BODIES = (
    *("\x1b]0;{}\x07", "\x1b]2;{}\x1b\\", "\x1b]4;1;{}\x07", "\x1b]7;file://{}\x07"),
    *("\x1b]8;;http://{}\x1b\\x\x1b]8;;\x1b\\", "\x1b]9;{}\x07", "\x1b]10;{}\x07"),
    *("\x1b]52;c;{}\x07", "\x1b]52;c;{}\x1b\\", "\x1b]52;c;?{}\x07", "\x1b]777;notify;{};x\x07"),
    *("\x1b]1337;File=name={}:\x07", "\x1bP$q{}\x1b\\", "\x1bPq#0;2;0;0;0{}\x1b\\"),
    *("\x1bPtmux;\x1b\x1b]52;c;{}\x07\x1b\\", "\x1b_G{}\x1b\\", "\x1b^{}\x1b\\", "\x1bX{}\x1b\\"),
    *("\x1b[6n{}", "\x1b[21t{}", "\x1b[c{}", "\x1b[>q{}", "\x1b[?2026h{}", "\x1b[8;1;1t{}"),
    *("\x1b[2J{}", "\x1b[?1049l{}", "\x1bc{}", "\x1b[5;31m{}", "\x1b(0{}", "\x1b#8{}", "\x05{}"),
    *("\x9d52;c;{}\x9c", "\x9b6n{}", "\x90q{}\x9c", "\x9f{}\x9c", "\x9e{}\x9c", "\x98{}\x9c"),
    *("\x07{}\x08\r\x0b\x0c\x0e\x0f\x00\x7f", "\u202e{}\u2066\u200b\ufeff", "a\x1b\n]52;c;{}\x07"),
    *("[@click=app.bell]{}[/]", "\x1b]52;c;{}", "\x1bP{}", "\x1b[{}"),
)
PAYLOADS = tuple(body.format(f"PWN{n:02}") for n, body in enumerate(_BODIES))
MARKS = tuple(f"PWN{n:02}" for n in range(len(PAYLOADS)))
ALL = " ".join(PAYLOADS).replace("\n", " ")
READY = "all is shown"


def names() -> list[str]:
    """Payloads that can be names of files and people."""
    return [
        payload.replace("/", "|").replace("\n", " ").replace("\x00", "") for payload in PAYLOADS
    ]


# --- the editor ----------------------------------------------------------------------------------


def run_editor() -> None:
    """A file's text, the people in it, what is said of it, its name."""
    from cocalc_tui.sync.patch import Splice
    from tests.widgets.editor.app import EditorApp
    from tests.widgets.editor.texts import standing, text_document, type_remotely

    document = text_document(f"{READY}\n" + "\n".join(PAYLOADS), f"{names()[0]}.py")

    class Hostile(EditorApp):
        def on_ready(self) -> None:
            super().on_ready()
            type_remotely(document, [Splice(len(READY) + 1, 0, "\x1b")])
            type_remotely(document, [Splice(len(READY) + 2, 0, "]52;c;PWN99\x07")], n=1)
            for n, name in enumerate(names()):
                document.somebody_moved(f"c{n}", name, standing(60 * n))
            for payload in PAYLOADS[::8]:
                self.notice(payload, bad=True)
            self.retitle(ALL)

    Hostile(document).run()


def run_long() -> None:
    """One line of ten million characters that never ends its sequence."""
    from tests.widgets.editor.app import EditorApp
    from tests.widgets.editor.texts import text_document

    EditorApp(text_document(f"{READY}\n\x1b]52;c;PWN" + "A" * 10_000_000, "long.py")).run()


# --- the notebook --------------------------------------------------------------------------------


def run_notebook() -> None:
    """Sources, outputs of every kind, runs and people."""
    from cocalc_tui.client.places import Place
    from cocalc_tui.notebook import schema
    from tests.widgets.notebook import desk

    def data(**kinds: str) -> dict[str, Any]:
        bundle = {name.replace("_", "/").replace("|", "+"): text for name, text in kinds.items()}
        return {"output_type": "display_data", "data": bundle, "metadata": {"x": ALL}}

    lines = "\n".join(PAYLOADS)
    html = "<table><tr><th>" + "</th></tr><tr><td>".join(PAYLOADS) + "</td></tr></table>"
    error = {"output_type": "error", "ename": ALL, "evalue": ALL, "traceback": list(PAYLOADS)}
    cells = [
        desk.cell(READY),
        desk.cell(lines, "code", desk.printed(lines), desk.printed(lines, "stderr"), error),
        desk.cell(lines, "markdown"),
        desk.cell("x", "code", data(text_plain=lines), data(text_html=html)),
        desk.cell("x", "code", data(text_markdown=lines), data(text_latex=lines)),
        desk.cell("x", "code", data(application_json=lines), data(**{ALL[:200]: lines})),
        desk.cell("x", "code", data(**{"image_svg|xml": lines}), data(application_javascript=ALL)),
        desk.cell(lines, "raw"),
    ]
    document = desk.document_of(cells, f"{names()[0]}.ipynb")
    keys = schema.cells(document.replica)

    class Hostile(desk.NotebookDesk):
        def on_ready(self) -> None:
            running = [desk.run_of(key, "running", ALL) for key in keys[1:3]]
            desk.runs(document, *running)
            desk.live(document, keys[1], 0, desk.printed(lines), {"output_type": ALL})
            for n, name in enumerate(names()[::6]):
                there = Place(schema.input_of(keys[n % len(keys)]), 1, 2, keys[n % len(keys)])
                desk.Somebody(document, name).stands(there)
            for payload in PAYLOADS[::8]:
                self.notice(payload, bad=True)

    Hostile(document).run()


def run_pictures() -> None:
    """A plot, with words that would make others of it."""
    from tests.widgets.notebook import desk
    from tests.widgets.outputs.samples import plot

    text = {"text/plain": f"{ALL}\U00100000\U0010eeee\u0305", "image/png": plot(size=(320, 192))}
    figure = {"output_type": "display_data", "data": text, "metadata": {}}
    cells = [desk.cell(READY), desk.cell("plot", "code", figure, desk.printed(f"{text}"))]

    class Hostile(desk.NotebookDesk):
        pictures_by = "auto"

    Hostile(desk.document_of(cells)).run()


# --- a chat --------------------------------------------------------------------------------------


def run_chat() -> None:
    """What is said, who says it, what they put to it, how it was edited; who may be mentioned."""
    from cocalc_tui.chat import schema
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.widgets.chat.pane import ChatPane
    from cocalc_tui.widgets.desk import DeskApp
    from cocalc_tui.widgets.registry import registry

    ops = [*schema.say("k0", ALL, 1, "\n".join(PAYLOADS))]
    for n, payload in enumerate(PAYLOADS):
        text = f"@{payload} [{payload}:3] [{payload} cell 2]\n\n```{payload}\n{payload}\n```"
        ops += schema.say(f"m{n}", payload, n + 2, text, thread="k0" if n % 3 else "")
        ops += schema.react(f"r{n}", f"m{n}", payload, payload)
        ops += schema.edit(f"e{n}", f"m{n}", payload, 100 + n, text, f"{text}!")
    ops += schema.say("last", "ann", 10**6, READY)
    document = SharedDocument.offline(f".{names()[0]}.chat", "chat", ops)

    class Hostile(DeskApp):
        def __init__(self) -> None:
            super().__init__(registry())
            self.pane = ChatPane(document)

        def compose(self) -> ComposeResult:
            yield self.pane

        def on_chat_pane_arrived(self) -> None:
            self.pane.found_out([f"m{n}" for n in range(3)], [*names(), "ann"])
            self.pane.show_readers({name: f"m{n}" for n, name in enumerate(names())})
            self.screen.set_focus(self.pane.keyboard())

    Hostile().run()


# --- the whole app -------------------------------------------------------------------------------


def run_app() -> None:
    """Names of files, folders, people and the project; errors; troubles."""
    from cocalc_tui.app import CocalcApp
    from cocalc_tui.client.requests import RequestFailed
    from tests.widgets.pretend import PretendProject

    files: dict[str, Any] = {f"{name}/{name}": "x" for name in names()[::2]}
    files |= {f"{name}.py": "\n".join(PAYLOADS) for name in names()[1::2]}
    project = PretendProject({"ready.txt": READY, **files})
    project.refuse["bad.txt"] = RequestFailed("form", ALL)

    class Hostile(CocalcApp):
        def on_ready(self) -> None:
            for name in names():
                project.join(name)
            for payload in PAYLOADS[::8]:
                self.notice(payload, bad=True)

    paths = ["bad.txt", f"{names()[1]}.py", f"{names()[0]}/{names()[0]}", "ready.txt"]
    Hostile(project, ALL, paths, remarks=[ALL]).run()


# --- Textual's own widgets -----------------------------------------------------------------------


class Stock(CleanApp):
    """Textual's widgets, which clean nothing themselves."""

    def compose(self) -> ComposeResult:
        from rich.text import Text
        from textual import widgets

        yield widgets.Label(READY)
        with VerticalScroll():
            yield widgets.Static(ALL, markup=False)
            yield widgets.Static(Text(ALL))
            yield widgets.Label(Text.from_markup(f"[link=http://x/{ALL[:9]}]PWN link[/]"))
            yield widgets.Input(ALL)
            yield widgets.TextArea(ALL)
            yield widgets.Button(Text(ALL))
            yield widgets.OptionList(*(Text(payload) for payload in PAYLOADS[:5]))
            yield widgets.Markdown(ALL)
            yield widgets.DataTable()
            yield widgets.Log()
            yield widgets.RichLog()
            yield widgets.Tree(Text(ALL))

    def on_ready(self) -> None:
        from rich.text import Text
        from textual import widgets

        self.query_one(widgets.DataTable).add_column(Text(ALL))
        self.query_one(widgets.DataTable).add_row(Text(ALL))
        self.query_one(widgets.Log).write_line(ALL)
        self.query_one(widgets.RichLog).write(ALL)
        self.notify(ALL, title=ALL, markup=False, timeout=60)


def run_stock() -> None:
    """Textual's own widgets."""
    Stock().run()


def run_crash() -> None:
    """An error whose words and variables are somebody else's."""

    class Crash(CleanApp):
        def on_ready(self) -> None:
            theirs = ALL
            raise ValueError(f"{READY} {theirs}")

    Crash().run()


RUNS: dict[str, Callable[[], None]] = {
    "editor": run_editor,
    "long": run_long,
    "notebook": run_notebook,
    "chat": run_chat,
    "pictures": run_pictures,
    "app": run_app,
    "stock": run_stock,
    "crash": run_crash,
}

if __name__ == "__main__":
    RUNS[sys.argv[1]]()
