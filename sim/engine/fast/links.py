"""Compiled passes over links: what could come, and whom buyers lean to (steps 9b and 10a of MODEL.md).

Each does what the NumPy rule of the same name does, with the same operations in the same order, so with the same bits; only the trips
through memory are fewer. Tiles of runs keep what passes from one loop to the next in the nearest cache.
"""

from __future__ import annotations

from enum import auto

import numpy as np

from sim.engine.fast.rows import TILE, Rows, Table, compiled, larger, n_row, number, pile, row, smaller
from sim.engine.market import SLACK
from sim.model.world import TINY, Floats


class Come(Rows):
    """What `could_come` works on."""

    bought = auto()
    could = auto()
    """The two before: [node, run]."""
    full = auto()
    working = auto()
    orders = auto()
    served_part = auto()
    """The four before: [maker, run]."""
    way = auto()
    base_flow = auto()
    promised_t = auto()
    """The three before: [link, run]."""
    seller = auto()
    by_dst_first = auto()
    by_dst_row = auto()


@compiled
def slack_of(x: Table, slack: Floats, a: int, b: int) -> None:
    """What each seller could send beyond what is asked of it, as a multiple."""
    for m in range(n_row(x, Come.full)):
        full, working, orders, part, now = (
            row(x, Come.full, m, a, b),
            row(x, Come.working, m, a, b),
            row(x, Come.orders, m, a, b),
            row(x, Come.served_part, m, a, b),
            slack[m, : b - a],
        )
        for r in range(b - a):
            now[r] = smaller(full[r] * working[r] / larger(orders[r], TINY), SLACK)
        for r in range(b - a):
            now[r] = part[r] if part[r] < smaller(now[r], 1.0) else now[r]


@compiled
def could_come(x: Table, a: int, b: int, n: int, own: tuple, has_limits: bool) -> None:
    """What sellers could send a buyer over the links as they are open, t."""
    slack, could = own
    now = np.empty(TILE)
    could[:] = 0.0
    first, end = number(x, Come.by_dst_first, n), number(x, Come.by_dst_first, n + 1)
    for i in range(first, end):
        link = number(x, Come.by_dst_row, i)
        way, flow, beyond = row(x, Come.way, link, a, b), row(x, Come.base_flow, link, a, b), slack[number(x, Come.seller, link)]
        if has_limits:
            promised = row(x, Come.promised_t, link, a, b)
            for r in range(b - a):
                now[r] = way[r] * flow[r] * beyond[r] + promised[r] * smaller(beyond[r], 1.0)
        else:
            for r in range(b - a):
                now[r] = way[r] * flow[r] * beyond[r]
        pile(could[: b - a], now[: b - a], i == first)


class Lean(Rows):
    """What `lean` works on."""

    appeal = auto()
    """Exponential of how cheap each seller is, [maker, run]."""
    served_part = auto()
    usual = auto()
    share = auto()
    g_source = auto()
    seller = auto()
    by_dst_first = auto()
    by_dst_row = auto()


@compiled
def lean(x: Table, a: int, b: int) -> None:
    """10a. Shares lean to sellers that deliver and are cheap."""
    worth, total, gain = np.empty((n_row(x, Lean.share), TILE)), np.empty(TILE), np.empty(TILE)
    for m in range(n_row(x, Lean.appeal)):
        appeal, part = row(x, Lean.appeal, m, a, b), row(x, Lean.served_part, m, a, b)
        for r in range(b - a):
            appeal[r] *= part[r]
    g_source = row(x, Lean.g_source, 0, a, b)
    for n in range(n_row(x, Lean.by_dst_first) - 1):
        first, end = number(x, Lean.by_dst_first, n), number(x, Lean.by_dst_first, n + 1)
        for i in range(first, end):
            link = number(x, Lean.by_dst_row, i)
            usual, appeal, now = (
                row(x, Lean.usual, link, a, b),
                row(x, Lean.appeal, number(x, Lean.seller, link), a, b),
                worth[link, : b - a],
            )
            for r in range(b - a):
                now[r] = usual[r] * appeal[r]
            pile(total[: b - a], now, i == first)
        for r in range(b - a):
            gain[r] = g_source[r] if total[r] > 0.0 else 0.0
        for r in range(b - a):
            total[r] = gain[r] / larger(total[r], TINY)
        for i in range(first, end):
            share, now = row(x, Lean.share, number(x, Lean.by_dst_row, i), a, b), worth[number(x, Lean.by_dst_row, i), : b - a]
            for r in range(b - a):
                share[r] = share[r] * (1.0 - gain[r]) + now[r] * total[r]
