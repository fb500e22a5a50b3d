"""The market left to settle: prices known on paper, rest with every rule at work, and a shock that dies out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.api import Result
from sim.draw import draw
from sim.engine.batch import simulate
from sim.model.compile import compile_model
from tests.doc.impulse import CASES, CUT, START, response
from tests.property.test_invariants import worst_move
from tests.worlds import run_text

SETTLE = "40 years"
TWO_PERCENT = 0.02


def rules(*, demand: float, supply: float) -> str:
    """Elasticities as the paper answer has them; nothing is built or shut, and users need not get used to a price."""
    return f"""{{
      hoarding: 1, front_running: 1, lead_abroad: 1 week, lead_home: 1 week,
      demand: {{elasticity: {demand}, elasticity_long: {demand}}},
      supply: {{elasticity: {supply}, full_cost: 1e6, entry_growth: 0, shut_price: 0.01}}}}"""


def settled(result: Result, series: str, region: str) -> float:
    """Where a price has come to in the last step, as a multiple of the one at rest."""
    net = result.record.network
    node = next(n for n in range(net.n_node) if net.regions[net.node_region[n]] == region)
    return float(result.record.fans[series][2, -1, node])


def home_market(spare: float) -> str:
    """One country that makes and uses 10 t a year and loses 30 % of its works for good."""
    return f"""
network:
  commodities: {{x.made: {{}}}}
  nodes: {{x.made.A: {{production: 10 t/year, spare: {spare}, demand: {{use: 10 t/year}}}}}}
shocks: {{loss: {{kind: outage, commodity: x.made, region: A, severity: 0.3, start: 2026-03-01}}}}
"""


@pytest.mark.parametrize(
    ("supply", "spare", "multiple"),
    [
        pytest.param(0.1, 0.0, 5.9499, id="P1 works at their limit"),
        pytest.param(0.1, 1.0, 3.28352, id="P1 supply elasticity 0.1"),
        pytest.param(0.5, 0.1, 3.69442, id="P2 spare capacity 10 %"),
        pytest.param(0.5, 1.0, 1.66452, id="P2 ample capacity"),
    ],
)
def test_supply_lost_for_good(supply: float, spare: float, multiple: float) -> None:
    """A loss of 30 %, demand elasticity 0.2: price settles where what is wanted is what is made."""
    result = run_text(home_market(spare), horizon=SETTLE, step="1 week", runs=1, rules=rules(demand=0.2, supply=supply))
    assert settled(result, "price", "A") == pytest.approx(multiple, rel=TWO_PERCENT)
    assert result.record.outcome("unmet_t", "x.made", "A")[0] < 0.01


TRADE = """
network:
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 10 t/year, spare: 100 %}
    x.made.B: {demand: {use: 10 t/year}}
watch: {series: [price, origin_price, unmet]}
"""


def test_p3_tariff() -> None:
    """Tariff of 25 %, supply elasticity 0.3, demand 0.2: the buyer pays 14.3 % more, the seller earns 8.5 % less."""
    shock = "shocks: {duty: {kind: tariff, commodity: x.made, from: A, to: B, rate: 25 %, start: 2026-03-01}}"
    result = run_text(TRADE + shock, horizon=SETTLE, step="1 week", runs=1, rules=rules(demand=0.2, supply=0.3))
    assert settled(result, "price", "B") == pytest.approx(1.14326, rel=TWO_PERCENT / 10)
    assert settled(result, "origin_price", "A") == pytest.approx(0.914610, rel=TWO_PERCENT / 10)
    wanted = result.record.means["demand"]
    assert wanted[-1].sum() / wanted[0].sum() == pytest.approx(0.973578, rel=TWO_PERCENT / 10)


def test_p4_price_floor() -> None:
    """Floor at 1.2, supply elasticity 0.5, demand 0.3: 9.5 % more is made, 5.3 % less used, and the state buys the difference."""
    policy = "policies: {floor: {kind: price_floor, commodity: x.made, region: A, level: 1.2}}"
    text = f"{rules(demand=0.3, supply=0.5)}"
    result = run_text(TRADE + policy, horizon=SETTLE, step="1 week", runs=1, rules=text)
    model = compile_model(result.record.scenario)
    bought: list[float] = []
    world = draw(model, result.record.scenario.runs.rng_seed, 0, 1)
    simulate(model.network, world, lambda room, k: bought.append(float(room.state.bought[0, 0])))
    assert settled(result, "price", "B") == pytest.approx(1.2, rel=TWO_PERCENT / 10)
    wanted = result.record.means["demand"]
    assert wanted[-1].sum() / (10 * 7 / 365.25) == pytest.approx(0.946772, rel=TWO_PERCENT / 10)
    assert result.record.outcome("state_bought_t", "x.made", "A", "price floor")[0] == pytest.approx(bought[-1])
    assert (bought[-1] - bought[-2]) / (10 * 7 / 365.25) == pytest.approx(0.148673, rel=TWO_PERCENT / 10)


EVERYTHING = """
network:
  commodities:
    ore.mined: {}
    trace.refined: {host: ore.mined}
    metal.refined: {recipe: {ore.mined: 2}}
  nodes:
    ore.mined.A: {production: 14 t/year}
    ore.mined.B: {production: 6 t/year}
    metal.refined.A: {production: 7 t/year, demand: {cars: 4 t/year}}
    metal.refined.B: {production: 3 t/year, demand: {cars: 4 t/year, wires: 2 t/year}}
    trace.refined.A: {production: 1 t/year}
    trace.refined.B: {demand: {cars: 1 t/year}}
  trade: [{commodity: metal.refined, from: B, to: A, flow: 0 t/year, qualify: 6 months}]
