"""Facts of one's own: what they replace and add, in the table, the model, the run and its manifest."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.data import chain, facts, materials, read_folder, table
from sim.data.facts import COLUMNS
from sim.errors import ScenarioError
from sim.model.compile import compile_model
from sim.record.folder import digest, fingerprint, manifest

REGIONS = ("CHN", "EU27", "JPN", "KOR", "USA", "ROW")
SURVEY = {"year": "2025", "role": "base", "status": "measured", "source": "Our survey", "url": "https://example.org", "licence": "own work"}
CHINA = SURVEY | {"commodity": "gallium.refined", "quantity": "production", "region": "CHN", "value": "760", "unit": "t/year"}
JAPAN = CHINA | {"quantity": "cover", "region": "JPN", "value": "90", "unit": "days"}
ITALY = CHINA | {"region": "ITA", "value": "5"}
TALK = CHINA | {"role": "context", "year": "2024", "value": "800"}
MITHRIL = [
    *({"quantity": "production", "region": region, "value": "500", "unit": "t/year"} for region in ("CHN", "ROW")),
    *(
        {"quantity": "consumption", "region": r, "value": v, "unit": "t/year"}
        for r, v in (("CHN", "100.5"), ("JPN", "400"), ("ROW", "499.5"))
    ),
    {"quantity": "end_use", "region": "WLD", "sector": "armour", "value": "100", "unit": "%"},
]
QUESTION = """
title: Mithril
clock: {start: 2026-01-01, horizon: 1 year}
runs: {count: 10}
materials: [mithril]
regions: [CHN, JPN, ROW]
shocks:
  halt: {kind: export_ban, commodity: mithril.purified, from: CHN, to: JPN, start: 2026-03-01, duration: 6 months}
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write rows into a file of facts, by default `mine/gallium.csv`, and give back its folder."""

    def written(*rows: dict[str, str], name: str = "gallium.csv", folder: str = "mine") -> Path:
        path = tmp_path / folder / name
        path.parent.mkdir(exist_ok=True)
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        if path.suffix == ".parquet":
            frame.astype({"value": float, "year": int}).to_parquet(path)
        else:
            frame.to_csv(path, index=False)
        return path.parent

    return written


@pytest.fixture
def mithril(write: Write) -> Path:
    return write(*({**SURVEY, "commodity": "mithril.purified", **row} for row in MITHRIL), name="mithril.csv")


def rows_of(frame: pd.DataFrame, quantity: str, region: str) -> list[list[str]]:
    """Value, year, role and source of the rows on gallium."""
    rows = frame.to_dict("records")
    told = [row for row in rows if (row["commodity"], row["quantity"], row["region"]) == ("gallium.refined", quantity, region)]
    return [[row[name] for name in ("value", "year", "role", "source")] for row in told]


def test_a_base_row_replaces_that_of_the_pack_which_stays_to_be_seen(write: Write) -> None:
    folder = write(CHINA, JAPAN, TALK)
    before, after = table("gallium"), sim.facts("gallium", data=folder)
    base = [row for row in rows_of(after, "production", "CHN") if row[2] == "base"]
    assert base == [["760 t/year", "2025", "base", "Our survey"]]
    old = after[after.basis.str.startswith(f"replaced by {folder / 'gallium.csv'}:2")].iloc[0]
    was = before[(before.quantity == "production") & (before.region == "CHN") & (before.role == "base")].iloc[0]
    assert (old["role"], old["value"], old["source"]) == ("context", was["value"], was["source"])
    assert old["basis"] == f"replaced by {folder / 'gallium.csv'}:2; {was['basis']}"
    assert ["800 t/year", "2024", "context", "Our survey"] in rows_of(after, "production", "CHN")
    assert len(after) == len(before) + 3


def test_a_replaced_number_and_an_added_one_reach_the_model(write: Write) -> None:
    own = read_folder(write(CHINA, JAPAN, ITALY))
    shipped, ours = chain(["gallium"], REGIONS), chain(["gallium"], REGIONS, own)
    changed = {name for name in shipped.nodes if shipped.nodes[name] != ours.nodes.get(name)}
    assert changed == {"gallium.refined.CHN", "gallium.refined.JPN", "gallium.refined.EU27"}
    assert ours.nodes["gallium.refined.CHN"].production == 760
    assert ours.nodes["gallium.refined.JPN"].cover == 90
    assert ours.nodes["gallium.refined.EU27"].production == 5

    model = compile_model(sim.load("gallium-export-halt", data=own))
    at = model.network.commodities.index("gallium.refined") * len(model.network.regions) + model.network.regions.index("CHN")
    assert model.facts.production[at].amount == 760


def test_common_rows_hold_for_every_material(write: Write) -> None:
    row = JAPAN | {"commodity": "any", "region": "WLD", "value": "3", "unit": "weeks"}
    folder = write(row, name="common.csv")
    for material in materials():
        (cover,) = (f for f in facts(material, read_folder(folder)) if f.what == "any.WLD.cover" and f.role == "base")
        assert (cover.value, cover.source) == (21, "Our survey")
    assert materials(read_folder(folder)) == materials()


def test_rows_that_say_what_the_pack_says_change_nothing(write: Write) -> None:
    fact = next(f for f in facts("gallium") if f.what == "gallium.refined.CHN.production")
    own = read_folder(write(CHINA | {"value": fact.text.split()[0]}))
    assert chain(["gallium"], REGIONS, own) == chain(["gallium"], REGIONS)


def test_a_new_material_runs_from_file_to_folder(mithril: Path, tmp_path: Path) -> None:
    (tmp_path / "q.yaml").write_text(QUESTION, encoding="utf-8")
    assert "mithril" in sim.materials(data=mithril)
    assert "mithril" not in sim.materials()
    result = sim.run(tmp_path / "q.yaml", data=mithril)
    assert result.record.network.commodities == ("mithril.purified",)
    table = result.summary()
    assert table[(table.measure == "price_peak") & (table.region == "JPN")]["mean"].max() > 1.2
    assert sim.trace(tmp_path / "q.yaml", data=mithril)
    sim.check(tmp_path / "q.yaml", data=mithril)
    with pytest.raises(ScenarioError, match=r"q.yaml:5:13 materials\[0\]: unknown material \(got 'mithril'\)"):
        sim.load(tmp_path / "q.yaml")


def test_the_manifest_the_page_and_the_charts_tell_of_the_folder(mithril: Path, tmp_path: Path) -> None:
    (tmp_path / "q.yaml").write_text(QUESTION, encoding="utf-8")
    result = sim.run(tmp_path / "q.yaml", data=mithril)
    folder = result.save(tmp_path / "runs")
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    content = (mithril / "mithril.csv").read_bytes()
    by_hand = hashlib.sha256(f"mithril.csv\n{len(content)}\n".encode() + content).hexdigest()
    assert told["data"] == {"folder": str(mithril), "sha256": by_hand}
    assert told["fact_sources"][0] == "Our survey (own work)"
    assert told["fact_sources"][-1].startswith("6 numbers measured, 0 derived, ")
    assert "Our survey (own work)" in result.view().sources
    assert shlex.join(["--data", str(mithril)]) in (folder / "report.html").read_text(encoding="utf-8")
    assert folder.name.endswith(told["hash"])


def test_the_hash_changes_with_the_data_and_not_with_its_place(write: Write) -> None:
    def known(*rows: dict[str, str], folder: str) -> str:
        return fingerprint(record.scenario.with_data(read_folder(write(*rows, folder=folder))))

    record = sim.run("gallium-export-halt", runs=2).record
    one, moved = known(CHINA, folder="one"), known(CHINA, folder="two")
    others = [known(CHINA | change, folder="one") for change in ({"value": "761"}, {"source": "Another"}, {"role": "context"})]
    assert one == moved
    assert len({fingerprint(record.scenario), one, *others}) == 5


def test_parquet_and_csv_give_the_same(write: Write) -> None:
    pytest.importorskip("pyarrow", reason="Parquet is an extra")
    rows = (CHINA | {"value": "760.25"}, JAPAN, ITALY, TALK)
    csv, parquet = write(*rows), write(*rows, name="gallium.parquet", folder="theirs")
    pd.testing.assert_frame_equal(sim.facts("gallium", csv).drop(columns="basis"), sim.facts("gallium", parquet).drop(columns="basis"))
    ours, theirs = (sim.run("gallium-export-halt", runs=3, data=folder).frame() for folder in (csv, parquet))
    pd.testing.assert_frame_equal(ours, theirs)
    write(ITALY, name="gallium.parquet", folder="both")
    both = read_folder(write(CHINA, JAPAN, TALK, folder="both"))
    assert {(f.what, f.text, f.role) for f in both.facts} == {
        (f.what, f.text, f.role) for f in read_folder(write(CHINA, JAPAN, TALK, ITALY)).facts
    }


def test_the_pack_is_untouched(write: Write) -> None:
    before = facts("gallium")
    scenario = sim.load("gallium-export-halt", data=write(CHINA))
    assert facts("gallium") == before
    plain = sim.load("gallium-export-halt")
    assert (plain.data, manifest(sim.run(plain, runs=2).record)["data"]) == (None, None)
    assert digest(scenario) != digest(plain) == digest(scenario.with_data(None))


def test_a_scenario_keeps_what_was_read_when_the_folder_is_gone(write: Write) -> None:
    folder = write(CHINA)
    scenario = sim.load("gallium-export-halt", data=folder)
    expected = sim.run("gallium-export-halt", data=folder, runs=3).frame()
    (folder / "gallium.csv").unlink()
    told: list[int] = []
    again = sim.simulate(
        scenario.model_copy(update={"runs": scenario.runs.model_copy(update={"count": 3})}),
        sim.Execution(lambda done, wanted: told.append(done)),
    )
    pd.testing.assert_frame_equal(again.frame(), expected)
    assert again.view().sources
    assert told[-1] == 3


def test_a_scenario_that_is_read_takes_other_data(write: Write) -> None:
    scenario = sim.load("gallium-export-halt")
    folder = write(CHINA)
    ours = sim.run(scenario, data=folder, runs=3).record
    assert scenario.data is None
    assert ours.scenario.data == read_folder(folder)
    theirs = sim.run("gallium-export-halt", data=sim.read_data(folder), runs=3).record
    assert all(np.array_equal(ours.outcomes[name], theirs.outcomes[name], equal_nan=True) for name in theirs.outcomes)
