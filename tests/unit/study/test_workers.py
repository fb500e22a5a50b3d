"""Whoever computes, in whatever parts, stopped or not: the same bits."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from click.testing import CliRunner
from distributed import LocalCluster
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.api import resumable
from sim.cli.app import sim as program
from sim.draw.source import Plain
from sim.engine.room import Room
from sim.errors import DataError, ModelError, RunError
from sim.model.compile import compile_model
from sim.record.record import Record
from sim.scenario import Scenario
from sim.study import kept, task
from sim.study.ensemble import split
from sim.study.kept import Kept
from sim.study.pool import Processes
from tests.bench.serial import scenario

ROOT = Path(__file__).resolve().parents[3]
RUNS = 1100
# As the command does it, but putting by after every part.
EAGER = """\
import sys
from sim.record import checkpoint
checkpoint.EVERY_S, checkpoint.LARGEST_PART = 0.0, 1e9
from sim.cli import main
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""


def flagship(count: int = RUNS) -> Scenario:
    return sim.load("gallium-export-halt", sets=(f"runs.count={count}", "clock.horizon=60 weeks"))


def assert_same(one: Record, other: Record) -> None:
    assert one.first_row == other.first_row
    for measure, row in one.first_row.items():
        for place in range(row, row + len(one.outcomes[measure])):
            np.testing.assert_array_equal(one.row(measure, place), other.row(measure, place), err_msg=measure)
    np.testing.assert_array_equal(one.at_end, other.at_end)
    for series in (one.fans, one.means):
        for name, values in series.items():
            np.testing.assert_array_equal(values, (other.fans | other.means)[name], err_msg=name)


@pytest.fixture(scope="module")
def alone() -> Record:
    return sim.simulate(flagship()).record


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Address of two workers, each a process with one thread."""
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as started:
        yield str(cast("Any", started).scheduler_address)


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 9), st.integers(1, 4))
def test_the_work_is_split_without_gap_or_overlap(done: list[bool], n_batch: int, n_worker: int) -> None:
    stretches = [range(i, i + 1) for i, is_done in enumerate(done) if not is_done] if n_batch % 2 else [range(len(done))]
    parts = list(split(stretches, n_batch, n_worker))
    assert list(chain(*parts)) == list(chain(*stretches))
    if n_worker == 1:
        assert all(len(part) <= n_batch for part in parts)


@pytest.mark.parametrize("n_worker", [2, 3])
def test_processes_give_the_same_bits(n_worker: int, alone: Record) -> None:
    told: list[tuple[int, int]] = []
    with sim.processes(n_worker) as workers:
        assert_same(sim.simulate(flagship(), sim.Execution(lambda *n: told.append(n), workers, n_batch=64)).record, alone)
    assert told[-1] == (RUNS, RUNS)
    assert not [child for child in multiprocessing.active_children() if not child.daemon]


@pytest.mark.parametrize("n_batch", [16, 100, 512])
def test_any_batch_gives_the_same_bits(n_batch: int, alone: Record) -> None:
    assert_same(sim.simulate(flagship(), sim.Execution(n_batch=n_batch)).record, alone)


def test_a_cluster_gives_the_same_bits(cluster: str, alone: Record) -> None:
    with sim.dask_cluster(cluster) as workers:
        assert workers.n_worker == 2
        assert_same(sim.simulate(flagship(), sim.Execution(workers=workers)).record, alone)


def test_demand_drawn_step_by_step_is_drawn_where_it_is_played() -> None:
    here = sim.simulate(scenario(80, 300)).record
    with sim.processes(2) as workers:
        assert_same(sim.simulate(scenario(80, 300), sim.Execution(workers=workers)).record, here)


def test_sketches_and_shelves_give_the_same_bits_too(monkeypatch: pytest.MonkeyPatch) -> None:
    many = flagship(kept.SketchFan.N_BIN + 20)
    exact = sim.simulate(many).record
    monkeypatch.setattr(kept, "EXACT_BYTES", 0)
    monkeypatch.setattr(kept, "MEMORY_BYTES", 0)
    wide = sim.simulate(many, sim.Execution(n_batch=700))
    with sim.processes(2) as workers:
        assert_same(sim.simulate(many, sim.Execution(workers=workers)).record, wide.record)
    for measure, row in exact.first_row.items():
        for place in range(row, row + len(exact.outcomes[measure])):
            np.testing.assert_array_equal(wide.record.row(measure, place), exact.row(measure, place))
    assert wide.summary().equals(sim.Result(exact).summary())
    assert wide.frame().equals(sim.Result(exact).frame())


def test_a_worker_that_dies_is_survived(alone: Record) -> None:
    killed: list[int] = []

    def kill(done: int, wanted: int) -> None:
        if done and not killed:
            victim = next(child for child in multiprocessing.active_children() if not child.daemon)
            killed.append(victim.pid or 0)
            os.kill(victim.pid or 0, signal.SIGKILL)

    with sim.processes(2) as workers:
        assert_same(sim.simulate(flagship(), sim.Execution(kill, workers, n_batch=32)).record, alone)
    assert killed


def test_memory_of_a_batch_is_given_back_although_garbage_is_looked_for_rarely() -> None:
    layout = kept.lay_out(compile_model(flagship()), 96)
    gc.collect()
    gc.disable()
    try:
        task.Task(layout, Plain(1), 32).play(range(96))
        assert not [thing for thing in gc.get_objects() if isinstance(thing, Room)]
    finally:
        gc.enable()


class Deadly:
    """Work that kills who takes it up."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (1,)


