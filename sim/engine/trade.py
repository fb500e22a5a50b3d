"""Step 8 of MODEL.md: goods are shared among orders and shipped; buyers and sellers learn from it; new sellers are approved."""

from __future__ import annotations

import numpy as np

from sim.engine.market import NOTHING
from sim.engine.plan import WHOLE
from sim.engine.ration import HighestBid
from sim.engine.room import Room
from sim.engine.rules import APPROVED, follow
from sim.model.world import TINY, Floats, Ints

WIDE_OPEN = 1.0 - 1e-9
"""Part of a step for which a link must be open to be asked for what others do not pass."""
FLOOR = 1e-4
"""Part of an order for which nobody asks again."""


def ship(room: Room, k: int) -> None:
    """8. Goods are rationed among the orders the links may pass; unmet orders try again where goods are left."""
    s, f, p = room.state, room.flows, room.plan
    if len(p.limited):
        _limit(room)
    np.multiply(f.order, FLOOR, out=room.floor_t)
    if isinstance(p.ship_ration, HighestBid):
        bid(room, offers(room))
        p.ship_ration.bid, p.ship_ration.runs = room.bid, slice(None)
    p.ship_ration(s.finished, room.passable, f.shipped)
    if p.net.prices:
        asked = np.maximum(p.ship_ration.total, TINY, out=room.make_a)
        np.divide(s.finished, asked, out=room.served_part)
        np.minimum(room.served_part, 1.0, out=room.served_part)
        np.copyto(room.served_part, 1.0, where=np.less_equal(p.ship_ration.total, 0.0, out=room.make_mask))
    np.subtract(s.finished, p.ship_ration.total, out=s.finished)
    np.maximum(s.finished, 0.0, out=s.finished)
    need = np.subtract(f.order, p.by_dst.sum(f.shipped, room.received), out=room.need)
    np.copyto(need, 0.0, where=np.less_equal(need, room.floor_t, out=room.served))
    room.in_need = not room.served.all()
    if room.in_need and p.net.sweeps > 1:
        _ask_again(room, _in_reach(room))
    if room.is_joint:
        _share_jointly(room)
    np.add(s.on_order, room.received, out=s.on_order)
    if not p.net.up_to_level:
        _see_lead(room)
    n_link, slot = len(f.shipped), k % p.n_slot
    under_way = s.pipeline[slot * n_link : (slot + 1) * n_link]
    under_way[...] = f.shipped
    if room.is_delayed:
        _send_late(room, k, under_way)
    room.next_step = k + 1


def offers(room: Room) -> Floats:
    """What buyers offer, delivered to them, as a multiple of rest, [node, run]."""
    return np.exp(np.multiply(room.market.price, room.world.bidding, out=room.node_b), out=room.node_b)


def bid(room: Room, offered: Floats) -> None:
    """What buyers offer at the seller's gate, [link, run]: what they offer delivered, [node, run], less the tariff."""
    np.take(offered, room.plan.net.links.dst, axis=0, out=room.bid, mode="clip")
    if room.is_taxed:
        net_of = np.exp(np.multiply(room.effects.duty, -room.world.bidding, out=room.link_a), out=room.link_a)
        np.multiply(room.bid, net_of, out=room.bid)


def learn(room: Room) -> None:
    """8b. Sellers see what they were asked and what they could have sold: `E += g (min(seen, full) - E)`."""
    s, f, p = room.state, room.flows, room.plan
    could = f.shipped
    if room.in_need:
        could = np.multiply(room.market.share, room.way, out=room.link_b)
        open_share = p.by_dst.sum(could, room.node_b)
        np.maximum(open_share, TINY, out=open_share)
        np.divide(room.need, open_share, out=open_share)
        p.by_dst.scale(could, open_share, could)
        np.add(could, f.shipped, out=could)
    np.maximum(could, room.passable, out=room.link_a)
    seen = p.by_src.sum(room.link_a, room.make_b)
    np.minimum(seen, room.works.full, out=seen)
    follow(s.expected_orders, seen, room.world.g_expect, room.make_a)


