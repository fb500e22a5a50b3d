"""The rules of a network whose nodes order up to fixed levels (MODEL.md, 'Levels to order up to'), row by row. None allocates by run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.model.world import TINY, Floats, Network, World

if TYPE_CHECKING:
    from sim.engine.plan import Plan
    from sim.engine.room import Room


class Inbound(NamedTuple):
    """A link over which a node buys."""

    link: int
    seller: int
    """Maker that sells over it."""
    is_only: bool
    """The buyer has no other, and the seller no other buyer."""


class Stage(NamedTuple):
    """A node with users."""

    node: int
    users: list[int]
    """Final users."""
    maker: int
    """Maker that its stock goes into, -1 where final users draw on it."""
    t_per_t: float
    """Tonnes of the stock per tonne made."""
    inbound: list[Inbound]
    waits: bool
    """What its final users do not get at once is owed to them."""


class Stages:
    """Who orders from whom, from customers to sources, and what is kept from step to step."""

    def __init__(self, plan: Plan, world: World) -> None:
        net, n_run, n_maker = plan.net, world.n_run, len(plan.makers)
        fed = {u: m for u, m in plan.feeds}
        n_out = np.bincount(plan.seller, minlength=n_maker)
        self.stages = [_stage(plan, n, fed, n_out) for n in _customers_first(net)]
        """Nodes with users, a commodity after all that are made from it."""
        self.final = [stage for stage in self.stages if stage.maker < 0]
        self.inputs: dict[int, list[Stage]] = {}
        """Nodes whose stock goes into each maker, by maker."""
        for stage in self.stages:
            if stage.maker >= 0:
                self.inputs.setdefault(stage.maker, []).append(stage)
        self.outbound = [np.flatnonzero(plan.seller == m).tolist() for m in range(n_maker)]
        """Links over which each maker sells."""
        self.sources = [m for m in range(n_maker) if m not in self.inputs]
        """Makers without inputs, who make to order."""
        self.is_lone = all(len(stage.users) == 1 for stage in self.final)
        """No two final users share a stock."""
        self.is_serial = all(ways.is_only for stage in self.stages for ways in stage.inbound) and not len(plan.limited)
        """Every buyer has one seller, every seller one buyer, and nothing stops goods between them."""
        self.level = np.broadcast_to(world.level, (net.n_node, n_run))
        self.most = np.zeros((n_maker, n_run))
        """Most that is made in the step, t, [maker, run]."""
        self.owed = np.zeros((len(net.users.node), n_run))
        """What final users wait for, t, [user, run]."""
        self.asked = np.zeros((n_maker, n_run))
        """What is asked of makers in the step, t, [maker, run]."""
        self.can_rest = True
        """False where a level does not cover the use of its lead time and what is unmet is lost: then part of the use at rest is never met."""
        self.debt = np.zeros((net.n_node, n_run))
        """What nodes owe at rest, t of their own commodity, [node, run]."""
        self.claim = np.zeros((len(net.users.node), n_run))

    def sent(self, room: Room, maker: int, out: Floats) -> Floats:
        """What a maker has shipped in the step, t, [run]; written into `out` where it is a sum."""
        first, *others = self.outbound[maker]
        if not others:
            return room.flows.shipped[first]
        out[...] = room.flows.shipped[first]
        for link in others:
            np.add(out, room.flows.shipped[link], out=out)
        return out

    def settle(self, plan: Plan, world: World, on_hand: Floats, finished: Floats) -> None:
        """Stocks and debts at rest, written into `on_hand` and `finished`."""
        links, backlog = plan.net.links, np.zeros((len(plan.net.links.src), world.n_run))
        net_stock = {}
        for stage in reversed(self.stages):
            n, x = stage.node, self.level[stage.node].copy()
            for way in stage.inbound:
                x -= world.base_flow[way.link] * links.lead_steps[way.link] + backlog[way.link]
            net_stock[n] = x
            if stage.maker < 0:
                on_hand[n] = np.maximum(x, 0.0)
                self.can_rest &= stage.waits or not (x < 0.0).any()
                if stage.waits:
                    self.debt[n] = np.maximum(-x, 0.0)
                    whole = np.maximum(sum(world.demand[u] for u in stage.users), TINY)
                    for u in stage.users:
                        self.owed[u] = np.maximum(-x, 0.0) * world.demand[u] / whole
            elif all(other.node in net_stock for other in self.inputs[stage.maker]):
                m, inputs = stage.maker, self.inputs[stage.maker]
                y = np.minimum.reduce([net_stock[other.node] / other.t_per_t for other in inputs])
                finished[m] = np.maximum(y, 0.0)
                for other in inputs:
                    on_hand[other.node] = net_stock[other.node] - other.t_per_t * y
                    self.debt[other.node] = np.maximum(-y, 0.0) * other.t_per_t
                made = np.maximum(world.production[plan.makers[m]], TINY)
                for link in self.outbound[m]:
                    backlog[link] = np.maximum(-y, 0.0) * world.base_flow[link] / made
        finished[self.sources] = 0.0


def _customers_first(net: Network) -> list[int]:
    """Nodes with users, each commodity after all that are made from it."""
    commodity_of = net.node_commodity
    made_from: dict[int, set[int]] = {c: set() for c in range(len(net.commodities))}
    for n, m in zip(net.users.node, net.users.feeds, strict=True):
        if m >= 0:
            made_from[int(commodity_of[n])].add(int(commodity_of[m]))
    order: list[int] = []
    while len(order) < len(made_from):
        order += [c for c in made_from if c not in order and made_from[c] <= set(order)]
    return [int(n) for c in order for n in np.unique(net.users.node) if commodity_of[n] == c]


def _stage(plan: Plan, n: int, fed: dict[int, int], n_out: np.ndarray) -> Stage:
    net = plan.net
    here, links = np.flatnonzero(net.users.node == n).tolist(), np.flatnonzero(net.links.dst == n).tolist()
    inbound = [Inbound(link, int(plan.seller[link]), len(links) == 1 and n_out[plan.seller[link]] == 1) for link in links]
    processor = next((u for u in here if net.users.feeds[u] >= 0), None)
    maker = -1 if processor is None else fed[processor]
    t_per_t = 1.0 if processor is None else float(net.users.t_per_t[processor])
    return Stage(n, [u for u in here if u != processor], maker, t_per_t, inbound, n in net.backordered)


def want(room: Room, k: int) -> None:
    """3. Final demand as the tide and surges make it; processors want what they will be found to have used."""
    w, drawn = room.world, {varied.user: varied.want for varied in room.world.each_step}
    tide = w.tide[k % len(w.tide)]
    for stage in _stages(room).final:
        for u in stage.users:
            row = room.flows.want[u]
            row[...] = drawn[u](k) if u in drawn else w.demand[u]
            if not room.is_calm_sea:
                np.multiply(row, tide[stage.node % len(tide)], out=row)
            if room.surges:
                np.multiply(row, room.effects.surge[u], out=row)


def serve(room: Room, k: int) -> None:
    """5. Final users are served from stock, those who wait first; `unmet` is what they want in this step and do not get at once."""
    s, f, stages = room.state, room.flows, _stages(room)
    claims = f.want
    for stage in stages.final:
        for u in stage.users if stage.waits or not stages.is_lone else ():
            claims = stages.claim
            np.add(f.want[u], stages.owed[u], out=claims[u])
    if stages.is_lone:
        for stage in stages.final:
            _serve_one(room, stage)
        return
    room.plan.by_user.sum(claims, room.node_a)
    np.minimum(s.on_hand, room.node_a, out=room.node_b)
    room.plan.use_ration(room.node_b, claims, room.user_a, room.node_a)
    for stage in stages.final:
        n = stage.node
        f.wanted[n], f.served[n] = 0.0, 0.0
        for u in stage.users:
            f.got[u] = room.user_a[u]
            left = np.subtract(claims[u], f.got[u], out=stages.claim[u])
            if stage.waits:
                stages.owed[u] = left
            np.minimum(f.want[u], left, out=f.unmet[u])
            np.add(f.wanted[n], f.want[u], out=f.wanted[n])
            np.add(f.served[n], f.got[u], out=f.served[n])
        f.consumed[n] = f.served[n]
        np.subtract(s.on_hand[n], f.served[n], out=s.on_hand[n])
        np.maximum(s.on_hand[n], 0.0, out=s.on_hand[n])


def _serve_one(room: Room, stage: Stage) -> None:
    """A stock with one user."""
    s, f, stages, n, (u,) = room.state, room.flows, _stages(room), stage.node, stage.users
    got = f.served[n]
    if stage.waits:
        np.minimum(s.on_hand[n], stages.claim[u], out=got)
        owed = np.subtract(stages.claim[u], got, out=stages.owed[u])
        np.minimum(f.want[u], owed, out=f.unmet[u])
    else:
        np.minimum(s.on_hand[n], f.want[u], out=got)
        np.subtract(f.want[u], got, out=f.unmet[u])
    np.subtract(s.on_hand[n], got, out=s.on_hand[n])
    f.got[u], f.consumed[n], f.wanted[n] = got, got, f.want[u]


def make(room: Room, k: int) -> None:
    """6. What has arrived is turned into finished stock at once, as far as capacity goes: `made = min(most, min H / t)`."""
    s, f, stages, works = room.state, room.flows, _stages(room), room.works
    np.multiply(works.full, works.working, out=stages.most)
    for m, inputs in stages.inputs.items():
        made = f.made[m]
        made[...] = stages.most[m]
        for stage in inputs:
            there = s.on_hand[stage.node]
            if stage.t_per_t != 1.0:
                there = np.divide(there, stage.t_per_t, out=room.row_a)
            np.minimum(made, there, out=made)
        for stage in inputs:
            n = stage.node
            used = np.multiply(made, stage.t_per_t, out=f.consumed[n]) if stage.t_per_t != 1.0 else made
            np.subtract(s.on_hand[n], used, out=s.on_hand[n])
            np.maximum(s.on_hand[n], 0.0, out=s.on_hand[n])
            (u,) = (u for u, fed in room.plan.feeds if fed == m and room.plan.net.users.node[u] == n)
            f.want[u], f.got[u] = used, used
            f.wanted[n], f.served[n], f.consumed[n] = used, used, used
        np.add(s.finished[m], made, out=s.finished[m])


def order(room: Room, k: int) -> None:
    """7. From customers to sources: `order = max(0, level - H - O + owed)`, finished stock and orders for it counted as stock and debt."""
    s, f, stages = room.state, room.flows, _stages(room)
    stages.asked[...] = 0.0
    for stage in stages.stages:
        n, m = stage.node, stage.maker
        need = np.subtract(stages.level[n], s.on_hand[n], out=f.order[n])
        np.subtract(need, s.on_order[n], out=need)
        for u in stage.users if stage.waits else ():
            np.add(need, stages.owed[u], out=need)
        if m >= 0:
            debt = np.subtract(stages.asked[m], s.finished[m], out=room.row_a)
            if stage.t_per_t != 1.0:
                np.multiply(debt, stage.t_per_t, out=debt)
            np.add(need, debt, out=need)
        np.maximum(need, 0.0, out=need)
        if not stage.inbound:
            need[...] = 0.0
        for way in stage.inbound:
            ask = np.multiply(need, room.market.share[way.link], out=room.passable[way.link])
            np.add(stages.asked[way.seller], ask, out=stages.asked[way.seller])


def make_to_order(room: Room, k: int) -> None:
    """7b. Makers without inputs make what is asked of them, as far as capacity goes."""
    s, made, stages = room.state, room.flows.made, _stages(room)
    for m in stages.sources:
        np.subtract(stages.asked[m], s.finished[m], out=made[m])
        np.maximum(made[m], 0.0, out=made[m])
        np.minimum(made[m], stages.most[m], out=made[m])
        np.add(s.finished[m], made[m], out=s.finished[m])


def ship_all(room: Room, k: int) -> None:
    """8. Goods go where they are asked for; with one buyer a seller nothing is to be shared, and nobody else can be asked."""
    s, shipped, p = room.state, room.flows.shipped, room.plan
    for stage in _stages(room).stages:
        for way in stage.inbound:
            there, sent = s.finished[way.seller], shipped[way.link]
            np.minimum(there, room.passable[way.link], out=sent)
            np.subtract(there, sent, out=there)
            np.add(s.on_order[stage.node], sent, out=s.on_order[stage.node])
    slot = k % p.n_slot
    s.pipeline[slot * len(shipped) : (slot + 1) * len(shipped)] = shipped
    room.next_step = k + 1


def _stages(room: Room) -> Stages:
    assert room.stages is not None
    return room.stages
