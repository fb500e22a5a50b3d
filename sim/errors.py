"""Every error a person can meet, in one grammar: `file:line:column where: what (got ...). remedy`."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake, and where it was made. Any part may be None and is then left out of the line.

    file: path as the author gave it, or `--set path`. line, column: from 1. where: dotted path such as `shocks.halt.leakage`.
    what: what is wrong. got: the offending value, already readable. remedy: a sentence, with its full stop or question mark.
    """

    file: str | None = None
    line: int | None = None
    column: int | None = None
    where: str | None = None
    what: str | None = None
    got: str | None = None
    remedy: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        head = " ".join(part for part in (place, self.where) if part)
        body = " ".join(part for part in (self.what, f"(got {self.got})" if self.got is not None else None) if part)
        sentence = ": ".join(part for part in (head, body) if part)
        if sentence and sentence[-1] not in ".?!":
            sentence += "."
        return " ".join(part for part in (sentence, self.remedy) if part)


class SimError(Exception):
    """Base of all errors meant for a person; `problems` holds them all, `str()` gives one line for each."""

    exit_code = 2

    def __init__(self, *problems: Problem | str) -> None:
        """Take one or more problems; a text stands for a problem without a place."""
        self.problems: tuple[Problem, ...] = tuple(Problem(what=p) if isinstance(p, str) else p for p in problems)
        super().__init__(*self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class ScenarioError(SimError):
    """The scenario file, a variant, or a `--set` is wrong (exit 2)."""


class DataError(SimError):
    """A fact in the data pack is missing or wrong (exit 2)."""


class ModelError(SimError):
    """Scenario and facts do not make a model that can rest (exit 2)."""


class RunError(SimError):
    """A run failed: matter lost, a worker died, a result could not be written (exit 1)."""

    exit_code = 1


@dataclass(frozen=True)
class Fault:
    """A problem before its place in a file is known: a path relative to the value that was read, and the words."""

    what: str
    got: str | None = None
    remedy: str | None = None
    path: tuple[str | int, ...] = ()
    on_key: bool = False
    """The key at the end of the path is wrong, not the value it has."""


class BadValue(ValueError):
    """A value that cannot be right; carries one or more faults. `sim.scenario` turns it into a ScenarioError with marks."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__(*faults)

    def __str__(self) -> str:
        return "\n".join(str(Problem(where=dotted(f.path) or None, what=f.what, got=f.got, remedy=f.remedy)) for f in self.faults)


def refuse(what: str, got: object = None, remedy: str | None = None) -> BadValue:
    """A BadValue with a single fault; `got` is any value and is made readable here."""
    return BadValue(Fault(what, shown(got) if got is not None else None, remedy))


def dotted(path: Iterable[str | int]) -> str:
    """A path as a person writes it: `('trade', 0, 'lead')` becomes `trade[0].lead`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def shown(value: object, width: int = 60) -> str:
    """A value as it appears after `got`: text in quotes, numbers bare, containers by their kind; at most `width` characters."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, (list, tuple)):
        return "a list" if value else "an empty list"
    if isinstance(value, float):
        return f"{value:.10g}"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= width else f"{text[: width - 4]}...{text[-1]}"


def near_miss(word: str, known: Collection[str], what: str = "Known") -> str | None:
    """A remedy for an unknown name: the nearest known one, else the list of known names (none if there are none).

    word: what was written. known: what would have been right. what: how the list is introduced.
    """
    if not known:
        return None
    lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{lower[close[0]]}'?"
    names = list(known)
    rest = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return f"{what}: {', '.join(names[:12])}{rest}."
