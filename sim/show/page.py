"""The page of a run: one HTML file with its charts inside, that needs no network and no script."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sim.errors import Problem, RunError
from sim.show.choice import left_out
from sim.show.costs import cost_block
from sim.show.html import inlined, template
from sim.show.outcome import Block, outcome_blocks, outcome_legend, sector_block
from sim.show.story import headlines
from sim.show.told import policies_told, shocks_told
from sim.show.view import RunView
from sim.show.words import commodity_label, format_count, format_number, listing

TEMPLATE = "page.html"
HEADINGS = {
    "shortage": "Unmet demand",
    "price": "Delivered price",
    "supply": "Supply by origin and demand",
    "stock": "Stocks",
    "survival": "Chance of having run short",
}
"""Kind of chart, as its file name begins, and its heading; charts stand in this order."""
NEEDED = (
    "fact_sources", "hash", "machine", "n_step", "resolved", "rng_seed", "runs", "scenario", "sources", "start", "step_days", "text",
    "variant", "versions", "wall_s", "written",
)  # fmt: skip
"""Keys of the manifest that the page shows."""
INTERVALS = "the intervals tell only of chance between runs, not of errors in those facts"
NO_INTERVAL = "no interval tells of errors in those facts"

_TALLY = re.compile(r"(\d+) numbers? measured, (\d+) derived, (\d+) assumed")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A block of the terminal table as the page sets it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str
    n_word: int
    """How many columns at the left are words."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """One commodity on the page, or the sectors at work."""

    heading: str
    table: Table | None
    charts: tuple[Markup, ...]


def write_page(view: RunView, charts: Sequence[Path], manifest: Mapping[str, Any], path: Path) -> Path:
    """Write the page of a run and return its path; the same run gives the same bytes.

    Arguments:
        view: the run.
        charts: files as `write_charts` names them (`shortage-gallium.refined.svg`), in any order; those that are not SVG are passed over.
        manifest: what the run folder says of the run; times come from here only.
        path: the file to write.
    Raises:
        RunError: a chart is missing or is no SVG, or the manifest or the summary lacks what the page shows.
        OSError: the file cannot be written.
    """
    lacking = [key for key in NEEDED if key not in manifest]
    if lacking:
        raise RunError(Problem(where="page", what="the manifest is not whole", got=f"no {listing(lacking)}", remedy="Run it again."))
    start = date.fromisoformat(manifest["start"])
    blocks = outcome_blocks(view.summary, n_runs=view.n_runs, start=start)
    sectors = sector_block(view.summary, n_runs=view.n_runs)
    shocks, policies = (manifest["resolved"].get(key) or {} for key in ("shocks", "policies"))
    text = template(TEMPLATE).render(
        view=view,
        manifest=manifest,
        headlines=headlines(view, blocks, sectors),
        left_out=left_out(view, {chart.stem.partition("-")[2] for chart in charts}),
        sections=[
            *_sections(view, {block.name: _table(block) for block in blocks}, charts),
            *_at_work(sectors),
            *_at_work(cost_block(view.summary, n_runs=view.n_runs)),
        ],
        legend=outcome_legend(blocks, n_runs=view.n_runs, start=start, is_certain=view.is_certain),
        has_prices=any("price" in block.columns for block in blocks),
        short=f"{format_number(100.0 * view.threshold)} % of demand unmet in a step of {format_number(manifest['step_days'])} days",
        policies=policies_told(policies),
        shocks=shocks_told(view, shocks),
        runs=format_count(view.n_runs),
        facts=[source for source in manifest["fact_sources"] if not _TALLY.fullmatch(source)],
        tally=_tally(manifest["fact_sources"]),
        doubt=NO_INTERVAL if view.is_certain else INTERVALS,
        assumed=_assumed(manifest["fact_sources"]),
        command=_command(manifest),
    )
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _table(block: Block) -> Table:
    return Table(
        heads=tuple(column.head.replace("\n", " ") for column in block.columns.values()),
        rows=tuple(tuple(row[key] for key in block.columns) for row in block.rows),
        note=block.note,
        n_word=sum(not column.is_number for column in block.columns.values()),
    )


def _at_work(block: Block | None) -> list[Section]:
    return [] if block is None else [Section(heading=block.title, table=_table(block), charts=())]


def _sections(view: RunView, tables: Mapping[str, Table], charts: Sequence[Path]) -> list[Section]:
    """One section a commodity, in the order of the run, then one for charts that belong to no single commodity."""
    kinds = list(HEADINGS)
    drawn: dict[str, list[tuple[int, str, Path]]] = {}
    for chart in charts:
        if chart.suffix == ".svg":
            kind, _, commodity = chart.stem.partition("-")
            known = kind in HEADINGS and commodity in view.commodities
            order = kinds.index(kind) if known else len(kinds)
            drawn.setdefault(commodity if known else "", []).append((order, chart.stem, chart))
    sections: list[Section] = []
    number = 0
    for commodity in (*view.commodities, *([""] if "" in drawn else [])):
        name = commodity_label(commodity) if commodity else "Further charts"
        inside: list[Markup] = []
        for order, stem, chart in sorted(drawn.get(commodity, [])):
            number += 1
            label = f"{HEADINGS[kinds[order]]}: {name}" if commodity else commodity_label(stem)
            inside.append(inlined(chart, f"c{number}-", label))
        sections.append(Section(heading=name, table=tables.get(commodity), charts=tuple(inside)))
    return sections


def _tally(sources: Sequence[str]) -> str:
    return next((source for source in sources if _TALLY.fullmatch(source)), "")


def _assumed(sources: Sequence[str]) -> str:
    """How many of the facts are assumptions, in words; empty where they are not counted."""
    counted = _TALLY.fullmatch(_tally(sources))
    if counted is None:
        return ""
    counts = [int(count) for count in counted.groups()]
    return f"{counts[-1]} of {sum(counts)}"


def _command(manifest: Mapping[str, Any]) -> str:
    variant = ["--variant", manifest["variant"]] if manifest["variant"] else []
    changes = [word for change in manifest["sets"] for word in ("--set", change)]
    data = ["--data", manifest["data"]["folder"]] if manifest.get("data") else []
    numbers = ["--runs", str(manifest["runs"]), "--rng-seed", str(manifest["rng_seed"])]
    return shlex.join(["sim", "run", manifest["path"] or manifest["scenario"], *variant, *changes, *data, *numbers])
