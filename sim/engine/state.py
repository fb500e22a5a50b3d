"""The state of a batch of runs: stocks, prices, works, what moves in a step, and what shocks do. Run last everywhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from sim.engine.plan import Plan
from sim.model.world import Floats, World


@dataclass(frozen=True)
class State:
    """Stocks and expectations. Arrays are written in place; the record itself never changes."""

    on_hand: Floats
    """Users' stock, t, [node, run]."""
    finished: Floats
    """Producers' finished stock, t, [maker, run]."""
    on_order: Floats
    """Shipped to the node and not yet arrived, t, [node, run]."""
    expected_use: Floats
    """Use the buyers plan for, t per step, [node, run]."""
    expected_orders: Floats
    """Orders the producers plan for, t per step, [maker, run]."""
    expected_lead: Floats
    """Lead time of what reaches the buyers, steps, [node, run]."""
    pipeline: Floats
    """What was shipped in the last steps, t, by step of shipping modulo their number, [slot * link, run]."""
    late: Floats
    """What takes longer than its link's lead time, t, by step of arrival modulo their number, [slot, link of `plan.routes`, run]."""
    held: Floats
    """Strategic stocks, by who put them in, t, [member, run]."""
    bought: Floats
    """Taken in under price floors, t, [maker of `plan.floors`, run]."""
    products: Floats
    """Sectors' stock of products, steps of output, [sector, run]."""


@dataclass(frozen=True)
class Market:
    """Prices as natural logarithms of multiples of the price at rest, and where buyers buy."""

    price: Floats
    """Delivered, [node, run]."""
    slow: Floats
    """Delivered, as users have grown used to it, [node, run]."""
    late: Floats
    """Delivered price as it was of late, [node, run]."""
    usual_use: Floats
    """Expected use at the usual price, as users' habits are, t per step, [node, run]."""
    in_sight: Floats
    """Part of what is meant to be ordered at the usual price that is served, lagged, [node, run]."""
    offer: Floats
    """Mean of what sellers ask, tariffs included, [node, run]."""
    origin: Floats
    """What producers earn, [maker, run]."""
    cost: Floats
    """What a producer's last tonne costs, as its contracts have it, [maker, run]."""
    ask: Floats
    """What producers ask, [maker, run]; the same array as `cost` where nothing can part them."""
    share: Floats
    """Share of the buyer's orders, [link, run]."""
    fit: Floats
    """How far a new seller is approved, 0 to 1, [link of `plan.new_links`, run]."""


@dataclass(frozen=True)
class Works:
    """Capacity that is built and shut, t per step unless said, [maker, run]."""

    signal: Floats
    """Lagged margin, natural logarithm."""
    building: Floats
    """Under construction, by stage, [stage, maker, run]."""
    starting: Floats
    """Built and being run in."""
    new: Floats
    """New capacity that works."""
    idle: Floats
    """Part of the old capacity that is shut."""
    idle_new: Floats
    """Part of the new capacity that is shut."""
    made_before: Floats
    """Output of the step before, t."""
    full: Floats
    """Capacity not shut."""
    normal: Floats
    """Output at which it costs what it does at rest."""
    working: Floats
    """Part of `full` that works now."""


@dataclass(frozen=True)
class Flows:
    """What moved in the step just done, t; overwritten by the next."""

    plan: Floats
    """[maker, run]"""
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
    """[maker, run]"""
    released: Floats
    """Handed out by stores, [member, run]."""
    filled: Floats
    """Taken in by stores, [member, run]."""
    order: Floats
    """[node, run]"""
    shipped: Floats
    """[link, run]"""
    work: Floats
    """Output a sector plans, steps of output at rest, [sector, run]."""
    output: Floats
    """Its output, steps of output at rest, [sector, run]."""
    sold: Floats
    """Its sales, steps of sales at rest, [sector, run]."""


@dataclass(frozen=True)
class Effects:
    """What shocks do now; 1, or 0 where so said, where nothing strikes."""

    availability: Floats
    """Part of capacity that works, [maker, run]."""
    surge: Floats
    """Multiple of final demand, [user, run]."""
    open: Floats
    """Part of orders a link may pass, [link, run]."""
    passing: Floats
    """Part of its normal flow a link passes, approved or leaked, [link, run]."""
    promised: Floats
    """The same once what is promised has come: a licence passes what will be approved, [link, run]."""
    threat: Floats
    """How far a restriction against the buyer is announced or in force, 0 to 1, [node, run]."""
    bite: Floats
    """How far a restriction against the buyer is in force, 0 to 1, [node, run]."""
    hurry: Floats
    """Part of the step in which buyers hurry before a restriction, 0 to 1, [link, run]."""
    delay: Floats
    """Steps a journey takes longer, from 0, [link, run]."""
    duty: Floats
    """Logarithm of tariffs, from 0, [link, run]."""
    rebate: Floats
    """Logarithm of what a dumper asks against its cost, 0 or below, [maker, run]."""
    surplus: Floats
    """Multiple of capacity, [maker, run]."""
    skill: Floats
    """Part of the usual pace at which works are built, [maker, run]."""
    cover: Floats
    """Part of the step in which each is in force, from 0, [shock, run]."""
    level: Floats
    """Level of each shock, force of each policy, from 0, [shock, run]."""
    added: Floats
    """Capacity of new works, t per step, from 0, [maker, run]."""
    pledge: Floats
    """What buyers have agreed to take from new works, t per step, from 0, [link, run]."""
    effort: Floats
    """Part of the approval of a new seller that is done in this step whatever happens, from 0, [link, run]."""
    favour: Floats
    """Logarithm of how much more an origin counts, from 0, [link, run]."""
    cap: Floats
    """Largest part of purchases from one foreign origin, [node, run]."""
    calm: Floats
    """Part of hoarding that joint buyers forgo while a restriction is in force, from 0, [node, run]."""
    aim: Floats
    """Part of what comes out of use that is to be won back, from 0, [node, run]."""
    may: Floats
    """Part of the want that may change to another material, from 0, [user, run]."""
    together: Floats
    """Part of what sellers grant joint buyers that these share anew, from 0, [shock, run]."""


