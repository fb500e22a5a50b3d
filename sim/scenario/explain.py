"""What pydantic refused, in the author's words and at the author's place: file, line, column, what, got, remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from sim.errors import BadValue, Fault, Problem, near_miss, shown
from sim.scenario.amount import key_of
from sim.scenario.cross import Parts, cross_faults
from sim.scenario.network import CommoditySpec, Demand, NetworkSpec, NodeSpec, TradeSpec, network_faults
from sim.scenario.node import Node, plain, problem_at
from sim.scenario.policy import Policy
from sim.scenario.scenario import Scenario
from sim.scenario.shock import Shock

Path = tuple[str | int, ...]
KINDS = {
    section: tuple(get_args(model.model_fields["kind"].annotation)[0] for model in get_args(get_args(union)[0]))
    for section, union in (("shocks", Shock), ("policies", Policy))
}
"""Kinds of shock and policy there are."""

_MUST_BE = {
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
    "dict_type": "must be a mapping of keys to values",
    "tuple_type": "must be a list",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "finite_number": "must be a finite number",
}
_REMEDY = {
    "tuple_type": "Write [one, two], or one item a line after a dash.",
    "string_type": "Put it in quotes.",
    "model_type": "Write key: value on lines of their own, indented.",
    "dict_type": "Write key: value on lines of their own, indented.",
}
_BOUND = {
    "greater_than_equal": ("ge", "must be {} or more"),
    "less_than_equal": ("le", "must be {} or less"),
    "less_than": ("lt", "must be below {}"),
}


def build(root: Node, context: Mapping[str, Any]) -> tuple[Scenario | None, list[Problem]]:
    """Read a tree into a Scenario.

    root: merged tree with marks. context: of the validation (`origin`, `written`).
    Returns the scenario, or None with every problem that can be found in one go.
    """
    raw = {key: value for key, value in plain(root).items() if value is not None}
    try:
        return Scenario.model_validate(raw, context=dict(context)), []
    except ValidationError as error:
        faults = list(_faults(error, raw))
        # The checks across parts ran only if every part was sound: then theirs is the one error, placed at the top.
        has_crossed = any(details["loc"] == () for details in error.errors())
    if not has_crossed:
        faults += _cross_faults_of_sound(raw, context)
    unique = dict.fromkeys(problem_at(root, fault) for fault in faults)
    return None, list(unique)


def _faults(error: ValidationError, raw: Any) -> Iterator[Fault]:
    for details in error.errors():
        path = _without_tag(details["loc"], raw)
        inner = details.get("ctx", {}).get("error")
        if isinstance(inner, BadValue):
            yield from (replace(fault, path=(*path, *fault.path)) for fault in inner.faults)
        else:
            yield _fault(details, path, raw)


def _without_tag(loc: Path, raw: Any) -> Path:
    # pydantic puts the kind of a tagged union into the path, after the name of the entry.
    if len(loc) > 2 and loc[0] in _TAGGED and isinstance(raw, Mapping):
        return (*loc[:2], *loc[3:])
    return loc


def _fault(details: ErrorDetails, path: Path, raw: Any) -> Fault:
    kind, value, told = details["type"], details["input"], details.get("ctx", {})
    if kind == "extra_forbidden":
        remedy = near_miss(str(path[-1]), known_keys(path[:-1], raw), "Keys here")
        return Fault("unknown key", repr(str(path[-1])), remedy, path, on_key=True)
    if kind == "missing":
        field = _field(path, raw)
        return Fault("is missing", None, f"Add it: {field.description}" if field and field.description else None, path)
    if kind == "union_tag_not_found":
        return Fault("is missing", None, f"Write kind: and one of {', '.join(KINDS[str(path[0])])}.", (*path, "kind"))
    if kind in ("union_tag_invalid", "literal_error"):
        if kind == "union_tag_invalid":
            path, value = (*path, "kind"), value.get("kind")
        noun = "kind" if path[-1] == "kind" else "choice"
        return Fault(f"unknown {noun}", shown(value), near_miss(str(value), _quoted(told)), path)
    if kind in _BOUND:
        name, words = _BOUND[kind]
        return Fault(words.format(f"{told[name]:,}".replace(",", " ")), shown(value), None, path)
    return Fault(_MUST_BE.get(kind, details["msg"]), shown(value), _REMEDY.get(kind), path)


def _quoted(told: Mapping[str, Any]) -> list[str]:
    return re.findall(r"'([^']*)'", str(told.get("expected_tags") or told.get("expected") or ""))


def known_keys(path: Path, raw: Any) -> tuple[str, ...]:
    """Keys that may stand in the mapping at a path of a scenario."""
    model = _model_at(path, raw)
    return tuple(key_of(name, field) for name, field in model.model_fields.items()) if model else ()


def _field(path: Path, raw: Any) -> FieldInfo | None:
    model = _model_at(path[:-1], raw)
    if model is None:
        return None
    return next((field for name, field in model.model_fields.items() if (key_of(name, field)) == path[-1]), None)


def _model_at(path: Path, raw: Any) -> type[BaseModel] | None:
    """The class that reads the mapping at a path, None where no class does."""
    current: Any = Scenario
    for part in path:
        raw = raw.get(part) if isinstance(raw, Mapping) else raw[part] if isinstance(raw, Sequence) and isinstance(part, int) else None
        model = _pick(current, None)
        if model is not None:
            fields = model.model_fields
            current = next((field.annotation for name, field in fields.items() if (key_of(name, field)) == part), None)
        else:
            current = _item(current)
        current = _pick(current, raw) or current
    return _pick(current, raw)


def _pick(annotation: Any, raw: Any) -> type[BaseModel] | None:
    """The class in an annotation; of several, that whose kind is written."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (dict, tuple):
        return None
    models = [model for model in (_pick(part, raw) for part in get_args(annotation)) if model]
    if len(models) > 1:
        kind = raw.get("kind") if isinstance(raw, Mapping) else None
        return next((model for model in models if kind in get_args(model.model_fields["kind"].annotation)), None)
    return models[0] if models else None


