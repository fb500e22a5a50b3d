"""What both engines run on: the network (structure) and a world (numbers, one column a run)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
TINY = 1e-200
"""Put under a quotient so that nothing divided by nothing is nothing; small against any amount, large enough that no product overflows."""


@dataclass(frozen=True, kw_only=True)
class Links:
    """Trade links, sorted by buyer then seller; home supply is a link too."""

    src: Ints
    """Selling node, [link]."""
    dst: Ints
    """Buying node, [link]."""
    lead_steps: Floats
    """Steps from shipping to arrival, at least 1, [link]."""
    ship_class: Ints
    """Priority class of the buyer with this seller, 0 first, [link]."""
    qualify_steps: Floats
    """Steps a buyer needs to approve a seller it does not trade with at rest; 0 where it does, [link]."""


@dataclass(frozen=True, kw_only=True)
class Users:
    """Who draws on a node's stock: final sectors and processors, sorted by node."""

    node: Ints
    """Node drawn on, [user]."""
    feeds: Ints
    """Node whose output needs this input, or -1 for a final sector, [user]."""
    sector: tuple[str, ...]
    """Sector name, or the commodity made, per user."""
    t_per_t: Floats
    """Tonnes of input per tonne made (0 for a final sector), [user]."""
    priority: Ints
    """Class under the priority rule, 0 first, [user]."""
    weight: Floats
    """Weight under the max-min rule, [user]."""
    cost_share: Floats
    """Share of this input in the cost of what it feeds (0 for a final sector), [user]."""
    in_sector: Ints
    """Sector at work that the user belongs to, or -1, [user]."""
    essential: Floats
    """Part of its sector's output that stops without this input (0 outside sectors at work), [user]."""


@dataclass(frozen=True, kw_only=True)
class Sectors:
    """Sectors at work: final users of one name in one region that make one output together."""

    name: tuple[str, ...]
    region: Ints
    """Region of each, [sector]."""


@dataclass(frozen=True, kw_only=True)
class Hosts:
    """Nodes that make what comes with the output of others in the same region, a row a pair, sorted by the first."""

    by_product: Ints
    """Node that makes the by-product, [pair]."""
    host: Ints
    """Node with whose output it comes, [pair]."""
    share: Floats
    """Part of it that comes with this host; 1 together, [pair]."""


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Strategic stockpiles; members are (store, node) pairs sorted by store."""

    name: tuple[str, ...]
    member_store: Ints
    """Store of each member, [member]."""
    member_node: Ints
    """Node of each member, [member]."""
    sharing: tuple[str, ...] = ()
    """Rule by which members share: `need`, `contribution` or `max-min`, a store."""
    payer: tuple[int, ...] = ()
    """Policy that each belongs to, its number in `Network.payers`."""


@dataclass(frozen=True, kw_only=True)
class ShockPlan:
    """One shock, or one policy with a course of its own, as the engines see it: what it strikes. Its dates and sizes are drawn per run."""

    name: str
    kind: str
    """The kind as written, such as `export_ban`."""
    links: Ints
    """Links struck (bans, licences, tariffs, transport), else empty."""
    nodes: Ints
    """Nodes struck (outages, dumping, technology bans), else empty."""
    users: Ints
    """Users whose demand rises (surges), else empty."""
    commodity: str = ""
    buyers: Ints = field(default_factory=lambda: np.array([], dtype=np.intp))
    """Nodes whose users' buying is concerned (caps, joint purchasing, warnings), else empty."""
    parts: Floats = field(default_factory=lambda: np.zeros(0))
    """Part of a project's output that goes over each of its links first, [link struck]."""
    is_policy: bool = False
    instead: Ints = field(default_factory=lambda: np.array([], dtype=np.intp))
    """For users who may change to another material: the user that then wants more of that, or -1, [user struck]."""
    ratio: float = 1.0
    """Tonnes of the other material per tonne replaced."""
    payer: int = -1
    """Policy that pays for it, its number in `Network.payers`, or -1."""

    @property
    def label(self) -> str:
        """Name in tables: `shock:NAME` or `policy:NAME`."""
        return f"{'policy' if self.is_policy else 'shock'}:{self.name}"


