"""Numbers and names in plain words, the same in charts, tables and on the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.show.view import Chance

MISSING = "-"


def format_number(value: float, digits: int = 3) -> str:
    """A number as a person would write it: `1,230`, `45.2`, `0.03`, `1.2e-06`; `-` where there is none.

    Arguments:
        value: any number; NaN is missing, which is not zero.
        digits: significant digits kept.
    """
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == 0.0:
        return "0"
    place = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, place)
    if not 1e-4 <= abs(rounded) < 1e9:
        return f"{rounded:.{digits - 1}e}"
    text = f"{rounded:,.{max(0, place)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_count(value: int) -> str:
    """A count in full, with thousands marked: `20,000`.

    Arguments:
        value: how many.
    """
    return f"{value:,d}"


def format_chance(chance: Chance) -> str:
    """A chance in percent; never a bare 0 % or 100 %, but the bound that the number of runs allows.

    Arguments:
        chance: fraction of runs with its exact interval.
    """
    if chance.probability <= 0.0:
        return f"< {format_number(100.0 * chance.high, 2)} %"
    if chance.probability >= 1.0:
        # Rounded down: the bound must hold.
        return f"> {math.floor(1e4 * chance.low) / 100.0:g} %"
    return f"{_percent(chance.probability, chance)} %"


def format_interval(chance: Chance) -> str:
    """A chance with its 95 % interval: `87 % (86-89)`; only the bound where the event never, or always, happened.

    Arguments:
        chance: fraction of runs with its exact interval.
    """
    text = format_chance(chance)
    if not 0.0 < chance.probability < 1.0:
        return text
    return f"{text} ({_percent(chance.low, chance)}-{_percent(chance.high, chance)})"


def _percent(fraction: float, chance: Chance) -> str:
    """Percent with the decimals that the width of the interval bears out; what is not quite 100 is not shown as 100."""
    percent, width = 100.0 * fraction, 100.0 * (chance.high - chance.low)
    if percent < 1.0:
        return format_number(percent, 2)
    decimals = 0 if width >= 1.0 else 1 if width >= 0.1 else 2
    while percent < 100.0 and float(f"{percent:.{decimals}f}") >= 100.0 and decimals < 6:
        decimals += 1
    return f"{percent:.{decimals}f}"


def commodity_label(commodity: str) -> str:
    """A commodity for a heading: `rare-earths.oxide` is "rare earths, oxide".

    Arguments:
        commodity: `material.stage`.
    """
    return commodity.replace("-", " ").replace("_", " ").replace(".", ", ")


def listing(names: Sequence[str]) -> str:
    """Names in a sentence: "A", "A and B", "A, B and C".

    Arguments:
        names: at least one.
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
