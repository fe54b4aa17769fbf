"""The IRIs of ours that a file names, whatever its form; each of them must lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import PurePath

import pyoxigraph as ox

from g12c.namespaces import BASE

_OURS = re.compile(rf"{re.escape(BASE)}[\w/.-]*")


def iris(name: str, data: bytes) -> set[str]:
    """Those that are written out and, in Turtle and TriG, those that are shortened.

    All without the fragment. Raises `UnicodeDecodeError` for what is no text.
    """
    found = {iri.rstrip(".") for iri in _OURS.findall(data.decode())}
    return found | {iri.partition("#")[0] for iri in _shortened(PurePath(name).suffix, data)}


def _shortened(suffix: str, data: bytes) -> Iterator[str]:
    if suffix not in {".ttl", ".trig"}:
        return
    for quad in ox.parse(data, format=ox.RdfFormat.from_extension(suffix.removeprefix("."))):
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, ox.NamedNode) and term.value.startswith(BASE):
                yield term.value
