"""The only conversion table: text with a unit to a float in base units, and back.

Base units: time in days, instants in days since 1970-01-01, mass in t, rates in t/year, prices in USD/t, frequencies per year,
value in
USD/year, shares, numbers and ratios as plain fractions. A year has 365.25 days here and a month a twelfth of it.
"""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from typing import Literal, get_args

from sim.errors import BadValue, near_miss, refuse

Dimension = Literal["time", "mass", "rate", "share", "number", "price", "instant", "ratio", "frequency", "value", "money"]

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
_EPOCH = date(1970, 1, 1).toordinal()

_TIME = {"day": 1.0, "week": 7.0, "month": DAYS_PER_MONTH, "year": DAYS_PER_YEAR}
_TIME_NAMES = {name: days for unit, days in _TIME.items() for name in (unit, unit + "s", unit[0])}
del _TIME_NAMES["m"]  # could be a month, a minute or a metre
_MASS = {"kg": 0.001, "t": 1.0, "kt": 1e3, "Mt": 1e6}
_PER = {name: DAYS_PER_YEAR / days for name, days in _TIME_NAMES.items() if not name.endswith("s")}
_MONEY = {"": 1.0, "k ": 1e3, "m ": 1e6, "million ": 1e6, "bn ": 1e9, "billion ": 1e9, "trillion ": 1e12}

TABLE: dict[Dimension, dict[str, float]] = {
    "time": _TIME_NAMES,
    "mass": _MASS,
    "rate": {f"{mass}/{per}": t * times for mass, t in _MASS.items() for per, times in _PER.items()},
    "share": {"": 1.0, "%": 0.01},
    "number": {"": 1.0, "%": 0.01},
    "ratio": {"": 1.0, "t/t": 1.0, "kg/t": 0.001, "kg/kg": 1.0},
    "price": {"USD/t": 1.0, "USD/kg": 1000.0},
    "frequency": {f"/{per}": times for per, times in _PER.items()},
    "instant": {},
    "value": {f"{scale}USD/year": usd for scale, usd in _MONEY.items()},
    "money": {f"{scale}USD": usd for scale, usd in _MONEY.items()},
}
"""Factor from each accepted unit to the base unit; '' is a bare number. Closed: nothing else is read."""

EXAMPLE: dict[Dimension, str] = {
    "time": "'6 weeks'",
    "mass": "'12 kt'",
    "rate": "'12 kt/year'",
    "share": "'25 %' or 0.25",
    "number": "1.5",
    "ratio": "'2 t/t'",
    "price": "'110 USD/kg'",
    "frequency": "'0.3 /year'",
    "instant": "'2026-07-01'",
    "value": "'5 bn USD/year'",
    "money": "'12 bn USD'",
}
"""How a value of each dimension is written, for messages."""

NOUN: dict[Dimension, str] = {
    "time": "a duration",
    "mass": "an amount in tonnes",
    "rate": "a rate in tonnes per time",
    "share": "a share",
    "number": "a number",
    "ratio": "a ratio of tonnes to tonnes",
    "price": "a price",
    "frequency": "a number of times per year",
    "instant": "a date",
    "value": "an amount of money per year",
    "money": "an amount in US dollars",
}
"""What each dimension is called, for messages."""

NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_QUANTITY = re.compile(rf"({NUMBER})\s*(\S.*)?", re.ASCII)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_OTHER_MONEY = re.compile(r"\b(?:EUR|euros?|CNY|RMB|yuan|JPY|yen|GBP)\b|[€£¥]", re.IGNORECASE)
_LONGEST = 60


def parse(value: str | float | date, dimension: Dimension, *, bare: bool = False) -> float:
    """Read a quantity into base units.

    value: text such as `12 kt/year`, `25 %`, `2026-07-01`; a number where the dimension takes a bare one; a date for an instant.
    dimension: what is expected. bare: take a bare number as base units in any dimension (values made by code, not by an author).
    Returns a finite float in base units of the dimension. Raises BadValue saying what would be right.
    """
    if dimension not in get_args(Dimension):
        raise ValueError(f"unknown dimension {dimension!r}")
    if isinstance(value, date):
        return instant(value) if dimension == "instant" else _refuse_kind(value.isoformat(), dimension)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return _refuse_kind(value, dimension)
    if isinstance(value, str):
        return _parse_date(value) if dimension == "instant" else _parse_text(value, dimension)
    number = _finite(value)
    if bare or "" in TABLE[dimension]:
        return number
    raise refuse("has no unit" if dimension != "instant" else "not a date", value, f"Write {NOUN[dimension]} such as {EXAMPLE[dimension]}.")


def instant(day: date) -> float:
    """Days from 1970-01-01 to a date."""
    return float(day.toordinal() - _EPOCH)


