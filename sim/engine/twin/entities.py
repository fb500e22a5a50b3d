"""Who acts in the twin: producers, buyers, users, links with their shipments, and sectors at work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp, floor, log

from sim.engine.twin.accounts import Guarantee, Member, Products, Store
from sim.engine.twin.habits import Habits
from sim.engine.twin.shocks import Strike
from sim.model.world import TINY

APPROVED = 1.0 - 1e-9
"""Part of the time it takes to approve a seller above which it counts as approved: sums of parts may miss 1 by rounding."""

HIGHEST = 700.0
"""Logarithm beyond which no number holds a price."""


@dataclass(kw_only=True, eq=False, slots=True)
class Producer:
    """The making side of a node. Amounts in t, rates in t per step, prices as logarithms of multiples of those at rest."""

    commodity: str
    region: str
    capacity: float
    production: float
    """Output at rest."""
    buffer_steps: float
    supply_elasticity: float
    full_cost: float
    """Price at which all its capacity is worth running, as a multiple of rest."""
    potential: float
    """Most that the host's streams would yield at rest; infinite without a host."""
    price_floor: float
    """As a multiple of the price at rest, 0 where there is none, or its budget is spent."""
    guarantee: Guarantee | None
    """What pays for the price floor."""
    price0: float
    """Price at rest, USD/t; NaN where it is not known."""
    finished: float
    expected_orders: float
    made_before: float
    idle_new: float
    """Part of the new capacity that is shut, fraction."""
    hosts: list[tuple[Producer, float]] = field(default_factory=list)
    """With whose output it comes, and what part of it with each."""
    inputs: list[User] = field(default_factory=list)
    outbound: list[Link] = field(default_factory=list)
    availability: float = 1.0
    surplus: float = 1.0
    rebate: float = 0.0
    skill: float = 1.0
    added: float = 0.0
    """Capacity that works built as a policy give it, t per step."""
    stages: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    """Capacity under construction in each of three stages."""
    run_in: float = 0.0
    """Capacity built and still being run in."""
    capacity_new: float = 0.0
    """New capacity that works."""
    idle: float = 0.0
    """Part of the old capacity that is shut, fraction."""
    origin: float = 0.0
    earned: float | None = 0.0
    """What it earns before a price floor makes up the difference, a logarithm; None where nothing was shipped."""
    signal: float = 0.0
    cost: float = 0.0
    ask: float = 0.0
    served: float = 1.0
    """Part of what its links might pass in the first sweep that it could grant, fraction."""
    full: float = 0.0
    normal: float = 0.0
    working: float = 1.0
    plan: float = 0.0
    made: float = 0.0
    taken: float = 0.0
    """Taken in under the price floor in the step at hand."""
    bought: float = 0.0
    """Taken in under the price floor so far."""
    support: float = 0.0
    """Paid under the price floor in the step at hand, USD."""

    @property
    def name(self) -> str:
        """As an author writes it: `COMMODITY.REGION`."""
        return f"{self.commodity}.{self.region}"

    @property
    def sells(self) -> bool:
        """Whether there is anybody it may sell to."""
        return bool(self.outbound)

    @property
    def has_works(self) -> bool:
        """Whether it has works in the step: its own, be they shut, or such as a policy has built."""
        return self.capacity + self.added > 0.0

    @property
    def building(self) -> float:
        """Capacity begun that does not work yet, t per step."""
        return sum(self.stages) + self.run_in

    @property
    def steepness(self) -> float:
        """Part by which its cost rises with a part more output; capacity that stood idle at rest is not dear beyond all measure."""
        steep = 1.0 / max(self.supply_elasticity, TINY)
        spare = self.capacity / max(self.production, TINY)
        return min(steep, log(self.full_cost) / log(spare)) if spare > 1.0 else steep

    @property
    def input_price(self) -> float:
        """What its inputs add to its cost, as a logarithm."""
        return sum(user.cost_share * user.buyer.log_price for user in self.inputs)


