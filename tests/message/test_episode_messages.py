"""What a person is told about the folder of a past episode: exactly, by the library and by `sim backtest`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.api import backtest, read_episode
from sim.cli.app import sim as program
from sim.errors import SimError
from sim.scenario.library import episodes

HERE = Path(__file__).resolve().parent / "episodes"
BAD = sorted(path.stem for path in HERE.glob("*.txt"))
SHIPPED = f"Shipped: {', '.join(episodes())}."


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the bad folders, as the working folder."""
    shutil.copytree(HERE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(*words: str) -> Result:
    return CliRunner().invoke(program, ["backtest", *words], prog_name="sim")


def test_every_folder_is_spoken_for() -> None:
    assert sorted(path.name for path in HERE.iterdir() if path.is_dir()) == BAD
    assert len(BAD) >= 6


@pytest.mark.parametrize("name", BAD)
def test_what_is_said_of_a_folder(name: str) -> None:
    with pytest.raises(SimError) as caught:
        read_episode(name)
    assert caught.value.exit_code == 2
    assert str(caught.value) + "\n" == (HERE / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", BAD)
def test_the_verb_says_it_and_writes_nothing(name: str, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    done = typed(name, "--runs", "1", "--out", "page")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (HERE / f"{name}.txt").read_text(encoding="utf-8")
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("graphit-2023", "no such episode (got 'graphit-2023'). Did you mean 'graphite-2023'?"),
        ("whale-oil-1859", f"no such episode (got 'whale-oil-1859'). {SHIPPED}"),
        ("gone/whale-oil", f"no such folder (got 'gone/whale-oil'). {SHIPPED}"),
    ],
)
def test_an_episode_that_is_not_there(word: str, said: str) -> None:
    done = typed(word)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"episode: {said}\n")


def test_nothing_is_played_where_one_of_several_is_bad() -> None:
    done = typed("palladium-2022", "stated", "--runs", "1")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (HERE / "stated.txt").read_text(encoding="utf-8")


def test_a_change_that_the_scenario_does_not_have() -> None:
    with pytest.raises(SimError) as caught:
        backtest("palladium-2022", runs=1, sets=["rules.prize.scarcity=2"])
    assert str(caught.value) == "--set rules.prize.scarcity: unknown key (got 'prize'). Did you mean 'price'?"
