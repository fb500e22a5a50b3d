"""The YAML reader: YAML 1.2 scalars, marks, limits, and nothing but ScenarioError whatever the file."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.scenario import load
from sim.scenario.node import Mark, mark_of, plain
from sim.scenario.text import MAX_BYTES, MAX_DEPTH, MAX_NODES, decode, read_text, read_value, scalar

ROOT = Path(__file__).resolve().parents[3]


def read(text: str) -> object:
    node, problems = read_text(text, "f.yaml")
    assert not problems
    return plain(node)


def refused(text: str) -> list[str]:
    try:
        _, problems = read_text(text, "f.yaml")
    except ScenarioError as error:
        problems = error.problems
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("1e6", 1e6),
        ("1E+3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("012", 12),
        ("0o14", 12),
        ("0x1F", 31),
        ("-7", -7),
        ("1_000", "1_000"),
        ("60:30", "60:30"),
        ("2026-07-01", "2026-07-01"),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("1.2.3", "1.2.3"),
        ("٣", "٣"),
        ("9" * 400, "9" * 400),
    ],
)
def test_plain_scalars(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)
    assert read(f"a: {text}") == {"a": value}


def test_not_a_number() -> None:
    number = scalar(".nan")
    assert isinstance(number, float)
    assert math.isnan(number)


def test_quotes_make_text() -> None:
    assert read("""{a: "1", b: 'true', c: "", d: |-\n  5\n}""".replace(", d: |-\n  5\n", "")) == {"a": "1", "b": "true", "c": ""}
    assert read("d: |-\n  5\n") == {"d": "5"}


def test_keys_are_text() -> None:
    assert read("{NO: 1, on: 2, 2026: 3, 1e3: 4, null: 5, ~: 6}") == {"NO": 1, "on": 2, "2026": 3, "1e3": 4, "null": 5, "~": 6}


def test_marks() -> None:
    node, _ = read_text("a:\n  b: [x, {c: 1}]\n'd': 2\n", "f.yaml")
    assert mark_of(node, ("a", "b", 1, "c")) == Mark("f.yaml", 2, 14)
    assert mark_of(node, ("a", "b", 1, "c"), key=True) == Mark("f.yaml", 2, 11)
    assert mark_of(node, ("a",)) == Mark("f.yaml", 1, 1)
    assert mark_of(node, ("a", "missing")) == Mark("f.yaml", 1, 1)
    assert mark_of(node, ("d",)) == Mark("f.yaml", 3, 6)


def test_aliases_are_read_where_they_were_written() -> None:
    node, _ = read_text("a: &x {b: 1}\nc: *x\n", "f.yaml")
    assert plain(node) == {"a": {"b": 1}, "c": {"b": 1}}
    assert mark_of(node, ("c", "b")) == Mark("f.yaml", 1, 11)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2\nb: {c: 1, c: 2}\n", ["f.yaml:2:1: the key is already in line 1 (got 'a'). Keep one of them.",
                                           "f.yaml:3:11: the key is already in line 3 (got 'c'). Keep one of them."]),
        ("a: !!int 3\n", ["f.yaml:1:4: tags are not read (got 'tag:yaml.org,2002:int'). Remove it; the value alone says what it is."]),
        ("a: &x [*x]\n", ["f.yaml:1:8: an alias inside its own anchor (got '*x'). "
                          "Write the value out, or put text that begins with * in quotes."]),
        ("a: *x\n", ["f.yaml:1:4: an alias without its anchor (got '*x'). Write the value out, or put text that begins with * in quotes."]),
        ("[a, b]: 1\n", ["f.yaml:1:1: a key must be a single word or text. Put text that begins with [, { or * in quotes."]),
        ("'': 1\n", ["f.yaml:1:1: a key without a name. Write key: value."]),
        ("<<: {a: 1}\n", ["f.yaml:1:1: merge keys are not read (got '<<'). Write the entries out, or put them in a file and use extends."]),
        ("a: 1\n---\nb: 2\n", ["f.yaml:2:1: a second document (got '---'). Put one scenario in a file."]),
        ("a:\n\tb: 1\n", ["f.yaml:2:1: a tab in the indent. YAML indents with spaces: write two for each level."]),
        ("a: b: c\n", ["f.yaml:1:5: not valid YAML: mapping values are not allowed in this context. "
                       "Put text that holds ': ' in quotes, and check the indent."]),
        ("a: 'open\n", ["f.yaml:2:1: not valid YAML: found unexpected end of stream. Close the quotes."]),
        ("\x07", ["f.yaml:1:1: a control character that YAML does not allow (got code 7). Remove it."]),
        ("", ["f.yaml: the file is empty. Start one with `sim new NAME`."]),
        ("---\n", ["f.yaml: the file is empty. Start one with `sim new NAME`."]),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, said: list[str]) -> None:
    assert refused(text) == said


def test_depth_has_a_limit() -> None:
    assert read("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert refused("[" * (MAX_DEPTH + 1)) == [f"f.yaml:1:{MAX_DEPTH + 1}: nested more than {MAX_DEPTH} levels deep. Write it flatter."]
    half = MAX_DEPTH // 2 + 1
    text = f"- &a {'[' * half}{']' * half}\n- {'[' * half}*a{']' * half}\n"
    assert refused(text) == [f"f.yaml:2:{half + 3}: nested more than {MAX_DEPTH} levels deep. Write it flatter."]


def test_aliases_count_as_often_as_they_are_used() -> None:
    fits = "- &a [" + "x, " * 999 + "x]\n" + "- *a\n" * 198
    assert len(read(fits)) == 199  # type: ignore[arg-type]  (a list, by its text)
    assert refused(fits + "- *a\n") == [f"f.yaml:200:3: more than {MAX_NODES} values, counting each use of an alias. Write a smaller file."]


@pytest.mark.parametrize("text", ["'[' * 50_000", "'{a: ' * 15_000", "'- ' * 25_000", "'? ' * 25_000", "'&a ' * 15_000", "'\"' * 50_001"])
def test_a_hostile_file_does_not_bring_the_process_down(text: str) -> None:
    code = (
        "from sim.errors import ScenarioError\nfrom sim.scenario.text import read_text\n"
        f"try:\n    read_text({text}, 'f')\nexcept ScenarioError as error:\n    print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "refused\n"), done.stderr[-500:]


def test_decoding() -> None:
    assert decode("\ufefftitle: ü".encode(), "f") == "title: ü"
    for data, said in [
        (b"x" * (MAX_BYTES + 1), "larger than 1 MiB"),
        (b"a\x00b", "binary"),
        ("a".encode("utf-16"), "UTF-16"),
        (b"a\xff", "not UTF-8"),
    ]:
        with pytest.raises(ScenarioError, match=said):
            decode(data, "f")


def test_the_value_of_a_set() -> None:
    assert plain(read_value("{uniform: [0, 1]}", "--set a")) == {"uniform": [0, 1]}
    assert plain(read_value("6 weeks", "--set a")) == "6 weeks"
    assert plain(read_value("null", "--set a")) is None
    assert plain(read_value("''", "--set a")) == ""
    for text in ("", " ", "\n", "# a comment"):
        with pytest.raises(ScenarioError) as caught:
            read_value(text, "--set a")
        assert str(caught.value) == "--set a: no value after '='. Write a value, or null to remove what is there."
    with pytest.raises(ScenarioError, match="--set a: not valid YAML"):
        read_value("[1, 2", "--set a")


YAML_LIKE = st.text(alphabet=st.sampled_from("ab:- \n\t[]{}&*!|>'\"#%@`,?~<.0123456789e+x\u00e9\ufeff\x85\u2028\ud7ff"), max_size=200)


@given(YAML_LIKE | st.text(max_size=200))
@example("? a\n? b\n")
@example("%YAML 1.1\n--- a\n...\n%TAG ! x\n--- b")
@example("\ufeff\ufeffa")
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        node, _ = read_text(text, "f")
    except ScenarioError as error:
        assert all(problem.what for problem in error.problems)  # noqa: PT017  (an error is one of two right ends)
        return
    plain(node)


@given(data=st.binary(max_size=300) | YAML_LIKE.map(lambda text: text.encode()))
def test_any_file_is_loaded_or_refused(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    with pytest.raises(ScenarioError):
        load(path)  # none of these can be a whole scenario: it would need a clock