def test_workers_that_always_die_are_given_up() -> None:
    with Processes(2) as workers, pytest.raises(RunError, match="die at the same work") as caught:
        list(workers.parts(Deadly(), [range(4), range(4, 8)], None, None))  # pyright: ignore[reportArgumentType]  (no task at all)
    assert "fewer workers" in str(caught.value)


def test_a_mistake_in_a_worker_is_told_as_here() -> None:
    layout = kept.lay_out(compile_model(flagship()), 400)
    with Processes(2) as workers, pytest.raises(ModelError, match="no such world"):
        list(workers.parts(task.Task(layout, cast("Any", _Impossible()), 32), [range(32)], Kept(layout), None))


class _Impossible:
    """A source that finds its numbers impossible."""

    def law(self, name: str, first: int, n_run: int) -> np.ndarray:
        raise ModelError("no such world")

    noise = law


def test_what_was_put_by_is_gone_on_with(tmp_path: Path, alone: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.record.checkpoint.EVERY_S", 0.0)
    monkeypatch.setattr("sim.record.checkpoint.LARGEST_PART", 1e9)
    asked = flagship()

    def stop(done: int, wanted: int) -> None:
        if done >= 500:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), resumable(asked, tmp_path, False) as checkpoint:
        sim.simulate(asked, sim.Execution(stop, checkpoint=checkpoint, n_batch=100))
    told: list[int] = []
    with sim.processes(2) as workers, resumable(asked, tmp_path, True) as checkpoint:
        assert checkpoint.n_before == 400
        found = sim.simulate(asked, sim.Execution(lambda done, _: told.append(done), workers, checkpoint, n_batch=64))
        assert_same(found.record, alone)
        checkpoint.finished()
    assert told[0] > 400
    assert not list(tmp_path.iterdir())


def test_nothing_is_left_where_nothing_was_put_by(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), resumable(flagship(), tmp_path, False):
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_two_at_the_same_work_do_not_meet(tmp_path: Path) -> None:
    with resumable(flagship(), tmp_path, False), pytest.raises(RunError, match="another program"):
        resumable(flagship(), tmp_path, True).__enter__()


@pytest.mark.parametrize("resume", [True, False])
def test_work_of_other_versions_is_not_gone_on_with(resume: bool, tmp_path: Path) -> None:
    asked = flagship()
    with resumable(asked, tmp_path, False) as old:
        old.key = {**old.key, "numpy": "1.0"}
        old.save({"done": np.ones(3, dtype=np.bool_)})
    if resume:
        with pytest.raises(DataError, match=r"numpy 1\.0, now"):
            resumable(asked, tmp_path, resume).__enter__()
        assert list(tmp_path.iterdir())
    else:
        with resumable(asked, tmp_path, resume) as fresh:
            assert fresh.n_before == 0


def test_a_damaged_state_counts_as_none(tmp_path: Path) -> None:
    with resumable(flagship(), tmp_path, False) as old:
        old.save({"done": np.ones(3, dtype=np.bool_)})
    state = next(tmp_path.rglob("state.npz"))
    state.write_bytes(state.read_bytes()[:100])
    with resumable(flagship(), tmp_path, True) as checkpoint:
        assert checkpoint.n_before == 0


