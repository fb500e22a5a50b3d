"""One tree out of several texts: `extends`, then a variant, then `--set`. Marks stay with every value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.errors import Problem, ScenarioError, dotted, near_miss, shown
from sim.scenario.law import LAWS
from sim.scenario.library import find
from sim.scenario.node import SET, Mark, Node
from sim.scenario.text import MAX_DEPTH, read_file, read_text, read_value

MAX_EXTENDS = 20
_NAMED = ("sectors", "economies", "shocks", "policies", "groups", "variants")
"""Sections whose entries the author names: a `--set` into an entry that is not there is a slip, not a new entry."""
_OF_COMMODITIES = ("recipe", "cost_share", "essential")
"""Mappings whose keys are names of commodities, with a dot inside."""
_PARAMETERS = {"mean", "sd", "median", "p90", "sigma", "a", "b", "low", "high", "values", "weights"}


def merge(base: Node, patch: Node) -> Node:
    """Lay a patch over a tree: mappings merge, everything else (a law too) is replaced, null takes a key away."""
    if not (isinstance(base.value, Mapping) and isinstance(patch.value, Mapping)) or is_law(base) or is_law(patch):
        return patch
    entries, keys = dict(base.value), dict(base.keys)
    for name, node in patch.value.items():
        if node.value is None:
            entries.pop(name, None)
            keys.pop(name, None)
        else:
            entries[name] = merge(entries[name], node) if name in entries else node
            keys[name] = patch.keys[name]
    # An overwritten entry keeps its place in the order, so that a variant does not reorder shocks.
    return Node(entries, patch.mark if patch.mark.line is not None else base.mark, keys)


def is_law(node: Node) -> bool:
    """Whether a mapping is a law: its one key is the name of a law, and what stands there looks like parameters."""
    if len(node.entries) != 1:
        return False
    ((name, body),) = node.entries.items()
    return name in LAWS and (isinstance(body.value, tuple) or (bool(body.entries) and set(body.entries) <= _PARAMETERS))


def read_chain(path: Path) -> tuple[Node, str, tuple[Problem, ...]]:
    """Read a scenario file and those it extends.

    path: the file. Returns the merged tree without `extends`, the text of the file itself, and the problems that did not stop the reading.
    Raises ScenarioError where a file cannot be read or the chain of `extends` is a circle.
    """
    layers: list[Node] = []
    problems: list[Problem] = []
    seen: list[Path] = []
    text = ""
    current: Path | None = path
    while current is not None:
        seen.append(current.resolve())
        layer_text, name = read_file(current)
        text = text if layers else layer_text
        try:
            node, found = read_text(layer_text, name)
        except ScenarioError as error:
            raise ScenarioError(*problems, *error.problems) from None
        problems += found
        if not isinstance(node.value, Mapping):
            got = shown(_kind(node))
            raise ScenarioError(*problems, _at(node.mark, (), "a scenario is a mapping of keys to values", got, "Begin with title: ..."))
        layers.append(_without(node, "extends"))
        current = _parent(node, current, seen, problems)
    tree = layers.pop()
    while layers:
        tree = merge(tree, layers.pop())
    return tree, text, tuple(problems)


def _kind(node: Node) -> object:
    return list(node.value) if isinstance(node.value, tuple) else node.value


def _without(node: Node, name: str) -> Node:
    entries = {key: value for key, value in node.entries.items() if key != name}
    return Node(entries, node.mark, {key: mark for key, mark in node.keys.items() if key != name})


def _parent(node: Node, path: Path, seen: Sequence[Path], problems: list[Problem]) -> Path | None:
    """The file that `extends` names, beside this one or shipped; None without one."""
    said = node.entries.get("extends")
    if said is None:
        return None

    def stop(what: str, got: str | None, remedy: str | None) -> ScenarioError:
        return ScenarioError(*problems, _at(said.mark, ("extends",), what, got, remedy))

    if not isinstance(said.value, str) or not said.value:
        raise stop("must be the name of a scenario or the path of a file", shown(_kind(said)), None)
    beside = path.parent / said.value
    try:
        parent = beside if said.value.endswith((".yaml", ".yml")) else find(said.value)
    except ScenarioError as error:
        raise stop("no scenario of this name", shown(said.value), error.problems[0].remedy) from None
    if parent.resolve() in seen:
        raise stop("scenarios extend one another in a circle", shown(said.value), "Let one of them stand by itself.")
    if len(seen) > MAX_EXTENDS:
        raise stop(f"more than {MAX_EXTENDS} scenarios extend one another", None, "Put some of them together.")
    if not parent.exists():
        raise stop("no such file", shown(said.value), f"The path is looked up from {path.parent}.")
    return parent


def apply_variant(tree: Node, name: str) -> Node:
    """Lay one variant of a scenario over it. Raises ScenarioError when there is none of this name."""
    variants = tree.entries.get("variants", Node({}))
    patch = variants.entries.get(name)
    if patch is None:
        known = tuple(variants.entries)
        remedy = near_miss(name, known, "Variants") or "The scenario has no variants."
        raise ScenarioError(Problem(tree.mark.file, what="no variant of this name", got=shown(name), remedy=remedy))
    if not isinstance(patch.value, Mapping):
        return tree  # the schema says what is wrong with it
    barred = [key for key in ("extends", "variants") if key in patch.entries]
    if barred:
        raise ScenarioError(*(_at(patch.keys[key], ("variants", name, key), f"a variant may not have '{key}'", None) for key in barred))
    merged = merge(tree, patch)
    return Node(merged.value, tree.mark, merged.keys)


def _at(mark: Mark, path: Sequence[str | int], what: str, got: str | None, remedy: str | None = None) -> Problem:
    return Problem(mark.file, mark.line, mark.column, dotted(path) or None, what, got, remedy)


def apply_sets(tree: Node, sets: Sequence[str], top: Sequence[str]) -> Node:
    """Lay `--set path=value` over a tree, in order.

    sets: texts `path=value`. top: keys of a scenario; a path that begins with one is taken from there, any other is a fact under `set`.
    Raises ScenarioError with all that cannot be read or placed.
    """
    problems: list[Problem] = []
    for text in sets:
        path, equals, value = text.partition("=")
        path = path.strip()
        if not equals or not path or path.count(".") > MAX_DEPTH:
            problems.append(Problem("--set", what="not path=value", got=shown(text), remedy="Write, for example, runs.count=500."))
            continue
        name = f"{SET}{path}"
        try:
            node = read_value(value, name)
            tree = _place(tree, _words(tree, path, top), node)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(*problems)
    return tree


def _words(tree: Node, path: str, top: Sequence[str]) -> list[str]:
    """A dotted path as keys. Names of facts, nodes and commodities hold dots themselves."""
    first, _, rest = path.partition(".")
    if first not in top:
        if len(path.split(".")) >= 4:
            return ["set", path]
        what = "neither a key of a scenario nor the path of a fact"
        raise ScenarioError(Problem(f"{SET}{path}", what=what, got=shown(path), remedy=near_miss(first, top, "Keys")))
    if first == "set" or not rest:
        return [first, rest] if rest else [first]
    words, node = [first], tree.entries.get(first, Node({}))
    while rest:
        word = _next_word(node, words, rest)
        if node.value is not None and word not in node.entries and rest != word and _is_named(words):
            remedy = near_miss(word, tuple(node.entries), "There are")
            raise ScenarioError(Problem(f"{SET}{path}", what=f"no '{dotted([*words, word])}' to change", remedy=remedy))
        words.append(word)
        rest = rest[len(word) + 1 :]
        node = node.entries.get(word, Node({}))
    return words


def _is_named(words: Sequence[str]) -> bool:
    return (len(words) == 1 and words[0] in _NAMED) or list(words) == ["network", "nodes"] or list(words) == ["network", "commodities"]


def _next_word(node: Node, words: Sequence[str], rest: str) -> str:
    """The longest key of `node` that `rest` begins with; else as many words as a name has there."""
    fitting = [key for key in node.entries if rest == key or rest.startswith(f"{key}.")]
    if fitting:
        return max(fitting, key=len)
    counts = {"network.nodes": 3, "network.commodities": 2}
    count = counts.get(".".join(words), 2 if words[-1] in _OF_COMMODITIES else 1)
    match = re.match(rf"[^.]*(?:\.[^.]*){{0,{count - 1}}}", rest)
    return match[0] if match else rest


def _place(tree: Node, words: Sequence[str], node: Node) -> Node:
    """Put a value at a path, making mappings on the way; null takes the key away. The marks of untouched values stay."""
    if not words:
        return node
    word, mark = words[0], node.mark
    if isinstance(tree.value, tuple) and word.isdecimal() and int(word) < len(tree.value):
        items = list(tree.value)
        items[int(word)] = _place(items[int(word)], words[1:], node)
        return Node(tuple(items), tree.mark)
    entries, keys = (dict(tree.value), dict(tree.keys)) if isinstance(tree.value, Mapping) else ({}, {})
    if len(words) == 1 and node.value is None:
        entries.pop(word, None)
        keys.pop(word, None)
    else:
        entries[word] = _place(entries.get(word, Node({}, mark)), words[1:], node)
        if word not in keys or len(words) == 1:
            keys[word] = mark
    return Node(entries, tree.mark, keys)
