"""`sim backtest`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from sim.cli.common import AS_JSON, MOST_RUNS, QUIET, SETS, WholeNumber, print_json, screen_width, taking_one_record, writable_folder
from sim.cli.progress import progress


@dataclass(frozen=True, kw_only=True)
class Asked:
    """All that may be typed after `sim backtest`."""

    episodes: tuple[str, ...]
    runs: int | None
    sets: tuple[str, ...]
    out: Path | None
    as_json: bool
    quiet: bool


def own_folder(ctx: click.Context, param: click.Parameter, value: str | None) -> Path | None:
    """Refuse a folder in which nothing can be made, or that holds other files, before the work and not after it.

    Raises click.BadParameter.
    """
    if value is None:
        return None
    from sim.errors import RunError
    from sim.record.whole import BACKTEST, check_ours

    folder = writable_folder(ctx, param, value)
    try:
        check_ours(folder, BACKTEST)
    except RunError as error:
        raise click.BadParameter(str(error)) from error
    return folder


class EpisodeWord(click.ParamType):
    """The path of an episode's folder, or the name of one that ships."""

    name = "episode"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the names that ship, and folders where no name fits."""
        from sim.scenario.library import episodes

        folders = CompletionItem(incomplete, type="dir")  # first: bash drops what comes before it
        return [folders, *(CompletionItem(name) for name in episodes() if name.startswith(incomplete))]


def backtest_asked(asked: Asked) -> None:
    """Play the episodes, print how they agree, write the page."""
    from sim import api

    began = time.monotonic()
    with progress(asked.quiet) as report:
        result = api.backtest(*asked.episodes, runs=asked.runs or api.BACKTEST_RUNS, sets=asked.sets, progress=report)
    played = time.monotonic() - began
    if asked.as_json:
        print_json(result.report())
    else:
        click.echo(result.table(screen_width()))
    if asked.out is not None:
        click.echo(f"Charts and page: {result.save(asked.out)}", err=True)
    if not asked.quiet:
        click.echo(f"played in {played:.1f} s", err=True)


EXAMPLES = """
\b
Examples:
  sim backtest
  sim backtest graphite-2023 palladium-2022
  sim backtest my-episode/ --out my-episode/page
  sim backtest --json | jq .score
"""


@click.command(cls=taking_one_record(Asked, backtest_asked), epilog=EXAMPLES)
@click.argument("episodes", type=EpisodeWord(), nargs=-1, metavar="[EPISODE]...")
@click.option("--runs", type=WholeNumber(1, MOST_RUNS), help="How many draws of chance an episode (default: 400).")
@SETS
@click.option("--out", metavar="DIR", callback=own_folder, help="Write the table, charts and a page there; a new folder.")
@AS_JSON
@QUIET
def backtest() -> None:
    """Hold the model against past episodes.

    Each EPISODE is the name of one that ships or the path of a folder with scenario.yaml (what was cut, when and how much) and
    observed.csv (what was seen then); all that ship if none is named. Prints each observed number with its band beside the simulated
    quantiles; the score is the part of the numbers whose simulated median lies in the band. CRPS tells how far the whole forecast is
    from what was seen, in half widths of the band: 0 is perfect, and less than 1 is good.
    """
