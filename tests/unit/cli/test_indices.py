"""`sim indices` as a person meets it, and its twin in Python."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

import sim
from sim.data import facts
from sim.data.areas import areas
from sim.data.balance import base
from sim.data.eu_2017 import eu_2017
from sim.data.governance import governance
from sim.measure.exposure import COLUMNS, Stage
from sim.measure.survey import REGIONS


def test_the_table_has_a_block_a_stage_and_a_row_a_region(typed: Callable[..., Result]) -> None:
    done = typed("indices", "rare-earths", "--for", "EU27,JPN")
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line for line in lines if line in {"rare earths, mined", "rare earths, oxide", "NdFeB magnet"}] == [
        *("rare earths, mined", "rare earths, oxide", "NdFeB magnet"),
    ]
    assert sum(line.startswith("JPN ") for line in lines) == 3
    assert not any(line.startswith("USA ") for line in lines)
    # Neither uses ore: missing, never 0.
    assert next(line for line in lines if line.startswith("JPN ")).split() == ["JPN", *"-----"]
    assert "made worldwide: CHN makes 94.0 %; HHI 0.89" in done.stdout
    assert all(word in done.stdout for word in ("From CHN, direct", "taken as 1 for want of a figure: rare earths", "World Bank"))
    assert all(len(line) <= 100 for line in lines)


def test_json_is_the_table_of_python(typed: Callable[..., Result]) -> None:
    done = typed("indices", "rare-earths", "--for", "JPN", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout, parse_constant=pytest.fail)
    table = sim.indices(["rare-earths"], buyers=["JPN"])
    assert list(table.columns) == list(told[0]) == list(COLUMNS)
    for row, same in zip(told, table.to_dict(orient="records"), strict=True):
        assert row == {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in same.items()}
    assert told[0]["through_chain"] is None


def test_the_indices_rest_on_the_facts() -> None:
    table = sim.indices(["gallium"], on="CHN").set_index("region")
    made = base(facts("gallium")).of("production", "gallium.refined")
    total = sum(made.values())
    assert table.hhi["EU27"] == pytest.approx(sum((x / total) ** 2 for x in made.values()))
    assert table.top_share["EU27"] == pytest.approx(made["CHN"] / total)
    assert (table.substitution == 1.0).all()
    assert (table.supply_risk == table.material_supply_risk).all()


def test_supply_risk_and_geopolrisk_put_together_by_hand() -> None:
    rows = {origin: sim.indices("gallium", buyers=["EU27"], on=origin).iloc[0] for origin in ("CHN", "JPN", "ROW")}
    row, share = rows["CHN"], {origin: found.direct for origin, found in rows.items()}
    assert sum(share.values()) == pytest.approx(1.0)  # the EU makes none, and nobody else sells it any
    scores = governance(areas().names)
    # Of the rest of the world only Russia makes gallium.
    country = {"CHN": "CHN", "JPN": "JPN", "ROW": "RUS"}
    risk = {origin: (2.5 - scores.mean[code]) * 2 for origin, code in country.items()}
    made = base(facts("gallium")).of("production", "gallium.refined")
    world = sum((made[country[origin]] / sum(made.values())) ** 2 * risk[origin] for origin in country)
    assert row.hhi_wgi == pytest.approx(world)
    mix = sum(share[origin] ** 2 * risk[origin] for origin in country)
    assert row.supply_risk == pytest.approx((world / 2 + mix / 2) * (1 - row.recycled_frac))  # it imports all it does not recycle
    unrest = sum(share[origin] * (2.5 - scores.stability[code]) / 5 for origin, code in country.items())
    assert row.geopolrisk == pytest.approx(row.hhi * unrest)


def test_economic_importance_put_together_by_hand() -> None:
    table = sim.indices("magnesium").set_index(["commodity", "region"])
    known = base(facts("magnesium"))
    worth = {f.sector: f.value for f in known.rows("value_added", "magnesium.refined")}
    uses = {f.sector: f.value for f in known.rows("end_use", "magnesium.refined") if f.region == "EU27"}
    mean = sum(share * worth[sector] for sector, share in uses.items()) / sum(uses.values())
    factor = next(row.substitution_ei for row in eu_2017() if row.material == "magnesium")
    assert factor == 0.9
    assert table.economic_importance["magnesium.refined", "EU27"] == pytest.approx(10 * mean / (204_200e6 * 1.13586) * 0.9)
    assert table.economic_importance.drop("EU27", level="region").isna().all()


def test_economic_importance_is_near_what_the_european_union_published() -> None:
    table = sim.indices(buyers=["EU27"]).dropna(subset="economic_importance")
    published = {row.material: row.economic_importance for row in eu_2017()}
    pairs = [(row.economic_importance, published[row.material]) for row in table.itertuples() if row.material in published]
    assert len(pairs) > 12
    ours, theirs = (np.array(side) for side in zip(*pairs, strict=True))
    # Other years and other shares of use: 2017's table rests on 2010 to 2014.
    assert np.corrcoef(ours, theirs)[0, 1] > 0.7
    assert np.abs(ours - theirs).mean() < 1.5


def test_the_rest_of_the_world_and_a_bloc_are_governed_as_their_countries_are_on_average() -> None:
    scores = governance(areas().names)
    members = [code for code, bloc in areas().blocs.items() if bloc == "EU27"]
    named = {"CHN", "JPN", "KOR", "USA", *members}
    stage = Stage("ndfeb.magnet", {"CHN": 9.0, "EU27": 1.0}, areas(), REGIONS)
    bloc = sum(scores.mean[code] for code in members) / 27
    assert stage.of_area("EU27", scores.mean) == stage.of_region("EU27", scores.mean) == pytest.approx(bloc)
    others = [value for code, value in scores.mean.items() if code not in named]
    assert stage.of_region("ROW", scores.mean) == pytest.approx(sum(others) / len(others))
    assert math.isnan(stage.of_area("EU27", {}))
    # A region is governed as those of its countries that make the thing.
    stage = Stage("germanium.refined", {"BEL": 3.0, "DEU": 1.0}, areas(), REGIONS)
    assert stage.of_region("EU27", scores.mean) == pytest.approx((3 * scores.mean["BEL"] + scores.mean["DEU"]) / 4)


def test_a_buyer_of_magnets_depends_on_the_oxide_behind_them() -> None:
    table = sim.indices(["rare-earths"]).set_index(["commodity", "region"])
    known = table[table.direct.notna()]
    assert (known.through_chain >= known.direct - 1e-12).all()
    assert table.through_chain["ndfeb.magnet", "JPN"] > 2 * table.direct["ndfeb.magnet", "JPN"]
    assert table.substitution.isna().all()
    assert table.material_supply_risk["rare-earths.mined", "EU27"] == table.supply_risk["ndfeb.magnet", "EU27"]


def test_an_origin_and_regions_of_ones_own() -> None:
    table = sim.indices(["germanium"], regions=["CHN", "EU27", "ROW"], on="ROW")
    assert list(table.region) == ["CHN", "EU27", "ROW"]
    assert set(table.origin) == {"ROW"}
    both = sim.indices(["germanium"], regions=["CHN", "EU27", "ROW"], on="CHN").direct + table.direct
    home = sim.indices(["germanium"], regions=["CHN", "EU27", "ROW"], on="EU27").direct
    assert list(both + home) == pytest.approx([1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["galium"], "materials: no facts about this material (got 'galium'). Did you mean 'gallium'?"),
        (["--regions", "CHN,EU,ROW"], "regions: unknown region (got 'EU'). Did you mean 'EU27'?"),
        (["--regions", "CHN,EU27"], "regions: ROW is not named, so world supply and use would not close. Add ROW."),
        (["--for", "EU28"], "for: is not one of the regions told apart (got 'EU28'). Did you mean 'EU27'?"),
        (["--on", "CHINA"], "on: is not one of the regions told apart (got 'CHINA'). Did you mean 'CHN'?"),
    ],
)
def test_a_wrong_name_is_one_message(words: list[str], message: str, typed: Callable[..., Result]) -> None:
    done = typed("indices", *words)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"{message}\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--regions", "CHN,,ROW"], "a name is missing (got 'CHN,,ROW'). Write, for example, CHN,EU27,ROW."),
        (["--for", ""], "a name is missing (got ''). Write, for example, CHN,EU27,ROW."),
        (["--heat", "map.pdf"], "'map.pdf' is neither a .png nor a .svg. Write, for example, heat.png."),
    ],
)
def test_a_wrong_option_is_told_with_its_name(words: list[str], message: str, typed: Callable[..., Result]) -> None:
    done = typed("indices", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"Invalid value for '{words[0]}': {message}" in done.stderr


@pytest.mark.parametrize("name", ["map.png", "folder/map.svg"])
def test_the_heat_map_is_written_beside_the_table(name: str, typed: Callable[..., Result]) -> None:
    done = typed("indices", "gallium", "--heat", name)
    assert (done.exit_code, done.stderr) == (0, f"Heat map: {name}\n")
    assert done.stdout.startswith("gallium, refined\n")
    assert Path(name).stat().st_size > 1000


def test_a_heat_map_that_cannot_be_written_is_told(typed: Callable[..., Result]) -> None:
    Path("taken").write_text("", encoding="utf-8")
    done = typed("indices", "gallium", "--heat", "taken/map.png")
    assert done.exit_code == 1
    assert done.stderr.startswith("taken/map.png: cannot write the chart here")
