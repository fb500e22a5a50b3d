"""Compiled passes over single runs in which sellers have too little: goods go to those who bid most, unmet orders try again (step 8).

As in `links`: the operations of the NumPy rules in their order, and so their bits. Both concern few runs as a rule, so each goes by itself.
"""

from __future__ import annotations

from enum import auto

import numpy as np

from sim.engine.fast.rows import Rows, Table, compiled, larger, marks, number, smaller, whole
from sim.engine.trade import FLOOR
from sim.model.world import TINY, Floats


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
def bids_of(x: Table, r: int, bids: Floats) -> None:
    """Put down what each link's buyer offers in run r, [link]."""
    offered = whole(x, Ship.bids)
    for link in range(len(bids)):
        bids[link] = offered[number(x, Ship.bid_of, link), r]


@compiled
def share_by_bid(x: Table, r: int, claims: Floats, waiting: Floats) -> None:
    """Each seller's level rises until its goods are gone; what is claimed in run r becomes what is granted.

    Arguments:
        x: as `Ship` names it.
        r: the run.
        claims: t, [link].
        waiting: what each bids; used up, [link].
    """
    left = whole(x, Ship.finished)
    for link in range(len(claims)):
        waiting[link] *= claims[link]
        if waiting[link] == 0.0:
            claims[link] = 0.0
    for m in range(len(left)):
        first, end, there = number(x, Ship.by_src_first, m), number(x, Ship.by_src_first, m + 1), left[m, r]
        for _ in range(first, end):
            level, gone = there / larger(_total(x, m, waiting), TINY), 0.0
            for i in range(first, end):
                link = number(x, Ship.by_src_row, i)
                if waiting[link] != 0.0 and claims[link] <= waiting[link] * level:
                    gone += claims[link]
                    waiting[link] = 0.0
            if gone == 0.0:
                break
            there = larger(there - gone, 0.0)
        level = there / larger(_total(x, m, waiting), TINY)
        for i in range(first, end):
            link = number(x, Ship.by_src_row, i)
            if waiting[link] != 0.0:
                claims[link] = smaller(waiting[link] * level, claims[link])


@compiled
def _total(x: Table, m: int, claims: Floats) -> float:
    """What is claimed of a seller, t."""
    total = 0.0
    for i in range(number(x, Ship.by_src_first, m), number(x, Ship.by_src_first, m + 1)):
        total += claims[number(x, Ship.by_src_row, i)]
    return float(total)


@compiled
def ask_again(x: Table, r: int, ask: Floats, bids: Floats) -> bool:
    """Unmet orders of run r go to sellers with goods left, over links that are open; whether some need is left.

    Arguments:
        x: as `Ship` names it.
        r: the run.
        ask: scratch, [link].
        bids: scratch, [link].
    """
    shipped, is_half, needs_more = whole(x, Ship.shipped), marks(x, Ship.half_open, 0, r, r + 1)[0], True
    for _ in range(number(x, Ship.sweeps, 0) - 1):
        if not _ask_in_reach(x, r, ask):
            break
        if is_half:
            _cap_half_open(x, r, ask)
        _grant(x, r, ask, bids)
        for link in range(len(ask)):
            shipped[link, r] += ask[link]
        needs_more = _still_needs(x, r)
    return needs_more


@compiled
def _ask_in_reach(x: Table, r: int, ask: Floats) -> bool:
    """Needs by what sellers have left behind open links; whether there is any of both."""
    left, way, need, can = whole(x, Ship.finished), whole(x, Ship.way), whole(x, Ship.need), False
    for n in range(len(need)):
        first, end, goods = number(x, Ship.by_dst_first, n), number(x, Ship.by_dst_first, n + 1), 0.0
        for i in range(first, end):
            link = number(x, Ship.by_dst_row, i)
            ask[link] = way[link, r] * left[number(x, Ship.seller, link), r]
            goods += ask[link]
        can |= goods != 0.0 and need[n, r] != 0.0
        per_weight = need[n, r] / larger(goods, TINY)
        for i in range(first, end):
            ask[number(x, Ship.by_dst_row, i)] *= per_weight
    return can


@compiled
def _cap_half_open(x: Table, r: int, ask: Floats) -> None:
    """A link open for a part of the step passes that part of what is asked, however often it is asked."""
    open_, order, leak, shipped = whole(x, Ship.open), whole(x, Ship.order), whole(x, Ship.leak_t), whole(x, Ship.shipped)
    for link in range(len(ask)):
        part = open_[link, r]
        ask[link] *= part
        if 0.0 < part < 1.0:
            most = larger(part * order[number(x, Ship.buyer, link), r] + leak[link, r] - shipped[link, r], 0.0)
            ask[link] = smaller(ask[link], most)


@compiled
def _grant(x: Table, r: int, ask: Floats, bids: Floats) -> None:
    """Goods are rationed again, and sellers have so much less."""
    left = whole(x, Ship.finished)
    total, is_short = np.empty(len(left)), False
    for m in range(len(left)):
        total[m] = _total(x, m, ask)
        is_short |= total[m] > left[m, r]
    if is_short:
        bids_of(x, r, bids)
        share_by_bid(x, r, ask, bids)
    for m in range(len(left)):
        left[m, r] = larger(left[m, r] - total[m], 0.0)


@compiled
def _still_needs(x: Table, r: int) -> bool:
    """What buyers have got and still need; whether any does."""
    shipped, received, order, need = whole(x, Ship.shipped), whole(x, Ship.received), whole(x, Ship.order), whole(x, Ship.need)
    lacks = False
    for n in range(len(need)):
        came = 0.0
        for i in range(number(x, Ship.by_dst_first, n), number(x, Ship.by_dst_first, n + 1)):
            came += shipped[number(x, Ship.by_dst_row, i), r]
        lacking = order[n, r] - came
        received[n, r], need[n, r] = came, lacking if lacking > order[n, r] * FLOOR else 0.0
        lacks |= need[n, r] != 0.0
    return lacks
