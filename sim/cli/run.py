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
    DATA,
    MOST_RUNS,
    QUIET,
    RNG_SEED,
    RUNS,
    SCENARIO,
    SETS,
    VARIANT,
    Part,
    print_json,
    said_once,
    screen_width,
    taking_one_record,
    writable_folder,
)  # fmt: skip
from sim.cli.progress import progress
from sim.errors import Problem, RunError

if TYPE_CHECKING:
    from sim.api import Result
    from sim.measure.precision import Precision
    from sim.show.helper import Helper


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
    as_json: bool
    quiet: bool


def run_asked(asked: Asked) -> None:
    """Simulate, save, print."""
    from sim import api

    said_once(asked.runs, asked.rng_seed, asked.sets)
    with api.chart_helper() as helper:
        _run_and_save(asked, helper)


RUN_EXAMPLES = """
\b
Examples:
  sim run gallium-export-halt
  sim run my-question.yaml --runs 500 --set shocks.halt.leakage=0.3
  sim run gallium-export-halt --until-se 1% --runs 1024 --set runs.sampler=sobol
  sim run gallium-export-halt --data my-facts
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
@AS_JSON
@QUIET
def run() -> None:
    """Simulate a scenario and write tables and charts.

    SCENARIO is the path of a scenario file or the name of a shipped one (`sim scenarios`). Prints who runs short of what, and the
    folder that holds the tables, the charts and all that is needed to repeat the run.
    """


def _run_and_save(asked: Asked, helper: Helper | None) -> None:
    from sim import api

    began, sure = time.monotonic(), None
    with progress(asked.quiet) as report:
        scenario = api.prepare(
            asked.scenario, variant=asked.variant, sets=asked.sets, data=asked.data, runs=asked.runs, rng_seed=asked.rng_seed
        )
        if asked.until_se is None:
            result = api.simulate(scenario, report)
        else:
            result, sure = api.simulate_until(scenario, asked.until_se, report)
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
    if asked.until_se is not None and sure is not None:
        _tell_error(result.record.n_run, asked.until_se, sure, asked.quiet)


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
