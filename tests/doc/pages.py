"""What the pages show, as files."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "scenarios" / "README.md"


def own_facts(folder: Path) -> Path:
    """Write the example of facts of one's own into a folder, and return it."""
    (text,) = re.findall(r"```csv\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    folder.mkdir()
    (folder / "gallium.csv").write_text(text, encoding="utf-8")
    return folder
