"""Compiled passes over runs in which sellers have too little: goods go to those who bid most, unmet orders try again (step 8 of MODEL.md).

As in `goods`: the operations of the NumPy rules in their order, and so their bits. Both concern few runs as a rule, whose columns are taken
out, worked on and put back.
"""

from __future__ import annotations

from enum import auto

import numpy as np

from sim.engine.fast.rows import Rows, Table, compiled, larger, marks, n_row, number, numbers, pile, row, smaller, whole
from sim.engine.trade import FLOOR
from sim.model.world import TINY, Floats, Ints


class Ship(Rows):
    """What the passes over orders work on, here and in `trade`."""

    passable = auto()
    shipped = auto()
    share = auto()
    way = auto()
    open = auto()
    leak_t = auto()
    bids = auto()
    bid_of = auto()
    """Row of `bids` of each link: that of its buyer, or its own, [link]."""
    limited = auto()
    """Links that shocks may shut, sorted."""
    seller = auto()
    buyer = auto()
    by_dst_first = auto()
    by_dst_row = auto()
    by_src_first = auto()
    by_src_row = auto()
    finished = auto()
    served_part = auto()
    order = auto()
    received = auto()
    need = auto()
    half_open = auto()
    """[run], boolean."""
    sweeps = auto()
    nothing_came = auto()
    """[node, run], boolean."""
    on_order = auto()
    lead = auto()
    """Steps, [link]."""
    expected_lead = auto()
    full = auto()
    expected_orders = auto()
    g_expect = auto()


@compiled
def which(marked: Floats, a: int, runs: Ints) -> int:
    """Put down the runs of a tile that are marked by a number above 0, and count them."""
    n = 0
    for r in range(len(marked)):
        if marked[r] > 0.0:
            runs[n] = a + r
            n += 1
    return n


@compiled
def columns(rows: Floats, runs: Ints) -> Floats:
    """Some runs' columns, row after row in memory."""
    out = np.empty((len(rows), len(runs)))
    for i in range(len(rows)):
        now, all_runs = out[i], rows[i]
        for j in range(len(runs)):
            now[j] = all_runs[runs[j]]
    return out


@compiled
def put(rows: Floats, runs: Ints, back: Floats) -> None:
    """Put some runs' columns back."""
    for i in range(len(rows)):
        now, all_runs = back[i], rows[i]
        for j in range(len(runs)):
            all_runs[runs[j]] = now[j]


@compiled
def bids_of(x: Table, runs: Ints) -> Floats:
    """What each link's buyer offers in some runs, [link, run of these]."""
    offered = columns(whole(x, Ship.bids), runs)
    out = np.empty((n_row(x, Ship.bid_of), len(runs)))
    for link in range(len(out)):
        out[link] = offered[number(x, Ship.bid_of, link)]
    return out


@compiled
def members(x: Table) -> tuple:
    """Where the links of each seller begin, and the links."""
    n = n_row(x, Ship.by_src_first)
    return numbers(x, Ship.by_src_first, 0, n), numbers(x, Ship.by_src_row, 0, n_row(x, Ship.by_src_row))


@compiled
def share_by_bid(claims: Floats, waiting: Floats, left: Floats, by_src: tuple) -> Floats:
    """Each seller's level rises until its goods are gone: what each claim is granted.

    Arguments:
        claims: t, [link, run].
        waiting: what each bids; used up, [link, run].
        left: what sellers have; used up, [maker, run].
        by_src: where the links of each seller begin, and the links.
    """
    w, (firsts, links) = claims.shape[1], by_src
    given, level, gone, now = np.zeros_like(claims), np.empty(w), np.empty(w), np.empty(w)
    for link in range(len(claims)):
        claim, bid = claims[link], waiting[link]
        for r in range(w):
            bid[r] = claim[r] * bid[r]
    for m in range(len(left)):
        first, end, there = firsts[m], firsts[m + 1], left[m]
        for _ in range(first, end):
            _raise_level(waiting, there, level, links[first:end])
            served = False
            for i in range(first, end):
                claim, wait, granted = claims[links[i]], waiting[links[i]], given[links[i]]
                for r in range(w):
                    now[r] = claim[r] if claim[r] <= wait[r] * level[r] and wait[r] != 0.0 else 0.0
                for r in range(w):
                    granted[r] += now[r]
                for r in range(w):
                    wait[r] = 0.0 if now[r] > 0.0 else wait[r]
                for r in range(w):
                    served |= now[r] > 0.0
                pile(gone, now, i == first)
            if not served:
                break
            for r in range(w):
                there[r] = larger(there[r] - gone[r], 0.0)
        _raise_level(waiting, there, level, links[first:end])
        for i in range(first, end):
            claim, wait, granted = claims[links[i]], waiting[links[i]], given[links[i]]
            for r in range(w):
                granted[r] = smaller(granted[r] + wait[r] * level[r], claim[r])
    return given


