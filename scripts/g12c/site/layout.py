"""What every page has: its place, its head, what is around its content.

A page's content is a function of `At`, the place where it stands, because the same content is put
into a folder of files and into one self-contained file, where links and ids differ.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

import pyoxigraph as ox

from ..export.metadata import DATASET, LICENCES, Metadata
from ..namespaces import BASE, DCTERMS, PREFIXES, shorten
from .data import Data
from .markup import Child, Markup, data_block, is_link, join, tag

FORMATS: Final = {
    "ttl": ("text/turtle", "Turtle"),
    "jsonld": ("application/ld+json", "JSON-LD"),
    "nt": ("application/n-triples", "N-Triples"),
    "trig": ("application/trig", "nanopublication"),
}
"""The files that say the same as a page: suffix → media type and name."""

BESIDE: Final = ("ttl", "jsonld", "nt")
"""Those of them that stand beside a page under its name."""

ITEMS: Final = {"dataset.nq": "application/n-quads", "ontology.ttl": "text/turtle"}
"""The files that the dataset comes in, and their media types."""

ELSEWHERE: Final = PREFIXES["mapping"]
"""What has no page in the one file: a mapping is told on the page of its thing."""

NAVIGATION: Final = (
    ("matrix", "Matrix"),
    ("pictures", "Pictures"),
    ("things", "Things"),
    ("claims", "Claims"),
    ("defects", "Faults"),
    ("questions", "Questions"),
    ("sparql", "SPARQL"),
    ("ontology", "Ontology"),
)

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"
)
"""Nothing from elsewhere and nothing inline; only the query engine may be compiled."""


@dataclass(frozen=True)
class At:
    """The place of a page: what its links are relative to."""

    data: Data
    about: Metadata
    path: str
    single: bool = False

    def href(self, path: str) -> str:
        """The link to a page, given by its path without ``.html``, maybe with a fragment."""
        page, _, fragment = path.partition("#")
        if self.single:
            return f"#{page}.{fragment}" if fragment else f"#{page}"
        if page == self.path and fragment:
            return f"#{fragment}"
        return self.file(f"{page}.html") + (f"#{fragment}" if fragment else "")

    def file(self, name: str) -> str:
        """The link to a file of the folder."""
        return f"{'../' * self.path.count('/')}{name}"

    def id(self, name: str) -> str:
        """The id of a place in this page."""
        return f"{self.path}.{name}" if self.single else name

    def link(self, iri: str, text: Child = None, **attributes: str | None) -> Markup:
        """A resource by its label: linked to its page, or, if it is not ours, to itself."""
        shown = text or self.data.label(iri)
        if self.single and iri.startswith(ELSEWHERE):
            iri = self.data.value(iri, "g12c:mappedThing")
        if path := self.data.paths.get(iri):
            return tag("a", shown, href=self.href(path), **attributes)
        if is_link(iri):
            return tag("a", shown, href=iri, rel="external noreferrer", **attributes)
        return tag("span", shown, **attributes)

    def links(self, iris: Sequence[str], separator: str = ", ") -> Markup:
        """Several of them in a row."""
        return in_row(map(self.link, iris), separator)

    def ask(self, **parameters: str) -> str:
        """The link that opens the query page with a ``query``, or a ``question`` and its values."""
        fragment = urlencode(parameters, quote_via=quote)
        return f"#{fragment}" if self.single else f"{self.href('sparql')}#{fragment}"


@dataclass(frozen=True)
class Page:
    """One page: its path below the base without ``.html``, and its content for a place.

    ``triples`` are what it says, for the files `BESIDE` it; ``nanopub`` is the path of the
    nanopublication that says it.
    """

    path: str
    title: str
    content: Callable[[At], Markup]
    summary: str = ""
    iri: str = ""
    schema: Mapping[str, Any] = field(default_factory=dict)
    triples: Callable[[], Sequence[ox.Triple]] | None = None
    nanopub: str = ""
    scripts: tuple[str, ...] = ()

    @property
    def files(self) -> dict[str, str]:
        """The files that say the same: path → suffix, a key of `FORMATS`."""
        files = {f"{self.path}.{suffix}": suffix for suffix in BESIDE if self.triples}
        return files | ({self.nanopub: "trig"} if self.nanopub else {})


def document(page: Page, at: At) -> bytes:
    """The whole HTML of a page in the folder."""
    heading = page.title if page.path == "index" else f"{page.title} · {at.about.name}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", heading),
        tag("meta", name="description", content=page.summary or at.about.summary),
        tag("link", rel="icon", href=at.file("static/icon.svg"), type="image/svg+xml"),
        tag("link", rel="stylesheet", href=at.file("static/style.css")),
        _signposts(page, at),
        _schema(page, at),
        tag("script", src=at.file("static/site.js"), defer=True),
        [tag("script", src=at.file(f"static/{name}"), defer=True) for name in page.scripts],
    )
    body = tag(
        "body",
        header(at),
        tag("main", page.content(at), id="main"),
        tag("footer", address(page, at), imprint(at)),
    )
    html = tag("html", head, body, lang="en", data_root=at.file("") or "./")
    return f"<!doctype html>\n{html}\n".encode()


def header(at: At) -> Markup:
    """The name, the way around and the search box."""
    here = at.path.partition("/")[0]
    return join(
        # In the one file only a script can follow it: its address would show another page.
        tag("a", "To the content", class_="skip", href="#main", hidden=at.single),
        tag(
            "header",
            tag("a", at.about.name, class_="name", href=at.href("index")),
            tag(
                "nav",
                [
                    tag(
                        "a",
                        name,
                        href=at.href(path),
                        aria_current="page" if path == here else None,
                    )
                    for path, name in NAVIGATION
                ],
                aria_label="Main",
            ),
            tag("search", tag("div", id="search", data_index=_search_index(at))),
            class_="top",
        ),
    )


def _search_index(at: At) -> str | None:
    return None if at.single else at.file("static/search-index.js")


def address(page: Page, at: At) -> Markup:
    """What a page is of, the same for machines, and how to report an error in it."""
    files = [tag("a", FORMATS[kind][1], href=at.file(path)) for path, kind in page.files.items()]
    return join(
        tag("p", "Address: ", tag("code", page.iri)) if page.iri else None,
        tag("p", "The same as data: ", in_row(files)) if files and not at.single else None,
        _report(page, at) if page.iri and not at.single else None,
    )


def _report(page: Page, at: At) -> Markup:
    """A report to fill in; nothing is sent from here, because there is nowhere to send it to."""
    about = at.about
    lines = (f"{about.name} {about.version}: {page.iri}", "What is wrong:", "How one can tell:")
    return tag(
        "details",
        tag("summary", "Report an error"),
        tag("pre", "\n".join(lines), tabindex=0),
        tag("p", "Fill this in and give it to ",
            tag("a", "whom you have these pages from", href=at.href("about#report")), "."),
        class_="report",
    )  # fmt: skip


def imprint(at: At) -> Markup:
    """Version, licences and limits."""
    about = at.about
    return tag(
        "p",
        f"{about.name} {about.version}. Data under ",
        tag("a", about.data_licence, href=LICENCES[about.data_licence], rel="license"),
        ", code under ",
        tag("a", about.code_licence, href=LICENCES[about.code_licence]),
        ". For research, not for decisions about patients. ",
        tag("a", "How to cite, limits, checks", href=at.href("about")),
        ".",
    )


def _signposts(page: Page, at: At) -> Markup:
    """Signposting for machines (https://signposting.org/FAIR/), at the levels a folder allows."""
    files, kinds = page.files, [page.schema.get("@type", "WebPage")]
    links = [tag("link", rel="license", href=LICENCES[at.about.data_licence])]
    if page.iri:
        links.append(tag("link", rel="cite-as", href=page.iri.partition("#")[0]))
    if page.iri == DATASET:
        files = {f"dataset.{suffix}": suffix for suffix in BESIDE}
        kinds.append("AboutPage")
        links += [
            tag("link", rel="item", type=media, href=at.file(path)) for path, media in ITEMS.items()
        ]
    elif page.iri:
        links.append(tag("link", rel="collection", href=at.href("dataset")))
    links += [tag("link", rel="type", href=f"https://schema.org/{kind}") for kind in kinds]
    for path, kind in files.items():
        for relation in ("alternate", "describedby"):
            media, _ = FORMATS[kind]
            links.append(tag("link", rel=relation, type=media, href=at.file(path)))
    return join(*links)


def _schema(page: Page, at: At) -> Markup | None:
    if not page.schema:
        return None
    about: dict[str, Any] = {
        "@context": "https://schema.org",
        "@id": page.iri,
        "name": page.title,
        "description": page.summary,
        "license": LICENCES[at.about.data_licence],
        "isPartOf": {"@type": "Dataset", "@id": f"{BASE}dataset", "name": at.about.title},
        **page.schema,
    }
    text = json.dumps({k: v for k, v in about.items() if v}, ensure_ascii=False)
    return tag("script", Markup(data_block(text)), type="application/ld+json")


def profile(name: str) -> dict[str, Any]:
    """That structured data keep to a profile of Bioschemas."""
    iri = f"https://bioschemas.org/profiles/{name}"
    return {f"{DCTERMS}conformsTo": {"@type": "CreativeWork", "@id": iri}}


def in_row(items: Iterable[Child], separator: str = ", ") -> Markup:
    """Several pieces with something between each two."""
    parts: list[Child] = []
    for item in items:
        parts += [separator, item] if parts else [item]
    return join(parts)


def curie(iri: str) -> Markup:
    """An IRI in short, as code."""
    return tag("code", shorten(iri))
