"""What a person is told about a bad file: exactly, by `load` and by the command line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sim.data import materials
from sim.errors import ScenarioError
from sim.scenario import check_names, load

HERE = Path(__file__).resolve().parent
GOOD = ("million-runs", "unknown-commodity-of-material")
BAD = sorted(path.stem for path in HERE.glob("*.txt"))
MIB = 1 << 20
NOBODY = 65534


def said(source: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(source, materials=materials())
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the bad files, as the working folder."""
    for path in HERE.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_file_is_spoken_for() -> None:
    assert sorted(path.stem for path in HERE.glob("*.yaml")) == sorted([*BAD, *GOOD])
    assert len(BAD) >= 30


@pytest.mark.parametrize("name", BAD)
def test_what_load_says(name: str, folder: Path) -> None:
    assert said(f"{name}.yaml") + "\n" == (HERE / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", BAD)
def test_every_problem_has_a_place_and_words(name: str, folder: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(f"{name}.yaml", materials=materials())
    for problem in caught.value.problems:
        assert problem.file
        assert problem.file.endswith(".yaml")
        assert problem.what
        is_whole_file = "the file is empty" in problem.what
        assert is_whole_file or (problem.line and problem.column)


def test_a_million_runs_are_no_mistake(folder: Path) -> None:
    assert load("million-runs.yaml").runs.count == 1_000_000


def test_a_name_only_the_data_pack_knows(folder: Path) -> None:
    scenario = load("unknown-commodity-of-material.yaml")
    with pytest.raises(ScenarioError) as caught:
        check_names(scenario, ("gallium.refined", "gallium.wafer"), ("chips", "leds"))
    file = "unknown-commodity-of-material.yaml"
    assert str(caught.value).splitlines() == [
        f"{file}:7:3 set.gallium.refind.EU27.cover: unknown commodity (got 'gallium.refind'). Did you mean 'gallium.refined'?",
        f"{file}:8:3 set.gallium.refined.EU27.demand.chps: unknown sector (got 'chps'). Did you mean 'chips'?",
        f"{file}:10:39 shocks.halt.commodity: unknown commodity (got 'galium.refined'). Did you mean 'gallium.refined'?",
    ]


def test_a_large_file(folder: Path) -> None:
    with (folder / "large.yaml").open("wb") as file:
        for _ in range(50):
            file.write(b"# padding\n" * (MIB // 10))
    remedy = "A scenario is a few kilobytes of YAML; is this the right file?"
    assert said("large.yaml") == f"large.yaml: the file is larger than 1 MiB. {remedy}"


def test_a_binary_file(folder: Path) -> None:
    (folder / "picture.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    assert said("picture.yaml") == "picture.yaml: a binary file, not text. Name a scenario file (.yaml)."


def test_other_encodings(folder: Path) -> None:
    (folder / "latin.yaml").write_bytes("clock: 1\ntitle: Gallium für Köln\n".encode("latin-1"))
    assert said("latin.yaml") == "latin.yaml:2:17: the text is not UTF-8 (got byte 0xfc). Save it as UTF-8."
    (folder / "wide.yaml").write_bytes("title: Gallium\n".encode("utf-16"))
    assert said("wide.yaml") == "wide.yaml: the file is UTF-16, not UTF-8. Save it as UTF-8."
    (folder / "control.yaml").write_bytes(b"clock: 1\ntitle: a\x07b\n")
    assert said("control.yaml") == "control.yaml:2:9: a control character that YAML does not allow (got code 7). Remove it."


def test_a_folder(folder: Path) -> None:
    (folder / "scenarios.yaml").mkdir()
    assert said("scenarios.yaml") == "scenarios.yaml: a folder, not a file. Name a scenario file (.yaml) in it."


def test_a_missing_file(folder: Path) -> None:
    assert said("nowhere.yaml") == "nowhere.yaml: no such file. Check the path; `sim scenarios` lists those that ship."


def test_a_name_that_does_not_ship(folder: Path) -> None:
    assert said("galium-export-halt") == "no scenario of this name (got 'galium-export-halt'). Did you mean 'gallium-export-halt'?"


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Root may read anything, so a test that runs as root gives up its rights for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are kept otherwise on this system")
def test_an_unreadable_file(folder: Path) -> None:
    path = folder / "secret.yaml"
    path.write_text("title: Secret\n", encoding="utf-8")
    path.chmod(0)
    for parent in [folder, *folder.parents]:
        if os.geteuid() == 0 and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o001)  # the way to the file is open, the file is not
    with as_somebody_else():
        message = said("secret.yaml")
    assert message == "secret.yaml: the file may not be read. Give yourself the right to read it."


def type_in(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    paths = [str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "sim", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_validate_says_the_same_of_all_files(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    done = type_in(["validate", *(f"{name}.yaml" for name in BAD)], folder)
    assert done.stderr == "".join((HERE / f"{name}.txt").read_text(encoding="utf-8") for name in BAD)
    assert (done.returncode, done.stdout) == (2, "")
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("name", ["unknown-key", "many-mistakes", "empty", "alias-bomb"])
@pytest.mark.parametrize("verb", ["validate", "run"])
def test_a_verb_says_it_and_writes_nothing(verb: str, name: str, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    done = type_in([verb, f"{name}.yaml"], folder)
    assert done.stderr == (HERE / f"{name}.txt").read_text(encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert sorted(folder.rglob("*")) == before
