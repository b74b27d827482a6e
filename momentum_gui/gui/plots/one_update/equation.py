"""A weight's update as one line of arithmetic: w + gradient part + momentum part = new w, each term explained below."""

from __future__ import annotations

import math

from momentum_gui.engine.rules import Rule
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.style import theme
from momentum_gui.lab.analysis.update_equation import Arithmetic, State

MOST_DECIMALS = 10


def decimals_for(weight: float, parts: list[float]) -> int:
    """Return the decimals with which a weight shows six digits and each part of its step four, and no more than they
    have."""
    needed = 0
    for term, digits in ((weight, 6), *((part, 4) for part in parts)):
        if term != 0 and math.isfinite(term):
            enough = min(MOST_DECIMALS, max(0, digits - 1 - math.floor(math.log10(abs(term)))))
            text = f"{abs(term):.{enough}f}".rstrip("0")
            needed = max(needed, len(text.partition(".")[2]))
    return needed


def term_text(value: float, decimals: int) -> str:
    """Return the size of a term with that many decimals, without empty ones; a power of ten where it would vanish."""
    size = abs(value)
    if not math.isfinite(value) or size >= 1e7 or 0 < size < 0.5 * 10.0**-decimals:
        return number_text(size)
    text = f"{size:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sum_text(rule: Rule, state: State, result: Arithmetic) -> str:
    """Return the sum as plain text: 3.56 + 0.027 + 0.022 = 3.609."""
    return " ".join(text for text, _, _, _ in sum_terms(rule, state, result))


def sum_terms(rule: Rule, state: State, result: Arithmetic) -> list[tuple[str, str, str, str]]:
    """Return the sum's terms and signs: text, symbol, factors in numbers, and the theme's colour."""
    # The rule's own words for its two parts: "Δw = lr·g + μ·p,  p = lr·g".
    symbols = rule.formula.partition(",")[0].removeprefix("Δw = ").split(" + ")
    parts = [(result.gradient_part, symbols[0], "gradient_part")]
    if len(symbols) > 1:
        parts.append((result.momentum_part, symbols[1], "momentum_part"))
    coefficients = rule.coefficients(state.momentum)
    factors = {
        "gradient_part": product([coefficients.a, state.learning_rate, state.gradient]),
        "momentum_part": product([coefficients.b, state.stored], keep_one=True),
    }
    decimals = decimals_for(state.weight, [part for part, _, _ in parts])
    terms = [(minus(state.weight) + term_text(state.weight, decimals), "w", "", "text")]
    for part, symbol, color in parts:
        terms.append(("−" if part < 0 else "+", "", "", "muted"))
        terms.append((term_text(part, decimals), symbol, factors[color], color))
    terms.append(("=", "", "", "muted"))
    terms.append((minus(result.new_weight) + term_text(result.new_weight, decimals), "new w", "", "text"))
    return terms


def sum_html(rule: Rule, state: State, result: Arithmetic, *, short: bool = False) -> str:
    """Return the sum as a table: the numbers, below them what they are, and (unless `short`) what they are made of."""
    colors = theme.current()
    rows: list[list[str]] = [[], [], []]
    cell = f'<td align="center" style="padding: 0 {1 if short else 4}px;">'
    size = "medium" if short else "large"
    for text, symbol, factors, color in sum_terms(rule, state, result):
        shade = getattr(colors, color)
        rows[0].append(f'{cell}<span style="font-size: {size}; color: {shade};">{text}</span></td>')
        rows[1].append(f'{cell}<span style="color: {shade};">{symbol}</span></td>')
        rows[2].append(f'{cell}<span style="color: {colors.muted};">{factors}</span></td>')
    return "<table>" + "".join(f"<tr>{''.join(row)}</tr>" for row in rows[: 2 if short else 3]) + "</table>"


def minus(value: float) -> str:
    """Return the sign of a number that is alone."""
    return "−" if value < 0 else ""


def product(factors: list[float], *, keep_one: bool = False) -> str:
    """Factors in numbers, a leading 1 left out."""
    shown = factors if keep_one or factors[0] != 1 else factors[1:]
    return " · ".join(number_text(factor, 4) for factor in shown)
