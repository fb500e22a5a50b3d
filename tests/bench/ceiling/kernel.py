"""All rules of a step: each tile of runs goes through all of them before the next, so that it stays in the cache."""

from __future__ import annotations

from enum import auto
from typing import NamedTuple

from sim.engine.fast import again, links, trade
from sim.engine.fast.rows import TILE, Rows, Table, compiled, larger, n_row, number, row, smaller
from sim.model.world import Floats, Ints
from tests.bench.ceiling import count, goods, order, prices, works
from tests.bench.ceiling.loops import Loops, through


class Lags(Rows):
    """How users, buyers and stocks answer, [node, run] unless said."""

    at_once = auto()
    slower = auto()
    tide = auto()
    """No rows where demand has neither growth, season nor noise."""
    swing = auto()
    """No rows where use has no season."""
    reach = auto()
    recycled = auto()
    momentum = auto()
    """[run]"""
    bidding = auto()
    """[run]"""
    switching = auto()
    """[run]"""


class Batch(NamedTuple):
    """What the kernels work on."""

    n_run: int
    arrive: Table
    plan: Table
    want: Table
    make: Table
    ways: goods.Ways
    order: Table
    ship: Table
    taxed: Table
    """The same where tariffs count in what is offered."""
    come: Table
    ask: Table
    price: Table
    gains: Table
    kind: prices.Kind
    lean: Table
    works: Table
    pace: Table
    lags: Table
    loops: Loops
    most_trend: float


class Now(NamedTuple):
    """Which forms of the rules a step needs."""

    moves: bool
    has_projects: bool
    is_hurried: bool
    is_taxed: bool
    can_part: bool
    builds: bool
    shuts: bool


@compiled
def run(x: Batch, now: Now, due: Ints, before: Ints, under_way: Floats) -> tuple[bool, bool, bool]:
    """Take a batch through a step.

    Arguments:
        x: the batch.
        now: in which form.
        due: rows of the pipeline that land, [link].
        before: those whose second part does, [link].
        under_way: rows of the pipeline that what is shipped goes to, [link, run].

    Returns:
        Whether some need is left, some margin calls for works, and some for works to shut.
    """
    in_need, builds, shuts = False, now.builds, now.shuts
    for a in range(0, x.n_run, TILE):
        b = min(a + TILE, x.n_run)
        goods.arrive(x.arrive, a, b, due, before)
        _recycle(x, a, b)
        goods.plan(x.plan, a, b, now.moves, now.has_projects)
        _want(x, a, b)
        _release(x, a, b)
        _make(x, a, b)
        _fill(x, a, b)
        order.order(x.order, a, b, now.is_hurried)
        lacks = _ship(x, a, b, now.is_taxed)
        trade.send(x.ship, a, b, under_way)
        trade.learn(x.ship, a, b, lacks)
        _price(x, a, b, now)
        _switch(x, a, b)
        some = _build_and_shut(x, a, b, now)
        in_need, builds, shuts = in_need or lacks, builds or some[0], shuts or some[1]
    return in_need, builds, shuts


@compiled
def _recycle(x: Batch, a: int, b: int) -> None:
    for n in range(n_row(x.arrive, goods.Arrive.on_hand)):
        on_hand, recycled = row(x.arrive, goods.Arrive.on_hand, n, a, b), row(x.lags, Lags.recycled, n, a, b)
        for r in range(b - a):
            on_hand[r] += recycled[r]


@compiled
def _release(x: Batch, a: int, b: int) -> None:
    for n in range(n_row(x.arrive, goods.Arrive.on_hand)):
        on_hand, reach = row(x.arrive, goods.Arrive.on_hand, n, a, b), row(x.lags, Lags.reach, n, a, b)
        usable = row(x.make, goods.Make.usable, n, a, b)
        for r in range(b - a):
            usable[r] = on_hand[r] * reach[r]


@compiled
def _want(x: Batch, a: int, b: int) -> None:
    for n in range(n_row(x.want, goods.Want.answer)):
        answer, price, slow = (
            row(x.want, goods.Want.answer, n, a, b),
            row(x.price, prices.Price.price, n, a, b),
            row(x.price, prices.Price.slow, n, a, b),
        )
        at_once, slower = row(x.lags, Lags.at_once, n, a, b), row(x.lags, Lags.slower, n, a, b)
        for r in range(b - a):
            answer[r] = price[r] * at_once[r] + slow[r] * slower[r]
        through(x.loops.exp, answer)
        part = row(x.want, goods.Want.part, n, a, b)
        if n_row(x.lags, Lags.tide):
            tide = row(x.lags, Lags.tide, n, a, b)
            for r in range(b - a):
                part[r] = answer[r] * tide[r]
        else:
            for r in range(b - a):
                part[r] = answer[r]
    goods.want(x.want, a, b, x.ways.has_products)


@compiled
def _make(x: Batch, a: int, b: int) -> None:
    for n in range(n_row(x.lags, Lags.swing)):
        seen, wanted, swing = (
            row(x.make, goods.Make.seen, n, a, b),
            row(x.make, goods.Make.wanted, n, a, b),
            row(x.lags, Lags.swing, n, a, b),
        )
        for r in range(b - a):
            seen[r] = wanted[r] / swing[r]
    goods.use_and_make(x.make, a, b, x.ways)


