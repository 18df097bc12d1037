"""No widget of ours takes a name of Textual's: `_running` of a panel once ended its timers."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import textual
from textual.message_pump import MessagePump

from cocalc_tui import widgets

SET = re.compile(r"self\.(_\w+)(?:\s*:[^=\n]+)?\s*=[^=]")
MEANT = {"_clipboard"}
"""What is written in their place on purpose."""


def ours(kind: type) -> Iterator[type]:
    below: type
    for below in kind.__subclasses__():
        yield below
        yield from ours(below)


@cache
def set_in(source: str) -> frozenset[str]:
    return frozenset(SET.findall(Path(source).read_text(encoding="utf-8")))


def test_no_attribute_of_ours_is_one_of_textual() -> None:
    for module in pkgutil.walk_packages(widgets.__path__, "cocalc_tui.widgets."):
        importlib.import_module(module.name)
    home = str(Path(textual.__file__).parent)
    for kind in {one for one in ours(MessagePump) if one.__module__.startswith("cocalc_tui.")}:
        sources = {inspect.getsourcefile(one) or "" for one in kind.__mro__ if one is not object}
        theirs = {name for one in sources if one.startswith(home) for name in set_in(one)}
        mine = SET.findall(inspect.getsource(kind))
        assert not {*mine} & theirs - MEANT, kind
