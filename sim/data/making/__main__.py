"""Write the pack's files of facts from the cards, and print what each check of them found."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

from sim.data.areas import areas
from sim.data.checks import check
from sim.data.facts import COLUMNS, packaged, read
from sim.data.making.card import Card, cards
from sim.data.making.make import material_rows

PACK = Path(__file__).parents[1]


def file_of(card: Card) -> str:
    """Text of a material's file.

    Arguments:
        card: the material.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(material_rows(card))
    return text.getvalue()


def main(names: list[str]) -> int:
    """Write the files of the named cards, or of all; print their checks. Returns 1 if one fails."""
    codes, failed = areas().names, 0
    common = read(packaged("common.csv"), "common.csv", codes)
    for card in cards():
        if names and card.material not in names:
            continue
        text = file_of(card)
        found = (*read(text, f"{card.material}.csv", codes), *common)
        (PACK / f"{card.material}.csv").write_text(text, encoding="utf-8", newline="")
        results = check(found)
        failed += sum(not one.ok for one in results)
        lines = [f"  {'ok ' if one.ok else 'BAD'} {one.name}: {one.value:.4g}" for one in results]
        sys.stdout.write("\n".join([f"{card.material}: {text.count(chr(10)) - 1} rows, {len(results)} checks", *lines, ""]))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
