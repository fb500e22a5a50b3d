"""Nodes that order up to a fixed level, against paper: backorders and lost sales (S1, S2), single weeks (S3, S4), a serial system."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from scipy.stats import poisson

from sim.api import Result
from sim.draw import draw
from sim.engine.batch import simulate
from sim.engine.room import Room
from sim.engine.twin import run_twin
from sim.measure.estimate import estimate
from sim.model.compile import compile_model
from sim.scenario import load
from tests.bench.plain import mean_cost
from tests.worlds import YEAR, head, run_text, write

RULES = "{spare: 100000 %, price: {feedback: false}}"
"""Works of any size: the source serves every order."""
TWO_STAGES = """
network:
  commodities: {ore.mined: {}, metal.refined: {recipe: {ore.mined: 1}}}
  nodes:
    ore.mined.A: {production: 1 t/week, order_up_to: 3 t}
    metal.refined.A: {production: 1 t/week, order_up_to: 2.5 t, unmet: backordered, demand: {use: 1 t/week}}
  trade:
    - {commodity: ore.mined, from: A, to: A, lead: 2 weeks}
    - {commodity: metal.refined, from: A, to: A, lead: 1 week}
shocks: {rush: {kind: demand_surge, commodity: metal.refined, region: A, start: 2026-01-01, duration: 1 week, size: 300 %}}
"""


def inside(truth: float, result: Result, measure: str, commodity: str = "x.made") -> bool:
    """Whether the truth lies in the product's own 95 % interval."""
    low, high = estimate(result.record.outcome(measure, commodity, "A")).interval()
    return low < truth < high


def test_a_few_steps_by_hand() -> None:
    """Four tonnes are wanted in a week instead of one; both stages run dry, owe what they lack, and are at rest again in the fourth.

    At rest stage metal has 2.5 - 1 t on hand and stage ore 3 - 2 t, made into metal at once. Week 0: metal has 2.5 t for 4 t, so it owes
    1.5 t and orders 2.5 + 1.5 = 4 t; ore has 2 t of them and orders 3 - 1 under way + 4 - 2 = 4 t. And so on.
    """
    model = compile_model(load(write(head(horizon="5 weeks", step="1 week", runs=1, rules=RULES) + TWO_STAGES)))
    world, rows = draw(model, 1, 0, 1), []

    def count(room: Room, k: int) -> None:
        assert room.stages is not None
        f, s = room.flows, room.state
        now = [f.got[1], s.on_hand[1], room.stages.owed[1], f.unmet[1], f.order[1], s.finished[1], f.order[0], s.on_order[0]]
        rows.append(np.concatenate(now))

    simulate(model.network, world, count)
    # got, on hand, owed, unmet at once, metal ordered, metal left at the maker, ore ordered, ore under way
    by_hand = [
        [2.5, 0.0, 1.5, 1.5, 4.0, 0.0, 4.0, 5.0],
        [2.0, 0.0, 0.5, 0.5, 3.0, 0.0, 1.0, 5.0],
        [1.0, 0.0, 0.5, 0.5, 3.0, 1.0, 1.0, 2.0],
        [1.5, 1.5, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0],
        [1.0, 1.5, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0],
    ]
    np.testing.assert_allclose(rows, by_hand, rtol=1e-12, atol=1e-12)
    twin = run_twin(model.network, world, 0)
    metal = [twin.got, twin.on_hand, twin.unmet, twin.order, twin.finished]
    told = [*(table[:, 1] for table in metal), twin.order[:, 0], twin.on_order[:, 0]]
    np.testing.assert_allclose(np.transpose(told), np.delete(by_hand, 2, axis=1), rtol=1e-12, atol=1e-12)


def test_measures_of_these_steps() -> None:
    """Of 8 t wanted in five weeks 2.5 t are late; metal is left in two weeks of five at users, in three at its maker."""
    found = run_text(TWO_STAGES, horizon="5 weeks", step="1 week", runs=1, rules=RULES).record
    metal = {m: found.outcome(m, "metal.refined", "A")[0] for m in ("fill_rate", "ready_rate", "backorders_mean_t", "stock_mean_t")}
    assert metal == pytest.approx({"fill_rate": 1 - 2.5 / 8, "ready_rate": 0.4, "backorders_mean_t": 0.5, "stock_mean_t": 0.6})
    ore = {m: found.outcome(m, "ore.mined", "A")[0] for m in ("fill_rate", "ready_rate", "backorders_mean_t", "under_way_mean_t")}
    # It is asked for 4, 1, 1, 1, 1 t anew and owes 2, 2, 0, 0, 0 t.
    assert ore == pytest.approx({"fill_rate": 1 - 3 / 8, "ready_rate": 0.6, "backorders_mean_t": 0.8, "under_way_mean_t": 16 / 5})


