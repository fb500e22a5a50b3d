"""Steps 9 and 10 of MODEL.md: what sellers ask, what buyers pay, where they buy. Prices are logarithms of multiples of rest."""

from __future__ import annotations

import numpy as np

from sim.engine.room import Room
from sim.engine.rules import APPROVED, follow
from sim.model.world import TINY, Floats

LEAST = 1e-3
"""Part in sight below which less of it raises the price no further."""
SLACK = 10.0
"""Most that a seller is thought to have beyond what is asked of it, as a multiple."""
NOTHING = 1e-9
"""Part of an order up to which a shipment is rounding."""


def price(room: Room) -> None:
    """9. Delivered price follows what sellers ask and how scarce stock is; producers earn it less tariffs."""
    m, w, p = room.market, room.world, room.plan
    ask(room)
    came, left = room.received, room.flows.shipped
    offers = p.by_src.scale(left, m.ask, room.link_a)
    if room.is_taxed:
        np.add(offers, np.multiply(left, room.effects.duty, out=room.link_b), out=offers)
    offer = p.by_dst.sum(offers, room.node_a)
    np.divide(offer, came, out=offer)
    np.copyto(m.offer, offer, where=np.logical_not(room.nothing_came, out=room.mask))
    look_ahead(room)
    follow(m.late, m.price, w.g_memory, room.node_a)
    towards = scarcity(room)
    np.add(towards, m.offer, out=towards)
    follow(m.price, towards, w.g_price, room.node_a)
    follow(m.slow, m.price, w.g_demand, room.node_a)
    earned = p.by_dst.scale(left, m.price, room.link_a)
    if room.is_taxed:
        np.subtract(earned, np.multiply(left, room.effects.duty, out=room.link_b), out=earned)
    sold = p.by_src.sum(left, room.make_a)
    np.multiply(room.state.expected_orders, NOTHING, out=room.make_b)
    np.greater(sold, room.make_b, out=room.make_mask)
    np.maximum(sold, TINY, out=sold)
    origin = p.by_src.sum(earned, room.make_b)
    np.divide(origin, sold, out=origin)
    np.copyto(m.origin, origin, where=room.make_mask)
    for row, n in enumerate(p.floors):
        under = room.floor[n] > 0
        room.below_floor[row] = np.where(under & room.make_mask[n], np.maximum(room.floor[n] - np.exp(m.origin[n]), 0.0), 0.0)
        np.maximum(m.origin[n], room.log_floor[n], out=m.origin[n], where=under)


def ask(room: Room) -> None:
    """9a. Sellers ask what their last tonne costs, as contracts run out; less when they dump, no less than a floor."""
    m, w, works = room.market, room.world, room.works
    last, rate = room.make_b, room.make_a
    moves = room.supply_moves or room.builds
    np.multiply(works.normal if moves else room.production, works.working, out=rate)
    np.maximum(rate, TINY, out=rate)
    np.divide(room.state.expected_orders, rate, out=last)
    most = np.divide(works.full, np.maximum(works.normal, TINY, out=rate), out=rate) if moves else room.rest_full
    np.minimum(last, most, out=last)
    np.maximum(last, TINY, out=last)
    np.log(last, out=last)
    np.multiply(last, room.steepness, out=last)
    np.maximum(last, room.log_shut, out=last)
    _add_inputs(room, last, 1.0)
    if room.has_projects:
        np.copyto(last, 0.0, where=room.capacity + room.effects.added <= 0.0)
    follow(m.cost, last, w.g_contract, rate)
    if m.ask is not m.cost:
        np.add(m.cost, room.effects.rebate, out=m.ask)
    for n in room.plan.floors:
        np.maximum(m.ask[n], room.log_floor[n], out=m.ask[n], where=room.floor[n] > 0)


