"""Laws: how they are written, what they become, and which are refused."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.errors import BadValue
from sim.scenario.amount import Quantity
from sim.scenario.law import (
    LAWS,
    Beta,
    Choice,
    Empirical,
    Exponential,
    Law,
    Lognormal,
    Normal,
    Pert,
    Triangular,
    Uniform,
    read_law,
    support,
)
from sim.units import Dimension, parse

MONTH = 365.25 / 12


@pytest.mark.parametrize(
    ("raw", "dimension", "law"),
    [
        ({"uniform": ["1 week", "2 weeks"]}, "time", Uniform(7, 14)),
        ({"triangular": [0, "10 %", 0.5]}, "share", Triangular(0, 0.1, 0.5)),
        ({"pert": ["1 t", "2 t", "4 kt"]}, "mass", Pert(1, 2, 4000)),
        ({"normal": {"mean": 3, "sd": 1}}, "number", Normal(3, 1)),
        ({"lognormal": {"median": "10 months", "sigma": 0.5}}, "time", Lognormal(10 * MONTH, 0.5)),
        ({"exponential": {"mean": "2 years"}}, "time", Exponential(730.5)),
        ({"beta": {"a": 2, "b": 5}}, "share", Beta(2, 5, 0, 1)),
        ({"beta": {"a": 2, "b": 5, "low": "1 day", "high": "9 days"}}, "time", Beta(2, 5, 1, 9)),
        ({"choice": {"values": [0, 1], "weights": [3, 1]}}, "share", Choice((0, 1), (0.75, 0.25))),
        ({"choice": {"values": [0, 1]}}, "share", Choice((0, 1), (0.5, 0.5))),
        ({"empirical": [0.3, 0.1, 0.2]}, "share", Empirical((0.1, 0.2, 0.3))),
        ({"uniform": ["2026-01-01", "2026-01-31"]}, "instant", Uniform(parse("2026-01-01", "instant"), parse("2026-01-31", "instant"))),
    ],
)
def test_how_laws_are_written(raw: dict[str, Any], dimension: Dimension, law: Law) -> None:
    assert read_law(raw, dimension) == law


def test_p90_of_a_lognormal() -> None:
    law = read_law({"lognormal": {"median": "10 months", "p90": "22 months"}}, "time")
    assert isinstance(law, Lognormal)
    assert stats.lognorm(law.sigma, scale=law.median).ppf(0.9) == pytest.approx(22 * MONTH, rel=1e-12)


@pytest.mark.parametrize(
    ("raw", "dimension", "said"),
    [
        ({"uniform": [2, 1]}, "number", "uniform: the low end of a uniform law is not below its high end. Write [low, high]."),
        ({"uniform": [1]}, "number", "uniform: must be a list [low, high] (got a list of 1). Write {uniform: [low, high]}."),
        ({"uniform": 1}, "number", "uniform: must be a list [low, high] (got 1). Write {uniform: [low, high]}."),
        ({"uniform": ["1 wek", 3]}, "time", "uniform[0]: unknown unit 'wek' (got '1 wek'). Did you mean 'week'?\n"
         "uniform[1]: has no unit (got 3). Write a duration such as '6 weeks'."),
        ({"triangular": [0, 5, 1]}, "number",
         "triangular: a triangular law needs low <= mode <= high and low < high. Write [low, mode, high] in rising order."),
        ({"pert": [1, 1, 1]}, "number",
         "pert: a pert law needs low <= mode <= high and low < high. Write [low, mode, high] in rising order."),
        ({"normal": {"mean": 1, "sd": 0}}, "number", "normal.sd: must be above 0 (got 0)."),
        ({"normal": {"mean": 1}}, "number", "normal: 'sd' is missing. A normal law takes mean, sd."),
        ({"normal": {"mean": 1, "std": 1}}, "number", "normal.std: unknown key (got 'std'). Did you mean 'sd'?\n"
         "normal: 'sd' is missing. A normal law takes mean, sd."),
        ({"lognormal": {"median": 1}}, "number",
         "lognormal: give exactly one of p90 and sigma. Write {median: 10 months, p90: 22 months}."),
        ({"lognormal": {"median": 1, "p90": 2, "sigma": 1}}, "number",
         "lognormal: give exactly one of p90 and sigma. Write {median: 10 months, p90: 22 months}."),
        ({"lognormal": {"median": 0, "sigma": 1}}, "number", "lognormal.median: must be above 0 (got 0)."),
        ({"lognormal": {"median": -1, "p90": 3}}, "number", "lognormal.median: must be above 0 (got -1)."),
        ({"lognormal": {"median": 2, "p90": 1}}, "number", "lognormal.p90: p90 must be above the median (got 1). "
         "90 % of the values lie below p90, half below the median."),
        ({"exponential": {"mean": -1}}, "number", "exponential.mean: must be above 0 (got -1)."),
        ({"beta": {"a": 0, "b": -1}}, "share", "beta.a: must be above 0 (got 0).\nbeta.b: must be above 0 (got -1)."),
        ({"beta": {"a": 1, "b": 1, "low": 1, "high": 0}}, "share", "beta: low is not below high."),
        ({"beta": {"a": 1, "b": 1}}, "time", "beta: 'low' is missing. A beta law takes a, b, low, high.\n"
         "beta: 'high' is missing. A beta law takes a, b, low, high."),
        ({"choice": {"values": [], "weights": []}}, "share", "choice: a law needs at least one value."),
        ({"choice": {"values": [0, 1], "weights": [1]}}, "share", "choice: 2 values but 1 weights. Give one weight for each value."),
        ({"choice": {"values": [0, 1], "weights": [2, -1]}}, "share", "choice.weights[1]: a weight below 0 (got -1)."),
        ({"choice": {"values": [0, 1], "weights": [0, 0]}}, "share", "choice.weights: all weights are 0."),
        ({"empirical": []}, "share", "empirical: a law needs at least one value."),
        ({"empirical": 3}, "share", "empirical: must be a list (got 3). Write values in square brackets."),
        ({"unifrom": [0, 1]}, "share", "unifrom: unknown law (got 'unifrom'). Did you mean 'uniform'?"),
        ({}, "share", "a law is a mapping with one key (got an empty mapping). Write one of " + ", ".join(LAWS)
         + ", such as {uniform: [1, 2]}."),
        ({"normal": {"mean": "2026-01-01", "sd": "3 weeks"}}, "instant",
         "normal: a normal law has no bounds, so it cannot give a date. Write pert, triangular or uniform."),
    ],
)  # fmt: skip
def test_impossible_laws(raw: dict[str, Any], dimension: Dimension, said: str) -> None:
    with pytest.raises(BadValue) as caught:
        read_law(raw, dimension)
    assert str(caught.value) == said


@pytest.mark.parametrize("number", [math.inf, math.nan])
def test_numbers_of_a_law_are_finite(number: float) -> None:
    with pytest.raises(BadValue, match="must be finite"):
        Uniform(0, number)
    with pytest.raises(BadValue, match="must be finite"):
        Choice((1, number), (1, 1))


SHARE = Quantity("share", 0, 1)
DURATION = Quantity("time", 0, above=True)


@pytest.mark.parametrize(
    ("quantity", "value", "is_fit"),
    [
        (SHARE, Uniform(0, 1), True),
        (SHARE, Uniform(0, 1.1), False),
        (SHARE, Normal(0.5, 0.01), False),
        (SHARE, Lognormal(0.1, 0.1), False),
        (SHARE, Beta(2, 2), True),
        (SHARE, Choice((0, 0.5, 3), (1, 1, 0)), True),
        (SHARE, Choice((0, 0.5, 3), (1, 1, 0.1)), False),
        (SHARE, 0, True),
        (SHARE, 1, True),
        (SHARE, -0.01, False),
        (DURATION, 0, False),
        (DURATION, Uniform(0, 5), True),
        (DURATION, Uniform(-1, 5), False),
        (DURATION, Exponential(3), True),
        (DURATION, Choice((0, 1), (1, 1)), False),
        (DURATION, Empirical((1, 2)), True),
        (Quantity("number", 1), Triangular(1, 1, 2), True),
        (Quantity("number", 1), Pert(0.5, 1, 2), False),
        (Quantity("number", 0, law=False), 3, True),
        (Quantity("number", 0, law=False), {"uniform": [1, 2]}, False),
    ],
)
def test_the_range_of_a_field_holds_for_laws(quantity: Quantity, value: Any, is_fit: bool) -> None:
    if is_fit:
        assert quantity.read(value) == value
        return
    with pytest.raises(BadValue, match="must be"):
        quantity.read(value)


FINITE = st.floats(-1e6, 1e6)


@given(st.lists(FINITE, min_size=1, max_size=20), st.data())
def test_the_support_of_a_list_holds_all_its_values(values: list[float], data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.floats(0.01, 10), min_size=len(values), max_size=len(values)))
    low, high = Choice(tuple(values), tuple(weights)).support()
    assert (low, high) == Empirical(tuple(values)).support() == (min(values), max(values))
    assert math.fsum(Choice(tuple(values), tuple(weights)).weights) == pytest.approx(1)


def test_the_support_of_a_number_is_itself() -> None:
    assert support(3.5) == (3.5, 3.5)
