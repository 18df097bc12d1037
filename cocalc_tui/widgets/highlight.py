"""Which language a text is in, and the tokens of a few hundred of its lines.

Colouring a whole file takes longer than a key may (a parse of 100,000 lines is half a second and
holds the interpreter), so nobody ever asks for a whole file: callers give a window of lines and
get each line's tokens. Languages with a tree-sitter grammar are parsed with it, others by
Pygments; both are imported when first needed. Tokens are plain words ("keyword", "string" ...)
that a theme gives a style.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from time import monotonic
from typing import TypeAlias

from msgspec import Struct

Spans: TypeAlias = tuple[tuple[int, int, str], ...]
"""Tokens of a line: start and end column, name; in order, not overlapping."""

LINE_LIMIT = 5_000
"""Longer lines are data, not something to read: they keep one colour, and nobody waits."""
MOST = 100_000
"""Characters that are looked at together; of more the longest lines keep one colour, too."""
PAUSE = 60.0
"""Seconds for which a language is not looked at that took too long."""
_paused: dict[str, float] = {}
"""By name: until when."""


class TooLongError(Exception):
    """What a text says takes too long to tell.

    There are texts that take a grammar or a lexer all time and memory, and anybody may have written
    one.
    """


class Language(Struct, frozen=True):
    """A language as far as an editor needs to know it."""

    name: str
    """As people call it: `python`; "" for plain text."""
    grammar: str = ""
    """Its tree-sitter grammar; without one Pygments is asked by `name`."""
    comment: str = ""
    """What makes the rest of a line a comment."""
    block_comment: tuple[str, str] | None = None
    """What begins and ends a comment."""
    opens: str = "([{"
    """A line ending so is followed by an indented one."""
    leaves: re.Pattern[str] | None = None
    """A line like this is followed by one that is indented less."""
    blocks: str = ""
    """What says how far a line is indented: `brackets` or `colons`; "" where that is not known."""
    pairs: str = "()[]{}\"\"''"
    """Brackets and quotes that are closed as they are typed, if a person wants that."""
    prose: bool = False
    """Whether long lines are paragraphs, to be wrapped."""
    margin: int = 120
    """Lines to parse before what is looked at."""
    begins: re.Pattern[str] | None = None
    """A line at which parsing may begin, as it is not inside of something."""


PLAIN = Language("", opens="", prose=True, margin=0)
_AT_MARGIN = re.compile(r"\S")
_ANGLES = ("<!--", "-->")
_C_LIKE = ("javascript", "rust", "go", "java")
_LANGUAGES = {
    "python": Language(
        "python",
        "python",
        "#",
        opens="([{:",
        blocks="colons",
        leaves=re.compile(r"\s+(?:return|pass|break|continue|raise)\b.*(?<![\\([{,])"),
        begins=re.compile(r"(?:def|class|import|from|async|@)\b|@"),
    ),
    "markdown": Language(
        "markdown",
        "markdown",
        block_comment=_ANGLES,
        opens="",
        prose=True,
        begins=re.compile("#"),
    ),
    **{name: Language(name, name, "//", blocks="brackets", begins=_AT_MARGIN) for name in _C_LIKE},
    **{name: Language(name, name, "#", begins=_AT_MARGIN) for name in ("bash", "toml")},
    "yaml": Language("yaml", "yaml", "#", opens="([{:", begins=_AT_MARGIN),
    "sql": Language("sql", "sql", "--", begins=_AT_MARGIN),
    "css": Language("css", "css", block_comment=("/*", "*/"), blocks="brackets", begins=_AT_MARGIN),
    "json": Language("json", "json", blocks="brackets", begins=_AT_MARGIN),
    **{
        name: Language(name, name, block_comment=_ANGLES, opens="", begins=_AT_MARGIN)
        for name in ("html", "xml")
    },
}
_ALIASES = {
    **dict.fromkeys(("py", "pyi", "pyw", "ipython", "ipython3", "python3"), "python"),
    **dict.fromkeys(("md", "mdown", "rmd", "qmd"), "markdown"),
    **dict.fromkeys(("js", "mjs", "cjs", "jsx"), "javascript"),
    **dict.fromkeys(("sh", "zsh", "ksh"), "bash"),
    **dict.fromkeys(("htm", "xhtml"), "html"),
    **dict.fromkeys(("svg", "xsd", "xsl"), "xml"),
    **dict.fromkeys(("ipynb", "geojson", "jsonl"), "json"),
    "yml": "yaml",
    "rs": "rust",
}
_NAMES = {
    **dict.fromkeys((".bashrc", ".profile", ".bash_profile", ".zshrc"), "bash"),
    **dict.fromkeys(("SConstruct", "SConscript"), "python"),
    **dict.fromkeys(("Cargo.lock", "poetry.lock", "uv.lock"), "toml"),
}
_PROSE = ("txt", "text", "log", "rst", "tex", "")
_COMMENTS = {
    "#": (
        *("r", "splus", "julia", "perl", "ruby", "make", "makefile", "docker", "cmake", "ini"),
        *("nix", "elixir", "tcl", "gnuplot", "nginx", "awk", "powershell", "crystal", "nim"),
        *("coffeescript", "properties", "puppet", "fish", "snakemake", "meson", "hcl"),
    ),
    "%": ("tex", "latex", "matlab", "octave", "erlang", "prolog", "bib", "bibtex"),
    "--": ("lua", "haskell", "ada", "vhdl", "elm", "applescript", "postgresql", "mysql"),
    ";": ("common-lisp", "scheme", "clojure", "emacs-lisp", "racket", "nasm", "autoit"),
    "!": ("fortran", "fortranfixed"),
    '"': ("vim",),
    "'": ("vbnet", "vbscript"),
}
"""Marks of comments that are not `//`, by what Pygments calls a language."""
_MARKS = {name: mark for mark, names in _COMMENTS.items() for name in names}

_BRACED = {
    *("c", "c++", "cpp", "csharp", "c#", "objective-c", "typescript", "kotlin", "swift", "scala"),
    *("dart", "groovy", "php", "perl", "r", "scss", "less", "d", "cuda", "glsl", "zig", "arduino"),
}
"""Languages of Pygments, by its names for them, whose blocks are in brackets."""


def language_of(path: str, first_line: str = "") -> Language:
    """The language of a file, by its name or the `#!` it begins with."""
    name = PurePosixPath(path).name
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if name in _NAMES:
        return _LANGUAGES[_NAMES[name]]
    if not ending and first_line.startswith("#!"):
        program = re.split(r"[\s/]+", first_line.strip())[-1]
        return named(re.sub(r"[\d.]+$", "", program))
    known = named(ending)
    return known if known.grammar else _by_pygments(name, ending)


def named(name: str) -> Language:
    """The language that people, kernels and fences call so; `PLAIN` for none that is known."""
    name = name.lower()
    found = _LANGUAGES.get(_ALIASES.get(name, name))
    return found or (_called(name) if name else PLAIN)


@lru_cache(256)
def _called(name: str) -> Language:
    """What Pygments has under a name: R, Julia, C++ ..."""
    from pygments.lexers import find_lexer_class_by_name
    from pygments.util import ClassNotFound

    try:
        aliases = find_lexer_class_by_name(name).aliases
    except ClassNotFound:
        return PLAIN
    return _of_lexer(aliases, name, prose="text" in aliases)


def _by_pygments(filename: str, ending: str) -> Language:
    from pygments.lexers import find_lexer_class_for_filename

    found = find_lexer_class_for_filename(filename) if ending not in ("txt", "log") else None
    if found is None or not found.aliases:
        return PLAIN
    return _of_lexer(found.aliases, ending, prose=ending in _PROSE)


def _of_lexer(aliases: Sequence[str], wanted: str, *, prose: bool) -> Language:
    """A lexer's language, by the name that was asked for if it has that: R is also called splus."""
    name = wanted if wanted in aliases else aliases[0]
    # Of several names only one may be known: Julia's are `julia` and `jl`.
    mark = next((_MARKS[one] for one in aliases if one in _MARKS), "//")
    blocks = "brackets" if _BRACED.intersection(aliases) else ""
    return Language(
        name, comment=mark, blocks=blocks, prose=prose, margin=20, begins=_AT_MARGIN
    )  # fmt: skip