def typed(folder: Path, *words: str) -> subprocess.Popen[str]:
    script = folder / "eager.py"
    script.write_text(EAGER)
    return subprocess.Popen(
        [sys.executable, str(script), "run", "gallium-export-halt", "--set", "clock.horizon=60 weeks", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def until(something: Path, pattern: str) -> None:
    for _ in range(1200):
        if list(something.glob(pattern)):
            return
        time.sleep(0.05)
    pytest.fail(f"no {pattern} within a minute")


def checksum(folder: Path) -> str:
    return json.loads(next(folder.glob("runs/gallium*/manifest.json")).read_text())["checksum"]


def test_a_killed_command_goes_on_to_the_same_checksum(tmp_path: Path) -> None:
    whole, other = tmp_path / "whole", tmp_path / "other"
    whole.mkdir()
    other.mkdir()
    with typed(whole, "--runs", "9000", "--quiet") as running:
        assert running.wait(120) == 0, running.stderr
    words = ("--runs", "9000", "--workers", "2")
    with typed(other, *words) as running:
        until(other, "runs/.unfinished*/state.npz")
        running.kill()
    assert running.returncode == -signal.SIGKILL
    with typed(other, *words, "--resume") as running:
        said = running.communicate(timeout=120)[1]
    assert running.returncode == 0, said
    assert "going on after " in said
    assert checksum(other) == checksum(whole)
    assert [path.name[:7] for path in (other / "runs").iterdir()] == ["gallium"]


def group(leader: int) -> list[int]:
    """Processes of a session that are alive."""
    found = subprocess.run(["ps", "-o", "pid=", "--sid", str(leader)], capture_output=True, encoding="utf-8", check=False)
    return [int(pid) for pid in found.stdout.split()]


@pytest.mark.parametrize("how", ["interrupt", "kill"])
def test_workers_do_not_outlive_the_command(how: str, tmp_path: Path) -> None:
    with typed(tmp_path, "--runs", "200000", "--workers", "2") as running:
        until(tmp_path, "runs/.unfinished*/state.npz")
        if how == "interrupt":
            os.killpg(running.pid, signal.SIGINT)  # as a terminal does it: to all
        else:
            running.kill()
        said = running.communicate(timeout=60)[1]
    if how == "interrupt":
        assert running.returncode == 130
        assert "Traceback" not in said
        assert said.splitlines()[-2:] == [
            "Most of what was done is put by: the same command with --resume goes on from there.",
            "interrupted",
        ]
    for _ in range(100):
        if not group(running.pid):
            return
        time.sleep(0.1)
    pytest.fail(f"still alive: {group(running.pid)}")


def test_the_command_says_what_is_there_to_go_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["run", "gallium-export-halt", "--runs", "40", "--resume"]
    done = CliRunner().invoke(program, words)
    assert done.exit_code == 0
    assert done.stderr.startswith("nothing is there to go on with: starting with the first run\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--workers", "0"], "must be from 1 to 1 024"),
        (["--workers", "2", "--dask", "tcp://localhost:1"], "Give one of them"),
        (["--resume", "--until-se", "1%"], "cannot be given with --until-se"),
    ],
)
def test_what_does_not_go_together_is_refused(words: list[str], message: str) -> None:
    done = CliRunner().invoke(program, ["run", "gallium-export-halt", *words])
    assert done.exit_code == 2
    assert message in done.stderr


def test_a_cluster_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.cluster.PATIENCE", "1s")
    done = CliRunner().invoke(program, ["run", "gallium-export-halt", "--dask", "tcp://127.0.0.1:9"])
    assert done.exit_code == 1
    assert "no Dask scheduler answers (got tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


def test_compare_has_workers_too(cluster: str) -> None:
    here = sim.compare("gallium-export-halt", ":pooled-60", sets=["clock.horizon=60 weeks"], runs=60).frame()
    with sim.dask_cluster(cluster) as workers:
        there = sim.compare(
            "gallium-export-halt", ":pooled-60", sets=["clock.horizon=60 weeks"], runs=60, execution=sim.Execution(workers=workers)
        )
    assert here.equals(there.frame())
