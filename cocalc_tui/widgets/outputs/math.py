r"""Formulas as readable text: `\frac{a+1}{b}` becomes `(a + 1)/b`, `x_i^2` becomes `xᵢ²`.

As far as characters go: letters stand high or low where there are such letters, and behind `^` or
`_` where not; matrices and cases are laid out in rows. What is not known stays as it was written,
so nothing is ever lost; what is hostile costs no more than its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cocalc_tui.widgets.outputs.math_symbols import (
    ACCENTS,
    BINARY,
    BLACKBOARD,
    BRACKETS,
    FUNCTIONS,
    HIGH,
    LARGE,
    LOW,
    RELATIONS,
    SCRIPT,
    SPACES,
    SYMBOLS,
)

LONGEST = 4_000
"""Characters of a formula that is read; a longer one stays as it is."""
DEEPEST = 30
_TOKEN = re.compile(r"\\[a-zA-Z]+\*?\s*|\\.|[{}^_&]|\s+|%[^\n]*\n?|[^\\{}^_&\s%]", re.DOTALL)
_COMPOUND = re.compile(r"[\s+\-−±∓=<>≤≥/·×]")
_PLAIN_GROUPS = frozenset(
    {
        *("mathrm", "mathbf", "mathit", "mathsf", "mathtt", "boldsymbol", "bm", "pmb"),
        *("operatorname", "operatorname*", "displaystyle", "textstyle", "scriptstyle"),
        *("limits", "nolimits", "bigl", "bigr", "Bigl", "Bigr", "big", "Big", "bigg", "Bigg"),
        *("biggl", "biggr", "mathop", "mathbin", "mathrel", "mathopen", "mathclose", "mathord"),
    }
)
"""Words that change the look of what follows, and nothing else that can be seen here."""
_SILENT = frozenset(
    {"nonumber", "notag", "hline", "centering", "noindent", "par", "allowbreak", "nobreak"}
)
_IGNORED_ARGUMENT = frozenset(
    {"label", "color", "textcolor", "hspace", "vspace", "phantom", "hphantom", "vphantom"}
)
_TEXTS = frozenset(
    {"text", "textrm", "textbf", "textit", "textsf", "texttt", "mbox", "hbox", "textnormal"}
)
_OPERATORS = {"+": "+", "-": "−", "*": "∗"}
_RELATIONS = frozenset("=<>")


class _TooDeepError(Exception):
    """Nested beyond what anybody writes."""


@dataclass(frozen=True)
class _Piece:
    """Some of a formula as text, and whether it stands apart from its neighbours."""

    text: str
    kind: str = "letter"
    """letter, relation, binary, large, function, open, space, block or break."""


def math_text(source: str) -> str:
    """A formula as one line."""
    return " ".join(math_lines(source)).strip()


def math_lines(source: str) -> list[str]:
    """A formula as lines; its source where it cannot be read."""
    stripped = source.strip()
    if len(stripped) > LONGEST:
        return stripped.split("\n")
    try:
        block = _Reader(stripped).all()
    except (_TooDeepError, RecursionError):
        return stripped.split("\n")
    lines = [line.rstrip() for line in block.split("\n")]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return lines or [""]


class _Reader:
    """Reads a formula from the left to the right."""

    def __init__(self, source: str) -> None:
        self._tokens = [sign for sign in _TOKEN.findall(source) if not sign.startswith("%")]
        self._at = 0
        self._depth = 0

    def all(self) -> str:
        """The whole."""
        parts = []
        while self._at < len(self._tokens):
            parts.append(_joined(self._pieces("")))
            if self._at < len(self._tokens):
                self._at += 1  # a closing brace that nothing opened
        return "".join(parts)

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            return ""
        sign = self._tokens[self._at]
        self._at += 1
        return sign.strip() or " "

    def _peek(self) -> str:
        return self._tokens[self._at].strip() if self._at < len(self._tokens) else ""

    def _pieces(self, end: str) -> list[_Piece]:
        """Read up to a closing brace or an `end`; where a table is read, to the end of a cell."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise _TooDeepError
        found: list[_Piece] = []
        while self._at < len(self._tokens):
            sign = self._peek()
            if sign == "}" or sign == r"\end" or (end and sign == end):
                break
            if end == "&" and sign in ("&", r"\\"):
                break
            piece = self._one()
            if piece is not None:
                found.append(self._scripted(piece))
        self._depth -= 1
        return found

    def _one(self) -> _Piece | None:
        """The next thing, without what stands high or low beside it."""
        sign = self._next()
        match sign:
            case " ":
                return None
            case "{":
                text = _joined(self._pieces("}"))
                self._next()
                return _Piece(text)
            case "^" | "_":
                self._at -= 1
                return _Piece("")
            case "&":
                return _Piece(" ", "space")
            case "~":
                return _Piece(" ", "space")
            case "'":
                return _Piece("′")
            case _ if sign.startswith("\\"):
                return self._word(sign[1:])
            case _ if sign in _OPERATORS:
                return _Piece(_OPERATORS[sign], "binary")
            case _ if sign in _RELATIONS:
                return _Piece(sign, "relation")
            case "," | ";":
                return _Piece(sign, "comma")
            case "(" | "[" | "|":
                return _Piece(sign, "open")
        return _Piece(sign)

    def _scripted(self, piece: _Piece) -> _Piece:
        """A piece with what stands low and high beside it."""
        low = high = ""
        while True:
            while self._at < len(self._tokens) and not self._tokens[self._at].strip():
                self._at += 1
            sign = self._peek()
            if sign == "'" and piece.kind == "letter":
                self._next()
                high += "′"
            elif sign in ("^", "_") and not (low if sign == "_" else high.strip("′")):
                self._next()
                text = self._argument()
                if sign == "_":
                    low = text
                else:
                    high += text
            else:
                break
        if not low and not high:
            return piece
        kind = "large" if piece.kind == "function" and low else piece.kind
        return _Piece(piece.text + _set(low, LOW, "_") + _set(high, HIGH, "^"), kind)

    def _argument(self) -> str:
        """What a word or a script applies to."""
        while self._at < len(self._tokens) and not self._tokens[self._at].strip():
            self._at += 1
        self._depth += 1
        if self._depth > DEEPEST:
            raise _TooDeepError
        piece = self._one() if self._peek() not in ("", "}", "&", r"\\", r"\end") else None
        self._depth -= 1
        return piece.text if piece is not None else ""

    def _optional(self) -> str:
        """An argument in square brackets, "" where there is none."""
        if self._peek() != "[":
            return ""
        self._next()
        text = _joined(self._pieces("]"))
        self._next()
        return text

    def _raw(self) -> str:
        """An argument as it is written, as the name of an environment or words of text."""
        if self._peek() != "{":
            return self._next()
        self._at += 1
        depth, parts = 1, []
        while self._at < len(self._tokens):
            sign = self._tokens[self._at]
            self._at += 1
            depth += (sign == "{") - (sign == "}")
            if not depth:
                break
            parts.append(sign)
        return "".join(parts)

    # --- words ---------------------------------------------------------------------------------

    def _word(self, name: str) -> _Piece | None:
        for table, kind in ((SYMBOLS, "letter"), (RELATIONS, "relation"), (BINARY, "binary")):
            if name in table:
                return _Piece(table[name], kind)
        if name in LARGE:
            return _Piece(LARGE[name], "large")
        if name in FUNCTIONS:
            return _Piece(name, "function")
        if name in SPACES:
            return _Piece(SPACES[name], "space") if SPACES[name] else None
        if name in _PLAIN_GROUPS:
            return _Piece(self._argument(), "function") if name.startswith("op") else None
        return self._structure(name)

    def _structure(self, name: str) -> _Piece | None:
        match name:
            case "frac" | "dfrac" | "tfrac" | "cfrac":
                return _Piece(f"{_bracketed(self._argument())}/{_bracketed(self._argument())}")
            case "binom" | "dbinom" | "tbinom":
                return _Piece(f"({self._argument()} choose {self._argument()})")
            case "sqrt":
                root = self._optional()
                return _Piece(_set(root, HIGH, "") + "√" + _bracketed(self._argument()))
            case "mathbb":
                return _Piece("".join(BLACKBOARD.get(c, c) for c in self._argument()))
            case "mathcal" | "mathscr":
                return _Piece("".join(SCRIPT.get(c, c) for c in self._argument()))
            case "left" | "right" | "middle":
                return self._delimiter(name)
            case "not":
                struck = self._argument()
                return _Piece({"=": "≠", "∈": "∉"}.get(struck, f"{struck}\u0338"), "relation")
            case "tag":
                return _Piece(f"   ({self._raw()})", "space")
            case "begin":
                return self._environment(self._raw())
            case "\\":
                return _Piece("\n", "break")
            case "{" | "}" | "$" | "%" | "#" | "&" | "_":
                return _Piece(name, "open" if name == "{" else "letter")
        return self._dressed(name)

    def _dressed(self, name: str) -> _Piece | None:
        if name in ACCENTS:
            text = self._argument()
            return _Piece(text + ACCENTS[name] if len(text) == 1 else f"{name}({text})")
        if name in _TEXTS:
            return _Piece(self._raw(), "text")
        if name in ("underbrace", "overbrace", "underset", "overset", "stackrel"):
            first, second = self._argument(), ""
            if name in ("underset", "overset", "stackrel"):
                second = self._argument()
                return _Piece(second + _set(first, HIGH if name != "underset" else LOW, "^"))
            return _Piece(first)
        if name in _IGNORED_ARGUMENT:
            self._raw()
            return None
        return None if name in _SILENT else _Piece(f"\\{name} ", "letter")

    def _delimiter(self, side: str) -> _Piece | None:
        piece = self._one()
        if piece is None or piece.text == ".":
            return None
        return _Piece(piece.text, "open" if side == "left" else "letter")

    def _environment(self, name: str) -> _Piece:
        if name.rstrip("*") == "array":
            self._raw()
        rows: list[list[str]] = [[]]
        while self._at < len(self._tokens):
            rows[-1].append(_joined(self._pieces("&")).strip())
            sign = self._next()
            if sign == r"\\":
                self._optional()
                rows.append([])
            elif sign != "&":
                self._raw()
                break
        if rows[-1] in ([], [""]):
            rows.pop()
        return _Piece(_laid_out(rows, name), "block")


