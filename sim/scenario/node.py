"""What was written, with the place where it was written: the tree between YAML text and the schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sim.errors import Fault, Problem, dotted

if TYPE_CHECKING:
    from sim.data.own import DataFolder

SET = "--set "
"""How the name of a change on the command line begins, where a file would stand."""

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Mark:
    """A place in a file (line and column from 1), or a `--set` (no line)."""

    file: str | None = None
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Node:
    """A scalar, a tuple of nodes or a mapping of nodes, each with the place of its value; a mapping also knows those of its keys."""

    value: Scalar | tuple[Node, ...] | Mapping[str, Node]
    mark: Mark = Mark()
    keys: Mapping[str, Mark] = field(default_factory=lambda: MappingProxyType({}))

    def __reduce__(self) -> tuple[Any, ...]:
        keys = dict(self.keys)
        return Node, (dict(self.value) if isinstance(self.value, Mapping) else self.value, self.mark, keys)

    @property
    def entries(self) -> Mapping[str, Node]:
        """Entries of a mapping; none for anything else."""
        return self.value if isinstance(self.value, Mapping) else {}


@dataclass(frozen=True)
class Origin:
    """Where a scenario came from."""

    name: str = "unnamed"
    variant: str | None = None
    path: Path | None = None
    text: str = ""
    node: Node = Node({})
    sets: tuple[str, ...] = ()
    data: DataFolder | None = None


def plain(node: Node) -> Any:
    """The tree as dicts, lists and scalars."""
    if isinstance(node.value, Mapping):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, tuple):
        return [plain(child) for child in node.value]
    return node.value


def child(node: Node, part: str | int) -> Node | None:
    """The entry of a mapping or the item of a list; None if there is none."""
    if isinstance(node.value, Mapping):
        return node.value.get(str(part))
    if isinstance(node.value, tuple) and isinstance(part, int) and 0 <= part < len(node.value):
        return node.value[part]
    return None


def mark_of(root: Node, path: tuple[str | int, ...], *, key: bool = False) -> Mark:
    """Place of the value at a path, or of the nearest thing around it that was written.

    path: keys and positions from the top. key: give the place of the key instead of the value.
    """
    node, mark = root, root.mark
    for i, part in enumerate(path):
        below = child(node, part)
        if below is None:
            # Something is missing from a mapping: its own key says best where to write it.
            return mark
        is_last = i == len(path) - 1
        key_mark = node.keys.get(str(part), below.mark)
        mark = key_mark if key or not is_last or isinstance(below.value, Mapping) else below.mark
        node = below
    return mark


def written_path(root: Node, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """A path of the schema as the author wrote it: without the steps that short forms leave out.

    `demand.chips.amount` is `demand.chips` where only the amount was written; `to[0]` is `to` where one name stands for a list.
    """
    node: Node | None = root
    written: list[str | int] = []
    for part in path:
        below = child(node, part) if node is not None else None
        if node is not None and below is None:
            is_short_demand = part == "amount" and len(written) == 5 and written[3] == "demand"
            is_short_list = isinstance(part, int) and not isinstance(node.value, tuple)
            if is_short_demand or is_short_list:
                continue
        written.append(part)
        node = below
    return tuple(written)


def problem_at(root: Node, fault: Fault) -> Problem:
    """A Problem marked at the value (or the key) that a fault is about; see `mark_of`."""
    path = written_path(root, fault.path)
    mark = mark_of(root, path, key=fault.on_key)
    where = dotted(path)
    if mark.line is None and (mark.file or "").startswith(SET):
        where = _beyond((mark.file or "").removeprefix(SET), where)
    return Problem(mark.file, mark.line, mark.column, where or None, fault.what, fault.got, fault.remedy)


def _beyond(typed: str, where: str) -> str:
    """What a place adds to the path of the `--set` that made it: the rest below that path, nothing for what is around it."""
    steps = re.sub(r"\.([0-9]+)(?=\.|$)", r"[\1]", typed)
    for known in (steps, f"set.{steps}"):
        if known == where or known.startswith((f"{where}.", f"{where}[")):
            return ""
        if where.startswith((f"{known}.", f"{known}[")):
            return where[len(known) :].removeprefix(".")
    return where


def name_variant(problem: Problem, origin: Origin) -> Problem:
    """The problem, with the variant before its place if it was written in the patch of the variant applied."""
    patch = child(origin.node.entries.get("variants", Node({})), origin.variant or "")
    if origin.variant is None or patch is None or Mark(problem.file, problem.line, problem.column) not in _marks(patch):
        return problem
    return in_variant(problem, origin.variant)


def in_variant(problem: Problem, name: str) -> Problem:
    """The problem with `variants.NAME` before its place."""
    return replace(problem, where=".".join(filter(None, ("variants", name, problem.where))))


def _marks(node: Node) -> set[Mark]:
    """Places of everything in a tree, of keys and of values."""
    found, left = set[Mark](), [node]
    while left:
        node = left.pop()
        found |= {node.mark, *node.keys.values()}
        left += node.entries.values() if isinstance(node.value, Mapping) else node.value if isinstance(node.value, tuple) else ()
    return found
