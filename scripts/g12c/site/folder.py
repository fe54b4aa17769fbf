"""All files of the publication: pages, the data beside them, pictures, scripts, the one file."""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.resources import files as package_files
from typing import Final

import pyoxigraph as ox

from ..errors import G12cError
from ..export.metadata import Metadata, load
from ..export.rdf import rdf_xml
from ..namespaces import G12C, PREFIXES, expand, shorten
from ..questions import Question, form_of, normal, run
from ..sources import Sources
from ..store import nquads, published
from ..tables import render
from ..turtle import write
from . import pages, pictures, resources
from .data import Data
from .layout import At, Page, document
from .markup import data_block
from .matrix import matrix
from .single import EMBEDDED, single

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


def publication(
    sources: Sources, quads: Iterable[ox.Quad] | None = None
) -> dict[str, Callable[[], bytes]]:
    """What makes each file, by its path; so a server makes a page when it is asked for.

    For the arguments and errors see `make`.
    """
    data = Data.of(sources, published(sources) if quads is None else quads)
    about = load()
    content = matrix(data)
    made = pages.pages(data, about, content)
    made += resources.pages(data)
    made += [resources.question_page(data, question) for question in data.questions]
    files: dict[str, Callable[[], bytes]] = {
        **{f"static/{name}": partial(static, name) for name in STATIC},
        **dict(_pages(data, about, made)),
        **dict(_data(data, made)),
        **dict(_answers(data)),
        "static/search-index.js": partial(search_index, data, made),
        "dataset.nq": partial(nquads, data.quads),
        "ontology.rdf": partial(rdf_xml, data.graph("ontology")),
    }
    at = At(data, about, "pictures/x")
    for picture in pictures.pictures(data, content):
        files[f"pictures/{picture.name}.svg"] = partial(pictures.alone, picture, at)
    embedded = {name: files[name] for name in EMBEDDED}
    files["g12c.html"] = partial(single, data, about, made, embedded)
    return dict(sorted(files.items()))


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


def _pages(
    data: Data, about: Metadata, made: Iterable[Page]
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    taken: dict[str, str] = {}
    for page in made:
        other = taken.setdefault(page.path.casefold(), page.path)
        if other != page.path:
            raise G12cError(f"the pages {page.path} and {other} would be one file on some disks")
        yield f"{page.path}.html", partial(document, page, At(data, about, page.path))


def _data(data: Data, made: Iterable[Page]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The Turtle, JSON-LD and N-Triples beside the pages."""
    for page in made:
        for suffix in page.formats:
            yield f"{page.path}.{suffix}", partial(_described, data, page.iri, suffix)


def _described(data: Data, iri: str, suffix: str) -> bytes:
    graph = PREFIXES["graph"]
    if iri.startswith(graph):
        triples = data.graph(iri.removeprefix(graph))
    elif iri == G12C.removesuffix("#"):
        triples = [*data.graph("ontology"), *data.graph("alignments")]
    else:
        triples = data.description(iri)
    return rdf(triples, suffix)


def _answers(data: Data) -> Iterator[tuple[str, Callable[[], bytes]]]:
    for question in data.questions:
        if form_of(question.sparql) == "SELECT":
            yield f"query/{question.name}.csv", partial(_answer, data, question)


def _answer(data: Data, question: Question) -> bytes:
    return render(run(data.store, question.sparql, str(question.path)), "csv")


def rdf(triples: list[ox.Triple], suffix: str) -> bytes:
    """Triples in one of the `FORMATS`."""
    ordered = sorted(set(triples), key=str)
    if suffix == "ttl":
        return write(ordered).encode()
    if suffix == "nt":
        return b"".join(f"{triple} .\n".encode() for triple in ordered)
    linked = ox.serialize(ordered, format=ox.RdfFormat.JSON_LD) or b"[]"
    return linked.replace(b"<", b"\\u003c") + b"\n"


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
