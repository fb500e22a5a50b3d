"""Input-output tables: Leontief's output, inoperability, and how the losses of a sector reach its suppliers, against paper."""

from __future__ import annotations

from math import expm1

import numpy as np
import pytest

from sim.api import Result
from sim.errors import ScenarioError
from sim.model.compile import compile_model
from sim.model.economy import inoperability, interdependency, outputs, values_added
from sim.scenario import load_text
from sim.study.ensemble import ensemble
from sim.study.execution import Execution
from tests.worlds import PLAIN, YEAR, estimate_of, run_text

A = np.array([[0.2, 0.3], [0.4, 0.1]])
Y = np.array([50.0, 30.0])
SOLD_A_WEEK = 50e9 * 7 / YEAR
"""Final sales of cars in a week, USD."""


def text(shock: str, *, tables: str | None = None, sectors: str = "cars: {}") -> str:
    """Cars of B need 10 t/year of metal from A and keep no stock of it."""
    table = "{sectors: [cars, steel], coefficients: [[0.2, 0.3], [0.4, 0.1]], final_demand: [50 bn USD/year, 30 bn USD/year]}"
    return f"""
network:
  commodities: {{a.metal: {{}}}}
  nodes:
    a.metal.A: {{production: 10 t/year, spare: 0}}
    a.metal.B: {{cover: 0 days, demand: {{cars: 10 t/year}}}}
sectors: {{{sectors}}}
economies:
  {tables or f"B: {table}"}
shocks:
  cut: {{kind: outage, commodity: a.metal, region: A, start: 2026-01-01, {shock}}}
"""


def worst(result: Result, sector: str) -> float:
    return float(estimate_of(result, "inoperability_peak", "B", f"economy:{sector}")["mean"])


def lost(result: Result, measure: str) -> float:
    return float(estimate_of(result, measure, "B", "economy:all")["mean"])


def test_output_and_value_added_of_an_open_economy() -> None:
    # (I - A)^-1 = [[0.9, 0.3], [0.4, 0.8]] / 0.6.
    x = outputs(A, Y)
    assert x == pytest.approx([90.0, 44 / 0.6])
    v = values_added(A, x)
    assert v == pytest.approx([36.0, 44.0])
    assert v.sum() == pytest.approx(Y.sum())


def test_value_added_of_a_whole_economy_that_stands_still() -> None:
    """Both sectors lose their only input for good: what is lost in a year is all value added, 36 + 44 = 80 bn USD."""
    both = text("severity: 100 %", sectors="cars: {}, steel: {}").replace("{cars: 10 t/year}", "{cars: 6 t/year, steel: 4 t/year}")
    years = [lost(run_text(both, horizon=f"{years} years", step="1 week", runs=1), "economy_lost") for years in (3, 7)]
    n_week = np.ceil(7 * YEAR / 7) - np.ceil(3 * YEAR / 7)
    assert (years[1] - years[0]) / n_week * YEAR / 7 == pytest.approx(80e9, rel=1e-9)


def test_inoperability_of_a_loss_of_final_sales() -> None:
    x = outputs(A, Y)
    q = inoperability(interdependency(A, x), np.array([0.1 * 50.0, 0.0]) / x)
    # What is not made is (I - A)^-1 (5, 0) = (7.5, 10/3).
    assert q == pytest.approx([7.5 / 90, 10 / 3 / (44 / 0.6)])
    assert q == pytest.approx([0.083333, 0.0454545], abs=1e-6)


def test_a_sector_that_sells_a_tenth_less_for_long_brings_the_whole_economy_to_its_balance() -> None:
    result = run_text(text("severity: 10 %"), horizon="3 years", step="1 week", runs=1)
    assert float(estimate_of(result, "sales_lost_share", "B", "cars")["mean"]) == pytest.approx(0.1, rel=0.01)
    assert worst(result, "cars") == pytest.approx(0.083333, abs=1e-6)
    assert worst(result, "steel") == pytest.approx(0.0454545, abs=1e-6)


@pytest.mark.parametrize("recovery", ["4 weeks", "0 days", "1 year"])
def test_all_final_sales_lost_are_value_added_lost_somewhere_in_the_end(recovery: str) -> None:
    table = "{sectors: [cars, steel], coefficients: [[0.2, 0.3], [0.4, 0.1]], final_demand: [50 bn USD/year, 30 bn USD/year], "
    result = run_text(
        text("severity: 10 %, duration: 26 weeks", tables=f"B: {table}recovery: {recovery}}}"), horizon="40 years", step="1 week", runs=1
    )
    sales = float(estimate_of(result, "sales_lost_share", "B", "cars")["mean"]) * np.ceil(40 * YEAR / 7) * SOLD_A_WEEK
    assert sales == pytest.approx(26 * 0.1 * SOLD_A_WEEK, rel=1e-6)
    assert lost(result, "economy_lost") == pytest.approx(sales)
    # Of a dollar of final sales of cars its makers earn 36 / 90 themselves; the rest is earned on what they and their suppliers buy.
    assert lost(result, "second_round_lost") == pytest.approx(sales * (1 - 36 / 90))


