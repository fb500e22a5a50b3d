"""Compiled passes over orders: they are shared among sellers, shipped and learnt from (step 8 of MODEL.md).

As in `links`: the operations of the NumPy rules in their order, and so their bits.
"""

from __future__ import annotations

import numpy as np

from sim.engine.fast.again import Ship, ask_again, bids_of, share_by_bid
from sim.engine.fast.rows import TILE, Table, compiled, follow, larger, marks, n_row, number, pile, real, row, smaller, whole
from sim.engine.market import NOTHING
from sim.engine.trade import FLOOR, WIDE_OPEN
from sim.model.world import TINY, Floats


@compiled
def limit(x: Table, a: int, b: int) -> None:
    """8. Links that shocks may shut pass what they are open for, and what leaks; the rest is asked of the open ones."""
    n_node = n_row(x, Ship.order)
    rest, weight = np.empty((n_node, TILE)), np.empty((n_row(x, Ship.passable), TILE))
    total, begun = np.empty(TILE), np.empty(n_node, dtype=np.bool_)
    begun[:] = False
    is_cut = False
    for i in range(n_row(x, Ship.limited)):
        link = number(x, Ship.limited, i)
        n = number(x, Ship.buyer, link)
        ask, way, leak, cut = (
            row(x, Ship.passable, link, a, b),
            row(x, Ship.open, link, a, b),
            row(x, Ship.leak_t, link, a, b),
            rest[n, : b - a],
        )
        for r in range(b - a):
            total[r] = smaller(ask[r], ask[r] * way[r] + leak[r])
        if begun[n]:
            for r in range(b - a):
                cut[r] += ask[r] - total[r]
        else:
            for r in range(b - a):
                cut[r] = ask[r] - total[r]
        begun[n] = True
        for r in range(b - a):
            ask[r] = total[r]
        for r in range(b - a):
            is_cut |= cut[r] > 0.0
    if is_cut:
        _ask_others(x, a, b, (rest, weight, begun))


@compiled
def _ask_others(x: Table, a: int, b: int, own: tuple) -> None:
    """What links do not pass is asked of those that are open throughout."""
    rest, weight, begun = own
    total = np.empty(b - a)
    for n in range(len(begun)):
        if not begun[n]:
            continue
        first, end, cut = number(x, Ship.by_dst_first, n), number(x, Ship.by_dst_first, n + 1), rest[n, : b - a]
        for i in range(first, end):
            link = number(x, Ship.by_dst_row, i)
            share, way, part = row(x, Ship.share, link, a, b), row(x, Ship.way, link, a, b), weight[link, : b - a]
            for r in range(b - a):
                part[r] = share[r] * (1.0 if way[r] >= WIDE_OPEN else 0.0)
            pile(total, part, i == first)
        for r in range(b - a):
            cut[r] = cut[r] / larger(total[r], TINY)
        for i in range(first, end):
            ask, part = row(x, Ship.passable, number(x, Ship.by_dst_row, i), a, b), weight[number(x, Ship.by_dst_row, i), : b - a]
            for r in range(b - a):
                ask[r] += part[r] * cut[r]


@compiled
def ship(x: Table, a: int, b: int) -> bool:
    """8. Sellers' goods go to the highest bidders; unmet orders try again where goods are left. Whether some need is left at the end."""
    n_maker, w = n_row(x, Ship.finished), b - a
    total, gap = np.empty((n_maker, w)), np.zeros(w)
    for m in range(n_maker):
        all_asked, held = total[m], row(x, Ship.finished, m, a, b)
        first, end = number(x, Ship.by_src_first, m), number(x, Ship.by_src_first, m + 1)
        for i in range(first, end):
            link = number(x, Ship.by_src_row, i)
            ask, shipped = row(x, Ship.passable, link, a, b), row(x, Ship.shipped, link, a, b)
            pile(all_asked, ask, i == first)
            for r in range(w):
                shipped[r] = ask[r]
        for r in range(w):
            gap[r] = larger(gap[r], all_asked[r] - held[r])
    shipped, claims, bids = whole(x, Ship.shipped), np.empty(n_row(x, Ship.shipped)), np.empty(n_row(x, Ship.shipped))
    for r in range(w):
        if gap[r] > 0.0:
            claims[:] = shipped[:, a + r]
            bids_of(x, a + r, bids)
            share_by_bid(x, a + r, claims, bids)
            shipped[:, a + r] = claims
    _hand_over(x, total, a, b)
    lacks, needs_more = np.zeros(w), False
    _see_need(x, lacks, a, b)
    if not lacks.any():
        return False
    reach = _in_reach(x, a, b)
    for r in range(w):
        if lacks[r] > 0.0:
            can = reach[r] > 0.0 and number(x, Ship.sweeps, 0) > 1
            needs_more |= ask_again(x, a + r, claims, bids) if can else True
    return needs_more


@compiled
def _hand_over(x: Table, total: Floats, a: int, b: int) -> None:
    """Sellers part with what they have granted, and note what part of what was asked of them that is."""
    for m in range(n_row(x, Ship.finished)):
        held, part, asked = row(x, Ship.finished, m, a, b), row(x, Ship.served_part, m, a, b), total[m]
        for r in range(b - a):
            part[r] = 1.0 if asked[r] <= 0.0 else smaller(held[r] / larger(asked[r], TINY), 1.0)
        for r in range(b - a):
            held[r] = larger(held[r] - asked[r], 0.0)