def day_of(days: float) -> date:
    """The date on which an instant (days since 1970-01-01) falls."""
    return date.fromordinal(_EPOCH) + timedelta(days=math.floor(days))


def format_amount(value: float, dimension: Dimension) -> str:
    """A value in base units as readable text that `parse` reads back, to 10 significant digits (an instant: to the day).

    value: float in base units of the dimension.
    """
    if dimension == "instant":
        return day_of(value).isoformat()
    if dimension == "share":
        return f"{_digits(value * 100)} %"
    if dimension == "number":
        return _digits(value)
    unit, factor = _readable_unit(abs(value), dimension)
    number = value / factor
    if dimension == "time" and abs(number) == 1:
        unit = unit.removesuffix("s")
    return f"{_digits(number)} {unit}"


def _readable_unit(size: float, dimension: Dimension) -> tuple[str, float]:
    # Time: the largest unit that divides the value evenly, so that 42 days reads as 6 weeks and 60 days stays 60 days.
    if dimension == "time":
        for unit in ("year", "month", "week"):
            count = size / _TIME[unit]
            if count >= 1 and abs(count - round(count)) < 1e-9 * count:
                return f"{unit}s", _TIME[unit]
        return "days", 1.0
    ladder = {
        "mass": ("kg", "t", "kt", "Mt"),
        "rate": ("kg/year", "t/year", "kt/year", "Mt/year"),
        "price": ("USD/t", "USD/kg"),
        "ratio": ("t/t",),
        "frequency": ("/year",),
        "value": ("USD/year", "k USD/year", "million USD/year", "bn USD/year"),
        "money": ("USD", "k USD", "million USD", "bn USD"),
    }[dimension]
    factors = [(unit, TABLE[dimension][unit]) for unit in ladder]
    if size == 0:
        return next(pair for pair in factors if pair[1] == 1.0)
    return next((pair for pair in reversed(factors) if size >= pair[1]), factors[0])


def _digits(number: float) -> str:
    text = f"{number:.10g}"
    return f"{number:.0f}" if "e+" in text and abs(number) < 1e15 and number == round(number) else text


def _parse_text(text: str, dimension: Dimension) -> float:
    match = _QUANTITY.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None:
        raise refuse(f"not {NOUN[dimension]}", text, f"Write {EXAMPLE[dimension]}.")
    number, unit = _finite(float(match[1]), text), " ".join((match[2] or "").split())
    factor = TABLE[dimension].get(re.sub(r" ?/ ?", "/", unit))
    if factor is None:
        raise _bad_unit(text, unit, dimension)
    return _finite(number * factor, text)


def _bad_unit(text: str, unit: str, dimension: Dimension) -> BadValue:
    noun, example, table = NOUN[dimension], EXAMPLE[dimension], TABLE[dimension]
    if not unit:
        return refuse("has no unit", text, f"Write {noun} such as {example}.")
    if dimension in ("price", "value") and _OTHER_MONEY.search(unit):
        return refuse("only amounts in USD are read", text, "Convert to USD.")
    if re.match(r"(long |short |metric )?tons?\b", unit):
        return refuse("'ton' may be short, long or metric", text, "Write t, kt or Mt (1 t = 1000 kg).")
    others = [other for other in get_args(Dimension) if re.sub(r" ?/ ?", "/", unit) in TABLE[other]]
    if others:
        return refuse(f"is {NOUN[others[0]]}, but {noun} is needed", text, f"Write {example}.")
    names = [name for name in table if len(name) > 1] or [name for name in table if name]
    shown_units = {"time": "days, weeks, months, years", "rate": "kg, t, kt or Mt per day, week, month or year"}
    known = shown_units.get(dimension) or ", ".join(name for name in table if name)
    hint = near_miss(unit, names)
    return refuse(f"unknown unit '{unit}'", text, hint if hint and hint.startswith("Did") else f"Known: {known}; write {example}.")


def _parse_date(text: str) -> float:
    match = _DATE.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None:
        raise refuse("not a date", text, "Write a date as year-month-day, such as '2026-07-01'.")
    try:
        return instant(date(int(match[1]), int(match[2]), int(match[3])))
    except ValueError as error:
        raise refuse(f"no such date: {error}", text, "Write a date of the calendar, such as '2026-07-01'.") from error


def _finite(number: float, text: str | None = None) -> float:
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise refuse("not a finite number", text if text is not None else str(number)[:20], "Write an ordinary number.")
    return value


def _refuse_kind(value: object, dimension: Dimension) -> float:
    what = f"not {NOUN[dimension]}" if value is not None else f"no value, but {NOUN[dimension]} is needed"
    raise refuse(what, value, f"Write {EXAMPLE[dimension]}.")
