"""Formulas as readable text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.widgets.outputs.markdown import markdown_rows
from cocalc_tui.widgets.outputs.math import LONGEST, math_lines, math_text
from tests.widgets.hostile import PAYLOADS
from tests.widgets.outputs.frames import drawn, frame, texts


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("E=mc^2", "E = mc²"),
        (r"\frac{a+1}{b}", "(a + 1)/b"),
        (r"\frac12", "1/2"),
        (r"\frac{(a+b)^2}{c}", "(a + b)²/c"),
        (r"x_i^2 + y_{n+1}", "xᵢ² + yₙ₊₁"),
        (r"\sum_{i=1}^{n} i^2", "∑ᵢ₌₁ⁿ i²"),
        (r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}", "∫₀^∞ e^(−x²) dx = √π/2"),
        (r"\lim_{x\to 0}\frac{\sin x}{x}=1", "lim_(x → 0) (sin x)/x = 1"),
        (r"\mathbb{R}^n \to \mathcal{L}", "ℝⁿ → ℒ"),
        (r"\hat{\theta}_{\text{ML}}", "θ\u0302_(ML)"),
        (r"\overline{ab}", "overline(ab)"),
        (r"\left(\frac{1}{2}\right)^n", "(1/2)ⁿ"),
        (r"\left. x \right|_0", "x|₀"),
        (r"\alpha\beta\not\in\Gamma \not= \varnothing", "αβ ∉ Γ ≠ ∅"),
        (r"-x + -y", "−x + −y"),
        (r"f'(x)=\partial_t u''", "f′(x) = ∂ₜu′′"),
        (r"\nabla\cdot\vec{E}=\frac{\rho}{\varepsilon_0}", "∇ · E\u20d7 = ρ/ε₀"),
        (r"x^{y^{z}}", "x^(yᶻ)"),
        (r"P(A\mid B)", "P(A | B)"),
        (r"\sqrt[3]{x+1} \approx \sqrt2", "³√(x + 1) ≈ √2"),
        (r"\operatorname{Var}(X)=\sigma^2", "Var(X) = σ²"),
        (r"\binom{n}{k}p^k(1-p)^{n-k}", "(n choose k)pᵏ(1 − p)ⁿ⁻ᵏ"),
        (r"\{x \in A : x > 0\}", "{x ∈ A:x > 0}"),
        (r"100\% \text{ of } x_{max}", "100% of xₘₐₓ"),
        (r"\displaystyle \mathrm{d}x % a comment", "dx"),
        (r"a \overset{!}{=} b", "a = ^!b"),
        (r"\unknown{a}", r"\unknown a"),
        (r"a \quad b~c", "a  b c"),
        ("", ""),
        (r"\begin{bmatrix}1&2\end{bmatrix}", "[1  2]"),
        (r"a \tag{1}", "a   (1)"),
        (r"\label{eq} x \color{red}", "x"),
    ],
)
def test_one_line(source: str, shown: str) -> None:
    assert math_text(source) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            r"\begin{pmatrix}a & b\\ cc & d \\ e & f\end{pmatrix}",
            ["⎛a   b⎞", "⎜cc  d⎟", "⎝e   f⎠"],
        ),
        (
            r"f(x)=\begin{cases}x^2 & x>0\\ 0 & \text{otherwise}\end{cases}",
            ["f(x) = ⎧x²  x > 0", "       ⎩0   otherwise"],
        ),
        (r"\begin{align*}a&=b+c\\&=d\end{align*}", ["a = b + c", "  = d"]),
        (r"\begin{array}{cc} 1 & 2 \\ 3 & 4 \\ \end{array}", ["1  2", "3  4"]),
        (r"a \\ b", ["a", "b"]),
    ],
)
def test_several_lines(source: str, shown: list[str]) -> None:
    assert math_lines(source) == shown


@pytest.mark.parametrize(
    "source",
    ["{" * 5000, "^" * 5000, r"\frac" * 900, r"\begin{a}" * 400, "}" * 3000, "_{" * 1500, "\\"],
)
def test_hostile_formulas_cost_little(source: str) -> None:
    start = time.process_time()
    math_lines(source)
    assert time.process_time() - start < 1


def test_a_very_long_one_stays_as_it_is() -> None:
    assert math_lines("x^2 " * LONGEST) == [("x^2 " * LONGEST).strip()]


@given(st.text(alphabet="ab1{}^_&\\ $+=()[]\n'", max_size=40))
def test_anything_is_read(source: str) -> None:
    math_lines(source)


# --- in markdown ---------------------------------------------------------------------------------

PAGE = r"""# Decay $\tau$
We fit $y = A e^{-t/\tau}$ with *stars*; $5 and $6, see `$x$` and \$a\$.

$$
\chi^2 = \sum_i \frac{(y_i - f(x_i))^2}{\sigma_i^2}
$$

- item with $a_1*b_2*c$ and \(\alpha\)

> $$A = \begin{pmatrix}1 & 2\\ 3 & 4\end{pmatrix}$$

```
x = "$y$"
```

\begin{align}
a &= b \\
  &= c
\end{align}
"""


def test_formulas_among_words() -> None:
    assert texts(markdown_rows(PAGE, frame(70)), 70) == [
        "Decay τ",
        "",
        "We fit y = Ae^(−t/τ) with stars; $5 and $6, see $x$ and $a$.",
        "",
        "    χ² = ∑ᵢ (yᵢ − f(xᵢ))²/σᵢ²",
        "",
        " • item with a₁ ∗ b₂ ∗ c and α",
        "",
        "▌     A = ⎛1  2⎞",
        "▌         ⎝3  4⎠",
        "",
        '  x = "$y$"',
        "",
        "    a = b",
        "      = c",
    ]


@pytest.mark.parametrize(
    "text",
    ["$" * 20_000, "$a" * 20_000, "\\(" * 20_000, "$$" + "a" * 50_000, "\\begin{align}" * 5_000],
)
def test_hostile_pages_cost_little(text: str) -> None:
    start = time.process_time()
    markdown_rows(text, frame(60))
    assert time.process_time() - start < 4


def test_nothing_in_a_formula_acts() -> None:
    for payload in PAYLOADS:
        for row in markdown_rows(f"a ${payload}$ b\n\n$${payload}$$", frame(60)):
            assert "\x1b" not in row.text


def latex(source: str, plain: str) -> dict[str, object]:
    data = {"text/latex": source, "text/plain": plain}
    return {"output_type": "execute_result", "data": data, "metadata": {}}


def test_a_formula_is_read_rather_than_its_picture_guessed_at() -> None:
    source, rows = r"$\displaystyle \frac{x}{2}$", "x\n─\n2"
    for plain, shown in (("x/2", ["x/2"]), (rows, ["x", "─", "2"])):
        output = latex(source, plain)
        output["data"] = {"image/png": "iVBORw0KGgo=", "text/latex": source, "text/plain": plain}
        assert drawn(output) == shown


def test_a_formula_is_richer_than_a_line_but_not_than_a_drawing() -> None:
    assert drawn(latex(r"$\displaystyle \frac{x^{2}}{2}$", "x**2/2")) == ["x²/2"]
    assert drawn(latex(r"$\frac{x}{2}$", "x\n─\n2")) == ["x", "─", "2"]
    assert drawn(latex(r"\begin{tabular}{l} a \end{tabular}", "<Table>")) == [
        r"\begin{tabular}{l} a \end{tabular}"
    ]
