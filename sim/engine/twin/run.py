"""The twin: one run told by producers, buyers, shipments and stores on a SimPy calendar.

Slow and readable. Written from MODEL.md alone and sharing no rule with the batch engine, so that each checks the other.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import simpy

from sim.engine.twin import levels, market, prices, sectors, sourcing, stores, supply
from sim.engine.twin.assemble import assemble
from sim.engine.twin.entities import Cast, Link, Shipment
from sim.engine.twin.log import Event, Log
from sim.engine.twin.matter import Ledger
from sim.engine.twin.purse import Purse
from sim.engine.twin.shocks import feel
from sim.errors import ModelError, Problem
from sim.model.world import Floats, Network, World

# A step runs from k to k + 1. Shocks open and close at k, shipments land at their docks at k + 1/4, the market works at k + 1/2.
# Nothing else happens at those three moments, and docks are unloaded in stored order and summed exactly, so it does not matter who was
# started first.
LANDING = 0.25
MARKET = 0.5

Process = Generator[simpy.Event, object, None]


@dataclass(frozen=True, kw_only=True)
class TwinResult:
    """What one run did, step by step, and the log of it. Amounts in t, flows in t per step; arrays are read-only."""

    on_hand: Floats
    """Users' stock after the step, [step, node]."""
    finished: Floats
    """Producers' finished stock after the step, [step, node]."""
    on_order: Floats
    """Under way to the node after the step, [step, node]."""
    expected_use: Floats
    """[step, node]."""
    expected_lead: Floats
    """Steps the buyer expects its goods to take, after the step, [step, node]."""
    expected_orders: Floats
    """[step, node]."""
    made: Floats
    """[step, node]."""
    order: Floats
    """Ordered by the node's buyer, [step, node]."""
    threat: Floats
    """Part of the step under an announced or acting restriction, [step, node]."""
    want: Floats
    """[step, user]."""
    got: Floats
    """[step, user]."""
    consumed: Floats
    """What the user got, less what a processor put back, [step, user]."""
    unmet: Floats
    """Wanted and not got, [step, user]."""
    shipped: Floats
    """[step, link]."""
    arrived: Floats
    """[step, link]."""
    held: Floats
    """What the store holds for the member after the step, [step, member]."""
    released: Floats
    """Given by the store, [step, member]."""
    stored: Floats
    """Taken by the store, [step, member]."""
    log_price: Floats
    """Logarithm of the delivered price as a multiple of the one at rest, after the step, [step, node]."""
    log_origin: Floats
    """Logarithm of what a producer earns as a multiple of rest, after the step, [step, node]."""
    signal: Floats
    """Lagged margin on which works are built and shut, a logarithm, after the step, [step, node]."""
    share: Floats
    """Share of the buyer's orders that goes to the link, after the step, [step, link]."""
    fit: Floats
    """How far the buyer is with approving the seller, 1 when done, after the step, [step, link]."""
    capacity_new: Floats
    """New capacity that works after the step, t per step, [step, node]."""
    building: Floats
    """Capacity begun that does not work yet, after the step, t per step, [step, node]."""
    idle: Floats
    """Part of the old capacity that is shut after the step, [step, node]."""
    idle_new: Floats
    """Part of the new capacity that is shut after the step, [step, node]."""
    bought: Floats
    """Taken in under a price floor so far, [step, node]."""
    product_stock: Floats
    """Products after the step, in steps of output at rest, [step, sector]."""
    sold: Floats
    """As a part of the sales at rest, [step, sector]."""
    output: Floats
    """As a part of the output at rest, [step, sector]."""
    more: Floats
    """Recycled by policies beyond the usual, [step, node]."""
    changed: Floats
    """What the user wanted of another material instead, t of its own, [step, user]."""
    floor_left: Floats
    """Money left for guaranteed prices after the step, USD, infinite where there is no limit, [step, payer]."""
    paid: Floats
    """What each policy has paid in all, USD of the clock's start, [payer, kind]; kinds as in `purse.KINDS`."""
    events: tuple[Event, ...]
    """The log, sorted by date."""


RECORDS: dict[str, Callable[[Cast], list[float]]] = {
    "on_hand": lambda cast: [buyer.on_hand for buyer in cast.buyers],
    "finished": lambda cast: [producer.finished for producer in cast.producers],
    "on_order": lambda cast: [buyer.on_order for buyer in cast.buyers],
    "expected_use": lambda cast: [buyer.expected_use for buyer in cast.buyers],
    "expected_lead": lambda cast: [buyer.expected_lead for buyer in cast.buyers],
    "expected_orders": lambda cast: [producer.expected_orders for producer in cast.producers],
    "made": lambda cast: [producer.made for producer in cast.producers],
    "order": lambda cast: [buyer.order for buyer in cast.buyers],
    "threat": lambda cast: [buyer.threat for buyer in cast.buyers],
    "want": lambda cast: [user.want for user in cast.users],
    "got": lambda cast: [user.got for user in cast.users],
    "consumed": lambda cast: [user.consumed for user in cast.users],
    "unmet": lambda cast: [user.unmet for user in cast.users],
    "shipped": lambda cast: [link.shipped for link in cast.links],
    "arrived": lambda cast: [link.arrived for link in cast.links],
    "held": lambda cast: [member.account for member in cast.members],
    "released": lambda cast: [member.released for member in cast.members],
    "stored": lambda cast: [member.stored for member in cast.members],
    "log_price": lambda cast: [buyer.log_price for buyer in cast.buyers],
    "log_origin": lambda cast: [producer.origin for producer in cast.producers],
    "signal": lambda cast: [producer.signal for producer in cast.producers],
    "share": lambda cast: [link.share for link in cast.links],
    "fit": lambda cast: [link.fit for link in cast.links],
    "capacity_new": lambda cast: [producer.capacity_new for producer in cast.producers],
    "building": lambda cast: [producer.building for producer in cast.producers],
    "idle": lambda cast: [producer.idle for producer in cast.producers],
    "idle_new": lambda cast: [producer.idle_new for producer in cast.producers],
    "bought": lambda cast: [producer.bought for producer in cast.producers],
    "product_stock": lambda cast: [sector.stock for sector in cast.sectors],
    "sold": lambda cast: [sector.sold for sector in cast.sectors],
    "output": lambda cast: [sector.output for sector in cast.sectors],
    "more": lambda cast: [buyer.more for buyer in cast.buyers],
    "changed": lambda cast: [user.changed for user in cast.users],
    "floor_left": lambda cast: [guarantee.left for guarantee in cast.guarantees],
}