@dataclass(frozen=True, kw_only=True)
class Network:
    """Structure: identical in every run."""

    commodities: tuple[str, ...]
    regions: tuple[str, ...]
    node_commodity: Ints
    """Commodity of each node, [node]."""
    node_region: Ints
    """Region of each node, [node]."""
    hosts: Hosts
    links: Links
    users: Users
    sectors: Sectors
    stores: Stores
    shocks: tuple[ShockPlan, ...]
    payers: tuple[str, ...]
    """Names of the policies, in order of the alphabet."""
    floor_payer: Ints
    """Policy that guarantees each node's producers a price, its number in `payers`, or -1, [node]."""
    start: date
    step_days: float
    n_step: int
    sweeps: int
    use_rule: str
    """`proportional`, `priority` or `max-min`."""
    ship_rule: str
    """`highest-bid`, `proportional`, `priority` (domestic-first, allies-first) or `max-min`."""
    prices: bool
    """False: quantities only; prices and all that answers them stand still."""
    up_to_level: bool = False
    """True: every node with users orders up to a fixed level; prices stand still and there are neither stores nor sectors at work."""
    backordered: Ints = field(default_factory=lambda: np.array([], dtype=np.intp))
    """Nodes whose final users wait for what they do not get at once; elsewhere it is lost."""

    @property
    def n_node(self) -> int:
        return len(self.node_commodity)

    def date_of(self, step: float) -> date:
        """Calendar date on which a step (0 is the first) begins."""
        return self.start + timedelta(days=step * self.step_days)


@dataclass(frozen=True, kw_only=True)
class Events:
    """When and how hard one shock strikes in each run: `[event, run]`, instants in steps, `inf` if never."""

    announced: Floats
    rush: Floats
    """From here to `start` buyers hurry; `start` itself where nothing was announced ahead."""
    start: Floats
    full_end: Floats
    ramp_end: Floats
    end: Floats
    after: Floats
    """Level from `ramp_end` to `end`, a fraction of the full level."""
    size: Floats
    """Fraction of capacity lost, leakage through a restriction, relative rise of demand, part of a route closed, tariff, discount, or
    fraction of skill lost."""
    extra: Floats
    """Steps added to a route or to approve a seller or to change to another material, relative rise of a dumper's capacity, or part won
    back of what is collected; else 0."""
    trigger: Floats
    """Price from which users change to another material, as a multiple of the one at rest; else 1."""


class Scrap(NamedTuple):
    """When products under a recycling policy come out of use."""

    shock: int
    """Number of the policy among `Network.shocks`."""
    weight: Floats
    """Part of what is consumed that comes out of use so many steps later, from 0 on, [step, run]."""
    before: Floats
    """What comes out of use in each step of that consumed before the clock, t, [step, node of the plan, run]."""


class Varied(NamedTuple):
    """A final user whose demand is drawn anew in each step."""

    user: int
    want: Callable[[int], Floats]
    """Number of a step -> demand in it before surges, tide and prices, t, [run]."""


