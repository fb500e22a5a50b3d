"""The first rules of a step, in the order of MODEL.md: what arrives, is planned, used, made, ordered. None allocates by run."""

from __future__ import annotations

import numpy as np

from sim.engine import sectors
from sim.engine.courses import Swap
from sim.engine.room import Room
from sim.model.world import TINY, Floats

APPROVED = 1.0 - 1e-9
"""Part of the time it takes to approve a seller from which it counts as approved: sums of parts may miss 1 by rounding."""


def arrive(room: Room, k: int) -> None:
    """1. Shipments due land: `H += a`, `O -= a`."""
    s, plan = room.state, room.plan
    np.take(s.pipeline, plan.due[k % plan.n_slot], axis=0, out=room.arrived, mode="clip")
    if plan.has_parts:
        np.take(s.pipeline, plan.due_before[k % plan.n_slot], axis=0, out=room.link_a, mode="clip")
        np.subtract(room.link_a, room.arrived, out=room.link_a)
        np.multiply(room.link_a, plan.lead_rest, out=room.link_a)
        np.add(room.arrived, room.link_a, out=room.arrived)
    if len(s.late):
        due = s.late[k % len(s.late)]
        for row, link in enumerate(plan.routes):
            np.add(room.arrived[link], due[row], out=room.arrived[link])
        due[...] = 0.0
    landed = plan.by_dst.sum(room.arrived, room.landed)
    np.add(s.on_hand, landed, out=s.on_hand)
    np.subtract(s.on_order, landed, out=s.on_order)


def plan(room: Room) -> None:
    """3. Output planned: `min(E + g (buffer E - F), full * working)`, and no less than a price floor makes worth while."""
    s, f, w, works = room.state, room.flows, room.world, room.works
    if room.has_projects:
        np.maximum(s.expected_orders, room.effects.added, out=f.plan)
        np.multiply(f.plan, room.buffer_steps, out=f.plan)
    else:
        np.multiply(s.expected_orders, room.buffer_steps, out=f.plan)
    np.subtract(f.plan, s.finished, out=f.plan)
    np.multiply(f.plan, w.g_stock, out=f.plan)
    np.add(f.plan, s.expected_orders, out=f.plan)
    np.maximum(f.plan, 0.0, out=f.plan)
    most = np.multiply(works.full, works.working, out=room.make_a)
    np.minimum(f.plan, most, out=f.plan)
    for n in room.plan.floors:
        floor = room.floor[n]
        worth = works.normal[n] * works.working[n] * np.exp(room.log_floor[n] / room.steepness[n])
        np.maximum(f.plan[n], np.minimum(most[n], worth), out=f.plan[n], where=floor > 0)


def want(room: Room, k: int) -> None:
    """3b. What users want: final demand as the tide, surges and prices make it, inputs as makers plan."""
    if not room.wants_change:
        return
    f, w, p = room.flows, room.world, room.plan
    tide = w.tide[k % len(w.tide)]
    demand = _drawn(room, k) if w.each_step else w.demand
    if p.net.prices:
        answer = np.multiply(room.market.price, room.at_once, out=room.answer)
        np.add(answer, np.multiply(room.market.slow, room.slower, out=room.node_b), out=answer)
        np.exp(answer, out=answer)
        now = answer if room.is_calm_sea else np.multiply(answer, tide, out=room.node_a)
        p.by_user.scale(demand, now, f.want)
    else:
        room.node_a[...] = tide
        p.by_user.scale(demand, room.node_a, f.want)
    if room.surges:
        np.multiply(f.want, room.effects.surge, out=f.want)
    if p.sectors.n_sector:
        sectors.want(room)
    for swap in room.swaps:
        _change(room, swap)
    for swap in room.swaps:
        for user, to in swap.instead:
            f.want[to] += swap.ratio * swap.moved[user]
    for u, m in p.feeds:
        np.multiply(f.plan[m], p.net.users.t_per_t[u], out=f.want[u])
    p.by_user.sum(f.want, f.wanted)
    if p.net.prices:
        _usual_wants(room)


def _drawn(room: Room, k: int) -> Floats:
    """Final demand at rest, but for what is drawn in each step, [user, run]."""
    room.user_a[...] = room.world.demand
    for user, want in room.world.each_step:
        room.user_a[user] = want(k)
    return room.user_a


def _change(room: Room, swap: Swap) -> None:
    """3c. Users who find a material dear change to another, and back: `z += pace (goal - z)`."""
    want, users = room.flows.want, swap.users
    dear = (swap.threshold <= 0.0) | (room.market.price[swap.nodes] >= swap.threshold)
    np.add(swap.changed, swap.pace * (dear - swap.changed), out=swap.changed)
    moved = want[users] * room.effects.may[users] * swap.changed
    want[users] -= moved
    swap.moved[...] = moved


