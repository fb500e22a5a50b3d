"""Compiled passes over prices and shares of sellers (steps 9 and 10 of MODEL.md).

As in `goods`: the operations of the NumPy rules in their order, and so their bits. Exponentials and logarithms are NumPy's (`kernel`).
"""

from __future__ import annotations

from enum import auto
from typing import NamedTuple

import numpy as np

from sim.engine.fast.links import Come, could_come, slack_of
from sim.engine.fast.rows import TILE, Rows, Table, compiled, follow, larger, marks, n_row, number, pile, real, row, smaller
from sim.engine.market import LEAST, NOTHING
from sim.model.world import TINY


class Ask(Rows):
    """What the kernels about what sellers ask work on, [maker, run] unless said."""

    last = auto()
    """Logarithm of what a producer's last tonne costs, under way."""
    normal = auto()
    production = auto()
    working = auto()
    orders = auto()
    full = auto()
    rest_full = auto()
    steepness = auto()
    log_shut = auto()
    """[run]"""
    price = auto()
    """[node, run]"""
    source = auto()
    """Input node of every cost, [cost]."""
    made_by = auto()
    """Maker whose cost it is, [cost]."""
    cost_part = auto()
    """Share of cost, [cost]."""
    capacity = auto()
    added = auto()
    cost = auto()
    ask = auto()
    rebate = auto()
    g_contract = auto()


@compiled
def rate(x: Table, a: int, b: int, moves: bool) -> None:
    """9a. How hard works run, of which the logarithm is taken next."""
    for m in range(n_row(x, Ask.last)):
        last, working, orders, full = (
            row(x, Ask.last, m, a, b),
            row(x, Ask.working, m, a, b),
            row(x, Ask.orders, m, a, b),
            row(x, Ask.full, m, a, b),
        )
        usual, most = row(x, Ask.normal, m, a, b) if moves else row(x, Ask.production, m, a, b), row(x, Ask.rest_full, m, a, b)
        for r in range(b - a):
            last[r] = orders[r] / larger(usual[r] * working[r], TINY)
        if moves:
            for r in range(b - a):
                last[r] = larger(smaller(last[r], full[r] / larger(usual[r], TINY)), TINY)
        else:
            for r in range(b - a):
                last[r] = larger(smaller(last[r], most[r]), TINY)


@compiled
def ask(x: Table, a: int, b: int, has_projects: bool, can_part: bool) -> None:
    """9a. Sellers ask what their last tonne costs, as contracts run out."""
    least = row(x, Ask.log_shut, 0, a, b)
    for m in range(n_row(x, Ask.last)):
        last, steep = row(x, Ask.last, m, a, b), row(x, Ask.steepness, m, a, b)
        for r in range(b - a):
            last[r] = larger(last[r] * steep[r], least[r])
    for i in range(n_row(x, Ask.cost_part)):
        last, price, part = (
            row(x, Ask.last, number(x, Ask.made_by, i), a, b),
            row(x, Ask.price, number(x, Ask.source, i), a, b),
            real(x, Ask.cost_part, i),
        )
        for r in range(b - a):
            last[r] += price[r] * part
    for m in range(n_row(x, Ask.last)):
        last = row(x, Ask.last, m, a, b)
        if has_projects:
            capacity, added = row(x, Ask.capacity, m, a, b), row(x, Ask.added, m, a, b)
            for r in range(b - a):
                last[r] = 0.0 if capacity[r] + added[r] <= 0.0 else last[r]
        follow(row(x, Ask.cost, m, a, b), last, row(x, Ask.g_contract, 0, a, b))
        if can_part:
            now, cost, rebate = row(x, Ask.ask, m, a, b), row(x, Ask.cost, m, a, b), row(x, Ask.rebate, m, a, b)
            for r in range(b - a):
                now[r] = cost[r] + rebate[r]


