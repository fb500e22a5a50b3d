"""The state of a batch of runs, and the room its step works in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.engine.ration import MaxMin, Priority, Proportional, Ration
from sim.engine.sums import Groups
from sim.model.world import Floats, Ints, Network, World

WHOLE = 1e-9
"""Part of a step by which a lead time may miss a whole number and still count as whole."""


@dataclass(frozen=True)
class State:
    """Stocks and expectations, run last. Arrays are written in place; the record itself never changes."""

    on_hand: Floats
    """Users' stock, t, [node, run]."""
    finished: Floats
    """Producers' finished stock, t, [node, run]."""
    on_order: Floats
    """Shipped to the node and not yet arrived, t, [node, run]."""
    expected_use: Floats
    """Use the buyers plan for, t per step, [node, run]."""
    expected_orders: Floats
    """Orders the producers plan for, t per step, [node, run]."""
    expected_lead: Floats
    """Lead time of what reaches the buyers, steps, [node, run]."""
    pipeline: Floats
    """What was shipped in the last steps, t, by step of shipping modulo their number, [slot * link, run]."""
    held: Floats
    """Strategic stocks, t, [store, run]."""


@dataclass(frozen=True)
class Flows:
    """What moved in the step just done, t; overwritten by the next."""

    plan: Floats
    """[node, run]"""
    want: Floats
    """[user, run]"""
    wanted: Floats
    """Wants of all users of a node, [node, run]."""
    served: Floats
    """What the users of a node get together, [node, run]."""
    got: Floats
    """[user, run]"""
    unmet: Floats
    """[user, run]"""
    consumed: Floats
    """[node, run]"""
    made: Floats
    """[node, run]"""
    released: Floats
    """Handed out by stores, [member, run]."""
    filled: Floats
    """Taken in by stores, [member, run]."""
    order: Floats
    """[node, run]"""
    shipped: Floats
    """[link, run]"""


@dataclass(frozen=True)
class Effects:
    """What shocks do now; 1 where nothing strikes."""

    availability: Floats
    """Part of capacity that works, [node, run]."""
    surge: Floats
    """Multiple of final demand, [user, run]."""
    open: Floats
    """Part of orders a link may pass, [link, run]."""
    leak: Floats
    """Part of its normal flow a link passes all the same, [link, run]."""
    threat: Floats
    """How far a restriction against the buyer is announced or in force, 0 to 1, [node, run]."""
    level: Floats
    """Level of each shock, [shock, run]."""


class Plan:
    """Everything about the network that does not change while it runs, laid out for the passes of the step."""

    def __init__(self, net: Network, n_run: int) -> None:
        links, users = net.links, net.users
        self.net = net
        self.by_dst = Groups(links.dst, net.n_node)
        self.by_src = Groups(links.src, net.n_node)
        self.by_user = Groups(users.node, net.n_node)
        self.has_supply = np.bincount(links.dst, minlength=net.n_node)[:, None] > 0
        self.feeds = [(int(u), int(users.feeds[u])) for u in np.flatnonzero(users.feeds >= 0)]
        """(user, node fed) of every processor."""
        self.lead_whole: Ints = np.floor(links.lead_steps + WHOLE).astype(np.intp)
        self.lead_rest = np.maximum(links.lead_steps - self.lead_whole, 0.0)[:, None]
        self.lead_rest[self.lead_rest <= WHOLE] = 0.0
        self.n_slot = int(self.lead_whole.max(initial=1)) + 1 + int(self.lead_rest.any())
        self.use_ration = _use_rule(net, self.by_user, n_run)
        self.ship_ration = _ship_rule(net, self.by_src, n_run)
        stores = net.stores
        self.store_members = [
            [(int(m), int(stores.member_node[m])) for m in np.flatnonzero(stores.member_store == s)] for s in range(len(stores.name))
        ]
        """(member, node) pairs of every store."""


def _use_rule(net: Network, groups: Groups, n_run: int) -> Ration:
    if net.use_rule == "priority":
        return Priority(groups, net.users.priority, n_run)
    if net.use_rule == "max-min":
        return MaxMin(groups, net.users.weight, n_run)
    return Proportional(groups, n_run)


def _ship_rule(net: Network, groups: Groups, n_run: int) -> Ration:
    if net.ship_rule == "priority":
        return Priority(groups, net.links.ship_class, n_run)
    if net.ship_rule == "max-min":
        return MaxMin(groups, np.ones(len(net.links.src)), n_run)
    return Proportional(groups, n_run)


