"""Samplers: how even they are, that batches change nothing, and that the intervals they state hold (T5)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import sim
from sim.cli import common
from sim.draw import draw, source_of
from sim.draw.quantile import quantile
from sim.draw.sampling import MOST_AXES, streams
from sim.draw.source import Antithetic, Latin, Plain, Sobol, Source
from sim.draw.stream import uniforms
from sim.errors import ScenarioError
from sim.measure.answer import answer
from sim.measure.estimate import Z95, chance, estimate, spread, tail, tail_spread
from sim.model.compile import compile_model
from sim.model.world import Floats
from sim.scenario import Exponential, load
from sim.scenario.sampler import MOST_RUNS, REPLICATES, Sampler, possible
from sim.study.ensemble import ensemble
from sim.study.execution import Execution
from tests.worlds import PLAIN, head, two_sources, write

N = 256
SOURCES: dict[Sampler, Callable[[int], Source]] = {
    "plain": Plain,
    "antithetic": Antithetic,
    "sobol": lambda rng_seed: Sobol(rng_seed, ("a", "b", "c")),
    "latin-hypercube": lambda rng_seed: Latin(rng_seed, N),
}
OTHERS = [name for name in SOURCES if name != "plain"]
ALL = list(SOURCES)
LAWS = """
network:
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 6 t/year, spare: 0.1}
    x.made.B: {production: 4 t/year, spare: {uniform: [0, 0.2]}, cover: {uniform: [4 weeks, 12 weeks]}, demand: {use: 10 t/year}}
shocks:
  stop: {kind: outage, commodity: x.made, region: A, start: 2026-02-01, duration: {exponential: {mean: 30 weeks}}, probability: 0.7}
  fire: {kind: outage, commodity: x.made, region: B, every: {rate: 1 /year}, duration: {exponential: {mean: 3 weeks}}}
variants:
  known: {set: {x.made.B.spare: 0.1}}
  more: {shocks: {first: {kind: demand_surge, commodity: x.made, region: B, start: 2026-03-01, size: {uniform: [0, 0.1]}}}}
  stock:
    policies:
      reserve: {kind: stockpile, commodity: x.made, holders: B, target: {uniform: [10 days, 20 days]}, initial: 100 %}
