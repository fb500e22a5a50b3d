"""Compiled passes over stocks: what arrives, is planned, wanted, used, made, ordered (steps 1 to 7 of MODEL.md).

Each does what the NumPy rule of the same name does, with the same operations in the same order, so with the same bits; only the trips
through memory are fewer. Tiles of runs keep what passes from one loop to the next in the nearest cache.
"""

from __future__ import annotations

from enum import auto
from typing import NamedTuple

import numpy as np

from sim.engine.fast.rows import TILE, Rows, Table, compiled, follow, larger, n_row, number, pile, real, row, smaller
from sim.model.world import TINY, Ints


class Arrive(Rows):
    """What `arrive` works on."""

    pipeline = auto()
    rest = auto()
    """Part of a shipment that lands a step later, [link]."""
    arrived = auto()
    landed = auto()
    on_hand = auto()
    on_order = auto()
    by_dst_first = auto()
    by_dst_row = auto()


@compiled
def arrive(x: Table, a: int, b: int, due: Ints, before: Ints) -> None:
    """1. Shipments due land; due and before: rows of the pipeline that do now, and those whose second part does, [link]."""
    for n in range(n_row(x, Arrive.on_hand)):
        landed = row(x, Arrive.landed, n, a, b)
        landed[:] = 0.0
        first, end = number(x, Arrive.by_dst_first, n), number(x, Arrive.by_dst_first, n + 1)
        for i in range(first, end):
            link = number(x, Arrive.by_dst_row, i)
            now, came, rest = row(x, Arrive.pipeline, due[link], a, b), row(x, Arrive.arrived, link, a, b), real(x, Arrive.rest, link)
            if rest > 0.0:
                late = row(x, Arrive.pipeline, before[link], a, b)
                for r in range(len(came)):
                    came[r] = now[r] + (late[r] - now[r]) * rest
            else:
                for r in range(len(came)):
                    came[r] = now[r]
            pile(landed, came, i == first)
        on_hand, on_order = row(x, Arrive.on_hand, n, a, b), row(x, Arrive.on_order, n, a, b)
        for r in range(len(landed)):
            on_hand[r] += landed[r]
        for r in range(len(landed)):
            on_order[r] -= landed[r]


class Plan(Rows):
    """What `plan` works on, [maker, run]."""

    idle = auto()
    surplus = auto()
    idle_new = auto()
    new = auto()
    added = auto()
    capacity = auto()
    production = auto()
    full = auto()
    normal = auto()
    working = auto()
    orders = auto()
    buffer_steps = auto()
    finished = auto()
    plan = auto()
    g_stock = auto()


@compiled
def plan(x: Table, a: int, b: int, moves: bool, has_projects: bool) -> None:
    """3. Capacity not shut, and output planned; moves: capacity is not what it was at rest."""
    gain = row(x, Plan.g_stock, 0, a, b)
    for m in range(n_row(x, Plan.plan)):
        if moves:
            idle, surplus, idle_new, new, added = (
                row(x, Plan.idle, m, a, b),
                row(x, Plan.surplus, m, a, b),
                row(x, Plan.idle_new, m, a, b),
                row(x, Plan.new, m, a, b),
                row(x, Plan.added, m, a, b),
            )
            for now, rest in (
                (row(x, Plan.full, m, a, b), row(x, Plan.capacity, m, a, b)),
                (row(x, Plan.normal, m, a, b), row(x, Plan.production, m, a, b)),
            ):
                for r in range(b - a):
                    now[r] = (1.0 - idle[r]) * surplus[r] * rest[r] + (1.0 - idle_new[r]) * new[r]
                if has_projects:
                    for r in range(b - a):
                        now[r] += added[r]
        orders, buffer, held, made = (
            row(x, Plan.orders, m, a, b),
            row(x, Plan.buffer_steps, m, a, b),
            row(x, Plan.finished, m, a, b),
            row(x, Plan.plan, m, a, b),
        )
        if has_projects:
            added = row(x, Plan.added, m, a, b)
            for r in range(b - a):
                made[r] = larger(orders[r], added[r]) * buffer[r]
        else:
            for r in range(b - a):
                made[r] = orders[r] * buffer[r]
        full, working = row(x, Plan.full, m, a, b), row(x, Plan.working, m, a, b)
        for r in range(b - a):
            made[r] = larger((made[r] - held[r]) * gain[r] + orders[r], 0.0)
        for r in range(b - a):
            made[r] = smaller(made[r], full[r] * working[r])


class Want(Rows):
    """What `want` works on."""

    demand = auto()
    surge = auto()
    """[user, run], or no rows where no shock moves demand."""
    want = auto()
    wanted = auto()
    usual_wanted = auto()
    usual_final = auto()
    answer = auto()
    part = auto()
    """Part of demand at rest that final users want, [node, run]."""
    plan = auto()
    feeds = auto()
    """(user, maker fed) of every processor, [processor, 2]."""
    t_per_t = auto()
    node = auto()
    """[user]"""
    row = auto()
    """Row of each user among those at work, or -1, [user]."""
    sector = auto()
    """Sector of each of these, [row]."""
    usual = auto()
    """What they want for their usual output, [row, run]."""
    work = auto()
    products = auto()
    product_steps = auto()
    overtime = auto()
    g_stock = auto()
    by_user_first = auto()
    by_user_row = auto()


