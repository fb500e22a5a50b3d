"""A user's own network: commodities with recipes, nodes (a commodity in a region), and trade."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.errors import BadValue, Fault, near_miss, refuse
from sim.scenario.amount import (
    Elasticity,
    Excess,
    FixedRatio,
    FixedShare,
    FixedTime,
    PerTonne,
    Quantity,
    Rate,
    Slope,
    Strict,
    Time,
    Whole,
    written,
)
from sim.scenario.law import Amount
from sim.scenario.ring import rings
from sim.scenario.sector import too_much
from sim.scenario.stocks import EachStep

WORD = r"[A-Za-z][A-Za-z0-9_-]*"
"""Shape of the name of a region, sector, group, shock or policy."""
COMMODITY = rf"{WORD}\.{WORD}"
"""Shape of the name of a commodity: material.stage."""

StartPart = Annotated[Amount, Quantity("share", 0, 5)]
Level = Annotated[Amount, Quantity("mass", 0)]
_Positive = Annotated[float, Quantity("number", 0, above=True, law=False)]


def _wrap_amount(value: Any) -> Any:
    # `chips: 5 t/year` is short for `chips: {amount: 5 t/year}`; a law is a mapping too, told by its key.
    is_full = isinstance(value, Demand) or (isinstance(value, Mapping) and bool({"amount", "priority", "weight", "each_step"} & set(value)))
    return value if is_full else {"amount": value}


class Demand(Strict):
    """Final demand of one sector at one node."""

    amount: Rate = Field(description="Demand at rest, t/year.")
    priority: Whole = Field(default=0, ge=0, le=99, description="Class under the priority rule; 0 is served first.")
    weight: _Positive = Field(default=1.0, description="Weight under the max-min rule.")
    each_step: EachStep | None = Field(
        default=None, description="Law by which it is drawn anew in each step; the amount, spread evenly, if left out."
    )


def _not_an_empty_mapping(value: Any) -> Any:
    if isinstance(value, Mapping) and not value:
        raise refuse("names no host", value, "Name a commodity, or remove host.")
    return value


def _input_remedy(name: str, recipe: Mapping[str, float]) -> str:
    return near_miss(name, recipe, "Inputs") or "The recipe is empty; remove the share."


class CommoditySpec(Strict):
    """A material at one stage."""

    recipe: dict[str, FixedRatio] = Field(default={}, description="Tonnes of each input per tonne made, in the same region; empty if raw.")
    host: Annotated[str | dict[str, FixedShare] | None, BeforeValidator(_not_an_empty_mapping)] = Field(
        default=None,
        description="Commodity whose by-product this is: its output is bounded by the host's, in the same region. Where it comes with "
        "several, a part for each, 100 % together: {zinc.refined: 60 %, coal.mined: 40 %}. Hosts a region does not make leave their "
        "part to the others; without any it stands by itself there.",
    )
    supply_elasticity: Slope | None = Field(
        default=None,
        description="Elasticity of output to price within capacity, at least 0.05; rules.supply.elasticity if left out.",
    )
    demand_elasticity: Elasticity | None = Field(
        default=None, description="Elasticity of use to price at once, written positive; rules.demand.elasticity if left out."
    )
    demand_elasticity_long: Elasticity | None = Field(
        default=None, description="The same in the long run; rules.demand.elasticity_long if left out."
    )
    price: PerTonne | None = Field(default=None, description="Price at rest, USD/t or USD/kg; without it nothing is counted in money.")
    cost_share: dict[str, FixedShare] = Field(
        default={},
        description="Share of each input in the cost of one made, all together at most 100 %; rules.input_cost split evenly over the "
        "inputs if left out.",
    )

    def hosts(self) -> dict[str, float]:
        """Hosts with the part of the by-product that comes with each; empty where there are none."""
        return {self.host: 1.0} if isinstance(self.host, str) else dict(self.host or {})

    @model_validator(mode="after")
    def _check(self) -> CommoditySpec:
        faults = [
            Fault("a cost share of what is not in the recipe", repr(name), _input_remedy(name, self.recipe), ("cost_share", name), True)
            for name in self.cost_share
            if name not in self.recipe
        ]
        if isinstance(self.host, dict) and abs(math.fsum(self.host.values()) - 1) > 1e-6:
            total = f"{100 * math.fsum(self.host.values()):.6g} %"
            faults.append(Fault("the parts of the hosts do not add up to 100 %", total, "Change one of them.", ("host",)))
        fault = too_much(self.cost_share, "a recipe")
        if faults or fault:
            raise BadValue(*faults, *([fault] if fault else []))
        return self


class NodeSpec(Strict):
    """One commodity in one region: its producers and its users."""

    production: Rate = Field(default=written("0 t/year"), description="Output at rest.")
    capacity: Rate | None = Field(default=None, description="Largest output; instead of spare.")
    spare: Excess | None = Field(default=None, description="Capacity above output at rest, as a share of it; rules.spare if left out.")
    buffer: Time | None = Field(default=None, description="Producers' finished stock in time of output; rules.buffer if left out.")
    cover: Time | None = Field(default=None, description="Users' stock in time of use; rules.cover if left out.")
    storage: Time | None = Field(
        default=None, description="Stock at which users stop buying more, in time of use: full stores; without limit if left out."
    )
    stock_at_start: StartPart | None = Field(
        default=None, description="Users' stock on the first day, as a share of what they would hold at rest; all of it if left out."
    )
    recycled: Rate = Field(default=written("0 t/year"), description="Secondary supply that reaches the users.")
    potential: Rate | None = Field(
        default=None, description="Most that the hosts' streams would yield, for a by-product; its capacity if left out, and never less."
    )
    demand: dict[str, Annotated[Demand, BeforeValidator(_wrap_amount)]] = Field(default={}, description="Final demand by sector.")
    order_up_to: Level | None = Field(
        default=None,
        description="Fixed level, in tonnes, to which the node's orders bring what is on hand and on order less what is owed, at once "
        "and in every step: the base-stock policy. What is made from the node's stock in its region counts as on hand, for it is made at "
        "once. All nodes with users state it, or none; cover, buffer and the times of adjustment then mean nothing.",
    )
    unmet: Literal["lost", "backordered"] = Field(
        default="lost",
        description="What becomes of final demand that cannot be served at once, at nodes with order_up_to: lost, or backordered, to be "
        "served later.",
    )

    @model_validator(mode="after")
    def _check(self) -> NodeSpec:
        if self.unmet == "backordered" and self.order_up_to is None:
            remedy = "Write order_up_to: with the tonnes, or remove unmet."
            raise BadValue(Fault("only a node that orders up to a fixed level takes backorders", None, remedy, ("unmet",)))
        if self.capacity is not None and self.spare is not None:
            raise BadValue(Fault("capacity and spare are both given", None, "Give one of them.", ("spare",)))
        if isinstance(self.storage, float) and isinstance(self.cover, float) and self.storage < self.cover:
            what = f"below the users' cover, {self.cover:g} days"
            raise BadValue(Fault(what, f"{self.storage:g} days", "Raise storage or lower cover.", ("storage",)))
        for name, most in (("capacity", self.capacity), ("potential", self.potential)):
            if isinstance(most, float) and isinstance(self.production, float) and most < self.production:
                got = f"{most:g} t/year"
                what = f"below production at rest, {self.production:g} t/year"
                raise BadValue(Fault(what, got, f"Raise {name} or lower production.", (name,)))
        return self


class TradeSpec(Strict):
    """Trade of one commodity between two regions."""

    commodity: str = Field(description="Commodity traded, as material.stage.")
    source: str = Field(validation_alias="from", description="Region that sells.")
    to: str = Field(description="Region that buys.")
    flow: Rate | None = Field(default=None, description="Trade at rest; balanced from production and use if left out.")
    lead: FixedTime | None = Field(
        default=None, description="Time from shipping to arrival; rules.lead_home or rules.lead_abroad if left out."
    )
    qualify: FixedTime | None = Field(
        default=None, description="Time buyers need to approve this seller; for trade that is nil at rest (flow: 0 t/year)."
    )

    @model_validator(mode="after")
    def _check(self) -> TradeSpec:
        if self.qualify is not None and self.flow != 0:
            what, remedy = "only a seller without trade at rest must be approved", "Write flow: 0 t/year, or remove qualify."
            raise BadValue(Fault(what, None, remedy, ("qualify",)))
        return self


class NetworkSpec(Strict):
    """Commodities, nodes and trade. Node names are COMMODITY.REGION, in the author's order."""

    commodities: dict[str, CommoditySpec] = Field(default={}, description="Commodities by name, material.stage.")
    nodes: dict[str, NodeSpec] = Field(default={}, description="Nodes by name, COMMODITY.REGION.")
    trade: tuple[TradeSpec, ...] = Field(default=(), description="Known trade; what is not listed is balanced.")

    @model_validator(mode="before")
    @classmethod
    def _empty_means_default(cls, data: Any) -> Any:
        # `ore.mined:` with nothing after it is a commodity without a recipe, not a mistake.
        if not isinstance(data, Mapping):
            return data
        filled = dict(data)
        for section in ("commodities", "nodes"):
            if isinstance(data.get(section), Mapping):
                filled[section] = {name: {} if spec is None else spec for name, spec in data[section].items()}
        return filled

    @model_validator(mode="after")
    def _check(self) -> NetworkSpec:
        faults = network_faults(self)
        if faults:
            raise BadValue(*faults)
        return self

    def regions(self) -> tuple[str, ...]:
        """Regions that appear in nodes, in order of appearance."""
        return tuple(dict.fromkeys(split_node(name)[1] for name in self.nodes))

    def sectors(self) -> tuple[str, ...]:
        """Sectors that appear in the nodes' demand, in order of appearance."""
        return tuple(dict.fromkeys(sector for node in self.nodes.values() for sector in node.demand))


