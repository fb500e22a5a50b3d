"""Levels to order up to: what is refused after reading, what is drawn, and that a run of many steps can be kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import poisson

import sim
from sim.draw import draw
from sim.draw.draws import Draws
from sim.draw.each_step import Steps
from sim.draw.source import Antithetic, Latin, Plain, Sobol, Source
from sim.errors import ScenarioError
from sim.model.compile import compile_model
from sim.model.model import EachStep
from sim.scenario import load
from tests.worlds import PLAIN, head, run_text, write

HEAD = head(horizon="3 years", step="1 week", runs=4, rules="{spare: 900 %, price: {feedback: false}}")
ONE = "production: 5 t/week, order_up_to: 8 t, demand: {use: {amount: 5 t/week, each_step: {kind: normal, sd: 1 t}}}"


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        (
            "{x.made.A: {production: 9 t/week, order_up_to: 8 t, demand: {use: 5 t/week}}, x.made.B: {demand: {use: 4 t/week}}}",
            "network.nodes.x.made.B: has users but no order_up_to, which x.made.A has. Give it a level too, or take it from all nodes.",
        ),
        (
            "{x.made.A: {production: 9 t/week, order_up_to: 8 t}, x.made.B: {order_up_to: 4 t, demand: {use: 9 t/week}}}",
            "network.nodes.x.made.A.order_up_to: nobody uses it there, so nothing is ordered. Remove order_up_to.",
        ),
        (
            "{x.made.A: {production: 9 t/week, order_up_to: 8 t, demand: {use: 5 t/week}}, "
            "y.made.A: {production: 4 t/week, order_up_to: 1 t, demand: {use: 4 t/week}}}",
            "network.nodes.x.made.A.order_up_to: a level for a stock that serves several ends (got 'use, y.made'). "
            "Let one commodity be made from it there, or final users alone draw on it.",
        ),
    ],
)
def test_what_is_refused(nodes: str, told: str) -> None:
    recipe = ", y.made: {recipe: {x.made: 1}}" if "y.made" in nodes else ""
    with pytest.raises(ScenarioError) as caught:
        sim.load(write(f"{HEAD}network: {{commodities: {{x.made: {{}}{recipe}}}, nodes: {nodes}}}"))
    (problem,) = caught.value.problems
    assert str(caught.value).endswith(told.replace("'use, y.made'", "use, y.made"))
    assert problem.line


@pytest.mark.parametrize("source", [Plain(3), Antithetic(3), Sobol(3, ()), Latin(3, 512)])
@pytest.mark.parametrize("law", [EachStep(0, "s", "normal", 0.5), EachStep(0, "s", "poisson", 0.5)])
def test_a_draw_depends_on_step_and_run_alone(source: Source, law: EachStep) -> None:
    whole = Steps(law, Draws(source, 0, 512), np.array([2.0]))
    part = Steps(law, Draws(source, 300, 7), np.array([2.0]))
    for k in (0, 63, 64, 1000, 1):
        np.testing.assert_array_equal(part(k), whole(k)[300:307])
    assert not np.array_equal(whole(0), whole(64))


@pytest.mark.parametrize("law", [EachStep(0, "s", "normal", 0.5), EachStep(0, "s", "poisson", 0.5)])
def test_what_is_drawn_has_its_law(law: EachStep) -> None:
    """Mean and variance to four errors: 2 and 1/4 of the normal law, 2 and 1 of the Poisson law in lots of 1/2; each its quantile."""
    steps = Steps(law, Draws(Plain(5), 0, 4096), np.array([2.0]))
    drawn = np.array([steps(k) for k in range(64)])
    n, variance = drawn.size, 0.25 if law.law == "normal" else 1.0
    assert abs(drawn.mean() - 2.0) < 4 * np.sqrt(variance / n)
    assert drawn.var() == pytest.approx(variance, abs=4 * variance * np.sqrt((2 + 0.25) / n))
    u = Plain(5).steps("s", 0, 0, 4096)
    exact = np.maximum(2.0 + 0.5 * ndtri(u), 0.0) if law.law == "normal" else 0.5 * poisson.ppf(u, 4.0)
    np.testing.assert_allclose(drawn, exact, rtol=1e-12)
    by_run = Steps(law, Draws(Plain(5), 0, 4096), np.full(4096, 2.0))  # a mean of its own for each run
    np.testing.assert_allclose(by_run(7), drawn[7], rtol=1e-12)


def test_neighbouring_steps_have_nothing_in_common() -> None:
    """Nor have a stream of steps and the stream of the same name that is read once."""
    u = Plain(5).steps("s", 0, 0, 4096)
    both = np.corrcoef(np.concatenate([u, Plain(5).law("s", 0, 4096)[None]]))
    assert np.abs(np.tril(both, -1)).max() < 5 / np.sqrt(4096)


def test_demand_by_steps_in_a_market() -> None:
    """Users who draw their demand draw on their stock by as much: 200 weeks of Poisson demand leave what they should of a stock of 90 t."""
    body = """
network:
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 1 t/week, spare: 0}
    x.made.B: {cover: 90 weeks, demand: {use: {amount: 1 t/week, each_step: {kind: poisson}}}}
"""
    model = compile_model(load(write(head(horizon="200 weeks", step="1 week", runs=1000, rules=PLAIN) + body)))
    world = draw(model, 1, 0, 1000)
    (drawn,) = world.each_step
    wanted = np.sum([drawn.want(k) for k in range(200)], axis=0)
    found = run_text(body, horizon="200 weeks", step="1 week", runs=1000, rules=PLAIN).record
    share = found.outcome("unmet_share", "x.made", "B")
    np.testing.assert_allclose(found.outcome("unmet_t", "x.made", "B"), share * wanted, rtol=1e-9, atol=1e-9)
    assert wanted.var() == pytest.approx(200, rel=0.2)


def test_no_series_are_kept_where_none_are_asked_for(tmp_path: Path) -> None:
    body = f"watch: {{series: []}}\nnetwork: {{commodities: {{x.made: {{}}}}, nodes: {{x.made.A: {{{ONE}}}}}}}\n"
    result = sim.run(write(HEAD + body))
    assert not result.record.fans
    assert (result.save(tmp_path) / "report.html").exists()


def test_series_tell_the_stock_of_a_stage(tmp_path: Path) -> None:
    """A stage keeps its stock as goods for sale; the series of stock counts it."""
    nodes = f"{{x.made.A: {{production: 5 t/week, order_up_to: 9 t}}, y.made.A: {{{ONE}}}}}"
    commodities = "{x.made: {}, y.made: {recipe: {x.made: 1}}}"
    body = f"watch: {{series: [stock, cover, unmet]}}\nnetwork: {{commodities: {commodities}, nodes: {nodes}}}\n"
    result = sim.run(write(HEAD + body))
    fan = result.record.fans["stock"]
    assert fan[2, -1, 0] == pytest.approx(4.0, abs=3.0)
    np.testing.assert_allclose(result.record.fans["cover"][2, -1, 0] / 7, fan[2, -1, 0] / 5, rtol=1e-5)
    assert (result.save(tmp_path) / "report.html").exists()
