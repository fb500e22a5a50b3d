"""A compiled scenario: structure, and every number still as it was written (a value or a law)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sim.model.economy import Economy
from sim.model.entry import Entry
from sim.model.habits import Habits
from sim.model.world import Floats, Network

__all__ = ["After", "EachStep", "Entry", "Facts", "Model", "SectorFacts", "ShockFacts", "StoreFacts"]


class EachStep(NamedTuple):
    """How a final user's demand is drawn in each step; its mean is that user's demand."""

    user: int
    stream: str
    """Name of the stream of its uniforms."""
    law: str
    """`poisson` or `normal`."""
    size: float
    """t: a lot under the first, the standard deviation of a step under the second."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Numbers per node, user and link; amounts in t/year and days, one entry a row."""

    production: tuple[Entry, ...]
    """t/year, [node]."""
    world_share: tuple[Entry | None, ...]
    """Share of world production where one was set, [node]."""
    capacity: tuple[Entry | None, ...]
    """t/year where stated, [node]."""
    spare: tuple[Entry, ...]
    """Capacity beyond production where capacity is not stated, fraction, [node]."""
    recycled: tuple[Entry, ...]
    """t/year, [node]."""
    cover: tuple[Entry, ...]
    """days, [node]."""
    storage: tuple[Entry | None, ...]
    """Largest stock users can hold, days of use, where there is a limit, [node]."""
    stock_at_start: tuple[Entry, ...]
    """Users' stock on the first day, part of that at rest, [node]."""
    buffer: tuple[Entry, ...]
    """days, [node]."""
    demand: tuple[Entry, ...]
    """t/year, 0 for processors, [user]."""
    potential: tuple[Entry | None, ...]
    """t/year that a by-product's host streams would yield, where stated, [node]."""
    short: tuple[Entry, ...]
    long: tuple[Entry, ...]
    supply_elasticity: tuple[Entry, ...]
    """Elasticities, positive, [node]."""
    floor: tuple[Entry, ...]
    """Price floor as a multiple of the price at rest, 0 where there is none, [node]."""
    floor_budget: tuple[Entry | None, ...]
    """USD for a guaranteed price, None where it has no limit, [policy]."""
    price: tuple[Entry | None, ...]
    """Price at rest, USD/t, where stated, [node]."""
    discount: Entry
    """Rate at which money of later years counts less, per year."""
    level: tuple[Entry | None, ...] = ()
    """t that a node orders up to, None at nodes without users, [node]; of no rows where the network does not."""
    each_step: tuple[EachStep, ...] = ()
    """Final demand that is drawn step by step."""
    trade: Floats
    """Prior flows in t/year, NaN where none is stated, [node of the seller, region of the buyer]."""


@dataclass(frozen=True, kw_only=True)
class SectorFacts:
    """Sectors at work as written."""

    product_stock: tuple[Entry, ...]
    """days of output, [sector]."""
    overtime: tuple[Entry, ...]
    """Output beyond the normal, fraction, [sector]."""
    value_added: tuple[Entry | None, ...]
    """USD/year where stated, [sector]."""
    cost_share: Floats
    """Share of each input in value added, 0 outside sectors at work, [user]."""


@dataclass(frozen=True, kw_only=True)
class StoreFacts:
    """A strategic stockpile as written."""

    target: Entry
    """days of the holders' use."""
    fill: Entry
    """days from empty to target."""
    initial: Entry
    """fraction of the target held at the start."""
    trigger: float
    """shortage above which it opens, fraction."""
    at_most: Entry
    """largest part of a gap it covers, fraction."""
    start: float
    """days from the clock's start from which it buys and sells."""
    reserve: Entry
    """part of the target never released."""
    rate: Entry | None
    """targets a year that are released at most."""
    budget: Entry | None
    """USD/year for buying."""
    holding: Entry
    rotation: Entry
    rotation_loss: Entry
    """cost of holding, part turned over, a year, and part of the value then lost."""
    leave: tuple[float, ...]
    """days from the clock's start on which members leave, infinite where they stay, [member of the store]."""


@dataclass(frozen=True, kw_only=True)
class After:
    """The shock that another follows."""

    shock: int
    """its number in `Network.shocks`."""
    probability: Entry
    """chance to follow, each time it strikes."""
    delay: Entry
    """days from its start."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a policy costs, as written."""

    upfront: Entry
    """USD at its start."""
    yearly: Entry
    """USD/year while in force."""
    per_tonne: Entry
    """USD/t saved, made or recycled."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """How long works take, as written."""

    mean: Entry
    """days, all stages together."""
    stages: int
    slip: Entry
    """factor on it."""


@dataclass(frozen=True, kw_only=True)
class ShockFacts:
    """When and how hard a shock strikes or a policy acts, as written; durations in days."""

    origin: float
    """the clock's start, days since 1970-01-01; `announced` and `end` are counted from it, `start` is not."""
    announced: float | None
    start: Entry | None
    rate: Entry | None
    """random strikes a year, instead of a start."""
    after: After | None
    """instead of either."""
    overlap: bool
    duration: Entry | None
    """None: until `end`, or the horizon."""
    end: float | None
    recovery: Entry
    """linear return to normal after the duration."""
    processing: Entry | None
    """licences: time in which nothing is approved."""
    approval: Entry | None
    """licences: part of orders approved after the ramp."""
    probability: Entry
    size: Entry
    """fraction of capacity lost, leakage, relative rise of demand, part of a route closed, tariff, discount, or fraction of skill lost."""
    extra: Entry
    """days added to a route, or relative rise of capacity; else 0."""
    is_extra_time: bool
    is_size_rate: bool = False
    """`size` is in t/year."""
    build: Build | None = None
    """New works: what passes between `start` and the first output."""
    notice: Entry | None = None
    """Warnings: days before the start of the shock it follows."""
    trigger: Entry | None = None
    """Substitution: price from which users change, as a multiple of the one at rest."""
    life: tuple[Entry, Entry] | None = None
    """Recycling: mean time of use and its standard deviation, days."""
    cost: Cost | None = None


@dataclass(frozen=True, kw_only=True)
class Model:
    """A scenario ready to be drawn and run."""

    name: str
    network: Network
    facts: Facts
    sectors: SectorFacts
    stores: tuple[StoreFacts, ...]
    shocks: tuple[ShockFacts, ...]
    habits: Habits
    threshold: float
    warm_up_steps: int = 0
    """Steps at the start that measures of stock policies leave out."""
    series: tuple[str, ...]
    economies: tuple[Economy, ...] = ()