def look_ahead(room: Room) -> None:
    """9b. What users will want at the usual price, and what part of what they would order then is served."""
    m, w, s = room.market, room.world, room.state
    wants = np.exp(np.multiply(m.slow, room.slower, out=room.node_a), out=room.node_a)
    np.multiply(wants, room.usual_final, out=wants)
    if room.plan.feeds:
        np.add(wants, np.subtract(room.usual_wanted, room.usual_final, out=room.node_b), out=wants)
    if room.has_season:
        np.divide(wants, w.swing[room.next_step - 1], out=wants)
    follow(m.usual_use, wants, w.g_expect, room.node_b)
    meant = np.maximum(np.subtract(m.usual_use, s.expected_use, out=room.node_b), 0.0, out=room.node_b)
    np.add(meant, room.meant, out=meant)
    bought = _bought(room)
    np.greater(meant, np.multiply(m.usual_use, NOTHING, out=room.usable), out=room.mask)
    np.minimum(meant, bought, out=meant)
    np.maximum(meant, TINY, out=meant)
    served = np.multiply(np.divide(room.received, meant, out=meant), room.mask, out=meant)
    there = np.maximum(served, room.do.could_come(room, bought), out=served)
    if room.plan.accounts:
        np.add(there, _handed_out(room, bought), out=there)
    np.minimum(there, 1.0, out=there)
    follow(m.in_sight, there, w.g_belief, room.node_a)


def _handed_out(room: Room, bought: Floats) -> Floats:
    """What stores have given users in the step, as a part of what these would buy at the usual price, [node, run]."""
    given = room.node_a
    given[...] = 0.0
    for member, n in enumerate(room.plan.net.stores.member_node):
        np.add(given[n], room.flows.released[member], out=given[n])
    return np.divide(given, np.maximum(bought, TINY, out=room.usable), out=given)


def could_come(room: Room, bought: Floats) -> Floats:
    """What sellers could send over the links as they are open, as a part of what buyers would buy at the usual price, [node, run]."""
    p, works = room.plan, room.works
    slack = np.multiply(works.full, works.working, out=room.make_a)
    np.divide(slack, np.maximum(room.state.expected_orders, TINY, out=room.make_b), out=slack)
    np.minimum(slack, SLACK, out=slack)
    is_short = np.less(room.served_part, np.minimum(slack, 1.0, out=room.make_b), out=room.make_mask)
    np.copyto(slack, room.served_part, where=is_short)
    flow = np.multiply(room.way, room.base_flow, out=room.link_a)
    p.by_src.scale(flow, slack, flow)
    if len(p.limited):
        leaking = p.by_src.scale(room.promised_t, np.minimum(slack, 1.0, out=slack), room.link_b)
        np.add(flow, leaking, out=flow)
    could = p.by_dst.sum(flow, room.node_a)
    np.divide(could, np.maximum(bought, TINY, out=room.usable), out=could)
    np.copyto(could, 1.0, where=np.less_equal(bought, 0.0, out=room.mask))
    return could


def _bought(room: Room) -> Floats:
    """What users will want at the usual price beyond what is recycled, [node, run]."""
    bought = np.subtract(room.market.usual_use, room.world.recycled, out=room.need)
    if room.recycles:
        np.subtract(bought, room.more, out=bought)
    return np.maximum(bought, 0.0, out=bought)


def scarcity(room: Room) -> Floats:
    """9c. `alpha ln(target / (H + O)) - prospect ln(in sight)`, bounded; what the season ahead will take is not there to be used."""
    s, w = room.state, room.world
    target = np.multiply(s.expected_lead, room.buy, out=room.node_b)
    np.add(target, room.cover_t, out=target)
    there = np.add(s.on_hand, s.on_order, out=room.node_a)
    if room.has_season:
        spoken_for = np.minimum(w.season_low, w.cover_steps, out=room.usable)
        np.add(spoken_for, w.ahead_steps[room.next_step], out=spoken_for)
        np.multiply(spoken_for, s.expected_use, out=spoken_for)
        np.subtract(target, spoken_for, out=target)
        np.subtract(there, spoken_for, out=there)
    np.maximum(target, 0.0, out=target)
    np.maximum(there, 0.0, out=there)  # rounding may leave less than nothing, which would read as a glut
    np.add(target, TINY, out=target)
    np.divide(target, np.add(there, TINY, out=there), out=target)
    np.log(np.maximum(target, TINY, out=target), out=target)
    np.multiply(target, w.alpha, out=target)
    seen = np.log(np.maximum(room.market.in_sight, LEAST, out=there), out=there)
    np.subtract(target, np.multiply(seen, w.prospect, out=seen), out=target)
    np.minimum(target, w.log_ceiling, out=target)
    return np.maximum(target, -w.log_ceiling, out=target)


