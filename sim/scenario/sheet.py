"""A fact sheet: the claims of one article in our own words, read with every mistake told at its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.errors import Problem, ScenarioError, dotted, near_miss, shown
from sim.scenario.node import Mark, Node, mark_of, plain
from sim.scenario.text import read_file, read_text

NEEDED = ("id", "title", "publisher", "date", "claims")
KEYS = (*NEEDED, "url")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Sheet:
    """One article."""

    id: str
    title: str
    publisher: str
    date: str
    claims: Mapping[str, str]
    """A claim's name -> what it says."""
    url: str = ""


def read_sheet(path: Path) -> Sheet:
    """Read a fact sheet.

    path: the file, named as the sheet. Raises ScenarioError with all mistakes at once.
    """
    root, found = read_text(*read_file(path))
    problems = [*found, *_problems(root, path.stem)]
    if problems:
        raise ScenarioError(*problems)
    return Sheet(**plain(root))


def _problems(root: Node, name: str) -> Iterator[Problem]:
    def at(path: tuple[str, ...], what: str, got: object = None, remedy: str | None = None, *, key: bool = False) -> Problem:
        mark: Mark = mark_of(root, path, key=key)
        return Problem(mark.file, mark.line, mark.column, dotted(path) or None, what, None if got is None else shown(got), remedy)

    if not isinstance(root.value, Mapping):
        yield at((), "a fact sheet is a mapping of keys to values", None, "Begin with id: ...")
        return
    for key in root.entries:
        if key not in KEYS:
            yield at((key,), "unknown key", key, near_miss(key, KEYS, "Keys"), key=True)
    yield from (at((key,), "is missing", None, "Add it.") for key in NEEDED if key not in root.entries)
    texts: dict[tuple[str, ...], Node] = {(key,): node for key, node in root.entries.items() if key in KEYS and key != "claims"}
    claims = root.entries.get("claims")
    if claims is not None and not claims.entries:
        yield at(("claims",), "must be a mapping of claims to sentences", plain(claims), "Write name: sentence on lines of their own.")
    for claim, node in claims.entries.items() if claims is not None else ():
        texts["claims", claim] = node
        if not _NAME.fullmatch(claim):
            yield at(("claims", claim), "not a claim's name", claim, "Write small letters, digits and hyphens.", key=True)
    for path, node in texts.items():
        if not isinstance(node.value, str) or not node.value.strip():
            empty = node.value is None or isinstance(node.value, str)
            yield at(path, "is empty" if empty else "must be text", None if empty else plain(node), "Write it in words.")
    written = root.entries.get("id")
    if written is not None and isinstance(written.value, str) and written.value.strip() and written.value != name:
        yield at(("id",), "is not the name of the file", written.value, f"Write {name}.")