@compiled
def _raise_level(waiting: Floats, left: Floats, level: Floats, rows: Ints) -> None:
    for i in range(len(rows)):
        pile(level, waiting[rows[i]], i == 0)
    for r in range(len(level)):
        level[r] = left[r] / larger(level[r], TINY)


@compiled
def ask_again(x: Table, runs: Ints) -> bool:
    """Unmet orders of some runs go to sellers with goods left, over links that are open; whether some need is left."""
    left, way, shipped, order, need = (
        columns(whole(x, Ship.finished), runs),
        columns(whole(x, Ship.way), runs),
        columns(whole(x, Ship.shipped), runs),
        columns(whole(x, Ship.order), runs),
        columns(whole(x, Ship.need), runs),
    )
    ask, received, bids = np.empty_like(way), columns(whole(x, Ship.received), runs), bids_of(x, runs)
    for _ in range(number(x, Ship.sweeps, 0) - 1):
        if not _ask_in_reach(x, (left, way, need), ask):
            break
        is_half = marks(x, Ship.half_open, 0, 0, runs[-1] + 1)
        for j in range(len(runs)):
            if is_half[runs[j]]:
                _cap_half_open(x, ask[:, j], shipped[:, j], runs[j])
        _grant(x, (left, shipped, ask), bids)
        _still_needed(x, (order, shipped), received, need)
    put(whole(x, Ship.finished), runs, left)
    put(whole(x, Ship.shipped), runs, shipped)
    put(whole(x, Ship.received), runs, received)
    put(whole(x, Ship.need), runs, need)
    return bool(np.any(need != 0.0))


@compiled
def _ask_in_reach(x: Table, now: tuple, ask: Floats) -> bool:
    """Needs by what sellers have left behind open links; whether there is any of both."""
    left, way, need = now
    w, can = ask.shape[1], False
    goods = np.empty(w)
    for n in range(len(need)):
        first, end, lacking = number(x, Ship.by_dst_first, n), number(x, Ship.by_dst_first, n + 1), need[n]
        if first == end:
            continue
        for i in range(first, end):
            link = number(x, Ship.by_dst_row, i)
            open_, there, asked = way[link], left[number(x, Ship.seller, link)], ask[link]
            for r in range(w):
                asked[r] = open_[r] * there[r]
            pile(goods, asked, i == first)
        for r in range(w):
            can |= goods[r] != 0.0 and lacking[r] != 0.0
        for r in range(w):
            goods[r] = lacking[r] / larger(goods[r], TINY)
        for i in range(first, end):
            asked = ask[number(x, Ship.by_dst_row, i)]
            for r in range(w):
                asked[r] *= goods[r]
    return can


@compiled
def _cap_half_open(x: Table, ask: Floats, shipped: Floats, r: int) -> None:
    """A link open for a part of the step passes that part of what is asked, however often it is asked; one run."""
    for link in range(len(ask)):
        is_open = row(x, Ship.open, link, r, r + 1)[0]
        passed = ask[link] * is_open
        if 0.0 < is_open < 1.0:
            most = larger(
                is_open * row(x, Ship.order, number(x, Ship.buyer, link), r, r + 1)[0]
                + row(x, Ship.leak_t, link, r, r + 1)[0]
                - shipped[link],
                0.0,
            )
            passed = smaller(passed, most)
        ask[link] = passed


@compiled
def _grant(x: Table, now: tuple, bids: Floats) -> None:
    """Goods are rationed again, and sellers have so much less."""
    left, shipped, ask = now
    w = ask.shape[1]
    total, gap = np.empty_like(left), np.zeros(w)
    for m in range(len(left)):
        first, end = number(x, Ship.by_src_first, m), number(x, Ship.by_src_first, m + 1)
        for i in range(first, end):
            pile(total[m], ask[number(x, Ship.by_src_row, i)], i == first)
        asked, there = total[m], left[m]
        for r in range(w):
            gap[r] = larger(gap[r], asked[r] - there[r])
    runs = np.empty(w, dtype=np.intp)
    n_short = which(gap, 0, runs)
    if n_short:
        short = runs[:n_short]
        put(ask, short, share_by_bid(columns(ask, short), columns(bids, short), columns(left, short), members(x)))
    for m in range(len(left)):
        there, gone = left[m], total[m]
        for r in range(w):
            there[r] = larger(there[r] - gone[r], 0.0)
    for link in range(len(ask)):
        pile(shipped[link], ask[link], False)


@compiled
def _still_needed(x: Table, now: tuple, received: Floats, need: Floats) -> None:
    order, shipped = now
    for n in range(len(need)):
        came, lacking, wanted = received[n], need[n], order[n]
        first, end = number(x, Ship.by_dst_first, n), number(x, Ship.by_dst_first, n + 1)
        came[:] = 0.0
        for i in range(first, end):
            pile(came, shipped[number(x, Ship.by_dst_row, i)], i == first)
        for r in range(len(came)):
            lacking[r] = wanted[r] - came[r]
        for r in range(len(came)):
            lacking[r] = lacking[r] if lacking[r] > wanted[r] * FLOOR else 0.0