def switch(room: Room) -> None:
    """10a. Shares lean to sellers that deliver and are cheap: `share += g (worth / sum of worth - share)`."""
    m, w, p = room.market, room.world, room.plan
    drawn = np.multiply(appeal(room), room.served_part, out=room.make_a)
    worth = p.by_src.scale(room.usual, drawn, room.link_a)
    if len(p.new_links):
        _count_new(room, drawn, worth)
    if room.is_capped:
        _cap(room, worth)
    total = p.by_dst.sum(worth, room.node_b)
    gain = np.multiply(np.greater(total, 0.0, out=room.mask), w.g_source, out=room.node_a)
    np.maximum(total, TINY, out=total)
    np.divide(gain, total, out=total)
    p.by_dst.scale(worth, total, worth)
    np.subtract(1.0, gain, out=gain)
    p.by_dst.scale(m.share, gain, m.share)
    np.add(m.share, worth, out=m.share)


def appeal(room: Room) -> Floats:
    """What speaks for each seller by what it asks, [maker, run]."""
    cheap = np.multiply(room.market.ask, room.world.switching, out=room.make_a)
    return np.exp(np.negative(cheap, out=cheap), out=cheap)


def _cap(room: Room, worth: Floats) -> None:
    """No foreign origin's part of what speaks for a buyer's sellers goes beyond its cap while others can make up the rest."""
    p, effects = room.plan, room.effects
    rows = np.flatnonzero((effects.cap < 1.0).any(axis=1))
    for n in rows:
        links = np.flatnonzero(p.net.links.dst == n)
        whole = worth[links].sum(axis=0)
        runs = np.flatnonzero((effects.cap[n] < 1.0) & (whole > 0.0))
        part = worth[np.ix_(links, runs)] / whole[runs]
        limit = np.where(p.foreign[links], effects.cap[n, runs], 1.0) * (part > 0.0)
        worth[np.ix_(links, runs)] = _held_to(part, limit) * whole[runs]


def _held_to(part: Floats, limit: Floats) -> Floats:
    """Parts held to their limits, the rest made up in proportion by those below; the limits alone where they add up to less than 1.

    Arguments:
        part: adds up to 1, [link, run].
        limit: 0 where part is, [link, run].
    """
    held = np.zeros_like(part)
    bound = np.zeros(part.shape, dtype=bool)
    for _ in range(len(part)):
        left = 1.0 - np.where(bound, limit, 0.0).sum(axis=0)
        free = np.where(bound, 0.0, part)
        held = np.where(bound, limit, free * np.maximum(left, 0.0) / np.maximum(free.sum(axis=0), TINY))
        over = (held > limit) & ~bound
        if not over.any():
            break
        bound |= over
    total = limit.sum(axis=0)
    return np.where(total < 1.0, limit / np.maximum(total, TINY), held)


def _count_new(room: Room, appeal: Floats, worth: Floats) -> None:
    """New sellers, once approved, count as far as the usual ones fail: `max(0, 1 - sum share0 pass served)`."""
    p, duty = room.plan, room.effects.duty
    usual = np.multiply(room.effects.passing, room.world.share, out=room.link_b)
    p.by_src.scale(usual, room.served_part, usual)
    failing = p.by_dst.sum(usual, room.node_b)
    np.subtract(1.0, failing, out=failing)
    np.maximum(failing, 0.0, out=failing)
    for row, link in enumerate(p.new_links):
        seller, buyer = p.seller[link], p.net.links.dst[link]
        np.multiply(duty[link], -room.world.switching[0], out=worth[link])
        np.exp(worth[link], out=worth[link])
        for factor in (failing[buyer], room.effects.passing[link], appeal[seller]):
            np.multiply(worth[link], factor, out=worth[link])
        np.multiply(worth[link], np.greater(room.market.fit[row], APPROVED, out=room.row_mask), out=worth[link])


def _add_inputs(room: Room, cost: Floats, sign: float) -> None:
    for source, made, part in room.plan.costs:
        np.add(cost[made], np.multiply(room.market.price[source], sign * part, out=room.row_a), out=cost[made])


def margin(room: Room, out: Floats) -> Floats:
    """What producers earn less what their inputs cost; who dumps is paid for it, [maker, run]."""
    out[...] = room.market.origin
    if room.market.ask is not room.market.cost:
        np.subtract(out, room.effects.rebate, out=out)
    _add_inputs(room, out, -1.0)
    return out
