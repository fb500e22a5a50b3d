"""All runs of one scenario, batch by batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from tempfile import TemporaryFile

import numpy as np

from sim.draw import draw
from sim.draw.quantile import quantile
from sim.draw.sampling import source_of
from sim.draw.source import Source
from sim.engine.batch import simulate
from sim.engine.room import Room
from sim.errors import ModelError, Problem
from sim.model.model import Model
from sim.model.world import COST_KINDS, Floats, Ints, Network, Stores, World
from sim.record.economy import ECONOMY_MEASURES, INDUSTRY_MEASURES, EconomyTally, economy_places
from sim.record.fan import ExactFan, Fan, Mean, SketchFan
from sim.record.record import Place, Record
from sim.record.stock_tally import OF_MARKETS, STOCK_MEASURES, StockTally
from sim.record.tally import (
    COST_MEASURES,
    FLOOR_MEASURES,
    NODE_MEASURES,
    PRICE_MEASURES,
    SECTOR_MEASURES,
    SHOCK_MEASURES,
    USER_MEASURES,
    Tally,
)
from sim.scenario import Scenario, support
from sim.scenario.law import Amount
from sim.units import DAYS_PER_YEAR

Progress = Callable[[int, int], None]
CACHE_BYTES = 2**23
"""Room for a batch's state and flows. More than the cache: with few nodes the cost of a call outweighs it (DESIGN.md)."""
STEPS_A_REPORT = 64
STORE_NUMBERS = (
    *("store_target", "store_initial_frac", "store_fill_steps", "store_trigger", "store_at_most", "store_start", "store_reserve"),
    *("store_rate", "store_budget", "store_keep", "member_frac", "member_leave"),
)
REST_STEPS = 150
"""Long enough for rounding that grows at all to show."""
REST_TOLERANCE = 1e-6
"""Part of its size by which a stock may move in a world at rest; rounding alone stays below 1e-12."""
EXACT_BYTES = 2**27
MEMORY_BYTES = 2**28


def ensemble(
    scenario: Scenario, model: Model, n_batch: int | None = None, progress: Progress | None = None, source: Source | None = None
) -> Record:
    """Run every run of a scenario and fold what it asked to keep.

    Arguments:
        scenario: as written; its `runs` say how many and with which generator number.
        model: the scenario compiled.
        n_batch: runs in a batch; chosen so that a batch fits the cache when not given. Results do not depend on it.
        progress: called now and then with (runs done, runs wanted).
        source: of chance, where several scenarios share one; that of the scenario if not given.

    Raises:
        ScenarioError: the sampler cannot do that number of runs. ModelError: a market cannot be at rest, or matter was not conserved.
    """
    began = time.perf_counter()
    n_run, drawn = scenario.runs.count, source or source_of(scenario, [model])
    check_rest(model, draw(model, drawn, 0, 1))
    keep = Keep(model, n_run)
    size = n_batch or batch_size(model.network)
    for first in range(0, n_run, size):
        world = draw(model, drawn, first, min(size, n_run - first))
        keep.batch(world, first, progress)
    return keep.record(scenario, time.perf_counter() - began)


def check_rest(model: Model, world: World) -> None:
    """Play one world in which nothing happens: what moves there would be taken for the doing of a shock.

    Arguments:
        model: the compiled scenario.
        world: one run of it, or a few.

    Raises:
        ModelError: stocks drift; with adjustments quicker than goods travel a market feeds on its own rounding.
    """
    net = model.network
    nobody: Ints = np.array([], dtype=np.intp)
    stores = Stores(name=(), member_store=nobody, member_node=nobody)
    calm = replace(net, shocks=(), stores=stores, payers=(), floor_payer=np.full(net.n_node, -1), n_step=min(net.n_step, REST_STEPS))
    none = {name: getattr(world, name)[:0] for name in STORE_NUMBERS}
    still = replace(
        world,
        events=(),
        scrap=(),
        tide=np.ones((1, 1, 1)),
        each_step=(),
        swing=np.ones((1, 1, 1)),
        ahead_steps=np.zeros((1, 1, 1)),
        season_low=np.zeros((1, 1)),
        stock_frac=np.ones((1, 1)),
        floor=np.zeros_like(world.floor),
        floor_budget=np.zeros((0, 1)),
        **none,
    )
    before = Room(calm, still)
    if before.stages is not None and not before.stages.can_rest:
        return
    room, start = simulate(calm, still, lambda room, k: None), before.state
    size = start.on_hand + start.expected_use
    moved = np.abs(room.state.on_hand - start.on_hand)
    size[room.plan.makers] += start.finished + start.expected_orders
    moved[room.plan.makers] += np.abs(room.state.finished - start.finished)
    worst, run = divmod(int(np.argmax(moved - REST_TOLERANCE * size)), moved.shape[1])
    if not moved[worst, run] <= REST_TOLERANCE * size[worst, run]:
        raise ModelError(
            Problem(
                where=f"{net.commodities[net.node_commodity[worst]]}.{net.regions[net.node_region[worst]]}",
                what=f"the world does not rest: with no shock at all stocks move within {calm.n_step} steps",
                got=f"by {moved[worst, run] / size[worst, run]:.2g} of their size",
                remedy="Lengthen rules.order_adjustment or rules.expectation, give producers a buffer, or shorten lead times.",
            )
        )