def _laid_out(rows: list[list[str]], name: str) -> str:
    """Rows of a matrix, of cases or of aligned equations, columns below each other."""
    count = max((len(row) for row in rows), default=0)
    widths = [
        max((len(row[at]) for row in rows if at < len(row)), default=0) for at in range(count)
    ]
    gap = "  " if name.rstrip("*") in (*BRACKETS, "matrix", "array", "smallmatrix") else " "
    left, right = BRACKETS.get(name.rstrip("*"), ("    ", "    "))
    lines = []
    for number, row in enumerate(rows):
        cells = [text.ljust(width) for text, width in zip(row, widths, strict=False)]
        body = gap.join(cells).ljust(sum(widths) + len(gap) * (count - 1))
        which = 3 if len(rows) == 1 else 0 if number == 0 else 2 if number == len(rows) - 1 else 1
        lines.append(f"{left[which].strip()}{body}{right[which].strip()}".rstrip())
    return "\n".join(lines)


def _set(text: str, letters: dict[str, str], sign: str) -> str:
    """A text high or low: in letters that are so, else behind a sign."""
    if not text:
        return ""
    plain = text.replace(" ", "")
    if all(character in letters for character in plain):
        return "".join(letters[character] for character in plain)
    return f"{sign}{plain}" if len(plain) == 1 else f"{sign}({text})"


