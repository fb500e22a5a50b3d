"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "sim").rglob("*.py"))

MODULE_LINES = 400
FUNCTION_LINES = 60
PARAMETERS = 6
MAY_PRINT = ("show", "cli")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def parameters(function: Function) -> list[str]:
    asked = function.args
    names = [arg.arg for arg in (*asked.posonlyargs, *asked.args, *asked.kwonlyargs)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Public functions, classes and methods that lack a docstring; properties of a record speak through their name."""
    if ast.get_docstring(tree) is None and tree.body:
        yield "the module"
    for owner in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))]:
        for node in owner.body:
            if not isinstance(node, (Function, ast.ClassDef)) or node.name.startswith("_"):
                continue
            plain = not any(isinstance(mark, ast.Name) and mark.id in {"property", "overload", "override"} for mark in node.decorator_list)
            if plain and ast.get_docstring(node) is None:
                yield node.name


def breaches(path: Path, root: Path = ROOT) -> Iterator[str]:
    """Every rule the module breaks, one line each."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    if (lines := len(text.splitlines())) > MODULE_LINES:
        yield f"has {lines} lines"
    for function in functions(tree):
        where = f"{function.name} (line {function.lineno})"
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES:
            yield f"{where} has {lines} lines"
        if len(names := parameters(function)) > PARAMETERS:
            yield f"{where} has {len(names)} parameters"
        if function.args.kwarg:
            yield f"{where} takes **{function.args.kwarg.arg}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield f"line {node.lineno}: global {', '.join(node.names)}"
        if not isinstance(node, ast.Call):
            continue
        prints = isinstance(node.func, ast.Name) and node.func.id == "print"
        if prints and path.relative_to(root / "sim").parts[0] not in MAY_PRINT:
            yield f"line {node.lineno}: print"
    yield from (f"{name} has no docstring" for name in undocumented(tree))
    yield from (f"line {line}: module-level {name} is changed by a function" for name, line in changed_state(tree))
    yield from (f"says {word}" for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X") if word in text)


CHANGERS = {"append", "extend", "insert", "update", "setdefault", "pop", "popitem", "clear", "remove", "add", "discard"}


def changed_state(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Names bound at module level to something that a function of the module then changes in place."""
    bound = {
        target.id
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for function in functions(tree):
        own = set(parameters(function)) | {
            node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGERS:
                held = node.func.value
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
                held = node.value
            else:
                continue
            if isinstance(held, ast.Name) and held.id in bound - own:
                yield held.id, node.lineno


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_keeps_the_house_rules(path: Path) -> None:
    assert not list(breaches(path))


@pytest.mark.parametrize(
    ("code", "breach"),
    [
        ('"""m"""\n' + "x = 1\n" * 400, "has 401 lines"),
        ('"""m"""\ndef f(a, b, c, d, e, g, h):\n    """d"""', "7 parameters"),
        ('"""m"""\nclass C:\n    """d"""\n    def f(self, a, b, c, d, e, g):\n        """d"""\n', None),
        ('"""m"""\ndef f(**rest):\n    """d"""', "takes **rest"),
        ('"""m"""\ndef f():\n    """d"""\n' + "    x = 1\n" * 60, "has 62 lines"),
        ('"""m"""\ndef f():\n    pass', "f has no docstring"),
        ("def _f():\n    pass", "the module has no docstring"),
        ('"""m"""\nclass C:\n    """d"""\n    def f(self):\n        pass', "f has no docstring"),
        ('"""m"""\nprint(1)', "print"),
        ('"""m"""\nx = 1\ndef f():\n    """d"""\n    global x', "global x"),
        ('"""m"""\nseen = {}\ndef f(a):\n    """d"""\n    seen[a] = 1', "seen is changed"),
        ('"""m"""\nseen: list = []\ndef f(a):\n    """d"""\n    seen.append(a)', "seen is changed"),
        ('"""m"""\nseen = []\ndef f(a):\n    """d"""\n    seen = []\n    seen.append(a)', None),
    ],
)
def test_the_rules_are_seen_to_be_broken(code: str, breach: str | None, tmp_path: Path) -> None:
    (tmp_path / "sim" / "engine").mkdir(parents=True)
    path = tmp_path / "sim" / "engine" / "sample.py"
    path.write_text(code, encoding="utf-8")
    found = "\n".join(breaches(path, tmp_path))
    assert breach in found if breach else not found


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


# In halves, so that this file does not name them itself.
FOREIGN = [
    "farm" + "-bench", "farm" + "-studio", "/opt/py" + "pi", "../sha" + "red", "shared/des" + "ign", "shared/da" + "ta",
    "pypi" + ".org", "pythonhosted" + ".org", "registry.npm" + "js", "deb.deb" + "ian", "--index" + "-url", "extra-index" + "-url",
]  # fmt: skip


OUR_FOLDER = re.compile(r"(?<![\w.~-])/wor" + "k/")  # but not a part of a longer path or address


def test_no_file_names_the_place_it_was_made_in() -> None:
    found = []
    for path in tracked():
        content = path.read_bytes().decode("utf-8", errors="replace").lower()
        found += [f"{path.relative_to(ROOT)}: {word}" for word in FOREIGN if word in content]
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in OUR_FOLDER.finditer(content)]
    assert not found
