"""The redirects that are to be submitted to w3id.org, followed through Debian's Apache.

One folder of the server stands for w3id.org, with ``docs/w3id/.htaccess`` in it; another one for
GitHub Pages, with the publication and the release as ``docs/w3id/README.md`` says.
"""

import http.client
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.request import urlopen

import owlready2
import pyoxigraph as ox
import pytest
import rdflib
from minted import iris

from g12c.build import build
from g12c.export.metadata import load
from g12c.export.nanopub import verify
from g12c.namespaces import BASE, G12C
from g12c.site.folder import publication
from g12c.sources import find_sources
from g12c.store import published

APACHE = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""
MODULES = Path("/usr/lib/apache2/modules")
RULES = (Path(__file__).parents[1] / "docs" / "w3id" / ".htaccess").read_text(encoding="utf-8")
PAGES = "https://OWNER.github.io/g12c/"
"""Where the rules lead."""
VERSION = load().version

pytestmark = pytest.mark.skipif(not APACHE, reason="needs Apache: apt-get install apache2-bin")


# --- clients, and where they are to come out ----------------------------------------------------

HTML, TURTLE, JSON_LD, N_TRIPLES, RDF_XML, NOTHING = "html", "ttl", "jsonld", "nt", "rdf", ""
"""What a client wants most of what there is."""

_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,"

CLIENTS = {
    "Chromium 156": (
        f"{_BROWSER}image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,"
        "application/signed-exchange;v=b3;q=0.7",
        HTML,
    ),
    "Firefox and Safari": (f"{_BROWSER}*/*;q=0.8", HTML),
    "Firefox 131": (f"{_BROWSER}image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8", HTML),
    "Googlebot": (
        "text/html,application/xhtml+xml,application/signed-exchange;v=b3,"
        "application/xml;q=0.9,*/*;q=0.8",
        HTML,
    ),
    "a reader of XHTML": ("application/xhtml+xml", HTML),
    "curl": ("*/*", TURTLE),
    "urllib, Owlready2": (None, NOTHING),
    "Java 8": ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", NOTHING),
    "Java 17": ("text/html, image/gif, image/jpeg, */*; q=0.2", NOTHING),
    "rdflib 7.6": (
        "application/rdf+xml, text/n3, text/turtle, application/n-triples, application/ld+json, "
        "application/n-quads, application/trix, application/trig",
        RDF_XML,
    ),
    "rdflib, xml": ("application/rdf+xml, */*;q=0.1", RDF_XML),
    "rdflib, turtle": ("text/turtle, application/x-turtle, */*;q=0.1", TURTLE),
    "rdflib, n3": ("text/n3, */*;q=0.1", TURTLE),
    "rdflib, trig": ("application/trig, */*;q=0.1", TURTLE),
    "rdflib, nt": ("text/plain, */*;q=0.1", N_TRIPLES),
    "rdflib, json-ld": ("application/ld+json, application/json;q=0.9, */*;q=0.1", JSON_LD),
    # https://github.com/protegeproject/protege/issues/973
    "Protégé, OWLAPI": (
        "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, "
        "*/*; q=0.09",
        RDF_XML,
    ),
    "Jena, a graph": (
        "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,"
        "application/rdf+xml;q=0.7,*/*;q=0.3",
        TURTLE,
    ),
    "Jena, a dataset": (
        "application/trig,application/n-quads;q=0.9,application/ld+json;q=0.8,*/*;q=0.3",
        JSON_LD,
    ),
    "a script": ("application/json, text/plain, */*", JSON_LD),
    "N-Triples": ("application/n-triples", N_TRIPLES),
    "RDF before HTML": ("text/turtle, text/html;q=0.5", TURTLE),
    "HTML before RDF": ("text/html, text/turtle;q=0.5", HTML),
}
"""Accept headers as the clients send them, and what each is to get."""

# https://github.com/perma-id/w3id.org/pull/1834
OWL_TOOL = (
    "application/ld+json; q=1.0, application/x-trig; q=1.0, application/owl+xml; q=1.0, "
    "application/rdf+xml; q=1.0, application/x-binary-rdf; q=1.0, text/owl-manchester; q=1.0, "
    "text/turtle; q=1.0, application/trix; q=1.0, application/xhtml+xml; q=1.0, "
    "text/owl-functional; q=1.0, application/rdf+json; q=1.0, text/n3; q=1.0, text/plain; q=1.0, "
    "text/x-nquads; q=1.0, application/xml; q=0.5, application/x-turtle; q=0.5, "
    "application/html; q=0.5, text/xml; q=0.5, text/rdf+n3; q=0.5, text/html; q=0.3, */*; q=0.09"
)
"""Another header of OWLAPI 5, which names all that it reads in no order."""


