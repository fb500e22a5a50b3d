"""Units: what is read, what is refused, and the table against pint."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import BadValue
from sim.units import DAYS_PER_MONTH, TABLE, Dimension, day_of, format_amount, instant, parse

PINT = {"kg": "kilogram", "t": "metric_ton", "kt": "kilometric_ton", "Mt": "megametric_ton", "d": "day", "w": "week", "y": "year"}
BASE = {"time": "day", "mass": "metric_ton", "rate": "metric_ton/year", "frequency": "1/year"}
REGISTRY = pint.UnitRegistry()
POSITIVE = st.floats(min_value=1e-9, max_value=1e12)


def in_pint(unit: str) -> str:
    return "/".join(PINT.get(word.strip(), word.strip()) or "1" for word in unit.split("/"))


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("60 days", "time", 60.0),
        ("1 year", "time", 365.25),
        ("12 months", "time", 365.25),
        ("2w", "time", 14.0),
        ("12 kt/year", "rate", 12_000.0),
        ("1 t / day", "rate", 365.25),
        ("7 kg/week", "rate", 0.36525),
        ("25 %", "share", 0.25),
        ("25%", "share", 0.25),
        (0.25, "share", 0.25),
        ("1e3 t", "mass", 1000.0),
        (".5 t", "mass", 0.5),
        ("110 USD/kg", "price", 110_000.0),
        ("2 t/t", "ratio", 2.0),
        ("2 kg/t", "ratio", 0.002),
        (2, "ratio", 2.0),
        ("0.3 /year", "frequency", 0.3),
        ("2/month", "frequency", 24.0),
        ("5 bn USD/year", "value", 5e9),
        ("300 million USD / year", "value", 3e8),
        ("2 m USD/year", "value", 2e6),
        ("77 k USD/year", "value", 77e3),
        ("1.5 trillion  USD/year", "value", 1.5e12),
        ("1970-01-02", "instant", 1.0),
        (date(1970, 1, 11), "instant", 10.0),
        ("-3 days", "time", -3.0),
    ],
)
def test_what_is_read(text: str | float | date, dimension: Dimension, value: float) -> None:
    assert parse(text, dimension) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "dimension", "said"),
    [
        (3, "time", "has no unit (got 3). Write a duration such as '6 weeks'."),
        ("3", "rate", "has no unit (got '3'). Write a rate in tonnes per time such as '12 kt/year'."),
        ("5 ton", "mass", "'ton' may be short, long or metric (got '5 ton'). Write t, kt or Mt (1 t = 1000 kg)."),
        ("5 tons/year", "rate", "'ton' may be short, long or metric (got '5 tons/year'). Write t, kt or Mt (1 t = 1000 kg)."),
        ("5 kt", "rate", "is an amount in tonnes, but a rate in tonnes per time is needed (got '5 kt'). Write '12 kt/year'."),
        ("6 weks", "time", "unknown unit 'weks' (got '6 weks'). Did you mean 'weeks'?"),
        ("6 m", "time", "unknown unit 'm' (got '6 m'). Known: days, weeks, months, years; write '6 weeks'."),
        ("9**9**9**9", "number", "unknown unit '**9**9**9' (got '9**9**9**9'). Known: %; write 1.5."),
        ("nan", "share", "not a share (got 'nan'). Write '25 %' or 0.25."),
        (math.inf, "share", "not a finite number (got 'inf'). Write an ordinary number."),
        ("1e999 t", "mass", "not a finite number (got '1e999 t'). Write an ordinary number."),
        (True, "share", "not a share (got true). Write '25 %' or 0.25."),
        (None, "time", "no value, but a duration is needed. Write '6 weeks'."),
        ("2026-02-30", "instant", "no such date: day is out of range for month (got '2026-02-30'). "
         "Write a date of the calendar, such as '2026-07-01'."),
        ("1 July 2026", "instant", "not a date (got '1 July 2026'). Write a date as year-month-day, such as '2026-07-01'."),
        (20_000, "instant", "not a date (got 20000). Write a date such as '2026-07-01'."),
        ("12 EUR/kg", "price", "only amounts in USD are read (got '12 EUR/kg'). Convert to USD."),
        ("5 bn €/year", "value", "only amounts in USD are read (got '5 bn €/year'). Convert to USD."),
        (
            "5 bn USD",
            "value",
            "is an amount in US dollars, but an amount of money per year is needed (got '5 bn USD'). Write '5 bn USD/year'.",
        ),
        ("5 Gold/year", "value", "unknown unit 'Gold/year' (got '5 Gold/year'). Did you mean 'USD/year'?"),
        ("5", "value", "has no unit (got '5'). Write an amount of money per year such as '5 bn USD/year'."),
        ("110 USD/kg", "value", "is a price, but an amount of money per year is needed (got '110 USD/kg'). Write '5 bn USD/year'."),
    ],
)  # fmt: skip
def test_what_is_refused(text: object, dimension: Dimension, said: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse(text, dimension)  # type: ignore[arg-type]  (a dimension as text)
    assert str(caught.value) == said


def test_bare_numbers_of_code_are_base_units() -> None:
    assert parse(42, "time", bare=True) == 42.0


@pytest.mark.parametrize("dimension", BASE)
def test_the_table_agrees_with_pint(dimension: Dimension) -> None:
    for unit, factor in TABLE[dimension].items():
        quantity = REGISTRY.Quantity(1.0, in_pint(unit))
        assert quantity.to(BASE[dimension]).magnitude == pytest.approx(factor, rel=1e-12), unit


@given(POSITIVE, st.sampled_from([(d, u) for d in BASE for u in TABLE[d]]))  # type: ignore[index]  (as text)
def test_any_number_agrees_with_pint(number: float, pair: tuple[Dimension, str]) -> None:
    dimension, unit = pair
    oracle = REGISTRY.Quantity(number, in_pint(unit)).to(BASE[dimension]).magnitude
    assert parse(f"{number!r} {unit}", dimension) == pytest.approx(oracle, rel=1e-12)


@given(POSITIVE, st.sampled_from(["time", "mass", "rate", "share", "number", "price", "ratio", "frequency", "value"]))
def test_what_is_written_is_read_back(value: float, dimension: Dimension) -> None:
    assert parse(format_amount(value, dimension), dimension) == pytest.approx(value, rel=1e-9)


@given(st.dates())
def test_a_date_is_read_back(day: date) -> None:
    assert day_of(parse(format_amount(instant(day), "instant"), "instant")) == day
    assert day_of(instant(day) + 0.75) == day


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 10_000))
def test_days_between_dates(day: date, later: int) -> None:
    assert instant(day + timedelta(days=later)) - instant(day) == later


@given(st.text(max_size=80) | st.from_regex(r"[0-9.eE+-]{1,30} ?[a-zA-Z%/]{0,8}"), st.sampled_from(list(TABLE)))
def test_any_text_is_a_finite_number_or_refused(text: str, dimension: Dimension) -> None:
    try:
        value = parse(text, dimension)
    except BadValue:
        return
    assert math.isfinite(value)


@pytest.mark.parametrize(
    ("value", "dimension", "text"),
    [
        (42.0, "time", "6 weeks"),
        (7.0, "time", "1 week"),
        (60.0, "time", "60 days"),
        (365.25, "time", "1 year"),
        (10 * DAYS_PER_MONTH, "time", "10 months"),
        (0.0, "time", "0 days"),
        (0.05, "share", "5 %"),
        (12_000.0, "rate", "12 kt/year"),
        (0.25, "mass", "250 kg"),
        (0.0, "mass", "0 t"),
        (5e9, "value", "5 bn USD/year"),
        (2.5e6, "value", "2.5 million USD/year"),
        (0.0, "value", "0 USD/year"),
    ],
)
def test_how_amounts_are_written(value: float, dimension: Dimension, text: str) -> None:
    assert format_amount(value, dimension) == text
