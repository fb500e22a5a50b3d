"""Strategic stockpiles: what they hand out in a shortage, and how they fill (steps 4 and 6 of MODEL.md)."""

from __future__ import annotations

import numpy as np

from sim.engine.accounts import Account
from sim.engine.room import Room
from sim.model.world import TINY, Floats, Ints

MOST_TREND = float(np.log(2.0))
"""Logarithm of the most that rising prices multiply the cover buyers want, and falling ones divide it."""


def release(room: Room, k: int) -> None:
    """4. Stores cover a part of what users lack where it is above their trigger; `usable` is what users can reach."""
    s, f, w, p = room.state, room.flows, room.world, room.plan
    np.multiply(s.on_hand, room.reach, out=room.usable)
    if not p.accounts:
        return
    np.minimum(f.wanted, room.usable, out=room.lack)
    np.subtract(room.usual_wanted, room.lack, out=room.lack)
    np.maximum(room.lack, 0.0, out=room.lack)
    f.released[...] = 0.0
    for account in p.accounts:
        for party in account.parties(k) if w.store_start[account.store, 0] < k + 1 else ():
            _hand_out(room, account, party)


def _hand_out(room: Room, account: Account, party: Ints) -> None:
    s, w, store = room.state, room.world, account.store
    rows, nodes, target = account.rows[party], account.nodes[party], account.target[party]
    lack = room.lack[nodes]
    claim = np.where(lack > w.store_trigger[store] * room.usual_wanted[nodes], w.store_at_most[store] * lack, 0.0)
    if not claim.any():
        return
    free = np.maximum(s.held[rows] - w.store_reserve[store] * target, 0.0)
    there = free.sum(axis=0)
    given = account.share(party, claim, np.minimum(there, w.store_rate[store] * target.sum(axis=0)))
    for array, change in ((s.on_hand, given), (room.usable, given), (room.lack, -given)):
        array[nodes] += change
    s.held[rows] = np.maximum(s.held[rows] - given.sum(axis=0) * free / np.maximum(there, TINY), 0.0)
    room.flows.released[rows] = given


def fill(room: Room, k: int) -> None:
    """6b. Stores take in what users have beyond the cover they now want; `buy` is use, less recycling, plus what stores seek."""
    s, w = room.state, room.world
    cover = room.cover_now
    if room.plan.net.prices:
        cover = np.multiply(_momentum(room), cover, out=room.cover_t)
    if room.has_season:
        cover = np.maximum(np.add(cover, w.ahead_steps[k + 1], out=room.cover_t), 0.0, out=room.cover_t)
    np.multiply(cover, s.expected_use, out=room.cover_t)
    if room.is_bounded:
        np.minimum(room.cover_t, w.storage_t, out=room.cover_t)
    np.subtract(s.expected_use, w.recycled, out=room.buy)
    if room.recycles:
        np.subtract(room.buy, room.more, out=room.buy)
    if not room.plan.accounts:
        return
    room.users_buy[...] = room.buy
    room.flows.filled[...] = 0.0
    for account in room.plan.accounts:
        if w.store_start[account.store, 0] < k + 1:
            paid_for = _paid_for(room, account)
            _take_in(room, account, paid_for)
            for party in account.parties(k):
                _seek(room, account, party, paid_for[party])


def _momentum(room: Room) -> Floats:
    """What rising prices make of the cover buyers want, and falling ones: `exp(momentum (q - late))`, bounded."""
    trend = np.subtract(room.market.price, room.market.late, out=room.cover_t)
    np.multiply(trend, room.world.momentum, out=trend)
    np.maximum(np.minimum(trend, MOST_TREND, out=trend), -MOST_TREND, out=trend)
    return np.exp(trend, out=trend)


def _paid_for(room: Room, account: Account) -> Floats:
    """What each member's part of the budget buys in the step, t; infinite without one, [member of the store, run]."""
    budget = room.world.store_budget[account.store] * account.frac
    return budget / room.worth(account.nodes) if np.isfinite(budget).any() else budget


def _take_in(room: Room, account: Account, paid_for: Floats) -> None:
    s, rows, nodes = room.state, account.rows, account.nodes
    lack = np.maximum(account.target - s.held[rows], 0.0)
    spare = np.maximum(s.on_hand[nodes] - room.cover_t[nodes], 0.0)
    pace = account.target / room.world.store_fill_steps[account.store]
    taken = np.minimum(np.minimum(np.minimum(pace, paid_for), lack), spare)
    s.on_hand[nodes] -= taken
    s.held[rows] += taken
    room.flows.filled[rows] = taken


def _seek(room: Room, account: Account, party: Ints, paid_for: Floats) -> None:
    """What a party orders for its stock, beyond what is on the way already."""
    s, nodes, target = room.state, account.nodes[party], account.target[party]
    whole = target.sum(axis=0)
    ahead = np.maximum(s.on_order[nodes] - (s.expected_lead[nodes] - 1.0) * room.users_buy[nodes], 0.0).sum(axis=0)
    lack = np.maximum(target - s.held[account.rows[party]], 0.0).sum(axis=0)
    seek = np.minimum(whole / room.world.store_fill_steps[account.store], np.maximum(lack - ahead, 0.0))
    room.buy[nodes] += np.minimum(seek * target / np.maximum(whole, TINY), paid_for)