def own(path: str) -> dict[str, str]:
    """What has a page and its data beside it; Turtle for those who want something else."""
    forms = {form: f"{path}.{form}" for form in (HTML, TURTLE, JSON_LD, N_TRIPLES)}
    return forms | {RDF_XML: forms[TURTLE], NOTHING: forms[TURTLE]}


def lent(page: str, file: str) -> dict[str, str]:
    """What has a page or a file only together with others."""
    return {HTML: page} | dict.fromkeys((TURTLE, JSON_LD, N_TRIPLES, RDF_XML, NOTHING), file)


LATEST = "release/latest"
OWNED = (
    "claim/s066-kras-y96d-confers-resistance-to-sotorasib",
    "graph/claims",
    "id/alteration/kras-y96d",
    "id/gene/kras",
    "query/resistance-by-drug",
    "reference/42",
    "sentence/S066",
)
PLACES = {path: own(path) for path in OWNED} | {
    "ontology": own("ontology") | dict.fromkeys((RDF_XML, NOTHING), "ontology.rdf"),
    f"ontology/{VERSION}": lent("ontology.html", f"release/{VERSION}/ontology.owl"),
    "": lent("index.html", f"{LATEST}/dataset.ttl"),
    "id/gene/": lent("index.html", f"{LATEST}/dataset.ttl"),
    "claim/": lent("index.html", f"{LATEST}/dataset.ttl"),
    "dataset": lent("dataset.html", f"{LATEST}/dataset.ttl"),
    f"dataset/{VERSION}": lent("dataset.html", f"release/{VERSION}/dataset.ttl"),
    f"dataset/{VERSION}/g12c-direct": lent("dataset.html", f"release/{VERSION}/dataset.ttl"),
    f"dataset/{VERSION}/mappings": lent("dataset.html", f"release/{VERSION}/g12c.sssom.tsv"),
    "prefix/g12c": lent("questions.html", f"{LATEST}/questions.ttl"),
    "shape/Claim-cue": own("shapes") | {HTML: "shapes.html#Claim-cue"},
    "sparql": lent("sparql.html", "sparql.html"),
    "dataset.nq": lent("dataset.nq", "dataset.nq"),
    f"release/{VERSION}/answers/defects.csv": lent(
        f"release/{VERSION}/answers/defects.csv", f"release/{VERSION}/answers/defects.csv"
    ),
}
"""An IRI of each kind, and what it leads to for each wish; paths below the bases."""


# --- the server ---------------------------------------------------------------------------------

# The media types of GitHub Pages: of .jsonld, .nt, .owl, .rdf and .ttl as measured at
# https://github.com/mfhepp/test_mime_types, of the rest as in mime-db, where GitHub has them from.
MEDIA_TYPES = {
    "csv": "text/csv",
    "html": "text/html",
    "jsonld": "application/ld+json",
    "md": "text/markdown",
    "nq": "application/n-quads",
    "nt": "application/n-triples",
    "owl": "application/rdf+xml",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
    "tsv": "text/tab-separated-values",
    "ttl": "text/turtle",
}

# Modules and AllowOverride as w3id.org says of itself in its .travis.yml.
CONFIGURATION = """
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog /dev/stderr
User #65534
Group #65534
{settings}
TypesConfig /dev/null
DocumentRoot {folder}/www
<Directory {folder}/www>
  Require all granted
  AllowOverride None
  Options Indexes FollowSymLinks MultiViews
</Directory>
<Directory {folder}/www/g12c>
  AllowOverride All
</Directory>
"""
LOADED = ("mpm_event", "authz_core", "dir", "headers", "mime", "negotiation", "rewrite")


@dataclass(frozen=True)
class Answer:
    """One answer of the server, to one request."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Web:
    """w3id.org and the pages behind it, on this machine."""

    port: int
    folder: Path
    """What is served as the pages: the release, and some of the publication."""
    files: Mapping[str, Callable[[], bytes]] = field(repr=False)
    """The whole publication; too long for a message."""

    @property
    def base(self) -> str:
        """What stands for the base of our IRIs."""
        return f"http://127.0.0.1:{self.port}/g12c/"

    @property
    def pages(self) -> str:
        """What stands for the folder at GitHub Pages."""
        return f"http://127.0.0.1:{self.port}/pages/"

    def get(self, url: str, accept: str | None) -> Answer:
        """One request, to this server only; without the header if ``accept`` is None."""
        origin = f"http://127.0.0.1:{self.port}"
        assert url.startswith(f"{origin}/")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {} if accept is None else {"Accept": accept}
        connection.request("GET", url.removeprefix(origin), headers=headers)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        connection.close()
        return answer

    def see(self, path: str, accept: str | None) -> str:
        """The path of the pages to which an IRI's path leads."""
        answer = self.get(self.base + path, accept)
        assert answer.status == 303, path
        assert answer.headers.get_all("Vary") == ["Accept"]
        assert answer.headers.get_all("Access-Control-Allow-Origin") == ["*"]
        location: str = answer.headers["Location"]
        assert location.startswith(self.pages)
        return location.removeprefix(self.pages)

    @cached_property
    def said(self) -> dict[str, set[str]]:
        """The IRIs below our base, without fragments, that each file in the folder holds."""
        return {
            str(path.relative_to(self.folder)): iris(path.name, path.read_bytes())
            for path in self.folder.rglob("*")
            if path.is_file()
        }