def approve(room: Room) -> None:
    """8c. Buyers under threat or in need look for new sellers: `fit += 1 / qualify_steps`."""
    p, fit = room.plan, room.market.fit
    links = p.net.links
    for row, link in enumerate(p.new_links):
        buyer = links.dst[link]
        looking = np.greater(room.effects.threat[buyer], 0.0, out=room.row_mask)
        np.greater(room.need[buyer], 0.0, out=room.row_a)
        np.maximum(room.row_a, looking, out=room.row_a)
        np.divide(room.row_a, links.qualify_steps[link], out=room.row_a)
        np.maximum(room.row_a, room.effects.effort[link], out=room.row_a)
        np.add(fit[row], room.row_a, out=fit[row])
        np.minimum(fit[row], 1.0, out=fit[row])


def clear_way(room: Room) -> None:
    """Links that may be used now: those open, and approved."""
    if not len(room.plan.new_links):
        return
    room.way[...] = room.effects.open
    for row, link in enumerate(room.plan.new_links):
        np.multiply(room.way[link], np.greater(room.market.fit[row], APPROVED, out=room.row_mask), out=room.way[link])


def support(room: Room) -> None:
    """8d. Under a price floor the state buys what producers hold beyond their usual stock."""
    s = room.state
    for row, n in enumerate(room.plan.floors):
        taken = np.multiply(s.expected_orders[n], room.buffer_steps[n], out=room.row_a)
        np.subtract(s.finished[n], taken, out=taken)
        np.maximum(taken, 0.0, out=taken)
        np.copyto(taken, 0.0, where=np.less_equal(room.floor[n], 0.0))
        _afford(room, row, n, taken)
        np.subtract(s.finished[n], taken, out=s.finished[n])
        np.add(s.bought[row], taken, out=s.bought[row])


def _share_jointly(room: Room) -> None:
    """Joint buyers share among them what sellers have granted; what each still needs follows."""
    f, p = room.flows, room.plan
    for pool in p.pools:
        pool.share(room)
    need = np.subtract(f.order, p.by_dst.sum(f.shipped, room.received), out=room.need)
    np.copyto(need, 0.0, where=np.less_equal(need, room.floor_t, out=room.served))
    room.in_need = not room.served.all()


def _afford(room: Room, row: int, n: int, taken: Floats) -> None:
    """The state takes in no more than its budget pays for, and pays for it; makers come in stored order."""
    left = room.floor_left[room.plan.net.floor_payer[room.plan.makers[n]]]
    bound = np.isfinite(left) & (room.floor[n] > 0.0)
    if bound.any():
        price = room.floor[n, bound] * np.broadcast_to(room.world.price0, room.state.on_hand.shape)[room.plan.makers[n], bound]
        taken[bound] = np.minimum(taken[bound], np.maximum(left[bound], 0.0) / price)
        left[bound] -= taken[bound] * price
    room.taken[row] = taken


def _limit(room: Room) -> None:
    """Links that shocks may shut pass what they are open for, and what leaks; what they do not pass is asked of the open ones."""
    p, rows = room.plan, room.plan.limited
    scratch = ((room.passable, room.link_a), (room.effects.open, room.link_b), (room.leak_t, room.flows.shipped))
    ask, passed, leak = (np.take(array, rows, axis=0, out=out[: len(rows)], mode="clip") for array, out in scratch)
    np.add(np.multiply(ask, passed, out=passed), leak, out=passed)
    np.minimum(ask, passed, out=passed)
    room.passable[rows] = passed
    if not np.less(passed, ask, out=room.link_mask[: len(rows)]).any():
        return
    cut = np.subtract(ask, passed, out=ask)
    rest = room.limited_dst.sum(cut, room.node_a)
    weight = np.multiply(room.market.share, np.greater_equal(room.way, WIDE_OPEN, out=room.link_mask), out=room.link_b)
    total = p.by_dst.sum(weight, room.node_b)
    np.divide(rest, np.maximum(total, TINY, out=total), out=rest)
    np.add(room.passable, p.by_dst.scale(weight, rest, weight), out=room.passable)


def _send_late(room: Room, k: int, under_way: Floats) -> None:
    """What is shipped over a longer route is noted at its days of arrival, in two parts as any other."""
    late, links = room.state.late, room.plan.routes
    row, run = np.nonzero(room.effects.delay[links])
    if not len(row):
        return
    travel = links.take(row), run
    tonnes = room.flows.shipped[travel]
    under_way[travel] = 0.0
    steps = np.minimum(room.lead_steps[travel[0], 0] + room.effects.delay[travel], len(late) - 2.0)
    whole = np.floor(steps + WHOLE).astype(np.intp)
    rest = np.maximum(steps - whole, 0.0)
    rest[rest <= WHOLE] = 0.0
    late[(k + whole) % len(late), row, run] += tonnes * (1.0 - rest)
    late[(k + whole + 1) % len(late), row, run] += tonnes * rest