"""
NOISY = f"{PLAIN[:-1]}, demand: {{noise: 0.1, growth: {{uniform: [0, 0.05]}}}}}}"


def scenario_of(sampler: str, count: int = 64, variant: str | None = None) -> sim.Scenario:
    text = head(horizon="1 year", step="1 week", runs=count, rules=NOISY) + LAWS
    return load(write(text), variant=variant, sets=[f"runs.sampler={sampler}"])


@pytest.mark.parametrize("law", [None, Exponential(1.0)])
def test_t5_sobol_against_plain_in_one_dimension(law: Exponential | None) -> None:
    """Root of the mean squared error of a mean of 1,024 runs, over 60 generator numbers."""
    errors = {"plain": 0.0, "sobol": 0.0}
    for rng_seed in range(60):
        for name, source in (("plain", Plain(rng_seed)), ("sobol", Sobol(rng_seed, ("a",)))):
            u = source.law("a", 0, 1024)
            errors[name] += float((u if law is None else quantile(law, u)).mean() - (0.5 if law is None else 1.0)) ** 2
    assert np.sqrt(errors["plain"] / errors["sobol"]) > 5.0


@pytest.mark.parametrize("sampler", ALL)
def test_the_interval_of_a_mean_holds(sampler: Sampler) -> None:
    """x + y z of three exponentials of mean 1 has mean 2; given x > 1 it has mean 3, and x > 1 has chance 1/e."""
    repeats, inside = 400, {"mean": 0, "ratio": 0, "chance": 0}
    for rng_seed in range(repeats):
        source = SOURCES[sampler](rng_seed)
        x, y, z = (quantile(Exponential(1.0), source.law(name, 0, N)) for name in "abc")
        loss, late = x + y * z, x > 1.0
        for key, sample, truth in (("mean", loss, 2.0), ("ratio", np.where(late, loss, np.nan), 3.0)):
            low, high = estimate(sample, sampler).interval()
            inside[key] += low <= truth <= high
        found = chance(late, sampler)
        inside["chance"] += found.low <= np.exp(-1.0) <= found.high
    # 0.95 less what the skewness of a product costs, give or take three standard errors.
    assert inside["mean"] / repeats == pytest.approx(0.95, abs=0.035)
    assert inside["ratio"] / repeats == pytest.approx(0.94, abs=0.045)
    assert inside["chance"] / repeats > 0.93


@pytest.mark.parametrize("sampler", ALL)
def test_no_number_depends_on_how_it_is_read(sampler: Sampler) -> None:
    source, other = SOURCES[sampler](9), SOURCES[sampler](9)
    for read, again in ((source.law, other.law), (source.noise, other.noise)):
        for name in ("a", "c", "not among the axes"):
            whole = read(name, 0, N)
            for first, n_run in ((0, 1), (7, 1), (250, 6), (3, 100), (128, 128), (16, 32), (0, N)):
                np.testing.assert_array_equal(again(name, first, n_run), whole[first : first + n_run])
            assert 0.0 < whole.min() < whole.max() < 1.0
    assert not np.any(source.law("a", 0, N) == source.law("b", 0, N))
    assert not np.any(source.law("a", 0, N) == SOURCES[sampler](10).law("a", 0, N))


@pytest.mark.parametrize("sampler", ALL)
def test_results_do_not_depend_on_the_batch(sampler: str) -> None:
    scenario = scenario_of(sampler)
    model = compile_model(scenario)
    whole = ensemble(scenario, model)
    for n_batch in (63, 32, 1):
        for measure, values in ensemble(scenario, model, Execution(n_batch=n_batch)).outcomes.items():
            np.testing.assert_array_equal(values, whole.outcomes[measure], err_msg=f"{measure}, batches of {n_batch}")


def test_a_longer_run_goes_on_where_a_shorter_one_ends() -> None:
    for sampler in ("plain", "antithetic", "sobol"):
        short, longer = (ensemble(s, compile_model(s)) for s in (scenario_of(sampler), scenario_of(sampler, 256)))
        np.testing.assert_array_equal(short.outcome("unmet_t", "x.made", "B"), longer.outcome("unmet_t", "x.made", "B")[:64])


def test_plain_is_what_it_was() -> None:
    np.testing.assert_array_equal(Plain(3).law("a", 5, 300), uniforms(3, "a", 5, 300))
    model = compile_model(scenario_of("plain"))
    one, other = (draw(model, source, 5, 20) for source in (1, source_of(scenario_of("plain"), [model])))
    np.testing.assert_array_equal(one.tide, other.tide)
    for a, b in zip(one.events, other.events, strict=True):
        np.testing.assert_array_equal(a.end, b.end)


def test_antithetic_runs_are_mirrored() -> None:
    u = Antithetic(4).law("a", 0, 1000)
    np.testing.assert_allclose(u[::2] + u[1::2], 1.0, rtol=0, atol=1e-15)
    np.testing.assert_array_equal(u[::2], uniforms(4, "a", 0, 500))
    np.testing.assert_array_equal(Antithetic(4).noise("a", 0, 1000), u)


def strata(u: Floats, n: int) -> list[int]:
    return sorted(np.floor(u * n).astype(int).tolist())


def test_each_part_has_one_run_in_each_stratum() -> None:
    size = N // REPLICATES
    cubes = Latin(2, N).law("a", 0, N).reshape(REPLICATES, size)
    points = Sobol(2, tuple("abcdefgh")).law("h", 0, N).reshape(size, REPLICATES).T
    for part in (*cubes, *points):
        assert strata(part, size) == list(range(size))
    assert len({tuple(np.argsort(part)) for part in (*cubes, *points)}) == 2 * REPLICATES
    # Any two axes of a scrambling lie evenly in the plane too, as hypercubes do not: one point in each of 4 x 4 squares.
    plane = Sobol(2, ("a", "b"))
    for k in range(REPLICATES):
        a, b = (plane.law(name, 0, N)[k::REPLICATES] for name in "ab")
        assert sorted((np.floor(4 * a) * 4 + np.floor(4 * b)).astype(int).tolist()) == list(range(size))


def test_errors_of_pairs_and_replicates_on_paper() -> None:
    x = np.array([1.0, 3.0, 2.0, 6.0])
    assert spread(x, "antithetic") == pytest.approx((1.0, 12.7062), abs=1e-4)
    of_run = np.arange(32.0)
    means = np.std(np.arange(16.0), ddof=1) / 4.0
    assert spread(of_run % 16, "sobol") == pytest.approx((means, 2.13145), abs=1e-5)
    assert spread(of_run // 2, "latin-hypercube") == pytest.approx((means, 2.13145), abs=1e-5)
    assert spread(of_run) == (of_run.std(ddof=1) / np.sqrt(32.0), Z95)
    only = np.where(of_run == 7, 1.0, np.nan)
    assert all(np.isnan(spread(only, sampler).se) for sampler in ALL)
    assert estimate(of_run % 16, "sobol").width == pytest.approx(2.13145, abs=1e-5)
    assert np.isnan(tail_spread(tail(of_run), "sobol").se)  # two runs in the tail are too few to know its error


def test_a_chance_is_never_surer_than_that_of_as_many_plain_runs() -> None:
    alternating = np.arange(256) // 16 % 2
    assert chance(alternating, "sobol") == chance(alternating)  # all replicates alike
    assert chance(np.zeros(256), "sobol") == chance(np.zeros(256))
    lumpy = (np.arange(256) % 16 < 8).astype(float)  # all runs of a replicate alike: 16 runs, not 256
    assert chance(lumpy, "sobol").high - chance(lumpy, "sobol").low > 3.5 * (chance(lumpy).high - chance(lumpy).low)
    together = np.repeat([1.0, 0.0, 0.0, 1.0], 32)  # pairs that are always alike
    assert chance(together, "antithetic").low < chance(together).low


def test_streams_are_the_laws_in_an_order_that_additions_leave_alone() -> None:
    base = streams(compile_model(scenario_of("sobol")))
    of_rules = {
        f"rules.{name}" for name in ("demand.growth", "demand.elasticity", "demand.elasticity_long", "price.scarcity", "price.prospect")
    }
    first = {"shocks.stop.duration", "shocks.stop.probability.happens", "shocks.fire.duration[0]", "shocks.fire.every.rate.gap[0]"}
    n_first = next(i for i, name in enumerate(base) if not name.startswith("shocks."))
    assert first <= set(base[:n_first])
    assert set(base[n_first : n_first + 7]) == {"x.made.B.cover", "x.made.B.spare", *of_rules}
    assert base[n_first + 7] == "shocks.fire.every.rate.gap[1]"
    assert not any("noise" in name or name.startswith("shocks.fire.probability") for name in base)
    added = streams(compile_model(scenario_of("sobol", variant="stock")))
    assert added[: len(base)] == base
    assert added[len(base) :] == ("policies.reserve.target",)


@pytest.mark.parametrize("variant", ["known", "more", "stock"])
def test_compared_scenarios_share_every_draw(variant: str) -> None:
    """A law made certain, a shock or a policy more: what both have is the same in run k of both."""
    scenarios = [scenario_of("sobol"), scenario_of("sobol", variant=variant)]
    models = [compile_model(scenario) for scenario in scenarios]
    source = source_of(scenarios[0], models)
    one, other = (draw(model, source, 0, 64) for model in models)
    names = [[shock.label for shock in model.network.shocks] for model in models]
    for name in ("shock:stop", "shock:fire"):
        a, b = (world.events[found.index(name)] for world, found in zip((one, other), names, strict=True))
        np.testing.assert_array_equal(a.end, b.end)
    np.testing.assert_array_equal(one.cover_steps, other.cover_steps)


def test_compare_is_the_more_certain_for_sobol() -> None:
    path = write(head(horizon="1 year", step="1 week", runs=256, rules=PLAIN) + LAWS)
    widths = {}
    for sampler in ("plain", "sobol"):
        found = sim.compare(path, ":stock", sets=[f"runs.sampler={sampler}"], measures=["unmet_t"]).frame().iloc[0]
        widths[sampler] = found["high"] - found["low"]
        assert found["diff"] < 0.0
    assert 0.0 < widths["sobol"] < widths["plain"]


def test_axes_have_an_end() -> None:
    often = LAWS.replace("rate: 1 /year", "rate: 300 /year").replace("mean: 3 weeks", "mean: 1 day")
    scenario = load(write(head(horizon="1 year", step="1 week", runs=64) + often), sets=["runs.sampler=sobol"])
    model = compile_model(scenario)
    source = source_of(scenario, [model])
    assert isinstance(source, Sobol)
    assert len(source.axes) == MOST_AXES < len(streams(model))
    last = streams(model)[-1]
    np.testing.assert_array_equal(source.law(last, 0, 64), uniforms(1, last, 0, 64))


@pytest.mark.parametrize(
    ("sampler", "count", "nearest"),
    [
        ("plain", 7, 7), ("antithetic", 7, 8), ("antithetic", 1, 2), ("sobol", 1, 16), ("sobol", 2000, 2048), ("sobol", 1500, 1024),
        ("sobol", 1536, 2048), ("sobol", MOST_RUNS, 2**23), ("latin-hypercube", 1, 32), ("latin-hypercube", 100, 96),
        ("latin-hypercube", 2000, 2000), ("latin-hypercube", MOST_RUNS - 1, MOST_RUNS),
    ],
)  # fmt: skip
def test_the_nearest_possible_number_of_runs(sampler: Sampler, count: int, nearest: int) -> None:
    assert possible(sampler, count) == nearest
    assert possible(sampler, nearest) == nearest


def test_a_number_of_runs_that_cannot_be_is_refused() -> None:
    path = write(head(horizon="1 year", step="1 week", runs=2000) + two_sources(stock=1, shock="duration: 1 week"))
    told = (
        "runs.count: sobol needs 16 runs or a power of two above, for its points are balanced only in powers of two (got {}). "
        "Give {}, or --set runs.sampler=plain."
    )
    for work in (sim.run, sim.check, sim.trace):
        with pytest.raises(ScenarioError) as refused:
            work(path, sets=["runs.sampler=sobol"])
        assert str(refused.value) == f"{path}:2:15 {told.format(2000, 2048)}"
    with pytest.raises(ScenarioError, match="sobol needs 16 runs"):
        sim.compare(path, path, sets=["runs.sampler=sobol"])
    with pytest.raises(ScenarioError, match=r"^runs\.count: latin-hypercube needs 32 runs or a larger multiple of 16, .* Give 32, or"):
        sim.run(path, sets=["runs.sampler=latin-hypercube"], runs=30)
    with pytest.raises(ScenarioError, match=r"antithetic needs an even number of runs.*\(got 3\)\. Give 4, or"):
        sim.run(path, sets=["runs.sampler=antithetic"], runs=3)


def test_every_sampler_finds_the_same_mean() -> None:
    """With no stock and demand of 1 t a year, an outage of Exp(1) years loses Exp(1) t."""
    text = head(horizon="20 years", step="1 month", runs=512) + two_sources(
        stock=0, home=0, demand=1, shock="duration: {exponential: {mean: 1 year}}"
    )
    scenario = load(write(text))
    for sampler in ALL:
        runs = scenario.runs.model_copy(update={"sampler": sampler})
        result = sim.run(scenario.model_copy(update={"runs": runs}))
        found = estimate(result.record.outcome("unmet_t", "x.made", "B"), sampler)
        assert abs(found.mean - 1.0) < 4.0 * found.se
        assert found.se < (0.06 if sampler == "plain" else 0.04)
        row = result.summary().query("measure == 'unmet_t' and region == 'B' and sector == 'all'").iloc[0]
        assert row["se"] == found.se
        assert result.report()["sampler"] == sampler


def test_records_of_other_samplers_are_not_set_against_each_other() -> None:
    path = write(head(horizon="1 year", step="1 week", runs=64) + LAWS + "headline: {measure: unmet_t, commodity: x.made, region: B}\n")
    base, other = (sim.run(path, sets=[f"runs.sampler={name}"]).record for name in ("plain", "antithetic"))
    with pytest.raises(ValueError, match="same worlds"):
        answer(base, [other])
    with pytest.raises(ScenarioError, match=r"runs\.sampler: not the same sampler"):
        sim.compare(base.scenario, other.scenario)


def test_the_command_line_allows_as_many_runs_as_a_scenario() -> None:
    """Written twice, so that `sim --help` need not read the scenario's schema: they must stay the same."""
    assert common.MOST_RUNS == MOST_RUNS
