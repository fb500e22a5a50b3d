"""Facts an author may replace under `set`: a path such as `gallium.refined.JPN.cover`, and a value of the right dimension."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import core_schema

from sim.errors import BadValue, Fault, near_miss, refuse
from sim.scenario.amount import Quantity
from sim.scenario.law import Amount
from sim.scenario.network import COMMODITY, WORD

QUANTITIES: dict[str, Quantity] = {
    "production": Quantity("rate", 0),
    "share": Quantity("share", 0, 1),
    "capacity": Quantity("rate", 0),
    "spare": Quantity("share", 0),
    "buffer": Quantity("time", 0),
    "cover": Quantity("time", 0),
    "storage": Quantity("time", 0),
    "stock_at_start": Quantity("share", 0, 5),
    "recycled": Quantity("rate", 0),
    "potential": Quantity("rate", 0),
}
"""What can be replaced at a node, and how it is read. `share` is of world production; the others keep their proportions."""
_DEMAND = Quantity("rate", 0)
FACT = rf"({COMMODITY})\.({WORD})\.(?:({'|'.join(QUANTITIES)})|demand\.({WORD}))"
"""Shape of a path under `set`: commodity, region or group, quantity or sector."""


@dataclass(frozen=True)
class FactPath:
    """A path under `set`, taken apart. `quantity` is `demand` when `sector` is given."""

    commodity: str
    region: str
    quantity: str
    sector: str | None = None


def split_fact(path: str) -> FactPath:
    """Take a path under `set` apart; raises BadValue where it has not the right shape."""
    match = re.fullmatch(FACT, path)
    if match:
        commodity, region, quantity, sector = match.groups()
        return FactPath(commodity, region, quantity or "demand", sector)
    words = path.split(".")
    if len(words) == 4 and re.fullmatch(rf"{COMMODITY}\.{WORD}", ".".join(words[:3])):
        known = (*QUANTITIES, "demand.SECTOR")
        raise refuse(f"unknown quantity '{words[3]}'", path, near_miss(words[3], known))
    raise refuse("not the path of a fact", path, "Write material.stage.REGION.quantity, such as gallium.refined.JPN.cover.")


class _FactReader:
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(_read_facts)

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        patterns = {
            rf"^{COMMODITY}\.{WORD}\.{name}$": quantity.__get_pydantic_json_schema__(schema, handler)
            for name, quantity in QUANTITIES.items()
        }
        patterns[rf"^{COMMODITY}\.{WORD}\.demand\.{WORD}$"] = _DEMAND.__get_pydantic_json_schema__(schema, handler)
        return {"type": "object", "patternProperties": patterns, "additionalProperties": False}


def _read_facts(value: Any, info: ValidationInfo) -> dict[str, Amount]:
    if not isinstance(value, Mapping):
        raise refuse("must be a mapping", value, "Write one fact a line, such as gallium.refined.JPN.cover: 8 weeks.")
    bare = not (info.context or {}).get("written")
    faults: list[Fault] = []
    facts: dict[str, Amount] = {}
    for path, amount in value.items():
        try:
            fact = split_fact(str(path))
        except BadValue as error:
            faults += [replace(fault, path=(str(path),), on_key=True) for fault in error.faults]
            continue
        try:
            facts[path] = QUANTITIES.get(fact.quantity, _DEMAND).read(amount, bare=bare)
        except BadValue as error:
            faults += [replace(fault, path=(str(path), *fault.path)) for fault in error.faults]
    if faults:
        raise BadValue(*faults)
    return facts


Facts = Annotated[dict[str, Amount], _FactReader()]
"""Facts replaced: path to amount in base units."""