def _see_lead(room: Room) -> None:
    """Buyers learn how long what they are sent takes: `M += g (sum shipped lead / sum shipped - M)`, unchanged if nothing was shipped."""
    s, shipped = room.state, room.received
    if room.is_delayed:
        np.add(room.effects.delay, room.lead_steps, out=room.link_b)
        np.multiply(room.flows.shipped, room.link_b, out=room.link_b)
    else:
        np.multiply(room.flows.shipped, room.lead_steps, out=room.link_b)
    lead = room.plan.by_dst.sum(room.link_b, room.node_b)
    np.multiply(room.flows.order, NOTHING, out=room.node_a)
    np.less_equal(shipped, room.node_a, out=room.nothing_came)
    np.maximum(shipped, TINY, out=shipped)
    np.divide(lead, shipped, out=lead)
    np.copyto(lead, s.expected_lead, where=room.nothing_came)
    follow(s.expected_lead, lead, room.world.g_expect, room.node_a)


def _in_reach(room: Room) -> Ints:
    """Runs in which some buyer in need has an open link to a seller with goods left."""
    goods = room.plan.by_src.scale(room.way, room.state.finished, room.link_b)
    can_reach = np.greater(room.plan.by_dst.sum(goods, room.node_a), 0.0, out=room.mask)
    np.greater(can_reach, room.served, out=can_reach)
    return np.flatnonzero(np.logical_or.reduce(can_reach, axis=0, out=room.row_mask))


def _ask_again(room: Room, reach: Ints) -> None:
    """Unmet orders go to sellers with goods left, over links that are open: `need * F open / sum F open`.

    That concerns few runs as a rule, and only those are worked on.
    """
    if not len(reach):
        return
    p, runs = room.plan, reach if 2 * len(reach) < room.world.n_run else slice(None)
    held = (room.state.finished, room.flows.shipped, room.received, room.need)
    left, shipped, received, need = (_columns(array, runs) for array in held)
    way, order, floor = (_columns(array, runs) for array in (room.way, room.flows.order, room.floor_t))
    is_all = isinstance(runs, slice)
    ask, goods = (room.link_b, room.node_a) if is_all else (np.empty_like(shipped), np.empty_like(need))
    half = np.flatnonzero(room.half_open[runs])
    there = half if is_all else reach[half]
    if isinstance(p.ship_ration, HighestBid):
        p.ship_ration.runs = runs
    for _ in range(p.net.sweeps - 1):
        p.by_dst.sum(p.by_src.scale(way, left, ask), goods)
        if not np.logical_and(goods, need).any():
            break
        per_weight = np.divide(need, np.maximum(goods, TINY, out=goods), out=goods)
        p.by_dst.scale(ask, per_weight, ask)
        if len(half):
            ask[:, half] = _cap_half_open(room, there, _columns(shipped, half), _columns(ask, half))
        p.ship_ration(left, ask, ask)
        np.maximum(np.subtract(left, p.ship_ration.total, out=left), 0.0, out=left)
        np.add(shipped, ask, out=shipped)
        np.subtract(order, p.by_dst.sum(shipped, received), out=need)
        np.copyto(need, 0.0, where=need <= floor)
    for array, now in zip(held, (left, shipped, received, need), strict=True):
        array[:, runs] = now
    room.in_need = bool(room.need.any())


def _columns(array: Floats, runs: Ints | slice) -> Floats:
    """The runs' columns, row after row in memory; the array itself where they are all."""
    return array[:, runs] if isinstance(runs, slice) else array.take(runs, axis=1)


def _cap_half_open(room: Room, runs: Ints, shipped: Floats, ask: Floats) -> Floats:
    """A link open for a part of the step passes that part of what is asked, however often it is asked, [link, run]."""
    is_open = _columns(room.effects.open, runs)
    most = room.plan.by_dst.scale(is_open, _columns(room.flows.order, runs), np.empty_like(is_open))
    np.maximum(most + _columns(room.leak_t, runs) - shipped, 0.0, out=most)
    passed = ask * is_open
    return np.where((is_open > 0.0) & (is_open < 1.0), np.minimum(passed, most), passed)
