"""Shocks and rules of the market through the product, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.api import Result
from sim.draw import draw
from sim.engine.batch import simulate
from sim.engine.room import Room
from sim.errors import ScenarioError
from sim.model.compile import compile_model
from sim.scenario import load
from tests.worlds import PLAIN, run_text, write

QUANTITIES = PLAIN.replace("lead_abroad: 1 day, lead_home: 1 day", "lead_abroad: 4 weeks, lead_home: 1 week")


def arrivals(result: Result, origin: str, buyer: str, commodity: str = "x.made") -> np.ndarray:
    """Mean arrivals by step, t."""
    table = result.series()
    row = (table.series == "supply") & (table.commodity == commodity) & (table.region == buyer) & (table.origin == origin)
    return np.asarray(table[row]["mean"], dtype=np.float64)


@pytest.mark.parametrize(("left", "expected"), [(1.0, 1.0), (0.5, 0.5), (0.0, 0.0)])
def test_a_host_takes_its_by_product_with_it(left: float, expected: float) -> None:
    """Trace metal comes with ore: when half of the ore is gone, so is half of it; with capacity for its rest output and no more."""
    text = f"""
network:
  commodities: {{ore.mined: {{}}, x.made: {{host: ore.mined}}}}
  nodes:
    ore.mined.A: {{production: 100 t/year, spare: 0, demand: {{steel: 100 t/year}}}}
    x.made.A: {{production: 10 t/year, spare: 0, demand: {{lamps: 10 t/year}}}}
shocks: {{stop: {{kind: outage, commodity: ore.mined, region: A, severity: {1 - left}, start: 2026-03-12}}}}
"""
    result = run_text(text, horizon="2 years", step="1 week", runs=1, rules=QUANTITIES)
    landed = arrivals(result, "A", "A")
    assert landed[0] == pytest.approx(10 * 7 / 365.25)
    assert landed[-1] / landed[0] == pytest.approx(expected, abs=1e-9)


def test_unused_host_streams_carry_a_by_product_further() -> None:
    """Streams that would yield twice what is made: the host may halve before its by-product falls."""
    text = """
network:
  commodities: {ore.mined: {}, x.made: {host: ore.mined}}
  nodes:
    ore.mined.A: {production: 100 t/year, spare: 0, demand: {steel: 100 t/year}}
    x.made.A: {production: 10 t/year, spare: 0, potential: 20 t/year, demand: {lamps: 10 t/year}}
shocks: {stop: {kind: outage, commodity: ore.mined, region: A, severity: 0.7, start: 2026-03-12}}
"""
    landed = arrivals(run_text(text, horizon="2 years", step="1 week", runs=1, rules=QUANTITIES), "A", "A")
    assert landed[-1] / landed[0] == pytest.approx(0.6, abs=1e-9)


NEW_SELLER = """
network:
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 10 t/year, spare: 0}
    x.made.C: {production: 10 t/year, spare: 100 %, demand: {use: 10 t/year}}
    x.made.B: {demand: {use: 10 t/year}}
  trade: [{commodity: x.made, from: C, to: B, flow: 0 t/year, qualify: 20 weeks}, {commodity: x.made, from: A, to: C, flow: 0 t/year}]
shocks: {stop: {kind: outage, commodity: x.made, region: A, start: 2026-03-12}}
"""


def test_a_new_seller_delivers_once_it_is_approved() -> None:
    """A stops in week 10; B cannot buy from C for 20 weeks of looking, then does; the first goods are four weeks under way."""
    inelastic = QUANTITIES.replace("price: {feedback: false}", "demand: {elasticity: 0, elasticity_long: 0}, supply: {entry_growth: 0}")
    landed = arrivals(run_text(NEW_SELLER, horizon="5 years", step="1 week", runs=1, rules=inelastic), "C", "B")
    first = int(np.flatnonzero(landed > 1e-9)[0])
    assert first == 10 + 20 + 4
    assert landed[-1] == pytest.approx(10 * 7 / 365.25, rel=0.02)


CHAIN = """
network:
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 10 t/year}
    x.made.B: {production: 10 t/year, demand: {use: 20 t/year}}
