"""Who orders up to a fixed level from whom, and the rows of a batch's arrays that each works on (MODEL.md, 'Levels to order up to')."""

from __future__ import annotations

from dataclasses import replace
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


class Way(NamedTuple):
    """A link at work, rows of [run]."""

    link: int
    seller: int
    ask: Floats
    share: Floats
    asked: Floats | None
    """What is asked of the seller in all, where that is a sum."""
    is_whole: bool
    """All of the order goes here, and is written here at once."""
    arrived: Floats
    shipped: Floats
    there: Floats
    """The seller's finished stock."""


class Here(NamedTuple):
    """A node at work: its rows, [run] each, so that no rule looks them up in every step."""

    stage: Stage
    level: Floats
    on_hand: Floats
    on_order: Floats
    landed: Floats
    order: Floats
    wanted: Floats
    served: Floats
    consumed: Floats
    by_processor: list[Floats]
    """Rows that hold what a maker draws from the node, beside `consumed`; arrays that are one are written once."""
    ways: list[Way]


class Source(NamedTuple):
    """A maker without inputs at work, rows of [run]."""

    made: Floats
    most: Floats
    finished: Floats
    asked: Floats


class Stage(NamedTuple):
    """A node with users."""

    node: int
    users: list[int]
    """Final users."""
    maker: int
    """Maker that its stock goes into, -1 where final users draw on it."""
    processor: int
    """User by which its stock goes there, or -1."""
    t_per_t: float
    """Tonnes of the stock per tonne made."""
    inbound: list[Inbound]
    waits: bool
    """What its final users do not get at once is owed to them."""


class Stages:
    """Who orders from whom, from customers to sources, and what is kept from step to step."""

    def __init__(self, plan: Plan, world: World) -> None:
        net, n_run, n_maker = plan.net, world.n_run, len(plan.makers)
        fed = dict(plan.feeds)
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
        is_chain = all(way.is_only for stage in self.stages for way in stage.inbound) and bool((world.share == 1.0).all())
        self.is_serial = is_chain and not len(plan.limited)
        """Every buyer has one seller, every seller one buyer, and nothing stops goods between them."""
        self.level = np.broadcast_to(world.level, (net.n_node, n_run))
        self.most = np.zeros((n_maker, n_run))
        """Most that is made in the step, t, [maker, run]."""
        self.owed = np.zeros((len(net.users.node), n_run))
        """What final users wait for, t, [user, run]."""
        self.asked: list[Floats] = [np.zeros(0)] * n_maker
        """What is asked of makers in the step, t, [maker] of [run]; of a maker with one buyer, that buyer's row of `passable`."""
        self.can_rest = True
        """False where a level does not cover the use of its lead time and what is unmet is lost, so that part of it is never met; or where
        what is owed at rest is not shared in proportion to what is asked, or asked of others too."""
        self.debt = np.zeros((net.n_node, n_run))
        """What nodes owe at rest, t of their own commodity, [node, run]."""
        self.here: list[Here] = []
        self.at_ends: list[Here] = []
        """Nodes with users, and those of them with final users, once they are at work."""
        self.at_sources: list[Source] = []
        self.makers: list[tuple[Floats, Floats, Floats, list[Here]]] = []
        """Makers with inputs: what each makes, at most makes, and holds, [run]; and where its inputs are."""
        self.claim = np.zeros((len(net.users.node), n_run))

    def join(self, room: Room) -> None:
        """Let arrays that always hold the same be one, and note every node's rows."""
        links, users = room.plan.net.links, room.plan.net.users
        if self.is_serial and np.array_equal(links.dst, np.arange(room.plan.net.n_node)):
            room.landed, room.passable = room.arrived, room.flows.order
        f = room.flows = replace(room.flows, consumed=room.flows.served)
        if self.is_lone and np.array_equal(users.node, np.arange(room.plan.net.n_node)):
            f = room.flows = replace(f, got=f.served, wanted=f.want)
        for m, out in enumerate(self.outbound):
            self.asked[m] = room.passable[out[0]] if len(out) == 1 else np.zeros(room.world.n_run)
        self.here = [self._here(room, stage) for stage in self.stages]
        self.at_ends = [here for here in self.here if here.stage.maker < 0]
        s = room.state
        self.at_sources = [Source(f.made[m], self.most[m], s.finished[m], self.asked[m]) for m in self.sources]
        self.makers = [(f.made[m], self.most[m], s.finished[m], self._into(m)) for m in self.inputs]

    def _into(self, maker: int) -> list[Here]:
        return [here for here in self.here if here.stage.maker == maker]

    def _here(self, room: Room, stage: Stage) -> Here:
        f, s, n = room.flows, room.state, stage.node
        order, ways = f.order[n], []
        for way in stage.inbound:
            ask, out = room.passable[way.link], self.outbound[way.seller]
            is_whole = room.passable is f.order
            asked = self.asked[way.seller] if len(out) > 1 else None
            rows = (ask, room.market.share[way.link], asked, is_whole, room.arrived[way.link], f.shipped[way.link], s.finished[way.seller])
            ways.append(Way(way.link, way.seller, *rows))
        same = {row.ctypes.data: row for row in (f.wanted[n], f.want[stage.processor], f.got[stage.processor], f.served[n])}
        same.pop(f.consumed[n].ctypes.data, None)
        drawn = list(same.values()) if stage.maker >= 0 else []
        rows = (self.level[n], s.on_hand[n], s.on_order[n], room.landed[n], order, f.wanted[n], f.served[n], f.consumed[n])
        return Here(stage, *rows, drawn, ways)

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
                shares_evenly = len(stage.users) == 1 or plan.net.use_rule == "proportional"
                self.can_rest &= bool((x >= 0.0).all()) or (stage.waits and shares_evenly)
                if stage.waits:
                    self.debt[n] = np.maximum(-x, 0.0)
                    whole = np.maximum(sum(world.demand[u] for u in stage.users), TINY)
                    for u in stage.users:
                        self.owed[u] = np.maximum(-x, 0.0) * world.demand[u] / whole
            elif all(other.node in net_stock for other in self.inputs[stage.maker]):
                m, inputs = stage.maker, self.inputs[stage.maker]
                y = np.minimum.reduce([net_stock[other.node] / other.t_per_t for other in inputs])
                finished[m] = np.maximum(y, 0.0)
                out = self.outbound[m]
                one_seller = (np.bincount(links.dst)[links.dst[out]] == 1).all()
                shares_evenly = one_seller and (len(out) == 1 or plan.net.ship_rule == "proportional")
                self.can_rest &= bool(shares_evenly or (y >= 0.0).all())
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
    if processor is None:
        return Stage(n, here, -1, -1, 1.0, inbound, n in net.backordered)
    return Stage(n, [], fed[processor], processor, float(net.users.t_per_t[processor]), inbound, False)