@dataclass(kw_only=True, eq=False, slots=True)
class Buyer:
    """The using side of a node: the stock its users draw on. Amounts in t, rates in t per step, leads in steps."""

    commodity: str
    region: str
    recycled: float
    cover_steps: float
    level: float = 0.0
    """Level to which it orders, where buyers do."""
    waits: bool = False
    """Its final users wait for what they do not get at once."""
    short: float
    """Elasticity of demand at once, positive."""
    long: float
    """Elasticity of demand in the long run, positive."""
    tide: list[float]
    """What growth, season and noise make of final demand, a factor a step; a single one serves all steps."""
    price0: float
    """Price at rest, USD/t; NaN where it is not known."""
    swing: list[float]
    """What the season makes of its use, a factor a step; a single one serves all steps."""
    ahead: list[float]
    """Stock built ahead of the season, in steps of use, before the first step and after each; a single one serves all."""
    season_low: float
    """How far that falls below nothing at its lowest, in steps of use."""
    storage: float
    """Largest stock it can hold; infinite without a limit."""
    filled: float
    """Part of its usual stock that it has at the start, fraction."""
    products: Products | None = None
    """In use, where a policy recycles them."""
    aim: float = 0.0
    """Part of what comes out of use that is to be recycled, fraction."""
    more: float = 0.0
    """Recycled by policies beyond the usual."""
    on_hand: float = 0.0
    on_order: float = 0.0
    expected_use: float = 0.0
    expected_lead: float = 0.0
    rest_stock: float = 0.0
    log_price: float = 0.0
    late: float = 0.0
    """The price as it was of late, a logarithm."""
    usual_use: float = 0.0
    """What its users are expected to want at the usual price, as their habits are."""
    in_sight: float = 1.0
    """Part of what it would order at the usual price that it is sent, lagged."""
    slow: float = 0.0
    """The price its users have grown used to, a logarithm."""
    offer: float = 0.0
    """What its sellers ask, tariffs included, a logarithm."""
    users: list[User] = field(default_factory=list)
    inbound: list[Link] = field(default_factory=list)
    threat: float = 0.0
    bite: float = 0.0
    """How far a restriction against it is in force, 0 to 1."""
    calm: float = 0.0
    """Part of what it would do under a threat that it forgoes, fraction."""
    cap: float = 1.0
    """Largest part of its purchases that may come from one foreign seller, fraction."""
    wanted: float = 0.0
    usable: float = 0.0
    lack: float = 0.0
    """What its users go without of what they would want at the usual price."""
    given: float = 0.0
    """What strategic stores have given it in the step, t."""
    stock_wanted: float = 0.0
    """Stock it aims at."""
    fill_wanted: float = 0.0
    buy: float = 0.0
    meant: float = 0.0
    """What it would order, taken below 0 too."""
    order: float = 0.0
    need: float = 0.0

    @property
    def name(self) -> str:
        """As an author writes it: `COMMODITY.REGION`."""
        return f"{self.commodity}.{self.region}"

    @property
    def secondary(self) -> float:
        """All that is recycled, t."""
        return self.recycled + self.more

    @property
    def price(self) -> float:
        """Price in the market, USD/t; NaN where that at rest is not known."""
        return self.price0 * exp(min(self.log_price, HIGHEST))

    @property
    def answer(self) -> float:
        """Part of what its final users would want at the usual price that they still want at this one."""
        return exp(-(self.short * self.log_price + (self.long - self.short) * self.slow))


@dataclass(kw_only=True, eq=False, slots=True)
class User:
    """A final sector, or a processor that feeds a producer."""

    sector: str
    buyer: Buyer
    feeds: Producer | None
    works_in: Sector | None
    demand: float
    t_per_t: float
    priority: int
    weight: float
    cost_share: float
    """Share of this input in the cost of what it feeds, fraction."""
    essential: float
    """Part of its sector's output that stops without this input, fraction."""
    surge: float = 1.0
    instead: User | None = None
    """By whom the other material is wanted to which it may change."""
    ratio: float = 1.0
    """Tonnes of the other material per tonne replaced."""
    may: float = 0.0
    """Part of its use that can change, fraction."""
    pace: float = 0.0
    """Part of the way to changing, or back, that it goes in a step, fraction."""
    change_price: float = 0.0
    """Price from which it changes, a logarithm."""
    gone_over: float = 0.0
    """Part of what can change that has, fraction."""
    changed: float = 0.0
    """What it wants of another material in the step, t of this one."""
    drawn: Callable[[int], float] | None = None
    """Its demand in a step, by number, where that is drawn step by step."""
    owed: float = 0.0
    """What it still waits for, t."""
    late: float = 0.0
    """What of its want in the step at hand it waits for, or has lost, under levels to order up to, t."""
    want: float = 0.0
    got: float = 0.0
    consumed: float = 0.0

    @property
    def unmet(self) -> float:
        """Wanted for usual output and not got, t: what would refill a sector's products is not missed."""
        if self.buyer.waits:
            return self.late
        return max(0.0, self.want / self.works_in.work - self.got) if self.works_in else self.want - self.got


