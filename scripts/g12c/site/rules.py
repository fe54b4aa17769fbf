"""The page of the SHACL shapes: what each asks for, how to mend a breach, how serious it is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

import pyoxigraph as ox

from ..namespaces import G12C, PREFIXES
from ..reading import read_file, read_turtle
from ..sources import Sources
from .data import natural
from .layout import At, Page
from .markup import Child, Markup, join, tag
from .parts import heading, mark, outlined, table
from .wording import counted

_SHAPE: Final = PREFIXES["shape"]
_FEW: Final = 4
"""Classes with fewer shapes are told of together."""

_OTHER, _PARTS = "other", "parts"
_TITLES: Final = {_OTHER: "Other things", _PARTS: "Parts that rules are made of"}
"""The groups of shapes that are not of one class, in their order behind the others."""

_TERM: Final = re.compile(r"(g12c:\w+)")

_About = Mapping[str, Sequence[str]]
"""Local name of a property → its values."""


def rules_page(sources: Sources) -> Page:
    """The page ``shapes``, with a place for each shape, and the shapes as data beside it."""

    @cache
    def triples() -> Sequence[ox.Triple]:
        read = ox.Dataset(
            ox.Quad(*triple)
            for path in sources.shape_files()
            for triple in read_turtle(read_file(path), str(path))
        )
        read.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        return sorted((quad.triple for quad in read), key=str)

    return Page(
        "shapes",
        "Rules",
        lambda at: _content(at, triples()),
        "What the data are checked for: each SHACL shape, what it asks for, how to mend a breach.",
        triples=triples,
    )


def _content(at: At, triples: Iterable[ox.Triple]) -> Markup:
    shapes: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, value in triples:
        if isinstance(subject, ox.NamedNode) and not isinstance(value, ox.Triple):
            about = shapes.setdefault(subject.value.removeprefix(_SHAPE), {})
            about.setdefault(predicate.value.rpartition("#")[2], []).append(value.value)
    groups: dict[str, list[tuple[str, _About]]] = {}
    for shape in sorted(shapes, key=natural):
        group = shape.partition("-")[0]
        groups.setdefault(group if group[:1].isupper() else _PARTS, []).append(
            (shape, shapes[shape])
        )
    for group in [group for group, members in groups.items() if len(members) < _FEW]:
        groups.setdefault(_OTHER, []).extend(groups.pop(group))
    rules = sum("message" in about and "select" not in about for about in shapes.values())
    return join(
        heading("Rules"),
        tag("p", f"The data keep {counted(rules, 'rule')}, as ",
            tag("a", "SHACL", href="https://www.w3.org/TR/shacl/", rel="external noreferrer"),
            " shapes. A breach stops the build; of a rule marked ", mark("Advice"),
            " it is only told. Claims that others add are checked by the same rules.",
            class_="lead"),
        outlined(at, [
            (f"on-{group}", _name(at, group), _table(at, group, members))
            for group, members in sorted(groups.items(), key=_order)
        ]),
    )  # fmt: skip


def _order(group: tuple[str, object]) -> tuple[int, str]:
    return (*_TITLES,).index(group[0]) if group[0] in _TITLES else -1, group[0]


def _name(at: At, group: str) -> str:
    if group in _TITLES:
        return _TITLES[group]
    return at.data.label(G12C + group).removeprefix("g12c:").capitalize()


def _table(at: At, group: str, shapes: Sequence[tuple[str, _About]]) -> Markup:
    rows = [_row(at, name, about) for name, about in shapes]
    caption = f"{counted(len(rows), 'shape')} of {_name(at, group).lower()}"
    return table(["shape", "field", "what it asks for", "how to mend"], rows, caption, "rules")


def _row(at: At, name: str, about: _About) -> list[Child]:
    def told(prop: str) -> str:
        return " ".join(about.get(prop, ()))

    shown = tag("code", name, id=at.id(name))
    if "message" not in about:
        what = told("comment") or told("label") or " ".join((told("prefix"), told("namespace")))
        return [shown, told("name"), what, ""]
    advice = [mark("Advice"), " "] if told("severity").endswith("Warning") else None
    return [
        shown,
        told("name"),
        [advice, _with_links(at, told("message"))],
        _with_links(at, told("comment")),
    ]


def _with_links(at: At, text: str) -> Markup:
    """A text in which each name of a term leads to the term."""
    parts: list[Child] = []
    for piece in _TERM.split(text):
        iri = G12C + piece.removeprefix("g12c:")
        parts.append(
            at.link(iri, piece) if _TERM.fullmatch(piece) and iri in at.data.paths else piece
        )
    return join(parts)