@compiled
def want(x: Table, a: int, b: int, has_products: bool) -> None:
    """3a, 3b. What sectors plan and users want."""
    gain = row(x, Want.g_stock, 0, a, b)
    for s in range(n_row(x, Want.work)):
        work, stock, whole, more = (
            row(x, Want.work, s, a, b),
            row(x, Want.products, s, a, b),
            row(x, Want.product_steps, s, a, b),
            row(x, Want.overtime, s, a, b),
        )
        for r in range(len(work)):
            work[r] = smaller((whole[r] - stock[r]) * gain[r] + 1.0, 1.0 + more[r])
    for u in range(n_row(x, Want.want)):
        want, demand, part = row(x, Want.want, u, a, b), row(x, Want.demand, u, a, b), row(x, Want.part, number(x, Want.node, u), a, b)
        for r in range(len(want)):
            want[r] = demand[r] * part[r]
        if n_row(x, Want.surge):
            surge = row(x, Want.surge, u, a, b)
            for r in range(len(want)):
                want[r] *= surge[r]
        place = number(x, Want.row, u)
        if has_products and place >= 0:
            usual, work = row(x, Want.usual, place, a, b), row(x, Want.work, number(x, Want.sector, place), a, b)
            for r in range(len(want)):
                usual[r] = want[r]
            for r in range(len(want)):
                want[r] *= work[r]
    for i in range(n_row(x, Want.feeds)):
        u, m = number(x, Want.feeds, 2 * i), number(x, Want.feeds, 2 * i + 1)
        want, made, ratio = row(x, Want.want, u, a, b), row(x, Want.plan, m, a, b), real(x, Want.t_per_t, u)
        for r in range(len(want)):
            want[r] = made[r] * ratio
    _add_wants(x, a, b)


@compiled
def _add_wants(x: Table, a: int, b: int) -> None:
    """What all users of each node want, and would at the usual price: makers what they plan at any price."""
    makers = np.empty(b - a)
    for n in range(n_row(x, Want.wanted)):
        wanted, usual, final, answer = (
            row(x, Want.wanted, n, a, b),
            row(x, Want.usual_wanted, n, a, b),
            row(x, Want.usual_final, n, a, b),
            row(x, Want.answer, n, a, b),
        )
        wanted[:] = 0.0
        first, end = number(x, Want.by_user_first, n), number(x, Want.by_user_first, n + 1)
        for i in range(first, end):
            pile(wanted, row(x, Want.want, number(x, Want.by_user_row, i), a, b), i == first)
        if not n_row(x, Want.feeds):
            for r in range(b - a):
                usual[r] = wanted[r] / answer[r]
            continue
        makers[:] = 0.0
        for i in range(n_row(x, Want.feeds)):
            if number(x, Want.node, number(x, Want.feeds, 2 * i)) == n:
                pile(makers, row(x, Want.want, number(x, Want.feeds, 2 * i), a, b), False)
        for r in range(b - a):
            final[r] = (wanted[r] - makers[r]) / answer[r]
        for r in range(b - a):
            usual[r] = final[r] + makers[r]


class Make(Rows):
    """What `use_and_make` works on."""

    usable = auto()
    wanted = auto()
    want = auto()
    served = auto()
    got = auto()
    unmet = auto()
    plan = auto()
    made = auto()
    used = auto()
    """What users do not leave in stock, [user, run]."""
    consumed = auto()
    on_hand = auto()
    finished = auto()
    expected_use = auto()
    seen = auto()
    """What teaches buyers what they use, [node, run]."""
    g_expect = auto()
    feeds = auto()
    t_per_t = auto()
    row = auto()
    sector = auto()
    user = auto()
    """Users at work, sector by sector, [row]."""
    usual = auto()
    lacking = auto()
    essential = auto()
    work = auto()
    output = auto()
    sold = auto()
    products = auto()
    by_user_first = auto()
    by_user_row = auto()


class Ways(NamedTuple):
    """Which parts of `use_and_make` are needed."""

    returns: bool
    has_products: bool
    all_essential: bool
    is_single: bool
    may_want_nothing: bool