def at_rest(plan: Plan, world: World) -> State:
    """The state in which nothing moves: MODEL.md, 'State and where it starts'."""
    net, n_run, of = plan.net, world.n_run, plan.net.stores.member_store
    shape, made = (net.n_node, n_run), (len(plan.makers), n_run)
    use = plan.by_user.sum(rest_wants(plan, world), np.empty(shape))
    links = (len(net.links.src), n_run)
    lead = net.links.lead_steps[:, None]
    return State(
        on_hand=world.stock_frac * np.minimum((world.cover_steps + world.ahead_steps[0]) * use, world.storage_t),
        finished=np.broadcast_to((world.buffer_steps * world.production)[plan.makers], made).copy(),
        on_order=plan.by_dst.sum(np.broadcast_to(world.base_flow * lead, links).copy(), np.empty(shape)),
        expected_use=use.copy(),
        expected_orders=np.broadcast_to(world.production[plan.makers], made).copy(),
        expected_lead=plan.by_dst.sum(np.broadcast_to(world.share * lead, links).copy(), np.empty(shape)),
        pipeline=np.broadcast_to(world.base_flow, (plan.n_slot, *links)).copy().reshape(-1, n_run),
        late=np.zeros((plan.slots_late(world), len(plan.routes), n_run)),
        held=np.broadcast_to((world.store_initial_frac * world.store_target)[of] * world.member_frac, (len(of), n_run)).copy(),
        bought=np.zeros((len(plan.floors), n_run)),
        products=np.broadcast_to(world.product_steps, (len(net.sectors.name), n_run)).copy(),
    )


def market_at_rest(plan: Plan, world: World) -> Market:
    """Every price as at rest, every buyer with its usual sellers."""
    node, maker = (plan.net.n_node, world.n_run), (len(plan.makers), world.n_run)
    price, slow, offer = (np.zeros(node) for _ in range(3))
    origin, cost = np.zeros(maker), np.zeros(maker)
    share = np.broadcast_to(world.share, (len(plan.net.links.src), world.n_run)).copy()
    can_part = len(plan.floors) or any(shock.kind == "dumping" for shock in plan.net.shocks)
    ask = np.zeros(maker) if can_part else cost
    usual_use = plan.by_user.sum(rest_wants(plan, world), np.empty(node))
    return Market(
        price,
        slow,
        np.zeros(node),
        usual_use,
        np.ones(node),
        offer,
        origin,
        cost,
        ask,
        share,
        fit=np.zeros((len(plan.new_links), world.n_run)),
    )


def works_at_rest(plan: Plan, world: World, effects: Effects) -> Works:
    """Nothing is built and nothing shut; without hosts what works is what shocks leave, and one array serves for both."""
    maker = (len(plan.makers), world.n_run)
    signal, starting, new, idle, idle_new = (np.zeros(maker) for _ in range(5))
    building = np.zeros((3, *maker))
    rest = (world.production, world.capacity, world.production)
    made, full, normal = (np.broadcast_to(by_node[plan.makers], maker).copy() for by_node in rest)
    working = np.ones(maker) if plan.hosts else effects.availability
    return Works(signal, building, starting, new, idle, idle_new, made, full, normal, working)


def rest_wants(plan: Plan, world: World) -> Floats:
    """What every user wants at rest, t per step, [user, run]."""
    want = np.broadcast_to(world.demand, (len(plan.net.users.node), world.n_run)).copy()
    for u, m in plan.feeds:
        want[u] = plan.net.users.t_per_t[u] * world.production[plan.makers[m]]
    return want


def no_flows(plan: Plan, n_run: int) -> Flows:
    """Room for the flows of a step."""
    axes = "maker user node node user user node maker member member node link sector sector sector"
    return Flows(*(np.zeros((plan.rows[axis], n_run)) for axis in axes.split()))


REST_OF_EFFECTS = {
    "availability": ("maker", 1.0),
    "surge": ("user", 1.0),
    "open": ("link", 1.0),
    "passing": ("link", 1.0),
    "promised": ("link", 1.0),
    "threat": ("node", 0.0),
    "bite": ("node", 0.0),
    "hurry": ("link", 0.0),
    "delay": ("link", 0.0),
    "duty": ("link", 0.0),
    "rebate": ("maker", 0.0),
    "surplus": ("maker", 1.0),
    "skill": ("maker", 1.0),
    "cover": ("shock", 0.0),
    "level": ("shock", 0.0),
    "added": ("maker", 0.0),
    "pledge": ("link", 0.0),
    "effort": ("link", 0.0),
    "favour": ("link", 0.0),
    "cap": ("node", 1.0),
    "calm": ("node", 0.0),
    "aim": ("node", 0.0),
    "may": ("user", 0.0),
    "together": ("shock", 0.0),
}
"""Axis of each effect, and what it is where nothing strikes."""


def no_effects(plan: Plan, n_run: int, names: Collection[str] = REST_OF_EFFECTS.keys()) -> dict[str, Floats]:
    """What effects are where nothing strikes, by their names."""
    return {name: np.full((plan.rows[axis], n_run), rest) for name, (axis, rest) in REST_OF_EFFECTS.items() if name in names}