class Price(Rows):
    """What the kernels about delivered prices work on, [node, run] unless said."""

    shipped = auto()
    """[link, run]"""
    ask = auto()
    """[maker, run]"""
    duty = auto()
    """[link, run]"""
    received = auto()
    nothing_came = auto()
    """Boolean."""
    offer = auto()
    wants = auto()
    """Exponential of what habits make of wants, then what is wanted."""
    usual_wanted = auto()
    usual_final = auto()
    usual_use = auto()
    expected_use = auto()
    meant = auto()
    recycled = auto()
    orders = auto()
    """[maker, run]"""
    given = auto()
    """What stores have handed out."""
    in_sight = auto()
    price = auto()
    late = auto()
    slow = auto()
    expected_lead = auto()
    buy = auto()
    cover_t = auto()
    on_hand = auto()
    on_order = auto()
    target = auto()
    """What scarcity takes the logarithms of, and `seen`."""
    seen = auto()
    origin = auto()
    """[maker, run]"""
    by_dst_first = auto()
    by_dst_row = auto()
    by_src_first = auto()
    by_src_row = auto()
    seller = auto()
    buyer = auto()


class Gains(Rows):
    """Gains and elasticities, [run]."""

    expect = auto()
    belief = auto()
    memory = auto()
    price = auto()
    demand = auto()
    alpha = auto()
    prospect = auto()
    log_ceiling = auto()


class Kind(NamedTuple):
    """Which parts of the kernels are needed."""

    has_feeds: bool
    has_limits: bool
    has_stores: bool


@compiled
def offer(x: Table, a: int, b: int, is_taxed: bool) -> None:
    """9. Mean of what sellers ask, tariffs included."""
    total, now = np.empty(TILE), np.empty(TILE)
    for n in range(n_row(x, Price.price)):
        total[:] = 0.0
        first, end = number(x, Price.by_dst_first, n), number(x, Price.by_dst_first, n + 1)
        for i in range(first, end):
            link = number(x, Price.by_dst_row, i)
            shipped, ask, duty = (
                row(x, Price.shipped, link, a, b),
                row(x, Price.ask, number(x, Price.seller, link), a, b),
                row(x, Price.duty, link, a, b),
            )
            if is_taxed:
                for r in range(b - a):
                    now[r] = shipped[r] * ask[r] + shipped[r] * duty[r]
            else:
                for r in range(b - a):
                    now[r] = shipped[r] * ask[r]
            pile(total[: b - a], now[: b - a], i == first)
        offer, came, none = row(x, Price.offer, n, a, b), row(x, Price.received, n, a, b), marks(x, Price.nothing_came, n, a, b)
        for r in range(b - a):
            offer[r] = offer[r] if none[r] else total[r] / came[r]


@compiled
def look_ahead(x: Table, come: Table, a: int, b: int, g: Table, kind: Kind) -> None:
    """9b, 9c. What part of what would be ordered at the usual price is served, and what scarcity takes the logarithms of."""
    slack = np.empty((n_row(come, Come.full), TILE))
    bought, served, could = np.empty(TILE), np.empty(TILE), np.empty(TILE)
    w = b - a
    slack_of(come, slack, a, b)
    for n in range(n_row(x, Price.price)):
        wants, final, wanted, use = (
            row(x, Price.wants, n, a, b),
            row(x, Price.usual_final, n, a, b),
            row(x, Price.usual_wanted, n, a, b),
            row(x, Price.usual_use, n, a, b),
        )
        expected, meant, recycled, came = (
            row(x, Price.expected_use, n, a, b),
            row(x, Price.meant, n, a, b),
            row(x, Price.recycled, n, a, b),
            row(x, Price.received, n, a, b),
        )
        for r in range(w):
            wants[r] *= final[r]
        if kind.has_feeds:
            for r in range(w):
                wants[r] += wanted[r] - final[r]
        follow(use, wants, row(g, Gains.expect, 0, a, b))
        for r in range(w):
            bought[r] = larger(use[r] - recycled[r], 0.0)
        for r in range(w):
            could[r] = larger(use[r] - expected[r], 0.0) + meant[r]
        for r in range(w):
            served[r] = came[r] / larger(smaller(could[r], bought[r]), TINY) * (1.0 if could[r] > use[r] * NOTHING else 0.0)
        could_come(come, a, b, n, (slack, could), kind.has_limits)
        for r in range(w):
            could[r] = 1.0 if bought[r] <= 0.0 else could[r] / larger(bought[r], TINY)
        for r in range(w):
            served[r] = larger(served[r], could[r])
        if kind.has_stores:
            given = row(x, Price.given, n, a, b)
            for r in range(w):
                served[r] += given[r] / larger(bought[r], TINY)
        for r in range(w):
            served[r] = smaller(served[r], 1.0)
        follow(row(x, Price.in_sight, n, a, b), served[:w], row(g, Gains.belief, 0, a, b))
        follow(row(x, Price.late, n, a, b), row(x, Price.price, n, a, b), row(g, Gains.memory, 0, a, b))
        _scarce(x, n, a, b)


