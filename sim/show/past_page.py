"""Past episodes as a folder: table, charts, and one HTML page that needs no network and no script."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from sim.measure.observed import Agreement
from sim.record.whole import BACKTEST, PAGE, write_whole
from sim.show import style
from sim.show.html import inlined, template
from sim.show.past import LEGEND, score_line
from sim.show.past_chart import time_chart
from sim.show.past_score import overview_chart, score_chart
from sim.show.words import format_count, format_number

if TYPE_CHECKING:
    from sim.api.backtesting import Backtest, Scored

TEMPLATE = "past_page.html"
OVERVIEW = "overview"
KINDS = {"time": "Observed over simulated", "score": "Scorecard"}
"""Charts of an episode, by the end of their file's name, and what they are called."""
UNSCORED = "# Not scored:"
"""Begins the comment of a scenario that tells what was seen but is not held against it."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """An observed number on the page."""

    name: str
    observed: str
    band: str
    simulated: str
    is_inside: bool
    crps: str
    source: str
    url: str
    """Empty unless it leads to the web."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """One episode on the page."""

    name: str
    title: str
    question: str
    inside: str
    charts: tuple[Markup, ...]
    rows: tuple[Row, ...]
    unscored: tuple[str, ...]


def write_backtest(result: Backtest, folder: Path) -> Path:
    """Write table, charts and page, whole or not at all, and return the page's path; the same result gives the same bytes.

    Arguments:
        result: of `sim.backtest`.
        folder: made if absent; an earlier result in it is replaced.

    Raises:
        RunError: it holds other files, or cannot be written.
    """

    def fill(scratch: Path) -> None:
        result.frame().to_csv(scratch / "backtest.csv", index=False, lineterminator="\n")
        (scratch / "backtest.json").write_text(json.dumps(result.report(), indent=2) + "\n", encoding="utf-8", newline="\n")
        write_charts(result, scratch / "charts")
        (scratch / PAGE).write_text(_page(result, scratch / "charts"), encoding="utf-8", newline="\n")

    write_whole(folder, BACKTEST, fill)
    return folder / PAGE


def write_charts(result: Backtest, folder: Path) -> list[Path]:
    """Draw the overview and the charts of each episode, PNG and SVG, and return their paths.

    Arguments:
        result: of `sim.backtest`.
        folder: where to; made if absent.
    Raises:
        OSError: it cannot be written.
    """
    with style.chart_style():
        written = [*style.save(overview_chart(result), folder, OVERVIEW)]
        for stem, scored in _stems(result).items():
            over_time = time_chart(scored)
            if over_time is not None:
                written += style.save(over_time, folder, f"{stem}-time")
            written += style.save(score_chart(scored), folder, f"{stem}-score")
    return written


def _stems(result: Backtest) -> dict[str, Scored]:
    """The episodes by the beginning of their charts' names: their own, with a number where it was there before."""
    found: dict[str, Scored] = {}
    for scored in result.episodes:
        stem, number = scored.episode.name, 1
        while stem in found:
            number += 1
            stem = f"{scored.episode.name}-{number}"
        found[stem] = scored
    return found


def _page(result: Backtest, charts: Path) -> str:
    sections = [_section(scored, stem, charts, f"e{place}-") for place, (stem, scored) in enumerate(_stems(result).items())]
    return template(TEMPLATE).render(
        score=score_line(result),
        legend=LEGEND,
        runs=format_count(result.runs),
        overview=inlined(charts / f"{OVERVIEW}.svg", "o-", "Medians in their bands, by episode"),
        sections=sections,
        command=_command(result),
    )


def _section(scored: Scored, stem: str, charts: Path, prefix: str) -> Section:
    scenario = scored.episode.scenario
    drawn = []
    for kind, label in KINDS.items():
        chart = charts / f"{stem}-{kind}.svg"
        if chart.exists():
            drawn.append(inlined(chart, f"{prefix}{kind}-", f"{label}: {scenario.title}"))
    return Section(
        name=scored.episode.name,
        title=scenario.title,
        question=scenario.question,
        inside=f"{sum(found.inside for found in scored.agreements)} of {len(scored.agreements)}",
        charts=tuple(drawn),
        rows=tuple(_row(found) for found in scored.agreements),
        unscored=unscored(scenario.text),
    )


def _row(found: Agreement) -> Row:
    item = found.item
    return Row(
        name=f"{item.name}, {item.unit}" if item.unit else item.name,
        observed=format_number(item.observed),
        band=f"{format_number(item.low)} to {format_number(item.high)}",
        simulated=f"{format_number(found.p50)} ({format_number(found.p05)}-{format_number(found.p95)})",
        is_inside=found.inside,
        crps=f"{found.crps:.2f}",
        source=item.source,
        url=item.url if item.url.startswith(("https://", "http://")) else "",
    )


def unscored(text: str) -> tuple[str, ...]:
    """What a scenario says was seen but is not scored: the points of its comment that begins with UNSCORED; none if it has no such comment.

    Arguments:
        text: of its file.
    """
    lines = text.splitlines()
    starts = [place for place, line in enumerate(lines) if line.strip() == UNSCORED]
    points: list[str] = []
    for line in lines[starts[0] + 1 :] if starts else ():
        if not line.lstrip().startswith("#"):
            break
        words = line.lstrip()[1:].strip()
        if words.startswith("- ") or not points:
            points.append(words.removeprefix("- "))
        else:
            points[-1] += f" {words}"
    return tuple(points)


def _command(result: Backtest) -> str:
    from sim.scenario.library import episodes

    names = []
    for scored in result.episodes:
        episode, path = scored.episode, scored.episode.scenario.path
        names.append(episode.name if episode.name in episodes() or path is None else str(path.parent))
    changes = [word for change in result.episodes[0].episode.scenario.sets for word in ("--set", change)]
    return shlex.join(["sim", "backtest", *names, "--runs", str(result.runs), *changes])
