"""What a shell offers when Tab is pressed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import ShellComplete, get_completion_class

from sim.cli.app import sim as program
from sim.data.facts import COLUMNS

MITHRIL = f"""{",".join(COLUMNS)}
mithril.purified,production,ROW,,,5,t/year,2025,base,assumption,a tale,A book,,own work
mithril.purified,consumption,ROW,,,5,t/year,2025,base,assumption,a tale,A book,,own work
mithril.purified,end_use,WLD,,armour,1,,2025,base,assumption,a tale,A book,,own work
"""


def offered(words: list[str], incomplete: str) -> list[str]:
    items = ShellComplete(program, {}, "sim", "_SIM_COMPLETE").get_completions(words, incomplete)
    return [item.value for item in items if item.type == "plain"]


def test_names_of_shipped_scenarios(api: Any) -> None:
    assert offered(["run"], "") == ["gallium-export-halt", "neon-outage"]
    assert offered(["run"], "ne") == ["neon-outage"]
    assert offered(["trace"], "gal") == ["gallium-export-halt"]


def test_files_are_offered_before_names_as_bash_needs(api: Any) -> None:
    items = ShellComplete(program, {}, "sim", "_SIM_COMPLETE").get_completions(["run"], "x")
    assert items[0].type == "file"


def test_variants_of_the_scenario_typed_before(api: Any) -> None:
    assert offered(["run", "gallium-export-halt", "--variant"], "stock-9") == ["stock-90"]
    assert offered(["run", "my-own.yaml", "--variant"], "") == []


def test_materials_of_the_folder_typed_before(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("")
    assert offered(["data"], "ga") == ["gallium"]
    assert offered(["data", "--data", str(tmp_path)], "ga") == ["gallium"]
    (tmp_path / "mithril.csv").write_text(MITHRIL)
    (tmp_path / "bad.txt").unlink()
    assert offered(["data", "--data", str(tmp_path)], "mi") == ["mithril"]


def test_verbs_and_options(api: Any) -> None:
    assert offered([], "va") == ["validate"]
    assert offered(["run"], "--va") == ["--variant"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_script_is_made(shell: str) -> None:
    kind = get_completion_class(shell)
    assert kind is not None
    assert "_SIM_COMPLETE" in kind(program, {}, "sim", "_SIM_COMPLETE").source_template % {
        "complete_func": "_sim", "complete_var": "_SIM_COMPLETE", "prog_name": "sim",
    }  # fmt: skip
