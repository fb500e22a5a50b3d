"""Past episodes as text: what was observed beside what was simulated."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sim.show.text import WIDTH, Column, text_table
from sim.show.words import format_number

if TYPE_CHECKING:
    from sim.api.backtesting import Backtest, Scored
    from sim.measure.observed import Agreement

COLUMNS = (
    Column(head="what was observed", wraps=True),
    Column(head="observed", is_number=True),
    Column(head="band", is_number=True),
    Column(head="simulated\n(5-95 %)", is_number=True),
    Column(head="median\nin band"),
    Column(head="CRPS", is_number=True),
)
LEGEND = (
    "Band: within which the simulated median counts as right. Simulated: median, and the range that holds 90 % of the runs. "
    "CRPS: how far the whole forecast is from what was observed, in half widths of the band; 0 is perfect."
)


def backtest_table(result: Backtest, width: int = WIDTH) -> str:
    """A table an episode, and the score.

    Arguments:
        result: of `sim.backtest`.
        width: characters a line may have.
    """
    parts = [_episode(scored, width) for scored in result.episodes]
    return "\n\n".join([*parts, textwrap.fill(f"{score_line(result)} {LEGEND}", width)])


def score_line(result: Backtest) -> str:
    """The score in a sentence."""
    found = [item for scored in result.episodes for item in scored.agreements]
    inside = sum(item.inside for item in found)
    told = f"{inside} of {len(found)} medians in their bands ({100 * result.score:.0f} %)"
    return f"{told}; mean CRPS {result.crps:.2f}; {result.runs:,} runs each."


def _episode(scored: Scored, width: int) -> str:
    scenario = scored.episode.scenario
    inside = sum(found.inside for found in scored.agreements)
    head = f"{scored.episode.name}: {inside} of {len(scored.agreements)}"
    return (
        f"{head}\n{textwrap.fill(scenario.title, width)}\n{text_table(COLUMNS, [_row(found) for found in scored.agreements], width=width)}"
    )


def _row(found: Agreement) -> tuple[str, ...]:
    item = found.item
    unit = f", {item.unit}" if item.unit else ""
    low, high = format_number(item.low), format_number(item.high)
    return (
        f"{item.name}{unit}",
        format_number(item.observed),
        f"{low} to {high}",
        f"{format_number(found.p50)} ({format_number(found.p05)}-{format_number(found.p95)})",
        "yes" if found.inside else "no",
        f"{found.crps:.2f}",
    )