def tokens(language: Language, lines: Sequence[str], wanted: range | None = None) -> list[Spans]:
    """The tokens of consecutive lines, as far as these lines alone tell.

    `wanted`: of which of them (indices); looking at a few in their surroundings is cheaper. None
    where that took too long, now or shortly before.
    """
    wanted = range(len(lines)) if wanted is None else wanted
    nothing: list[Spans] = [()] * len(wanted)
    if not language.name or not wanted or monotonic() < _paused.get(language.name, 0.0):
        return nothing
    try:
        return _tokens(language, _short(lines), wanted)
    except TooLongError:
        _paused[language.name] = monotonic() + PAUSE
        return nothing


def _tokens(language: Language, lines: Sequence[str], wanted: range) -> list[Spans]:
    if language.grammar:
        from cocalc_tui.widgets import highlight_trees

        return highlight_trees.tokens(language.grammar, lines, wanted)
    from cocalc_tui.widgets import highlight_lexers

    return highlight_lexers.tokens(language.name, lines)[wanted.start : wanted.stop]


def _short(lines: Sequence[str]) -> list[str]:
    """The lines, but those that are too long for all to be looked at; these are empty."""
    limit = LINE_LIMIT
    while sum([size for line in lines if (size := len(line)) <= limit]) > MOST:
        limit //= 2
    return [line if len(line) <= limit else "" for line in lines]
