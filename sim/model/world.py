"""What both engines run on: the network (structure) and a world (numbers, one column a run)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

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


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Strategic stockpiles; members are (store, node) pairs sorted by store."""

    name: tuple[str, ...]
    member_store: Ints
    """Store of each member, [member]."""
    member_node: Ints
    """Node of each member, [member]."""


@dataclass(frozen=True, kw_only=True)
class ShockPlan:
    """One shock as the engines see it: what it strikes. Its dates and sizes are drawn per run."""

    name: str
    kind: str
    """`export_ban`, `export_licence`, `outage` or `demand_surge`."""
    links: Ints
    """Links restricted (bans and licences), else empty."""
    nodes: Ints
    """Nodes whose capacity is lost (outages), else empty."""
    users: Ints
    """Users whose demand rises (surges), else empty."""
    commodity: str = ""


@dataclass(frozen=True, kw_only=True)
class Network:
    """Structure: identical in every run."""

    commodities: tuple[str, ...]
    regions: tuple[str, ...]
    node_commodity: Ints
    """Commodity of each node, [node]."""
    node_region: Ints
    """Region of each node, [node]."""
    links: Links
    users: Users
    stores: Stores
    shocks: tuple[ShockPlan, ...]
    start: date
    step_days: float
    n_step: int
    sweeps: int
    use_rule: str
    """`proportional`, `priority` or `max-min`."""
    ship_rule: str
    """`proportional`, `priority` (domestic-first, allies-first) or `max-min`."""

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
    start: Floats
    full_end: Floats
    ramp_end: Floats
    end: Floats
    after: Floats
    """Level from `ramp_end` to `end`, a fraction of the full level."""
    size: Floats
    """Fraction of capacity lost, leakage through a restriction, or relative rise of demand."""


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
    """Gains of the three adjustments per step, [1, run]."""
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
    events: tuple[Events, ...]
    """One entry a shock, in the order of `Network.shocks`."""
