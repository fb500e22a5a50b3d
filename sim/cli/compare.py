"""`sim compare`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.common import (
    AS_JSON,
    DASK,
    DATA,
    QUIET,
    RNG_SEED,
    RUNS,
    SETS,
    WORKERS,
    ScenarioWord,
    picture,
    print_json,
    said_once,
    screen_width,
    taking_one_record,
    workers_asked,
    writable_folder,
)  # fmt: skip
from sim.cli.progress import progress

if TYPE_CHECKING:
    from sim.api import Comparison


@dataclass(frozen=True, kw_only=True)
class Asked:
    """All that may be typed after `sim compare`."""

    scenarios: tuple[str, ...]
    runs: int | None
    rng_seed: int | None
    sets: tuple[str, ...]
    data: str | None
    measures: tuple[str, ...]
    out: Path | None
    workers: int | None
    dask: str | None
    as_json: bool
    quiet: bool


def drawable(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """Refuse a file that is no picture or cannot be made, before a long run and not after it. Raises click.BadParameter."""
    if value is not None:
        writable_folder(ctx, param, str(value.parent))
    return picture(ctx, param, value)


def compare_asked(asked: Asked) -> None:
    """Run all, print how they differ, draw it."""
    from sim import api

    said_once(asked.runs, asked.rng_seed, asked.sets)
    began = time.monotonic()
    with workers_asked(asked.workers, asked.dask) as workers, progress(asked.quiet) as report:
        comparison = api.compare(
            *asked.scenarios,
            sets=asked.sets,
            data=asked.data,
            runs=asked.runs,
            rng_seed=asked.rng_seed,
            measures=asked.measures,
            execution=api.Execution(report, workers),
        )
    simulated = time.monotonic() - began
    if asked.as_json:
        print_json(comparison.report())
    else:
        print_differences(comparison)
    if asked.out is not None:
        comparison.plot(asked.out)
        click.echo(f"Chart: {asked.out}", err=True)
    if not asked.quiet:
        click.echo(f"simulated in {simulated:.1f} s", err=True)


def print_differences(comparison: Comparison) -> None:
    """Print the question where all have the same, and how they differ."""
    scenarios = [record.scenario for record in comparison.records]
    told = {(scenario.title, scenario.question) for scenario in scenarios}
    if len(told) == 1:
        click.echo(f"{scenarios[0].title}\n{scenarios[0].question}\n")
    click.echo(comparison.table(screen_width()))


EXAMPLES = """
\b
Examples:
  sim compare gallium-export-halt
  sim compare gallium-export-halt :pooled-60 --out pooled.png
  sim compare gallium-export-halt my-question.yaml:stock-60 --runs 500
  sim compare gallium-export-halt --measure price_peak --json | jq .differences[0]
"""


@click.command(cls=taking_one_record(Asked, compare_asked), epilog=EXAMPLES)
@click.argument("scenarios", type=ScenarioWord(), nargs=-1, required=True, metavar="SCENARIO...")
@RUNS
@RNG_SEED
@SETS
@DATA
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="NAME",
    help="Compare this measure of the summary; may be repeated (default: those of sim run).",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=drawable,
    metavar="FILE",
    help="Draw the differences too, .png or .svg.",
)
@WORKERS
@DASK
@AS_JSON
@QUIET
def compare() -> None:
    """Compare scenarios or variants, run by run in the same worlds.

    Each SCENARIO is the path of a file or the name of a shipped one, with :VARIANT after it for one of its variants; :VARIANT alone is one
    of the first scenario's. The first is compared with each of the others; a single scenario with all of its variants. Prints how much
    they differ, with intervals, and how often each is better. --set changes all of them. The chart shows unmet demand in % of demand, or
    the first --measure.
    """
