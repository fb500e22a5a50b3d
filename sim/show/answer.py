"""The answer of a scenario as one sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.scenario.headline import WHOLE
from sim.show.view import Chance
from sim.show.words import commodity_label, format_amount, format_chance, format_interval, mass_unit, money_unit
from sim.units import format_amount as format_quantity

if TYPE_CHECKING:
    from sim.measure.answer import Answer, Figure, Rival

CHANCE, MASS, MONEY = "chance", "t", "USD"


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """How one measure is said."""

    says: str
    """Sentence with some of {who}, {what}, {figure} and {time}."""
    unit: str
    """After the number; MASS and MONEY are told in a unit that fits their size."""
    step: str
    """Unit of a difference."""
    factor: float = 1.0
    """How many of the unit make one in the unit of the measure."""
    decimals: int = 2
    """At most; what is finer is not known, whatever the number of runs."""
    words: tuple[str, str] = ("{} less", "{} more")
    """A difference downwards and upwards."""


def _percent(says: str, unit: str = "%") -> Phrase:
    return Phrase(says=says, unit=unit, step="points", factor=100.0)


def _days(says: str) -> Phrase:
    return Phrase(says=says, unit="days", step="days", decimals=1)


def _multiple(says: str) -> Phrase:
    return Phrase(says=says, unit="times", step="", words=("lower by {}", "higher by {}"))


def _amount(says: str, unit: str) -> Phrase:
    return Phrase(says=says, unit=unit, step=unit)


PHRASES = {
    "p_short": _percent("The chance that {who} runs short of {what} within {time} is {figure}", CHANCE),
    "unmet_share": _percent("{who} goes without {figure} of the {what} it wants over {time}"),
    "unmet_t": _amount("{who} goes without {figure} of {what} over {time}", MASS),
    "days_short": _days("{who} is short of {what} for {figure} in {time}"),
    "lowest_cover_days": _days("Users' stock of {what} in {who} falls to {figure} of use at its least within {time}"),
    "forgone_share": _percent("Final users in {who} give up {figure} of the {what} they would use over {time}, because it is dear"),
    "price_peak": _multiple("{what} in {who} peaks at {figure} its price at rest within {time}"),
    "price_mean": _multiple("{what} in {who} costs {figure} its price at rest on average over {time}"),
    "sales_lost_share": _percent("{who} loses {figure} of its sales over {time}"),
    "value_added_lost": _amount("{who} loses {figure} of value added over {time}", MONEY),
    "value_added_lost_high": _amount("{who} loses up to {figure} of value added over {time}", MONEY),
    "economy_lost": _amount("The economy of {who} loses {figure} of value added over {time}", MONEY),
}
"""Every measure that a headline may name."""


def sentence(answer: Answer) -> str:
    """What the runs say: the number with its 95 % interval, then each variant's with the difference to it.

    Arguments:
        answer: as the measures give it.
    """
    headline = answer.headline
    phrase = _to_size(PHRASES[headline.measure], answer)
    label = commodity_label(headline.commodity or "")
    said = phrase.says.format(
        who=headline.region if headline.sector == WHOLE else f"the {headline.sector} sector of {headline.region}",
        what=f"{label}," if "," in label else label,
        figure=_figure(answer.base, phrase),
        time=format_quantity(answer.days, "time"),
    )
    parts = [said[:1].upper() + said[1:], *(_beside(rival, phrase) for rival in answer.against)]
    return "; ".join(parts) + "."


def _to_size(phrase: Phrase, answer: Answer) -> Phrase:
    """The phrase with a unit that fits the largest of its amounts."""
    largest = max(answer.base.value, *(rival.figure.value for rival in answer.against), 0.0)
    if phrase.unit == MASS:
        unit, factor = mass_unit(largest)
    elif phrase.unit == MONEY:
        name, factor = money_unit(largest)
        unit = " ".join(reversed(name.split()))
    else:
        return phrase
    return replace(phrase, unit=unit, step=unit, factor=factor)


def _figure(figure: Figure, phrase: Phrase) -> str:
    if phrase.unit == CHANCE:
        return format_interval(_chance(figure))
    number, between = _digits(figure, phrase)
    return f"{number} {phrase.unit}" + (" (in every run)" if figure.is_same else f" ({between})" if between else "")


def _beside(rival: Rival, phrase: Phrase) -> str:
    """A variant, and how far it is from the base."""
    figure = rival.figure
    number = format_chance(_chance(figure)) if phrase.unit == CHANCE else f"{_digits(figure, phrase)[0]} {phrase.unit}"
    return f"with {rival.variant} {number}, {_change(rival.change, phrase)}"


def _change(change: Figure, phrase: Phrase) -> str:
    less, more = phrase.words
    if change.value == 0.0 and not change.low < change.high:
        return "the same in every run" if change.is_same else "the same"
    if change.low <= 0.0 <= change.high:
        ends = (_step(_digits(change, phrase, end)[0], phrase) for end in (-change.low, change.high))
        return "no different within the error ({} to {})".format(*(word.format(end) for word, end in zip((less, more), ends, strict=True)))
    is_less = change.value < 0.0
    size = type(change)(-change.value, -change.high, -change.low) if is_less else change
    number, between = _digits(size, phrase)
    told = (less if is_less else more).format(_step(number, phrase))
    return told + (" in every run" if change.is_same else f" ({between})" if between else "")


def _step(number: str, phrase: Phrase) -> str:
    return f"{number} {phrase.step}".rstrip()


def _chance(figure: Figure) -> Chance:
    return Chance(probability=figure.value, low=figure.low, high=figure.high)


def _digits(figure: Figure, phrase: Phrase, value: float | None = None) -> tuple[str, str]:
    """A number to two digits of its interval's width, and the interval; the latter is empty where it has no width to be seen.

    figure: value with its interval. value: number to be written instead of the figure's own, to the same place.
    """
    shown = phrase.factor * (figure.value if value is None else value)
    low, high = phrase.factor * figure.low, phrase.factor * figure.high
    if not high > low:
        return format_amount(shown), ""
    place = min(phrase.decimals, 1 - math.floor(math.log10(high - low)))
    ends = _to_place(low, place), _to_place(high, place)
    is_tiny = shown > 0.0 and round(shown, place) == 0.0
    number = f"< {10.0**-place:g}" if is_tiny else _to_place(shown, place)
    return number, "" if ends[0] == ends[1] else "-".join(ends)


def _to_place(value: float, place: int) -> str:
    rounded = round(value, place)
    return f"{rounded:,.{max(0, place)}f}" if rounded else "0"
