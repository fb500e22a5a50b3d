"""The page of a run: one HTML file with its charts inside, that needs no network and no script."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from sim.errors import Problem, RunError
from sim.show.table import summary_table
from sim.show.view import RunView
from sim.show.words import CERTAIN, MISSING, commodity_label, format_chance, format_count, format_number, format_spread, listing

TEMPLATE = "page.html"
HEADINGS = {
    "shortage": "Unmet demand",
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
LIKELY = 0.5
"""Chance from which a region may count as the first to run short: a date that few runs have is not a forecast."""
UNBROKEN = 10_000
"""Characters a line: wide enough that no table is broken."""

_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_ID = re.compile(r'(\sid=")')
_REFERENCE = re.compile(r'(href="#|url\(#)')
_SIZE = re.compile(r'\s(?:width|height)="[^"]*"')
_UNSHOWN = re.compile(r"\s*<(metadata|title)>.*?</\1>", re.DOTALL)
_TALLY = re.compile(r"(\d+) numbers? measured, (\d+) derived, (\d+) assumed")
_FIGURE = re.compile(r"\d{4}-\d\d-\d\d|[\d.]+ %(?: \([\d.-]+\))?")
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Table:
    """What happens to one commodity, in the words of the terminal table."""

    commodity: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """One row a region: region, chance, first short, unmet demand, % of demand, days short, lowest cover, and CVaR95 if runs differ."""

    @property
    def unit(self) -> str:
        """Unit of the amounts."""
        return self.heads[3].partition(", ")[2].partition(" ")[0]


@dataclass(frozen=True, kw_only=True)
class Section:
    """One commodity on the page."""

    heading: str
    table: Table | None
    charts: tuple[Markup, ...]


@dataclass(frozen=True, kw_only=True)
class Headline:
    """Who runs short of a commodity first, how likely and of how much; `rest` is about the other regions."""

    commodity: str
    lead: str
    rest: Markup
    is_short: bool


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
    tables, legend = _tables(view, date.fromisoformat(manifest["start"]))
    # Newlines are trimmed after a block of the template, so that its layout does not show on the page's source.
    room = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    template = room.from_string(files("sim.show").joinpath(TEMPLATE).read_text(encoding="utf-8"))
    text = template.render(
        view=view,
        manifest=manifest,
        # Who runs short comes before who does not, else in the order of the chain.
        headlines=sorted((_headline(view, table) for table in tables.values()), key=lambda headline: not headline.is_short),
        sections=_sections(view, tables, charts),
        legend=legend,
        short=f"{format_number(100.0 * view.threshold)} % of demand unmet in a step of {format_number(manifest['step_days'])} days",
        policies=[f"{name} ({_words(policy['kind'])})" for name, policy in manifest["resolved"].get("policies", {}).items()],
        shocks=_shocks(view, manifest["resolved"].get("shocks", {})),
        runs=format_count(view.n_runs),
        facts=[source for source in manifest["fact_sources"] if not _TALLY.fullmatch(source)],
        tally=_tally(manifest["fact_sources"]),
        doubt=NO_INTERVAL if view.is_certain else INTERVALS,
        assumed=_assumed(manifest["fact_sources"]),
        command=_command(manifest),
    )
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _tables(view: RunView, start: date) -> tuple[dict[str, Table], str]:
    """The terminal table taken apart at its rules, so that page and terminal cannot differ; and its legend."""
    whole = view.summary.loc[view.summary["sector"] == "all", "commodity"]
    *blocks, legend = summary_table(view.summary, n_runs=view.n_runs, start=start, width=UNBROKEN).split("\n\n")
    found: dict[str, Table] = {}
    for commodity, block in zip(dict.fromkeys(str(name) for name in whole), blocks, strict=True):
        lines = block.split("\n")[1:]
        at = next(place for place, line in enumerate(lines) if not line.strip("- "))
        spans = [match.span() for match in re.finditer("-+", lines[at])]
        cells = [tuple(line[first:last].strip() for first, last in spans) for line in lines]
        heads = tuple(" ".join(filter(None, parts)) for parts in zip(*cells[:at], strict=True))
        found[commodity] = Table(commodity=commodity, heads=heads, rows=tuple(cells[at + 1 :]))
    return found, legend


def _headline(view: RunView, table: Table) -> Headline:
    chances = {region: chance.probability for region, chance in view.chance_short(table.commodity).items()}
    rows = {row[0]: row for row in table.rows}
    days = _values(view, "first_shortage_days", table.commodity, "p50")
    losses = _values(view, "unmet_t", table.commodity, "mean")
    short = [region for region in rows if chances.get(region, 0.0) > 0.0]
    # By date as it is shown: on the same day the larger loss comes first.
    short.sort(key=lambda region: (math.floor(days[region]) if region in days else math.inf, -losses.get(region, 0.0)))
    never = [region for region in rows if region in chances and region not in short]
    safe = _safe(view, table.commodity, never)
    label = commodity_label(table.commodity)
    if not short:
        return Headline(commodity=label, lead="nobody runs short", rest=_unbroken(safe), is_short=False)
    likely = [region for region in short if chances[region] >= LIKELY]
    first = likely[0] if likely else max(short, key=lambda region: chances[region])
    if view.is_certain:
        return Headline(commodity=label, lead=f"{first} runs short first", rest=_unbroken(_story(table, short, safe)), is_short=True)
    _, chance, when, lost, share, *_, worst = rows[first]
    lead = f"{first} runs short first" if likely else f"{first} is the most likely to run short"
    tells = [
        f"Its chance of shortage is {chance}; the median date among the runs that run short is {when}.",
        f"It goes without {_mean(lost)} {table.unit} on average over all runs ({_mean(share)} % of its demand),",
        f"and without {worst} {table.unit} in the worst 5 % of them.",
    ]
    most = max(short, key=lambda region: losses.get(region, 0.0))
    if most != first:
        tells.append(f"The most is missing in {most}: {_mean(rows[most][3])} {table.unit} on average ({_mean(rows[most][4])} % of demand).")
    others = [f"{region} {rows[region][1]}, {rows[region][2]}" for region in short if region != first]
    if others:
        tells.append(f"The others that run short, with chance and median date: {'; '.join(others)}.")
    return Headline(commodity=label, lead=lead, rest=_unbroken(" ".join((*tells, safe)).strip()), is_short=True)


def _story(table: Table, short: Sequence[str], safe: str) -> str:
    """What happens in every run alike: the first to run short, the others, and who does not."""
    rows = {row[0]: row for row in table.rows}
    lost = {region: f"{rows[region][3]} {table.unit} ({rows[region][4]} % of its demand)" for region in short}
    tells = [f"It first runs short on {rows[short[0]][2]} and goes without {lost[short[0]]} in all."]
    if len(short) > 1:
        others = [f"{region} on {rows[region][2]}, {lost[region]}" for region in short[1:]]
        tells.append(f"The others that run short: {'; '.join(others)}.")
    return " ".join(filter(None, (*tells, safe, f"{CERTAIN.capitalize()}.")))


def _safe(view: RunView, commodity: str, regions: Sequence[str]) -> str:
    """Regions that no run saw short, with the bound that the number of runs allows; empty if there are none."""
    if not regions:
        return ""
    if view.is_certain:
        return f"No shortage: {listing(regions)}."
    chances = view.chance_short(commodity)
    bound = format_chance(max((chances[region] for region in regions), key=lambda chance: chance.high))
    return f"No shortage in any of {format_count(view.n_runs)} runs: {listing(regions)} (chance {bound})."


def _unbroken(text: str) -> Markup:
    """The text with its dates and intervals kept on one line: a browser breaks at their hyphens."""
    return Markup(_FIGURE.sub(r'<span class="figure">\g<0></span>', str(escape(text))))


def _mean(cell: str) -> str:
    """The mean of a cell `mean (low-high)`."""
    return cell.partition(" (")[0]


def _values(view: RunView, measure: str, commodity: str, column: str) -> dict[str, float]:
    """One column of the summary by whole region, in the unit of the measure, where there is a number."""
    table = view.summary
    rows = table[(table["measure"] == measure) & (table["commodity"] == commodity) & (table["sector"] == "all")]
    pairs = zip(rows["region"], rows[column], strict=True)
    return {str(region): float(value) for region, value in pairs if not math.isnan(value)}


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
            inside.append(_inlined(chart, f"c{number}-", label))
        sections.append(Section(heading=name, table=tables.get(commodity), charts=tuple(inside)))
    return sections


def _inlined(chart: Path, prefix: str, label: str) -> Markup:
    """The SVG as a part of a page: no prolog, a label to read aloud, and ids that no other chart on the page has."""
    try:
        text = chart.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        got = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise RunError(Problem(file=str(chart), what="cannot read this chart", got=got, remedy="Draw the charts again.")) from error
    at = text.find("<svg")
    if at < 0:
        raise RunError(Problem(file=str(chart), what="is not an SVG chart", remedy="Draw the charts again."))
    text = _UNSHOWN.sub("", text[at:], count=2)

    def renamed(tag: re.Match[str]) -> str:
        return _REFERENCE.sub(rf"\g<1>{prefix}", _ID.sub(rf"\g<1>{prefix}", tag[0]))

    # Only inside tags: a title of the user's may well read like an attribute.
    text = _TAG.sub(renamed, text)
    # A rule for everything would reach beyond the chart.
    text = text.replace('<style type="text/css">*{', '<style type="text/css">figure svg *{', 1)
    end = text.index(">")
    return Markup(f'{_SIZE.sub("", text[:end])} role="img" aria-label="{escape(label)}"{text[end:].rstrip()}')


def _shocks(view: RunView, written: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Name, what it is, from when, and mean days in force with the range that holds 90 % of runs."""
    rows = view.summary[view.summary["measure"] == "shock_days"]
    days: dict[str, str] = {}
    for sector, mean, low, high in zip(rows["sector"], rows["mean"], rows["p05"], rows["p95"], strict=True):
        # A shock that names several places has a row for each, all alike.
        days[str(sector).removeprefix("shock:")] = format_spread(mean, low, high)
    return [
        (name, _struck(shock), _since(shock.get("start")) if not shock.get("every") else "at random", days.get(name, MISSING))
        for name, shock in written.items()
    ]


def _struck(shock: Mapping[str, Any]) -> str:
    parts = [f"{_words(shock['kind'])}: {commodity_label(shock.get('commodity') or MISSING)}"]
    # As an author writes it, or as Python code names it; one name may stand without brackets.
    for word, keys in (("from", ("from", "source")), ("to", ("to",)), ("in", ("region",))):
        names = next((shock[key] for key in keys if shock.get(key)), None)
        if names:
            parts.append(f"{word} {listing([names] if isinstance(names, str) else names)}")
    return " ".join(parts)


def _since(start: object) -> str:
    if isinstance(start, str):
        return start
    if isinstance(start, int | float):
        return str(_EPOCH + timedelta(days=math.floor(start)))
    return MISSING if start is None else "differs by run"


def _words(kind: str) -> str:
    return kind.replace("_", " ")


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
    numbers = ["--runs", str(manifest["runs"]), "--rng-seed", str(manifest["rng_seed"])]
    return shlex.join(["sim", "run", manifest["path"] or manifest["scenario"], *variant, *changes, *numbers])
