"""Governance of countries and the European Union's table of 2017: how they are read, and what is refused."""

from __future__ import annotations

import csv
import io

import pytest

from sim.data.areas import areas
from sim.data.eu_2017 import COLUMNS as EU_COLUMNS
from sim.data.eu_2017 import eu_2017, read_eu_2017
from sim.data.facts import packaged
from sim.data.governance import COLUMNS, governance, read_governance
from sim.errors import DataError

GOOD = "CHN,2023,-0.25,-0.5,World Bank,https://example.org,CC BY 4.0"
EU_GOOD = "tin,Processing,0.8,4.4,78,32,2.0,0.8,0.9,0.9,both,,A study,https://example.org,reproduction with source"


def governance_of(*lines: str) -> str:
    return "\n".join((",".join(COLUMNS), *lines)) + "\n"


def eu_of(*lines: str) -> str:
    return "\n".join((",".join(EU_COLUMNS), *lines)) + "\n"


def test_the_pack_knows_every_country_of_one_year() -> None:
    found = governance(areas().names)
    assert found.year == "2023"
    assert set(areas().names) - set(found.mean) == {"EU27", "ROW", "WLD", "NCL"}  # the World Bank does not rate New Caledonia
    assert all(-3 < value < 3 for value in (*found.mean.values(), *found.stability.values()))
    assert found.mean["DEU"] > found.mean["CHN"] > found.mean["MMR"]
    assert set(found.mean) - set(found.stability) == {"NIU"}
    rows = list(csv.DictReader(io.StringIO(packaged("governance.csv"))))
    assert all(row["source"] and row["url"] and row["licence"] for row in rows)


def test_a_row_of_governance_is_read() -> None:
    found = read_governance(governance_of(GOOD, GOOD.replace("CHN", "JPN").replace("-0.5", "")), ("CHN", "JPN"))
    assert (found.mean, found.stability, found.year) == ({"CHN": -0.25, "JPN": -0.25}, {"CHN": -0.5}, "2023")
    assert found.source == "World Bank (CC BY 4.0)"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((GOOD, GOOD), r"governance.csv:3 country: stated twice \(got 'CHN'\)"),
        ((GOOD.replace("CHN", "XX"),), r"governance.csv:2 country: unknown region \(got 'XX'\)"),
        ((GOOD, GOOD.replace("CHN,2023", "JPN,2022")), r"governance.csv:3 year: differs from the year of the first row \(got 2022\)"),
        ((GOOD.replace("-0.25", ""),), r"governance.csv:2 mean: is empty"),
        ((GOOD.replace("-0.5", "bad"),), r"governance.csv:2 political_stability: not a number \(got 'bad'\)"),
        ((), r"governance.csv: holds no country"),
    ],
)
def test_a_wrong_row_of_governance_is_refused(lines: tuple[str, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_governance(governance_of(*lines), ("CHN", "JPN"))


def test_a_row_of_the_table_of_2017_is_read() -> None:
    (row,) = read_eu_2017(eu_of(EU_GOOD))
    assert (row.supply_risk, row.economic_importance, row.import_reliance, row.recycled_frac) == (0.8, 4.4, 0.78, 0.32)
    assert (row.hhi_global, row.hhi_eu, row.substitution_sr, row.substitution_ei, row.mix) == (2.0, 0.8, 0.9, 0.9, "both")
    (row,) = read_eu_2017(eu_of(EU_GOOD.replace(",78,", ",,")))
    assert row.import_reliance is None


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((EU_GOOD, EU_GOOD), r"eu-2017.csv:3 material: stated twice \(got 'tin'\)"),
        ((EU_GOOD.replace("both", "bth"),), r"eu-2017.csv:2 mix: unknown mix \(got 'bth'\). Did you mean 'both'\?"),
        ((EU_GOOD.replace("4.4", ""),), r"eu-2017.csv:2 economic_importance: is empty"),
        ((EU_GOOD.replace("78", "N/A"),), r"eu-2017.csv:2: not a number \(got 'N/A'\)"),
    ],
)
def test_a_wrong_row_of_the_table_of_2017_is_refused(lines: tuple[str, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_eu_2017(eu_of(*lines))


def test_the_materials_of_the_pack_are_found_in_it_by_name() -> None:
    assert {"gallium", "germanium"} <= {row.material for row in eu_2017()}
