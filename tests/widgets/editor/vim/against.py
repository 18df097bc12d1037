"""Vim itself as the judge of our keys: cases made of what people type, and what both make of them.

python -m tests.widgets.editor.vim.against [--cases 2000] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.widgets.editor.vim.typed import Typed, keys_of

TEXT = """\
def total(items, rate=1.5):
    ""\"Sum of (all) "items" and 'more'.""\"
    found = {k: v[0] for k, v in items}

    if found.a and (b or c):
        return sum(found) * rate  # done.


foo-bar baz   qux_1 x.y, z!
last line: 42 and 007"""
ROWS = TEXT.split("\n")
MOTIONS = (
    *("h", "l", "j", "k", "0", "^", "$", "w", "b", "e", "W", "B", "E", "ge", "gE"),
    *("gg", "G", "fa", "Fa", "ta", "Ta", "fe;", "Fe,", "{", "%", "g_", "+", "-", "_"),
    *("|", "[(", "[{", "gj", "2w", "3l", "2j", "2fo", "5G", "3|", "2b", "2e"),
)
OBJECTS = [how + what for how in "ia" for what in ("p", "(", "[", "{", '"', "'", "t")]
OPERATORS = ("d", "c", "y", "g~", ">", "<")
WHOLE = (
    *("dd", "cc", "yy", ">>", "gUU", "guu", "g~~", "2dd", "3yy", "2>>", "dj", "dk"),
    *("yj", "yk", "2cc", "dG", "dgg", "x", "X", "D", "C", "s", "S", "Y", "yiwP"),
    *("yiwp", "rz", "~", "J", "gJ", "3x", "2J", "3~", "ddp", "yyp", "yyP", "yy2p"),
    *("xp", "dwP", "ywP", "dw.", "3rz", '"ayw"ap', '"Ayy"ap', '"add"aP', "mal`a"),
    *("<c-a>", "<c-x>", "yiwgp", "yiwgP", "yygp", "jyyk]p", "jyyk[p", "yygP"),
    *("yiww`[", "yiw$`]", "yj'[", "ihey<esc>kgix<esc>", "/o<cr>dgn", "/o<cr>gnd", "?a<cr>dgN"),
    *("/o<cr>cgnx<esc>.", ">jG']"),
)
LINES = (
    *("3d", "2,4d", "9", "99", "$", ".,+1d", "s/a/b/", "%s/o/0/g", "%s/e$/X/", "2,5s/ /_/g"),
    *("g/o/d", "v/o/d", "g/r/s/a/b/", "3m$", "2t.", "2t0", "m0", "g/a/t.", "g/a/m0", "%j"),
    *("3,5j", "2,3>", "4,5<lt>", "sort", "2,9sort", "%norm Ix", "g/o/norm ~", "4,6norm x"),
    *("5,2d", "1,$d", "/foo/d", "?def?d", "g/^$/d", "g!/o/d", "5|d", "3,5d a|put a", "%s/$/;/"),
    *(r"%s/\(a\)\(t\)/\2\1/g", r"s/\w\+/<lt>&>/g", r"%s/foo/\U&/", r"s/\<lt>f/\u&/g"),
    *(r"%s/\v(a|b)+/Z/g", "s/a/b/|s/e/f/", r"2,3s/^\s*//", r"%s/\s\+$//", "3,4m1", "%s/^/# /"),
    *("-1", "-2", "-1d", "-1,2d", "3put b", "2pu! b", "m'b", "%s/o/0/g|2&&", "%s/o/0/g|5s"),
    *(r"%s/a\zs./X/g", r"%s/.\ze[ao]/<lt>&>/", r"g/o\zsr/d"),
)
"""Behind `:`."""
TYPED = ("foo<esc>", "a b<esc>", "x<cr>y<esc>", "ab<bs>c<esc>")


class Case(NamedTuple):
    """Keys typed at a place of the text."""

    line: int
    column: int
    keys: str
    ended: bool
    """Whether the text ends with a line end, as files do: vim shows no line behind it."""


class End(NamedTuple):
    """What came of it."""

    text: str
    line: int
    column: int
    register: str


def _parts(chance: random.Random) -> Iterator[str]:
    yield chance.choice(MOTIONS)
    operator = chance.choice(OPERATORS)
    yield operator + chance.choice([*MOTIONS, *OBJECTS]) + ("new<esc>" if operator == "c" else "")
    whole = chance.choice(WHOLE)
    yield whole + ("new<esc>" if whole in ("cc", "2cc", "C", "s", "S") else "")
    yield chance.choice(["i", "a", "I", "A", "o", "O", "R", "3i", "2A", "2o"]) + chance.choice(
        TYPED
    )
    yield (
        "v"
        + chance.choice(MOTIONS)
        + chance.choice(["d", "y", "c1<esc>", ">", "u", "U", "~", "rx"])
    )
    yield chance.choice(["V", "Vj", "Vk"]) + chance.choice(
        ["d", "y", ">", "<", "c1<esc>", "U", "rx"]
    )


def _lines(chance: random.Random) -> Iterator[str]:
    yield chance.choice(["", "ma", "2j"]) + f":{chance.choice(LINES)}<cr>"


Parts = Callable[[random.Random], Iterator[str]]
KEYS, BEHIND_COLON = _parts, _lines
"""Compared apart: to vim, what `:s` looked for is what `n` looks for, in the next text too."""


def made(count: int, seed: int, parts: Parts = KEYS) -> list[Case]:
    """Some of what people type, always the same for a seed.

    Without what vim does by old habit and not by rule: an operator that has nothing to act on.
    """
    chance = random.Random(seed)
    found: list[Case] = []
    while len(found) < count:
        line = chance.randrange(len(ROWS))
        column = chance.randrange(max(len(ROWS[line]), 1))
        keys = chance.choice(list(parts(chance)))
        odd = keys.startswith(("g~", ">", "<")) and keys[-1:] in (
            "h",
            "0",
            "^",
            "_",
            "-",
            "b",
            "B",
            "{",
        )
        odd = odd or keys in ("y_", "g~|") or (not ROWS[line] and keys[1:] in ("ge", "gE"))
        if not odd and (ROWS[line] or keys[0] not in "v3x"):
            found.append(Case(line, column, keys, chance.random() < 0.5))
    return found


def in_vim(cases: list[Case], folder: Path) -> list[End]:
    """What vim makes of it."""
    script = [
        "set nocompatible noswapfile viminfo= nofixendofline startofline nrformats= ww=b,s",
        "set nojoinspaces",
        "let out = []",
    ]
    for case in cases:
        script += [
            "enew!",
            "setlocal sw=4 ts=4 et ai",
            f"call setline(1, {json.dumps(ROWS)})",
            f"call cursor({case.line + 1}, {case.column + 1})",
            "call setreg('a', []) | call setreg('\"', []) | call setreg('/', '')",
            f'silent! exe "normal! {_quoted(case.keys)}"',
            'call add(out, [join(getline(1, "$"), "\\n"), line(".") - 1, col(".") - 1, @"])',
        ]
    script += [f'call writefile([json_encode(out)], "{folder}/out")', "qa!"]
    (folder / "script.vim").write_text("\n".join(script))
    command = ["vim", "-u", "NONE", "-i", "NONE", "-N", "-es", "-S", str(folder / "script.vim")]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    return [End(*one) for one in json.loads((folder / "out").read_text())]


def _quoted(keys: str) -> str:
    names = {"escape": "\\<Esc>", "enter": "\\<CR>", "backspace": "\\<BS>", "<": "\\<lt>"}
    quoted = {'"': '\\"', "\\": "\\\\"}
    return "".join(
        names.get(key) or quoted.get(key) or (f"\\<C-{key[5:]}>" if len(key) > 1 else key)
        for key in keys_of(keys)
    )


def here(case: Case) -> End:
    """What we make of it."""
    typed = Typed(TEXT + "\n" * case.ended).at(case.line, case.column)
    typed.type(case.keys)
    held = typed.vim.registers.get('"')
    text = typed.text.removesuffix("\n") if case.ended else typed.text
    return End(text, *typed.editor.place(), held.text if held is not None else "")


AT_ONCE = 500
"""Cases for one start of vim."""


def different(count: int, seed: int, parts: Parts = KEYS) -> Iterator[str]:
    """The cases in which we end elsewhere."""
    for batch in range(-(-count // AT_ONCE)):
        asked = made(min(AT_ONCE, count - batch * AT_ONCE), seed * 1000 + batch, parts)
        with tempfile.TemporaryDirectory() as folder:
            wanted = in_vim(asked, Path(folder))
        for case, end in zip(asked, wanted, strict=True):
            if (ours := here(case)) != end:
                yield f"{case}\n  vim  {end}\n  here {ours}"


def main() -> None:
    """Compare, print what differs; exit code 1 where something does."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if shutil.which("vim") is None:
        print("there is no vim here to compare with: skipped")
        return
    found = [
        one
        for parts in (KEYS, BEHIND_COLON)
        for one in different(options.cases // 2, options.seed, parts)
    ]
    print("\n".join(found) or f"vim's keys: {options.cases} cases as vim does them")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
