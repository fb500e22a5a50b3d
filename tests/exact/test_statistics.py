"""Statistics the product reports, against answers known on paper (T1-T4)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.draw.quantile import quantile
from sim.draw.stream import uniforms
from sim.measure.estimate import chance, estimate
from sim.scenario.law import Beta, Choice, Empirical, Exponential, Law, Lognormal, Normal, Pert, Triangular, Uniform
from tests.worlds import YEAR, bell, estimate_of, run_text, two_sources

LOSS = "duration: {exponential: {mean: 1 year}}"


def test_t1_tail_of_an_exponential_loss() -> None:
    """No stock, demand 1 t a year, an outage of Exp(1) years: the loss in tonnes is Exp(1)."""
    result = run_text(two_sources(stock=0, home=0, demand=1, shock=LOSS), horizon="20 years", step="1 month", runs=4000)
    loss = estimate_of(result, "unmet_t", "B")
    assert abs(loss["cvar95"] - 3.99573) < 2.576 * loss["cvar95_se"]
    assert loss["p95"] == pytest.approx(2.99573, rel=0.1)


def test_t1_tail_of_a_normal_loss() -> None:
    """A need of N(10, 1) t beyond what comes, of which nothing is in stock: the tail mean is 10 + phi(1.645) / 0.05 = 12.06271."""
    rate = f"{YEAR / 7!r} t/year"
    text = f"""
network:
  commodities: {{x.made: {{}}}}
  nodes: {{x.made.A: {{production: {rate}, spare: 0}}, x.made.B: {{cover: 0 days, demand: {{use: {rate}}}}}}}
shocks: {{need: {{kind: demand_surge, commodity: x.made, region: B, start: 2026-01-01, size: {bell(10, 1, 4000)}}}}}
"""
    loss = estimate_of(run_text(text, horizon="1 week", step="1 week", runs=10_000), "unmet_t", "B")
    assert abs(loss["cvar95"] - 12.06271) < 2.576 * loss["cvar95_se"]


def test_t1_tail_of_a_normal() -> None:
    sample = estimate(quantile(Normal(0.0, 1.0), uniforms(5, "t1", 0, 200_000)))
    low, high = sample.cvar_interval()
    assert low <= 2.06271 <= high


@pytest.mark.parametrize(("p", "cvar"), [(0.2, 2.38629), (0.02, 0.4)])
def test_t2_loss_that_may_not_happen(p: float, cvar: float) -> None:
    text = two_sources(stock=0, home=0, demand=1, shock=f"{LOSS}\n    probability: {p}")
    result = run_text(text, horizon="20 years", step="1 month", runs=8000)
    loss = estimate_of(result, "unmet_t", "B")
    assert abs(loss["cvar95"] - cvar) < 2.576 * loss["cvar95_se"]
    if p < 0.05:
        assert loss["p95"] == 0


def test_t3_coverage_of_the_tail_interval() -> None:
    inside = 0
    for repeat in range(2000):
        sample = estimate(quantile(Exponential(1.0), uniforms(repeat, "t3", 0, 20_000)))
        low, high = sample.cvar_interval()
        inside += low <= 3.995732 <= high
    assert inside / 2000 == pytest.approx(0.95, abs=0.02)


def test_chances_are_never_bare() -> None:
    never, always = chance(np.zeros(2000)), chance(np.ones(2000))
    assert never.probability == 0
    assert never.high == pytest.approx(3 / 2000, rel=0.01)
    assert always.low == pytest.approx(1 - 3 / 2000, rel=0.01)
    # Clopper and Pearson's interval for 10 of 100 as tabulated.
    some = chance(np.array([1.0] * 10 + [0.0] * 90))
    assert (some.low, some.high) == (pytest.approx(0.0490, abs=5e-5), pytest.approx(0.1762, abs=5e-5))


@pytest.mark.parametrize(
    ("law", "mean", "sd"),
    [
        (Uniform(2.0, 5.0), 3.5, 3 / 12**0.5),
        (Triangular(1.0, 2.0, 6.0), 3.0, ((1 + 4 + 36 - 2 - 6 - 12) / 18) ** 0.5),
        (Pert(0.0, 2.0, 10.0), 3.0, (3.0 * 7.0 / 7) ** 0.5),
        (Normal(4.0, 2.0), 4.0, 2.0),
        (Lognormal(1.0, 0.5), np.exp(0.125), np.exp(0.125) * (np.exp(0.25) - 1) ** 0.5),
        (Exponential(3.0), 3.0, 3.0),
        (Beta(2.0, 3.0, 0.0, 1.0), 0.4, 0.2),
        (Choice((1.0, 5.0), (3.0, 1.0)), 2.0, 3**0.5),
        (Empirical((1.0, 2.0, 6.0)), 3.0, (14 / 3) ** 0.5),
    ],
)
def test_laws_have_their_moments(law: Law, mean: float, sd: float) -> None:
    u = (np.arange(200_000) + 0.5) / 200_000
    x = quantile(law, u)
    assert np.all(np.diff(x) >= 0)
    assert x.mean() == pytest.approx(mean, rel=2e-3)
    assert x.std() == pytest.approx(sd, rel=5e-3)


def test_streams_stand_alone() -> None:
    """A run's number depends on the seed, the name and the run, not on where reading begins."""
    whole = uniforms(9, "halt", 0, 1000)
    np.testing.assert_array_equal(uniforms(9, "halt", 300, 400), whole[300:700])
    assert not np.any(uniforms(9, "other", 0, 1000) == whole)
    assert not np.any(uniforms(10, "halt", 0, 1000) == whole)
    assert abs(np.corrcoef(whole, uniforms(9, "other", 0, 1000))[0, 1]) < 0.1
    assert whole.min() > 0
    assert whole.max() < 1


def test_a_new_shock_leaves_every_other_draw_alone() -> None:
    base = two_sources(stock=6, shock=LOSS)
    more = (
        base
        + "  late: {kind: outage, commodity: x.made, region: B, start: 2045-12-01, duration: {exponential: {mean: 1 week}}, severity: 0}\n"
    )
    plain, added = (run_text(text, horizon="20 years", step="1 month", runs=300) for text in (base, more))
    np.testing.assert_array_equal(plain.record.outcome("unmet_t", "x.made", "B"), added.record.outcome("unmet_t", "x.made", "B"))
