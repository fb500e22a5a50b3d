"""Indices of dependence against answers by hand and published examples."""

from __future__ import annotations

import math

import pytest

from sim.draw import draw
from sim.measure import indices
from sim.measure.dependence import Rest, at_rest, direct, through_chain
from sim.model.compile import compile_model
from sim.scenario import load_text

HEAD = "clock: {start: 2026-01-01, horizon: 1 week}\n"
MAGNETS = """
network:
  commodities: {oxide.refined: {}, iron.refined: {}, magnet.made: {recipe: {oxide.refined: 0.4, iron.refined: 0.6}}}
  nodes:
    oxide.refined.A: {production: 32 t/year}
    oxide.refined.B: {}
    oxide.refined.C: {production: 8 t/year}
    iron.refined.A: {production: 6 t/year}
    iron.refined.B: {}
    iron.refined.C: {production: 54 t/year}
    magnet.made.A: {production: 50 t/year}
    magnet.made.B: {production: 50 t/year}
    magnet.made.D: {demand: {cars: 100 t/year}}
  trade:
    - {commodity: oxide.refined, from: A, to: A, flow: 20 t/year}
    - {commodity: oxide.refined, from: A, to: B, flow: 12 t/year}
    - {commodity: oxide.refined, from: C, to: B, flow: 8 t/year}
    - {commodity: oxide.refined, from: C, to: A, flow: 0 t/year}
    - {commodity: iron.refined, from: A, to: A, flow: 3 t/year}
    - {commodity: iron.refined, from: A, to: B, flow: 3 t/year}
    - {commodity: iron.refined, from: C, to: A, flow: 27 t/year}
    - {commodity: iron.refined, from: C, to: B, flow: 27 t/year}
"""
"""D buys half of its magnets from A and half from B; B buys 60 % of its oxide and 10 % of its iron from A."""
RELIANCE = """
network:
  commodities: {metal.refined: {}}
  nodes:
    metal.refined.A: {production: 90 t/year, demand: {cars: 30 t/year}}
    metal.refined.B: {production: 10 t/year, recycled: 20 t/year, demand: {cars: 90 t/year}}
"""


def flows(body: str) -> Rest:
    model = compile_model(load_text(HEAD + body))
    return at_rest(model.network, draw(model, 0, 0, 1))


def test_dependence_through_a_chain() -> None:
    rest = flows(MAGNETS)
    assert direct(rest, "magnet.made", "D", "A") == pytest.approx(0.5)
    assert direct(rest, "oxide.refined", "B", "A") == pytest.approx(0.6)
    # All that A makes, and of what B makes the 60 % that stand on A's oxide, since that is scarcer than A's iron.
    assert through_chain(rest, "magnet.made", "D", "A") == pytest.approx(0.5 + 0.5 * 0.6)
    assert through_chain(rest, "oxide.refined", "B", "A") == pytest.approx(0.6)
    # C makes no magnets, but A and B both take nine tenths of their iron from it.
    assert direct(rest, "magnet.made", "D", "C") == 0.0
    assert through_chain(rest, "magnet.made", "D", "C") == pytest.approx(0.9)


def test_who_buys_nothing_depends_on_nobody_in_a_way_that_is_not_known() -> None:
    rest = flows(MAGNETS)
    assert math.isnan(direct(rest, "oxide.refined", "D", "A"))
    assert math.isnan(through_chain(rest, "oxide.refined", "D", "A"))


def test_import_reliance() -> None:
    rest = flows(RELIANCE)
    use, made, again = (part["metal.refined", "B"] for part in (rest.use, rest.production, rest.recycled))
    assert indices.import_reliance(use, made, again) == pytest.approx(60 / 90)
    use, made, again = (part["metal.refined", "A"] for part in (rest.use, rest.production, rest.recycled))
    assert indices.import_reliance(use, made, again) == 0.0
    assert math.isnan(indices.import_reliance(0.0, 5.0, 0.0))


def test_concentration_by_hand() -> None:
    assert indices.concentration([70, 20, 10]) == pytest.approx(0.54)
    assert indices.concentration([1, 1, 1, 1]) == 0.25
    assert math.isnan(indices.concentration([]))
    assert math.isnan(indices.concentration([0.0]))


def test_concentration_weighted_by_governance() -> None:
    assert [indices.governance_risk(mean) for mean in (2.5, 0.0, -2.5)] == [0.0, 5.0, 10.0]
    made, risk = {"A": 80.0, "B": 20.0, "C": 0.0}, {"A": 6.0, "B": 2.0}
    assert indices.weighted_concentration(made, risk) == pytest.approx(0.64 * 6 + 0.04 * 2)
    assert indices.weighted_concentration(made, risk, {"A": 1.5, "B": 0.8}) == pytest.approx(0.64 * 6 * 1.5 + 0.04 * 2 * 0.8)
    assert math.isnan(indices.weighted_concentration(made, {"A": 6.0}))
    assert math.isnan(indices.weighted_concentration({}, risk))


def test_supply_risk_by_hand() -> None:
    nan = math.nan
    assert indices.supply_risk(4.0, 2.0, 0.5, 0.1, 0.9) == pytest.approx((4 * 0.25 + 2 * 0.75) * 0.9 * 0.9)
    assert indices.supply_risk(4.0, 2.0, 1.0, 0.0) == 3.0
    assert indices.supply_risk(4.0, nan, nan, 0.25) == 3.0
    assert indices.supply_risk(nan, 2.0, nan, 0.5) == 1.0
    assert math.isnan(indices.supply_risk(nan, nan, 0.5, 0.0))
    assert math.isnan(indices.supply_risk(4.0, 2.0, nan, 0.0))
    assert indices.largest([1.0, nan, 2.0]) == 2.0
    assert math.isnan(indices.largest([nan]))


def test_economic_importance_by_hand() -> None:
    shares, worth = {"cars": 0.6, "chips": 0.4}, {"cars": 100.0, "chips": 50.0, "food": 200.0}
    assert indices.economic_importance(shares, worth, 200.0, 0.9) == pytest.approx(10 * (0.6 * 0.5 + 0.4 * 0.25) * 0.9)
    assert indices.economic_importance({"food": 1.0}, worth, 200.0) == 10.0
    assert math.isnan(indices.economic_importance({"ships": 1.0}, worth, 200.0))
    assert indices.is_critical(1.0, 2.8)
    assert not indices.is_critical(0.99, 9.0)
    assert not indices.is_critical(9.0, 2.79)


def test_geopolrisk_of_the_published_example() -> None:
    # Numerator 1000, imports 2000, production 500, HHI 0.3, price 50.
    score = indices.geopolrisk(0.3, {"A": 1500.0, "B": 500.0}, {"A": 0.5, "B": 0.5}, 500.0)
    assert score == pytest.approx(0.12, abs=5e-5)
    assert indices.geopolrisk_factor(score, 50.0) == pytest.approx(14.6551, abs=5e-5)


def test_geopolrisk_at_its_ends() -> None:
    assert [indices.instability(stability) for stability in (2.5, 0.0, -2.5, -2.9, 2.6)] == [0.0, 0.5, 1.0, 1.0, 0.0]
    assert indices.geopolrisk(1.0, {"A": 10.0}, {"A": 1.0}, 0.0) == 1.0
    assert indices.geopolrisk(1.0, {}, {}, 5.0) == 0.0
    assert math.isnan(indices.geopolrisk(1.0, {}, {}, 0.0))
    assert math.isnan(indices.geopolrisk(1.0, {"A": 10.0}, {}, 0.0))
