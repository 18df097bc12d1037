"""A Textual app to be recorded: a table, a tree, a field and a scrolling log."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import DataTable, Footer, Header, Input, Log, Tree


class Lab(App[None]):
    """Some of everything."""

    TITLE = "lab"

    def compose(self) -> ComposeResult:
        """The parts."""
        yield Header()
        with Horizontal():
            yield DataTable()
            yield Tree("ünits 漢字")
        yield Input(placeholder="a name")
        yield Log()
        yield Footer()

    def on_mount(self) -> None:
        """Fill them."""
        table: DataTable[str] = self.query_one(DataTable)
        table.add_columns("name", "größe", "😀")
        table.add_rows([(f"row {n}", str(n * n), "→") for n in range(40)])
        tree: Tree[None] = self.query_one(Tree)
        for n in range(3):
            branch = tree.root.add(f"branch {n}", expand=True)
            branch.add_leaf("leaf")
        tree.root.expand()
        self.query_one(Log).write_lines([f"line {n}" for n in range(60)])


if __name__ == "__main__":
    Lab().run()
