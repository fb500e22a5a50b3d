"""Mistakes once made, kept from coming back."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.errors import ModelError, ScenarioError
from sim.model.compile import compile_model
from sim.scenario import load
from tests.property.test_invariants import agree
from tests.worlds import run_text, two_sources

FLAGSHIP = "gallium-export-halt"


def unmet(result: sim.api.Result, region: str) -> float:
    return float(result.record.outcome("unmet_t", "gallium.refined", region).mean())


def test_a_shock_announced_before_the_clock_starts_is_feared_from_the_first_day() -> None:
    halts = [load(FLAGSHIP, sets=[f"shocks.halt.announced={day}", "shocks.halt.start=2027-03-01"]) for day in ("2020-01-01", "2026-10-01")]
    agree(compile_model(halts[0]), runs=(0, 1))
    early, at_start = (sim.run(halt, runs=20) for halt in halts)
    assert unmet(early, "JPN") == pytest.approx(unmet(at_start, "JPN"), rel=1e-9)


def test_a_scenario_object_is_run_as_it_is() -> None:
    scenario = sim.load(FLAGSHIP, sets=["watch.threshold=0.5"])
    assert sim.run(scenario, runs=7).record.scenario.watch.threshold == 0.5
    assert sim.run(scenario, runs=7, rng_seed=5).record.n_run == 7
    with pytest.raises(ScenarioError, match=r"already read. Give them to sim.load"):
        sim.run(scenario, variant="pooled-60")
    with pytest.raises(ScenarioError, match=r"number of runs .*count 0"):
        sim.run(scenario, runs=0)


def test_the_version_of_a_run_tells_laws_apart() -> None:
    from sim.record.folder import manifest

    path = "gallium.refined.EU27.cover"
    versions = {
        manifest(sim.run(FLAGSHIP, sets=[f"{path}={{{law}: [4 weeks, 8 weeks, 26 weeks]}}"], runs=2).record)["hash"]
        for law in ("pert", "triangular")
    }
    assert len(versions) == 2


def test_a_world_that_feeds_on_its_rounding_is_refused() -> None:
    at_once = [f"rules.{name}=0 days" for name in ("order_adjustment", "expectation", "stock_adjustment", "buffer")]
    with pytest.raises(ModelError, match="does not rest"):
        sim.check(FLAGSHIP, sets=[*at_once, "rules.lead_abroad=300 days", "rules.cover=1 day", "rules.spare=0"])
    sim.check(FLAGSHIP)


def test_means_survive_a_first_run_that_makes_nothing() -> None:
    text = two_sources(stock=2, home=0, demand=10, shock="duration: 1 year").replace(
        "production: 10 t/year", "production: {choice: {values: [0 t/year, 100 t/year]}}"
    )
    for rng_seed in range(4):
        result = run_text(text, horizon="2 years", step="1 week", runs=20, rng_seed=rng_seed)
        assert np.isfinite(result.record.means["supply"]).all()
        assert result.record.means["supply"].min() >= 0
        assert result.record.means["supply"].max() < 100


def test_the_particular_wins_over_the_general_wherever_it_stands() -> None:
    one, two = "gallium.refined.EU27.cover=50 weeks", "gallium.refined.alliance.cover=1 week"
    results = [sim.run(FLAGSHIP, sets=sets, runs=5) for sets in ([one, two], [two, one])]
    assert unmet(results[0], "EU27") == unmet(results[1], "EU27")
    groups = ["groups.east=[JPN, KOR]", "groups.pacific=[JPN, USA]"]
    with pytest.raises(ScenarioError, match="neither is the more particular"):
        sim.load(FLAGSHIP, sets=[*groups, "gallium.refined.east.cover=1 week", "gallium.refined.pacific.cover=2 weeks"])


def test_capacity_below_production_and_recycling_above_use_are_refused() -> None:
    with pytest.raises(ScenarioError, match=r"capacity of gallium.refined in CHN is below its production at rest \(got 100 against 839"):
        sim.load(FLAGSHIP, sets=["gallium.refined.CHN.capacity=100 t/year"])
    with pytest.raises(ModelError, match=r"gallium.refined.USA.recycled: more is recycled than is used there"):
        sim.check(FLAGSHIP, sets=["gallium.refined.USA.recycled=50 t/year"])


def test_nothing_runs_short_before_the_first_shock() -> None:
    surge = "{kind: demand_surge, commodity: gallium.refined, region: EU27, start: 2027-01-25, duration: 1 year, size: 9}"
    result = sim.run(FLAGSHIP, sets=["shocks=null", f"shocks.boom={surge}", "clock.step=1 month"], runs=20)
    first = result.record.outcome("first_shortage_days", "gallium.refined", "EU27")
    assert np.nanmin(first) >= 116 - 1e-9  # 25 January 2027 is day 116 from 1 October 2026


def test_a_quick_store_does_not_leave_its_holders_awash() -> None:
    pile = "{kind: stockpile, commodity: gallium.refined, holders: EU27, target: 60 days, fill: 1 week}"
    result = sim.run(FLAGSHIP, sets=["shocks=null", f"policies.reserve={pile}", "watch.series=[cover, store]"], runs=10)
    net = result.record.network
    node = net.regions.index("EU27")
    start, end = result.record.fans["cover"][2, [0, -1], node]
    assert end <= start * 1.01
    assert result.record.fans["store"][2, -1, node] == pytest.approx(60 * 38.48 / 365.25, rel=1e-3)