COST_KINDS = ("purchase", "proceeds", "holding", "programme", "support", "premium", "tariff")
"""Kinds of cost of a policy; what is earned counts below 0."""


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What policies cost beyond what goods and stocks do, USD, [policy with a course, run]; rows are those of `Network.shocks`."""

    upfront: Floats
    begun: Floats
    """When that is paid, steps."""
    per_step: Floats
    """While in force."""
    per_tonne: Floats
    """For each tonne saved, made or recycled, USD/t."""


@dataclass(frozen=True, kw_only=True)
class World:
    """Numbers: `[axis, run]`, run last; an axis of length 1 where the number is certain."""

    n_run: int
    capacity: Floats
    """Largest output, t per step, [node, run]."""
    production: Floats
    """Output at rest, t per step, [node, run]."""
    demand: Floats
    """Final demand at rest (0 for processors), t per step, [user, run]."""
    recycled: Floats
    """Secondary supply, t per step, [node, run]."""
    cover_steps: Floats
    """Users' stock at rest in steps of use, [node, run]."""
    storage_t: Floats
    """Largest stock users can hold, t, infinite without a limit, [node, run]."""
    stock_frac: Floats
    """Users' stock at the start, part of that at rest, [node, run]."""
    buffer_steps: Floats
    """Producers' finished stock at rest in steps of output, [node, run]."""
    share: Floats
    """Share of the buyer's purchases, [link, run]; sums to 1 per buyer."""
    base_flow: Floats
    """Shipments at rest, t per step, [link, run]."""
    hoarding: Floats
    """Multiple of cover wanted under a full threat, [1, run]."""
    uneven: Floats
    """Unevenness of stocks among users (psi), [1, run]."""
    g_order: Floats
    g_stock: Floats
    g_expect: Floats
    """Gains of the three adjustments of stocks per step, [1, run]."""
    front_running: Floats
    """Orders before an announced restriction as a multiple of normal trade, [1, run]."""
    tide: Floats
    """What growth, season and noise make of final demand, [step, node, run]; any axis of length 1 where it does not matter."""
    swing: Floats
    """What the season makes of the use of a node, [step, node, run]; any axis of length 1 where it does not matter."""
    ahead_steps: Floats
    """Stock that use held evenly through the year builds for the season, in steps of use; below 0 where it is used up, [step, node, run],
    from that before the first step on; any axis of length 1 where it does not matter."""
    season_low: Floats
    """How far that falls below 0 at its lowest, in steps of use, [node, run]; any axis of length 1 where it does not matter."""
    short: Floats
    """Demand elasticity at once, positive, [node, run]."""
    long: Floats
    """Demand elasticity in the long run, positive, [node, run]."""
    supply_elasticity: Floats
    """[node, run]"""
    full_cost: Floats
    """Price at which all capacity is worth running, as a multiple of the one at rest, [1, run]."""
    alpha: Floats
    """Elasticity of price to the shortfall of stock, [1, run]."""
    prospect: Floats
    """Elasticity of price to supply that is out of sight, [1, run]."""
    momentum: Floats
    """Elasticity of the cover buyers want to price against what it was of late, [1, run]."""
    log_ceiling: Floats
    """Logarithm of the highest multiple of the price at rest that scarcity makes, [1, run]."""
    switching: Floats
    """Elasticity of shares to what sellers ask, [1, run]."""
    bidding: Floats
    """Elasticity to price of the part of an order that a short seller serves, [1, run]."""
    shut: Floats
    """Price at which works begin to shut, as a multiple of the one at rest, [1, run]."""
    entry_price: Floats
    """Price that new capacity needs, as a multiple of the one at rest, [1, run]."""
    entry_elasticity: Floats
    """Elasticity of capacity to price in the long run, [1, run]."""
    entry_growth: Floats
    """Most that is begun in a step, part of output at rest, [1, run]."""
    g_price: Floats
    g_belief: Floats
    g_memory: Floats
    g_contract: Floats
    g_demand: Floats
    g_source: Floats
    g_signal: Floats
    g_close: Floats
    g_restart: Floats
    g_build: Floats
    g_ramp: Floats
    """Gains of the market's adjustments per step, [1, run]; `g_build` is that of one of three stages."""
    potential: Floats
    """Most that a by-product's host streams would yield at rest, t per step (infinite without a host), [node, run]."""
    floor: Floats
    """Price floor as a multiple of the price at rest, 0 where there is none, [node, run]."""
    product_steps: Floats
    """Stock of products in steps of output, [sector, run]."""
    overtime: Floats
    """Output beyond the normal that a sector can reach, fraction, [sector, run]."""
    value_added: Floats
    """Value added at rest, USD per step, NaN where it is not stated, [sector, run]."""
    store_target: Floats
    """Tonnes a store aims to hold, [store, run]."""
    store_initial_frac: Floats
    """Fraction of the target held at the start, [store, run]."""
    store_fill_steps: Floats
    """Steps to fill from empty, [store, run]."""
    store_trigger: Floats
    """Shortage above which a store opens, fraction, [store, run]."""
    store_at_most: Floats
    """Largest part of the gap a store covers, fraction, [store, run]."""
    member_frac: Floats
    """Part of a store's buying done by each member, [member, run]."""
    store_start: Floats
    """Step from which a store buys and sells, [store, 1]."""
    store_reserve: Floats
    """Part of the target that is never released, [store, run]."""
    store_rate: Floats
    """Most that is released in a step, part of the target, [store, run]."""
    store_budget: Floats
    """Money for buying, USD per step, [store, run]."""
    store_keep: Floats
    """Cost of holding for a step, part of the value at rest, [store, run]."""
    member_leave: Floats
    """Step from which a member is by itself, [member, 1]."""
    floor_budget: Floats
    """Money for guaranteed prices, USD, [policy, run]; infinite where it has no limit."""
    price0: Floats
    """Price at rest, USD/t, NaN where it is not known, [node, run]."""
    discount: Floats
    """Rate at which money of later years counts less, per year, [1, run]."""
    scrap: tuple[Scrap, ...]
    """Recycling policies."""
    costs: Costs
    events: tuple[Events, ...]
    """One entry a shock, in the order of `Network.shocks`."""
    level: Floats = field(default_factory=lambda: np.zeros((0, 1)))
    """Level to which a node orders, t, [node, run]; of no rows where the network does not order up to levels."""
    each_step: tuple[Varied, ...] = ()
    """Final users whose demand is drawn step by step, in the order of their numbers."""
