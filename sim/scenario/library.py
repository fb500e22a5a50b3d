"""Where the shipped scenarios and fact sheets are: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

import os
from pathlib import Path

from sim.errors import Problem, ScenarioError, near_miss, shown
from sim.scenario.sheet import Sheet, read_sheet

_PACKAGE = Path(__file__).resolve().parent.parent
_SUFFIXES = (".yaml", ".yml")
EPISODE = "scenario.yaml"
"""File of an episode's folder that holds its scenario."""


def folder(name: str) -> Path:
    """Folder of shipped files. name: `scenarios` or `seeds`. It may not exist."""
    inside = _PACKAGE / "_shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def shipped() -> tuple[str, ...]:
    """Names of the shipped scenarios, in order of the alphabet."""
    return tuple(sorted(path.stem for path in folder("scenarios").glob("*.yaml")))


def sheets() -> tuple[Sheet, ...]:
    """The shipped fact sheets, in order of the alphabet. Raises ScenarioError where one has mistakes."""
    return tuple(read_sheet(path) for path in sorted(folder("seeds").glob("*.yaml")))


def claims() -> tuple[str, ...]:
    """Every claim of the shipped fact sheets, as `sheet#claim`."""
    return tuple(f"{sheet.id}#{claim}" for sheet in sheets() for claim in sheet.claims)


def find(source: str | Path) -> Path:
    """Path of a scenario.

    source: a path, or the name of a shipped scenario; a text is a path when it ends in .yaml or .yml or holds a path separator.
    Raises ScenarioError when it is neither a file here nor a shipped name; a path that is given plainly is not checked.
    """
    if isinstance(source, Path):
        return source
    if source.endswith(_SUFFIXES) or os.sep in source or (os.altsep and os.altsep in source):
        return Path(source)
    names = shipped()
    if source in names:
        return folder("scenarios") / f"{source}.yaml"
    if source and os.path.lexists(source):
        return Path(source)
    remedy = near_miss(source, names, "Shipped") or "Give the path of a scenario file."
    raise ScenarioError(Problem(what="no scenario of this name", got=shown(source), remedy=remedy))


def episodes() -> tuple[str, ...]:
    """Names of the past episodes that ship, in order of the alphabet."""
    return tuple(sorted(path.parent.name for path in (_PACKAGE / "episodes").glob(f"*/{EPISODE}")))


def find_episode(source: str | Path) -> Path:
    """Folder of a past episode.

    source: the folder's path, or the name of one that ships. Raises ScenarioError where there is none.
    """
    shipped_one = _PACKAGE / "episodes" / str(source)
    if isinstance(source, str) and source in episodes():
        return shipped_one
    folder = Path(source)
    if (folder / EPISODE).is_file():
        return folder
    if folder.is_dir():
        remedy = f"An episode is a folder with {EPISODE} and observed.csv."
        raise ScenarioError(Problem(file=str(folder), what=f"holds no {EPISODE}", remedy=remedy))
    what = "no such folder" if os.sep in str(source) else "no such episode"
    raise ScenarioError(Problem(where="episode", what=what, got=shown(str(source)), remedy=near_miss(str(source), episodes(), "Shipped")))
