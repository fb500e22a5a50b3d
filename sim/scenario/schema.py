"""The schema in other shapes, made from the same classes: JSON Schema for editors, and the reference page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from sim.scenario.amount import key_of
from sim.scenario.economy import Economy
from sim.scenario.facts import QUANTITIES
from sim.scenario.headline import Headline
from sim.scenario.law import LAWS
from sim.scenario.network import CommoditySpec, Demand, NetworkSpec, NodeSpec, TradeSpec
from sim.scenario.policy import Policy, Release
from sim.scenario.policy_trade import Counter
from sim.scenario.rules import DemandRules, PriceRules, Rules, SourcingRules, SupplyRules
from sim.scenario.scenario import Clock, Runs, Scenario, Watch
from sim.scenario.sector import Sector
from sim.scenario.shock import After, Every, Shock
from sim.scenario.stocks import EachStep
from sim.units import EXAMPLE, NOUN, NUMBER, TABLE, Dimension

_PLACES = {"uniform": "low, high", "triangular": "low, mode, high", "pert": "low, mode, high"}
_EXTENDS = {"type": "string", "description": "Name of a shipped scenario, or path of a file, that this one is laid over."}


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 7) of a scenario file, for yaml-language-server and its like.

    It knows keys, kinds, units and laws. What ties one part to another (names, dates, sums) only `sim validate` knows.
    A file with `extends` is a patch, so only its keys are checked.
    """
    scenario = Scenario.model_json_schema()
    definitions: dict[str, Any] = scenario.pop("$defs")
    scenario.pop("description", None)
    node, network = definitions["NodeSpec"]["properties"], definitions["NetworkSpec"]["properties"]
    short_demand = {"quantity": "rate", "law": True, "range": {"minimum": 0}}
    node["demand"]["additionalProperties"] = {"anyOf": [short_demand, node["demand"]["additionalProperties"]]}
    for section in ("commodities", "nodes"):
        network[section]["additionalProperties"] = {"anyOf": [network[section]["additionalProperties"], {"type": "null"}]}
    sectors = scenario["properties"]["sectors"]
    sectors["additionalProperties"] = {"anyOf": [sectors["additionalProperties"], {"type": "null"}]}
    definitions["Scenario"] = scenario
    definitions = {name: _concrete(body) for name, body in definitions.items()}
    for dimension in get_args(Dimension):
        definitions[f"law_{dimension}"] = _law(dimension)
    keys = definitions["Scenario"]["properties"]
    patch = {"extends": _EXTENDS, **{name: {"description": body.get("description", "")} for name, body in keys.items()}}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Supply-chain scenario",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {"properties": patch, "additionalProperties": False},
        "else": {"$ref": "#/$defs/Scenario"},
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    """The text of `scenarios/schema.json`."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def _concrete(body: Any) -> Any:
    """Put what may be written in place of each `quantity`, and drop defaults that are whole sections."""
    if isinstance(body, list):
        return [_concrete(item) for item in body]
    if not isinstance(body, dict):
        return body
    rest = {key: _concrete(value) for key, value in body.items() if key not in ("quantity", "law", "range", "title")}
    if isinstance(body.get("title"), dict):
        rest["title"] = _concrete(body["title"])  # a property that is called title
    if isinstance(rest.get("default"), (dict, list)) and rest["default"]:
        del rest["default"]
    # Versions of pydantic say these three in different words; the text must not depend on them.
    if "const" in rest:
        rest.pop("enum", None)
    if rest.get("additionalProperties") is True:
        del rest["additionalProperties"]
    if isinstance(rest.get("anyOf"), list):
        nested = [part["anyOf"] if set(part) == {"anyOf"} else [part] for part in rest["anyOf"]]
        rest["anyOf"] = [part for parts in nested for part in parts]
    if "quantity" not in body or isinstance(body["quantity"], dict):
        return rest
    return {"anyOf": _written(body["quantity"], body["law"], body["range"]), **rest}


def _written(dimension: Dimension, law: bool, limits: dict[str, float]) -> list[dict[str, Any]]:
    choices: list[dict[str, Any]] = []
    if "" in TABLE[dimension]:
        choices.append({"type": "number", **limits})
    if dimension == "instant":
        choices.append({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"})
    elif any(TABLE[dimension]):
        units = "|".join(re.escape(unit).replace("/", r"\s*/\s*").replace(r"\ ", r"\s+") for unit in TABLE[dimension] if unit)
        choices.append({"type": "string", "pattern": rf"^\s*{NUMBER}\s*({units})\s*$", "examples": [_example(dimension)]})
    return [*choices, {"$ref": f"#/$defs/law_{dimension}"}] if law else choices


def _example(dimension: Dimension) -> str:
    return EXAMPLE[dimension].split(" or ")[0].strip("'")


def _law(dimension: Dimension) -> dict[str, Any]:
    value = {"anyOf": _written(dimension, False, {})}
    spread = {"anyOf": _written("time", False, {})} if dimension == "instant" else value
    number, many = {"type": "number"}, {"type": "array", "items": value, "minItems": 1}

    def mapping(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    laws = {
        **{name: {"type": "array", "items": value, "minItems": len(p.split()), "maxItems": len(p.split())} for name, p in _PLACES.items()},
        "normal": mapping({"mean": value, "sd": spread}, ["mean", "sd"]),
        "lognormal": mapping({"median": value, "p90": value, "sigma": number}, ["median"]),
        "exponential": mapping({"mean": value}, ["mean"]),
        "beta": mapping({"a": number, "b": number, "low": value, "high": value}, ["a", "b"]),
        "choice": mapping({"values": many, "weights": {"type": "array", "items": number}}, ["values"]),
        "empirical": many,
    }
    unbounded = ("normal", "lognormal", "exponential")
    allowed = {name: laws[name] for name in LAWS if dimension != "instant" or name not in unbounded}
    described = f"{NOUN[dimension].capitalize()} that is uncertain: a law."
    return {**mapping(allowed, []), "description": described, "minProperties": 1, "maxProperties": 1}


def _kinds(section: str, union: Any) -> Iterator[tuple[str, type[BaseModel]]]:
    """A page a kind of shock or policy, in the order of the union."""
    for model in get_args(get_args(union)[0]):
        (kind,) = get_args(model.model_fields["kind"].annotation)
        yield f"{section}.NAME, kind: {kind}", model


_PAGES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("The top level", Scenario),
    ("clock", Clock),
    ("runs", Runs),
    ("network", NetworkSpec),
    ("network.commodities.NAME", CommoditySpec),
    ("network.nodes.NAME", NodeSpec),
    ("network.nodes.NAME.demand.SECTOR", Demand),
    ("network.nodes.NAME.demand.SECTOR.each_step", EachStep),
    ("network.trade[]", TradeSpec),
    ("rules", Rules),
    ("rules.price", PriceRules),
    ("rules.demand", DemandRules),
    ("rules.supply", SupplyRules),
    ("rules.sourcing", SourcingRules),
    ("sectors.NAME", Sector),
    ("economies.REGION", Economy),
    *_kinds("shocks", Shock),
    ("shocks.NAME.every", Every),
    ("shocks.NAME.after", After),
    *_kinds("policies", Policy),
    ("policies.NAME.release of a stockpile", Release),
    ("policies.NAME.counter of an export control", Counter),
    ("watch", Watch),
    ("headline", Headline),
)


def reference() -> str:
    """Markdown of every key a scenario may have: what is written there, its default, its meaning."""
    lines = ["# Every key of a scenario", "", "Made from the schema; do not edit.", ""]
    for title, model in _PAGES:
        lines += [f"## {title}", "", (model.__doc__ or "").strip().split("\n")[0], ""]
        lines += ["| key | written as | default | meaning |", "|---|---|---|---|"]
        lines += list(_rows(model))
        lines.append("")
    lines += ["## set", "", "Keys are `COMMODITY.REGION.QUANTITY` or `COMMODITY.REGION.demand.SECTOR`; REGION may be a group or `all`.", ""]
    lines += ["| quantity | written as |", "|---|---|"]
    # A quantity's schema needs no handler: it is written from its dimension and range alone.
    # Neither does it depend on the arguments that pydantic would hand it, so the handler may be None, whatever its type says.
    lines += [f"| {name} | {_kind(q.__get_pydantic_json_schema__({}, None))} |" for name, q in QUANTITIES.items()]  # type: ignore[arg-type]  (unused)
    lines += ["| demand.SECTOR | a rate in tonnes per time, such as '12 kt/year', or a law |", "", "## Laws", ""]
    lines += ["A law stands in place of a number, as a mapping with one key:", ""]
    lines += [f"- `{{{name}: {_sketch(name)}}}`" for name in LAWS]
    lines += ["", "## Units", "", "| quantity | units |", "|---|---|"]
    lines += [f"| {NOUN[d]} | {', '.join(f'`{u}`' if u else 'bare' for u in TABLE[d]) or '`2026-07-01`'} |" for d in get_args(Dimension)]
    return "\n".join(lines) + "\n"


def _rows(model: type[BaseModel]) -> Iterator[str]:
    properties = model.model_json_schema()["properties"]
    for name, field in model.model_fields.items():
        key = key_of(name, field)
        body = properties[key]
        default = "needed" if field.is_required() else _default(field.default)
        yield f"| {key} | {_kind(body)} | {default} | {field.description or ''} |"


def _default(value: Any) -> str:
    if value is None or value is PydanticUndefined or value in ((), {}, ""):
        return ""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{law}: [{', '.join(map(str, ends))}]" for law, ends in value.items()) + "}"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value).lower() if isinstance(value, bool) else str(value)


def _kind(body: dict[str, Any]) -> str:
    """What is written at a key, in a few words, from its JSON Schema."""
    if "quantity" in body:
        law = ", or a law" if body["law"] else ""
        return f"{NOUN[body['quantity']]}, such as {EXAMPLE[body['quantity']]}{law}"
    if "anyOf" in body:
        return " or ".join(dict.fromkeys(_kind(part) for part in body["anyOf"] if part.get("type") != "null"))
    if "enum" in body:
        return ", ".join(f"`{word}`" for word in body["enum"])
    if "const" in body:
        return f"`{body['const']}`"
    if body.get("format") == "date":
        return f"{NOUN['instant']}, such as {EXAMPLE['instant']}"
    if "$ref" in body or body.get("type") == "object" or "patternProperties" in body:
        return "a mapping"
    if body.get("type") == "array":
        return "a list"
    words = {"string": "text", "integer": "a whole number", "boolean": "`true` or `false`"}
    return words.get(body.get("type", ""), "a value")


def _sketch(law: str) -> str:
    shapes = {
        "normal": "{mean: 10, sd: 2}",
        "lognormal": "{median: 10 months, p90: 22 months}",
        "exponential": "{mean: 2 years}",
        "beta": "{a: 2, b: 5, low: 0, high: 1}",
        "choice": "{values: [0, 0.5, 1], weights: [1, 2, 1]}",
        "empirical": "[3 weeks, 5 weeks, 11 weeks]",
    }
    return f"[{_PLACES[law]}]" if law in _PLACES else shapes[law]