def network_faults(spec: NetworkSpec) -> list[Fault]:
    """What is wrong between the parts of a network: names of the wrong shape, recipes or hosts in a circle, trade given twice."""
    return [*_shape_faults(spec), *_cycle_faults(spec.commodities), *_host_faults(spec.commodities), *_trade_faults(spec.trade)]


def split_node(name: str) -> tuple[str, str]:
    """Commodity and region of a node name: `metal.refined.AAA` is `metal.refined` in `AAA`."""
    commodity, _, region = name.rpartition(".")
    return commodity, region


def _shape_faults(spec: NetworkSpec) -> list[Fault]:
    wanted = "letters, digits, - and _, beginning with a letter"
    faults = [
        Fault("not the name of a commodity", repr(name), f"Write material.stage, each of {wanted}.", ("commodities", name))
        for name in spec.commodities
        if not re.fullmatch(COMMODITY, name)
    ]
    faults += [
        Fault("not the name of a node", repr(name), f"Write material.stage.REGION, each of {wanted}.", ("nodes", name))
        for name in spec.nodes
        if not re.fullmatch(rf"{COMMODITY}\.{WORD}", name)
    ]
    faults += [
        Fault("not the name of a sector", repr(sector), f"Use {wanted}.", ("nodes", name, "demand", sector))
        for name, node in spec.nodes.items()
        for sector in node.demand
        if not re.fullmatch(WORD, sector)
    ]
    return faults


