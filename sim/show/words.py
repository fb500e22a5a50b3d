"""Numbers and names in plain words, the same in charts, tables and on the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.show.view import Chance

MISSING = "-"
MOST_DECIMALS = 2
"""Decimals of an amount in a table."""
LEAST_COVER = 0.1
"""Days of use below which a stock is as good as gone."""
SPELLINGS = {
    "gaas": "GaAs", "gan": "GaN", "lfp": "LFP", "ndfeb": "NdFeB", "nmc": "NMC", "sic": "SiC", "smco": "SmCo",
}  # fmt: skip
"""Materials that are written in their own way, and stand before their stage like a name: "NdFeB magnet"."""
CERTAIN = "nothing in this scenario is left to chance: every run is the same"


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
        return f"< {format_bound(chance.high)} %"
    if chance.probability >= 1.0:
        return f"> {format_bound(1.0 - chance.low, is_rest=True)} %"
    return f"{_percent(chance.probability, chance)} %"


def format_bound(most: float, *, is_rest: bool = False) -> str:
    """A bound on a chance in percent, two digits of it, rounded to the side on which it holds.

    Arguments:
        most: the chance is at most this fraction.
        is_rest: give what is left to 100 % instead, with as many decimals: "5.9" and "94.1" are the same bound.
    """
    percent = 100.0 * most
    if percent <= 0.0:
        return "100" if is_rest else "0"
    decimals = max(0, 1 - math.floor(math.log10(percent)))
    above = math.ceil(percent * 10.0**decimals - 1e-9) / 10.0**decimals
    return f"{100.0 - above if is_rest else above:.{decimals}f}"


def format_spread(mean: float, low: float, high: float) -> str:
    """A mean with its range, all to the same place: `9,100 (3,400-17,100)`; one number where the range has no width.

    Arguments:
        mean: any number; NaN is missing.
        low: lower end of the range; NaN where there is none.
        high: upper end.
    """
    known = [abs(value) for value in (mean, low, high) if not math.isnan(value)]
    if math.isnan(mean) or not any(known):
        return format_number(mean)
    place = min(MOST_DECIMALS, 2 - math.floor(math.log10(max(known))))
    if math.isnan(low) or math.isnan(high) or round(low, place) == round(high, place):
        return format_amount(mean)
    shown = format_amount(mean) if round(mean, place) == 0.0 else _to_place(mean, place)
    return f"{shown} ({_to_place(low, place)}-{_to_place(high, place)})"


def format_difference(diff: float, half: float) -> str:
    """A difference and half of its interval, to two digits of that half: `-0.484 ± 0.041`; the difference alone where it has none.

    Arguments:
        diff: any number; NaN is missing.
        half: half the width of the interval; NaN where it is not known.
    """
    if math.isnan(diff):
        return MISSING
    if not math.isnan(half) and half > 0.0:
        place = min(MOST_DECIMALS + 1, 1 - math.floor(math.log10(half)))
        if round(half, place) != 0.0:
            return f"{_to_place(diff, place)} ± {_to_place(half, place)}"
    return f"> -{format_amount(-diff)[2:]}" if -0.5 * 10.0**-MOST_DECIMALS < diff < 0.0 else format_amount(diff)


def format_part(percent: float) -> str:
    """A part in whole percent without its sign; what is not quite all, or not quite nothing, is not shown as such.

    Arguments:
        percent: 0 to 100; NaN is missing.
    """
    if math.isnan(percent):
        return MISSING
    if 0.0 < percent <= 0.5:
        return "< 1"
    return "> 99" if 99.5 <= percent < 100.0 - 1e-9 else f"{percent:.0f}"


def format_amount(value: float) -> str:
    """A number with three digits, but no more than two decimals: what is smaller is said to be so.

    Arguments:
        value: any number; NaN is missing.
    """
    if 0.0 < value < 0.5 * 10.0**-MOST_DECIMALS:
        return f"< {10.0**-MOST_DECIMALS:g}"
    return format_number(value if abs(value) >= 1.0 else round(value, MOST_DECIMALS))


def format_tenth(value: float) -> str:
    """A multiple or a percentage to a tenth: `8.2`, `1.0`, `120`; `-` where there is none.

    Arguments:
        value: any number of at least 0; NaN is missing.
    """
    return MISSING if math.isnan(value) else f"{value:,.1f}" if value < 99.95 else f"{value:,.0f}"


def format_tenths(mean: float, low: float, high: float) -> str:
    """A mean to a tenth with its range: `8.2 (1.1-20.8)`; one number where the range has no width to be seen.

    Arguments:
        mean: any number of at least 0; NaN is missing.
        low: lower end of the range; NaN where there is none.
        high: upper end.
    """
    ends = [format_tenth(end) for end in (low, high)]
    return (
        format_tenth(mean) if MISSING in (*ends, format_tenth(mean)) or ends[0] == ends[1] else f"{format_tenth(mean)} ({'-'.join(ends)})"
    )


def format_cover(days: float) -> str:
    """A stock in days of use: no stock is measured to an hour or two.

    Arguments:
        days: any number; NaN is missing.
    """
    return f"< {LEAST_COVER:g}" if 0.0 < days < LEAST_COVER else format_number(round(days, 1), 2)


def _to_place(value: float, place: int) -> str:
    rounded = round(value, place)
    return f"{rounded:,.{max(0, place)}f}" if rounded else "0"


def mass_unit(largest_t: float) -> tuple[str, float]:
    """Unit in which an amount has at most four figures before the point, and how many make a tonne.

    Arguments:
        largest_t: largest amount to be written in it, t.
    """
    if largest_t >= 1e7:
        return "Mt", 1e-6
    if largest_t >= 1e4:
        return "kt", 1e-3
    return ("kg", 1e3) if 0.0 < largest_t < 1.0 else ("t", 1.0)


def money_unit(largest_usd: float) -> tuple[str, float]:
    """Unit in which a sum of money is told, and how many make a dollar.

    Arguments:
        largest_usd: largest sum to be written in it, USD.
    """
    return ("USD bn", 1e-9) if largest_usd >= 1e9 else ("USD m", 1e-6)


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
    """A commodity for a heading: `rare-earths.oxide` is "rare earths, oxide", `ndfeb.magnet` is "NdFeB magnet".

    Arguments:
        commodity: `material.stage`.
    """
    material, _, stage = commodity.partition(".")
    if material in SPELLINGS:
        return f"{SPELLINGS[material]} {commodity_label(stage)}".rstrip()
    return commodity.replace("-", " ").replace("_", " ").replace(".", ", ")


def listing(names: Sequence[str]) -> str:
    """Names in a sentence: "A", "A and B", "A, B and C".

    Arguments:
        names: at least one.
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
