"""Who acts in the twin: producers, buyers, users, links with their shipments, and stores, built for one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor

from sim.engine.twin.shocks import Strike, column, profiles
from sim.model.world import Network, World


@dataclass(kw_only=True, eq=False, slots=True)
class Producer:
    """The making side of a node. Amounts in t, rates in t per step."""

    commodity: str
    region: str
    capacity: float
    buffer_steps: float
    finished: float
    expected_orders: float
    inputs: list[User] = field(default_factory=list)
    outbound: list[Link] = field(default_factory=list)
    availability: float = 1.0
    plan: float = 0.0
    made: float = 0.0


@dataclass(kw_only=True, eq=False, slots=True)
class Buyer:
    """The using side of a node: the stock its users draw on. Amounts in t, rates in t per step, leads in steps."""

    commodity: str
    region: str
    recycled: float
    cover_steps: float
    on_hand: float = 0.0
    on_order: float = 0.0
    expected_use: float = 0.0
    expected_lead: float = 0.0
    rest_stock: float = 0.0
    users: list[User] = field(default_factory=list)
    inbound: list[Link] = field(default_factory=list)
    threat: float = 0.0
    wanted: float = 0.0
    usable: float = 0.0
    fill_wanted: float = 0.0
    order: float = 0.0
    need: float = 0.0

    @property
    def name(self) -> str:
        """As an author writes it: `COMMODITY.REGION`."""
        return f"{self.commodity}.{self.region}"


@dataclass(kw_only=True, eq=False, slots=True)
class User:
    """A final sector, or a processor that feeds a producer."""

    sector: str
    buyer: Buyer
    feeds: Producer | None
    demand: float
    t_per_t: float
    priority: int
    weight: float
    surge: float = 1.0
    want: float = 0.0
    got: float = 0.0
    consumed: float = 0.0

    @property
    def unmet(self) -> float:
        """Wanted and not got, t."""
        return self.want - self.got


@dataclass(eq=False, slots=True)
class Shipment:
    """Goods under way on a link: the parts still to land, t, one a step from step `due` on."""

    due: int
    parts: list[float]

    @property
    def amount(self) -> float:
        """What is still under way, t."""
        return sum(self.parts)


@dataclass(kw_only=True, eq=False, slots=True)
class Link:
    """A way from a producer to a buyer, with the shipments afloat on it and what has landed at its dock."""

    seller: Producer
    buyer: Buyer
    lead_steps: float
    ship_class: int
    share: float
    base_flow: float
    afloat: list[Shipment] = field(default_factory=list)
    dock: float = 0.0
    arrived: float = 0.0
    open: float = 1.0
    passing: float = 1.0
    ask: float = 0.0
    passable: float = 0.0
    first_passable: float = 0.0
    shipped: float = 0.0
    turned_away: float = 0.0

    @property
    def leak(self) -> float:
        """Part of the normal flow that restrictions let through, approved or leaked, fraction."""
        return max(0.0, self.passing - self.open)

    @property
    def late(self) -> float:
        """Part of every shipment that lands a step after the rest of it: what the lead has beyond whole steps, fraction."""
        return self.lead_steps - floor(self.lead_steps)

    def load(self, amount: float, step: int) -> Shipment:
        """Put a shipment of `amount` t afloat, made at `step`."""
        late = amount * self.late
        shipment = Shipment(step + floor(self.lead_steps), [amount - late, late] if late > 0.0 else [amount])
        self.afloat.append(shipment)
        return shipment

    @property
    def seen(self) -> float:
        """Demand its seller sees: the larger of what it might pass at first, and what it shipped in all and was turned away, t."""
        return max(self.first_passable, self.shipped + self.turned_away)


@dataclass(kw_only=True, eq=False, slots=True)
class Member:
    """A buyer's part in a store."""

    buyer: Buyer
    frac: float
    claim: float = 0.0
    released: float = 0.0
    bought: float = 0.0


@dataclass(kw_only=True, eq=False, slots=True)
class Store:
    """A strategic stockpile. Amounts in t."""

    name: str
    target: float
    fill_steps: float
    trigger: float
    at_most: float
    held: float
    members: list[Member]

    @property
    def commodity(self) -> str:
        """What the store holds."""
        return self.members[0].buyer.commodity if self.members else ""


