"""`sim seeds`."""

from __future__ import annotations

from dataclasses import dataclass

import click
from click.shell_completion import CompletionItem

from sim.cli.common import AS_JSON, MOST_RUNS, WholeNumber, print_json, screen_width, taking_one_record
from sim.cli.progress import progress


@dataclass(frozen=True, kw_only=True)
class Asked:
    """All that may be typed after `sim seeds`."""

    sheets: tuple[str, ...]
    runs: int | None
    only_list: bool
    as_json: bool
    quiet: bool


class SheetWord(click.ParamType):
    """The name of a fact sheet."""

    name = "sheet"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the sheets that ship."""
        from sim.scenario import sheets

        return [CompletionItem(sheet.id, help=sheet.title) for sheet in sheets() if sheet.id.startswith(incomplete)]


def seeds_asked(asked: Asked) -> None:
    """Run what is cited, print what it says."""
    from sim import api

    if asked.only_list and asked.runs is not None:
        raise click.UsageError("--runs and --list exclude each other: a list runs nothing. Give one of them.")
    runs = asked.runs or api.ANSWER_RUNS
    with progress(asked.quiet or asked.only_list) as report:
        claims = api.seeds(asked.sheets, runs=runs, list_only=asked.only_list, progress=report)
    behind = None if asked.only_list else runs
    if asked.as_json:
        print_json({"runs": behind, "claims": claims})
    else:
        from sim.show.claims import claims_text

        click.echo(claims_text(claims, n_runs=behind, width=screen_width()))


EXAMPLES = """
\b
Examples:
  sim seeds
  sim seeds eu-us-japan-alliance --runs 2000
  sim seeds --list
"""


@click.command(cls=taking_one_record(Asked, seeds_asked), epilog=EXAMPLES)
@click.argument("sheets", type=SheetWord(), nargs=-1, metavar="[SHEET]...")
@click.option("--runs", type=WholeNumber(1, MOST_RUNS), help="Runs of each scenario and variant (default: 200).")
@click.option("--list", "only_list", is_flag=True, help="Show claims and scenarios; run nothing.")
@AS_JSON
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def seeds() -> None:
    """Show what the articles claim and what the scenarios answer.

    For each claim of each fact sheet, SHEET or all: the shipped scenarios that cite it, each with a sentence made from its runs: the
    number of its `headline` and, run by run in the same worlds, how far the variants are from it.
    """