@pytest.fixture(scope="session")
def web() -> Iterator[Web]:
    """The server, with what ``docs/w3id/README.md`` says."""
    with tempfile.TemporaryDirectory(prefix="g12c-w3id-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # Apache, started by root, reads as somebody else
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        quads = published(find_sources())
        web = Web(port, folder / "www" / "pages", publication(find_sources(), quads))
        build(find_sources(), web.folder / "release" / VERSION, lambda _: None)
        (web.folder / LATEST).symlink_to(VERSION)
        wanted = {path.partition("#")[0] for forms in PLACES.values() for path in forms.values()}
        for path in wanted & web.files.keys():
            (web.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (web.folder / path).write_bytes(web.files[path]())
        (folder / "www" / "g12c").mkdir()
        (folder / "www" / "g12c" / ".htaccess").write_text(
            RULES.replace(PAGES, web.pages), encoding="utf-8"
        )
        (folder / "www" / "g12c" / "README.md").touch()  # for MultiViews to find
        with _apache(folder, port):
            yield web


@contextmanager
def _apache(folder: Path, port: int) -> Iterator[None]:
    settings = [f"LoadModule {module}_module {MODULES}/mod_{module}.so" for module in LOADED]
    settings += [f"AddType {media_type} .{suffix}" for suffix, media_type in MEDIA_TYPES.items()]
    (folder / "apache2.conf").write_text(
        CONFIGURATION.format(folder=folder, port=port, settings="\n".join(settings))
    )
    command = [APACHE, "-f", str(folder / "apache2.conf"), "-D", "FOREGROUND"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("Apache does not start; on standard error it says why")


# --- tests --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("client", CLIENTS)
def test_client_gets_what_it_wants(web: Web, client: str, path: str) -> None:
    """Each client, at an IRI of each kind, comes to something of the right type that is there."""
    accept, form = CLIENTS[client]
    target = web.see(path, accept)
    assert target == PLACES[path][form]
    file, _, fragment = target.partition("#")
    answer = web.get(web.pages + file, accept)
    assert answer.status == 200
    assert answer.headers.get_content_type() == MEDIA_TYPES[file.rpartition(".")[2]]
    assert not fragment or f'id="{fragment}"'.encode() in answer.body


@pytest.mark.parametrize("client", CLIENTS)
def test_nanopublication_comes_as_it_was_hashed(web: Web, client: str) -> None:
    """To everybody, since no page says the same; and nothing in it was altered."""
    name = min(path for path in web.files if path.startswith("np/"))
    assert web.see(name.removesuffix(".trig"), CLIENTS[client][0]) == name
    assert verify(web.files[name](), name) == (1, [])


@pytest.mark.parametrize("form", [HTML, TURTLE, JSON_LD, N_TRIPLES, RDF_XML])
@pytest.mark.parametrize("path", [*OWNED, "ontology"])
def test_what_comes_is_about_the_iri(web: Web, path: str, form: str) -> None:
    """A page names the IRI as its own; data describe it or, of a graph, are its triples."""
    answer = web.get(web.pages + PLACES[path][form], None)
    if form == HTML:
        assert f'rel="cite-as" href="{BASE}{path}"'.encode() in answer.body
        return
    syntax = ox.RdfFormat.from_media_type(answer.headers.get_content_type())
    quads = list(ox.parse(answer.body, format=syntax))
    if path.startswith("graph/"):
        graph = ox.NamedNode(BASE + path)
        everything = published(find_sources())
        assert {quad.triple for quad in quads} == {
            quad.triple for quad in everything if quad.graph_name == graph
        }
    else:
        assert ox.NamedNode(BASE + path) in {quad.subject for quad in quads}


def test_every_iri_leads_somewhere(web: Web) -> None:
    """Each that is minted anywhere in data, exports or pages: a page, and data that hold it."""
    minted = {iri.removeprefix(BASE) for said in web.said.values() for iri in said}
    assert len(minted) > 2500
    lost = []
    for path in sorted(minted):
        page = web.see(path, CLIENTS["Firefox and Safari"][0])
        data = web.see(path, "text/turtle")
        lost += [f"{path} → {target}" for target in (page, data) if not _is_there(web, target)]
        if data not in web.files and not _is_silent(path, data):
            held = web.said.get(data.replace("latest", VERSION), set())
            lost += [] if BASE + path in held else [f"{path} is not in {data}"]
    assert lost == []


def _is_there(web: Web, target: str) -> bool:
    target = target.partition("#")[0]
    return target in web.files or (web.folder / target).is_file()


def _is_silent(path: str, data: str) -> bool:
    """Whether data need not name the IRI: a namespace, a file, a graph of which they are part."""
    return not path or path.endswith("/") or path in {data, "graph/dataset"}


def test_owl_tools_get_rdf_xml(web: Web) -> None:
    """Whatever they name first; of what is no ontology they get the first that there is."""
    assert web.see("ontology", OWL_TOOL) == "ontology.rdf"
    assert web.see("id/gene/kras", OWL_TOOL) == "id/gene/kras.jsonld"


@pytest.mark.parametrize("form", [None, "turtle", "n3", "nt", "json-ld", "trig"])
@pytest.mark.parametrize("path", ["id/gene/kras", "ontology"])
def test_rdflib_reads(web: Web, path: str, form: str | None) -> None:
    """From the IRI alone, whether it is told the format or not."""
    graph = rdflib.Dataset(default_union=True).parse(web.base + path, format=form)
    assert (rdflib.URIRef(BASE + path), None, None) in graph


def test_rdflib_reads_rdf_xml(web: Web) -> None:
    """Of the ontology, which alone has it."""
    graph = rdflib.Graph().parse(f"{web.base}ontology", format="xml")
    assert (rdflib.URIRef(f"{BASE}ontology"), None, None) in graph


def test_pyoxigraph_reads(web: Web) -> None:
    """What urllib brings, by its media type."""
    for path in ("ontology", "reference/42"):
        with urlopen(web.base + path) as answer:  # noqa: S310 the loopback address
            form = ox.RdfFormat.from_media_type(answer.headers["Content-Type"])
            quads = list(ox.parse(answer, format=form))
        assert ox.NamedNode(BASE + path) in {quad.subject for quad in quads}


def test_owlready2_reads(web: Web) -> None:
    """It reads no Turtle, and asks for nothing in particular."""
    world = owlready2.World()
    world.get_ontology(f"{web.base}ontology#").load()
    assert world[f"{G12C}Claim"] in world.classes()


def test_query_is_kept(web: Web) -> None:
    """A link that carries a query of SPARQL arrives with it."""
    assert web.see("sparql?query=ASK%20%7B%7D", "*/*") == "sparql.html?query=ASK%20%7B%7D"


def test_base_without_slash(web: Web) -> None:
    """It leads to the base."""
    answer = web.get(web.base.removesuffix("/"), "*/*")
    assert (answer.status, answer.headers["Location"]) == (301, web.base)


@pytest.mark.parametrize(
    "path",
    [
        "claims",
        "README",
        "id/gene/kras/more",
        "id/gene/kras.ttl",
        "claim/a/",
        "query",
        "dataset/9/other",
        "release/0.1.0",
        "release/0.1.0/.htaccess",
        "release/0.1.0/..%2f..%2fother",
        "%2e%2e/%2e%2e/other",
        "../other",
        "..%2fother",
        "/evil.example/",
        "https://evil.example/a",
        "@evil.example/a",
        "id/gene/a%0d%0aLocation:%20https%3a%2f%2fevil.example",
        "id/gene/a%3fb",
        "id/gene/a%23b",
        "id/gene/%C3%A9",
    ],
)
def test_strange_paths_are_not_found(web: Web, path: str) -> None:
    """They lead nowhere, least of all elsewhere; Apache itself refuses to leave its root."""
    answer = web.get(web.base + path, "text/html")
    assert answer.status == (400 if path.startswith("%2e") else 404)
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("id/gene/none", "id/gene/none.ttl"),
        ("ontology/next", "ontology/next.ttl"),
        ("release/0.1.0//evil.example/a", "release/0.1.0/evil.example/a"),
    ],
)
def test_what_does_not_exist_is_not_found_at_the_pages(web: Web, path: str, target: str) -> None:
    """The rules know what an IRI looks like, not which there are."""
    assert web.see(path, "text/turtle") == target
    assert web.get(web.pages + target, None).status == 404


def test_rules_lead_to_the_pages_only() -> None:
    """No rule takes the host from the request."""
    targets = re.findall(r"^RewriteRule \S+ (\S+)", RULES, re.MULTILINE)
    assert len(targets) > 10
    for target in targets:
        assert target == "-" or target.startswith(PAGES)
