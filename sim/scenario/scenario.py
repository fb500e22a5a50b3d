"""The scenario: one file, one question. Everything an author may write at the top level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, model_validator

from sim.errors import BadValue, Fault, Problem, refuse
from sim.scenario.amount import (
    Day,
    FixedDelay,
    FixedShare,
    FixedTime,
    Quantity,
    Strict,
    Whole,
    check_listed,
    written,
)
from sim.scenario.cross import Parts, cross_faults, expand
from sim.scenario.economy import Economy
from sim.scenario.facts import Facts
from sim.scenario.headline import Headline
from sim.scenario.network import NetworkSpec, split_node
from sim.scenario.node import Node, Origin, name_variant, problem_at
from sim.scenario.policy import Policy
from sim.scenario.rules import Rules
from sim.scenario.sampler import MOST_RUNS, Sampler
from sim.scenario.sector import Sector
from sim.scenario.shock import Shock
from sim.units import DAYS_PER_MONTH

if TYPE_CHECKING:
    from sim.data.own import DataFolder

_Step = Annotated[float, Quantity("time", 1, DAYS_PER_MONTH, law=False)]
SERIES = ("unmet", "cover", "stock", "store", "supply", "price", "origin_price")
Series = Literal["unmet", "cover", "stock", "store", "supply", "price", "origin_price"]


def _check_source(cite: str) -> str:
    sheet, mark, claim = cite.partition("#")
    if not (sheet and mark and claim) or "#" in claim:
        raise refuse("not a citation", cite, "Write sheet#claim, the name of a sheet in seeds/ and one of its claims.")
    return cite


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    return check_listed(names) if names else names


def _empty_means_default(spec: Any) -> Any:
    # `chips:` with nothing after it is a sector with every default.
    return {} if spec is None else spec


class Clock(Strict):
    """When the simulation starts, how long it runs, and in what steps."""

    start: Day = Field(description="First day.")
    horizon: FixedTime = Field(description="Length of the simulation.")
    step: _Step = Field(
        default=written("1 week"), description="Length of a step, from 1 day to 1 month. 1 week: fine enough for stocks of weeks."
    )

    @model_validator(mode="after")
    def _check(self) -> Clock:
        if self.horizon < self.step:
            raise refuse("the horizon is shorter than one step", f"{self.horizon:g} days", "Give a longer horizon or a shorter step.")
        if self.start.toordinal() + self.horizon > date.max.toordinal():
            raise refuse("the horizon reaches beyond the year 9999", f"{self.horizon:g} days", "Give a shorter horizon.")
        return self


class Runs(Strict):
    """How many draws of chance, and from which seed."""

    count: Whole = Field(
        default=2000, ge=1, le=MOST_RUNS, description="Number of runs. 2000: the error of a 5 % chance is about half a point."
    )
    rng_seed: Whole = Field(
        default=0, ge=0, lt=2**63, description="Number from which all chance is drawn; the same number, the same worlds."
    )
    sampler: Sampler = Field(
        default="plain",
        description="How chance is sampled: plain Monte Carlo; antithetic pairs; scrambled Sobol points or Latin hypercubes, in 16 "
        "independent parts. Antithetic needs an even number of runs, Sobol a power of two from 16 on, Latin hypercubes a multiple of 16.",
    )


class Watch(Strict):
    """What to keep and when to call it a shortage."""

    threshold: FixedShare = Field(
        default=written("1 %"),
        description="Part of demand unmet in a step above which users are called short. 1 %: assumption, above rounding and noise.",
    )
    series: Annotated[tuple[Series, ...], AfterValidator(_each_once)] = Field(
        default=("unmet", "cover", "store", "supply", "price"),
        description="Series to keep; [] for none, where there are very many steps. `price` is what users pay, as a multiple of that at "
        "rest. Only if asked for: `origin_price`, what producers earn, and `stock`, in tonnes.",
    )
    warm_up: FixedDelay = Field(
        default=written("0 days"),
        description="Time at the start that measures of stock policies leave out: mean stock, backorders, fill rate, ready rate.",
    )


class Scenario(Strict):
    """A question, a clock, a world, what happens to it, and what is done about it."""

    title: str = Field(default=written(""), description="One line for tables and charts.")
    question: str = Field(default=written(""), description="What the scenario asks, in a sentence.")
    sources: tuple[Annotated[str, AfterValidator(_check_source)], ...] = Field(
        default=(), description="Claims it rests on, sheet#claim of seeds/."
    )
    clock: Clock = Field(description="When it starts, how long it runs, in what steps.")
    runs: Runs = Field(default_factory=Runs, description="How many runs, from which seed.")
    materials: tuple[str, ...] = Field(default=(), description="Materials whose chain, trade and uses come from the data pack.")
    regions: tuple[str, ...] = Field(
        default=(), description="Regions told apart; with a network of one's own, those of its nodes if left out."
    )
    groups: dict[str, tuple[str, ...]] = Field(default={}, description="Names for sets of at least two regions; 'all' is there already.")
    network: NetworkSpec | None = Field(default=None, description="A network of one's own, instead of materials or added to them.")
    set: Facts = Field(
        default={},
        description="Facts replaced: COMMODITY.REGION.QUANTITY or COMMODITY.REGION.demand.SECTOR to a value or a law. "
        "A law on a group, or on all, is drawn anew for each of its regions.",
    )
    rules: Rules = Field(default_factory=Rules, description="How users, producers and sellers behave.")
    sectors: dict[str, Annotated[Sector, BeforeValidator(_empty_means_default)]] = Field(
        default={},
        description="Final users by name who make one output together, in each region, from all commodities they use there. "
        "Final users not named here stand for themselves.",
    )
    economies: dict[str, Economy] = Field(
        default={}, description="Input-output tables by region: what a sector at work that sells less costs those it buys from."
    )
    shocks: dict[str, Shock] = Field(default={}, description="What happens, by name.")
    policies: dict[str, Policy] = Field(default={}, description="What is done about it, by name.")
    variants: dict[str, dict[str, Any]] = Field(
        default={}, description="Named patches, each merged into this scenario like a file that extends it."
    )
    watch: Watch = Field(default_factory=Watch, description="What to keep and when to call it a shortage.")
    headline: Headline | None = Field(default=None, description="What its answer is read from, for `sim seeds`; it changes no run.")

    _origin: Origin = PrivateAttr()

    @model_validator(mode="before")
    @classmethod
    def _regions_of_nodes(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or data.get("regions") is not None or data.get("materials"):
            return data
        network = data.get("network")
        nodes = network.nodes if isinstance(network, NetworkSpec) else network.get("nodes") if isinstance(network, Mapping) else None
        if not isinstance(nodes, Mapping):
            return data
        regions = dict.fromkeys(region for commodity, region in map(split_node, map(str, nodes)) if commodity and region)
        return {**data, "regions": tuple(regions)}

    @model_validator(mode="after")
    def _check(self) -> Scenario:
        faults = cross_faults(self.parts())
        if self.watch.warm_up >= self.clock.horizon:
            what = f"not shorter than the simulation, {self.clock.horizon:g} days, so nothing would be measured"
            faults.append(Fault(what, f"{self.watch.warm_up:g} days", "Shorten it.", ("watch", "warm_up")))
        if faults:
            raise BadValue(*faults)
        return self

    def model_post_init(self, context: Any) -> None:
        """Keep where the scenario came from: `origin` of the validation context, if any."""
        self._origin = (context or {}).get("origin") or Origin()

    @property
    def name(self) -> str:
        """File stem, such as `gallium-export-halt`; `unnamed` if built in code."""
        return self._origin.name

    @property
    def variant(self) -> str | None:
        """Variant applied, if any."""
        return self._origin.variant

    @property
    def path(self) -> Path | None:
        """File it was read from, if any."""
        return self._origin.path

    @property
    def tree(self) -> Node:
        """What was written, with its marks; empty if built in code."""
        return self._origin.node

    @property
    def sets(self) -> tuple[str, ...]:
        """Changes made with `--set`, as written."""
        return self._origin.sets

    @property
    def text(self) -> str:
        """Source text of the file, for the manifest; empty if built in code."""
        return self._origin.text

    @property
    def data(self) -> DataFolder | None:
        """A person's own facts that it is to be run with; None for those of the pack alone."""
        return self._origin.data

    def with_data(self, data: DataFolder | None) -> Scenario:
        """The same scenario with other facts of one's own; None takes them away."""
        other = self.model_copy()
        other._origin = replace(self._origin, data=data)
        return other

    def parts(self) -> Parts:
        """The parts that are checked against one another."""
        return Parts(
            clock=self.clock,
            rules=self.rules,
            network=self.network,
            materials=self.materials,
            regions=self.regions,
            groups=self.groups,
            set=self.set,
            sectors=self.sectors,
            economies=self.economies,
            shocks=self.shocks,
            policies=self.policies,
            variants=self.variants,
            headline=self.headline,
        )

    def regions_of(self, names: str | Sequence[str]) -> tuple[str, ...]:
        """Regions meant by regions, groups and `all`, each once, in the order of `regions`. Unknown names are left out."""
        listed = (names,) if isinstance(names, str) else names
        return expand(listed, self.regions, self.groups)

    def problem(self, path: Iterable[str | int], what: str, got: str | None = None, remedy: str | None = None) -> Problem:
        """A Problem marked at the place in the author's file (or `--set`) where the value at `path` was written.

        path: keys from the top, such as ('shocks', 'halt', 'commodity'). what, got, remedy: as in Problem.
        """
        return self.placed(Fault(what, got, remedy, tuple(path)))

    def placed(self, fault: Fault) -> Problem:
        """A Problem marked where a fault was written, under the name of the variant if it was written there."""
        return name_variant(problem_at(self._origin.node, fault), self._origin)
