"""The rules of one step, in the order of MODEL.md. Each is one function; none draws, logs or allocates by run."""

from __future__ import annotations

import numpy as np

from sim.engine.state import Room
from sim.model.world import TINY, Floats, Ints

FLOOR = 1e-12
"""Part of an order at which a rest is rounding and no longer need."""


def arrive(room: Room, k: int) -> None:
    """1. Shipments due land: `H += a`, `O -= a`."""
    s, plan = room.state, room.plan
    n_link = len(room.link_row)
    made = (k - plan.lead_whole) % plan.n_slot
    np.take(s.pipeline, made * n_link + room.link_row, axis=0, out=room.arrived, mode="clip")
    if plan.lead_rest.any():
        before = (made - 1) % plan.n_slot
        np.take(s.pipeline, before * n_link + room.link_row, axis=0, out=room.link_a, mode="clip")
        np.subtract(room.link_a, room.arrived, out=room.link_a)
        np.multiply(room.link_a, plan.lead_rest, out=room.link_a)
        np.add(room.arrived, room.link_a, out=room.arrived)
    landed = plan.by_dst.sum(room.arrived, room.node_a)
    np.add(s.on_hand, landed, out=s.on_hand)
    np.subtract(s.on_order, landed, out=s.on_order)


def recycle(room: Room) -> None:
    """2. Secondary supply: `H += recycled`."""
    np.add(room.state.on_hand, room.world.recycled, out=room.state.on_hand)


def plan(room: Room) -> None:
    """3. Output planned, `min(E + g (buffer E - F), capacity * availability)`, and what users want of each node."""
    s, f, w = room.state, room.flows, room.world
    np.multiply(s.expected_orders, w.buffer_steps, out=f.plan)
    np.subtract(f.plan, s.finished, out=f.plan)
    np.multiply(f.plan, w.g_stock, out=f.plan)
    np.add(f.plan, s.expected_orders, out=f.plan)
    np.maximum(f.plan, 0.0, out=f.plan)
    np.multiply(w.capacity, room.effects.availability, out=room.node_a)
    np.minimum(f.plan, room.node_a, out=f.plan)
    if not room.wants_change:
        return
    np.multiply(w.demand, room.effects.surge, out=f.want)
    for u, m in room.plan.feeds:
        np.multiply(f.plan[m], room.plan.net.users.t_per_t[u], out=f.want[u])
    room.plan.by_user.sum(f.want, f.wanted)


def release(room: Room) -> None:
    """4. Stores cover a part of the gap where it is above their trigger; `usable` is what users can reach."""
    s, f, w, p = room.state, room.flows, room.world, room.plan
    np.multiply(s.on_hand, room.reach, out=room.usable)
    for store, members in enumerate(p.store_members):
        room.claims[...] = 0.0
        for m, n in members:
            gap, least = f.released[m], room.row_a
            np.subtract(f.wanted[n], room.usable[n], out=gap)
            np.multiply(f.wanted[n], w.store_trigger[store], out=least)
            np.less_equal(gap, np.maximum(least, 0.0, out=least), out=room.row_mask)
            np.multiply(gap, w.store_at_most[store], out=gap)
            np.copyto(gap, 0.0, where=room.row_mask)
            np.add(room.claims, gap, out=room.claims)
        np.maximum(room.claims, TINY, out=room.claims)
        np.divide(s.held[store], room.claims, out=room.claims)
        np.minimum(room.claims, 1.0, out=room.claims)
        for m, n in members:
            given = np.multiply(f.released[m], room.claims, out=f.released[m])
            np.add(s.on_hand[n], given, out=s.on_hand[n])
            np.add(room.usable[n], given, out=room.usable[n])
            np.subtract(s.held[store], given, out=s.held[store])
        np.maximum(s.held[store], 0.0, out=s.held[store])


def use(room: Room) -> None:
    """5. Stock is shared among the users of a node; what a user does not get is unmet."""
    f = room.flows
    np.minimum(room.usable, f.wanted, out=f.served)
    room.plan.use_ration(f.served, f.want, f.got)
    np.subtract(f.want, f.got, out=f.unmet)


