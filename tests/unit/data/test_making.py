"""The pack's files are what their cards make of the inputs, and cards say what they mean."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from sim.data.facts import packaged
from sim.data.making.__main__ import file_of
from sim.data.making.card import CARDS, Card, cards, read_card
from sim.data.making.inputs import INPUTS, sources, table
from sim.data.making.make import material_rows, sector, slug

BY_NAME = {path.stem: path for path in sorted(CARDS.glob("*.yaml"))}


BECAUSE = "because: for the sake of the test"


def made(text: str) -> list[dict[str, str]]:
    return material_rows(Card.model_validate(yaml.safe_load(text.replace("@@", BECAUSE))))


def values(rows: list[dict[str, str]], quantity: str) -> dict[str, float]:
    return {row["region"]: float(row["value"]) for row in rows if row["quantity"] == quantity and row["role"] == "base"}


@pytest.mark.parametrize("name", BY_NAME)
def test_the_file_is_what_its_card_makes(name: str) -> None:
    assert packaged(f"{name}.csv") == file_of(read_card(BY_NAME[name]))


def test_every_input_row_has_a_source_with_terms() -> None:
    known = sources()
    assert all(source.source and source.url and source.licence for source in known.values())
    for path in INPUTS.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        if "source" in header and path.stem != "sources":
            assert {row["source"] for row in table(path.stem)} <= known.keys(), path.name


def test_tonnes_come_from_the_table_and_the_rest_from_its_total() -> None:
    rows = made("material: x\ntitle: X\nstages: [{commodity: x.mined, output: {table: antimony}, use: {end_use: antimony}}]")
    output = values(rows, "production")
    assert output["CHN"] == 40_000
    assert sum(output.values()) == pytest.approx(119_000, rel=1e-3)
    assert sum(values(rows, "consumption").values()) == pytest.approx(sum(output.values()))


def test_shares_are_scaled_to_the_total_and_a_recipe_takes_all_of_it() -> None:
    text = """
        material: x
        title: X
        stages:
          - {commodity: x.mined, output: {table: antimony}}
          - commodity: x.refined
            output: {table: antimony, stage: refined, dataset: EC_CRM2023, total_of: x.mined, part: {value: 0.8, @@}}
            made_of: {x.mined: all}
            use: {sectors: {alloys: {value: 1, @@}}, recycled: {value: 0.2, @@}}
    """
    rows = made(text)
    refined = [row for row in rows if row["commodity"] == "x.refined"]
    mined = sum(values([row for row in rows if row["commodity"] == "x.mined"], "production").values())
    assert sum(values(refined, "production").values()) == pytest.approx(0.8 * mined)
    (recipe,) = (float(row["value"]) for row in refined if row["quantity"] == "recipe")
    assert recipe == pytest.approx(1.25)
    use, again = (sum(values(refined, name).values()) for name in ("consumption", "recycled"))
    assert use == pytest.approx(mined)
    assert again == pytest.approx(0.2 * use)


def test_measured_use_stands_and_others_share_the_rest_by_industry() -> None:
    use = "{measured: {USA: 'antimony | Antimony | Consumption, apparent'}, assumed: {CHN: {value: 0.5, @@}}, end_use: antimony}"
    rows = made(f"material: x\ntitle: X\nstages: [{{commodity: x.mined, output: {{table: antimony}}, use: {use}}}]")
    used, whole = values(rows, "consumption"), sum(values(rows, "production").values())
    assert used["USA"] == 28_600
    assert used["CHN"] == pytest.approx(0.5 * whole)
    assert used["EU27"] / used["KOR"] == pytest.approx(15.5 / 3)
    status = {row["region"]: row["status"] for row in rows if row["quantity"] == "consumption"}
    assert status == {"USA": "measured", **dict.fromkeys(("CHN", "EU27", "JPN", "KOR", "ROW"), "assumption")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("output: {table: antimony, colour: red}", "colour"),
        (
            "output: {shares: {CHN: {value: 0.5, @@}}, total: {value: 5, @@}}",
            "add up",
        ),
        ("output: {shares: {CHN: {value: 1, @@}}}", "need a total"),
        ("output: {}", "a table or shares"),
        ("output: {dataset: USGS_MCS2026, table: antimony, total: {value: 1, because: short}}", "20 characters"),
        ("output: {dataset: USGS_MCS2026, table: antimony, total: {value: 5, @@}, total_of: y.mined}", "not both"),
    ],
)
def test_a_card_that_is_wrong_is_refused(change: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        made(f"material: x\ntitle: X\nstages: [{{commodity: x.mined, {change}}}]")


def test_use_beyond_supply_and_tables_without_rows_are_refused() -> None:
    much = "{assumed: {CHN: {value: 0.7, @@}, USA: {value: 0.4, @@}}, end_use: antimony}"
    with pytest.raises(ValueError, match="exceeds"):
        made(f"material: x\ntitle: X\nstages: [{{commodity: x.mined, output: {{table: antimony}}, use: {much}}}]")
    with pytest.raises(ValueError, match="no rows for unobtainium"):
        made("material: x\ntitle: X\nstages: [{commodity: x.mined, output: {table: unobtainium}}]")


def test_a_card_is_named_as_its_material(tmp_path: Path) -> None:
    path = tmp_path / "iron.yaml"
    path.write_text("{material: steel, title: Steel, stages: []}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"iron\.yaml: the material is called steel"):
        read_card(path)
    assert all(card.title for card in cards())


def test_sectors_share_a_name_only_if_they_share_a_division() -> None:
    assert slug("Tyre adhesives & paint dryers (all)") == "tyre-adhesives-paint-dryers"
    division: dict[str, str] = {}
    for row in table("end_uses"):
        if row["nace"]:
            assert division.setdefault(sector(row), row["nace"].split(" ")[0]) == row["nace"].split(" ")[0]


def test_stock_policy_stands_as_context_on_what_is_stored() -> None:
    (aim,) = (row for row in material_rows(read_card(BY_NAME["lithium"])) if row["quantity"] == "reserve_target")
    assert (aim["commodity"], aim["region"], aim["value"], aim["unit"], aim["role"]) == ("lithium.refined", "KOR", "30", "days", "context")
