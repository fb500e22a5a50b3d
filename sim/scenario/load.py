"""From a file, or the name of a shipped scenario, to a Scenario; and the checks that need names only later stages know."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from sim.errors import Fault, Problem, ScenarioError, near_miss
from sim.scenario.compose import apply_sets, apply_variant, read_chain
from sim.scenario.cross import commodity_faults
from sim.scenario.explain import build
from sim.scenario.library import claims, find
from sim.scenario.node import Node, Origin, problem_at
from sim.scenario.scenario import Scenario
from sim.scenario.text import read_text

_TOP = tuple(Scenario.model_fields)


def load(source: str | Path, *, variant: str | None = None, sets: Sequence[str] = ()) -> Scenario:
    """Read a scenario.

    source: path of a file, or the name of a shipped scenario. variant: name of one of its variants, applied after `extends`.
    sets: texts `path=value`, applied last; a path that begins with a key of a scenario is taken from the top, any other is a fact.
    Every variant of the file is checked too. Raises ScenarioError with all problems at once.
    """
    path = find(source)
    tree, text, problems = read_chain(path)
    return _finish(tree, Origin(path.stem, variant, path, text), sets, problems)


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


def _finish(tree: Node, origin: Origin, sets: Sequence[str], found: Iterable[Problem]) -> Scenario:
    """Apply the variant and the sets and read the result.

    The base and the other variants are read as well, for their mistakes, but without the sets: those are meant for this run.
    """
    problems = list(found)
    known = claims()
    names = [name for name in tree.entries.get("variants", Node({})).entries if name != origin.variant]
    chosen: Scenario | None = None
    for name in (origin.variant, None, *names) if origin.variant else (None, *names):
        try:
            patched = tree if name is None else apply_variant(tree, name)
            if name == origin.variant:
                patched = apply_sets(patched, sets, _TOP)
        except ScenarioError as error:
            problems += error.problems
            continue
        here = Origin(origin.name, name, origin.path, origin.text, patched)
        scenario, faults = build(patched, {"origin": here, "written": True})
        problems += [*faults, *_uncited(patched, known)]
        if name == origin.variant:
            chosen = scenario
    unique = _once(problems)
    if unique or chosen is None:
        raise ScenarioError(*unique)
    return chosen


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
    noun = section.removesuffix("s")
    faults = (Fault(f"unknown {noun}", repr(n), near_miss(n, known), (section, i)) for i, n in enumerate(names) if n not in known)
    _raise(scenario, faults)


def _raise(scenario: Scenario, faults: Iterable[Fault]) -> None:
    problems = [problem_at(scenario.tree, fault) for fault in faults]
    if problems:
        raise ScenarioError(*_once(problems))