shocks:
  ban: {kind: export_ban, commodity: x.made, from: A, to: B, start: {uniform: [2026-03-01, 2026-06-01]}, duration: 3 months}
  answer:
    kind: outage
    commodity: x.made
    region: B
    severity: 0.5
    duration: 1 month
    after: {shock: ban, probability: 30 %, delay: {uniform: [30 days, 90 days]}}
"""


def test_a_shock_that_follows_another() -> None:
    model = compile_model(load(write(f"clock: {{start: 2026-01-01, horizon: 2 years}}\nruns: {{count: 1}}\n{CHAIN}")))
    assert [shock.name for shock in model.network.shocks] == ["answer", "ban"]
    answer, ban = draw(model, 5, 0, 4000).events
    follows = np.isfinite(answer.start[0])
    assert follows.mean() == pytest.approx(0.3, abs=3 * np.sqrt(0.3 * 0.7 / 4000))
    days = (answer.start[0, follows] - ban.start[0, follows]) * 7
    assert 30 <= days.min() < 33
    assert 87 < days.max() <= 90
    lasted = answer.full_end[0, follows] - answer.start[0, follows]
    np.testing.assert_allclose(lasted * 7, 365.25 / 12)


def test_a_follower_leaves_the_other_draws_as_they_were() -> None:
    head = "clock: {start: 2026-01-01, horizon: 2 years}\nruns: {count: 1}\n"
    alone = CHAIN[: CHAIN.index("  answer:")]
    one, two = (draw(compile_model(load(write(head + text))), 5, 0, 100).events[-1] for text in (CHAIN, alone))
    np.testing.assert_array_equal(one.start, two.start)


def test_a_chain_of_random_strikes() -> None:
    """Each strike is followed with its own chance."""
    text = CHAIN.replace("start: {uniform: [2026-03-01, 2026-06-01]}, duration: 3 months", "every: {rate: 2 /year}, duration: 1 month")
    model = compile_model(load(write(f"clock: {{start: 2026-01-01, horizon: 10 years}}\nruns: {{count: 1}}\n{text}")))
    answer, ban = draw(model, 5, 0, 500).events
    struck, followed = np.isfinite(ban.start).sum(), np.isfinite(answer.start).sum()
    late = np.isfinite(ban.start) & (ban.start > model.network.n_step - 13)  # their answer may fall beyond the horizon
    assert followed / (struck - late.sum()) == pytest.approx(0.3, abs=0.03)
    assert np.all(answer.start[np.isfinite(answer.start)] > ban.start[np.isfinite(answer.start)])


def test_a_longer_journey() -> None:
    """Three weeks more on the way: nothing lands for three weeks, then all as before; nothing is lost."""
    text = """
network:
  commodities: {x.made: {}}
  nodes: {x.made.A: {production: 10 t/year}, x.made.B: {cover: 20 weeks, demand: {use: 10 t/year}}}
shocks: {detour: {kind: transport, commodity: x.made, from: A, to: B, delay: 3 weeks, start: 2026-03-12}}
"""
    landed = arrivals(run_text(text, horizon="1 year", step="1 week", runs=1, rules=QUANTITIES), "A", "B")
    assert landed[:14] == pytest.approx(10 * 7 / 365.25)
    assert landed[14:17] == pytest.approx(0.0)
    assert landed[17] == pytest.approx(10 * 7 / 365.25, rel=0.1)


def test_a_route_that_is_partly_closed() -> None:
    """Two fifths of the usual trade no longer pass, however much is ordered."""
    text = """
network:
  commodities: {x.made: {}}
  nodes: {x.made.A: {production: 10 t/year}, x.made.B: {demand: {use: 10 t/year}}}