@dataclass(frozen=True, kw_only=True)
class Habits:
    """Numbers and rules that everyone shares in one run."""

    hoarding: float
    uneven: float
    g_order: float
    g_stock: float
    g_expect: float
    use_rule: str
    ship_rule: str
    sweeps: int


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everyone in the run, each list in stored order."""

    producers: list[Producer]
    buyers: list[Buyer]
    users: list[User]
    links: list[Link]
    stores: list[Store]
    members: list[Member]
    strikes: list[Strike]
    habits: Habits


def assemble(network: Network, world: World, run: int) -> Cast:
    """Everyone as they stand before the first step of `run` (MODEL.md, State and where it starts)."""
    producers, buyers = _nodes(network, world, run)
    users = _users(network, world, run, producers, buyers)
    links = _links(network, world, run, producers, buyers)
    _rest(users, buyers)
    stores, members = _stores(network, world, run, buyers)
    strikes = [
        Strike(
            plan=plan,
            profile=profile,
            links=[links[i] for i in plan.links],
            producers=[producers[i] for i in plan.nodes],
            users=[users[i] for i in plan.users],
        )
        for plan, events in zip(network.shocks, world.events, strict=True)
        for profile in profiles(events, run)
    ]
    return Cast(
        producers=producers,
        buyers=buyers,
        users=users,
        links=links,
        stores=stores,
        members=members,
        strikes=strikes,
        habits=_habits(network, world, run),
    )


def _nodes(network: Network, world: World, run: int) -> tuple[list[Producer], list[Buyer]]:
    capacity, production = column(world.capacity, run), column(world.production, run)
    buffer, cover, recycled = column(world.buffer_steps, run), column(world.cover_steps, run), column(world.recycled, run)
    producers, buyers = [], []
    for n in range(network.n_node):
        commodity, region = network.commodities[network.node_commodity[n]], network.regions[network.node_region[n]]
        producers.append(
            Producer(
                commodity=commodity,
                region=region,
                capacity=capacity[n],
                buffer_steps=buffer[n],
                finished=buffer[n] * production[n],
                expected_orders=production[n],
            )
        )
        buyers.append(Buyer(commodity=commodity, region=region, recycled=recycled[n], cover_steps=cover[n]))
    return producers, buyers


def _users(network: Network, world: World, run: int, producers: Sequence[Producer], buyers: Sequence[Buyer]) -> list[User]:
    table, demand = network.users, column(world.demand, run)
    users = []
    for u, sector in enumerate(table.sector):
        user = User(
            sector=sector,
            buyer=buyers[table.node[u]],
            feeds=producers[table.feeds[u]] if table.feeds[u] >= 0 else None,
            demand=demand[u],
            t_per_t=float(table.t_per_t[u]),
            priority=int(table.priority[u]),
            weight=float(table.weight[u]),
        )
        user.buyer.users.append(user)
        if user.feeds:
            user.feeds.inputs.append(user)
        users.append(user)
    return users


def _links(network: Network, world: World, run: int, producers: Sequence[Producer], buyers: Sequence[Buyer]) -> list[Link]:
    table, share, flow = network.links, column(world.share, run), column(world.base_flow, run)
    links = []
    for i in range(len(table.src)):
        lead = float(table.lead_steps[i])
        link = Link(
            seller=producers[table.src[i]],
            buyer=buyers[table.dst[i]],
            lead_steps=lead,
            ship_class=int(table.ship_class[i]),
            share=share[i],
            base_flow=flow[i],
        )
        _rest_afloat(link)
        link.seller.outbound.append(link)
        link.buyer.inbound.append(link)
        link.buyer.on_order += flow[i] * lead
        link.buyer.expected_lead += share[i] * lead
        links.append(link)
    return links


def _rest_afloat(link: Link) -> None:
    # What was shipped at rest before the first step and is still owed: of the oldest shipment only the late part, if there is one.
    late = link.base_flow * link.late
    if late > 0.0:
        link.afloat.append(Shipment(0, [late]))
    for step in range(-floor(link.lead_steps), 0):
        link.load(link.base_flow, step)


def _rest(users: Sequence[User], buyers: Sequence[Buyer]) -> None:
    # Expected orders still hold production at rest here: nothing has moved yet.
    for user in users:
        user.want = user.t_per_t * user.feeds.expected_orders if user.feeds else user.demand
    for buyer in buyers:
        buyer.expected_use = sum(user.want for user in buyer.users)
        buyer.on_hand = buyer.rest_stock = buyer.cover_steps * buyer.expected_use


def _stores(network: Network, world: World, run: int, buyers: Sequence[Buyer]) -> tuple[list[Store], list[Member]]:
    table, frac = network.stores, column(world.member_frac, run)
    target, initial, fill = column(world.store_target, run), column(world.store_initial_frac, run), column(world.store_fill_steps, run)
    trigger, at_most = column(world.store_trigger, run), column(world.store_at_most, run)
    members = [Member(buyer=buyers[n], frac=frac[i]) for i, n in enumerate(table.member_node)]
    stores = [
        Store(
            name=name,
            target=target[s],
            fill_steps=fill[s],
            trigger=trigger[s],
            at_most=at_most[s],
            held=initial[s] * target[s],
            members=[member for member, owner in zip(members, table.member_store, strict=True) if owner == s],
        )
        for s, name in enumerate(table.name)
    ]
    return stores, members


def _habits(network: Network, world: World, run: int) -> Habits:
    names = ("hoarding", "uneven", "g_order", "g_stock", "g_expect")
    numbers = {name: column(getattr(world, name), run)[0] for name in names}
    return Habits(**numbers, use_rule=network.use_rule, ship_rule=network.ship_rule, sweeps=network.sweeps)
