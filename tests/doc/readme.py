"""What the README shows of the program, made anew: `python -m tests.doc.readme` writes tables and chart into it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import sim

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
CHART = ROOT / "chart.svg"
ANSWERS = re.compile(r"(<!-- answers -->\n)(.*?)(<!-- end of answers -->)", re.DOTALL)
BLOCK = re.compile(r"(<!-- output of: sim (.*?) -->\n```text\n)(.*?)(```)", re.DOTALL)


def said(arguments: str, folder: Path) -> str:
    """What `sim ARGUMENTS` prints in a folder, without the line that names the run folder."""
    command = [sys.executable, "-m", "sim", *arguments.split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "100"})
    return "".join(line for line in done.stdout.splitlines(keepends=True) if not line.startswith("Tables and charts:")).rstrip() + "\n"


def answers() -> str:
    """A row a scenario: the claims it cites, its name, and the sentence made from its runs."""
    claims: dict[tuple[str, str], list[str]] = {}
    for row in sim.seeds():
        for name, said in zip(row["scenarios"], row["answer"], strict=True):
            claims.setdefault((name, said or "-"), []).append(f"{row['text']} `{row['id']}`")
    rows = [f"| {'<br>'.join(texts)} | `{name}` | {said} |" for (name, said), texts in claims.items()]
    return "\n".join(["| claim | scenario | answer |", "|---|---|---|", *rows]) + "\n"


def main() -> None:
    """Write the tables and the chart."""
    with tempfile.TemporaryDirectory() as scratch:
        text = BLOCK.sub(lambda m: m[1] + said(m[2], Path(scratch)) + m[4], README.read_text(encoding="utf-8"))
        text = ANSWERS.sub(lambda m: m[1] + answers() + m[3], text)
        README.write_text(text, encoding="utf-8")
        shutil.copy(next(Path(scratch).glob("runs/*/charts/price-*.svg")), CHART)


if __name__ == "__main__":
    main()
