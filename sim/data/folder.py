"""A folder of a person's own facts, read strictly: CSV and Parquet files with the columns of the pack, all mistakes told at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from sim.data.areas import areas
from sim.data.facts import COLUMNS, Fact, facts_of, rows_of, stated_twice, wrong_columns
from sim.data.own import DataFolder
from sim.data.sound import misplaced, unsound
from sim.errors import DataError, Problem
from sim.scenario.network import WORD

KINDS = (".csv", ".parquet")
READ = "A data folder holds files NAME.csv and NAME.parquet, NAME being a material or common."

Rows = list[tuple[int, dict[str, str]]]


class _File(NamedTuple):
    """A file of the folder, as messages call it."""

    name: str
    content: bytes


def read_folder(path: str | Path) -> DataFolder:
    """Read a folder of facts.

    path: of the folder. Each file NAME.csv or NAME.parquet has facts of material NAME, and `common` those of every commodity (`any`).
    Files whose names begin with a dot are passed over. Raises DataError with every mistake of every file.
    """
    if not str(path).strip():
        raise DataError(Problem(what="no folder of facts is named", remedy="Write, for example, --data my-facts."))
    files, problems = _files(Path(path))
    codes = areas().names
    facts: list[Fact] = []
    for file in files:
        rows, wrong = _parquet(file) if _kind(file.name) == ".parquet" else rows_of(file.content, file.name, COLUMNS)
        found, faults = facts_of(rows, file.name, codes)
        if not rows and not wrong:
            wrong = [Problem(file=file.name, what="holds no rows", remedy="Add a row, or remove the file.")]
        problems += [*wrong, *faults, *misplaced(found)]
        facts += found
    problems += stated_twice(facts)
    own = DataFolder(str(path), _hash(files), tuple(facts))
    problems = problems or unsound(own)
    if problems:
        raise DataError(*sorted(problems, key=lambda problem: (problem.file or "", problem.line or 0)))
    return own


def _kind(name: str) -> str:
    return Path(name).suffix.lower()


def _files(folder: Path) -> tuple[list[_File], list[Problem]]:
    """Files to read, in the order of their names, and a problem for each that is none. Raises DataError where there is nothing to read."""
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except FileNotFoundError as error:
        raise DataError(Problem(file=str(folder), what="no such folder", remedy="Check the path.")) from error
    except NotADirectoryError as error:
        raise DataError(Problem(file=str(folder), what="a file, not a folder", remedy="Name the folder that holds it.")) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(Problem(file=str(folder), what="the folder cannot be read", got=reason)) from error
    if not entries:
        raise DataError(Problem(file=str(folder), what="the folder is empty", remedy=READ))
    files: list[_File] = []
    problems: list[Problem] = []
    for entry in entries:
        name = str(entry)
        if entry.is_dir():
            problems.append(Problem(file=name, what="a folder, which is not read", remedy=READ))
        elif _kind(name) not in KINDS or (entry.exists() and not entry.is_file()):  # a pipe would be waited for
            problems.append(Problem(file=name, what="a file of another kind, which is not read", remedy=READ))
        elif not re.fullmatch(WORD, entry.stem):
            remedy = "Use letters, digits, - and _, beginning with a letter."
            problems.append(Problem(file=name, what="not the name of a material", got=repr(entry.stem), remedy=remedy))
        else:
            try:
                files.append(_File(name, entry.read_bytes()))
            except OSError as error:
                problems.append(Problem(file=name, what="the file cannot be read", got=error.strerror or str(error)))
    return files, problems


def _parquet(file: _File) -> tuple[Rows, list[Problem]]:
    """Rows numbered from 1, and what is wrong with the file."""
    if find_spec("pyarrow") is None:
        return [], [Problem(file=file.name, what="needs pyarrow to be read", remedy="pip install pyarrow, or save it as CSV.")]
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(pa.BufferReader(file.content)).read()
        wrong = wrong_columns(table.column_names, file.name, COLUMNS)
        rows = table.to_pylist() if not wrong else []
    except (pa.ArrowException, OSError, ValueError, OverflowError):
        return [], [Problem(file=file.name, what="broken, or not Parquet", remedy="Write it anew.")]
    return [(line, {name: _cell(value) for name, value in row.items()}) for line, row in enumerate(rows, start=1)], wrong


def _cell(value: object) -> str:
    """A cell as CSV would have it: nothing for what is missing, whole numbers without a point."""
    if value is None or value != value:
        return ""
    text = repr(value) if isinstance(value, float) else str(value)
    return (text.removesuffix(".0") if isinstance(value, float) else text).strip()


def _hash(files: Sequence[_File]) -> str:
    """SHA-256 over name, length and content of each file, in the order of their names; where the folder lies does not matter."""
    known = hashlib.sha256()
    for file in files:
        known.update(f"{Path(file.name).name}\n{len(file.content)}\n".encode())
        known.update(file.content)
    return known.hexdigest()