def at_rest(plan: Plan, world: World) -> State:
    """The state in which nothing moves: MODEL.md, 'State and where it starts'."""
    net, n_run = plan.net, world.n_run
    shape = (net.n_node, n_run)
    want = rest_wants(plan, world)
    use = plan.by_user.sum(want, np.empty(shape))
    pipeline = np.broadcast_to(world.base_flow, (plan.n_slot, len(net.links.src), n_run)).copy()
    on_order = plan.by_dst.sum(
        np.broadcast_to(world.base_flow * net.links.lead_steps[:, None], (len(net.links.src), n_run)).copy(), np.empty(shape)
    )
    return State(
        on_hand=world.cover_steps * use,
        finished=np.broadcast_to(world.buffer_steps * world.production, shape).copy(),
        on_order=on_order,
        expected_use=use.copy(),
        expected_orders=np.broadcast_to(world.production, shape).copy(),
        expected_lead=plan.by_dst.sum(
            np.broadcast_to(world.share * net.links.lead_steps[:, None], (len(net.links.src), n_run)).copy(), np.empty(shape)
        ),
        pipeline=pipeline.reshape(-1, n_run),
        held=np.broadcast_to(world.store_initial_frac * world.store_target, (len(net.stores.name), n_run)).copy(),
    )


def rest_wants(plan: Plan, world: World) -> Floats:
    """What every user wants at rest, t per step, [user, run]."""
    want = np.broadcast_to(world.demand, (len(plan.net.users.node), world.n_run)).copy()
    for u, m in plan.feeds:
        want[u] = plan.net.users.t_per_t[u] * world.production[m]
    return want


def no_flows(net: Network, n_run: int) -> Flows:
    """Room for the flows of a step."""
    n = {"node": net.n_node, "link": len(net.links.src), "user": len(net.users.node), "member": len(net.stores.member_node)}
    rows = ("node", "user", "node", "node", "user", "user", "node", "node", "member", "member", "node", "link")
    return Flows(*(np.zeros((n[axis], n_run)) for axis in rows))


def no_effects(net: Network, n_run: int) -> Effects:
    """Nothing strikes."""
    n_link = len(net.links.src)
    return Effects(
        availability=np.ones((net.n_node, n_run)),
        surge=np.ones((len(net.users.node), n_run)),
        open=np.ones((n_link, n_run)),
        leak=np.zeros((n_link, n_run)),
        threat=np.zeros((net.n_node, n_run)),
        level=np.zeros((len(net.shocks), n_run)),
    )


class Room:
    """One batch at work: world, state, flows, effects, and the scratch arrays the rules write into."""

    def __init__(self, net: Network, world: World) -> None:
        n_run, n_link = world.n_run, len(net.links.src)
        self.world = world
        self.plan = Plan(net, n_run)
        self.state = at_rest(self.plan, world)
        self.flows = no_flows(net, n_run)
        self.effects = no_effects(net, n_run)
        self.share = world.share
        self.next_step = 0
        self.arrived = np.zeros((n_link, n_run))
        """What landed in the step just done, t, [link, run]."""
        self.leak_t = np.zeros((n_link, n_run))
        self.reach_share = np.broadcast_to(world.share, (n_link, n_run)).copy()
        """Share of each link among those of its buyer that are open, [link, run]."""
        self.half_open: Ints = np.array([], dtype=np.intp)
        """Runs in which some link is open for a part of the step."""
        self.reach = 1.0 / np.maximum(1.0, world.uneven * world.cover_steps)
        """Part of its stock that a node's users can reach, [node, run]."""
        self.wants_change = bool(self.plan.feeds) or any(shock.kind == "demand_surge" for shock in net.shocks)
        self.flows.want[...] = rest_wants(self.plan, world)
        self.plan.by_user.sum(self.flows.want, self.flows.wanted)
        self.hoarding_extra = world.hoarding - 1.0
        self.fill_t = world.store_target / world.store_fill_steps
        self.lead_steps = net.links.lead_steps[:, None].astype(np.float64)
        self.in_need = False
        self.link_row: Ints = np.arange(n_link)
        # Scratch that the rules write into. What outlives one rule: `passable` and `in_need` from ship to learn, `need` within them,
        # `buy` and `cover_t` from fill to order, `usable` from release to use.
        node, link = (net.n_node, n_run), (n_link, n_run)
        self.node_a, self.node_b, self.usable, self.cover_t, self.buy, self.users_buy, self.need, self.received, self.floor_t = (
            np.empty(node) for _ in range(9)
        )
        self.link_a, self.link_b, self.ask, self.passable = (np.empty(link) for _ in range(4))
        self.user_a = np.empty((len(net.users.node), n_run))
        self.claims, self.row_a, self.row_b = (np.empty(n_run) for _ in range(3))
        self.mask, self.served, self.can_reach = (np.empty(node, dtype=bool) for _ in range(3))
        self.row_mask = np.empty(n_run, dtype=bool)