@dataclass(kw_only=True, eq=False, slots=True)
class Sector:
    """Final users of one name in one region that make one output together, in steps of output at rest."""

    name: str
    region: str
    product_steps: float
    overtime: float
    """Output beyond the normal that it can reach, fraction."""
    stock: float
    users: list[User] = field(default_factory=list)
    work: float = 1.0
    output: float = 1.0
    sold: float = 1.0


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
    qualify_steps: float
    """Steps the buyer needs to approve the seller; 0 where they trade at rest."""
    rest_share: float
    share: float
    base_flow: float
    fit: float
    """How far the buyer is with approving the seller, 1 when done, fraction."""
    afloat: list[Shipment] = field(default_factory=list)
    dock: list[float] = field(default_factory=list)
    arrived: float = 0.0
    open: float = 1.0
    passing: float = 1.0
    promised: float = 1.0
    hurry: float = 0.0
    delay: float = 0.0
    duty: float = 0.0
    favour: float = 0.0
    """What the seller counts for beyond its price, a logarithm."""
    effort: float = 0.0
    """Part of the approval of its seller that a policy does in a step, fraction."""
    pledge: float = 0.0
    """What the buyer has agreed to take from new works, t per step."""
    rushed: float = 0.0
    ask: float = 0.0
    passable: float = 0.0
    first_passable: float = 0.0
    shipped: float = 0.0
    handed_back: float = 0.0
    """What its buyer leaves to the other members of a joint purchase, t."""
    turned_away: float = 0.0

    @property
    def is_fit(self) -> bool:
        """Whether the buyer has approved the seller."""
        return self.fit > APPROVED

    @property
    def is_home(self) -> bool:
        """Whether it is trade within a region."""
        return self.seller.region == self.buyer.region

    @property
    def clear(self) -> float:
        """Part of the step in which goods pass freely, fraction: none where the buyer has not approved the seller yet."""
        return self.open if self.is_fit else 0.0

    @property
    def firm(self) -> float:
        """What the buyer orders here before anything else, t: what it has agreed to take, once it has approved the seller."""
        return self.pledge if self.is_fit else 0.0

    @property
    def leak(self) -> float:
        """Part of the normal flow that restrictions let through, approved or leaked, fraction."""
        return max(0.0, self.passing - self.open)

    @property
    def expected_leak(self) -> float:
        """The same once licences that are waited for have come, fraction."""
        return max(0.0, self.promised - self.open)

    @property
    def travel(self) -> float:
        """Steps a shipment made now is under way."""
        return self.lead_steps + self.delay

    @property
    def asked_price(self) -> float:
        """What its seller asks, with the tariff, a logarithm."""
        return self.seller.ask + self.duty

    def load(self, amount: float, step: int) -> Shipment:
        """Put a shipment of `amount` t afloat, made at `step`: what its way has beyond whole steps is the part that lands a step later."""
        whole = floor(self.travel)
        late = amount * (self.travel - whole)
        shipment = Shipment(step + whole, [amount - late, late] if late > 0.0 else [amount])
        self.afloat.append(shipment)
        return shipment

    @property
    def seen(self) -> float:
        """Demand its seller sees: the larger of what it might pass at first, and what it shipped in all and was turned away, t."""
        return max(self.first_passable, self.shipped + self.turned_away)


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everyone in the run, each list in stored order."""

    producers: list[Producer]
    buyers: list[Buyer]
    users: list[User]
    sectors: list[Sector]
    links: list[Link]
    stores: list[Store]
    members: list[Member]
    guarantees: list[Guarantee]
    """One a policy, in the order of their names."""
    strikes: list[Strike]
    habits: Habits
