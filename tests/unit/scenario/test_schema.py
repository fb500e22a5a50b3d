"""The JSON Schema: current, valid, and of one mind with the loader on what a file may hold."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from sim.scenario import Scenario, json_schema, load_text, reference, schema_text, shipped
from sim.scenario.law import LAWS
from sim.scenario.library import folder
from sim.scenario.node import plain
from sim.scenario.schema import _PAGES
from sim.scenario.text import read_text

ROOT = Path(__file__).resolve().parents[3]
VALIDATOR = jsonschema.Draft7Validator(json_schema(), format_checker=jsonschema.FormatChecker())
BASE = """\
clock: {start: 2026-01-01, horizon: 3 years}
network:
  commodities: {ore.mined: , metal.refined: {recipe: {ore.mined: 2 t/t}}}
  nodes:
    ore.mined.AAA: {production: 20 t/year}
    metal.refined.AAA: {production: 10 t/year, demand: {chips: {amount: 4 t/year, priority: 1}, other: 1 t/year}}
    metal.refined.BBB:
"""
MESSAGES = ROOT / "tests" / "message"


def is_valid(text: str) -> bool:
    return VALIDATOR.is_valid(plain(read_text(text, "f")[0]))


def test_the_committed_schema_is_current() -> None:
    assert (ROOT / "scenarios" / "schema.json").read_text(encoding="utf-8") == schema_text()


def test_the_committed_reference_is_current() -> None:
    assert (ROOT / "scenarios" / "REFERENCE.md").read_text(encoding="utf-8") == reference()


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(json_schema())
    assert '"quantity"' not in schema_text()


@pytest.mark.parametrize("name", shipped())
def test_what_ships_is_valid(name: str) -> None:
    assert is_valid((folder("scenarios") / f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shocks: {s: {kind: outage, commodity: metal.refined, region: AAA, start: 2026-03-01, severity: 30 %}}\n",
        "shocks: {s: {kind: outage, commodity: metal.refined, region: [AAA], start: {uniform: [2026-03-01, 2026-04-01]}}}\n",
        "shocks: {s: {kind: export_ban, commodity: metal.refined, from: AAA, start: 2026-03-01, "
        "duration: {lognormal: {median: 10 months, p90: 22 months}}, leakage: {uniform: [0, 15 %]}}}\n",
        "shocks: {s: {kind: outage, commodity: metal.refined, region: AAA, every: {rate: 0.3 / year}, duration: 1 week}}\n",
        "policies: {p: {kind: stockpile, commodity: metal.refined, holders: all, target: 60 days, "
        "release: {when: shortage > 5 %, at_most: 100 %}}}\n",
        "set: {metal.refined.AAA.cover: {triangular: [6 weeks, 10 weeks, 20 weeks]}, metal.refined.all.demand.chips: 3 t/year}\n",
        "rules: {hoarding: {uniform: [1.3, 2]}, use: max-min, lead_abroad: 2 months, allies: AAA}\n",
        "runs: {count: 1e6}\n",
        "rules: {price: {feedback: false}, demand: {growth: -2 %, season: 0.1, season_peak: 02-10}, supply: {build: 2 years}, "
        "sourcing: {switching: {uniform: [0, 2]}}}\n",
        "sectors: {chips: {essential: {metal.refined: 50 %}, value_added: {AAA: 5 bn USD/year}}, other: }\n",
        "sectors: {chips: {value_added: {AAA: {uniform: [300 million USD/year, 7 bn USD / year]}}}}\n",
        "shocks: {s: {kind: tariff, commodity: metal.refined, from: AAA, to: BBB, rate: 145 %, start: 2026-03-01}, "
        "t: {kind: transport, commodity: metal.refined, delay: 2 weeks, after: {shock: s, probability: 30 %}}}\n",
        "policies: {p: {kind: price_floor, commodity: metal.refined, region: AAA, level: 1.8}}\n",
    ],
)
def test_both_accept(text: str) -> None:
    assert load_text(BASE + text)
    assert is_valid(BASE + text)


@pytest.mark.parametrize(
    "name",
    [
        "unknown-key", "wrong-unit", "no-unit", "ambiguous-unit", "unknown-kind", "list-for-mapping", "a-list",
        "missing-parts", "many-mistakes", "negative-elasticity", "tariff", "market-rules",
    ],
)  # fmt: skip
def test_both_refuse(name: str) -> None:
    assert (MESSAGES / f"{name}.txt").exists()
    assert not is_valid((MESSAGES / f"{name}.yaml").read_text(encoding="utf-8"))


def test_a_patch_is_checked_for_its_keys_only() -> None:
    assert is_valid("extends: base.yaml\nshocks: {halt: {leakage: 5 %}}\npolicies: {reserve: null}\n")
    assert not is_valid("extends: base.yaml\nshoks: {}\n")


def test_the_schema_knows_every_key_and_says_what_it_means() -> None:
    for title, model in _PAGES:
        for name, field in model.model_fields.items():
            assert field.description, f"{title}: {name}"
            assert field.description.endswith("."), f"{title}: {name}"
    definitions = json_schema()["$defs"]
    assert set(definitions["Scenario"]["properties"]) == set(Scenario.model_fields)
    assert set(definitions["law_time"]["properties"]) == set(LAWS)


def test_the_reference_names_every_key() -> None:
    page = reference()
    for title, model in _PAGES:
        section = page.split(f"## {title}\n")[1].split("\n## ")[0]
        rows = [line.split(" | ")[0].removeprefix("| ") for line in section.splitlines() if line.startswith("| ")]
        assert rows[1:] == [("from" if name == "source" else name) for name in model.model_fields]
    assert "| cover | a duration, such as '6 weeks', or a law | 6 weeks |" in page
    assert all(f"`{{{law}: " in page for law in LAWS)
