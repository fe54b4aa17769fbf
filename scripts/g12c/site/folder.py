"""All files of the publication: pages, the data beside them, pictures, scripts, the one file."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from importlib.resources import files as package_files
from typing import Final

import pyoxigraph as ox

from ..errors import G12cError
from ..export.claims import Dataset
from ..export.metadata import Metadata, load
from ..export.nanopub import apart
from ..export.rdf import ONTOLOGY, rdf_xml
from ..namespaces import BASE, expand, shorten
from ..questions import Question, form_of, normal, run
from ..sources import Sources
from ..store import nquads, published
from ..tables import render
from ..turtle import write
from . import asking, drawing, pages, pictures, resources
from .data import Data
from .layout import BESIDE, At, Page, document
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
    sources: Sources, quads: Iterable[ox.Quad] | None = None, description: bytes = b""
) -> dict[str, Callable[[], bytes]]:
    """What makes each file, by its path; so a server makes a page when it is asked for.

    For the arguments and errors see `make`.
    """
    data = Data.of(sources, published(sources) if quads is None else quads)
    about = load()
    content = matrix(data)
    made = pages.pages(data, about, content, description)
    nanopubs = {
        claim: (f"{name.removeprefix(BASE)}.trig", text)
        for claim, name, text in apart(Dataset(data.quads, sources, about))
    }
    made += resources.pages(data, {claim: path for claim, (path, _) in nanopubs.items()})
    made += [asking.question_page(data, question) for question in data.questions]
    files: dict[str, Callable[[], bytes]] = {
        **{f"static/{name}": partial(static, name) for name in STATIC},
        **dict(_pages(data, about, made)),
        **dict(_data(made)),
        **{path: partial(bytes, text) for path, text in nanopubs.values()},
        **dict(_answers(data)),
        "static/search-index.js": partial(search_index, data, made),
        "dataset.nq": partial(nquads, data.quads),
        "ontology.rdf": partial(rdf_xml, data.graph(*ONTOLOGY)),
    }
    at = At(data, about, "pictures/x")
    for picture in pictures.pictures(data, content):
        files[f"pictures/{picture.name}.svg"] = partial(drawing.alone, picture, at)
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


def _data(made: Iterable[Page]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The Turtle, JSON-LD and N-Triples beside the pages."""
    for page in made:
        if page.triples:
            for suffix in BESIDE:
                yield f"{page.path}.{suffix}", partial(_described, page.triples, suffix)


def _described(triples: Callable[[], Sequence[ox.Triple]], suffix: str) -> bytes:
    return rdf(_ordered(triples), suffix)


@lru_cache(maxsize=8)  # the three files of a page are made one after another
def _ordered(triples: Callable[[], Sequence[ox.Triple]]) -> list[ox.Triple]:
    return sorted(set(triples()), key=str)


def _answers(data: Data) -> Iterator[tuple[str, Callable[[], bytes]]]:
    for question in data.questions:
        if form_of(question.sparql) == "SELECT":
            yield f"query/{question.name}.csv", partial(_answer, data, question)


def _answer(data: Data, question: Question) -> bytes:
    return render(run(data.store, question.sparql, str(question.path)), "csv")


def rdf(triples: Sequence[ox.Triple], suffix: str) -> bytes:
    """Triples, in their order, in one of the forms `BESIDE` a page."""
    if suffix == "ttl":
        return write(triples).encode()
    if suffix == "nt":
        return b"".join(f"{triple} .\n".encode() for triple in triples)
    linked = ox.serialize(triples, format=ox.RdfFormat.JSON_LD) or b"[]"
    return linked.replace(b"<", b"\\u003c") + b"\n"


def search_index(data: Data, made: Iterable[Page]) -> bytes:
    """What the search box searches: (name, kind, path, further names) of each page and term."""
    rows = []
    for page in made:
        iri = page.iri
        kind = next(iter(data.kinds(iri)), _kind_by_path(page.path))
        if kind == "Mapping":
            continue
        rows.append([page.title, _kind(data, kind), page.path, _names(data, iri)])
    for iri, path in data.paths.items():
        if "#" in path and iri in data.said:
            rows.append([data.label(iri), "term", path, shorten(iri)])
    text = data_block(json.dumps(rows, separators=(",", ":")))
    return f"self.searchIndex = {text};\n".encode()


def _kind_by_path(path: str) -> str:
    """What a page is that is of no class of the ontology."""
    return {"query": "question", "graph": "named graph"}.get(path.partition("/")[0], "page")


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
