"""YAML text to a tree with marks, by the rules of YAML 1.2 and within limits that hold against any file.

Built on PyYAML's event stream, not its loaders: those read NO as false and 1e6 as text, keep the last of two equal keys, and one of
them falls over a deep file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sim.errors import Problem, ScenarioError, shown
from sim.scenario.node import Mark, Node, Scalar

MAX_BYTES = 1 << 20
MAX_DEPTH = 40
MAX_NODES = 200_000
"""Limits of one file; aliases count as often as they are used."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?[0-9]+", re.ASCII)
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)", re.ASCII)
_CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NO_KEYS = ("", "<<")
_LONGEST_NUMBER = 300
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_SYNTAX = {
    "mapping values are not allowed": "Put text that holds ': ' in quotes, and check the indent.",
    "could not find expected ':'": "Write key: value, with a space after the colon.",
    "did not find expected key": "Check that the keys of a mapping begin in the same column and that quotes are closed.",
    "did not find expected ',' or": "Close the bracket, and put commas between the items.",
    "did not find expected '-' indicator": "Check that the dashes of a list begin in the same column.",
    "found unexpected end of stream": "Close the quotes.",
    "found undefined alias": "Write the anchor (&name) before it is used, or put text that begins with * in quotes.",
    "cannot start any token": "Put text that begins with @, ` or % in quotes.",
}
"""Remedies by a part of what the YAML parser says."""


class _Stop(Exception):
    """Reading cannot go on; the problem is already noted."""


def read_file(path: Path) -> tuple[str, str]:
    """Text of a scenario file.

    path: file to read. Returns the text and the name it goes by in messages (the path as given).
    Raises ScenarioError when it is missing, a folder, unreadable, too large, empty, not text or not UTF-8.
    """
    name = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        remedy = "Check the path; `sim scenarios` lists those that ship."
        raise ScenarioError(Problem(name, what="no such file", remedy=remedy)) from error
    except IsADirectoryError as error:
        raise ScenarioError(Problem(name, what="a folder, not a file", remedy="Name a scenario file (.yaml) in it.")) from error
    except PermissionError as error:
        raise ScenarioError(Problem(name, what="the file may not be read", remedy="Give yourself the right to read it.")) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError(Problem(name, what=f"the file cannot be read: {reason}")) from error
    return decode(data, name), name