def run_twin(
    network: Network,
    world: World,
    run: int,
    threshold: float = 0.01,
    arrange: Callable[[list[Process]], Iterable[Process]] = list,
) -> TwinResult:
    """Simulate one run of a world, entity by entity (MODEL.md).

    run: column of the world's arrays. threshold: share of wants unmet above which the log speaks of a shortage, fraction.
    arrange: order in which the first processes are started; it changes nothing, and tests shuffle it to show so.
    Raises ModelError if there is no such run, and RunError if matter is not conserved (naming node, step and gap).
    """
    if not 0 <= run < world.n_run:
        raise ModelError(Problem(what="no such run", got=str(run), remedy=f"Runs are numbered 0 to {world.n_run - 1}."))
    cast = assemble(network, world, run)
    return _Twin(network, cast, Purse(network, world, run, cast), threshold).play(arrange)


class _Twin:
    """A cast, its calendar and its books."""

    def __init__(self, network: Network, cast: Cast, purse: Purse, threshold: float) -> None:
        self._n_step, self._up_to_level = network.n_step, network.up_to_level
        self._cast = cast
        self._purse = purse
        self._calendar = simpy.Environment()
        self._ledger = Ledger(cast)
        self._log = Log(network, cast, threshold)
        self._rows: dict[str, list[list[float]]] = {name: [] for name in RECORDS}

    def play(self, arrange: Callable[[list[Process]], Iterable[Process]]) -> TwinResult:
        calendar, cast = self._calendar, self._cast
        shocks = [strike.life(calendar) for strike in cast.strikes]
        voyages = [self._voyage(link, shipment) for link in cast.links for shipment in link.afloat]
        for process in arrange([*shocks, *voyages, self._market()]):
            calendar.process(process)
        calendar.run(until=self._n_step)
        self._purse.close()
        tables = {name: _table(rows) for name, rows in self._rows.items()}
        return TwinResult(events=self._log.close(), paid=_table(self._purse.paid), **tables)

    def _market(self) -> Process:
        yield self._calendar.timeout(MARKET)
        for step in range(self._n_step):
            self._step(step)
            yield self._calendar.timeout(1)

    def _step(self, step: int) -> None:
        cast = self._cast
        feel(cast)
        if self._up_to_level:
            self._step_up_to_level(step)
            return
        market.arrive(cast)
        market.recycle(cast, step)
        supply.muster(cast)
        supply.plan(cast)
        sectors.plan(cast)
        market.want(cast, step)
        market.muster(cast)
        stores.release(cast, step)
        market.use(cast)
        market.make(cast)
        sectors.make(cast)
        market.consume(cast, step)
        market.aim(cast, step)
        stores.fill(cast, step)
        market.order(cast)
        market.ship(cast)
        self._depart(step)
        market.learn(cast)
        sourcing.qualify(cast)
        supply.buy_up(cast)
        if cast.habits.prices:
            prices.price(cast, step)
            sourcing.lean(cast)
            supply.adapt(cast)
        supply.remember(cast)
        supply.support(cast)
        self._purse.pay(step)
        self._count(step)

    def _step_up_to_level(self, step: int) -> None:
        cast = self._cast
        market.arrive(cast)
        market.recycle(cast, step)
        supply.muster(cast)
        market.want(cast, step)
        levels.use(cast)
        levels.make(cast)
        levels.order(cast)
        market.ship(cast)
        self._depart(step)
        market.see_needs(cast)
        sourcing.qualify(cast)
        supply.remember(cast)
        self._count(step)

    def _depart(self, step: int) -> None:
        for link in self._cast.links:
            if link.shipped > 0.0:
                self._calendar.process(self._voyage(link, link.load(link.shipped, step)))

    def _voyage(self, link: Link, shipment: Shipment) -> Process:
        yield self._calendar.timeout(shipment.due + LANDING - self._calendar.now)
        link.dock.append(shipment.parts.pop(0))
        while shipment.parts:
            yield self._calendar.timeout(1)
            link.dock.append(shipment.parts.pop(0))
        link.afloat.remove(shipment)

    def _count(self, step: int) -> None:
        self._ledger.check(step)
        self._log.note(step)
        for name, read in RECORDS.items():
            self._rows[name].append(read(self._cast))


def _table(rows: Sequence[Sequence[float]]) -> Floats:
    table = np.array(rows, dtype=np.float64)
    table.setflags(write=False)
    return table
