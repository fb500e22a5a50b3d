"""What the pages show, as files."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "scenarios" / "README.md"


def own_facts(folder: Path) -> Path:
    """Write the example of facts of one's own into a folder, and return it."""
    return _written(folder, **{"gallium.csv": _block("csv", "commodity,")})


def own_episode(folder: Path) -> Path:
    """Write the example of a past episode of one's own into a folder, and return it."""
    return _written(folder, **{"scenario.yaml": _block("yaml", "title: A flood"), "observed.csv": _block("csv", "name,")})


def _written(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _block(language: str, begins: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (text,) = (block for block in blocks if block.startswith(begins))
    return text