sectors: {cars: {product_stock: 4 weeks, essential: {trace.refined: 50 %}}}
policies:
  reserve: {kind: stockpile, commodity: metal.refined, holders: B, target: 60 days, initial: 100 %, release: {when: shortage > 5 %}}
  floor: {kind: price_floor, commodity: metal.refined, region: B, level: 0.8}
"""
"""By-products, makers, a seller not yet approved, a sector at work, a stockpile and a floor below the price at rest."""
CALM = "{uneven_stocks: 0.4}"


def test_rest_with_every_rule_at_work() -> None:
    result = run_text(EVERYTHING, horizon="10 years", step="1 week", runs=1, rules=CALM)
    assert worst_move(compile_model(result.record.scenario)) < 1e-9


@pytest.mark.parametrize("shock", ["ban", "outage", "tariff", "dumping", "transport", "surge"])
def test_the_world_returns_to_rest(shock: str) -> None:
    """Half a year of trouble that builds and shuts nothing, then eight years: prices, stocks and supply are what they were."""
    kinds: dict[str, dict[str, Any]] = {
        "ban": {"kind": "export_ban", "commodity": "metal.refined", "from": "A", "to": "B", "announced": "2026-02-10"},
        "outage": {"kind": "outage", "commodity": "ore.mined", "region": "A", "severity": 0.3},
        "tariff": {"kind": "tariff", "commodity": "metal.refined", "from": "A", "to": "B", "rate": 0.5},
        "dumping": {"kind": "dumping", "commodity": "metal.refined", "region": "A", "discount": 0.2},
        "transport": {"kind": "transport", "commodity": "metal.refined", "from": "A", "to": "B", "delay": "5 weeks"},
        "surge": {"kind": "demand_surge", "commodity": "metal.refined", "region": "B", "size": 0.1},
    }
    written = {**kinds[shock], "start": "2026-03-01", "duration": "6 months"}
    text = EVERYTHING.partition("policies:")[0] + f"shocks: {{it: {written}}}\nwatch: {{series: [price, cover, supply]}}\n"
    steady = "{supply: {entry_growth: 0, shut_price: 0.01}}"
    result = run_text(text.replace("'", '"'), horizon="9 years", step="1 week", runs=1, rules=steady)
    prices, cover = result.record.fans["price"][2], result.record.fans["cover"][2]
    moved = np.nanmax(np.abs(prices - 1))
    assert moved > 0.02
    assert np.nanmax(np.abs(prices[-1] - 1)) < 0.002
    assert np.nanmax(np.abs(cover[-1] / cover[0] - 1)) < 0.01
    supply = result.record.means["supply"]
    assert np.abs(supply[-1] - supply[0]).max() < 0.005 * supply[0].max()


@pytest.mark.parametrize("case", CASES)
def test_no_spurious_cycles(case: str) -> None:
    """Half of supply gone for half a year: neither price nor stock swings a quarter beyond rest, and both are back two years on."""
    found = response(*CASES[case])
    after = START + CUT
    assert found["price"].max() > 1.3
    assert found["price"][after:].min() > 0.75
    assert found["stock"].max() < 1.25
    assert found["price"][after + 104 :] == pytest.approx(1.0, abs=0.05)
    assert np.abs(np.diff(np.sign(found["price"][after:] - 1.0))).sum() / 2 <= 3  # crosses rest at most three times
    # Down a chain users have grown used to a high price for longer: they still hold, and use, a sixth less.
    assert found["stock"][after + 104 :] == pytest.approx(1.0, abs=0.05 if "one" in case else 1 / 6)
