"""The passes over links compiled, where the extra `fast` is installed: the same numbers to the bit, sooner."""

from __future__ import annotations

import importlib
import logging
import os
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim.engine.passes import MakePasses, Passes
from sim.model.world import Network

SWITCH = "SIM_FAST"
"""Environment variable: `0` never compiles, `1` always does, otherwise where it is worth while."""
WORTH_WHILE = 60_000_000
"""Runs times steps times rows of nodes, links and users from which loading what is compiled costs less than it gives: half a second, which
6,600 runs of the flagship make up for."""
WORTH_COMPILING = 40 * WORTH_WHILE
"""The same for compiling it first: a quarter of a minute, once."""
OLDEST = (0, 62)
"""Version of the compiler from which this is meant to work."""


def choose(net: Network, n_run: int) -> MakePasses:
    """How to make the passes of a batch: compiled where that is worth while and can be had, else NumPy's.

    Arguments:
        net: structure.
        n_run: runs that this process will play, about, over all its batches.
    """
    if net.up_to_level or not net.prices or net.ship_rule != "highest-bid":
        return Passes  # the dear pass is that over bids
    asked = os.environ.get(SWITCH, "")
    work = n_run * net.n_step * (net.n_node + len(net.links.src) + len(net.users.node))
    if asked == "0" or (asked != "1" and work < WORTH_WHILE):
        return Passes
    try:
        return compiled(may_compile=asked == "1" or work >= WORTH_COMPILING)
    except Exception as error:  # noqa: BLE001  a compiler that is missing, too old or broken must never stop a run
        if asked == "1":
            logging.getLogger("sim").warning("%s=1, but nothing can be compiled (%s): NumPy does it all.", SWITCH, error)
        return Passes


@cache
def compiled(*, may_compile: bool) -> MakePasses:
    """The compiled passes; NumPy's where they would have to be compiled first and may not be.

    Machine code is kept in a folder named after its source: the compiler's own way to tell old code from new looks at one file, not at what
    that file imports.

    Raises:
        ImportError: there is no compiler, or one that is too old.
    """
    # Of the package's record, for bringing in the compiler to ask takes a third of a second.
    number = version("numba")
    if tuple(int(part) for part in number.split(".")[:2]) < OLDEST:
        raise ImportError(f"numba {number} is older than {'.'.join(map(str, OLDEST))}")
    folder = _folder(number)
    ready = folder / "ready"
    if not ready.exists():
        if not may_compile:
            return Passes
        logging.getLogger("sim").warning("Compiling the passes over links: a quarter of a minute, once.")
    config: Any = importlib.import_module("numba.core.config")
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        batch = importlib.import_module("sim.engine.fast.batch")
        batch.load()
    finally:
        config.CACHE_DIR = before
    if folder.exists():
        ready.touch()
    return batch.Compiled


def _folder(compiler: str) -> Path:
    """Where machine code is kept: within the folder which the compiler is told to use, else within the user's."""
    engine = Path(__file__).parents[1]
    sources = [*sorted(engine.glob("*.py")), *sorted(Path(__file__).parent.glob("*.py")), engine.parent / "model" / "world.py"]
    digest = sha256(compiler.encode() + b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    asked = os.environ.get("NUMBA_CACHE_DIR")
    root = Path(asked) if asked else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "supply-chain-dependency-risk" / digest