def _usual_wants(room: Room) -> None:
    """What users would want at the usual price: makers want what they plan at any price."""
    f, p = room.flows, room.plan
    makers = room.node_b
    np.copyto(room.usual_wanted, f.wanted)
    if p.feeds:
        makers[...] = 0.0
        for u, _ in p.feeds:
            n = p.net.users.node[u]
            np.add(makers[n], f.want[u], out=makers[n])
        np.subtract(room.usual_wanted, makers, out=room.usual_wanted)
    np.divide(room.usual_wanted, room.answer, out=room.usual_wanted)
    if p.feeds:
        room.usual_final[...] = room.usual_wanted
        np.add(room.usual_wanted, makers, out=room.usual_wanted)


def use(room: Room) -> None:
    """5. Stock is shared among the users of a node; what a user does not get is unmet."""
    f = room.flows
    np.minimum(room.usable, f.wanted, out=f.served)
    room.was_short, room.is_short = room.is_short, not (room.may_be_served and np.equal(f.served, f.wanted, out=room.mask).all())
    if room.is_short:
        room.plan.use_ration(f.served, f.want, f.got, f.wanted)
        np.subtract(f.want, f.got, out=f.unmet)
        return
    f.got[...] = f.want
    if room.was_short:
        f.unmet[...] = 0.0


def make(room: Room, k: int) -> None:
    """6. Output is the plan cut to the scarcest input; inputs beyond it stay in stock."""
    s, f, p = room.state, room.flows, room.plan
    f.made[...] = f.plan
    for u, m in p.feeds:
        ratio = _fraction_got(room, u, room.row_a)
        np.multiply(f.plan[m], ratio, out=ratio)
        np.minimum(f.made[m], ratio, out=f.made[m])
    used = room.user_a
    if p.returns:
        used[...] = f.got
    for u, m in p.feeds:
        np.multiply(f.made[m], p.net.users.t_per_t[u], out=used[u])
    if p.sectors.n_sector:
        sectors.make(room, used)
    if p.returns:
        p.by_user.sum(used, f.consumed)
    else:
        f.consumed[...] = f.served
    np.subtract(s.on_hand, f.consumed, out=s.on_hand)
    np.maximum(s.on_hand, 0.0, out=s.on_hand)
    np.add(s.finished, f.made, out=s.finished)
    used = f.wanted
    if room.has_season:
        used = np.divide(f.wanted, room.world.swing[k], out=room.node_b)
    follow(s.expected_use, used, room.world.g_expect, room.node_a)


def _fraction_got(room: Room, u: int, out: Floats) -> Floats:
    """Part of its want that a user got, 1 where it wanted nothing, [run]."""
    f = room.flows
    np.maximum(f.want[u], TINY, out=out)
    np.divide(f.got[u], out, out=out)
    np.copyto(out, 1.0, where=np.equal(f.want[u], 0.0, out=room.row_mask))
    return out


def order(room: Room) -> None:
    """7. `buy + g (cover U + (lead - 1) buy - H - O)`, floor 0, asked of sellers by their shares; more of those about to be cut off."""
    s, f, w, p = room.state, room.flows, room.world, room.plan
    np.subtract(s.expected_lead, 1.0, out=f.order)
    np.multiply(f.order, room.buy, out=f.order)
    np.add(f.order, room.cover_t, out=f.order)
    np.subtract(f.order, s.on_hand, out=f.order)
    np.subtract(f.order, s.on_order, out=f.order)
    np.multiply(f.order, w.g_order, out=f.order)
    np.add(f.order, room.buy, out=f.order)
    if p.net.prices:
        room.meant[...] = f.order
    np.maximum(f.order, 0.0, out=f.order)
    np.multiply(f.order, p.has_supply, out=f.order)
    if room.is_pledged:
        _take_pledged(room)
    else:
        p.by_dst.scale(room.market.share, f.order, room.passable)
    if room.is_hurried:
        rushed = np.maximum(np.subtract(room.rush_t, room.passable, out=room.link_a), 0.0, out=room.link_a)
        np.multiply(rushed, room.effects.hurry, out=rushed)
        np.add(room.passable, rushed, out=room.passable)
        np.add(f.order, p.by_dst.sum(rushed, room.node_a), out=f.order)


def _take_pledged(room: Room) -> None:
    """7b. What was agreed on with new works is asked of them first, the rest by shares."""
    f, p = room.flows, room.plan
    firm = room.link_a
    firm[...] = room.effects.pledge
    for row, link in enumerate(p.new_links):
        np.multiply(firm[link], np.greater(room.market.fit[row], APPROVED, out=room.row_mask), out=firm[link])
    agreed = p.by_dst.sum(firm, room.node_a)
    kept = np.divide(f.order, np.maximum(agreed, TINY, out=room.node_b), out=room.node_b)
    np.minimum(kept, 1.0, out=kept)
    p.by_dst.scale(firm, kept, firm)
    np.multiply(agreed, kept, out=agreed)
    np.subtract(f.order, agreed, out=agreed)
    np.maximum(agreed, 0.0, out=agreed)
    p.by_dst.scale(room.market.share, agreed, room.passable)
    np.add(room.passable, firm, out=room.passable)


def follow(expected: Floats, seen: Floats, gain: Floats, spare: Floats) -> None:
    """A first-order lag: `expected += gain * (seen - expected)`."""
    np.subtract(seen, expected, out=spare)
    np.multiply(spare, gain, out=spare)
    np.add(expected, spare, out=expected)