def throughput(model: Model) -> Floats:
    """What passes through each commodity in a step at most, at rest, t, [commodity]."""
    net, per_step = model.network, model.network.step_days / DAYS_PER_YEAR
    most = np.zeros(len(net.commodities))
    for entries in (model.facts.production, model.facts.recycled):
        np.add.at(most, net.node_commodity, [_upper(entry.amount) * per_step for entry in entries])
    return most


def _upper(amount: Amount) -> float:
    """The largest value of a number, or one that few draws exceed."""
    high = support(amount)[1]
    return high if np.isfinite(high) or isinstance(amount, float | int) else float(quantile(amount, np.array([0.999]))[0])


def batch_size(net: Network) -> int:
    """Runs whose state and flows fit the cache together, a multiple of 32 from 32 to 4096, to 8192 for the few rules of fixed levels."""
    rows = 14 * net.n_node + 8 * len(net.links.src) + 6 * len(net.users.node)
    return int(np.clip(CACHE_BYTES // (8 * rows) // 32 * 32, 32, 8192 if net.up_to_level else 4096))


class Keep:
    """What is kept of all batches."""

    def __init__(self, model: Model, n_run: int) -> None:
        net = model.network
        self.model, self.net, self.n_run = model, net, n_run
        floors = np.array([n for n, entry in enumerate(model.facts.floor) if entry.amount != 0.0], dtype=np.intp)
        self.places = (*places(net), *economy_places(model.economies), *(_at(net, n, "price floor") for n in floors), *_payers(net))
        self.nodes = np.flatnonzero(np.bincount(net.users.node, minlength=net.n_node))
        n_all, n_user, n_sector, n_shock = len(self.nodes), len(net.users.node), len(net.sectors.name), len(net.shocks)
        kept = {measure: (0, n_all + n_user if measure in USER_MEASURES else n_all) for measure in NODE_MEASURES}
        if net.prices:
            kept |= dict.fromkeys(PRICE_MEASURES, (0, n_all))
        if net.up_to_level:
            kept = {measure: rows for measure, rows in kept.items() if measure not in OF_MARKETS}
            kept |= dict.fromkeys(STOCK_MEASURES, (0, n_all))
        if n_sector:
            kept |= dict.fromkeys(SECTOR_MEASURES, (n_all + n_user, n_sector))
        kept |= dict.fromkeys(SHOCK_MEASURES, (n_all + n_user + n_sector, n_shock))
        if model.economies:
            first, n_economy = n_all + n_user + n_sector + n_shock, len(model.economies)
            kept |= dict.fromkeys(ECONOMY_MEASURES, (first, n_economy))
            kept |= dict.fromkeys(INDUSTRY_MEASURES, (first + n_economy, sum(len(economy.sectors) for economy in model.economies)))
        if len(floors):
            kept |= dict.fromkeys(FLOOR_MEASURES, (len(self.places) - len(net.payers) - len(floors), len(floors)))
        if net.payers:
            kept |= dict.fromkeys(COST_MEASURES, (len(self.places) - len(net.payers), len(net.payers)))
        self.first_row = {measure: first for measure, (first, _) in kept.items()}
        on_disk = 8 * n_run * sum(n_row for _, n_row in kept.values()) > MEMORY_BYTES
        self.outcomes = {measure: _column(n_row, n_run, on_disk) for measure, (_, n_row) in kept.items()}
        self.at_end = np.zeros((len(self.places), n_run), dtype=bool)
        makers = np.unique(net.links.src)
        self.fan_nodes = {series: makers if series == "origin_price" else self.nodes for series in model.series if series != "supply"}
        self.fans: dict[str, Fan] = {series: self._fan(len(nodes)) for series, nodes in self.fan_nodes.items()}
        per_node = throughput(model)[net.node_commodity]
        self.means = {
            "supply": Mean(net.n_step, per_node[net.links.dst]),
            "demand": Mean(net.n_step, per_node),
            "recycled": Mean(net.n_step, per_node),
            "shock": Mean(net.n_step, np.ones(len(net.shocks))),
        }

    def _fan(self, n_row: int) -> Fan:
        n_step = self.net.n_step
        few = self.n_run <= SketchFan.N_BIN  # below that a sketch is the larger of the two
        if few or 4 * n_step * n_row * self.n_run * max(len(self.model.series), 1) <= EXACT_BYTES:
            return ExactFan(n_step, n_row, self.n_run)
        return SketchFan(n_step, n_row)

    def batch(self, world: World, first: int, progress: Progress | None = None) -> None:
        """Simulate one batch and fold it, telling how many runs' worth of steps are done."""
        tally: list[Tally | StockTally] = []
        economy = EconomyTally(self.model.economies, world.n_run)

        def count(room: Room, k: int) -> None:
            if not tally:
                tally.append(tally_of(self.model, room))
            tally[0].count(room, k)
            economy.count(room, k)
            self._series(room, tally[0], k, first)
            if progress and (k + 1) % STEPS_A_REPORT == 0:
                progress(first + world.n_run * (k + 1) // self.net.n_step, self.n_run)

        room = simulate(self.net, world, count)
        for measure in FLOOR_MEASURES if len(room.plan.floors) else ():
            self.outcomes[measure][:, first : first + world.n_run] = room.state.bought
        if room.purse is not None:
            paid = {"cost": room.purse.paid.sum(axis=1)} | {kind: room.purse.paid[:, i] for i, kind in enumerate(COST_KINDS)}
            for kind, usd in paid.items():
                self.outcomes[f"policy_{kind}_usd"][:, first : first + world.n_run] = usd
        self.means["recycled"].add(slice(None), np.broadcast_to(world.recycled, (self.net.n_node, world.n_run)))
        if progress:
            progress(first + world.n_run, self.n_run)
        self._outcomes(world, tally[0], first)
        for measure, values in economy.outcomes().items() if self.model.economies else ():
            self.outcomes[measure][:, first : first + world.n_run] = values

    def _outcomes(self, world: World, done: Tally | StockTally, first: int) -> None:
        """Put away what a batch's runs have come to."""
        runs = slice(first, first + world.n_run)
        n_step, days = self.net.n_step, self.net.step_days
        n_all, n_user, n_sector = len(self.nodes), len(self.net.users.node), len(self.net.sectors.name)
        of_node = done.outcomes(days, n_step) | (done.prices(days, n_step) if isinstance(done, Tally) and self.net.prices else {})
        for measure, values in of_node.items():
            self.outcomes[measure][:n_all, runs] = values[self.nodes]
        for measure, values in done.by_sector(world.value_added, n_step).items() if isinstance(done, Tally) and n_sector else ():
            self.outcomes[measure][:, runs] = values
        for measure, values in done.by_user().items():
            self.outcomes[measure][n_all : n_all + n_user, runs] = values
        if world.events:
            # Nothing runs short before the first shock is announced; within its step the date is only known to the step.
            onset = np.min([np.minimum(e.announced, e.start).min(0) for e in world.events], axis=0) * days
            dates = self.outcomes["first_shortage_days"][:n_all, runs]
            same_step = onset < (np.floor(dates / days) + 1.0) * days
            self.outcomes["first_shortage_days"][:n_all, runs] = np.where(same_step, np.maximum(dates, onset), dates)
        self.at_end[:n_all, runs] = (done.last == n_step - 1)[self.nodes]
        for row, events in enumerate(world.events):
            starts = np.minimum(events.start, n_step)
            lasted = np.where(starts < n_step, np.where(np.isfinite(events.end), events.end, n_step) - starts, 0.0)
            self.outcomes["shock_days"][row, runs] = in_force(starts, np.minimum(events.end, n_step)) * days
            self.outcomes["longest_shock_days"][row, runs] = lasted.max(0) * days
            self.at_end[n_all + n_user + n_sector + row, runs] = ((events.start < n_step) & (events.end > n_step)).any(0)

    def _series(self, room: Room, tally: Tally | StockTally, k: int, first: int) -> None:
        values: dict[str, Callable[[], Floats]] = {
            "unmet": lambda: tally.share,
            "cover": lambda: tally.cover * self.net.step_days,
            "stock": lambda: tally.stock,
            "store": lambda: _held_by_node(room),
            "price": lambda: tally.price,
            "origin_price": lambda: np.exp(room.market.origin),
        }
        for series, fan in self.fans.items():
            rows, now = self.fan_nodes[series], values[series]()
            fan.add(k, first, now if len(now) == len(rows) else now[rows])
        self.means["supply"].add(k, room.arrived)
        self.means["demand"].add(k, room.flows.wanted)
        self.means["shock"].add(k, room.effects.level)
        if room.recycles:
            self.means["recycled"].add(k, room.more)

    def record(self, scenario: Scenario, wall_s: float) -> Record:
        """What was kept."""
        net = self.net
        fans = {}
        for series, fan in self.fans.items():
            by_row = fan.quantiles()
            fans[series] = np.full((len(by_row), net.n_step, net.n_node), np.nan)
            fans[series][:, :, self.fan_nodes[series]] = by_row
        return Record(
            scenario=scenario,
            network=net,
            n_run=self.n_run,
            rng_seed=scenario.runs.rng_seed,
            wall_s=wall_s,
            places=self.places,
            outcomes=self.outcomes,
            first_row=self.first_row,
            at_end=self.at_end,
            fans=fans,
            means={name: mean.mean(self.n_run) for name, mean in self.means.items()},
        )


def tally_of(model: Model, room: Room) -> Tally | StockTally:
    """The tally of a batch, at nothing yet."""
    if model.network.up_to_level:
        return StockTally(room, model.threshold, model.warm_up_steps)
    return Tally(room, model.threshold, model.sectors.cost_share)


def in_force(starts: Floats, ends: Floats) -> Floats:
    """Length of time covered by any of several strikes, which may overlap, [event, run] -> [run]."""
    order = np.argsort(starts, axis=0, kind="stable")
    covered, until = np.zeros(starts.shape[1]), np.full(starts.shape[1], -np.inf)
    for start, end in zip(np.take_along_axis(starts, order, 0), np.take_along_axis(ends, order, 0), strict=True):
        covered += np.maximum(end - np.maximum(start, until), 0.0)
        until = np.maximum(until, end)
    return covered


def places(net: Network) -> tuple[Place, ...]:
    """Nodes that have users, then their users, then sectors at work, then shocks."""
    used = np.flatnonzero(np.bincount(net.users.node, minlength=net.n_node))
    return (
        *(_at(net, n, "all") for n in used),
        *(_at(net, n, sector) for n, sector in zip(net.users.node, net.users.sector, strict=True)),
        *(Place("", net.regions[r], name) for name, r in zip(net.sectors.name, net.sectors.region, strict=True)),
        *(Place(shock.commodity, "", shock.label) for shock in net.shocks),
    )


def _payers(net: Network) -> Iterator[Place]:
    """Policies, for what they cost."""
    return (Place("", "", f"policy:{name}") for name in net.payers)


def _at(net: Network, node: np.intp, sector: str) -> Place:
    return Place(net.commodities[net.node_commodity[node]], net.regions[net.node_region[node]], sector)


def _held_by_node(room: Room) -> Floats:
    held = np.zeros_like(room.state.on_hand)
    np.add.at(held, room.plan.net.stores.member_node, room.state.held)
    return held


def _column(n_row: int, n_run: int, on_disk: bool) -> Floats:
    """Room for one measure in all runs."""
    if not on_disk or n_row == 0:
        return np.empty((n_row, n_run))
    with TemporaryFile() as file:  # the mapping keeps the file, which is gone when the mapping is
        return np.memmap(file, dtype=np.float64, mode="w+", shape=(n_row, n_run))