@compiled
def _scarce(x: Table, n: int, a: int, b: int) -> None:
    """9c. Stock wanted against stock there, and what is in sight."""
    target, seen, lead, buy, cover = (
        row(x, Price.target, n, a, b),
        row(x, Price.seen, n, a, b),
        row(x, Price.expected_lead, n, a, b),
        row(x, Price.buy, n, a, b),
        row(x, Price.cover_t, n, a, b),
    )
    on_hand, on_order, in_sight = row(x, Price.on_hand, n, a, b), row(x, Price.on_order, n, a, b), row(x, Price.in_sight, n, a, b)
    for r in range(b - a):
        target[r] = larger(lead[r] * buy[r] + cover[r], 0.0) + TINY
    for r in range(b - a):
        target[r] = larger(target[r] / (larger(on_hand[r] + on_order[r], 0.0) + TINY), TINY)
    for r in range(b - a):
        seen[r] = larger(in_sight[r], LEAST)


@compiled
def settle(x: Table, a: int, b: int, g: Table) -> None:
    """9c. Delivered price follows what sellers ask and how scarce stock is."""
    for n in range(n_row(x, Price.price)):
        target, seen, offer = row(x, Price.target, n, a, b), row(x, Price.seen, n, a, b), row(x, Price.offer, n, a, b)
        alpha, prospect, most = row(g, Gains.alpha, 0, a, b), row(g, Gains.prospect, 0, a, b), row(g, Gains.log_ceiling, 0, a, b)
        for r in range(b - a):
            target[r] = smaller(target[r] * alpha[r] - seen[r] * prospect[r], most[r])
        for r in range(b - a):
            target[r] = larger(target[r], -most[r]) + offer[r]
        follow(row(x, Price.price, n, a, b), target, row(g, Gains.price, 0, a, b))
        follow(row(x, Price.slow, n, a, b), row(x, Price.price, n, a, b), row(g, Gains.demand, 0, a, b))


@compiled
def earn(x: Table, a: int, b: int, is_taxed: bool) -> None:
    """9. What producers earn, less tariffs."""
    sold, earned, now = np.empty(TILE), np.empty(TILE), np.empty(TILE)
    for m in range(n_row(x, Price.origin)):
        first, end = number(x, Price.by_src_first, m), number(x, Price.by_src_first, m + 1)
        for i in range(first, end):
            link = number(x, Price.by_src_row, i)
            shipped, price, duty = (
                row(x, Price.shipped, link, a, b),
                row(x, Price.price, number(x, Price.buyer, link), a, b),
                row(x, Price.duty, link, a, b),
            )
            if is_taxed:
                for r in range(b - a):
                    now[r] = shipped[r] * price[r] - shipped[r] * duty[r]
            else:
                for r in range(b - a):
                    now[r] = shipped[r] * price[r]
            pile(earned[: b - a], now[: b - a], i == first)
            pile(sold[: b - a], shipped, i == first)
        origin, orders = row(x, Price.origin, m, a, b), row(x, Price.orders, m, a, b)
        for r in range(b - a):
            origin[r] = earned[r] / larger(sold[r], TINY) if sold[r] > orders[r] * NOTHING else origin[r]
