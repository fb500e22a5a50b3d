"""The compiled fold of a step into what runs come to; as in `goods`, with the bits of the NumPy passes of `sim.record.tally`."""

from __future__ import annotations

from enum import auto

import numpy as np

from sim.engine.fast.rows import TILE, Rows, Table, compiled, larger, n_row, number, pile, real, row, smaller
from sim.model.world import TINY
from sim.record.tally import ROUNDING


class Short(Rows):
    """What `short` works on, [node, run] unless said."""

    unmet_by_user = auto()
    want_by_user = auto()
    unmet_now = auto()
    want_now = auto()
    """The four before: [user, run]."""
    wanted = auto()
    served = auto()
    unmet = auto()
    want = auto()
    share = auto()
    deepest = auto()
    n_short = auto()
    first = auto()
    last = auto()
    cover = auto()
    lowest_cover = auto()
    expected_use = auto()
    on_hand = auto()
    usual = auto()
    landed = auto()
    gap = auto()
    by_user_first = auto()
    by_user_row = auto()


@compiled
def short(x: Table, a: int, b: int, k: int, threshold: float, has_more: bool) -> None:
    """11. Unmet demand, when users were short, how low stock fell, and what did not come; has_more: sectors refill their products."""
    unmet = np.empty(TILE)
    w = b - a
    for u in range(n_row(x, Short.want_now)):
        pile(row(x, Short.unmet_by_user, u, a, b), row(x, Short.unmet_now, u, a, b), False)
        pile(row(x, Short.want_by_user, u, a, b), row(x, Short.want_now, u, a, b), False)
    for n in range(n_row(x, Short.unmet)):
        wanted, served, share, deepest = (
            row(x, Short.wanted, n, a, b),
            row(x, Short.served, n, a, b),
            row(x, Short.share, n, a, b),
            row(x, Short.deepest, n, a, b),
        )
        if has_more:
            unmet[:] = 0.0
            first, end = number(x, Short.by_user_first, n), number(x, Short.by_user_first, n + 1)
            for i in range(first, end):
                pile(unmet[:w], row(x, Short.unmet_now, number(x, Short.by_user_row, i), a, b), i == first)
        else:
            for r in range(w):
                unmet[r] = wanted[r] - served[r]
        pile(row(x, Short.unmet, n, a, b), unmet[:w], False)
        pile(row(x, Short.want, n, a, b), wanted, False)
        for r in range(w):
            share[r] = unmet[r] / larger(wanted[r], TINY)
        for r in range(w):
            deepest[r] = larger(deepest[r], share[r])
        is_any = False
        for r in range(w):
            is_any |= share[r] > threshold
        if is_any:
            _date(x, n, a, b, k, threshold)
        _stock(x, n, a, b)


@compiled
def _date(x: Table, n: int, a: int, b: int, k: int, threshold: float) -> None:
    """Count the short steps, and date the first and the last."""
    share, n_short, first, last = (
        row(x, Short.share, n, a, b),
        row(x, Short.n_short, n, a, b),
        row(x, Short.first, n, a, b),
        row(x, Short.last, n, a, b),
    )
    for r in range(b - a):
        if share[r] > threshold:
            n_short[r] += 1.0
            last[r] = k
            if np.isinf(first[r]):
                first[r] = k + 1.0 - share[r]


@compiled
def _stock(x: Table, n: int, a: int, b: int) -> None:
    cover, lowest, use, on_hand = (
        row(x, Short.cover, n, a, b),
        row(x, Short.lowest_cover, n, a, b),
        row(x, Short.expected_use, n, a, b),
        row(x, Short.on_hand, n, a, b),
    )
    usual, landed, gap = row(x, Short.usual, n, a, b), row(x, Short.landed, n, a, b), row(x, Short.gap, n, a, b)
    for r in range(b - a):
        cover[r] = on_hand[r] / larger(use[r], TINY)
    for r in range(b - a):
        lowest[r] = smaller(lowest[r], cover[r])
    for r in range(b - a):
        gap[r] += larger(usual[r] - landed[r], 0.0)


class Dear(Rows):
    """What `dear` works on, [node, run] unless said."""

    log_price = auto()
    price = auto()
    price_sum = auto()
    peak = auto()
    peak_step = auto()
    usual_want = auto()
    usual_final = auto()
    usual_wanted = auto()
    wanted = auto()
    forgone = auto()
    origin = auto()
    origin_low = auto()
    origin_high = auto()
    """The three before: [maker, run]."""


@compiled
def dear(x: Table, a: int, b: int, k: int) -> None:
    """11. Prices, their peaks, and what is done without because it is dear."""
    for n in range(n_row(x, Dear.price)):
        price, peak, peak_step, usual, wanted, forgone = (
            row(x, Dear.price, n, a, b),
            row(x, Dear.peak, n, a, b),
            row(x, Dear.peak_step, n, a, b),
            row(x, Dear.usual_wanted, n, a, b),
            row(x, Dear.wanted, n, a, b),
            row(x, Dear.forgone, n, a, b),
        )
        pile(row(x, Dear.price_sum, n, a, b), price, False)
        for r in range(b - a):
            peak_step[r] = k if price[r] > peak[r] * (1.0 + ROUNDING) else peak_step[r]
        for r in range(b - a):
            peak[r] = price[r] if price[r] > peak[r] * (1.0 + ROUNDING) else peak[r]
        pile(row(x, Dear.usual_want, n, a, b), row(x, Dear.usual_final, n, a, b), False)
        for r in range(b - a):
            forgone[r] += larger(usual[r] - wanted[r], 0.0)
    for m in range(n_row(x, Dear.origin)):
        low, high, origin = row(x, Dear.origin_low, m, a, b), row(x, Dear.origin_high, m, a, b), row(x, Dear.origin, m, a, b)
        for r in range(b - a):
            low[r] = smaller(low[r], origin[r])
        for r in range(b - a):
            high[r] = larger(high[r], origin[r])


class Lost(Rows):
    """What `lost` works on, [sector, run] unless said."""

    lacking = auto()
    """[row, run]"""
    sector = auto()
    """[row]"""
    cost_share = auto()
    """[row]"""
    sold = auto()
    lost = auto()
    lost_high = auto()
    lost_low = auto()


@compiled
def lost(x: Table, a: int, b: int, has_costs: bool) -> None:
    """11. What sectors lose of their sales: as it is, at most and at least."""
    most, least = np.empty(TILE), np.empty(TILE)
    for i in range(n_row(x, Lost.lacking)):
        s, lacking, part = number(x, Lost.sector, i), row(x, Lost.lacking, i, a, b), real(x, Lost.cost_share, i)
        is_first = i == 0 or number(x, Lost.sector, i - 1) != s
        for r in range(b - a):
            most[r] = lacking[r] if is_first else larger(most[r], lacking[r])
        for r in range(b - a):
            least[r] = lacking[r] * part if is_first else least[r] + lacking[r] * part
        if i + 1 < n_row(x, Lost.lacking) and number(x, Lost.sector, i + 1) == s:
            continue
        lost, high, low, sold = (
            row(x, Lost.lost, s, a, b),
            row(x, Lost.lost_high, s, a, b),
            row(x, Lost.lost_low, s, a, b),
            row(x, Lost.sold, s, a, b),
        )
        pile(high, most[: b - a], False)
        for r in range(b - a):
            lost[r] += 1.0 - sold[r]
        if has_costs:
            for r in range(b - a):
                low[r] += smaller(least[r], 1.0 - sold[r])
