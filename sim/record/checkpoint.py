"""What a long simulation has done so far, put by so that it can go on after it was stopped or killed."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from sim.errors import DataError, Problem, RunError

EVERY_S = 10.0
"""Seconds between two times at which work is put by, and before the first: what is quicker needs no resuming."""
LARGEST_PART = 0.05
"""Part of the time that may go into putting by."""
STATE, OUTCOMES = "state.npz", "outcomes.float64"


@dataclass
class Checkpoint:
    """A hidden folder with what is done of one simulation. Where it is left without `finished`, what was put by stays.

    Outcomes of runs go into `file` at once; since the same simulation gives the same bits, writing them once more does no harm.
    """

    folder: Path
    key: Mapping[str, Any]
    """Of the simulation and all that decides its bits; what was put by under another key is not gone on with."""
    resume: bool
    is_finished: bool = False
    n_before: int = 0
    """Runs that were done and put by when this began."""
    _saved: float = field(default_factory=time.monotonic)
    _took: float = 0.0

    def __enter__(self) -> Self:
        """Take hold of the folder.

        Raises:
            RunError: another program is at the same simulation, or the folder cannot be made. DataError: what was put by is of another key.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self.folder / "lock")
            self._lock.acquire(timeout=0)
            (self.folder / OUTCOMES).touch()
            self.file = (self.folder / OUTCOMES).open("r+b", buffering=0)
        except Timeout:
            what, remedy = "the same simulation is under way in another program", "Wait for it, or give another folder with --out."
            raise RunError(Problem(file=str(self.folder), what=what, remedy=remedy)) from None
        except OSError as error:
            what, got = "cannot put by here what is done", error.strerror or str(error)
            raise RunError(Problem(file=str(self.folder), what=what, got=got, remedy="Give another folder with --out.")) from error
        try:
            self.n_before = self._look()
        except DataError:
            self._let_go()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of the folder; it is gone if the work is finished or nothing was put by."""
        self._let_go()
        if self.is_finished or not (self.folder / STATE).exists():
            shutil.rmtree(self.folder, ignore_errors=True)

    def finished(self) -> None:
        """Say that the results are where they belong."""
        self.is_finished = True

    @property
    def has_something(self) -> bool:
        """Whether there is something to go on with."""
        return (self.folder / STATE).exists()

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Put what was put by back into arrays of the same names, if it is to be gone on with."""
        if self.resume and self.n_before:
            with np.load(self.folder / STATE, allow_pickle=False) as state:
                for name, array in arrays.items():
                    array[...] = state[name]

    def save_if_due(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Put by now and then; so rarely that it takes a small part of the time.

        Raises:
            RunError: there is no room.
        """
        if time.monotonic() - self._saved >= max(EVERY_S, self._took / LARGEST_PART):
            self.save(arrays)

    def save(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Put by at once: whole, or not at all.

        Arguments:
            arrays: all there is to know, `done` among them, [run].

        Raises:
            RunError: there is no room.
        """
        began = time.monotonic()
        fresh = self.folder / "fresh.npz"
        try:
            os.fsync(self.file.fileno())  # first, so that no run counts as done whose outcomes are not there
            with fresh.open("wb") as file:
                np.savez(file, allow_pickle=False, key=np.array(json.dumps(self.key)), **arrays)
                os.fsync(file.fileno())
            fresh.replace(self.folder / STATE)
        except OSError as error:
            what, got = "cannot put by what is done", error.strerror or str(error)
            raise RunError(Problem(file=str(self.folder), what=what, got=got, remedy="Make room, or give another folder.")) from error
        self._saved = time.monotonic()
        self._took = self._saved - began

    def _let_go(self) -> None:
        self.file.close()
        self._lock.release()

    def _look(self) -> int:
        """Number of runs put by; what cannot be read is nothing."""
        try:
            with (self.folder / STATE).open("rb") as file, np.load(file, allow_pickle=False) as state:
                key, n_done = json.loads(str(state["key"])), int(state["done"].sum())
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            (self.folder / STATE).unlink(missing_ok=True)
            return 0
        differs = [name for name in self.key if key.get(name) != self.key[name]]
        if differs and self.resume:
            got = ", ".join(f"{name} {key.get(name)}, now {self.key[name]}" for name in differs)
            what = "was begun by other programs, whose last digits may differ"
            raise DataError(Problem(file=str(self.folder), what=what, got=got, remedy="Start anew, without --resume."))
        if differs:
            (self.folder / STATE).unlink()
            return 0
        return n_done
