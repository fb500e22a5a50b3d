"""The claims of the fact sheets with the scenarios that answer them, for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.show.text import WIDTH
from sim.show.words import format_count

NO_SCENARIO = "no scenario yet"
NO_HEADLINE = "has no headline to answer with"


def claims_text(claims: Sequence[Mapping[str, Any]], *, n_runs: int | None, width: int = WIDTH) -> str:
    """Sheet by sheet each claim, and under it the scenarios that cite it with what their runs say.

    Arguments:
        claims: as `sim.seeds` gives them.
        n_runs: runs of each scenario and variant behind the answers; None if nothing was run.
        width: characters a line may have.
    """
    lines: list[str] = []
    heading = ""
    for row in claims:
        sheet, _, claim = row["id"].partition("#")
        if sheet != heading:
            heading = sheet
            lines += [*([""] if lines else []), *_wrapped(f"{sheet}: {row['title']}", width, 0)]
        lines += _wrapped(f"{claim}: {row['text']}", width, 2)
        for text in _under(row):
            lines += _wrapped(text, width, 4)
    answered = sum(1 for row in claims if row["scenarios"])
    note = f"{format_count(answered)} of {format_count(len(claims))} claims have a scenario."
    if n_runs is not None and answered:
        note += f" {format_count(n_runs)} runs of each scenario and variant, in the same worlds; in brackets: 95 % intervals."
    return "\n".join([*lines, "", textwrap.fill(note, width)])


def _under(row: Mapping[str, Any]) -> Iterator[str]:
    if not row["scenarios"]:
        yield NO_SCENARIO
    elif row["answer"] is None:
        yield from row["scenarios"]
    else:
        for name, said in zip(row["scenarios"], row["answer"], strict=True):
            yield f"{name} {NO_HEADLINE}" if said is None else f"{name}: {said}"


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2), break_on_hyphens=False)