def _bracketed(text: str) -> str:
    """A text as one thing: in brackets, unless it is one already."""
    if not _COMPOUND.search(text.removeprefix("−")) or _is_closed(text):
        return text
    return f"({text})"


def _is_closed(text: str) -> bool:
    """Whether brackets enclose all of it, but for what stands high behind them."""
    text = text.rstrip("".join(HIGH.values()))
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if not depth:
            return at == len(text) - 1
    return False


# --- side by side ------------------------------------------------------------------------------


def _joined(pieces: list[_Piece]) -> str:
    """Pieces in a row: air around relations and operators, none around letters."""
    lines = [""]
    for text in _texts(pieces):
        if "\n" not in text:
            lines[-1] += text
            continue
        first, *rest = text.split("\n")
        indent = " " * len(lines[-1])
        lines[-1] += first
        lines += [indent + line for line in rest] if any(rest) else [""]
    return "\n".join(lines)


def _texts(pieces: list[_Piece]) -> Iterator[str]:
    before = "open"
    for number, piece in enumerate(pieces):
        kind = piece.kind
        if kind == "binary" and before in ("open", "binary", "relation", "comma", "break", "large"):
            kind = "sign"
        match kind:
            case "relation":
                yield piece.text if before == "break" and number == 0 else f" {piece.text} "
            case "binary":
                yield f" {piece.text} "
            case "comma":
                yield f"{piece.text} "
            case "function" | "large":
                air = before in ("letter", "function", "large", "text") and kind == "function"
                yield f"{' ' if air else ''}{piece.text}{_after(pieces, number, kind)}"
            case _:
                yield piece.text
        before = kind


def _after(pieces: list[_Piece], number: int, kind: str) -> str:
    """Air after a function or a large operator, unless a bracket follows."""
    following = pieces[number + 1] if number + 1 < len(pieces) else None
    if following is None or following.kind in ("space", "comma", "relation", "binary"):
        return ""
    return "" if kind == "function" and following.text.startswith(("(", "[")) else " "
