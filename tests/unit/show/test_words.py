"""Numbers and chances in words."""

from __future__ import annotations

import math

import pytest

from sim.show.view import Chance
from sim.show.words import commodity_label, format_chance, format_interval, format_number, listing


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (1234.5, "1,230"), (45.21, "45.2"), (0.03123, "0.0312"), (9.996, "10"), (99.96, "100"), (8.4, "8.4"), (-0.5, "-0.5"),
        (1.2e-6, "1.20e-06"), (3.2e10, "3.20e+10"), (math.nan, "-"), (math.inf, "inf"), (1e6, "1,000,000"),
    ],
)  # fmt: skip
def test_numbers(value: float, text: str) -> None:
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("chance", "text"),
    [
        ((0.0, 0.0, 0.0014977), "< 0.15 %"),
        ((1.0, 0.998157, 1.0), "> 99.81 %"),
        ((0.8721, 0.8567, 0.8864), "87 % (86-89)"),
        ((0.8721, 0.8701, 0.8741), "87.2 % (87.0-87.4)"),
        ((0.0023, 0.0008, 0.0051), "0.23 % (0.08-0.51)"),
        ((0.9995, 0.9972, 0.99999), "99.95 % (99.7-99.999)"),
    ],
)
def test_chances_are_never_a_bare_nought_or_hundred(chance: tuple[float, float, float], text: str) -> None:
    given = Chance(probability=chance[0], low=chance[1], high=chance[2])
    assert format_interval(given) == text
    assert format_chance(given) == text.split(" (")[0]


def test_names() -> None:
    assert commodity_label("rare-earths.oxide") == "rare earths, oxide"
    assert [listing(("A",)), listing(("A", "B")), listing(("A", "B", "C"))] == ["A", "A and B", "A, B and C"]
