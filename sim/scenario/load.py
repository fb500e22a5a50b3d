"""From a file, or the name of a shipped scenario, to a Scenario; and the checks that need names only later stages know."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sim.errors import Fault, Problem, ScenarioError, near_miss
from sim.scenario.compose import apply_sets, apply_variant, read_chain
from sim.scenario.cross import commodity_faults
from sim.scenario.explain import build
from sim.scenario.library import claims, find
from sim.scenario.node import Node, Origin, in_variant, problem_at
from sim.scenario.scenario import Scenario
from sim.scenario.text import read_text

if TYPE_CHECKING:
    from sim.data.own import DataFolder

_TOP = tuple(Scenario.model_fields)


class _Known(NamedTuple):
    """Names that a scenario may use."""

    claims: Sequence[str]
    materials: Collection[str] | None
    """None where they are checked later."""


def load(
    source: str | Path,
    *,
    variant: str | None = None,
    sets: Sequence[str] = (),
    data: DataFolder | None = None,
    materials: Collection[str] | None = None,
) -> Scenario:
    """Read a scenario.

    source: path of a file, or the name of a shipped scenario. variant: name of one of its variants, applied after `extends`.
    sets: texts `path=value`, applied last; a path that begins with a key of a scenario is taken from the top, any other is a fact.
    data: facts over those of the pack; the scenario carries them to whatever asks for facts. materials: names that facts are known about.
    Every variant of the file is checked too. Raises ScenarioError with all problems at once.
    """
    path = find(source)
    tree, text, problems = read_chain(path)
    return _finish(tree, Origin(path.stem, variant, path, text, data=data), sets, problems, materials)


def load_text(text: str, *, name: str = "text", variant: str | None = None, sets: Sequence[str] = ()) -> Scenario:
    """Read a scenario from YAML text, without `extends`.

    text: the YAML. name: of the scenario, and of the file in messages. variant, sets: as for `load`. Raises ScenarioError.
    """
    tree, problems = read_text(text, name)
    if not isinstance(tree.value, Mapping):
        raise ScenarioError(*problems, Problem(name, what="a scenario is a mapping of keys to values", remedy="Begin with title: ..."))
    return _finish(tree, Origin(name, variant, None, text), sets, problems)


def variants(source: str | Path) -> tuple[str, ...]:
    """Names of the variants of a scenario, in its order. Raises ScenarioError where it cannot be read."""
    tree, _, problems = read_chain(find(source))
    if problems:
        raise ScenarioError(*problems)
    return tuple(tree.entries.get("variants", Node({})).entries)


def _finish(
    tree: Node, origin: Origin, sets: Sequence[str], found: Iterable[Problem], materials: Collection[str] | None = None
) -> Scenario:
    """Apply the variant and the sets and read the result.

    The base and the other variants are read as well, for their mistakes, but without the sets: those are meant for this run.
    """
    told, known, wanted = list(found), _Known(claims(), materials), origin.variant
    trees: dict[str | None, Node] = {None: tree}
    names = tuple(tree.entries.get("variants", Node({})).entries)
    for name in (*names, *(() if wanted is None or wanted in names else (wanted,))):
        try:
            trees[name] = apply_variant(tree, name)
        except ScenarioError as error:
            told += error.problems
    read = {name: _read(replace(origin, variant=name, node=patched), known) for name, patched in trees.items()}
    base = set(read[None][1])
    # What is not wrong without a variant is wrong because of it, wherever the value stands.
    own = {name: {p: in_variant(p, name) for p in problems if name and p not in base} for name, (_, problems) in read.items()}
    chosen = _changed(replace(origin, node=trees[wanted]), sets, known) if sets and wanted in trees else read.get(wanted, (None, []))
    told += [own.get(wanted, {}).get(problem, problem) for problem in chosen[1]]
    told += [problem for name, problems in own.items() if name != wanted for problem in problems.values()]
    unique = _once([*told, *(base if wanted is not None else ())])
    if unique or chosen[0] is None:
        raise ScenarioError(*unique)
    return chosen[0]


def _changed(origin: Origin, sets: Sequence[str], known: _Known) -> tuple[Scenario | None, list[Problem]]:
    try:
        return _read(replace(origin, node=apply_sets(origin.node, sets, _TOP), sets=tuple(sets)), known)
    except ScenarioError as error:
        return None, list(error.problems)


def _read(origin: Origin, known: _Known) -> tuple[Scenario | None, list[Problem]]:
    """The scenario of a tree, or None, and what is wrong with it."""
    scenario, problems = build(origin.node, {"origin": origin, "written": True})
    return scenario, [*problems, *_uncited(origin.node, known.claims), *_no_facts(origin.node, known.materials)]


def _no_facts(tree: Node, known: Collection[str] | None) -> list[Problem]:
    """Materials that nothing is known about; that they are names is checked with the schema."""
    named = tree.entries.get("materials", Node(())).value
    if known is None or not isinstance(named, tuple):
        return []
    texts = [(i, node.value) for i, node in enumerate(named) if isinstance(node.value, str)]
    return [problem_at(tree, _unknown("materials", i, text, known)) for i, text in texts if text not in known]


def _uncited(tree: Node, known: Sequence[str]) -> list[Problem]:
    """Citations of claims that are in no shipped fact sheet; the shape of a citation is checked with the schema."""
    cited = tree.entries.get("sources", Node(())).value
    if not isinstance(cited, tuple):
        return []
    texts = [(i, node.value) for i, node in enumerate(cited) if isinstance(node.value, str) and node.value.count("#") == 1]
    unknown = [(i, text) for i, text in texts if text not in known]
    return [problem_at(tree, Fault("no such claim in seeds/", repr(text), _like(text, known), ("sources", i))) for i, text in unknown]


def _like(cite: str, known: Sequence[str]) -> str | None:
    sheet = cite.partition("#")[0]
    sheets = tuple(dict.fromkeys(claim.partition("#")[0] for claim in known))
    return near_miss(sheet, sheets, "Sheets") if sheet not in sheets else near_miss(cite, [c for c in known if c.startswith(f"{sheet}#")])


def _once(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once, in the order of the file; a variant repeats the mistakes of its base."""
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda p: (p.file or "", p.line or 0, p.column or 0))


