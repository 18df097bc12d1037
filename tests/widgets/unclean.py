"""Payloads shown without the cleaning, to see that the test would find them."""

from __future__ import annotations

from rich.text import Text
from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.widgets.hostile import ALL, READY


class Unclean(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(Text(f"{READY} {ALL}"))


if __name__ == "__main__":
    from rich.console import Console
    from textual.strip import Strip

    def render(self: Strip, console: Console) -> str:
        return "".join(
            Strip.render_style(style, text, console._color_system) if style else text  # type: ignore[arg-type]  # it is never None in a terminal
            for text, style, _ in self
        )

    Strip.render = render  # type: ignore[method-assign]  # as Textual has it
    Unclean().run()