def _item(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _item(get_args(annotation)[0])
    arguments = get_args(annotation)
    return {dict: lambda: arguments[1], tuple: lambda: arguments[0]}.get(get_origin(annotation) or type(None), lambda: None)()


_SECTIONS = {name: get_args(Scenario.model_fields[name].annotation)[1] for name in ("shocks", "policies", "sectors", "economies")}
_TAGGED = ("shocks", "policies")


def _cross_faults_of_sound(raw: Mapping[str, Any], context: Mapping[str, Any]) -> list[Fault]:
    """Checks across parts, on those parts that can be read although others cannot."""
    reader = _SoundReader(raw, context)
    faults: list[Fault] = []
    network = reader.network()
    if network is not None and reader.part("network", None) is None:
        faults += [replace(fault, path=("network", *fault.path)) for fault in network_faults(network)]
    parts = Parts(
        clock=reader.part("clock", None),
        rules=reader.part("rules", None),
        network=network,
        materials=reader.part("materials", ()),
        regions=reader.regions(network),
        groups=reader.part("groups", {}),
        set=reader.entries("set", {}),
        sectors=reader.entries("sectors", {}),
        sector_names=reader.names("sectors"),
        economies=reader.entries("economies", {}),
        economy_names=reader.names("economies"),
        shocks=reader.entries("shocks", {}),
        shock_names=reader.names("shocks"),
        policies=reader.entries("policies", {}),
        variants=dict.fromkeys(reader.names("variants")),
        headline=reader.part("headline", None),
        is_network_bad="network" in raw,
    )
    return faults + cross_faults(parts)


def _paths_at_fault(details: ErrorDetails, kind: Any) -> Iterator[Path]:
    """Places in an entry at which something is wrong, from its own level."""
    path = tuple(part for i, part in enumerate(details["loc"]) if i or part != kind)
    inner = details.get("ctx", {}).get("error")
    yield from [(*path, *fault.path) for fault in inner.faults] if isinstance(inner, BadValue) else [path]


def _without(value: Mapping[str, Any], paths: Sequence[Path], depth: int) -> dict[str, Any]:
    """A mapping without what is at some paths; what lies deeper than `depth` keys goes with all that is beside it."""
    kept = dict(value)
    for path in paths:
        key, *rest = path or (None,)
        inner = kept.get(key) if isinstance(key, str) else None
        if depth > 1 and isinstance(inner, Mapping) and rest:
            kept[str(key)] = _without(inner, [tuple(rest)], depth - 1)
        else:
            kept.pop(str(key), None)
    return kept


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    """Reader of a type; one takes milliseconds to make."""
    return TypeAdapter(annotation)


class _SoundReader:
    """Reads the parts of a faulty scenario one by one and passes over what it cannot read: it has been reported."""

    def __init__(self, raw: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        self.raw, self.context = raw, dict(context)

    def read(self, annotation: Any, value: Any) -> Any:
        """The value by its type, if need be without the entries that cannot be read; None if that fails too."""
        adapter = _adapter(annotation)
        try:
            return adapter.validate_python(value, context=self.context)
        except ValidationError as error:
            if not isinstance(value, Mapping):
                return None
            bad = [path for details in error.errors() for path in _paths_at_fault(details, value.get("kind"))]
        # An entry of `cost_share` can be left out by itself, half a law cannot.
        for depth in (2, 1):
            try:
                return adapter.validate_python(_without(value, bad, depth), context=self.context)
            except ValidationError:
                continue
        return None

    def part(self, name: str, absent: Any) -> Any:
        """A section of the scenario; `absent` if it is not written, None if it cannot be read."""
        if name not in self.raw:
            return absent
        field = Scenario.model_fields[name]
        annotation = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        return self.read(annotation, self.raw[name])

    def entries(self, name: str, absent: Mapping[str, Any]) -> Mapping[str, Any]:
        """The entries of a section that can be read."""
        written = self.raw.get(name, absent)
        if not isinstance(written, Mapping):
            return {}
        sound = {}
        for key, value in written.items():
            one = self.read(_SECTIONS[name], value) if name in _SECTIONS else (self.one_fact(key, value))
            if one is not None:
                sound[key] = one
        return sound

    def names(self, section: str) -> tuple[str, ...]:
        """Names of the entries of a section, whether they can be read or not."""
        written = self.raw.get(section)
        return tuple(map(str, written)) if isinstance(written, Mapping) else ()

    def one_fact(self, key: str, value: Any) -> Any:
        field = Scenario.model_fields["set"]
        read = self.read(Annotated[field.annotation, *field.metadata], {key: value})
        return read.get(key) if read else None

    def regions(self, network: NetworkSpec | None) -> tuple[str, ...] | None:
        if self.raw.get("regions") is None and network is not None and not self.raw.get("materials"):
            return network.regions()
        if "network" in self.raw and "regions" not in self.raw:
            return None
        return self.part("regions", ())

    def network(self) -> NetworkSpec | None:
        """The network with every name that was written; nodes that cannot be read keep their name and sectors only."""
        written = self.raw.get("network")
        if not isinstance(written, Mapping):
            return None
        commodities, nodes, trade = (written.get(name) for name in ("commodities", "nodes", "trade"))
        if not isinstance(commodities, Mapping) or not isinstance(nodes, Mapping):
            return None
        rows = [self.read(TradeSpec, row) for row in trade] if isinstance(trade, list) else []
        return NetworkSpec.model_construct(
            commodities={name: self.read(CommoditySpec, spec or {}) or CommoditySpec() for name, spec in commodities.items()},
            nodes={name: self.node(spec) for name, spec in nodes.items()},
            trade=() if None in rows else tuple(rows),
        )

    def node(self, spec: Any) -> NodeSpec:
        read = self.read(NodeSpec, spec or {}) or NodeSpec()
        demand = spec.get("demand") if isinstance(spec, Mapping) else None
        sectors = demand if isinstance(demand, Mapping) else {}
        return read.model_copy(update={"demand": {str(name): read.demand.get(str(name), Demand(amount=0.0)) for name in sectors}})