def one_stage(unmet: str, *, step: float, lead: float, horizon: str, runs: int) -> Result:
    """A stock of 8 t at most for a Poisson demand of 10 t a year; lengths in days."""
    body = f"""
watch: {{series: [], warm_up: 2 years}}
network:
  commodities: {{x.made: {{}}}}
  nodes:
    x.made.A:
      {{production: 10 t/year, order_up_to: 8 t, unmet: {unmet}, demand: {{use: {{amount: 10 t/year, each_step: {{kind: poisson}}}}}}}}
  trade: [{{commodity: x.made, from: A, to: A, lead: {lead!r} days}}]
"""
    return run_text(body, horizon=horizon, step=f"{step!r} days", runs=runs, rules=RULES)


def test_s1_backorders_under_poisson_demand() -> None:
    """Ready in 0.866628 of time, 0.122109 t owed in the mean: what is asked in half a year is Poisson with mean 5.

    Monthly steps give just that: what is ordered in a step comes before the demand of the sixth after it, so that the stock after a step
    is the level less the demand of six steps. The same holds for lead times of any law with that mean; the engine has fixed ones only, so
    exponential ones are not tried.
    """
    ready, owed = float(poisson.cdf(7, 5)), float(sum((n - 8) * poisson.pmf(n, 5) for n in range(9, 60)))
    assert (ready, owed) == (pytest.approx(0.866628, abs=5e-7), pytest.approx(0.122109, abs=5e-7))
    found = one_stage("backordered", step=YEAR / 12, lead=YEAR / 2, horizon="52 years", runs=4000)
    assert inside(ready, found, "ready_rate")
    assert inside(owed, found, "backorders_mean_t")


def newsvendor(mean: float, sd: float, level: float) -> Result:
    """A stock for the normal demand of one week at a time: goods come a week after they are ordered."""
    body = f"""
watch: {{series: [], warm_up: 2 weeks}}
network:
  commodities: {{x.made: {{}}}}
  nodes:
    x.made.A:
      production: {mean} t/week
      order_up_to: {level} t
      unmet: backordered
      demand: {{use: {{amount: {mean} t/week, each_step: {{kind: normal, sd: {sd} t}}}}}}
  trade: [{{commodity: x.made, from: A, to: A, lead: 1 week}}]
"""
    return run_text(body, horizon="202 weeks", step="1 week", runs=2000, rules=RULES)


def test_s3_newsvendor_week_by_week() -> None:
    """N(50, 8) against 56.6040 t, 0.18 a tonne left over and 0.70 a tonne lacking, costs 1.99760; 2 t more or less cost more."""
    costs = []
    for level in (56.6040, 54.6040, 58.6040):
        found = newsvendor(50, 8, level).record
        costs.append(0.18 * found.outcome("stock_mean_t", "x.made", "A") + 0.70 * found.outcome("backorders_mean_t", "x.made", "A"))
    low, high = estimate(costs[0]).interval()
    assert low < 1.99760 < high
    for other in costs[1:]:
        assert estimate(other - costs[0]).interval()[0] > 0


def test_s4_expected_shortage_week_by_week() -> None:
    """N(15, 3) against 18.6 t lacks 0.168307 t in the mean."""
    assert inside(0.168307, newsvendor(15, 3, 18.6), "backorders_mean_t")


def erlang(servers: int, load: float) -> float:
    """Part lost of what comes to so many servers."""
    return load**servers / factorial(servers) / sum(load**n / factorial(n) for n in range(servers + 1))


def lost_part(found: Result) -> tuple[float, float]:
    """Part of demand that is lost, over all runs together, and its standard error (a ratio's, to first order)."""
    lost, filled = (found.record.outcome(measure, "x.made", "A") for measure in ("unmet_t", "unmet_share"))
    wanted = lost / filled
    part = lost.mean() / wanted.mean()
    return float(part), float((lost - part * wanted).std(ddof=1) / np.sqrt(len(lost)) / wanted.mean())