shocks: {strait: {kind: transport, commodity: x.made, from: A, to: B, closed: 40 %, start: 2026-03-12}}
"""
    landed = arrivals(run_text(text, horizon="1 year", step="1 week", runs=1, rules=QUANTITIES), "A", "B")
    assert landed[-20:] / landed[0] == pytest.approx(0.6, abs=1e-9)


def test_growth_season_and_noise_of_demand() -> None:
    """Growth of 5 % a year, a swing of 20 % that peaks in mid-January, and noise of 10 % with mean one."""
    head = "clock: {start: 2026-01-01, horizon: 3 years}\nruns: {count: 1}\nnetwork: {commodities: {x.made: {}}, nodes: {x.made.A: "
    head += "{production: 10 t/year, demand: {use: 10 t/year}}}}\n"
    plain = compile_model(load(write(head + "rules: {demand: {growth: 5 %, season: 20 %}}")))
    tide = draw(plain, 0, 0, 1).tide[:, 0, 0]
    years = (np.arange(len(tide)) + 0.5) * 7 / 365.25
    np.testing.assert_allclose(tide, 1.05**years * (1 + 0.2 * np.cos(2 * np.pi * (years - 14 / 365.25))), rtol=1e-9)
    noisy = compile_model(load(write(head + "rules: {demand: {noise: 10 %, noise_memory: 1 month}}")))
    noise = draw(noisy, 0, 0, 4000).tide[:, 0]
    assert noise.mean() == pytest.approx(1.0, abs=0.002)
    assert noise.std() == pytest.approx(0.1, abs=0.002)
    log = np.log(noise)
    assert np.corrcoef(log[100], log[101])[0, 1] == pytest.approx(np.exp(-7 / (365.25 / 12)), abs=0.02)


def test_dumping_shuts_others_and_leaves_a_gap() -> None:
    """Half of the world's makers can make twice as much and ask a quarter, for three years: others shut, and prices pass rest after."""
    text = """
clock: {start: 2026-01-01, horizon: 6 years}
runs: {count: 1}
network:
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 50 t/year, demand: {use: 20 t/year}}
    x.made.B: {production: 50 t/year, demand: {use: 80 t/year}}
shocks: {flood: {kind: dumping, commodity: x.made, region: A, discount: 75 %, capacity: 100 %, start: 2026-03-12, duration: 3 years}}
"""
    model = compile_model(load(write(text)))
    idle: list[float] = []
    price: list[float] = []

    def count(room: Room, k: int) -> None:
        idle.append(float(room.works.idle[1, 0]))
        price.append(float(np.exp(room.market.price[1, 0])))

    simulate(model.network, draw(model, 0, 0, 1), count)
    ends = 10 + 156
    assert min(price[:ends]) < 0.75
    assert idle[ends] > 0.1
    assert max(price[ends:]) > 1.05
    assert idle[-1] < idle[ends] / 2


def test_a_by_product_of_two_hosts() -> None:
    """Three fifths come with zinc, two with coal: without zinc two fifths are left. A region that has no coal lives by zinc alone."""
    text = """
network:
  commodities: {zinc.refined: {}, coal.mined: {}, x.made: {host: {zinc.refined: 60 %, coal.mined: 40 %}}}
  nodes:
    zinc.refined.A: {production: 100 t/year, spare: 0, demand: {steel: 100 t/year}}
    coal.mined.A: {production: 900 t/year, spare: 0, demand: {power: 900 t/year}}
    x.made.A: {production: 10 t/year, spare: 0, demand: {lamps: 10 t/year}}
    zinc.refined.B: {production: 100 t/year, spare: 0, demand: {steel: 100 t/year}}
    x.made.B: {production: 10 t/year, spare: 0, demand: {lamps: 10 t/year}}
  trade:
    - {commodity: x.made, from: A, to: B, flow: 0 t/year}
    - {commodity: x.made, from: B, to: A, flow: 0 t/year}
    - {commodity: zinc.refined, from: A, to: B, flow: 0 t/year}
    - {commodity: zinc.refined, from: B, to: A, flow: 0 t/year}
shocks: {stop: {kind: outage, commodity: zinc.refined, region: all, start: 2026-03-12}}
"""
    result = run_text(text, horizon="2 years", step="1 week", runs=1, rules=QUANTITIES)
    for region, left in (("A", 0.4), ("B", 0.0)):
        landed = arrivals(result, region, region)
        assert landed[-1] / landed[0] == pytest.approx(left, abs=1e-9)


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        ("{kind: export_licence, processing: 90 days, ramp: 0 days, approval: 60 %", 0.6),
        ("{kind: export_licence, processing: 90 days, ramp: 0 days, approval: 60 %, leakage: 25 %", 0.7),
        ("{kind: export_ban, leakage: 40 %", 0.4),
        ("{kind: export_quota, quota: 80 %", 0.8),
    ],
)
def test_buyers_count_on_what_licences_will_let_through(rule: str, part: float) -> None:
    """Nothing else moves the price here: it is one over the part of the usual supply in sight, from the first closed week on."""
    text = f"""
network:
  commodities: {{x.made: {{}}}}
  nodes: {{x.made.A: {{production: 10 t/year}}, x.made.B: {{cover: 1 year, demand: {{use: 10 t/year}}}}}}
shocks: {{stop: {rule}, commodity: x.made, from: A, to: B, start: 2026-03-12}}}}
"""
    rules = """{
      price: {scarcity: 0, prospect: 1, belief: 0 days, adjustment: 0 days, contract: 0 days, momentum: 0}, hoarding: 1,
      demand: {elasticity: 0, elasticity_long: 0}, supply: {elasticity: 100, entry_growth: 0, shut_price: 0.01}}"""
    result = run_text(text + "watch: {series: [price]}\n", horizon="8 months", step="1 week", runs=1, rules=rules)
    price = result.record.fans["price"][2, :, 1]
    assert price[:10] == pytest.approx(1.0, abs=1e-9)
    assert price[11:22] == pytest.approx(1 / part, rel=0.01)