def make(room: Room) -> None:
    """6. Output is the plan cut to the scarcest input; inputs beyond it stay in stock."""
    s, f, p = room.state, room.flows, room.plan
    f.made[...] = f.plan
    for u, m in p.feeds:
        ratio = room.row_a
        np.maximum(f.want[u], TINY, out=ratio)
        np.divide(f.got[u], ratio, out=ratio)
        np.copyto(ratio, 1.0, where=np.equal(f.want[u], 0.0, out=room.row_mask))
        np.multiply(f.plan[m], ratio, out=ratio)
        np.minimum(f.made[m], ratio, out=f.made[m])
    used = f.got
    if p.feeds:
        used = room.user_a
        used[...] = f.got
        for u, m in p.feeds:
            np.multiply(f.made[m], p.net.users.t_per_t[u], out=used[u])
    p.by_user.sum(used, f.consumed)
    np.subtract(s.on_hand, f.consumed, out=s.on_hand)
    np.maximum(s.on_hand, 0.0, out=s.on_hand)
    np.add(s.finished, f.made, out=s.finished)
    _follow(s.expected_use, f.wanted, room.world.g_expect, room.node_a)


def fill(room: Room) -> None:
    """6b. Stores take in what users have beyond the cover they now want; `buy` is use, less recycling, plus what stores seek."""
    s, f, w = room.state, room.flows, room.world
    np.multiply(room.effects.threat, room.hoarding_extra, out=room.cover_t)
    np.add(room.cover_t, 1.0, out=room.cover_t)
    np.multiply(room.cover_t, w.cover_steps, out=room.cover_t)
    np.multiply(room.cover_t, s.expected_use, out=room.cover_t)
    np.subtract(s.expected_use, w.recycled, out=room.buy)
    if room.plan.store_members:
        room.users_buy[...] = room.buy
    for store, members in enumerate(room.plan.store_members):
        lack, mine = room.claims, room.row_b
        np.subtract(w.store_target[store], s.held[store], out=lack)
        np.maximum(lack, 0.0, out=lack)
        np.minimum(lack, room.fill_t[store], out=lack)
        for m, n in members:
            taken = np.subtract(s.on_hand[n], room.cover_t[n], out=f.filled[m])
            np.maximum(taken, 0.0, out=taken)
            np.minimum(taken, np.multiply(lack, w.member_frac[m], out=mine), out=taken)
            np.subtract(s.on_hand[n], taken, out=s.on_hand[n])
            np.add(s.held[store], taken, out=s.held[store])
        seek = np.subtract(w.store_target[store], s.held[store], out=room.row_a)
        for _, n in members:
            np.subtract(s.expected_lead[n], 1.0, out=mine)
            np.multiply(mine, room.users_buy[n], out=mine)
            np.subtract(s.on_order[n], mine, out=mine)
            np.subtract(seek, np.maximum(mine, 0.0, out=mine), out=seek)
        np.maximum(seek, 0.0, out=seek)
        np.minimum(seek, room.fill_t[store], out=seek)
        for m, n in members:
            np.add(room.buy[n], np.multiply(seek, w.member_frac[m], out=mine), out=room.buy[n])


def order(room: Room) -> None:
    """7. `buy + g (cover U + (lead - 1) buy - H - O)`, floor 0."""
    s, f, w = room.state, room.flows, room.world
    np.subtract(s.expected_lead, 1.0, out=f.order)
    np.multiply(f.order, room.buy, out=f.order)
    np.add(f.order, room.cover_t, out=f.order)
    np.subtract(f.order, s.on_hand, out=f.order)
    np.subtract(f.order, s.on_order, out=f.order)
    np.multiply(f.order, w.g_order, out=f.order)
    np.add(f.order, room.buy, out=f.order)
    np.maximum(f.order, 0.0, out=f.order)
    np.multiply(f.order, room.plan.has_supply, out=f.order)


def ship(room: Room, k: int) -> None:
    """8. Goods are rationed among the orders the links may pass; unmet orders try again where goods are left."""
    s, f, p = room.state, room.flows, room.plan
    p.by_dst.scale(room.share, f.order, room.ask)
    np.multiply(room.ask, room.effects.open, out=room.passable)
    np.add(room.passable, room.leak_t, out=room.passable)
    np.minimum(room.passable, room.ask, out=room.passable)
    np.multiply(f.order, FLOOR, out=room.floor_t)
    p.ship_ration(s.finished, room.passable, f.shipped)
    np.subtract(s.finished, p.ship_ration.total, out=s.finished)
    np.maximum(s.finished, 0.0, out=s.finished)
    room.in_need = _need(room)
    for _ in range(p.net.sweeps - 1):
        if not (room.in_need and _ask_again(room)):
            break
        room.in_need = _need(room)
    np.add(s.on_order, room.received, out=s.on_order)
    _see_lead(room, room.received)
    n_link, slot = len(room.link_row), k % p.n_slot
    s.pipeline[slot * n_link : (slot + 1) * n_link] = f.shipped
    room.next_step = k + 1


