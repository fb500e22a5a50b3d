"""Plain text in columns: aligned, no colour, within a given width."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH = 100
GAP = "  "
NARROWEST = 8
"""Characters below which a shrinking column is not squeezed further."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table."""

    head: str
    """May hold newlines: a heading of several lines."""
    is_number: bool = False
    """Numbers stand to the right, words to the left."""
    wraps: bool = False
    """Whether long text is broken over several lines where the table is too wide; otherwise it is never cut."""


def text_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    width: int = WIDTH,
    above: Sequence[str] = (),
    below: Sequence[str] = (),
) -> str:
    """Rows under their headings, a rule between, wide text broken within its column.

    Arguments:
        columns: heads and how they align.
        rows: one text a column.
        width: characters a line may have; held by breaking the columns that wrap.
        above: a heading to set over each row, empty where there is none.
        below: a remark to set under each row, empty where there is none.
    """
    widths = _widths(columns, rows, width)
    heads = [column.head.split("\n") for column in columns]
    depth = max(len(lines) for lines in heads)
    raised = [[""] * (depth - len(head)) + head for head in heads]
    lines = [_line([head[level] for head in raised], columns, widths) for level in range(depth)]
    lines.append(GAP.join("-" * size for size in widths))
    for place, row in enumerate(rows):
        if above and above[place]:
            lines += textwrap.wrap(above[place], width)
        cells = [
            textwrap.wrap(cell, size) or [""] if column.wraps else [cell] for cell, column, size in zip(row, columns, widths, strict=True)
        ]
        lines += [
            _line([cell[level] if level < len(cell) else "" for cell in cells], columns, widths)
            for level in range(max(len(cell) for cell in cells))
        ]
        if below and below[place]:
            lines += textwrap.wrap(below[place], width, initial_indent=" " * 4, subsequent_indent=" " * 4)
    return "\n".join(line.rstrip() for line in lines)


def list_table(entries: Mapping[str, str], *, width: int = WIDTH) -> str:
    """Names with a description each, the descriptions broken to stand under one another.

    Arguments:
        entries: name -> description.
        width: characters a line may have.
    """
    if not entries:
        return ""
    column = max(len(name) for name in entries)
    lines: list[str] = []
    for name, text in entries.items():
        # Addresses hold hyphens and must stay whole where they can.
        wrapped = textwrap.wrap(text, max(NARROWEST, width - column - len(GAP)), break_on_hyphens=False) or [""]
        lines.append(f"{name:<{column}}{GAP}{wrapped[0]}".rstrip())
        lines += [" " * (column + len(GAP)) + line for line in wrapped[1:]]
    return "\n".join(lines)


def fits(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a table keeps to a width with every word whole.

    Arguments:
        columns: heads and how they align.
        rows: one text a column.
        width: characters a line may have.
    """
    narrowest = [
        max((*(len(line) for line in column.head.split("\n")), *((_longest_word if column.wraps else len)(row[place]) for row in rows)))
        for place, column in enumerate(columns)
    ]
    return sum(narrowest) + len(GAP) * (len(columns) - 1) <= width


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    wanted = [
        max((len(line) for line in (*column.head.split("\n"), *(row[place] for row in rows))), default=0)
        for place, column in enumerate(columns)
    ]
    widths = list(wanted)
    # First words stay whole, then, if that is not enough, they are broken too.
    whole = [max((_longest_word(row[place]) for row in rows), default=0) for place in range(len(columns))]
    heads = [max(len(line) for line in column.head.split("\n")) for column in columns]
    for least in (whole, [max(NARROWEST, head) for head in heads], heads):
        over = sum(widths) + len(GAP) * (len(widths) - 1) - room
        while over > 0:
            able = [place for place, column in enumerate(columns) if column.wraps and widths[place] > max(least[place], heads[place])]
            if not able:
                break
            widths[max(able, key=lambda place: widths[place])] -= 1
            over -= 1
    return widths


def _longest_word(text: str) -> int:
    return max((len(word) for word in text.split()), default=0)


def _line(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    return GAP.join(
        f"{cell:>{size}}" if column.is_number else f"{cell:<{size}}" for cell, column, size in zip(cells, columns, widths, strict=True)
    )
