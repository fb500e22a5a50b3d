"""The run folder: written under a temporary name and renamed, so it is whole or absent."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import DataError, Problem, RunError
from sim.record.record import Record
from sim.scenario import Scenario, shipped
from sim.scenario.node import plain

DISTRIBUTION = "supply-chain-dependency-risk"
DECISIVE = (DISTRIBUTION, "numpy", "scipy")
"""Programs that decide the last bits of a result."""
LIBRARIES = ("numpy", "pandas", "simpy", "scipy", "matplotlib", "pydantic")
TABLES = ("outcomes", "series", "summary")
PARQUET_COMPRESSION = "zstd"


def write(
    parent: Path,
    told: dict[str, Any],
    outcomes: Iterable[pd.DataFrame],
    tables: dict[str, pd.DataFrame],
    drawing: Callable[[Path], AbstractContextManager[Callable[[], object]]],
) -> Path:
    """Write a run folder and return its path, `<scenario>-<date>-<hash>` under `parent`.

    Arguments:
        parent: folder of run folders; made if absent.
        told: `manifest(record)`.
        outcomes: blocks of the table of outcomes.
        tables: `summary` (always CSV) and `series`; it and the outcomes are Parquet where pyarrow is installed, else CSV.
        drawing: begins to draw into the folder it is given, and yields what ends it: charts and page.

    Raises:
        RunError: the folder cannot be written; nothing is left behind.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=parent))
    except OSError as error:
        raise _cannot_write(parent, error) from error
    try:
        with drawing(scratch) as finish:
            _fill(scratch, told, outcomes, tables)
            finish()
        final = _free_name(parent, told)
        scratch.chmod(0o755)
        scratch.rename(final)
    except OSError as error:
        raise _cannot_write(parent, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return final


def read(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Manifest, summary and series of a run folder.

    Raises:
        DataError: it is not a run folder, or a file of it is missing or damaged.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return manifest, {name: _read_table(folder, name) for name in ("summary", "series")}
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            Problem(file=str(folder), what="is not a whole run folder", got=str(error), remedy="Give a folder that 'sim run' has written.")
        ) from error


def _fill(folder: Path, told: dict[str, Any], outcomes: Iterable[pd.DataFrame], tables: dict[str, pd.DataFrame]) -> None:
    tables["summary"].to_csv(folder / "summary.csv", index=False)
    is_parquet = find_spec("pyarrow") is not None
    write_blocks = _write_parquet if is_parquet else _write_csv
    write_blocks(folder / "series", [tables["series"]])
    write_blocks(folder / "outcomes", outcomes)
    sealed = told | {"checksum": checksum(folder)}
    (folder / "manifest.json").write_text(json.dumps(sealed, indent=2) + "\n", encoding="utf-8")


def checksum(folder: Path) -> str:
    """SHA-256 of the tables of a run folder: the same wherever and however the same programs computed the same simulation."""
    digest = hashlib.sha256()
    for path in sorted(path for name in TABLES for path in folder.glob(f"{name}.*")):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _write_parquet(stem: Path, blocks: Iterable[pd.DataFrame]) -> None:
    """Block by block, so that memory does not grow with the table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    for block in blocks:
        table = pa.Table.from_pandas(block, preserve_index=False)
        writer = writer or pq.ParquetWriter(stem.with_suffix(".parquet"), table.schema, compression=PARQUET_COMPRESSION)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _write_csv(stem: Path, blocks: Iterable[pd.DataFrame]) -> None:
    with stem.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        for number, block in enumerate(blocks):
            block.to_csv(file, index=False, header=number == 0)


def _read_table(folder: Path, name: str) -> pd.DataFrame:
    parquet = folder / f"{name}.parquet"
    if parquet.exists():
        if find_spec("pyarrow") is None:
            raise ValueError(f"{parquet.name} needs pyarrow: pip install pyarrow")
        return pd.read_parquet(parquet)
    frame = pd.read_csv(folder / f"{name}.csv", parse_dates=["date"] if name == "series" else None)
    texts = [column for column in ("commodity", "region", "sector", "origin") if column in frame]
    return frame.fillna(dict.fromkeys(texts, ""))


def manifest(record: Record) -> dict[str, Any]:
    """Everything needed to know what a run was: scenario, versions, machine, timings, sources."""
    scenario = record.scenario
    return {
        "scenario": scenario.name,
        "variant": scenario.variant,
        "path": str(scenario.path) if scenario.path and scenario.name not in shipped() else None,
        "sets": list(scenario.sets),
        "title": scenario.title,
        "question": scenario.question,
        "sources": list(scenario.sources),
        "fact_sources": list(_fact_sources(scenario)),
        "threshold": scenario.watch.threshold,
        "materials": list(scenario.materials),
        "commodities": list(record.network.commodities),
        "regions": list(record.network.regions),
        "runs": record.n_run,
        "rng_seed": record.rng_seed,
        "start": record.network.start.isoformat(),
        "step_days": record.network.step_days,
        "n_step": record.network.n_step,
        "hash": fingerprint(scenario),
        "text": scenario.text,
        "resolved": resolved(scenario),
        "facts": digest(scenario),
        "data": {"folder": scenario.data.path, "sha256": scenario.data.sha256} if scenario.data else None,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_s": round(record.wall_s, 3),
        "machine": {"python": platform.python_version(), "system": platform.system(), "processor": platform.machine()},
        "versions": {name: version(name) for name in (DISTRIBUTION, *LIBRARIES)},
    }


def decisive_versions() -> dict[str, str]:
    """Versions of what decides the last bits of a result."""
    return {name: version(name) for name in DECISIVE}


def _fact_sources(scenario: Scenario) -> tuple[str, ...]:
    if not scenario.materials:
        return ()
    from sim.data.pack import sources

    return sources(scenario.materials, scenario.data)


def resolved(scenario: Scenario) -> dict[str, Any]:
    """The scenario as it is run: as written, after `extends`, the variant and `--set`, with the runs' numbers."""
    written = plain(scenario.tree) if scenario.text else scenario.model_dump(mode="json")
    return {key: value for key, value in written.items() if key != "variants"} | {"runs": scenario.runs.model_dump(mode="json")}


def fingerprint(scenario: Scenario) -> str:
    """Hash of what decides the result: the scenario as run, the facts, and the version of the program."""
    decisive = {key: value for key, value in resolved(scenario).items() if key not in ("title", "question", "sources", "headline")}
    said = [decisive, digest(scenario), version(DISTRIBUTION)]
    return hashlib.blake2b(json.dumps(said, default=str).encode(), digest_size=4).hexdigest()


def digest(scenario: Scenario) -> str:
    """Hash of the facts a run rests on, wherever their files lie; empty for a scenario with a network of its own and no materials."""
    if not scenario.materials:
        return ""
    from sim.data.pack import facts

    base = (fact for material in scenario.materials for fact in facts(material, scenario.data) if fact.role == "base")
    rows = [repr(replace(fact, file=Path(fact.file).name)) for fact in base]
    rows += [scenario.data.sha256] if scenario.data else []
    return hashlib.blake2b("\n".join(rows).encode(), digest_size=8).hexdigest()


def _free_name(parent: Path, told: dict[str, Any]) -> Path:
    name = "-".join(part for part in (told["scenario"], told["variant"]) if part)
    stem = f"{name}-{datetime.now(UTC):%Y%m%d}-{told['hash']}"
    number = 1
    while (path := parent / (stem if number == 1 else f"{stem}-{number}")).exists():
        number += 1
    return path


def _cannot_write(parent: Path, error: OSError) -> RunError:
    return RunError(
        Problem(
            file=str(parent),
            what="cannot write the run folder here",
            got=error.strerror or str(error),
            remedy="Give another folder with --out.",
        )
    )
