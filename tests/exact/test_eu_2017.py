"""The European Union's list of 2017, recomputed from what was published: every row, within what the rounding of its inputs allows."""

from __future__ import annotations

import csv
import io
import itertools
import math
from decimal import Decimal

import pytest

from sim.data.eu_2017 import Row, eu_2017
from sim.data.facts import packaged
from sim.measure.indices import MOST, is_critical, supply_risk

ROWS = {row.material: row for row in eu_2017()}
PRINTED = {row["material"]: row for row in csv.DictReader(io.StringIO(packaged("eu-2017.csv")))}
COMPUTED = [row for row in ROWS.values() if row.mix != "members"]
INPUTS = (
    ("hhi_global", 1, MOST),
    ("hhi_eu", 1, MOST),
    ("import_reliance_pct", 100, 1.0),
    ("recycling_pct", 100, 1.0),
    ("substitution_sr", 1, 1.0),
)
"""Inputs as `supply_risk` takes them: column, what makes it a fraction, and the largest it can be."""

Range = tuple[float, float]

NOT_IN_PRINT = {"gold", "iridium", "palladium", "platinum", "rhodium", "ruthenium", "sapele-wood", "beryllium"}
"""One of the two mixes is printed as 0.0 or not at all: the other stands alone."""
INFERRED = {
    "helium": "global",
    "indium": "global",
    "natural-teak-wood": "global",
    "perlite": "global",
    "phosphorus": "eu",
    "potash": "global",
    "scandium": "global",
    "tantalum": "global",
}
"""Both mixes are printed, but the published result can only have come from this one: the table does not say so.

Helium is the closest call: both mixes give at most 1.535, and 1.55 is the least that rounds to its 1.6.
"""
NEEDS_ITS_ROUNDING = {
    *("antimony", "baryte", "bismuth", "cerium", "cobalt", "dysprosium", "erbium", "fluorspar", "gadolinium", "gallium", "gypsum"),
    *("hafnium", "helium", "indium", "iridium", "kaolin-clay", "magnesium", "natural-graphite", "neodymium", "nickel", "niobium"),
    *("platinum", "praseodymium", "rhenium", "ruthenium", "samarium", "scandium", "sulphur", "tantalum", "terbium", "vanadium"),
}
"""The inputs as printed, with one decimal, do not round to the result as printed; some inputs that round to them do."""


def rounded_from(text: str, per_one: float = 1.0, most: float = math.inf) -> Range:
    """All that is printed so, as a fraction of `per_one`."""
    value = Decimal(text)
    half = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
    return max(0.0, float(value - half) / per_one), min(most, float(value + half) / per_one)


def in_mix(values: tuple[float, ...], mix: str) -> float:
    """Supply risk from one of the sourcing mixes or from both."""
    hhi_global, hhi_eu, *rest = values
    return supply_risk(math.nan if mix == "eu" else hhi_global, math.nan if mix == "global" else hhi_eu, *rest)


def possible(material: str, mix: str) -> Range:
    """Least and largest result of inputs that are printed so; the formula is linear in each, so they stand at the corners."""
    printed = PRINTED[material]
    ends = [rounded_from(printed[name], one, most) if printed[name] else (math.nan,) for name, one, most in INPUTS]
    results = [in_mix(corner, mix) for corner in itertools.product(*ends)]
    return min(results), max(results)


def overlap(one: Range, other: Range) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def published(row: Row) -> Range:
    return rounded_from(PRINTED[row.material]["supply_risk"])


def as_printed(row: Row) -> float:
    """Supply risk from the inputs exactly as printed."""
    values = (row.hhi_global, row.hhi_eu, row.import_reliance, row.recycled_frac, row.substitution_sr)
    return in_mix(tuple(math.nan if value is None else value for value in values), row.mix)


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 79
    assert len(COMPUTED) == 78
    assert all(row["source"] and row["url"] and row["licence"] for row in PRINTED.values())


@pytest.mark.parametrize("row", COMPUTED, ids=lambda row: row.material)
def test_a_row_comes_out_within_the_rounding_of_its_inputs(row: Row) -> None:
    assert overlap(possible(row.material, row.mix), published(row))


@pytest.mark.parametrize("row", COMPUTED, ids=lambda row: row.material)
def test_from_the_inputs_as_printed_a_row_misses_only_where_it_is_said(row: Row) -> None:
    low, high = published(row)
    assert (low - 1e-9 <= as_printed(row) <= high + 1e-9) == (row.material not in NEEDS_ITS_ROUNDING)


def test_what_rests_on_one_mix_is_named() -> None:
    assert {row.material for row in COMPUTED if row.mix != "both"} == NOT_IN_PRINT | set(INFERRED)
    assert all(row.basis for row in ROWS.values() if row.mix != "both")
    assert {row.material for row in COMPUTED if row.basis.startswith("inferred")} == set(INFERRED)
    for material in NOT_IN_PRINT:
        other = ROWS[material].hhi_eu if ROWS[material].mix == "global" else ROWS[material].hhi_global
        assert not other


@pytest.mark.parametrize("material", INFERRED)
def test_no_other_mix_gives_what_was_inferred_from_one(material: str) -> None:
    row = ROWS[material]
    fits = {mix for mix in ("both", "global", "eu") if overlap(possible(material, mix), published(row))}
    assert fits == {INFERRED[material]} == {row.mix}


def test_a_group_is_the_mean_of_its_members() -> None:
    members = [ROWS[name] for name in ("iridium", "palladium", "platinum", "rhodium", "ruthenium")]
    assert sum(row.supply_risk for row in members) / 5 == pytest.approx(ROWS["pgms"].supply_risk, abs=0.05)
    assert sum(row.economic_importance for row in members) / 5 == pytest.approx(ROWS["pgms"].economic_importance, abs=0.05)


@pytest.mark.parametrize("row", COMPUTED, ids=lambda row: row.material)
def test_importance_before_substitutes_keeps_to_its_scale(row: Row) -> None:
    # Of economic importance only the factor for substitutes and the result are published, not the shares and the value added.
    assert row.substitution_ei
    assert 0 < row.economic_importance / row.substitution_ei <= MOST


LISTED = {
    *("antimony", "baryte", "beryllium", "bismuth", "borate", "cobalt", "fluorspar", "gallium", "germanium", "hafnium", "helium", "indium"),
    *("magnesium", "natural-graphite", "natural-rubber", "niobium", "phosphate-rock", "phosphorus", "scandium", "silicon-metal"),
    *("tantalum", "tungsten", "vanadium", "pgms"),
}
"""COM(2017) 490, annex, without coking coal, which was kept although it misses the threshold, and the two groups of rare earths."""
PLATINUM_GROUP = {"iridium", "palladium", "platinum", "rhodium", "ruthenium"}
RARE_EARTHS = {
    *("cerium", "dysprosium", "erbium", "europium", "gadolinium", "holmium", "lanthanum", "lutetium", "neodymium", "praseodymium"),
    *("samarium", "terbium", "thulium", "ytterbium", "yttrium"),
}
BELOW_IN_A_GROUP = {"erbium", "lanthanum"}
"""Rare earths that miss the threshold of economic importance by themselves."""


def test_the_thresholds_give_the_list() -> None:
    critical = {row.material for row in ROWS.values() if is_critical(row.supply_risk, row.economic_importance)}
    assert critical == LISTED | PLATINUM_GROUP | (RARE_EARTHS - BELOW_IN_A_GROUP)
    assert not is_critical(ROWS["coking-coal"].supply_risk, ROWS["coking-coal"].economic_importance)