def check_names(scenario: Scenario, commodities: Collection[str], sectors: Collection[str] | None = None) -> None:
    """Check the names of commodities and sectors against all that the model will have.

    commodities: every commodity, of the data pack and of the scenario's own network. sectors: every final sector, or None to skip them.
    Raises ScenarioError with a mark for each unknown name.
    """
    _raise(scenario, commodity_faults(scenario.parts(), commodities, sectors))


def check_materials(scenario: Scenario, known: Collection[str]) -> None:
    """Check `materials` against those of the data pack. Raises ScenarioError with a mark for each unknown name."""
    _raise_unknown(scenario, "materials", scenario.materials, known)


def check_regions(scenario: Scenario, known: Collection[str]) -> None:
    """Check `regions` against those of the data pack. Raises ScenarioError with a mark for each unknown name."""
    _raise_unknown(scenario, "regions", scenario.regions, known)


def _raise_unknown(scenario: Scenario, section: str, names: Sequence[str], known: Collection[str]) -> None:
    _raise(scenario, (_unknown(section, i, name, known) for i, name in enumerate(names) if name not in known))


def _unknown(section: str, place: int, name: str, known: Collection[str]) -> Fault:
    return Fault(f"unknown {section.removesuffix('s')}", repr(name), near_miss(name, known), (section, place))


def _raise(scenario: Scenario, faults: Iterable[Fault]) -> None:
    problems = [scenario.placed(fault) for fault in faults]
    if problems:
        raise ScenarioError(*_once(problems))
