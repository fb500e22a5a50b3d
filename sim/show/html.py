"""What all pages share: templates that escape what they are given, one style, and charts set inside."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from sim.errors import Problem, RunError

_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_ID = re.compile(r'(\sid=")')
_REFERENCE = re.compile(r'(href="#|url\(#)')
_SIZE = re.compile(r'\s(?:width|height)="[^"]*"')
_UNSHOWN = re.compile(r"\s*<(metadata|title)>.*?</\1>", re.DOTALL)


def template(name: str) -> Template:
    """A template of this folder; all that is put into it is escaped, unless it is Markup.

    Arguments:
        name: of its file.
    """
    # Newlines are trimmed after a block of the template, so that its layout does not show on the page's source.
    room = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    return room.get_template(name)


def _source(name: str) -> str:
    return files("sim.show").joinpath(name).read_text(encoding="utf-8")


def inlined(chart: Path, prefix: str, label: str) -> Markup:
    """The SVG as a part of a page: no prolog, a label to read aloud, and ids that no other chart on the page has.

    Arguments:
        chart: its file.
        prefix: put before its ids; one a page.
        label: what it shows.
    Raises:
        RunError: it cannot be read, or is no SVG.
    """
    try:
        text = chart.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        got = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise RunError(Problem(file=str(chart), what="cannot read this chart", got=got, remedy="Draw the charts again.")) from error
    at = text.find("<svg")
    if at < 0:
        raise RunError(Problem(file=str(chart), what="is not an SVG chart", remedy="Draw the charts again."))
    text = _UNSHOWN.sub("", text[at:], count=2)

    def renamed(tag: re.Match[str]) -> str:
        return _REFERENCE.sub(rf"\g<1>{prefix}", _ID.sub(rf"\g<1>{prefix}", tag[0]))

    # Only inside tags: a title of the user's may well read like an attribute.
    text = _TAG.sub(renamed, text)
    # A rule for everything would reach beyond the chart.
    text = text.replace('<style type="text/css">*{', '<style type="text/css">figure svg *{', 1)
    end = text.index(">")
    return Markup(f'{_SIZE.sub("", text[:end])} role="img" aria-label="{escape(label)}"{text[end:].rstrip()}')