def test_what_a_stockpile_hands_out_is_supply_in_sight() -> None:
    """Nothing comes any more; once users' stock is gone a stockpile gives 60 % of what they lack: price is one over that part."""
    text = """
network:
  commodities: {x.made: {}}
  nodes: {x.made.A: {production: 10 t/year}, x.made.B: {cover: 6 weeks, demand: {use: 10 t/year}}}
shocks: {stop: {kind: export_ban, commodity: x.made, from: A, to: B, start: 2026-03-12}}
policies:
  reserve: {kind: stockpile, commodity: x.made, holders: B, target: 1 year, initial: 100 %, release: {when: shortage > 5 %, at_most: 60 %}}
watch: {series: [price]}
"""
    rules = """{
      price: {scarcity: 0, prospect: 1, belief: 0 days, adjustment: 0 days, contract: 0 days, momentum: 0}, hoarding: 1,
      lead_abroad: 1 week, demand: {elasticity: 0, elasticity_long: 0}, supply: {elasticity: 100, entry_growth: 0, shut_price: 0.01}}"""
    price = run_text(text, horizon="8 months", step="1 week", runs=1, rules=rules).record.fans["price"][2, :, 1]
    assert price[12] == pytest.approx(40.0, rel=0.01)  # the ceiling: users live on their own stock, and nothing is in sight
    assert price[20:30] == pytest.approx(1 / 0.6, rel=0.01)


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("shocks: {duty: {kind: tariff, commodity: x.made, from: A, to: B, rate: 25 %, start: 2026-03-01}}", "a tariff changes nothing"),
        ("shocks: {ban: {kind: technology_ban, commodity: x.made, region: A, start: 2026-03-01}}", "a technology_ban changes nothing"),
        ("policies: {floor: {kind: price_floor, commodity: x.made, region: A, level: 1.2}}", "a price_floor changes nothing"),
    ],
)
def test_what_needs_prices_is_refused_without_them(lines: str, what: str) -> None:
    network = "network: {commodities: {x.made: {}}, nodes: {x.made.A: {production: 10 t/year}, x.made.B: {demand: {use: 10 t/year}}}}"
    text = f"clock: {{start: 2026-01-01, horizon: 1 year}}\nrules: {{price: {{feedback: false}}}}\n{network}\n{lines}\n"
    with pytest.raises(ScenarioError, match=f":4:.*kind: {what} while prices stand still"):
        compile_model(load(write(text)))


def test_a_potential_needs_a_host() -> None:
    network = "network: {commodities: {x.made: {}}, nodes: {x.made.A: {production: 10 t/year, demand: {use: 10 t/year}}}}"
    text = f"clock: {{start: 2026-01-01, horizon: 1 year}}\n{network}\nset: {{x.made.A.potential: 20 t/year}}\n"
    with pytest.raises(ScenarioError, match=r":3:.*potential of what is no by-product"):
        compile_model(load(write(text)))
