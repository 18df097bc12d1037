"""Makes .ipynb files such as nobody would write but somebody did: for tests and `make fuzz`.

What is in a file and how it is laid out are made apart: any content in any layout.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

SURROGATE = "\ud83d"


@dataclass(frozen=True)
class Literal:
    """A value written in a way of its own, such as `1.0E+2`."""

    text: str


@dataclass(frozen=True)
class Layout:
    """How a file is written."""

    indent: str | None
    comma: str
    colon: str
    newline: str
    ascii: bool
    wild: bool
    """White space anywhere, and escapes that nobody needs."""
    end: str
    seed: int


# --- how it is written -------------------------------------------------------------------------


def written(value: Any, layout: Layout) -> str:
    """The text of a file."""
    text = _Writer(layout).value(value, 0) + layout.end
    return text.replace("\n", layout.newline)


class _Writer:
    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._random = Random(layout.seed)

    def value(self, value: Any, depth: int) -> str:
        if isinstance(value, Literal):
            return value.text
        if isinstance(value, dict):
            items = [
                self._string(key) + self._space() + self._layout.colon + self.value(one, depth + 1)
                for key, one in value.items()
            ]
            return self._around("{", items, "}", depth)
        if isinstance(value, list):
            return self._around("[", [self.value(one, depth + 1) for one in value], "]", depth)
        return self._string(value) if isinstance(value, str) else json.dumps(value)

    def _around(self, opens: str, items: list[str], closes: str, depth: int) -> str:
        layout = self._layout
        if not items or layout.indent is None:
            body = f"{self._space()}{layout.comma}{self._space()}".join(items)
            return f"{opens}{self._space()}{body}{self._space()}{closes}"
        line = "\n" + layout.indent * (depth + 1)
        body = f"{layout.comma.rstrip()}{line}".join(items)
        return f"{opens}{line}{body}\n{layout.indent * depth}{closes}"

    def _string(self, text: str) -> str:
        dumped = json.dumps(text, ensure_ascii=self._layout.ascii)
        dumped = "".join(
            f"\\u{ord(char):04x}" if 0xD800 <= ord(char) < 0xE000 else char for char in dumped
        )
        return dumped.replace("/", "\\/") if self._layout.wild else dumped

    def _space(self) -> str:
        return self._random.choice(["", "", " ", "\t", "\n ", "  \n"]) if self._layout.wild else ""


layouts = st.builds(
    Layout,
    indent=st.sampled_from([None, "", " ", "  ", "    ", "\t"]),
    comma=st.sampled_from([",", ", "]),
    colon=st.sampled_from([":", ": ", " : "]),
    newline=st.sampled_from(["\n", "\n", "\r\n"]),
    ascii=st.booleans(),
    wild=st.sampled_from([False, False, True]),
    end=st.sampled_from(["", "\n", "\n\n", " \n"]),
    seed=st.integers(0, 2**16),
)

# --- what is in it -----------------------------------------------------------------------------

characters = st.characters(max_codepoint=0x1FFFF) | st.sampled_from(
    "\x85\u2028\x0c\x00\r\n\t\ue000"
)
texts = st.text(characters, max_size=12) | st.sampled_from(
    ["", "\n", "\r\n", "a\r", "a\nb", "\x1b[31m!\x1b[0m", SURROGATE, f"{SURROGATE}\n", "/</script>"]
)
numbers = (
    st.integers()
    | st.floats()
    | st.sampled_from(
        [*map(Literal, ("1.0E+2", "-0", "1e-7", "0.10", "1e400", "NaN", "-Infinity"))]
    )
    | st.sampled_from([2**63, -(2**63), 2**64, 10**30])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(texts | st.sampled_from(["$number", "$$number"]), inner, max_size=3)
    ),
    max_leaves=5,
)
objects = st.dictionaries(
    texts | st.sampled_from(["tags", "collapsed", "scrolled", "jupyter", "slideshow", "nbgrader"]),
    values,
    max_size=3,
)
lines = texts | st.lists(texts, max_size=4)
"""A text as a string, or in pieces that need not be lines."""
bundles = st.dictionaries(
    st.sampled_from(
        [
            *("text/plain", "text/html", "image/png", "image/svg+xml", "application/json"),
            *("application/javascript", "application/vnd.plotly.v1+json", "text/x", "odd"),
        ]
    ),
    lines | values,
    max_size=3,
)
outputs = st.fixed_dictionaries(
    {
        "output_type": st.sampled_from(
            ["stream", "display_data", "execute_result", "error", "pyout", "hologram"]
        )
    },
    optional={
        "name": st.sampled_from(["stdout", "stderr"]) | values,
        "text": lines | values,
        "data": bundles | values,
        "metadata": objects | values,
        "execution_count": st.none() | st.integers(0, 99) | values,
        "ename": texts,
        "evalue": texts,
        "traceback": st.lists(texts, max_size=3),
        "transient": objects,
    },
)
cells = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "code", "markdown", "raw", "heading"]) | values,
        "id": st.sampled_from("abc") | st.text("abc-_", min_size=1, max_size=9) | values,
        "metadata": objects | values,
        "source": lines | st.none() | values,
        "execution_count": st.none() | st.integers(0, 99) | values,
        "outputs": st.lists(outputs, max_size=3) | values,
        "attachments": st.dictionaries(texts, bundles, max_size=2) | values,
        "level": values,
        "odd": values,
    },
)
usual_cells = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]),
        "metadata": objects,
        "source": lines,
    },
    optional={"outputs": st.lists(outputs, max_size=2), "execution_count": st.integers(0, 99)},
)
contents = st.fixed_dictionaries(
    {"cells": st.lists(cells | usual_cells, max_size=4), "nbformat": st.just(4)},
    optional={
        "metadata": objects | values,
        "nbformat_minor": st.integers(0, 5) | st.just(99) | values,
        "signature": texts,
        "orig_nbformat": values,
        "odd": values,
    },
)


@st.composite
def in_any_order(draw: st.DrawFn, contents: st.SearchStrategy[Any]) -> Any:
    """The same with the keys of all objects in any order, or in Jupyter's."""
    random = Random(draw(st.integers(0, 2**16)))
    turned = draw(st.booleans())

    def order(value: Any) -> Any:
        if isinstance(value, list):
            return [order(one) for one in value]
        if not isinstance(value, dict):
            return value
        keys = sorted(value)
        if turned:
            random.shuffle(keys)
        return {key: order(value[key]) for key in keys}

    return order(draw(contents))


files = st.builds(written, in_any_order(contents), layouts)
"""Texts of .ipynb files."""