@compiled
def _see_need(x: Table, lacks: Floats, a: int, b: int) -> None:
    """What each buyer has been granted, and still needs."""
    for n in range(n_row(x, Ship.order)):
        received, need, order = row(x, Ship.received, n, a, b), row(x, Ship.need, n, a, b), row(x, Ship.order, n, a, b)
        received[:] = 0.0
        first, end = number(x, Ship.by_dst_first, n), number(x, Ship.by_dst_first, n + 1)
        for i in range(first, end):
            pile(received, row(x, Ship.shipped, number(x, Ship.by_dst_row, i), a, b), i == first)
        for r in range(b - a):
            need[r] = order[r] - received[r]
        for r in range(b - a):
            need[r] = need[r] if need[r] > order[r] * FLOOR else 0.0
        for r in range(b - a):
            lacks[r] = larger(lacks[r], need[r])


@compiled
def _in_reach(x: Table, a: int, b: int) -> Floats:
    """Runs in which some buyer in need has an open link to a seller with goods left."""
    reach = np.zeros(b - a)
    for link in range(n_row(x, Ship.buyer)):
        need, way, left = (
            row(x, Ship.need, number(x, Ship.buyer, link), a, b),
            row(x, Ship.way, link, a, b),
            row(x, Ship.finished, number(x, Ship.seller, link), a, b),
        )
        for r in range(b - a):
            reach[r] = larger(reach[r], way[r] * left[r] if need[r] > 0.0 else 0.0)
    return reach


@compiled
def send(x: Table, a: int, b: int, under_way: Floats) -> None:
    """8. What was granted is on its way, [link, run], and buyers learn how long it takes."""
    lead = np.empty(TILE)
    for n in range(n_row(x, Ship.order)):
        on_order, received, order, expected = (
            row(x, Ship.on_order, n, a, b),
            row(x, Ship.received, n, a, b),
            row(x, Ship.order, n, a, b),
            row(x, Ship.expected_lead, n, a, b),
        )
        none = marks(x, Ship.nothing_came, n, a, b)
        for r in range(b - a):
            on_order[r] += received[r]
        lead[:] = 0.0
        first, end = number(x, Ship.by_dst_first, n), number(x, Ship.by_dst_first, n + 1)
        for i in range(first, end):
            link = number(x, Ship.by_dst_row, i)
            shipped, steps, sent = row(x, Ship.shipped, link, a, b), real(x, Ship.lead, link), under_way[link, a:b]
            for r in range(b - a):
                sent[r] = shipped[r]
            if i == first:
                for r in range(b - a):
                    lead[r] = shipped[r] * steps
            else:
                for r in range(b - a):
                    lead[r] += shipped[r] * steps
        for r in range(b - a):
            none[r] = received[r] <= order[r] * NOTHING
        for r in range(b - a):
            received[r] = larger(received[r], TINY)
        for r in range(b - a):
            lead[r] = expected[r] if none[r] else lead[r] / received[r]
        follow(expected, lead[: b - a], row(x, Ship.g_expect, 0, a, b))


@compiled
def learn(x: Table, a: int, b: int, in_need: bool) -> None:
    """8b. Sellers see what they were asked and what they could have sold."""
    n_maker = n_row(x, Ship.full)
    part, could, seen = np.empty((n_row(x, Ship.order), TILE)), np.empty(TILE), np.empty((n_maker, TILE))
    if in_need:
        for n in range(n_row(x, Ship.order)):
            total, need = part[n, : b - a], row(x, Ship.need, n, a, b)
            total[:] = 0.0
            first, end = number(x, Ship.by_dst_first, n), number(x, Ship.by_dst_first, n + 1)
            for i in range(first, end):
                share, way = (
                    row(x, Ship.share, number(x, Ship.by_dst_row, i), a, b),
                    row(x, Ship.way, number(x, Ship.by_dst_row, i), a, b),
                )
                for r in range(b - a):
                    could[r] = share[r] * way[r]
                pile(total, could[: b - a], i == first)
            for r in range(b - a):
                total[r] = need[r] / larger(total[r], TINY)
    for m in range(n_maker):
        first, end, all_seen = number(x, Ship.by_src_first, m), number(x, Ship.by_src_first, m + 1), seen[m, : b - a]
        for i in range(first, end):
            link = number(x, Ship.by_src_row, i)
            shipped, passable = row(x, Ship.shipped, link, a, b), row(x, Ship.passable, link, a, b)
            if in_need:
                share, way, more = row(x, Ship.share, link, a, b), row(x, Ship.way, link, a, b), part[number(x, Ship.buyer, link)]
                for r in range(b - a):
                    could[r] = larger(share[r] * way[r] * more[r] + shipped[r], passable[r])
            else:
                for r in range(b - a):
                    could[r] = larger(shipped[r], passable[r])
            pile(all_seen, could[: b - a], i == first)
        full = row(x, Ship.full, m, a, b)
        for r in range(b - a):
            all_seen[r] = smaller(all_seen[r], full[r])
        follow(row(x, Ship.expected_orders, m, a, b), all_seen, row(x, Ship.g_expect, 0, a, b))
