"""A user's own network: commodities with recipes, nodes (a commodity in a region), and trade."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from sim.errors import BadValue, Fault
from sim.scenario.amount import Excess, FixedRatio, FixedTime, Quantity, Rate, Strict, Time, Whole, written
from sim.scenario.law import Amount

WORD = r"[A-Za-z][A-Za-z0-9_-]*"
"""Shape of the name of a region, sector, group, shock or policy."""
COMMODITY = rf"{WORD}\.{WORD}"
"""Shape of the name of a commodity: material.stage."""

_Positive = Annotated[float, Quantity("number", 0, above=True, law=False)]


def _wrap_amount(value: Any) -> Any:
    # `chips: 5 t/year` is short for `chips: {amount: 5 t/year}`; a law is a mapping too, told by its key.
    is_full = isinstance(value, Demand) or (isinstance(value, Mapping) and bool({"amount", "priority", "weight"} & set(value)))
    return value if is_full else {"amount": value}


class Demand(Strict):
    """Final demand of one sector at one node."""

    amount: Rate = Field(description="Demand at rest, t/year.")
    priority: Whole = Field(default=0, ge=0, le=99, description="Class under the priority rule; 0 is served first.")
    weight: _Positive = Field(default=1.0, description="Weight under the max-min rule.")


class CommoditySpec(Strict):
    """A material at one stage."""

    recipe: dict[str, FixedRatio] = Field(default={}, description="Tonnes of each input per tonne made, in the same region; empty if raw.")


class NodeSpec(Strict):
    """One commodity in one region: its producers and its users."""

    production: Rate = Field(default=written("0 t/year"), description="Output at rest.")
    capacity: Rate | None = Field(default=None, description="Largest output; instead of spare.")
    spare: Excess | None = Field(default=None, description="Capacity above output at rest, as a share of it; rules.spare if left out.")
    buffer: Time | None = Field(default=None, description="Producers' finished stock in time of output; rules.buffer if left out.")
    cover: Time | None = Field(default=None, description="Users' stock in time of use; rules.cover if left out.")
    recycled: Rate = Field(default=written("0 t/year"), description="Secondary supply that reaches the users.")
    demand: dict[str, Annotated[Demand, BeforeValidator(_wrap_amount)]] = Field(default={}, description="Final demand by sector.")

    @model_validator(mode="after")
    def _check(self) -> NodeSpec:
        if self.capacity is not None and self.spare is not None:
            raise BadValue(Fault("capacity and spare are both given", None, "Give one of them.", ("spare",)))
        if isinstance(self.capacity, float) and isinstance(self.production, float) and self.capacity < self.production:
            got = f"{self.capacity:g} t/year"
            what = f"below production at rest, {self.production:g} t/year"
            raise BadValue(Fault(what, got, "Raise capacity or lower production.", ("capacity",)))
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
    """What is wrong between the parts of a network: names of the wrong shape, recipes in a circle, trade given twice."""
    return [*_shape_faults(spec), *_cycle_faults(spec.commodities), *_trade_faults(spec.trade)]


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


def _cycle_faults(commodities: Mapping[str, CommoditySpec]) -> list[Fault]:
    """A commodity that needs itself, directly or through others: one fault, placed on the recipe entry that closes the ring."""
    done: set[str] = set()
    for root in commodities:
        trail: list[str] = []
        stack = [(root, iter(commodities[root].recipe))] if root not in done else []
        trail += [root] if stack else []
        while stack:
            name, inputs = stack[-1]
            step = next((i for i in inputs if i in commodities and i not in done), None)
            if step is None:
                done.add(name)
                stack.pop()
                trail.pop()
            elif step in trail:
                ring = " <- ".join([*trail[trail.index(step) :], step])
                return [Fault("recipes go round in a circle", ring, "Take one of the inputs out.", ("commodities", name, "recipe", step))]
            else:
                stack.append((step, iter(commodities[step].recipe)))
                trail.append(step)
    return []


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
