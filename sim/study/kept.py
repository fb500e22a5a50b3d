"""What is kept of a scenario's runs, and how what was kept of some is put together with the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from sim.draw.quantile import quantile
from sim.errors import Problem, RunError
from sim.model.model import Model
from sim.model.world import Floats, Ints, Network
from sim.record.economy import ECONOMY_MEASURES, INDUSTRY_MEASURES, economy_places
from sim.record.fan import ExactFan, Fan, Mean, SketchFan
from sim.record.record import Place, Record
from sim.record.shelf import Shelf, shelves
from sim.record.stock_tally import OF_MARKETS, STOCK_MEASURES
from sim.record.tally import (
    COST_MEASURES,
    FLOOR_MEASURES,
    NODE_MEASURES,
    PRICE_MEASURES,
    SECTOR_MEASURES,
    SHOCK_MEASURES,
    USER_MEASURES,
)
from sim.scenario import Scenario, support
from sim.scenario.law import Amount
from sim.units import DAYS_PER_YEAR

EXACT_BYTES = 2**27
MEMORY_BYTES = 2**28
"""Outcomes beyond this lie in a file."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Which numbers are kept of each run, and in which rows: the same wherever it is worked out."""

    model: Model
    n_run: int
    places: tuple[Place, ...]
    nodes: Ints
    """Nodes that have users, which come first among the places."""
    rows: dict[str, int]
    """Measure -> number of rows."""
    first_row: dict[str, int]
    """Measure -> the place of its first row."""
    fan_nodes: dict[str, Ints]
    """Series of which quantiles are kept -> its nodes."""
    is_exact: bool
    """Whether every value of them is kept, or counts of a sketch."""

    def fans(self, n_run: int) -> dict[str, Fan]:
        """Empty quantiles, to be filled with so many of the runs."""
        kind, n_step = ExactFan if self.is_exact else SketchFan, self.model.network.n_step
        return {series: kind(n_step, len(nodes), n_run) for series, nodes in self.fan_nodes.items()}

    def means(self) -> dict[str, Mean]:
        """Empty means."""
        net = self.model.network
        per_node = throughput(self.model)[net.node_commodity]
        scales = {"supply": per_node[net.links.dst], "demand": per_node, "recycled": per_node, "shock": np.ones(len(net.shocks))}
        return {series: Mean(net.n_step, scale) for series, scale in scales.items()}

    @property
    def n_outcome(self) -> int:
        """Numbers kept of a run, but for series."""
        return sum(self.rows.values())


def lay_out(model: Model, n_run: int) -> Layout:
    """Work out what is kept of a model's runs.

    Arguments:
        model: the compiled scenario.
        n_run: number of all runs.
    """
    net = model.network
    floors = np.array([n for n, entry in enumerate(model.facts.floor) if entry.amount != 0.0], dtype=np.intp)
    all_places = (*places(net), *economy_places(model.economies), *(_at(net, n, "price floor") for n in floors), *_payers(net))
    nodes = np.flatnonzero(np.bincount(net.users.node, minlength=net.n_node))
    n_all, n_user, n_sector, n_shock = len(nodes), len(net.users.node), len(net.sectors.name), len(net.shocks)
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
        kept |= dict.fromkeys(FLOOR_MEASURES, (len(all_places) - len(net.payers) - len(floors), len(floors)))
    if net.payers:
        kept |= dict.fromkeys(COST_MEASURES, (len(all_places) - len(net.payers), len(net.payers)))
    makers = np.unique(net.links.src)
    fan_nodes = {series: makers if series == "origin_price" else nodes for series in model.series if series != "supply"}
    few = n_run <= SketchFan.N_BIN  # below that a sketch is the larger of the two
    return Layout(
        model=model,
        n_run=n_run,
        places=all_places,
        nodes=nodes,
        rows={measure: n_row for measure, (_, n_row) in kept.items()},
        first_row={measure: first for measure, (first, _) in kept.items()},
        fan_nodes=fan_nodes,
        is_exact=few or 4 * net.n_step * sum(map(len, fan_nodes.values())) * n_run <= EXACT_BYTES,
    )


