"""What a person is told about a folder of facts: exactly, by the library and by every verb that reads one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import sim
from sim.cli.app import sim as program
from sim.data import read_folder
from sim.data.facts import COLUMNS
from sim.errors import DataError

HERE = Path(__file__).resolve().parent / "data"
BAD = sorted(path.stem for path in HERE.glob("*.txt"))
HEAD = ",".join(COLUMNS)
ROW = {
    "commodity": "gallium.refined",
    "quantity": "cover",
    "region": "JPN",
    "partner": "",
    "sector": "",
    "value": "9",
    "unit": "days",
    "year": "2025",
    "role": "base",
    "status": "assumption",
    "basis": "a guess",
    "source": "A survey",
    "url": "",
    "licence": "own work",
}
READ = "A data folder holds files NAME.csv and NAME.parquet, NAME being a material or common."


def said(path: str) -> str:
    with pytest.raises(DataError) as caught:
        read_folder(path)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the bad folders, as the working folder; `mine` in it is empty and given back."""
    shutil.copytree(HERE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "mine"


def test_every_folder_is_spoken_for() -> None:
    assert sorted(path.name for path in HERE.iterdir() if path.is_dir()) == BAD
    assert len(BAD) >= 7


@pytest.mark.parametrize("name", BAD)
def test_what_is_said_of_a_folder(name: str, folder: Path) -> None:
    assert said(name) + "\n" == (HERE / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [["data"], ["data", "gallium"], ["run", "gallium-export-halt"], ["trace", "gallium-export-halt"]])
@pytest.mark.parametrize("name", ["rows", "columns"])
def test_a_verb_says_it_and_writes_nothing(name: str, words: list[str], folder: Path) -> None:
    before = sorted(folder.parent.rglob("*"))
    done = CliRunner().invoke(program, [*words, "--data", name], prog_name="sim")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (HERE / f"{name}.txt").read_text(encoding="utf-8")
    assert sorted(folder.parent.rglob("*")) == before


def test_validate_says_it_once(folder: Path) -> None:
    done = CliRunner().invoke(program, ["validate", "gallium-export-halt", "germanium-licence", "--data", "twice"], prog_name="sim")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (HERE / "twice.txt").read_text(encoding="utf-8")


def test_no_folder(folder: Path) -> None:
    assert said("nowhere") == "nowhere: no such folder. Check the path."
    assert said("rows.txt") == "rows.txt: a file, not a folder. Name the folder that holds it."
    assert said("mine") == f"mine: the folder is empty. {READ}"
    assert said("") == "no folder of facts is named. Write, for example, --data my-facts."
    (folder / ".hidden").write_text("not looked at")
    assert said("mine") == f"mine: the folder is empty. {READ}"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_what_is_no_file_though_it_is_called_one(folder: Path) -> None:
    os.mkfifo(folder / "gallium.csv")
    (folder / "germanium.csv").symlink_to("nowhere")
    assert said("mine").splitlines() == [
        f"mine/gallium.csv: a file of another kind, which is not read. {READ}",
        "mine/germanium.csv: the file cannot be read (got No such file or directory).",
    ]


def test_other_encodings(folder: Path) -> None:
    (folder / "gallium.csv").write_bytes(f"{HEAD}\ngallium.refined,Köln".encode("latin-1"))
    (folder / "germanium.csv").write_bytes(HEAD.encode("utf-16"))
    (folder / "rare-earths.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    assert said("mine").splitlines() == [
        "mine/gallium.csv:2: the text is not UTF-8 (got byte 0xf6). Save it as UTF-8.",
        "mine/germanium.csv: the file is UTF-16, not UTF-8. Save it as UTF-8.",
        "mine/rare-earths.csv: a binary file, not text. Save it as CSV.",
    ]


def test_a_byte_order_mark_and_windows_lines_are_no_mistake(folder: Path) -> None:
    text = "\r\n".join((HEAD, ",".join(ROW.values()), ""))
    (folder / "gallium.csv").write_bytes(text.encode("utf-8-sig"))
    (fact,) = read_folder("mine").facts
    assert (fact.value, fact.line) == (9.0, 2)


def test_parquet_counts_rows_and_csv_lines(folder: Path) -> None:
    pytest.importorskip("pyarrow", reason="Parquet is an extra")
    pd.DataFrame([ROW, ROW | {"region": "KOR", "value": "-3"}]).to_parquet(folder / "gallium.parquet")
    (folder / "gallium.csv").write_text(f"{HEAD}\n{','.join(ROW.values())}\n")
    pd.DataFrame([ROW]).drop(columns="year").assign(when=2025).to_parquet(folder / "germanium.parquet")
    (folder / "rare-earths.parquet").write_bytes(b"PAR1 and then nothing")
    assert said("mine").splitlines() == [
        "mine/gallium.parquet:1 gallium.refined.JPN.cover: stated twice, first in mine/gallium.csv:2 (got 9 days and 9 days). "
        "Keep one as base; others may stand as context.",
        "mine/gallium.parquet:2 value: is negative (got '-3'). No quantity of the pack can be below 0.",
        f"mine/germanium.parquet: wrong columns (got without year, with when). The header is {HEAD}.",
        "mine/rare-earths.parquet: broken, or not Parquet. Write it anew.",
    ]


def test_parquet_without_pyarrow(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.data.folder.find_spec", lambda name: None)
    (folder / "gallium.parquet").write_bytes(b"PAR1")
    (folder / "germanium.csv").write_text(f"{HEAD}\n")
    assert said("mine").splitlines() == [
        "mine/gallium.parquet: needs pyarrow to be read. pip install pyarrow, or save it as CSV.",
        "mine/germanium.csv: holds no rows. Add a row, or remove the file.",
    ]


def test_two_materials_that_state_one_commodity_are_not_mixed(folder: Path) -> None:
    world = [
        ROW | {"quantity": "production", "region": "ROW", "unit": "t/year"},
        ROW | {"quantity": "consumption", "region": "ROW", "unit": "t/year"},
        ROW | {"quantity": "end_use", "region": "WLD", "sector": "chips", "unit": "%"},
    ]
    (folder / "other.csv").write_text("\n".join([HEAD, *(",".join(row.values()) for row in world)]))
    with pytest.raises(DataError) as caught:
        sim.load("gallium-export-halt", sets=["materials=[gallium, other]"], data="mine")
    assert str(caught.value) == "materials: gallium and other both state gallium.refined. Name one of the two."