@compiled
def _fill(x: Batch, a: int, b: int) -> None:
    most, momentum = x.most_trend, row(x.lags, Lags.momentum, 0, a, b)
    for n in range(n_row(x.order, order.Order.cover)):
        cover, price, late = (
            row(x.order, order.Order.cover, n, a, b),
            row(x.price, prices.Price.price, n, a, b),
            row(x.price, prices.Price.late, n, a, b),
        )
        for r in range(b - a):
            cover[r] = larger(smaller((price[r] - late[r]) * momentum[r], most), -most)
        through(x.loops.exp, cover)
    order.fill(x.order, a, b)


@compiled
def _ship(x: Batch, a: int, b: int, is_taxed: bool) -> bool:
    trade.limit(x.ship, a, b)
    bidding = row(x.lags, Lags.bidding, 0, a, b)
    for n in range(n_row(x.ship, again.Ship.bids)):
        bid, price = row(x.ship, again.Ship.bids, n, a, b), row(x.price, prices.Price.price, n, a, b)
        for r in range(b - a):
            bid[r] = price[r] * bidding[r]
        through(x.loops.exp, bid)
    if not is_taxed:
        return trade.ship(x.ship, a, b)
    for link in range(n_row(x.taxed, again.Ship.bids)):
        bid, duty, offered = (
            row(x.taxed, again.Ship.bids, link, a, b),
            row(x.price, prices.Price.duty, link, a, b),
            row(x.ship, again.Ship.bids, number(x.price, prices.Price.buyer, link), a, b),
        )
        for r in range(b - a):
            bid[r] = duty[r] * -bidding[r]
        through(x.loops.exp, bid)
        for r in range(b - a):
            bid[r] = offered[r] * bid[r]
    return trade.ship(x.taxed, a, b)


@compiled
def _price(x: Batch, a: int, b: int, now: Now) -> None:
    prices.rate(x.ask, a, b, now.moves)
    for m in range(n_row(x.ask, prices.Ask.last)):
        through(x.loops.log, row(x.ask, prices.Ask.last, m, a, b))
    prices.ask(x.ask, a, b, now.has_projects, now.can_part)
    prices.offer(x.price, a, b, now.is_taxed)
    for n in range(n_row(x.price, prices.Price.wants)):
        wants, slow, slower = (
            row(x.price, prices.Price.wants, n, a, b),
            row(x.price, prices.Price.slow, n, a, b),
            row(x.lags, Lags.slower, n, a, b),
        )
        for r in range(b - a):
            wants[r] = slow[r] * slower[r]
        through(x.loops.exp, wants)
    prices.look_ahead(x.price, x.come, a, b, x.gains, x.kind)
    for n in range(n_row(x.price, prices.Price.target)):
        through(x.loops.log, row(x.price, prices.Price.target, n, a, b))
        through(x.loops.log, row(x.price, prices.Price.seen, n, a, b))
    prices.settle(x.price, a, b, x.gains)
    prices.earn(x.price, a, b, now.is_taxed)


@compiled
def _switch(x: Batch, a: int, b: int) -> None:
    switching = row(x.lags, Lags.switching, 0, a, b)
    for m in range(n_row(x.lean, links.Lean.appeal)):
        appeal, ask = row(x.lean, links.Lean.appeal, m, a, b), row(x.price, prices.Price.ask, m, a, b)
        for r in range(b - a):
            appeal[r] = -(ask[r] * switching[r])
        through(x.loops.exp, appeal)
    links.lean(x.lean, a, b)


@compiled
def _build_and_shut(x: Batch, a: int, b: int, now: Now) -> tuple[bool, bool]:
    builds, shuts = works.judge(x.works, a, b, x.pace, now.can_part)
    builds, shuts = builds or now.builds, shuts or now.shuts
    if builds:
        works.call_for(x.works, a, b, x.pace)
        for m in range(n_row(x.works, works.Works.begun)):
            through(x.loops.expm1, row(x.works, works.Works.begun, m, a, b))
        works.build(x.works, a, b, x.pace)
    if builds or shuts:
        for m in range(n_row(x.works, works.Works.multiple)):
            multiple, signal = row(x.works, works.Works.multiple, m, a, b), row(x.works, works.Works.signal, m, a, b)
            for r in range(b - a):
                multiple[r] = signal[r]
            through(x.loops.exp, multiple)
        works.shut(x.works, a, b, x.pace, shuts, builds)
    return builds, shuts


class Tallied(NamedTuple):
    """What a step is folded into."""

    n_run: int
    short: Table
    dear: Table
    lost: Table
    threshold: float
    has_more: bool
    has_prices: bool
    has_costs: bool


@compiled
def fold(x: Tallied, loops: Loops, k: int) -> None:
    """11. Fold a step into what runs have come to."""
    for a in range(0, x.n_run, TILE):
        b = min(a + TILE, x.n_run)
        count.short(x.short, a, b, k, x.threshold, x.has_more)
        if x.has_prices:
            for n in range(n_row(x.dear, count.Dear.price)):
                now, price = row(x.dear, count.Dear.price, n, a, b), row(x.dear, count.Dear.log_price, n, a, b)
                for r in range(b - a):
                    now[r] = price[r]
                through(loops.exp, now)
            count.dear(x.dear, a, b, k)
        if n_row(x.lost, count.Lost.lost):
            count.lost(x.lost, a, b, x.has_costs)
