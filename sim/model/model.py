"""A compiled scenario: structure, and every number still as it was written (a value or a law)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sim.model.world import Floats, Network
from sim.scenario.law import Amount


class Entry(NamedTuple):
    """A number and the name of its stream of chance."""

    name: str
    amount: Amount


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
    buffer: tuple[Entry, ...]
    """days, [node]."""
    demand: tuple[Entry, ...]
    """t/year, 0 for processors, [user]."""
    trade: Floats
    """Prior flows in t/year, NaN where none is stated, [node of the seller, region of the buyer]."""


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


@dataclass(frozen=True, kw_only=True)
class ShockFacts:
    """When and how hard a shock strikes, as written; durations in days."""

    origin: float
    """the clock's start, days since 1970-01-01; `announced` and `end` are counted from it, `start` is not."""
    announced: float | None
    start: Entry | None
    rate: Entry | None
    """random strikes a year, instead of a start."""
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
    """fraction of capacity lost, leakage, or relative rise of demand."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A scenario ready to be drawn and run."""

    name: str
    network: Network
    facts: Facts
    stores: tuple[StoreFacts, ...]
    shocks: tuple[ShockFacts, ...]
    hoarding: Entry
    uneven: Entry
    order_days: float
    stock_days: float
    expect_days: float
    threshold: float
    series: tuple[str, ...]