def test_the_way_there_follows_the_dynamic_form_week_by_week() -> None:
    result = run_text(text("severity: 50 %"), horizon="8 weeks", step="1 week", runs=1)
    # Worked out by hand for q(t+1) = q(t) + K (A* q(t) + c* - q(t)); goods afloat keep the first week whole.
    gain, x = -expm1(-1 / 4), (90.0, 44 / 0.6)
    q, own, total, alone = [0.0, 0.0], 0.0, 0.0, 0.0
    for week in range(8):
        c = 0.5 * 50 / x[0] if week else 0.0
        pull = (0.2 * q[0] + 0.3 * x[1] / x[0] * q[1] + c, 0.4 * x[0] / x[1] * q[0] + 0.1 * q[1])
        after = [old + gain * (to - old) for old, to in zip(q, pull, strict=True)]
        total += sum(v * (old + new) / 2 for v, old, new in zip((36, 44), q, after, strict=True))
        alone += 36 * (own + own + gain * (c - own)) / 2
        q, own = after, own + gain * (c - own)
    assert (worst(result, "cars"), worst(result, "steel")) == pytest.approx(tuple(q))
    assert lost(result, "economy_lost") == pytest.approx(total * 1e9 * 7 / YEAR)
    assert lost(result, "second_round_lost") == pytest.approx((total - alone) * 1e9 * 7 / YEAR)


def test_steps_of_a_day_and_a_week_agree() -> None:
    found = [
        lost(run_text(text("severity: 10 %, duration: 26 weeks"), horizon="2 years", step=step, runs=1), "second_round_lost")
        for step in ("1 day", "1 week")
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-3)


def test_results_do_not_depend_on_the_batch() -> None:
    head = f"clock: {{start: 2026-01-01, horizon: 1 year}}\nruns: {{count: 40, rng_seed: 3}}\nrules: {PLAIN}\n"
    scenario = load_text(head + text("severity: {uniform: [0 %, 60 %]}, duration: 20 weeks"))
    model = compile_model(scenario)
    whole, split = (ensemble(scenario, model, Execution(n_batch=n)) for n in (None, 7))
    for measure in ("economy_lost", "second_round_lost", "inoperability_peak"):
        assert whole.outcomes[measure].std(axis=1).min() > 0
        assert (whole.outcomes[measure] == split.outcomes[measure]).all()


def refused(body: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        compile_model(load_text("clock: {start: 2026-01-01, horizon: 1 year}\n" + body, name="f"))
    return str(caught.value)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (
            "B: {sectors: [cars, steel], coefficients: [[0.2, 0.3]], final_demand: [5 bn USD/year, 3 bn USD/year]}",
            "economies.B.coefficients: needs a row for each sector (got 1 row for 2 sectors). Write them in the order of `sectors`.",
        ),
        (
            "B: {sectors: [cars, steel], coefficients: [[0.2, 0.3], [0.4]], final_demand: [5 bn USD/year]}",
            "economies.B.coefficients[1]: needs a column for each sector (got 1 number for 2 sectors). "
            "Write 0 where a sector buys nothing.",
        ),
        (
            "B: {sectors: [cars, steel], coefficients: [[0.2, 0.3], [0.4, 0]], final_demand: [5 bn USD/year]}",
            "economies.B.final_demand: needs an amount for each sector (got 1 amount for 2 sectors). "
            "Write 0 USD/year for a sector that sells to other sectors only.",
        ),
        (
            "B: {sectors: [cars, steel], coefficients: [[0.2, 0.3], [0.4, -0.1]], final_demand: [5 bn USD/year, 3 bn USD/year]}",
            "economies.B.coefficients[1][1]: must be 0 or more (got -0.1).",
        ),
        (
            "B: {sectors: [cars, steel], coefficients: [[0.6, 0.3], [0.4, 0.1]], final_demand: [5 bn USD/year, 3 bn USD/year]}",
            "economies.B.coefficients: the inputs of cars (column 1) are worth as much as its output or more, so it adds no value "
            "(got a sum of 1). Lower one of them: each column must add up to less than 1.",
        ),
        (
            "C: {sectors: [cars], coefficients: [[0.2]], final_demand: [5 bn USD/year]}",
            "economies.C: unknown region (got 'C'). Known: A, B.",
        ),
        (
            "B: {sectors: [steel], coefficients: [[0.2]], final_demand: [5 bn USD/year]}",
            "economies.B.sectors: none of these is a sector at work, so nothing hits this economy (got steel). Sectors at work: cars.",
        ),
        (
            "B: {sectors: [cars, cars], coefficients: [[0.2, 0], [0, 0]], final_demand: [5 bn USD/year, 3 bn USD/year]}",
            "economies.B.sectors: 'cars' is named twice. Name each once.",
        ),
        (
            "B: {sectors: [all], coefficients: [[0.2]], final_demand: [5 bn USD/year]}",
            "economies.B.sectors: 'all' already means every sector. Choose another name.",
        ),
        (
            "B: {sectors: [cars], coefficients: [[0.2]], final_demand: [0 USD/year]}",
            "economies.B.final_demand[0]: cars is a sector at work but sells nothing to final users, so it has nothing to lose. "
            "Give it a final demand.",
        ),
        (
            "B: {sectors: [cars], coefficients: [[0.2]], final_demand: [5 bn EUR/year]}",
            "economies.B.final_demand[0]: only amounts in USD are read (got '5 bn EUR/year'). Convert to USD.",
        ),
        (
            "A: {sectors: [cars], coefficients: [[0.2]], final_demand: [5 bn USD/year]}",
            "economies.A.sectors: none of these is a sector at work in this region, so nothing hits this economy (got cars). "
            "No sector at work is in A: give one a demand there.",
        ),
    ],
)
def test_a_table_that_cannot_be_is_refused(tables: str, words: str) -> None:
    assert words in refused(text("severity: 10 %", tables=tables))


def test_an_economy_needs_a_sector_at_work() -> None:
    said = refused(text("severity: 10 %", sectors=""))
    assert "none of these is a sector at work, so nothing hits this economy (got cars, steel). Name one of them under `sectors:`" in said
    # One that cannot be read is told once, for itself.
    said = refused(text("severity: 10 %", sectors="cars: {overtime: -1 %}"))
    assert said.splitlines() == [said]
    assert "sectors.cars.overtime" in said