@dataclass(frozen=True)
class Part:
    """What is kept of runs first ... first + n_run - 1."""

    first: int
    n_run: int
    outcomes: dict[str, Floats]
    """[row, run of the part]"""
    at_end: NDArray[np.bool_]
    """[place, run of the part]"""
    fans: dict[str, Fan]
    fans_from: int
    """The run with which the fans begin."""
    means: dict[str, Mean]


class Kept:
    """What is kept of all runs; parts of them may come in any order."""

    def __init__(self, layout: Layout, file: BinaryIO | None = None) -> None:
        """Begin with no run.

        Arguments:
            layout: of all runs.
            file: where outcomes lie so that they outlive the program; in memory if not given, or in a nameless file if they are many.
        """
        self.layout = layout
        n_run, on_disk = layout.n_run, 8 * layout.n_run * layout.n_outcome > MEMORY_BYTES
        self.outcomes: dict[str, Floats] | dict[str, Shelf] = (
            shelves(layout.rows, n_run, file)
            if on_disk or file
            else {measure: np.empty((n_row, n_run)) for measure, n_row in layout.rows.items()}
        )
        self.at_end = np.zeros((len(layout.places), n_run), dtype=np.bool_)
        self.done = np.zeros(n_run, dtype=np.bool_)
        self.fans = layout.fans(n_run)
        self.means = layout.means()

    def put(self, part: Part) -> None:
        """Add what was kept of some runs.

        Raises:
            RunError: there is no room for it on disk.
        """
        runs = slice(part.first, part.first + part.n_run)
        try:
            for measure, values in part.outcomes.items():
                kept = self.outcomes[measure]
                if isinstance(kept, Shelf):
                    kept.put(part.first, values)
                else:
                    kept[:, runs] = values
        except OSError as error:
            raise no_room(error, 8 * self.layout.n_run * self.layout.n_outcome) from error
        self.at_end[:, runs] = part.at_end
        if part.fans is not self.fans:
            for series, fan in self.fans.items():
                fan.merge(part.first, part.fans[series])
            for series, mean in self.means.items():
                mean.merge(part.means[series])
        self.done[runs] = True

    def missing(self) -> Iterator[range]:
        """Runs that are still to be done, in stretches."""
        edges = np.flatnonzero(np.diff(np.concatenate([[True], self.done, [True]]).astype(np.int8)))
        return (range(int(start), int(stop)) for start, stop in edges.reshape(-1, 2))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All but the outcomes, by name; writing into them is putting back what was kept before."""
        series = {f"fan {name}": fan.kept for name, fan in self.fans.items()}
        return {"done": self.done, "at_end": self.at_end, **series} | {f"mean {name}": mean.kept for name, mean in self.means.items()}

    def record(self, scenario: Scenario, wall_s: float) -> Record:
        """What was kept, all runs being done."""
        layout, net = self.layout, self.layout.model.network
        fans = {}
        for series, fan in self.fans.items():
            by_row = fan.quantiles()
            fans[series] = np.full((len(by_row), net.n_step, net.n_node), np.nan)
            fans[series][:, :, layout.fan_nodes[series]] = by_row
        return Record(
            scenario=scenario,
            network=net,
            n_run=layout.n_run,
            rng_seed=scenario.runs.rng_seed,
            wall_s=wall_s,
            places=layout.places,
            outcomes=cast("dict[str, Floats]", self.outcomes),
            first_row=layout.first_row,
            at_end=self.at_end,
            fans=fans,
            means={name: mean.mean(layout.n_run) for name, mean in self.means.items()},
        )


def no_room(error: OSError, n_byte: int) -> RunError:
    """What to say when outcomes cannot be put on disk.

    Arguments:
        error: what the system said.
        n_byte: size of all outcomes.
    """
    remedy = f"They take {n_byte / 1e9:.1f} GB: make room, give another folder with --out (or TMPDIR), or ask for fewer runs."
    return RunError(Problem(what="the outcomes of the runs cannot be kept on disk", got=error.strerror or str(error), remedy=remedy))


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
