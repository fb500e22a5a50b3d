"""A stand-in for `sim.api`, for what the command line does around it; the real one is used in `test_whole.py`."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

import sim
from sim.cli.app import sim as program
from sim.errors import ModelError, Problem, ScenarioError
from sim.record.checkpoint import Checkpoint
from sim.study.execution import Execution

SHIPPED = [
    {"name": "gallium-export-halt", "title": "China stops gallium", "question": "Who runs short?", "variants": ("stock-60", "stock-90")},
    {"name": "neon-outage", "title": "Neon plants stop", "question": "How long do chips last?", "variants": ()},
]


FAKED = ("shipped", "load", "check", "prepare", "simulate", "trace", "plot", "chart_helper", "read_data", "resumable", "Execution")


@dataclass
class FakeResult:
    """A finished run of two hundred draws."""

    scenario: str
    wrote: list[Path | None]
    quiet: tuple[str, ...] = ()

    def left_out(self, folder: Path) -> tuple[str, ...]:
        return tuple(f"Nothing happens to: {name} (no chart; {folder})." for name in self.quiet)

    def save(self, out: Path | None = None, helper: None = None) -> Path:
        self.wrote.append(out)
        return Path(out or "runs") / f"{self.scenario}-2026"

    @property
    def record(self) -> Any:
        scenario = SimpleNamespace(title="China stops gallium", question="Who runs short?", clock=SimpleNamespace(start=date(2026, 1, 1)))
        return SimpleNamespace(scenario=scenario, n_run=200)

    def summary(self) -> pd.DataFrame:
        place = {"commodity": "gallium.refined", "region": "JPN", "sector": "all", "n": 200}
        chance = {"measure": "p_short", "probability": 0.5, "low": 0.43, "high": 0.57}
        unmet = {"measure": "unmet_t", "mean": 12.5, "p05": 0.0, "p95": 30.0, "cvar95": 33.0}
        return pd.DataFrame([{**place, **chance}, {**place, **unmet}])

    def report(self) -> dict[str, Any]:
        row = {"measure": "unmet_t", "mean": np.float64(12.0), "se": math.nan, "n": np.int64(200)}
        return {"scenario": self.scenario, "runs": 200, "rng_seed": 7, "wall_s": 0.5, "outcomes": [row]}


@dataclass
class FakeApi:
    """Records what it was asked; `fail` is raised by `simulate` after half of the work."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    wrote: list[Path | None] = field(default_factory=list)
    quiet: tuple[str, ...] = ()
    fail: BaseException | None = None

    def shipped(self) -> list[dict[str, Any]]:
        return SHIPPED

    def load(self, source: str, data: Any = None) -> Any:
        if source == "bad.yaml":
            raise ScenarioError(
                Problem("bad.yaml", 12, 3, "shocks.halt.leakge", "unknown key", "'leakge'", "Did you mean 'leakage'?"),
                Problem("bad.yaml", 2, 8, "clock.step", "too long", "'2 years'", "At most 1 month."),
            )
        return type("Scenario", (), {"title": "A good one"})

    def check(self, source: str, data: Any = None) -> None:
        if source == "stuck.yaml":
            raise ModelError(Problem("stuck.yaml", 4, 1, "network", "the world cannot rest", remedy="Make more."))

    def prepare(self, source: str, **asked: Any) -> str:
        self.asked.append({"source": source, **asked})
        return source

    Execution = Execution

    def resumable(self, scenario: str, out: Path, resume: bool) -> Checkpoint:
        self.asked[-1]["resume"] = resume
        return Checkpoint(out / ".unfinished", {}, resume)

    def simulate(self, scenario: str, execution: Execution) -> FakeResult:
        self.asked[-1]["progress"] = execution.progress is not None
        if execution.progress:
            execution.progress(100, 200)
        if self.fail:
            raise self.fail
        return FakeResult(scenario, self.wrote, self.quiet)

    def read_data(self, folder: str) -> str:
        return f"what {folder} holds"

    def chart_helper(self) -> AbstractContextManager[None]:
        return nullcontext()

    def trace(self, source: str, **asked: Any) -> list[dict[str, Any]]:
        self.asked.append({"source": source, **asked})
        event = {"date": "2026-07-01", "kind": "shock", "commodity": "gallium.refined", "region": "CHN", "amount": math.nan, "unit": "t"}
        return [{**event, "text": "China stops exports."}]

    def plot(self, folder: Path, *, every: bool = False) -> list[Path]:
        return [folder / "charts" / "unmet.png", *([folder / "charts" / "quiet.png"] if every else [])]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    """The stand-in, in the place of `sim.api`."""
    fake = FakeApi()
    module = ModuleType("sim.api")
    vars(module).update({name: getattr(fake, name) for name in FAKED})
    monkeypatch.setitem(sys.modules, "sim.api", module)
    monkeypatch.setattr(sim, "api", module, raising=False)
    return fake


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Type words after `sim`, in an empty folder, at a terminal of 100 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return lambda *words: CliRunner().invoke(program, list(words), prog_name="sim")
