"""Tiny networks by hand: nodes and flows at rest in t/year and weeks go in, a `Network` and a `World` that rest come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from math import exp, inf, log, nan

import numpy as np

from sim.model.world import Costs, Events, Hosts, Links, Network, Sectors, ShockPlan, Stores, Users, World

STEPS_PER_YEAR = 365.25 / 7
"""Weekly steps in a year, and so the t/year that make 1 t a step."""


@dataclass(frozen=True)
class Node:
    """A node: final demand by sector and recipe (t input per t made) by input; what it makes and buys follows from the flows."""

    commodity: str
    region: str
    demand: Mapping[str, float] = field(default_factory=dict)
    """Sector: t/year."""
    recipe: Mapping[str, float] = field(default_factory=dict)
    """Input commodity of the same region: t per t made here."""
    spare: float = 0.0
    """Capacity above output at rest, fraction."""
    cover: float = 6.0
    storage: float = inf
    """Largest stock users can hold, t."""
    filled: float = 1.0
    """Part of their usual stock that they have at the start."""
    buffer: float = 2.0
    """Steps."""
    priority: Mapping[str, int] = field(default_factory=dict)
    weight: Mapping[str, float] = field(default_factory=dict)
    cost_share: Mapping[str, float] = field(default_factory=dict)
    """By input."""
    essential: Mapping[str, float] = field(default_factory=dict)
    """Sectors at work that use the node, and the part of their output that stops without it."""
    short: float = 0.2
    long: float = 0.2
    supply_elasticity: float = 1.0
    host: str = ""
    """Commodity of the same region whose by-product the node makes."""
    potential: float = inf
    """t per step."""
    floor: float = 0.0
    """Paid for by the policy `floor` of a case."""
    price: float = nan
    """USD/t at rest."""


@dataclass(frozen=True)
class Flow:
    """A link: t/year at rest, lead in steps, class of the buyer with this seller."""

    commodity: str
    seller: str
    buyer: str
    flow: float
    lead: float = 1.0
    ship_class: int = 0
    qualify: float = 0.0
    """Steps of approval before the link may be used; it does not trade at rest then."""


@dataclass(frozen=True)
class Strike:
    """A shock with one event; instants in steps. `ends` None: ends where the ramp does."""

    kind: str
    commodity: str
    where: Sequence[str]
    """Sellers of restricted or taxed links and of routes, regions of all else."""
    start: float
    full_end: float = inf
    ramp_end: float | None = None
    end: float | None = None
    after: float = 0.0
    size: float | None = None
    """None: all is lost, nothing leaks, or demand doubles."""
    announced: float | None = None
    rush: float | None = None
    extra: float = 0.0
    name: str = "shock"


@dataclass(frozen=True)
class Pile:
    """A store of one commodity for some regions, bought in equal parts unless stated; it pays by its own name."""

    commodity: str
    regions: Sequence[str]
    target: float
    initial: float = 1.0
    fill: float = inf
    trigger: float = 0.0
    at_most: float = 1.0
    name: str = "store"
    parts: Sequence[float] = ()
    """By region."""
    sharing: str = "need"
    start: float = 0.0
    reserve: float = 0.0
    rate: float = inf
    budget: float = inf
    """USD a step."""
    keep: float = 0.0
    leave: Mapping[str, float] = field(default_factory=dict)
    """Step from which a region is by itself."""


@dataclass(frozen=True)
class Market:
    """What prices do: times in steps, elasticities and multiples of the price at rest. As it stands all is in force and at once."""

    prices: bool = True
    full_cost: float = inf
    contract: float = 0.0
    alpha: float = 1.0
    prospect: float = 0.0
    momentum: float = 0.0
    bidding: float = 2.0
    memory: float = 1.0
    belief: float = 0.0
    ceiling: float = 1e6
    switching: float = 0.0
    shut: float = 0.7
    entry_price: float = 1.25
    entry_elasticity: float = 1.0
    entry_growth: float = 0.1
    price: float = 0.0
    demand: float = 0.0
    source: float = 0.0
    signal: float = 0.0
    close: float = 0.0
    restart: float = 0.0
    stage: float = 0.0
    """Of one of three stages of construction."""
    run_in: float = 0.0
    front_running: float = 1.0
    discount: float = 0.0
    """A year."""
    floor_budget: float = inf
    """USD."""
    product_steps: float = 2.0
    overtime: float = 0.0


@dataclass(frozen=True)
class Habits:
    """What everyone shares: times in steps, rules by name."""

    order: float = 8.0
    stock: float = 4.0
    expectation: float = 8.0
    hoarding: float = 1.0
    uneven: float = 0.0
    sweeps: int = 3
    """1: nobody asks again."""
    use_rule: str = "proportional"
    ship_rule: str = "proportional"
    market: Market = Market(prices=False)


FLOOR = "floor"
"""Policy that pays for all price floors of a case."""
STEADY = Habits(order=inf, stock=inf, expectation=inf, sweeps=1)
"""Nobody adjusts or asks again: orders, plans and expectations stay as they were at rest, so that flows can be told on paper."""


@dataclass(frozen=True)
class Case:
    """A network and its world, with what is needed to ask for a node, a user or a link by name."""

    network: Network
    world: World

    def node(self, commodity: str, region: str) -> int:
        return _index(self.network, commodity, region)

    def sector(self, name: str, region: str) -> int:
        table = self.network.sectors
        return list(zip(table.name, table.region, strict=True)).index((name, self.network.regions.index(region)))

    def user(self, commodity: str, region: str, sector: str) -> int:
        users, node = self.network.users, self.node(commodity, region)
        return next(u for u, name in enumerate(users.sector) if users.node[u] == node and name == sector)

    def link(self, commodity: str, seller: str, buyer: str) -> int:
        links, pair = self.network.links, (self.node(commodity, seller), self.node(commodity, buyer))
        return next(i for i in range(len(links.src)) if (links.src[i], links.dst[i]) == pair)


def build(
    nodes: Sequence[Node],
    flows: Sequence[Flow],
    strikes: Sequence[Strike] = (),
    piles: Sequence[Pile] = (),
    habits: Habits = Habits(),
    n_step: int = 104,
) -> Case:
    """Weekly network from 2025-01-01 whose buyers recycle what their inbound flows do not bring."""
    nodes = sorted(nodes, key=lambda node: (node.commodity, node.region))
    commodities, regions = tuple(sorted({n.commodity for n in nodes})), tuple(sorted({n.region for n in nodes}))
    bare = Network(
        commodities=commodities,
        regions=regions,
        node_commodity=np.array([commodities.index(n.commodity) for n in nodes]),
        node_region=np.array([regions.index(n.region) for n in nodes]),
        hosts=_hosts(nodes),
        links=_no_links(),
        users=_no_users(),
        sectors=_sectors(nodes, regions),
        stores=_stores_of([], [], ()),
        shocks=(),
        payers=(),
        floor_payer=np.full(len(nodes), -1),
        start=date(2025, 1, 1),
        step_days=7.0,
        n_step=n_step,
        sweeps=habits.sweeps,
        use_rule=habits.use_rule,
        ship_rule=habits.ship_rule,
        prices=habits.market.prices,
    )
    links, base_flow = _links(bare, flows)
    users, demand = _users(bare, nodes)
    network = replace(bare, links=links, users=users)
    payers = tuple(sorted({pile.name for pile in piles} | ({FLOOR} if any(node.floor > 0.0 for node in nodes) else set())))
    floors = np.array([payers.index(FLOOR) if node.floor > 0.0 else -1 for node in nodes])
    network = replace(network, payers=payers, floor_payer=floors, shocks=tuple(_plan(network, strike) for strike in strikes))
    network = replace(network, stores=_stores(network, piles))
    return Case(network, _world(network, nodes, (base_flow, demand), (strikes, piles), habits))


def pair(strikes: Sequence[Strike] = (), piles: Sequence[Pile] = (), habits: Habits = STEADY, cover: float = 2.0, n_step: int = 20) -> Case:
    """AAA makes 1 t a step and sells it all to the users of BBB, one step away; no finished stock."""
    nodes = [Node("x.metal", "AAA", buffer=0), Node("x.metal", "BBB", {"cars": STEPS_PER_YEAR}, cover=cover)]
    return build(nodes, [Flow("x.metal", "AAA", "BBB", STEPS_PER_YEAR)], strikes, piles, habits, n_step)


def cycle(n_region: int = 6, n_step: int = 520, strikes: Sequence[Strike] = ()) -> Case:
    """Every one of `n_region` regions makes a metal and sells to all, home included."""
    names = [f"R{i}" for i in range(n_region)]
    nodes = [Node("metal.refined", name, {"all": 10.0 * (i + 1)}, spare=0.1) for i, name in enumerate(names)]
    flows = [
        Flow("metal.refined", seller, buyer, 10.0 * (j + 1) / n_region, lead=1 if i == j else 6)
        for j, buyer in enumerate(names)
        for i, seller in enumerate(names)
    ]
    return build(nodes, flows, strikes, n_step=n_step)


def chain(strikes: Sequence[Strike] = (), piles: Sequence[Pile] = (), habits: Habits = Habits(), n_step: int = 104) -> Case:
    """Ore, metal and magnets in three regions: AAA mines most and refines, BBB makes magnets too, CCC mainly uses them."""
    nodes = [
        Node("a.ore", "AAA", spare=0.1, cover=4),
        Node("a.ore", "BBB", spare=0.2, cover=4),
        Node("b.metal", "AAA", {"alloys": 3.0}, {"a.ore": 2.0}, spare=0.1),
        Node("b.metal", "BBB", {"alloys": 1.0}, {"a.ore": 2.0}, spare=0.05, cover=8),
        Node("c.magnet", "AAA", {"cars": 4.0}, {"b.metal": 0.5}, spare=0.1),
        Node("c.magnet", "BBB", {"cars": 6.0, "wind": 2.0}, {"b.metal": 0.5}, spare=0.1),
        Node("c.magnet", "CCC", {"cars": 5.0, "wind": 1.0}, cover=7),
    ]
    flows = [
        Flow("c.magnet", "AAA", "AAA", 4.0),
        Flow("c.magnet", "AAA", "BBB", 5.0, lead=3),
        Flow("c.magnet", "AAA", "CCC", 4.0, lead=6),
        Flow("c.magnet", "BBB", "BBB", 3.0),
        Flow("c.magnet", "BBB", "CCC", 1.5, lead=4),
        Flow("b.metal", "AAA", "AAA", 9.5),
        Flow("b.metal", "AAA", "BBB", 2.0, lead=5),
        Flow("b.metal", "BBB", "BBB", 1.25),
        Flow("a.ore", "AAA", "AAA", 20.0),
        Flow("a.ore", "BBB", "AAA", 3.0, lead=2),
        Flow("a.ore", "BBB", "BBB", 2.5),
    ]
    return build(nodes, flows, strikes, piles, habits, n_step)


def stretched(case: Case, by: float) -> Case:
    """The same case with every lead `by` times as long (`by` at least 1)."""
    links = case.network.links
    return Case(replace(case.network, links=replace(links, lead_steps=links.lead_steps * by)), case.world)


def day(step: float) -> date:
    """The date of an instant of a case."""
    return date(2025, 1, 1) + timedelta(days=7 * step)


def _index(network: Network, commodity: str, region: str) -> int:
    pair = (network.commodities.index(commodity), network.regions.index(region))
    return list(zip(network.node_commodity, network.node_region, strict=True)).index(pair)


def _hosts(nodes: Sequence[Node]) -> Hosts:
    names = [(n.commodity, n.region) for n in nodes]
    pairs = [(i, names.index((n.host, n.region))) for i, n in enumerate(nodes) if n.host]
    by_product, host = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    return Hosts(by_product=by_product, host=host, share=np.ones(len(pairs)))


def _sectors(nodes: Sequence[Node], regions: Sequence[str]) -> Sectors:
    pairs = sorted({(name, regions.index(node.region)) for node in nodes for name in node.essential})
    return Sectors(name=tuple(name for name, _ in pairs), region=np.array([region for _, region in pairs], dtype=np.intp))


def _links(network: Network, flows: Sequence[Flow]) -> tuple[Links, list[float]]:
    ends = [(_index(network, f.commodity, f.buyer), _index(network, f.commodity, f.seller)) for f in flows]
    rank = sorted(range(len(flows)), key=ends.__getitem__)
    links = Links(
        src=np.array([ends[i][1] for i in rank], dtype=np.intp),
        dst=np.array([ends[i][0] for i in rank], dtype=np.intp),
        lead_steps=np.array([flows[i].lead for i in rank], dtype=np.float64),
        ship_class=np.array([flows[i].ship_class for i in rank], dtype=np.intp),
        qualify_steps=np.array([flows[i].qualify for i in rank], dtype=np.float64),
    )
    return links, [flows[i].flow / STEPS_PER_YEAR for i in rank]


def _users(network: Network, nodes: Sequence[Node]) -> tuple[Users, list[float]]:
    table = network.sectors
    sectors = list(zip(table.name, table.region, strict=True))
    # (node drawn on, sector or commodity made, node fed, t per t, demand, priority, weight, cost share, sector at work, essential)
    rows = []
    for n, node in enumerate(nodes):
        region = network.regions.index(node.region)
        for name, demand in node.demand.items():
            works_in = sectors.index((name, region)) if name in node.essential else -1
            order = (node.priority.get(name, 0), node.weight.get(name, 1.0))
            rows.append((n, name, -1, 0.0, demand / STEPS_PER_YEAR, *order, 0.0, works_in, node.essential.get(name, 0.0)))
        for name, ratio in node.recipe.items():
            drawn = _index(network, name, node.region)
            rows.append((drawn, node.commodity, n, ratio, 0.0, 0, 1.0, node.cost_share.get(name, 0.0), -1, 0.0))
    rows.sort(key=lambda row: row[0])
    users = Users(
        node=np.array([row[0] for row in rows], dtype=np.intp),
        feeds=np.array([row[2] for row in rows], dtype=np.intp),
        sector=tuple(row[1] for row in rows),
        t_per_t=np.array([row[3] for row in rows]),
        priority=np.array([row[5] for row in rows], dtype=np.intp),
        weight=np.array([row[6] for row in rows]),
        cost_share=np.array([row[7] for row in rows]),
        in_sector=np.array([row[8] for row in rows], dtype=np.intp),
        essential=np.array([row[9] for row in rows]),
    )
    return users, [row[4] for row in rows]


def _stores(network: Network, piles: Sequence[Pile]) -> Stores:
    pairs = [(s, _index(network, pile.commodity, region)) for s, pile in enumerate(piles) for region in pile.regions]
    return _stores_of(piles, pairs, network.payers)


def _stores_of(piles: Sequence[Pile], pairs: Sequence[tuple[int, int]], payers: Sequence[str]) -> Stores:
    return Stores(
        name=tuple(pile.name for pile in piles),
        sharing=tuple(pile.sharing for pile in piles),
        payer=tuple(payers.index(pile.name) for pile in piles),
        member_store=np.array([s for s, _ in pairs], dtype=np.intp),
        member_node=np.array([n for _, n in pairs], dtype=np.intp),
    )


def _plan(network: Network, strike: Strike) -> ShockPlan:
    struck = [_index(network, strike.commodity, region) for region in strike.where]
    links, users, nodes = [], [], []
    if strike.kind in {"export_ban", "export_quota", "export_licence", "tariff", "transport"}:
        pairs = zip(network.links.src, network.links.dst, strict=True)
        links = [i for i, (src, dst) in enumerate(pairs) if src in struck and dst not in struck]
    elif strike.kind == "demand_surge":
        users = [u for u, n in enumerate(network.users.node) if n in struck and network.users.feeds[u] < 0]
    else:
        nodes = struck
    return ShockPlan(
        name=strike.name,
        kind=strike.kind,
        links=np.array(links, dtype=np.intp),
        nodes=np.array(nodes, dtype=np.intp),
        users=np.array(users, dtype=np.intp),
        commodity=strike.commodity,
    )


def _events(strike: Strike) -> Events:
    ramp_end = strike.full_end if strike.ramp_end is None else strike.ramp_end
    end = ramp_end if strike.end is None else strike.end
    restricts = strike.kind in {"export_ban", "export_quota", "export_licence"}
    size = strike.size if strike.size is not None else 0.0 if restricts or strike.kind == "transport" else 1.0
    announced = strike.start if strike.announced is None else strike.announced
    return Events(
        announced=np.array([[announced]]),
        rush=np.array([[strike.start if strike.rush is None else strike.rush]]),
        start=np.array([[strike.start]]),
        full_end=np.array([[strike.full_end]]),
        ramp_end=np.array([[ramp_end]]),
        end=np.array([[end]]),
        after=np.array([[strike.after]]),
        size=np.array([[size]]),
        extra=np.array([[strike.extra]]),
        trigger=np.array([[1.0]]),
    )


def _world(
    network: Network,
    nodes: Sequence[Node],
    flows: tuple[Sequence[float], Sequence[float]],
    extras: tuple[Sequence[Strike], Sequence[Pile]],
    habits: Habits,
) -> World:
    (base_flow, demand), (strikes, piles) = flows, extras
    bought, production = [0.0] * len(nodes), [0.0] * len(nodes)
    for i, flow in enumerate(base_flow):
        bought[network.links.dst[i]] += flow
        production[network.links.src[i]] += flow
    used = [0.0] * len(nodes)
    for u, want in enumerate(demand):
        fed = network.users.feeds[u]
        used[network.users.node[u]] += want if fed < 0 else float(network.users.t_per_t[u]) * production[fed]
    recycled = [use - buy for use, buy in zip(used, bought, strict=True)]
    assert min(recycled) > -1e-12, "a buyer is sent more than it uses"
    return World(
        n_run=1,
        capacity=_column([out * (1.0 + node.spare) for out, node in zip(production, nodes, strict=True)]),
        production=_column(production),
        demand=_column(demand),
        recycled=_column([amount if amount > 1e-12 else 0.0 for amount in recycled]),
        cover_steps=_column([node.cover for node in nodes]),
        storage_t=_column([node.storage for node in nodes]),
        stock_frac=_column([node.filled for node in nodes]),
        swing=np.ones((1, 1, 1)),
        ahead_steps=np.zeros((1, 1, 1)),
        season_low=np.zeros((1, 1)),
        buffer_steps=_column([node.buffer for node in nodes]),
        share=_column([flow / bought[dst] for flow, dst in zip(base_flow, network.links.dst, strict=True)]),
        base_flow=_column(base_flow),
        hoarding=_column([habits.hoarding]),
        uneven=_column([habits.uneven]),
        g_order=_column([_gain(habits.order)]),
        g_stock=_column([_gain(habits.stock)]),
        g_expect=_column([_gain(habits.expectation)]),
        store_target=_column([pile.target for pile in piles]),
        store_initial_frac=_column([pile.initial for pile in piles]),
        store_fill_steps=_column([pile.fill for pile in piles]),
        store_trigger=_column([pile.trigger for pile in piles]),
        store_at_most=_column([pile.at_most for pile in piles]),
        front_running=_column([habits.market.front_running]),
        tide=np.ones((1, 1, 1)),
        short=_column([node.short for node in nodes]),
        long=_column([node.long for node in nodes]),
        supply_elasticity=_column([node.supply_elasticity for node in nodes]),
        full_cost=_column([habits.market.full_cost]),
        alpha=_column([habits.market.alpha]),
        momentum=_column([habits.market.momentum]),
        prospect=_column([habits.market.prospect]),
        log_ceiling=_column([log(habits.market.ceiling)]),
        bidding=_column([habits.market.bidding]),
        switching=_column([habits.market.switching]),
        shut=_column([habits.market.shut]),
        entry_price=_column([habits.market.entry_price]),
        entry_elasticity=_column([habits.market.entry_elasticity]),
        entry_growth=_column([habits.market.entry_growth]),
        g_price=_column([_gain(habits.market.price)]),
        g_memory=_column([_gain(habits.market.memory)]),
        g_belief=_column([_gain(habits.market.belief)]),
        g_contract=_column([_gain(habits.market.contract)]),
        g_demand=_column([_gain(habits.market.demand)]),
        g_source=_column([_gain(habits.market.source)]),
        g_signal=_column([_gain(habits.market.signal)]),
        g_close=_column([_gain(habits.market.close)]),
        g_restart=_column([_gain(habits.market.restart)]),
        g_build=_column([_gain(habits.market.stage)]),
        g_ramp=_column([_gain(habits.market.run_in)]),
        potential=_column([node.potential for node in nodes]),
        floor=_column([node.floor for node in nodes]),
        product_steps=_column([habits.market.product_steps for _ in network.sectors.name]),
        overtime=_column([habits.market.overtime for _ in network.sectors.name]),
        value_added=_column([nan for _ in network.sectors.name]),
        member_frac=_column([part for pile in piles for part in pile.parts or [1.0 / len(pile.regions)] * len(pile.regions)]),
        store_start=_column([pile.start for pile in piles]),
        store_reserve=_column([pile.reserve for pile in piles]),
        store_rate=_column([pile.rate for pile in piles]),
        store_budget=_column([pile.budget for pile in piles]),
        store_keep=_column([pile.keep for pile in piles]),
        member_leave=_column([pile.leave.get(region, inf) for pile in piles for region in pile.regions]),
        floor_budget=_column([habits.market.floor_budget if name == FLOOR else inf for name in network.payers]),
        price0=_column([node.price for node in nodes]),
        discount=_column([habits.market.discount]),
        scrap=(),
        costs=no_costs(len(strikes)),
        events=tuple(_events(strike) for strike in strikes),
    )


def no_costs(n_shock: int) -> Costs:
    """Shocks cost nobody anything."""
    nothing = np.zeros((n_shock, 1))
    return Costs(upfront=nothing, begun=nothing, per_step=nothing, per_tonne=nothing)


def _gain(time: float) -> float:
    return 1.0 - exp(-1.0 / time) if time > 0.0 else 1.0


def _column(values: Sequence[float]) -> np.ndarray:
    return np.array(values, dtype=np.float64).reshape(-1, 1)


def _no_links() -> Links:
    none = np.zeros(0, dtype=np.intp)
    return Links(src=none, dst=none, lead_steps=np.zeros(0), ship_class=none, qualify_steps=np.zeros(0))


def _no_users() -> Users:
    none = np.zeros(0, dtype=np.intp)
    part = np.zeros(0)
    return Users(
        node=none, feeds=none, sector=(), t_per_t=part, priority=none, weight=part, cost_share=part, in_sector=none, essential=part
    )
