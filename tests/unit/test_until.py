"""As many runs as an error asks for: they stop when it is reached, the error stated holds, and the limit is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import sim
from sim.api import until
from sim.cli.app import sim as program
from sim.scenario import Scenario
from tests.worlds import head, two_sources, write

Typed = Callable[..., Result]
LOSS = two_sources(stock=0, home=0, demand=1, shock="duration: {exponential: {mean: 1 year}}")
"""With no stock and demand of 1 t a year, an outage of Exp(1) years loses Exp(1) t: mean 1, spread 1."""
CALM = two_sources(stock=20, home=0, demand=1, shock="duration: 1 week")
HEADLINE = "headline: {measure: unmet_t, commodity: x.made, region: B}\n"


def lossy(runs: int, body: str = LOSS, rng_seed: int = 1) -> Scenario:
    return sim.load(write(head(horizon="12 years", step="1 month", runs=runs, rng_seed=rng_seed) + body))


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(program, list(words), prog_name="sim")


def test_it_stops_when_the_error_is_reached() -> None:
    """1 / sqrt(n) is 2.2 % at 2,000 runs and 1.6 % at 4,000."""
    told: list[tuple[int, int]] = []
    result, found = sim.simulate_until(lossy(500), 0.02, sim.Execution(lambda done, wanted: told.append((done, wanted))))
    assert result.record.n_run == 4000
    assert found.relative == pytest.approx(1 / np.sqrt(4000), rel=0.1)
    assert abs(found.mean - 1.0) < 4 * found.se
    assert told[-1] == (7500, 7500)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    at_once = sim.run(lossy(500), runs=4000).record
    np.testing.assert_array_equal(at_once.outcome("unmet_t", "x.made", "B"), result.record.outcome("unmet_t", "x.made", "B"))


def test_few_runs_are_not_believed() -> None:
    result, _ = sim.simulate_until(lossy(2), 0.9)
    assert result.record.n_run == 1024 > until.LEAST_RUNS


def test_other_samplers_go_on_too() -> None:
    needed = {}
    for sampler in ("plain", "antithetic", "sobol", "latin-hypercube"):
        scenario = lossy(256)
        scenario = scenario.model_copy(update={"runs": scenario.runs.model_copy(update={"sampler": sampler})})
        result, found = sim.simulate_until(scenario, 0.015)
        needed[sampler] = result.record.n_run
        assert found.relative <= 0.015
        assert abs(found.mean - 1.0) < 4 * found.se
    assert needed["plain"] == 8192
    assert needed["sobol"] == 1024


@pytest.mark.long
def test_the_error_stated_holds_though_it_decided_when_to_stop() -> None:
    """At 2.24 % as many stop at 2,000 runs as go on to 4,000."""
    inside, counts = 0, set()
    for rng_seed in range(100):
        result, found = sim.simulate_until(lossy(1000, rng_seed=rng_seed), 0.0224)
        counts.add(result.record.n_run)
        inside += abs(found.mean - 1.0) <= 1.96 * found.se
    assert counts == {2000, 4000}
    assert inside / 100 == pytest.approx(0.95, abs=0.065)


def test_the_headline_is_what_is_made_sure() -> None:
    scenario = lossy(1000, LOSS + HEADLINE.replace("unmet_t", "p_short"))
    result, found = sim.simulate_until(scenario, 0.5)
    assert (found.what, found.mean, found.se) == ("p_short x.made B", 1.0, 0.0)
    assert result.record.n_run == 1000
    assert sim.simulate_until(lossy(1000), 0.5)[1].what == "unmet_t of all commodities and regions"


def test_the_command_says_how_sure_it_is(typed: Typed) -> None:
    path = str(write(head(horizon="12 years", step="1 month", runs=1000) + LOSS + HEADLINE))
    done = typed("run", path, "--until-se", "3 %")
    assert done.exit_code == 0, done.output
    assert "\n2,000 runs: the standard error of the mean of unmet_t x.made B is 2." in done.stderr
    assert done.stderr.endswith(" % of it\n")
    calm = str(write(head(horizon="12 years", step="1 month", runs=600) + CALM))
    done = typed("run", calm, "--until-se", "0.01")
    assert done.stderr.endswith("\n1,200 runs: unmet_t of all commodities and regions is the same in every run\n")
    assert typed("run", calm, "--until-se", "1%", "--quiet").stderr == ""


def test_the_limit_is_told_and_the_result_is_there(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(until, "MOST_RUNS", 2500)
    path = str(write(head(horizon="12 years", step="1 month", runs=1000) + LOSS))
    done = typed("run", path, "--until-se", "0.1%", "--quiet")
    assert done.exit_code == 1
    assert "Tables and charts: runs" in done.stdout
    assert len(list(Path("runs").iterdir())) == 1
    assert done.stderr.startswith(
        "--until-se: with 2,000 runs the standard error of the mean of unmet_t of all commodities and regions is 2."
    )
    assert done.stderr.endswith(
        " % of it, not 0.1 %, and twice as many are more than a scenario may have, 10,000,000. "
        "The result above is of those runs. Ask for less, or try another runs.sampler.\n"
    )


@pytest.mark.parametrize("share", ["0", "0 %", "100%", "-1%", "2", "tight", "", "true", ".nan"])
def test_a_mistyped_share_is_refused(typed: Typed, share: str) -> None:
    done = typed("run", "gallium-export-halt", "--until-se", share)
    assert done.exit_code == 2
    assert f"'--until-se': must be a share above 0 % and below 100 % (got '{share}'). Write, for example, 1%." in done.stderr


def test_a_number_of_runs_the_sampler_cannot_do_is_refused(typed: Typed) -> None:
    done = typed("run", "gallium-export-halt", "--until-se", "1%", "--set", "runs.sampler=sobol")
    assert done.exit_code == 2
    assert "runs.count: sobol needs 16 runs or a power of two above" in done.stderr
    assert "(got 2000). Give 2048, or --set runs.sampler=plain." in done.stderr
