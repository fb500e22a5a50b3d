"""Environments of other programs, which need other versions of libraries than this one."""

from __future__ import annotations

import os
import subprocess
import tempfile
import venv
from pathlib import Path


def interpreter(name: str, *packages: str) -> Path | None:
    """A Python that has some packages: the one that SIM_BENCH_<NAME> names, or one made once in the temporary folder.

    Arguments:
        name: of the program.
        packages: as pip takes them.

    Returns:
        its path; None where the packages cannot be had.
    """
    named = os.environ.get(f"SIM_BENCH_{name.upper()}")
    if named:
        return Path(named)
    folder = Path(tempfile.gettempdir()) / f"sim-bench-{name}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        if subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=False, stderr=subprocess.DEVNULL).returncode:
            return None
        (folder / "ready").touch()
    return python


def told(python: Path, script: str, *words: object) -> list[float]:
    """Numbers that a script prints in its last line.

    Arguments:
        python: who runs it.
        script: its text.
        words: what it is given.
    """
    asked = [python, "-W", "ignore", "-c", script, *map(str, words)]
    lines = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.splitlines()
    return [float(word) for word in lines[-1].split()]
