"""Every policy with every other: the two engines agree, matter balances, and no number depends on the batch."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pytest

from sim.model.compile import compile_model
from sim.scenario import Scenario, load_text
from sim.study.ensemble import ensemble
from sim.study.execution import Execution
from tests.property.test_invariants import agree

WORLD = """
clock: {start: 2026-01-01, horizon: 18 months, step: 1 week}
runs: {count: 5, rng_seed: 3}
groups: {club: [B, C]}
network:
  commodities: {ore.mined: {price: 200 USD/t}, metal.made: {recipe: {ore.mined: 1.5}, price: 900 USD/t}, other.made: {}}
  nodes:
    ore.mined.A: {production: 120 t/year}
    ore.mined.B: {production: 30 t/year}
    ore.mined.D: {cover: 3 weeks}
    metal.made.A: {production: 70 t/year, demand: {cars: 20 t/year}}
    metal.made.B: {production: 30 t/year, cover: 5 weeks, demand: {cars: 30 t/year, chips: 10 t/year}}
    metal.made.C: {cover: 3 weeks, demand: {cars: 40 t/year}}
    metal.made.D: {}
    other.made.A: {production: 12 t/year, spare: 100 %}
    other.made.B: {demand: {cars: 4 t/year}}
    other.made.C: {demand: {cars: 8 t/year}}
shocks:
  ban:
    kind: export_ban
    commodity: metal.made
    from: A
    to: club
    announced: 2026-03-01
    start: 2026-05-15
    duration: {uniform: [3 months, 9 months]}
  flood: {kind: outage, commodity: ore.mined, region: B, severity: 60 %, start: 2026-08-01, duration: 3 months}
"""
KINDS = {
    "stockpile": "{kind: stockpile, commodity: metal.made, holders: club, pooled: true, target: 40 days, fill: 6 months, initial: 20 %}",
    "stockpile_with_rules": "{kind: stockpile, commodity: metal.made, holders: [A, B, C], pooled: true, target: 60 days, fill: 4 months, "
    "initial: 50 %, start: 2026-02-13, budget: 40000 USD/year, sharing: max-min, reserve: 20 %, rate: 2 /year, leaving: {B: 2026-09-01}, "
    "rotation: 10 %}",
    "recycling": "{kind: recycling, commodity: metal.made, region: club, life: 8 months, life_sd: 2 months, collection: 60 %, "
    "recovery: 80 %, ramp: 4 months, per_tonne: 50 USD/t}",
    "substitution": "{kind: substitution, commodity: metal.made, region: all, sector: cars, share: 25 %, price: 1.05, time: 6 weeks, "
    "to: other.made, ratio: 0.7, per_tonne: 10 USD/t}",
    "joint_procurement": "{kind: joint_procurement, commodity: metal.made, members: club, start: 2026-02-11, ramp: 2 months}",
    "capacity_project": "{kind: capacity_project, commodity: metal.made, region: D, capacity: 20 t/year, start: 2026-02-01, "
    "build: 3 months, ramp: 4 months, offtake: {C: 60 %, B: 20 %}}",
    "expansion": "{kind: capacity_project, commodity: ore.mined, region: A, capacity: 15 t/year, build: 2 months, probability: 70 %}",
    "supplier_qualification": "{kind: supplier_qualification, commodity: metal.made, from: D, to: B, time: 3 months}",
    "advanced_materials": "{kind: advanced_materials, commodity: metal.made, region: all, sector: cars, saving: 30 %, "
    "research: {uniform: [2 months, 8 months]}, ramp: 6 months, probability: 80 %}",
    "demand_reduction": "{kind: demand_reduction, commodity: metal.made, region: C, size: 15 %, start: 2026-04-03, end: 2027-01-05, "
    "upfront: 1000 USD, yearly: 500 USD/year, per_tonne: 20 USD/t}",
    "price_floor": "{kind: price_floor, commodity: metal.made, region: B, level: 1.1}",
    "floor_with_budget": "{kind: price_floor, commodity: ore.mined, region: all, level: 1.3, budget: 20000 USD}",
    "tariff": "{kind: tariff, commodity: metal.made, from: A, to: B, rate: 25 %, start: 2026-06-09, ramp: 5 weeks}",
    "import_quota": "{kind: import_quota, commodity: metal.made, from: A, to: C, quota: 50 %, start: 2026-04-20, ramp: 3 months}",
    "beyond_price": "{kind: beyond_price, commodity: metal.made, region: club, trusted: B, weight: 80 %, ramp: 1 year}",
    "single_source_cap": "{kind: single_source_cap, commodity: metal.made, region: club, cap: 50 %, start: 2026-03-05, ramp: 6 months}",
    "early_warning": "{kind: early_warning, commodity: metal.made, region: club, notice: 5 months, detection: 70 %, false_alarms: 1 /year}",
    "export_control": "{kind: export_control, commodity: ore.mined, from: B, to: A, start: 2026-04-12, leakage: 20 %, "
    "counter: {commodity: ore.mined, probability: 60 %, delay: 30 days, duration: 4 months}}",
}
NEEDS_D = ("supplier_qualification",)


def scenario(*kinds: str) -> Scenario:
    """The world with these policies; the second is a little later than the first where it is the same."""
    chosen = dict.fromkeys(kinds) | ({"capacity_project": None} if set(kinds) & set(NEEDS_D) else {})
    lines = [f"  p{i}: {KINDS[kind]}" for i, kind in enumerate(chosen)]
    return load_text("\n".join((WORLD, "policies:", *lines)))


@pytest.mark.parametrize("kinds", list(combinations_with_replacement(KINDS, 2)), ids="+".join)
def test_two_policies_run_balance_and_agree(kinds: tuple[str, str]) -> None:
    agree(compile_model(scenario(*kinds)), runs=(1,))


def test_all_policies_at_once_agree_and_do_not_depend_on_the_batch() -> None:
    whole = scenario(*KINDS)
    model = compile_model(whole)
    agree(model, runs=(0, 2))
    one, other = (ensemble(whole, model, Execution(n_batch=n_batch)) for n_batch in (None, 2))
    for measure, values in one.outcomes.items():
        np.testing.assert_array_equal(values, other.outcomes[measure], err_msg=measure)


@pytest.mark.parametrize("kind", KINDS)
def test_each_policy_changes_something(kind: str) -> None:
    """A policy that is written and does nothing would pass every other test."""
    changed, plain = (
        ensemble(world, compile_model(world))
        for world in (scenario(kind), scenario("capacity_project") if kind in NEEDS_D else load_text(WORLD))
    )
    before = {place: changed.outcome("unmet_t", *place) for place in changed.places if place.sector == "all"}
    prices = [np.abs(values - plain.outcome("unmet_t", *place)).max() for place, values in before.items() if place in plain.places]
    peaks = [np.abs(changed.outcome("price_peak", *p) - plain.outcome("price_peak", *p)).max() for p in before if p in plain.places]
    assert max(*prices, *peaks) > 1e-6
