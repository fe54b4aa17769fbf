"""All files of the publication: pages, the data beside them, pictures, scripts, the one file."""

import json
from collections.abc import Iterable, Iterator
from importlib.resources import files as package_files
from typing import Final

import pyoxigraph as ox

from ..errors import G12cError
from ..export.metadata import Metadata, load
from ..namespaces import G12C, PREFIXES, expand, shorten
from ..questions import normal, run
from ..sources import Sources
from ..store import nquads
from ..tables import answer, render
from ..turtle import write
from . import pages, pictures, resources
from .data import Data, read
from .layout import FORMATS, At, Page, document
from .markup import data_block
from .matrix import matrix
from .single import single

STATIC: Final = (
    "style.css",
    "icon.svg",
    "site.js",
    "sparql.js",
    "worker.js",
    "oxigraph.wasm",
    "licences.txt",
)
"""The files of the package that the pages use."""


def files(sources: Sources, quads: Iterable[ox.Quad] | None = None) -> dict[str, bytes]:
    """See `make`."""
    data = Data.of(sources, read(sources) if quads is None else quads)
    about = load()
    content = matrix(data)
    answers = {}
    made = pages.pages(data, about, content)
    made += resources.pages(data)
    for question in data.questions:
        result = run(data.store, question.sparql, str(question.path))
        found = answer(result) if isinstance(result, ox.QuerySolutions) else None
        text = ""
        if found:
            again = run(data.store, question.sparql, str(question.path))
            answers[f"query/{question.name}.csv"] = render(again, "csv")
        else:
            form = "ttl" if isinstance(result, ox.QueryTriples) else "csv"
            text = render(result, form).decode()
        made.append(resources.question_page(data, question, found, text))
    shipped = {f"static/{name}": static(name) for name in STATIC}
    shipped["static/search-index.js"] = search_index(data, made)
    found_files = {
        **shipped,
        **answers,
        **dict(_pages(data, about, made)),
        **dict(_data(data, made)),
        "dataset.nq": nquads(data.quads),
    }
    at = At(data, about, "pictures/x")
    for picture in pictures.pictures(data, content):
        found_files[f"pictures/{picture.name}.svg"] = pictures.alone(picture, at)
    found_files["g12c.html"] = single(data, about, made, found_files)
    return dict(sorted(found_files.items()))


def static(name: str) -> bytes:
    """A file of the package.

    Raises `G12cError` if it has not been built.
    """
    file = package_files(__package__) / "static" / name
    if not file.is_file():
        raise G12cError(
            f"static/{name} is missing; build it: cd scripts/web && npm ci && npm run build"
        )
    return file.read_bytes()


def _pages(data: Data, about: Metadata, made: Iterable[Page]) -> Iterator[tuple[str, bytes]]:
    taken: dict[str, str] = {}
    for page in made:
        other = taken.setdefault(page.path.casefold(), page.path)
        if other != page.path:
            raise G12cError(f"the pages {page.path} and {other} would be one file on some disks")
        yield f"{page.path}.html", document(page, At(data, about, page.path))


def _data(data: Data, made: Iterable[Page]) -> Iterator[tuple[str, bytes]]:
    """The Turtle, JSON-LD and N-Triples beside the pages."""
    graph = PREFIXES["graph"]
    for page in made:
        if not page.formats:
            continue
        if page.iri.startswith(graph):
            triples = data.graph(page.iri.removeprefix(graph))
        elif page.iri == G12C.removesuffix("#"):
            triples = [*data.graph("ontology"), *data.graph("alignments")]
        else:
            triples = data.description(page.iri)
        for suffix, content in zip(FORMATS, rdf(triples), strict=True):
            yield f"{page.path}.{suffix}", content


def rdf(triples: list[ox.Triple]) -> tuple[bytes, bytes, bytes]:
    """Triples in the `FORMATS`: Turtle, JSON-LD, N-Triples."""
    ordered = sorted(set(triples), key=str)
    linked = ox.serialize(ordered, format=ox.RdfFormat.JSON_LD) or b"[]"
    return (
        write(ordered).encode(),
        linked.replace(b"<", b"\\u003c") + b"\n",
        b"".join(f"{triple} .\n".encode() for triple in ordered),
    )


def search_index(data: Data, made: Iterable[Page]) -> bytes:
    """What the search box searches: (name, kind, path, further names) of each page and term."""
    rows = []
    for page in made:
        iri = page.iri
        kind = (data.kinds(iri) or ["page"])[0] if iri else "page"
        if kind == "Mapping":
            continue
        rows.append([page.title, _kind(data, kind), page.path, _names(data, iri)])
    for iri, path in data.paths.items():
        if "#" in path and iri in data.said:
            rows.append([data.label(iri), "term", path, shorten(iri)])
    text = data_block(json.dumps(rows, separators=(",", ":")))
    return f"self.searchIndex = {text};\n".encode()


def _kind(data: Data, kind: str) -> str:
    return data.label(expand(f"g12c:{kind}")) if kind[:1].isupper() else kind


def _names(data: Data, iri: str) -> str:
    """Synonyms, identifiers and the like, in one line."""
    names: dict[str, None] = {}
    for prop in (
        "skos:altLabel",
        "skos:hiddenLabel",
        "g12c:hgvs",
        "g12c:vrsIdentifier",
        "g12c:textValue",
        "g12c:printed",
    ):
        names |= dict.fromkeys(data.values(iri, prop))
    for mapping in data.subjects("g12c:mappedThing", iri):
        names |= dict.fromkeys(data.values(mapping, "g12c:identifier"))
    names |= {shorten(iri): None} if iri else {}
    return " ".join(name for name in names if normal(name))
