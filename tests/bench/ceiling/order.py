"""Compiled: what is ordered, and of whom (end of step 6 and step 7 of MODEL.md)."""

from __future__ import annotations

from enum import auto

import numpy as np

from sim.engine.fast.rows import TILE, Rows, Table, compiled, larger, n_row, number, pile, real, row


class Order(Rows):
    """What `fill` and `order` work on."""

    cover = auto()
    """What rising prices make of cover, then the stock users want, [node, run]."""
    cover_now = auto()
    expected_use = auto()
    recycled = auto()
    buy = auto()
    expected_lead = auto()
    on_hand = auto()
    on_order = auto()
    g_order = auto()
    has_supply = auto()
    """1 where a node has sellers, else 0, [node]."""
    meant = auto()
    order = auto()
    share = auto()
    passable = auto()
    rush_t = auto()
    hurry = auto()
    by_dst_first = auto()
    by_dst_row = auto()


@compiled
def fill(x: Table, a: int, b: int) -> None:
    """6b. The stock users want, and what they buy for use."""
    for n in range(n_row(x, Order.order)):
        cover, now, use, recycled, buy = (
            row(x, Order.cover, n, a, b),
            row(x, Order.cover_now, n, a, b),
            row(x, Order.expected_use, n, a, b),
            row(x, Order.recycled, n, a, b),
            row(x, Order.buy, n, a, b),
        )
        for r in range(b - a):
            cover[r] = cover[r] * now[r] * use[r]
        for r in range(b - a):
            buy[r] = use[r] - recycled[r]


@compiled
def order(x: Table, a: int, b: int, is_hurried: bool) -> None:
    """7. What buyers order, and what of it they ask of each seller."""
    rushed, more = np.empty(TILE), np.empty(TILE)
    gain = row(x, Order.g_order, 0, a, b)
    for n in range(n_row(x, Order.order)):
        order, meant, lead, buy, cover = (
            row(x, Order.order, n, a, b),
            row(x, Order.meant, n, a, b),
            row(x, Order.expected_lead, n, a, b),
            row(x, Order.buy, n, a, b),
            row(x, Order.cover, n, a, b),
        )
        on_hand, on_order, trades = row(x, Order.on_hand, n, a, b), row(x, Order.on_order, n, a, b), real(x, Order.has_supply, n)
        for r in range(b - a):
            meant[r] = ((lead[r] - 1.0) * buy[r] + cover[r] - on_hand[r] - on_order[r]) * gain[r] + buy[r]
        for r in range(b - a):
            order[r] = larger(meant[r], 0.0) * trades
        first, end = number(x, Order.by_dst_first, n), number(x, Order.by_dst_first, n + 1)
        for i in range(first, end):
            link = number(x, Order.by_dst_row, i)
            share, ask = row(x, Order.share, link, a, b), row(x, Order.passable, link, a, b)
            for r in range(b - a):
                ask[r] = share[r] * order[r]
            if is_hurried:
                hurry, most = row(x, Order.hurry, link, a, b), row(x, Order.rush_t, link, a, b)
                for r in range(b - a):
                    rushed[r] = larger(most[r] - ask[r], 0.0) * hurry[r]
                for r in range(b - a):
                    ask[r] += rushed[r]
                pile(more[: b - a], rushed[: b - a], i == first)
        if is_hurried and end > first:
            for r in range(b - a):
                order[r] += more[r]