def test_s2_lost_sales_are_erlangs_loss_as_steps_shorten() -> None:
    """0.0700479 of demand is lost, by Erlang's formula for 8 servers and a load of 5.

    A tonne used in the course of a step is ordered at its end and there before the demand of the step L later: it is away for L - 1/2 steps
    in the mean. In steps of 1/26 of the lead the loss is thus below Erlang's, by the part that half a step more or less of load makes, and
    a lead longer by half a step gives Erlang's.
    """
    truth = erlang(8, 5.0)
    assert truth == pytest.approx(0.0700479, abs=5e-8)
    n, lead = 26, YEAR / 2
    plain, plain_se = lost_part(one_stage("lost", step=lead / n, lead=lead, horizon="200 years", runs=1000))
    bias = truth - erlang(8, 5.0 * (n - 0.5) / n)
    assert abs(plain + bias - truth) < 1.96 * plain_se
    assert truth - plain > 3 * plain_se
    step = lead / (n - 0.5)
    found, found_se = lost_part(one_stage("lost", step=step, lead=n * step, horizon="200 years", runs=1000))
    assert abs(found - truth) < 1.96 * found_se


SERIAL = """
watch: {series: [], warm_up: 20 weeks}
network:
  commodities: {c.stage: {}, b.stage: {recipe: {c.stage: 1}}, a.stage: {recipe: {b.stage: 1}}}
  nodes:
    c.stage.A: {production: 5 t/week, order_up_to: 10.69 t}
    b.stage.A: {production: 5 t/week, order_up_to: 5.53 t}
    a.stage.A:
      production: 5 t/week
      order_up_to: 6.49 t
      unmet: backordered
      demand: {use: {amount: 5 t/week, each_step: {kind: normal, sd: 1 t}}}
  trade:
    - {commodity: c.stage, from: A, to: A, lead: 2 weeks}
    - {commodity: b.stage, from: A, to: A, lead: 1 week}
    - {commodity: a.stage, from: A, to: A, lead: 1 week}
"""


def test_the_classic_serial_system() -> None:
    """Snyder and Shen, Fundamentals of Supply Chain Theory, example 6.1: 47.65 a week at best, 0.976 of demand served at once.

    Holding costs 7, 4 and 2 a tonne and week at the stages a, b and c, goods on their way to the next at the rate of the stage they come
    from, and a tonne owed to customers 37.12. The truth of these rounded levels, 47.66, is known to 0.3 %; the product tells it to less.
    """
    found = run_text(SERIAL, horizon="2020 weeks", step="1 week", runs=4000, rules=RULES).record
    held, under_way = ({s: found.outcome(m, f"{s}.stage", "A") for s in "abc"} for m in ("stock_mean_t", "under_way_mean_t"))
    owed = found.outcome("backorders_mean_t", "a.stage", "A")
    cost = 7 * held["a"] + 4 * (held["b"] + under_way["a"]) + 2 * (held["c"] + under_way["b"]) + 37.12 * owed
    mean, se = cost.mean(), cost.std(ddof=1) / np.sqrt(len(cost))
    assert se < 0.0005 * 47.66
    assert mean == pytest.approx(47.66, rel=0.003)
    assert found.outcome("fill_rate", "a.stage", "A").mean() == pytest.approx(0.976, abs=0.0005)


def test_the_plain_model_that_the_bench_runs_against() -> None:
    """It is the same system: 47.66 to four standard errors of a mean over 30,000 weeks, 0.0149 * sqrt(1000 * 2068 / 30,000) each."""
    assert mean_cost(30_000, seed=1) == pytest.approx(47.66, abs=4 * 0.124)


def test_nobody_rests_where_a_level_is_below_its_lead_time_use_and_sales_are_lost() -> None:
    """3 t at most for a use of 5 t in a lead time: never above three fifths are served, and the world is run all the same."""
    body = TWO_STAGES.split("shocks")[0].replace("2.5 t, unmet: backordered", "0.6 t").replace("order_up_to: 3 t", "order_up_to: 20 t")
    found = run_text(body, horizon="100 weeks", step="1 week", runs=2, rules=RULES).record
    assert found.outcome("fill_rate", "metal.refined", "A") == pytest.approx([0.6, 0.6], abs=0.02)