def decode(data: bytes, name: str) -> str:
    """Bytes of a scenario file to text; `name` goes into messages. Raises ScenarioError where they are not a text that can be read."""
    if len(data) > MAX_BYTES:
        remedy = "A scenario is a few kilobytes of YAML; is this the right file?"
        raise ScenarioError(Problem(name, what="the file is larger than 1 MiB", remedy=remedy))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ScenarioError(Problem(name, what="the file is UTF-16, not UTF-8", remedy="Save it as UTF-8."))
    if b"\x00" in data:
        raise ScenarioError(Problem(name, what="a binary file, not text", remedy="Name a scenario file (.yaml)."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        got = f"byte 0x{data[error.start]:02x}"
        raise ScenarioError(Problem(name, line, column, what="the text is not UTF-8", got=got, remedy="Save it as UTF-8.")) from error


def read_text(text: str, name: str | None) -> tuple[Node, tuple[Problem, ...]]:
    """Read YAML text into a tree.

    text: the whole file. name: what it is called in messages.
    Returns the tree and the problems that did not stop the reading (equal keys, tags, merge keys).
    Raises ScenarioError with those and the one that did stop it.
    """
    reader = _Reader(text, name)
    try:
        root = reader.document()
    except _Stop:
        raise ScenarioError(*reader.problems) from None
    if root.value is None:
        raise ScenarioError(*reader.problems, Problem(name, what="the file is empty", remedy="Start one with `sim new NAME`."))
    return root, tuple(reader.problems)


def read_value(text: str, name: str) -> Node:
    """Read the value of a `--set`; marks name it and carry no line. Raises ScenarioError; nothing, or a comment alone, is no value."""
    reader = _Reader(text, name, has_lines=False)
    try:
        root = reader.document()
    except _Stop:
        root = Node(None)
    if not reader.problems and reader.root is None:
        reader.note(Mark(name), "no value after '='", None, "Write a value, or null to remove what is there.")
    if reader.problems:
        raise ScenarioError(*reader.problems)
    return root


def scalar(text: str) -> Scalar:
    """A plain scalar by the core schema of YAML 1.2: `NO` is text, `1e6` a number, `012` the number 12."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if len(text) <= _LONGEST_NUMBER:
        if _INT.fullmatch(text):
            return int(text)
        if _BASED.fullmatch(text):
            return int(text, 0)
        if _FLOAT.fullmatch(text):
            return float(text)
    if _INFINITE.fullmatch(text):
        return -math.inf if text[0] == "-" else math.inf
    return math.nan if text in (".nan", ".NaN", ".NAN") else text


@dataclass
class _Open:
    """A mapping or list that is still being read."""

    mark: Mark
    anchor: str | None
    is_mapping: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Mark] = field(default_factory=dict)
    key: tuple[str, Mark] | None = None
    size: int = 1
    depth: int = 1


@dataclass(frozen=True)
class _Anchored:
    node: Node
    size: int
    depth: int


class _Reader:
    """Turns events into nodes with an explicit stack: depth costs no recursion."""

    def __init__(self, text: str, name: str | None, *, has_lines: bool = True) -> None:
        self.text, self.name, self.has_lines = text, name, has_lines
        self.problems: list[Problem] = []
        self.anchors: dict[str, _Anchored | None] = {}
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.count = 0

    def note(self, mark: Mark, what: str, got: str | None = None, remedy: str | None = None) -> None:
        self.problems.append(Problem(mark.file, mark.line, mark.column, None, what, got, remedy))

    def mark(self, mark: Any) -> Mark:
        if mark is None or not self.has_lines:
            return Mark(self.name)
        return Mark(self.name, mark.line + 1, mark.column + 1)

    def document(self) -> Node:
        """Read the only document of the text."""
        is_second = False
        for event in self.events():
            if isinstance(event, yaml.DocumentStartEvent):
                if is_second:
                    self.note(self.mark(event.start_mark), "a second document", "'---'", "Put one scenario in a file.")
                    raise _Stop
                is_second = True
            else:
                self.take(event)
        return self.root if self.root is not None else Node(None, Mark(self.name))

    def events(self) -> Iterator[Any]:
        bad = _CONTROL.search(self.text)
        if bad:
            line = self.text.count("\n", 0, bad.start()) + 1
            column = bad.start() - self.text.rfind("\n", 0, bad.start())
            what = "a control character that YAML does not allow"
            self.note(Mark(self.name, line, column) if self.has_lines else Mark(self.name), what, f"code {ord(bad[0])}", "Remove it.")
            raise _Stop
        try:
            yield from yaml.parse(self.text, Loader=_Loader)
        except yaml.YAMLError as error:
            self.explain(error)
            raise _Stop from None
        except (UnicodeError, ValueError) as error:
            self.note(Mark(self.name), f"not valid YAML: {error}")
            raise _Stop from None

    def explain(self, error: yaml.YAMLError) -> None:
        """Note what the YAML parser could not read, in words that help."""
        place = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        said = " ".join(str(getattr(error, "problem", None) or error).split())
        lines = self.text.splitlines()
        line = lines[place.line] if place is not None and place.line < len(lines) else ""
        indent = line[: len(line) - len(line.lstrip())]
        if place is not None and "\t" in indent:
            mark = Mark(self.name, place.line + 1, indent.index("\t") + 1) if self.has_lines else Mark(self.name)
            self.note(mark, "a tab in the indent", None, "YAML indents with spaces: write two for each level.")
            return
        remedy = next((words for part, words in _SYNTAX.items() if part in said), None)
        self.note(self.mark(place), f"not valid YAML: {said}", None, remedy)

    def take(self, event: Any) -> None:
        """One event of the stream."""
        if isinstance(event, yaml.ScalarEvent):
            self.check_tag(event)
            value = scalar(event.value) if event.implicit[0] else event.value
            self.add(Node(value, self.mark(event.start_mark)), event)
        elif isinstance(event, yaml.AliasEvent):
            self.add_alias(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self.open(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self.close()

    def check_tag(self, event: Any) -> None:
        # A quoted scalar has the tag '!' by itself in some versions; an author's tag is anything else.
        if event.tag is not None and event.tag != "!":
            self.note(self.mark(event.start_mark), "tags are not read", shown(event.tag), "Remove it; the value alone says what it is.")

    def open(self, event: Any) -> None:
        self.check_tag(event)
        mark = self.mark(event.start_mark)
        self.check_key_slot(mark)
        if len(self.stack) >= MAX_DEPTH:
            self.note(mark, f"nested more than {MAX_DEPTH} levels deep", None, "Write it flatter.")
            raise _Stop
        self.spend(1, mark)
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(mark, event.anchor, isinstance(event, yaml.MappingStartEvent)))

    def close(self) -> None:
        top = self.stack.pop()
        node = Node(top.entries, top.mark, top.keys) if top.is_mapping else Node(tuple(top.items), top.mark)
        if top.anchor:
            self.anchors[top.anchor] = _Anchored(node, top.size, top.depth)
        self.attach(node, top.size, top.depth)

    def add(self, node: Node, event: Any) -> None:
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(node, 1, 0)
        self.spend(1, node.mark)
        top = self.stack[-1] if self.stack else None
        if top is not None and top.is_mapping and top.key is None:
            # A key is the text that stands there, so that NO, on and 2026 are names like any other.
            self.take_key(top, event.value, node.mark)
        else:
            self.attach(node, 1, 0)

    def add_alias(self, event: Any) -> None:
        mark = self.mark(event.start_mark)
        self.check_key_slot(mark)
        anchored = self.anchors.get(event.anchor)
        if anchored is None:
            what = "an alias inside its own anchor" if event.anchor in self.anchors else "an alias without its anchor"
            self.note(mark, what, f"'*{event.anchor}'", "Write the value out, or put text that begins with * in quotes.")
            raise _Stop
        self.spend(anchored.size, mark)
        if len(self.stack) + anchored.depth > MAX_DEPTH:
            self.note(mark, f"nested more than {MAX_DEPTH} levels deep", None, "Write it flatter.")
            raise _Stop
        self.attach(anchored.node, anchored.size, anchored.depth)

    def attach(self, node: Node, size: int, depth: int) -> None:
        """Put a finished node where it belongs."""
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        top.size += size
        top.depth = max(top.depth, depth + 1)
        if not top.is_mapping:
            top.items.append(node)
        elif top.key is not None:
            key, mark = top.key
            top.key = None
            if key in _NO_KEYS:
                return  # noted when it was read
            if key in top.entries:
                first = top.keys[key]
                where = f"line {first.line}" if first.line is not None else "the same value"
                self.note(mark, f"the key is already in {where}", repr(key), "Keep one of them.")
            else:
                top.entries[key], top.keys[key] = node, mark

    def take_key(self, top: _Open, text: str, mark: Mark) -> None:
        if text == "<<":
            self.note(mark, "merge keys are not read", "'<<'", "Write the entries out, or put them in a file and use extends.")
        elif text == "":
            self.note(mark, "a key without a name", None, "Write key: value.")
        top.key = (text, mark)

    def check_key_slot(self, mark: Mark) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and top.is_mapping and top.key is None:
            self.note(mark, "a key must be a single word or text", None, "Put text that begins with [, { or * in quotes.")
            raise _Stop

    def spend(self, nodes: int, mark: Mark) -> None:
        self.count += nodes
        if self.count > MAX_NODES:
            self.note(mark, f"more than {MAX_NODES} values, counting each use of an alias", None, "Write a smaller file.")
            raise _Stop