@compiled
def use_and_make(x: Table, a: int, b: int, ways: Ways) -> None:
    """5, 6. Stock is shared in proportion, and what can be made of it is."""
    part = np.empty(TILE)
    for n in range(n_row(x, Make.wanted)):
        wanted, served, usable = row(x, Make.wanted, n, a, b), row(x, Make.served, n, a, b), row(x, Make.usable, n, a, b)
        for r in range(b - a):
            served[r] = smaller(usable[r], wanted[r])
        for r in range(b - a):
            part[r] = smaller(served[r] / larger(wanted[r], TINY), 1.0)
        for i in range(number(x, Make.by_user_first, n), number(x, Make.by_user_first, n + 1)):
            u = number(x, Make.by_user_row, i)
            want, got, unmet = row(x, Make.want, u, a, b), row(x, Make.got, u, a, b), row(x, Make.unmet, u, a, b)
            for r in range(b - a):
                got[r] = want[r] * part[r]
            for r in range(b - a):
                unmet[r] = want[r] - got[r]
    _make(x, ways, a, b)
    for n in range(n_row(x, Make.wanted)):
        consumed, on_hand = row(x, Make.consumed, n, a, b), row(x, Make.on_hand, n, a, b)
        if ways.returns:
            consumed[:] = 0.0
            first, end = number(x, Make.by_user_first, n), number(x, Make.by_user_first, n + 1)
            for i in range(first, end):
                pile(consumed, row(x, Make.used, number(x, Make.by_user_row, i), a, b), i == first)
        else:
            pile(consumed, row(x, Make.served, n, a, b), True)
        for r in range(b - a):
            on_hand[r] = larger(on_hand[r] - consumed[r], 0.0)
        follow(row(x, Make.expected_use, n, a, b), row(x, Make.seen, n, a, b), row(x, Make.g_expect, 0, a, b))


@compiled
def _make(x: Table, ways: Ways, a: int, b: int) -> None:
    """6. Output is the plan cut to the scarcest input; sectors make and sell."""
    for m in range(n_row(x, Make.made)):
        pile(row(x, Make.made, m, a, b), row(x, Make.plan, m, a, b), True)
    for i in range(n_row(x, Make.feeds)):
        u, m = number(x, Make.feeds, 2 * i), number(x, Make.feeds, 2 * i + 1)
        made, plan, want, got = (
            row(x, Make.made, m, a, b),
            row(x, Make.plan, m, a, b),
            row(x, Make.want, u, a, b),
            row(x, Make.got, u, a, b),
        )
        for r in range(b - a):
            made[r] = smaller(made[r], plan[r] * (1.0 if want[r] == 0.0 else got[r] / larger(want[r], TINY)))
    if ways.returns:
        for u in range(n_row(x, Make.got)):
            pile(row(x, Make.used, u, a, b), row(x, Make.got, u, a, b), True)
        for i in range(n_row(x, Make.feeds)):
            u, m = number(x, Make.feeds, 2 * i), number(x, Make.feeds, 2 * i + 1)
            used, made, ratio = row(x, Make.used, u, a, b), row(x, Make.made, m, a, b), real(x, Make.t_per_t, u)
            for r in range(b - a):
                used[r] = made[r] * ratio
    _sell(x, ways, a, b)
    for m in range(n_row(x, Make.made)):
        pile(row(x, Make.finished, m, a, b), row(x, Make.made, m, a, b), False)


@compiled
def _sell(x: Table, ways: Ways, a: int, b: int) -> None:
    """6a. A sector makes what its scarcest input allows and sells from its products."""
    allowed = np.empty(b - a)
    for i in range(n_row(x, Make.user)):
        u, s = number(x, Make.user, i), number(x, Make.sector, i)
        usual, lacking, got, work = (
            row(x, Make.usual, i, a, b),
            row(x, Make.lacking, i, a, b),
            row(x, Make.got, u, a, b),
            row(x, Make.work, s, a, b),
        )
        output, unmet, essential = row(x, Make.output, s, a, b), row(x, Make.unmet, u, a, b), real(x, Make.essential, i)
        if ways.has_products:
            for r in range(b - a):
                usual[r] += TINY
        else:
            want = row(x, Make.want, u, a, b)
            for r in range(b - a):
                usual[r] = want[r] + TINY
        for r in range(b - a):
            allowed[r] = (got[r] + TINY) / usual[r]
        for r in range(b - a):
            lacking[r] = larger(1.0 - allowed[r], 0.0)
        if ways.has_products:
            for r in range(b - a):
                unmet[r] = lacking[r] * usual[r]
        if not ways.all_essential:
            for r in range(b - a):
                allowed[r] = work[r] - (work[r] - allowed[r]) * essential
        if ways.may_want_nothing:
            for r in range(b - a):
                allowed[r] = np.inf if usual[r] <= TINY else allowed[r]
        if i == 0 or number(x, Make.sector, i - 1) != s:
            for r in range(b - a):
                output[r] = allowed[r]
        else:
            for r in range(b - a):
                output[r] = smaller(output[r], allowed[r])
        if i + 1 < n_row(x, Make.user) and number(x, Make.sector, i + 1) == s:
            continue
        sold, products = row(x, Make.sold, s, a, b), row(x, Make.products, s, a, b)
        for r in range(b - a):
            output[r] = smaller(output[r], work[r])
        for r in range(b - a):
            products[r] += output[r]
        for r in range(b - a):
            sold[r] = smaller(products[r], 1.0)
        for r in range(b - a):
            products[r] -= sold[r]
    if not ways.is_single:
        for i in range(n_row(x, Make.user)):
            usual, got, used, output = (
                row(x, Make.usual, i, a, b),
                row(x, Make.got, number(x, Make.user, i), a, b),
                row(x, Make.used, number(x, Make.user, i), a, b),
                row(x, Make.output, number(x, Make.sector, i), a, b),
            )
            for r in range(b - a):
                used[r] = smaller(got[r], output[r] * usual[r])