def learn(room: Room) -> None:
    """8b. Sellers see what they were asked and what they could have sold: `E += g (min(seen, capacity) - E)`."""
    s, f, p = room.state, room.flows, room.plan
    could = f.shipped
    if room.in_need:
        could = p.by_dst.scale(room.reach_share, room.need, room.link_b)
        np.add(could, f.shipped, out=could)
    np.maximum(could, room.passable, out=room.link_a)
    seen = p.by_src.sum(room.link_a, room.node_b)
    np.minimum(seen, room.world.capacity, out=seen)
    _follow(s.expected_orders, seen, room.world.g_expect, room.node_a)


def _see_lead(room: Room, shipped: Floats) -> None:
    """Buyers learn how long what they are sent takes: `M += g (sum shipped lead / sum shipped - M)`, unchanged if nothing was shipped."""
    s = room.state
    np.multiply(room.flows.shipped, room.lead_steps, out=room.link_b)
    lead = room.plan.by_dst.sum(room.link_b, room.node_b)
    np.less_equal(shipped, 0.0, out=room.mask)
    np.maximum(shipped, TINY, out=shipped)
    np.divide(lead, shipped, out=lead)
    np.copyto(lead, s.expected_lead, where=room.mask)
    _follow(s.expected_lead, lead, room.world.g_expect, room.node_a)


def _follow(expected: Floats, seen: Floats, gain: Floats, spare: Floats) -> None:
    np.subtract(seen, expected, out=spare)
    np.multiply(spare, gain, out=spare)
    np.add(expected, spare, out=expected)


def _need(room: Room) -> bool:
    """Orders not yet granted, floored at FLOOR of the order so that rounding is not taken for need."""
    f = room.flows
    need = np.subtract(f.order, room.plan.by_dst.sum(f.shipped, room.received), out=room.need)
    np.less_equal(need, room.floor_t, out=room.served)
    np.copyto(need, 0.0, where=room.served)
    return not room.served.all()


def _ask_again(room: Room) -> bool:
    """Unmet orders go to sellers with goods left, over links that are open: `need * F open / sum F open`; false if there are none.

    Where that concerns few runs, only those are worked on.
    """
    s, f, p = room.state, room.flows, room.plan
    p.by_src.scale(room.effects.open, s.finished, room.link_b)
    p.by_dst.sum(room.link_b, room.node_a)
    np.greater(room.node_a, 0.0, out=room.can_reach)
    np.greater(room.can_reach, room.served, out=room.can_reach)
    reach = np.flatnonzero(np.logical_or.reduce(room.can_reach, axis=0, out=room.row_mask))
    if not len(reach):
        return False
    runs = reach if 4 * len(reach) < room.world.n_run else slice(None)
    ask, left, per_weight = room.link_b[:, runs], s.finished[:, runs], room.node_a[:, runs]
    np.maximum(per_weight, TINY, out=per_weight)
    np.divide(room.need[:, runs], per_weight, out=per_weight)
    p.by_dst.scale(ask, per_weight, ask)
    if len(room.half_open):
        _cap_half_open(room, runs, ask)
    p.ship_ration(left, ask, ask)
    np.subtract(left, p.ship_ration.total, out=left)
    s.finished[:, runs] = np.maximum(left, 0.0, out=left)
    f.shipped[:, runs] += ask
    return True


def _cap_half_open(room: Room, runs: Ints | slice, ask: Floats) -> None:
    """A link open for a part of the step passes that part of what is asked, however often it is asked."""
    here = there = room.half_open
    if not isinstance(runs, slice):
        there, here, _ = np.intersect1d(runs, room.half_open, assume_unique=True, return_indices=True)
    is_open = room.effects.open[:, there]
    passed = ask[:, here] * is_open
    most = room.plan.by_dst.scale(is_open, room.flows.order[:, there], np.empty_like(passed))
    most += room.leak_t[:, there] - room.flows.shipped[:, there]
    ask[:, here] = np.where((is_open > 0.0) & (is_open < 1.0), np.minimum(passed, np.maximum(most, 0.0)), passed)
