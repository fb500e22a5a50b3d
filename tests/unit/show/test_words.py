"""Numbers and chances in words."""

from __future__ import annotations

import math

import pytest

from sim.show.view import Chance
from sim.show.words import (
    commodity_label,
    format_bound,
    format_chance,
    format_cover,
    format_difference,
    format_interval,
    format_number,
    format_part,
    format_spread,
    listing,
    mass_unit,
)


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
        ((0.0, 0.0, 0.0582), "< 5.9 %"),
        ((1.0, 0.9418, 1.0), "> 94.1 %"),
        ((0.0, 0.0, 0.018), "< 1.8 %"),
        ((1.0, 0.025, 1.0), "> 2 %"),
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


@pytest.mark.parametrize("most", [0.0001, 0.00149773, 0.0582, 0.16, 0.5, 0.97])
def test_a_bound_holds_and_is_the_same_from_both_sides(most: float) -> None:
    above, below = format_bound(most), format_bound(most, is_rest=True)
    assert float(above) >= 100.0 * most
    assert float(below) <= 100.0 * (1.0 - most)
    assert float(above) + float(below) == pytest.approx(100.0)
    assert len(above.partition(".")[2]) == len(below.partition(".")[2])


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((10.5, 10.5, 10.5), "10.5"),
        ((7450.0, 7449.9, 7450.1), "7,450"),
        ((10.52, 10.46, 10.58), "10.5 (10.5-10.6)"),
        ((9070.0, 3425.0, 17090.0), "9,100 (3,400-17,100)"),
        ((7.33, 0.0, 24.13), "7.3 (0-24.1)"),
        ((0.76, 0.0, 4.98), "0.76 (0-4.98)"),
        ((0.001, 0.0, 0.0), "< 0.01"),
        ((0.002, 0.0, 0.02), "< 0.01 (0-0.02)"),
        ((3.0, 0.0, 0.0), "3"),
        ((3.0, math.nan, math.nan), "3"),
        ((0.0, 0.0, 0.0), "0"),
        ((math.nan, math.nan, math.nan), "-"),
    ],
)
def test_a_mean_and_its_range_are_rounded_alike(numbers: tuple[float, float, float], text: str) -> None:
    assert format_spread(*numbers) == text


@pytest.mark.parametrize("scale", [0.1, 1.0, 37.0, 999.6, 12345.0])
def test_a_mean_within_its_range_is_shown_within_it(scale: float) -> None:
    for part in range(101):
        mean, low, high = scale * (0.9 + 0.002 * part), 0.9 * scale, 1.1 * scale
        shown = [float(word) for word in format_spread(mean, low, high).replace(",", "").rstrip(")").replace(" (", "-").split("-")]
        assert shown[1] <= shown[0] <= shown[2]


@pytest.mark.parametrize(("days", "text"), [(0.0, "0"), (0.00062, "< 0.1"), (0.1, "0.1"), (0.98, "1"), (8.64, "8.6"), (42.3, "42")])
def test_cover_is_not_told_by_the_minute(days: float, text: str) -> None:
    assert format_cover(days) == text


@pytest.mark.parametrize(
    ("diff", "half", "text"),
    [
        (-0.4837, 0.0412, "-0.484 ± 0.041"), (-757.6, 56.2, "-758 ± 56"), (-870.0, 120.4, "-870 ± 120"), (0.004, 0.0412, "0.004 ± 0.041"),
        (1e-4, 0.0412, "0 ± 0.041"), (-5e6, 123456.0, "-5,000,000 ± 120,000"), (2.0, 0.0, "2"), (-1.14, math.nan, "-1.14"),
        (27.871, 1e-14, "27.9"), (0.0, 0.0, "0"), (0.0, math.nan, "0"), (2e-4, 1e-4, "< 0.01"), (-2e-4, 1e-4, "> -0.01"),
        (-2e-4, math.nan, "> -0.01"), (math.nan, math.nan, "-"),
    ],
)  # fmt: skip
def test_a_difference_is_as_exact_as_its_interval(diff: float, half: float, text: str) -> None:
    assert format_difference(diff, half) == text


@pytest.mark.parametrize(
    ("percent", "text"),
    [(0.0, "0"), (0.2, "< 1"), (0.5, "< 1"), (1.6, "2"), (99.4, "99"), (99.6, "> 99"), (100.0, "100"), (math.nan, "-")],
)
def test_a_part_is_not_rounded_to_all_or_nothing(percent: float, text: str) -> None:
    assert format_part(percent) == text


def test_masses_have_at_most_four_figures() -> None:
    assert [mass_unit(amount)[0] for amount in (0.02, 0.0, 1.0, 9999.0, 10_000.0, 8e6, 1e7)] == ["kg", "t", "t", "t", "kt", "kt", "Mt"]


def test_names() -> None:
    assert commodity_label("rare-earths.oxide") == "rare earths, oxide"
    assert commodity_label("ndfeb.magnet") == "NdFeB magnet"
    assert commodity_label("ndfeb") == "NdFeB"
    assert [listing(("A",)), listing(("A", "B")), listing(("A", "B", "C"))] == ["A", "A and B", "A, B and C"]
