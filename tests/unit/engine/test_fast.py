"""The compiled passes give the bits of NumPy's; where they cannot be had, or are not worth their loading, NumPy does it all."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from importlib.metadata import PackageNotFoundError
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from sim.draw import draw
from sim.draw.sampling import source_of
from sim.engine import fast
from sim.engine.batch import simulate
from sim.engine.passes import MakePasses, Passes
from sim.engine.room import Room
from sim.model.compile import compile_model
from sim.model.model import Model
from sim.model.world import Network, World
from sim.record.stock_tally import StockTally
from sim.record.tally import Tally
from sim.scenario import load, shipped, variants
from sim.study.ensemble import ensemble
from sim.study.task import tally_of
from tests.property.networks import shaken
from tests.worlds import write

SCRATCH = {"scratch", "lost_now", "short", "new"}
EVERY_RULE = (
    ("gallium-export-halt", None),
    ("gallium-export-halt", "pooled-60"),
    ("eu-joint-stockpile", "joint-buying-and-pooled"),
    ("eu-plan", "together"),
    ("ev-battery-chain", "stock-and-source"),
    ("overcapacity", "floor-runs-out"),
    ("rare-earth-know-how", None),
    ("russian-gas-lesson", "all-three"),
    ("two-dependences", "home-and-less-gas"),
    ("us-tariffs-on-china", "home-works"),
)


@pytest.fixture(scope="module")
def compiled() -> MakePasses:
    pytest.importorskip("numba", reason="needs the extra `fast`")
    return fast.compiled(may_compile=True)


def played(model: Model, world: World, passes: MakePasses) -> dict[str, np.ndarray]:
    """All that a batch comes to: state, market, works and flows after the last step, and outcomes."""
    tally: list[Tally | StockTally] = []

    def count(room: Room, k: int) -> None:
        if not tally:
            tally.append(tally_of(model, room))
        tally[0].count(room, k)

    room = simulate(model.network, world, count, passes=passes)
    parts = {name: getattr(room, name) for name in ("state", "market", "works", "flows")}
    found = {f"{name}.{field.name}": getattr(part, field.name) for name, part in parts.items() for field in fields(part)}
    unused = SCRATCH if model.network.prices else SCRATCH | {"price"}
    found |= {f"tally.{name}": array for name, array in vars(tally[0]).items() if isinstance(array, np.ndarray) and name not in unused}
    if room.purse is not None:
        found["purse.paid"] = room.purse.paid
    return found


def differences(model: Model, world: World, compiled: MakePasses) -> Iterator[str]:
    """What is not the same to the bit; the sign of a zero is no difference, for processors settle it differently."""
    expected, got = played(model, world, Passes), played(model, world, compiled)
    for name, array in expected.items():
        if (np.ascontiguousarray(array) + 0.0).tobytes() != (np.ascontiguousarray(got[name]) + 0.0).tobytes():
            yield name


def test_compiled_passes_give_the_same_bits(compiled: MakePasses) -> None:
    # 300 runs are more than a tile of them and no multiple of one; all in one test, so that one process compiles.
    for name, variant in EVERY_RULE:
        scenario = load(name, variant=variant)
        model = compile_model(scenario)
        n_run = 300 if name == "gallium-export-halt" else 24
        assert not list(differences(model, draw(model, source_of(scenario, [model]), 0, n_run), compiled)), (name, variant)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(shipped()))
def test_compiled_passes_give_the_same_bits_in_every_variant(name: str, compiled: MakePasses) -> None:
    for variant in (None, *variants(name)):
        model = compile_model(scenario := load(name, variant=variant))
        assert not list(differences(model, draw(model, source_of(scenario, [model]), 0, 24), compiled)), variant


@pytest.mark.long
@given(scenario=shaken())
@settings(max_examples=60, deadline=None)
def test_compiled_passes_give_the_same_bits_in_made_up_networks(compiled: MakePasses, scenario: dict[str, Any]) -> None:
    model = compile_model(load(write(json.dumps(scenario))))
    assert not list(differences(model, draw(model, 7, 0, 5), compiled))


def test_one_changed_bit_is_seen(compiled: MakePasses) -> None:
    model = compile_model(load("gallium-export-halt"))

    class Off(Passes):
        def switch(self, room: Room) -> None:
            super().switch(room)
            if room.next_step == model.network.n_step:
                room.market.share[0, 3] = np.nextafter(room.market.share[0, 3], 9.0)

    assert list(differences(model, draw(model, 1, 0, 8), Off)) == ["market.share"]


@pytest.mark.usefixtures("compiled")
def test_a_study_is_the_same_with_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for asked in ("0", "1"):
        monkeypatch.setenv(fast.SWITCH, asked)
        assert (fast.choose(network(), 40) is Passes) == (asked == "0")
        found.append(ensemble(load("gallium-export-halt", sets=["runs.count=40"]), compile_model(load("gallium-export-halt"))).outcomes)
    assert all(found[1][measure].tobytes() == values.tobytes() for measure, values in found[0].items())


def network() -> Network:
    return compile_model(load("gallium-export-halt")).network


@pytest.fixture
def anew() -> Iterator[None]:
    """As in a process that has not asked for the compiled passes yet."""
    fast.compiled.cache_clear()
    yield
    fast.compiled.cache_clear()


@pytest.mark.usefixtures("anew")
@pytest.mark.parametrize(
    "version",
    [PackageNotFoundError("numba"), "0.59.1", "as no version reads"],
    ids=["missing", "too old", "odd"],
)
def test_a_compiler_that_is_not_there_is_no_hindrance(
    version: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def told(name: str) -> str:
        if isinstance(version, Exception):
            raise version
        return version

    monkeypatch.setattr(fast, "version", told)
    monkeypatch.setenv(fast.SWITCH, "1")
    assert fast.choose(network(), 10) is Passes
    assert "nothing can be compiled" in caplog.text


@pytest.mark.usefixtures("anew")
@pytest.mark.parametrize("error", [ImportError("no module"), OSError("a library is missing"), RuntimeError("of another NumPy")], ids=repr)
def test_a_compiler_that_is_broken_is_no_hindrance(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def bring(name: str) -> Any:
        raise error

    monkeypatch.setattr(fast, "version", lambda name: "0.99.0")
    monkeypatch.setattr(importlib, "import_module", bring)
    monkeypatch.setenv(fast.SWITCH, "1")
    assert fast.choose(network(), 10) is Passes
    assert str(error) in caplog.text


def test_nothing_is_loaded_for_few_runs_or_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    def bring(name: str) -> Any:
        raise AssertionError(f"{name} was asked for")

    monkeypatch.setattr(fast, "compiled", lambda *, may_compile: bring("the compiler"))
    monkeypatch.delenv(fast.SWITCH, raising=False)
    assert fast.choose(network(), 2000) is Passes
    monkeypatch.setenv(fast.SWITCH, "0")
    assert fast.choose(network(), 10**9) is Passes


def test_many_runs_ask_for_what_is_compiled_and_very_many_may_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(fast, "compiled", lambda *, may_compile: asked.append(may_compile) or Passes)
    monkeypatch.delenv(fast.SWITCH, raising=False)
    fast.choose(network(), 10_000)
    fast.choose(network(), 1_000_000)
    assert asked == [False, True]


def test_the_command_does_not_load_the_compiler() -> None:
    code = (
        "import sys; from sim import load, run; run(load('gallium-export-halt', sets=['runs.count=40'])); sys.exit('numba' in sys.modules)"
    )
    environment = {name: value for name, value in os.environ.items() if name != fast.SWITCH}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
