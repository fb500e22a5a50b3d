"""`sim run` and `sim plot`."""

from __future__ import annotations

import textwrap
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.common import (
    AS_JSON,
    DASK,
    DATA,
    MOST_RUNS,
    QUIET,
    RNG_SEED,
    RUNS,
    SCENARIO,
    SETS,
    VARIANT,
    WORKERS,
    Part,
    print_json,
    said_once,
    screen_width,
    taking_one_record,
    workers_asked,
    writable_folder,
)  # fmt: skip
from sim.cli.progress import progress
from sim.errors import Problem, RunError

if TYPE_CHECKING:
    from sim.api import Result
    from sim.measure.precision import Precision
    from sim.record.checkpoint import Checkpoint
    from sim.scenario import Scenario
    from sim.show.helper import Helper
    from sim.study.execution import Workers


@dataclass(frozen=True, kw_only=True)
class Asked:
    """All that may be typed after `sim run`."""

    scenario: str
    runs: int | None
    until_se: float | None
    rng_seed: int | None
    sets: tuple[str, ...]
    variant: str | None
    data: str | None
    out: Path
    workers: int | None
    dask: str | None
    resume: bool
    as_json: bool
    quiet: bool


def run_asked(asked: Asked) -> None:
    """Simulate, save, print."""
    from sim import api

    said_once(asked.runs, asked.rng_seed, asked.sets)
    if asked.resume and asked.until_se is not None:
        raise click.UsageError("--resume goes on with a number of runs that is known; it cannot be given with --until-se.")
    with api.chart_helper() as helper, workers_asked(asked.workers, asked.dask) as workers:
        _run_and_save(asked, helper, workers)


RUN_EXAMPLES = """
\b
Examples:
  sim run gallium-export-halt
  sim run my-question.yaml --runs 500 --set shocks.halt.leakage=0.3
  sim run gallium-export-halt --until-se 1% --runs 1024 --set runs.sampler=sobol
  sim run gallium-export-halt --data my-facts
  sim run gallium-export-halt --runs 1e6 --workers 8
  sim run gallium-export-halt --runs 1e6 --workers 8 --resume
  sim run gallium-export-halt --json | jq .outcomes[0]
"""


@click.command(cls=taking_one_record(Asked, run_asked), epilog=RUN_EXAMPLES)
@SCENARIO
@RUNS
@click.option(
    "--until-se",
    type=Part(),
    help="Double the number of runs until the standard error of the headline's mean is so small a part of it, 1% for example; "
    "without a headline, of unmet demand.",
)
@RNG_SEED
@SETS
@VARIANT
@DATA
@click.option(
    "--out",
    default="runs",
    show_default=True,
    callback=writable_folder,
    metavar="DIR",
    help="Where the run folder is made.",
)
@WORKERS
@DASK
@click.option("--resume", is_flag=True, help="Go on where the same command was stopped or killed, if it was under way for some seconds.")
@AS_JSON
@QUIET
def run() -> None:
    """Simulate a scenario and write tables and charts.

    SCENARIO is the path of a scenario file or the name of a shipped one (`sim scenarios`). Prints who runs short of what, and the
    folder that holds the tables, the charts and all that is needed to repeat the run.
    """


def _run_and_save(asked: Asked, helper: Helper | None, workers: Workers) -> None:
    from sim import api

    began = time.monotonic()
    scenario = api.prepare(
        asked.scenario, variant=asked.variant, sets=asked.sets, data=asked.data, runs=asked.runs, rng_seed=asked.rng_seed
    )
    if asked.until_se is not None:
        with progress(asked.quiet) as report:
            result, sure = api.simulate_until(scenario, asked.until_se, api.Execution(report, workers))
        _save_and_tell(asked, result, helper, began)
        _tell_error(result.record.n_run, asked.until_se, sure, asked.quiet)
        return
    with api.resumable(scenario, asked.out, asked.resume) as checkpoint:
        if not asked.quiet:
            _tell_before(checkpoint, scenario)
        try:
            with progress(asked.quiet) as report:
                result = api.simulate(scenario, api.Execution(report, workers, checkpoint))
            _save_and_tell(asked, result, helper, began)
        except (KeyboardInterrupt, RunError):
            if checkpoint.has_something:
                click.echo("Most of what was done is put by: the same command with --resume goes on from there.", err=True)
            raise
        checkpoint.finished()


def _tell_before(checkpoint: Checkpoint, scenario: Scenario) -> None:
    """Say what is there of an earlier simulation of the same."""
    if checkpoint.n_before:
        done = f"{checkpoint.n_before:,} of {scenario.runs.count:,} runs"
        stopped = f"the same command was stopped earlier, after {done}; to go on from there instead, stop this one and add --resume"
        click.echo(f"going on after {done}" if checkpoint.resume else stopped, err=True)
    elif checkpoint.resume:
        click.echo("nothing is there to go on with: starting with the first run", err=True)


def _save_and_tell(asked: Asked, result: Result, helper: Helper | None, began: float) -> None:
    """Print who runs short, write the run folder, say where it is. began: when the work began, s."""
    simulated = time.monotonic()
    if not asked.as_json:
        print_summary(result)
    if not asked.quiet:
        click.echo("writing tables and charts ...", err=True)
    folder = result.save(asked.out, helper)
    if asked.as_json:
        told = result.report()
        print_json({"scenario": told.pop("scenario"), "run_folder": str(folder), **told})
    else:
        click.echo()
        for sentence in result.left_out(folder):
            click.echo(f"{textwrap.fill(sentence, screen_width(), break_on_hyphens=False, break_long_words=False)}\n")
        click.echo(f"Tables and charts: {folder}")
    if not asked.quiet:
        saved = time.monotonic()
        click.echo(f"simulated in {simulated - began:.1f} s, written in {saved - simulated:.1f} s", err=True)


def _tell_error(n_run: int, wanted: float, sure: Precision, quiet: bool) -> None:
    """Say how sure the number is. Raises RunError where it is less so than was asked for: status 1, though the result is there."""
    told = f"the standard error of the mean of {sure.what} is {100 * sure.relative:.3g} % of it"
    if sure.relative > wanted:
        what = f"with {n_run:,} runs {told}, not {100 * wanted:g} %, and twice as many are more than a scenario may have, {MOST_RUNS:,}"
        remedy = "The result above is of those runs. Ask for less, or try another runs.sampler."
        raise RunError(Problem(where="--until-se", what=what, remedy=remedy))
    if not quiet:
        same = f"{sure.what} is the same in every run" if sure.se == 0.0 else told
        click.echo(f"{n_run:,} runs: {same}", err=True)


def print_summary(result: Result) -> None:
    """Print the question and who runs short."""
    from sim.show.table import summary_table

    scenario = result.record.scenario
    click.echo(f"{scenario.title}\n{scenario.question}\n")
    click.echo(summary_table(result.summary(), n_runs=result.record.n_run, start=scenario.clock.start, width=screen_width()))


PLOT_EXAMPLES = """
\b
Examples:
  sim plot runs/gallium-export-halt-20261121-1a2b3c4d
  sim plot runs/ev-battery-chain-20261121-1a2b3c4d --all
"""


@click.command(epilog=PLOT_EXAMPLES)
@click.argument("run_folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--all", "every", is_flag=True, help="Draw also commodities to which nothing, or less, happens.")
def plot(run_folder: Path, every: bool) -> None:
    """Draw the charts of a run folder again.

    Prints the files written.
    """
    from sim import api

    for path in api.plot(run_folder, every=every):
        click.echo(path)
