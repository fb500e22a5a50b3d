"""The project's checks, one session each: `nox -s tests`, `nox --list`."""

from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path

import nox

nox.options.sessions = ["tests", "lint", "types", "wheel"]
nox.options.default_venv_backend = "venv"

FACTS = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = ("-c", "constraints.txt")
# Old libraries use what newer ones they stand on call outdated: no fault of ours, so no error away from the pins.
LENIENT = ("-W", "default::DeprecationWarning", "-W", "default::PendingDeprecationWarning")


@nox.session
def tests(session: nox.Session) -> None:
    """The test suite on the pinned versions; `-- -m long` for the slow part."""
    session.install(*PINS, "-e", ".[dev]")
    session.run("pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, formatting and the imports between layers."""
    session.install(*PINS, "-e", ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Static types."""
    session.install(*PINS, "-e", ".[dev]")
    session.run("pyright", "--pythonpath", str(Path(session.bin) / "python"))


@nox.session
def data(session: nox.Session) -> None:
    """Make the pack's files of facts from their inputs and cards, and print their checks; `-- cobalt` for one."""
    session.install(*PINS, "-e", ".")
    session.run("python", "-m", "sim.data.making", *session.posargs)


@nox.session
def calibrate(session: nox.Session) -> None:
    """Fit laws of behaviour on the past episodes, and on all but each in turn: most of an hour; `-- --help` for its length."""
    session.install(*PINS, "-e", ".[calibrate]")
    session.run("python", "-m", "sim.api.calibrating", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel and use it where there is no checkout."""
    with tempfile.TemporaryDirectory() as folder:
        session.install("pip")
        session.run("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ".")
        built = [str(path) for path in Path(folder).glob("*.whl")]
        session.install(*PINS, *built)
        session.chdir(folder)
        session.run("sim", "--help", silent=True)
        session.run("sim", "scenarios")
        session.run("sim", "run", "gallium-export-halt", "--runs", "20")


@nox.session
def bench(session: nox.Session) -> None:
    """Speed, on the pinned versions."""
    session.install(*PINS, "-e", ".[dev]")
    session.run("python", "-m", "tests.bench")
    session.run("pytest", "-m", "bench", "-s", *session.posargs)


@nox.session
def newest(session: nox.Session) -> None:
    """The test suite on the newest release of everything."""
    session.install("--upgrade", "--upgrade-strategy", "eager", "-e", ".[dev]")
    session.run("pytest", *LENIENT, *session.posargs)


@nox.session(python="3.11")
def floor(session: nox.Session) -> None:
    """The test suite on the lowest versions that pyproject.toml promises."""
    extras = FACTS["optional-dependencies"]
    lowest = [need.replace(">=", "==") for need in FACTS["dependencies"] + extras["parquet"] + extras["fast"]]
    tools = [need for need in extras["dev"] if not need.startswith(FACTS["name"])]
    session.install(*lowest, *tools)
    session.install("--no-deps", "-e", ".")
    session.run("pytest", *LENIENT, *session.posargs)
