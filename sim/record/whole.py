"""A folder of results under a name that the user gives: written under a temporary name and renamed, so it is whole or absent."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from sim.errors import Problem, RunError

PAGE = "report.html"
BACKTEST = (PAGE, "backtest.csv", "backtest.json", "charts")
"""All that the folder of a backtest holds."""


def check_ours(folder: Path, names: Collection[str]) -> None:
    """Refuse a folder that holds anything but an earlier result, which may be replaced.

    Arguments:
        folder: the folder, which need not exist.
        names: of the files and folders that a result is made of.

    Raises:
        RunError: it is a file, or holds something else.
    """
    if folder.exists() and not folder.is_dir():
        raise RunError(Problem(file=str(folder), what="is a file, not a folder", remedy="Give another name."))
    others = sorted(path.name for path in folder.iterdir() if path.name not in names) if folder.is_dir() else []
    if others:
        remedy = "Give a new folder, or one with nothing but an earlier result."
        raise RunError(Problem(file=str(folder), what="holds other files, which would be lost", got=", ".join(others[:3]), remedy=remedy))


def write_whole(folder: Path, names: Collection[str], fill: Callable[[Path], object]) -> None:
    """Make a folder of results, in the place of an earlier one if there is one.

    Arguments:
        folder: where it shall be; its parents are made if absent.
        names: of the files and folders that a result is made of.
        fill: writes them into the folder that it is given.

    Raises:
        RunError: `check_ours` refuses it, or it cannot be written; what was there stays.
    """
    check_ours(folder, names)
    parent = folder.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=parent))
    except OSError as error:
        raise _cannot_write(folder, error) from error
    try:
        made = scratch / "new"
        made.mkdir()
        fill(made)
        if folder.exists():
            folder.rename(scratch / "old")
        try:
            made.rename(folder)
        except OSError:
            if (scratch / "old").exists():
                (scratch / "old").rename(folder)
            raise
    except OSError as error:
        raise _cannot_write(folder, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _cannot_write(folder: Path, error: OSError) -> RunError:
    got = error.strerror or str(error)
    return RunError(Problem(file=str(folder), what="cannot write the folder here", got=got, remedy="Give another folder with --out."))