def _cycle_faults(commodities: Mapping[str, CommoditySpec]) -> Iterator[Fault]:
    """A commodity that needs itself, directly or through others: a fault on the recipe entry that closes the ring."""
    for ring in rings({name: spec.recipe for name, spec in commodities.items()}):
        *_, name, step = ring
        path = ("commodities", name, "recipe", step)
        if name == step:
            remedy = "Take it out of its own recipe; write what comes back from use under recycled: of a node."
            yield Fault(f"{name} needs itself", None, remedy, path, on_key=True)
        else:
            yield Fault("recipes go round in a circle", " <- ".join(ring), "Take one of the inputs out.", path)


def _host_faults(commodities: Mapping[str, CommoditySpec]) -> Iterator[Fault]:
    for ring in rings({name: list(spec.hosts()) for name, spec in commodities.items()}):
        *_, name, step = ring
        path = ("commodities", name, "host")
        if name == step:
            yield Fault("a commodity cannot be its own host", repr(name), "Name the commodity it comes with, or remove host.", path)
        else:
            yield Fault("hosts go round in a circle", " <- ".join(ring), "Let one of them have no host.", path)


def _trade_faults(trade: tuple[TradeSpec, ...]) -> list[Fault]:
    seen: dict[tuple[str, str, str], int] = {}
    faults = []
    for i, row in enumerate(trade):
        first = seen.setdefault((row.commodity, row.source, row.to), i)
        if first != i:
            got = f"{row.commodity} from {row.source} to {row.to}"
            faults.append(Fault(f"the same trade as in trade[{first}]", got, "Give each trade once.", ("trade", i)))
    return faults


__all__ = ["Amount", "CommoditySpec", "Demand", "NetworkSpec", "NodeSpec", "TradeSpec", "split_node"]
