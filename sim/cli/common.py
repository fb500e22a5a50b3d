"""What several verbs share: the words that name a scenario, and how results are printed."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from sim.study.execution import Workers


class ScenarioWord(click.ParamType):
    """The path of a scenario file, or the name of a shipped scenario."""

    name = "scenario"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the shipped names, and files where no name fits."""
        from sim import api

        files = CompletionItem(incomplete, type="file")  # first: bash drops what comes before a file
        return [files, *(CompletionItem(row["name"], help=row["title"]) for row in api.shipped() if row["name"].startswith(incomplete))]


class VariantWord(click.ParamType):
    """The name of a variant of the scenario given before it."""

    name = "name"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the variants of the shipped scenario that was typed."""
        from sim import api

        typed = ctx.params.get("scenario") or next(iter(ctx.args), None)  # click leaves the words apart while an option lacks its value
        names = next((row["variants"] for row in api.shipped() if row["name"] == typed), ())
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


class DataWord(click.ParamType):
    """The path of a folder of facts."""

    name = "folder"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """How the help page calls it."""
        return "DIR"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer folders."""
        return [CompletionItem(incomplete, type="dir")]


def taking_one_record(record: type, work: Callable[[Any], None]) -> type[click.Command]:
    """A kind of command that hands all that was typed to a function as one record, not as a parameter an option.

    record: made from the options by name. work: what the command does with it.
    """

    class Verb(click.Command):
        def invoke(self, ctx: click.Context) -> Any:
            """Hand over what was typed."""
            return ctx.invoke(work, record(**ctx.params))

    return Verb


class WholeNumber(click.ParamType):
    """A whole number in a range, written as in a scenario: 1000 or 1e3."""

    name = "whole number"

    def __init__(self, low: int, high: int) -> None:
        """low, high: the least and the greatest number, both allowed."""
        self.low, self.high = low, high

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """How the help page calls it."""
        return "NUMBER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it. Raises click.BadParameter, which names the option."""
        if isinstance(value, int):
            return value
        from sim.errors import shown
        from sim.scenario.text import scalar

        number, what, got = scalar(value.strip()), "must be a whole number", shown(value)
        if isinstance(number, (int, float)) and not isinstance(number, bool) and float(number).is_integer():
            if self.low <= number <= self.high:
                return int(number)
            low, high = (f"{end:,}".replace(",", " ") for end in (self.low, self.high))
            what, got = f"must be from {low} to {high}", value.strip()
        raise click.BadParameter(f"{what} (got {got}). Write a number such as {max(self.low, 500)}.", ctx, param)


class Part(click.ParamType):
    """A part of a whole, written as in a scenario: 1 % or 0.01."""

    name = "part"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """How the help page calls it."""
        return "SHARE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it. Raises click.BadParameter, which names the option."""
        if isinstance(value, float):
            return value
        from sim.errors import shown
        from sim.scenario.text import scalar

        text = value.strip()
        number = scalar(text.removesuffix("%").strip())
        if isinstance(number, (int, float)) and not isinstance(number, bool):
            part = number / 100 if text.endswith("%") else float(number)
            if 0.0 < part < 1.0:
                return part
        raise click.BadParameter(f"must be a share above 0 % and below 100 % (got {shown(value)}). Write, for example, 1%.", ctx, param)


MOST_RUNS = 10_000_000
RUNS = click.option("--runs", type=WholeNumber(1, MOST_RUNS), help="How many draws of chance (default: the scenario's).")
RNG_SEED = click.option("--rng-seed", type=WholeNumber(0, 2**63 - 1), help="Number that fixes all chance (default: the scenario's).")
SCENARIO = click.argument("scenario", type=ScenarioWord())
VARIANT = click.option("--variant", type=VariantWord(), help="A variant that the scenario defines.")
SETS = click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Replace one number, e.g. shocks.halt.leakage=0.3; may be repeated."
)
DATA = click.option("--data", type=DataWord(), help="Folder of your own facts, over those that ship: NAME.csv or NAME.parquet.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")

MOST_WORKERS = 1024
WORKERS = click.option(
    "--workers", type=WholeNumber(1, MOST_WORKERS), help="How many processes simulate (default: one). Results do not depend on it."
)
DASK = click.option(
    "--dask", metavar="ADDRESS", help="Simulate on a Dask cluster that is running: tcp://HOST:8786, or the path of its scheduler file."
)
QUIET = click.option("--quiet", "-q", is_flag=True, help="No progress and no timing.")


@contextmanager
def workers_asked(n_worker: int | None, dask: str | None) -> Iterator[Workers]:
    """Those who simulate, for as long as the block lasts.

    n_worker: number of processes, this one alone if None or 1. dask: address of a Dask cluster. Raises click.UsageError for both at once.
    """
    from sim import api

    if n_worker is not None and dask is not None:
        raise click.UsageError("--workers and --dask both say who simulates. Give one of them.")
    if dask is not None:
        with api.dask_cluster(dask) as cluster:
            yield cluster
    elif n_worker is not None and n_worker > 1:
        with api.processes(n_worker) as pool:
            yield pool
    else:
        yield api.Execution().workers


def said_once(runs: int | None, rng_seed: int | None, sets: Sequence[str]) -> None:
    """Refuse a number that is given both by its option and by a `--set`.

    runs, rng_seed: as given by their options, None where they are not. sets: the changes. Raises click.UsageError that names the two.
    """
    for option, given, key in (("--runs", runs, "count"), ("--rng-seed", rng_seed, "rng_seed")):
        for change in sets if given is not None else ():
            path, _, value = change.partition("=")
            if path.strip() == f"runs.{key}" or (path.strip() == "runs" and key in value):
                raise click.UsageError(f"{option} {given} and --set {change} both give the same number. Give one of them.")


def writable_folder(ctx: click.Context, param: click.Parameter, value: str) -> Path:
    """Refuse a folder in which nothing can be made, before a long run and not after it.

    value: the folder, which need not exist yet. Raises click.BadParameter.
    """
    if not value.strip():
        raise click.BadParameter("no folder is named. Write, for example, --out runs.")
    folder = Path(value)
    try:
        there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    except OSError as error:
        raise click.BadParameter(f"'{value}' cannot be a folder: {error.strerror}.") from error
    if not there.is_dir():
        raise click.BadParameter(f"'{there}' is a file, not a folder.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise click.BadParameter(f"'{there}' cannot be written to.")
    return folder


def picture(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """Refuse a file that is no picture, before the work and not after it. Raises click.BadParameter."""
    if value is not None and value.suffix.lower() not in (".png", ".svg"):
        raise click.BadParameter(f"'{value}' is neither a .png nor a .svg. Write, for example, {param.name}.png.")
    return value


def screen_width() -> int:
    """Characters a table may be wide: the terminal's, 100 where there is none, never under 80."""
    return max(80, shutil.get_terminal_size(fallback=(100, 24)).columns)


def print_json(value: object) -> None:
    """Print one JSON value; what is missing or not finite is null.

    value: mappings, lists, numbers (also NumPy's), texts, dates and paths.
    """
    click.echo(json.dumps(_plain(value), indent=2, allow_nan=False))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):  # a NumPy number or array
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)


def print_columns(rows: Iterable[Sequence[object]]) -> None:
    """Print rows as columns of text, padded with spaces; nothing if there are no rows.

    rows: of equal length; what is None is left empty.
    """
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
