r"""Formulas as readable text: `\frac{a+1}{b}` becomes `(a + 1)/b`, `x_i^2` becomes `xᵢ²`.

As far as characters go: letters stand high or low where there are such letters, and behind `^` or
`_` where not; matrices and cases are laid out in rows. What is not known stays as it was written,
so nothing is ever lost; what is hostile costs no more than its length.
"""

from __future__ import annotations

import re

from cocalc_tui.widgets.outputs.math_layout import Piece, bracketed, joined, laid_out, script
from cocalc_tui.widgets.outputs.math_symbols import (
    ACCENTS,
    BINARY,
    BLACKBOARD,
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
            parts.append(joined(self._pieces("")))
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

    def _pieces(self, end: str) -> list[Piece]:
        """Read up to a closing brace or an `end`; where a table is read, to the end of a cell."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise _TooDeepError
        found: list[Piece] = []
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

    def _one(self) -> Piece | None:
        """The next thing, without what stands high or low beside it."""
        sign = self._next()
        match sign:
            case " ":
                return None
            case "{":
                text = joined(self._pieces("}"))
                self._next()
                return Piece(text)
            case "^" | "_":
                self._at -= 1
                return Piece("")
            case "&":
                return Piece(" ", "space")
            case "~":
                return Piece(" ", "space")
            case "'":
                return Piece("′")
            case _ if sign.startswith("\\"):
                return self._word(sign[1:])
            case _ if sign in _OPERATORS:
                return Piece(_OPERATORS[sign], "binary")
            case _ if sign in _RELATIONS:
                return Piece(sign, "relation")
            case "," | ";":
                return Piece(sign, "comma")
            case "(" | "[" | "|":
                return Piece(sign, "open")
        return Piece(sign)

    def _scripted(self, piece: Piece) -> Piece:
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
        return Piece(piece.text + script(low, LOW, "_") + script(high, HIGH, "^"), kind)

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
        text = joined(self._pieces("]"))
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

    def _word(self, name: str) -> Piece | None:
        for table, kind in ((SYMBOLS, "letter"), (RELATIONS, "relation"), (BINARY, "binary")):
            if name in table:
                return Piece(table[name], kind)
        if name in LARGE:
            return Piece(LARGE[name], "large")
        if name in FUNCTIONS:
            return Piece(name, "function")
        if name in SPACES:
            return Piece(SPACES[name], "space") if SPACES[name] else None
        if name in _PLAIN_GROUPS:
            return Piece(self._argument(), "function") if name.startswith("op") else None
        return self._structure(name)

    def _structure(self, name: str) -> Piece | None:
        match name:
            case "frac" | "dfrac" | "tfrac" | "cfrac":
                return Piece(f"{bracketed(self._argument())}/{bracketed(self._argument())}")
            case "binom" | "dbinom" | "tbinom":
                return Piece(f"({self._argument()} choose {self._argument()})")
            case "sqrt":
                root = self._optional()
                return Piece(script(root, HIGH, "") + "√" + bracketed(self._argument()))
            case "mathbb":
                return Piece("".join(BLACKBOARD.get(c, c) for c in self._argument()))
            case "mathcal" | "mathscr":
                return Piece("".join(SCRIPT.get(c, c) for c in self._argument()))
            case "left" | "right" | "middle":
                return self._delimiter(name)
            case "not":
                struck = self._argument()
                return Piece({"=": "≠", "∈": "∉"}.get(struck, f"{struck}\u0338"), "relation")
            case "tag":
                return Piece(f"   ({self._raw()})", "space")
            case "begin":
                return self._environment(self._raw())
            case "\\":
                return Piece("\n", "break")
            case "{" | "}" | "$" | "%" | "#" | "&" | "_":
                return Piece(name, "open" if name == "{" else "letter")
        return self._dressed(name)

    def _dressed(self, name: str) -> Piece | None:
        if name in ACCENTS:
            text = self._argument()
            return Piece(text + ACCENTS[name] if len(text) == 1 else f"{name}({text})")
        if name in _TEXTS:
            return Piece(self._raw(), "text")
        if name in ("underbrace", "overbrace", "underset", "overset", "stackrel"):
            first, second = self._argument(), ""
            if name in ("underset", "overset", "stackrel"):
                second = self._argument()
                return Piece(second + script(first, HIGH if name != "underset" else LOW, "^"))
            return Piece(first)
        if name in _IGNORED_ARGUMENT:
            self._raw()
            return None
        return None if name in _SILENT else Piece(f"\\{name} ", "letter")

    def _delimiter(self, side: str) -> Piece | None:
        piece = self._one()
        if piece is None or piece.text == ".":
            return None
        return Piece(piece.text, "open" if side == "left" else "letter")

    def _environment(self, name: str) -> Piece:
        if name.rstrip("*") == "array":
            self._raw()
        rows: list[list[str]] = [[]]
        while self._at < len(self._tokens):
            rows[-1].append(joined(self._pieces("&")).strip())
            sign = self._next()
            if sign == r"\\":
                self._optional()
                rows.append([])
            elif sign != "&":
                self._raw()
                break
        if rows[-1] in ([], [""]):
            rows.pop()
        return Piece(laid_out(rows, name), "block")
