"""The publication: each page whole, each link somewhere, each text a text, the same every time."""

import argparse
import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib

from g12c.errors import G12cError
from g12c.export import find_form, release_files
from g12c.export.claims import Dataset
from g12c.export.metadata import load
from g12c.export.nanopub import nanopubs, verify
from g12c.export.questions import questions
from g12c.namespaces import BASE, G12C, expand, graph_iri
from g12c.questions import find_question, names, normal, select
from g12c.reading import read_turtle
from g12c.release import rdfc_hash, verify_release
from g12c.site import command, folder, make
from g12c.site.data import Data
from g12c.site.layout import BESIDE, FORMATS
from g12c.site.markup import Markup, data_block, join, tag
from g12c.site.matrix import FLAGS, QUESTION, STATES, matrix
from g12c.site.mechanisms import steps
from g12c.sources import find_sources
from g12c.store import published
from g12c.trace import letters

SYNTAXES = {
    "ttl": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
}
VOID = {"br", "hr", "img", "input", "link", "meta"}


@dataclass
class Read(HTMLParser):
    """What a browser would find in a page, and what is wrong with its form."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    scripts: list[dict[str, str | None]] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    policy: str = ""
    wrong: list[str] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids, links and scripts, and what must not be there."""
        about = dict(attrs)
        if name not in VOID:
            self.stack.append(name)
        if identifier := about.get("id"):
            if identifier in self.ids:
                self.wrong.append(f"the id {identifier} stands twice")
            self.ids.add(identifier)
        self.links += [value for key in ("href", "src") if (value := about.get(key))]
        self.wrong += [
            f"{key} on {name}" for key in about if key.startswith("on") or key == "style"
        ]
        if name == "script":
            self.scripts.append(about)
        if name == "style":
            self.wrong.append("a style element")
        if about.get("http-equiv") == "Content-Security-Policy":
            self.policy = about.get("content") or ""

    def handle_endtag(self, name: str) -> None:
        """Close the element that is open."""
        if not self.stack or self.stack.pop() != name:
            self.wrong.append(f"</{name}> out of place")

    def handle_data(self, data: str) -> None:
        """Keep texts, and the content of scripts apart."""
        inside = self.stack[-1] if self.stack else ""
        if inside == "script":
            self.blocks.append(data)
        elif data.strip():
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        """Our pages have none."""
        self.wrong.append(f"a comment: {data}")


def parsed(page: bytes) -> Read:
    """A page as a browser takes it."""
    reader = Read()
    reader.feed(page.decode())
    reader.close()
    return reader


@pytest.fixture(scope="module")
def quads() -> list[ox.Quad]:
    """The whole dataset."""
    return list(published(find_sources()))


@pytest.fixture(scope="module")
def data(quads: list[ox.Quad]) -> Data:
    """The dataset, looked up."""
    return Data.of(find_sources(), quads)


@pytest.fixture(scope="module")
def files(quads: list[ox.Quad]) -> dict[str, bytes]:
    """The publication."""
    return make(find_sources(), quads)


@pytest.fixture(scope="module")
def readings(files: dict[str, bytes]) -> dict[str, Read]:
    """Each page of the folder, read."""
    found = {name: parsed(text) for name, text in files.items() if _is_page(name)}
    assert len(found) > 1000
    return found


def _is_page(name: str) -> bool:
    return name.endswith(".html") and name != "g12c.html"


def test_pages_are_well_formed_and_guarded(readings: dict[str, Read]) -> None:
    """Every element is closed, every id is one, nothing runs inline, every page has its policy."""
    for name, page in readings.items():
        assert page.wrong == [], name
        assert page.stack == [], name
        assert "default-src 'none'" in page.policy, name
        assert "unsafe-inline" not in page.policy, name
        assert "unsafe-eval" not in page.policy.replace("wasm-unsafe-eval", ""), name
        for script in page.scripts:
            kind = script.get("type")
            assert script.get("src") or kind in {"application/ld+json", "application/json"}, name


def test_every_link_leads_somewhere(files: dict[str, bytes], readings: dict[str, Read]) -> None:
    """A relative link names a file of the folder and, in a page, a place that is there."""
    broken = []
    for name, page in readings.items():
        for link in page.links:
            if link.startswith(("https://", "http://")):
                continue
            target, fragment = urldefrag(link)
            path = _joined(name, unquote(target)) if target else name
            if path not in files:
                broken.append(f"{name}: {link}")
            elif fragment and path != "sparql.html" and fragment not in readings[path].ids:
                broken.append(f"{name}: {link} (no such place)")
    assert broken == []


def _joined(page: str, link: str) -> str:
    parts = page.split("/")[:-1]
    for part in link.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def test_pictures_lead_somewhere(files: dict[str, bytes], readings: dict[str, Read]) -> None:
    """A picture in a file of its own is XML with a title, and its links resolve from there."""
    names = [name for name in files if name.endswith(".svg") and name.startswith("pictures/")]
    assert len(names) == 4
    for name in names:
        root = ElementTree.fromstring(files[name].decode())  # noqa: S314 - we wrote it
        space = "{http://www.w3.org/2000/svg}"
        assert root.findtext(f"{space}title")
        assert root.findtext(f"{space}desc")
        links = [link.get("href") or "" for link in root.iter(f"{space}a")]
        assert links
        for link in links:
            target, fragment = urldefrag(link)
            page = readings[_joined(name, target)]
            assert not fragment or fragment in page.ids, (name, link)


def test_every_iri_of_ours_has_its_page(
    data: Data, files: dict[str, bytes], readings: dict[str, Read]
) -> None:
    """The page stands at the path of the IRI; a term of the ontology has its place on one page."""
    for iri in data.resources:
        local = iri.removeprefix(BASE)
        if iri.startswith(G12C):
            assert local.removeprefix("ontology#") in readings["ontology.html"].ids, iri
        else:
            assert f"{local}.html" in files, iri
            for suffix in BESIDE:
                assert f"{local}.{suffix}" in files, iri


def test_every_question_has_its_data(
    data: Data, quads: list[ox.Quad], files: dict[str, bytes]
) -> None:
    """Beside its page stands what the file of all questions says of it."""
    whole = questions(Dataset(tuple(quads), find_sources(), load())).files["questions.ttl"]
    told = {quad.triple for quad in ox.parse(whole, format=ox.RdfFormat.TURTLE)}
    assert len(data.questions) > 90
    for question in data.questions:
        node = ox.NamedNode(expand(f"query:{question.name}"))
        assert f"query/{question.name}.html" in files
        for suffix, form in SYNTAXES.items():
            parsed = ox.parse(files[f"query/{question.name}.{suffix}"], format=form)
            own = {quad.triple for quad in parsed}
            assert own == {triple for triple in told if triple.subject == node}, question.name
            assert own


def test_every_shape_has_its_place(files: dict[str, bytes], readings: dict[str, Read]) -> None:
    """The page of the rules has each with its message, and beside it they are as in the sources."""
    triples = [
        triple
        for path in find_sources().shape_files()
        for triple in read_turtle(path.read_bytes(), path.name)
    ]
    page = readings["shapes.html"]
    shown = " ".join(page.texts)
    names = {triple.subject.value for triple in triples if isinstance(triple.subject, ox.NamedNode)}
    assert len(names) > 300
    assert {name.removeprefix(expand("shape:")) for name in names} <= page.ids
    words = re.sub(r"\s+", "", shown)
    for triple in triples:
        if triple.predicate.value == expand("sh:message"):
            assert re.sub(r"\s+", "", triple.object.value) in words  # type: ignore[union-attr]
    assert "shapes.html" in {
        link for name in ("about", "ontology") for link in readings[f"{name}.html"].links
    }
    for suffix, form in SYNTAXES.items():
        assert rdfc_hash(ox.parse(files[f"shapes.{suffix}"], format=form)) == rdfc_hash(triples)


def test_each_claim_is_a_nanopublication(
    data: Data, quads: list[ox.Quad], files: dict[str, bytes], readings: dict[str, Read]
) -> None:
    """A file of its own at the path of its name, linked from the claim, as in the file of all."""
    names = [name for name in files if name.startswith("np/")]
    claims = data.of_kind("Claim")
    assert len(names) == len(claims) > 400
    dataset = Dataset(tuple(quads), find_sources(), load())
    whole = nanopubs(dataset).files["g12c-nanopubs.trig"]
    for claim in claims:
        page = readings[f"{claim.removeprefix(BASE)}.html"]
        (name,) = {link.removeprefix("../") for link in page.links if link.endswith(".trig")}
        assert verify(files[name], name) == (1, []), claim
        prefixes, _, body = files[name].partition(b"\n\n")
        assert body in whole
        assert {*prefixes.split(b"\n")} <= {*whole.split(b"\n\n")[0].split(b"\n")}
        said = {quad.subject for quad in ox.parse(files[name], format=ox.RdfFormat.TRIG)}
        assert ox.NamedNode(claim) in said
        names.remove(name)
    assert names == []


def test_signposts_name_the_files(data: Data, files: dict[str, bytes]) -> None:
    """The head of a page names each file that says the same, with its media type."""
    for iri in data.resources:
        name = f"{iri.removeprefix(BASE)}.html"
        if iri.startswith(G12C) or name == "ontology.html":
            continue
        links = re.findall(rb'<link rel="(\w+)" type="([^"]+)" href="([^"]+)">', files[name])
        wanted = {FORMATS[suffix][0] for suffix in BESIDE}
        wanted |= {"application/trig"} if data.is_a(iri, "Claim") else set()
        for relation in (b"alternate", b"describedby"):
            found = {media.decode(): href for rel, media, href in links if rel == relation}
            assert found.keys() == wanted, name
            for href in found.values():
                assert _joined(name, href.decode()) in files, name


@pytest.mark.parametrize("name", ["index", "dataset"])
def test_landing_page(name: str, quads: list[ox.Quad], files: dict[str, bytes]) -> None:
    """The pages of the dataset lead machines to its description and its files (Signposting)."""
    found: dict[str, dict[str, str]] = {}
    for link in re.findall(r"<link ([^>]*)>", files[f"{name}.html"].decode()):
        about = dict(re.findall(r'([\w-]+)="([^"]*)"', link))
        found.setdefault(about["rel"], {})[about["href"]] = about.get("type", "")
    assert {*found["type"]} == {"https://schema.org/AboutPage", "https://schema.org/Dataset"}
    assert {*found["cite-as"]} == {f"{BASE}dataset"}
    assert {*found["license"]} == {"https://creativecommons.org/licenses/by/4.0/"}
    assert found["item"]["dataset.nq"] == "application/n-quads"
    assert found["describedby"] == {f"dataset.{suffix}": FORMATS[suffix][0] for suffix in BESIDE}
    assert found["item"].keys() | found["describedby"].keys() <= files.keys()
    assert "collection" not in found
    release = release_files(Dataset(tuple(quads), find_sources(), load()))
    described = rdfc_hash(ox.parse(release["dataset.ttl"], format=ox.RdfFormat.TURTLE))
    assert rdfc_hash(ox.parse(files["dataset.ttl"], format=ox.RdfFormat.TURTLE)) == described


def test_every_page_says_how_to_report_an_error(data: Data, readings: dict[str, Read]) -> None:
    """With its own address and the version, so that the report says what it is about."""
    for iri in data.resources:
        if not iri.startswith(G12C):
            page = readings[f"{iri.removeprefix(BASE)}.html"]
            (report,) = (text for text in page.texts if "What is wrong:" in text)
            assert report.startswith(f"g12c {load().version}: {iri}\n"), iri
    assert "report" in readings["about.html"].ids


def test_the_files_beside_a_page_are_one_graph(files: dict[str, bytes]) -> None:
    """Turtle, JSON-LD and N-Triples of a page hold the same triples, about what the page is of."""
    stems = [name[:-4] for name in files if name.endswith(".ttl")]
    assert len(stems) > 1000
    for stem in stems:
        graphs = [
            list(ox.parse(files[f"{stem}.{suffix}"], format=form))
            for suffix, form in SYNTAXES.items()
        ]
        hashes = {rdfc_hash(quad.triple for quad in graph) for graph in graphs}
        assert len(hashes) == 1, stem
        assert graphs[0], stem
        assert b"<" not in files[f"{stem}.jsonld"], stem


def test_every_form_of_the_ontology_is_one_graph(
    quads: list[ox.Quad], files: dict[str, bytes]
) -> None:
    """Whoever takes RDF/XML, from the pages or the release, gets the alignments too."""
    (owl,) = find_form("owl").export(Dataset(tuple(quads), find_sources(), load())).files.values()
    forms = [(files[f"ontology.{suffix}"], form) for suffix, form in SYNTAXES.items()]
    forms += [(data, ox.RdfFormat.RDF_XML) for data in (files["ontology.rdf"], owl)]
    wanted = {graph_iri(name) for name in ("ontology", "alignments")}
    whole = rdfc_hash(quad.triple for quad in quads if quad.graph_name.value in wanted)  # type: ignore[union-attr]
    assert {rdfc_hash(ox.parse(data, format=form)) for data, form in forms} == {whole}


def test_another_reader_reads_the_same(files: dict[str, bytes]) -> None:
    """rdflib, which shares no code with the writer, finds the same number of triples."""
    for stem in ("ontology", "graph/claims", "id/alteration/kras-y96d"):
        counts = {
            len(rdflib.Graph().parse(data=files[f"{stem}.{suffix}"], format=form))
            for suffix, form in (("ttl", "turtle"), ("nt", "nt"), ("jsonld", "json-ld"))
        }
        assert len(counts) == 1, stem


def test_nothing_inferred_is_in_a_file_of_a_thing(data: Data, files: dict[str, bytes]) -> None:
    """What only the reasoner says stands on the page under that heading, not in the data."""
    inferred = set(data.graph("inferred"))
    made = ox.NamedNode(graph_iri("inferred"))
    asserted = {quad.triple for quad in data.quads if quad.graph_name != made}
    only = inferred - asserted
    assert only
    for name, text in files.items():
        if name.endswith(".nt") and name != "graph/inferred.nt":
            triples = {quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)}
            assert not triples & only, name


def test_the_whole_dataset_is_there(quads: list[ox.Quad], files: dict[str, bytes]) -> None:
    """The dataset for the query page is the dataset, to the letter."""
    assert rdfc_hash(ox.parse(files["dataset.nq"], format=ox.RdfFormat.N_QUADS)) == rdfc_hash(quads)


def test_head_describes_the_page(data: Data, readings: dict[str, Read]) -> None:
    """Each page of a resource has its JSON-LD after schema.org, with the address to cite."""
    types = set()
    for iri in data.resources:
        if iri.startswith(G12C):
            continue
        page = readings[f"{iri.removeprefix(BASE)}.html"]
        about = json.loads(page.blocks[0])
        assert about["@context"] == "https://schema.org"
        assert about["@id"] == iri
        assert about["license"].startswith("https://creativecommons.org/")
        assert iri in page.links
        types.add(about["@type"])
        if about["@type"] in {"Gene", "Protein"}:
            (profile,) = (about[name] for name in about if name.endswith("conformsTo"))
            assert f"/{about['@type']}/" in profile["@id"]
    assert {"Claim", "Gene", "Drug", "ScholarlyArticle", "DefinedTerm"} <= types


def test_no_sentence_of_the_article(data: Data, readings: dict[str, Read]) -> None:
    """No text of a page is a sentence of the article, by the digests; the title may be cited."""
    own = {iri: data.value(iri, "g12c:digest") for iri in data.of_kind("Sentence")}
    known = {value for iri, value in own.items() if not iri.endswith("S001")}
    assert len(known) > 70

    @cache
    def check(text: str) -> str:
        return hashlib.sha256(letters(text).encode()).hexdigest()

    for name, page in readings.items():
        found = [text for text in page.texts if check(text) in known]
        assert found == [], name


def test_cells_have_the_claims_that_the_question_counts(data: Data) -> None:
    """The claims behind a cell are as many as the stored question says, for every pair."""
    question = find_question(find_sources(), QUESTION)
    content = matrix(data)
    counts = {
        (row["alteration"].value, row["drug"].value): int(row["claimCount"].value)
        for row in select(data.store, question.sparql)
    }
    assert counts
    assert {pair: len(cell.claims) for pair, cell in content.cells.items()} == counts
    assert {cell.state for cell in content.cells.values()} <= STATES.keys()


def test_each_cell_leads_to_its_claims(data: Data, readings: dict[str, Read]) -> None:
    """On the page of home and of the matrix; a cell of which nothing is said leads nowhere."""
    content = matrix(data)
    there = {link for link in readings["matrix.html"].links if link.startswith("claim/")}
    for page, prefix in (("index.html", "matrix.html"), ("matrix.html", "")):
        cells = [cell for cell in content.cells.values() if cell.claims]
        linked = {link for link in readings[page].links if link.startswith(f"{prefix}#kras-")}
        assert linked >= {
            f"{prefix}#{cell.name}" for cell in cells if cell.name.startswith("kras-")
        }
        for cell in content.cells.values():
            assert (f"{prefix}#{cell.name}" in readings[page].links) == bool(cell.claims)
            assert (cell.state == "not stated") == (not cell.claims)
    for cell in content.cells.values():
        assert {f"{iri.removeprefix(BASE)}.html" for iri in cell.claims} <= there
        assert (cell.name in readings["matrix.html"].ids) == bool(cell.claims)
    assert len({state.symbol for state in STATES.values()}) == len(STATES) >= 5


def test_page_of_a_thing_tells_all(data: Data, readings: dict[str, Read]) -> None:
    """Its synonyms, its identifiers elsewhere, and each claim that is about it."""
    things = [iri for iri in data.resources if data.is_thing(iri)]
    assert len(things) > 300
    for iri in things:
        name = f"{iri.removeprefix(BASE)}.html"
        page = readings[name]
        shown = " ".join(page.texts)
        for synonym in data.values(iri, "skos:altLabel"):
            assert synonym in shown, name
        for mapping in data.subjects("g12c:mappedThing", iri):
            target = data.value(mapping, "g12c:mappingTarget")
            assert target in page.links or target in shown, name
        links = {_joined(name, urldefrag(link)[0]) for link in page.links if "://" not in link}
        for prop in ("g12c:subject", "g12c:object"):
            for claim in data.subjects(prop, iri):
                assert f"{claim.removeprefix(BASE)}.html" in links, (name, claim)


def test_the_query_of_a_page_gives_the_same(data: Data, readings: dict[str, Read]) -> None:
    """What is said to give the same as the page of a thing gives its claims."""
    iri = expand("drug:sotorasib")
    page = readings["id/drug/sotorasib.html"]
    (query,) = (text for text in page.texts if text.startswith("PREFIX"))
    found = {row["claim"].value for row in select(data.store, query)}
    about = {
        claim for p in ("subject", "object") for claim in data.subjects(f"g12c:{p}", iri, "Claim")
    }
    assert found == about
    assert len(found) > 30


def test_query_page_knows_every_name(data: Data, readings: dict[str, Read]) -> None:
    """For each kind of value the names in the page lead to what they lead to elsewhere."""
    (library,) = (json.loads(text) for text in readings["sparql.html"].blocks if "kinds" in text)
    assert len(library["kinds"]) > 20
    for kind, numbers in library["kinds"].items():
        found: dict[str, set[str]] = {}
        for path, *called in (library["things"][number] for number in numbers):
            for key in {form for name in called for form in (name.casefold(), normal(name))}:
                found.setdefault(key, set()).add(BASE + path)
        members = set(data.of_kind(kind))
        assert found.items() >= names(data.store, members).items(), kind
        assert members == {iri for some in found.values() for iri in some}, kind


def test_ontology_page_has_every_term(data: Data, readings: dict[str, Read]) -> None:
    """With definition, examples and notes in full, and a link for each alignment."""
    page = readings["ontology.html"]
    shown = {*page.texts}
    texts = {
        expand(f"skos:{name}") for name in ("definition", "example", "scopeNote", "editorialNote")
    }
    terms = [iri for iri in data.said if iri.startswith(G12C)]
    assert len(terms) > 200
    for iri in terms:
        assert iri.removeprefix(G12C) in page.ids
        for said in data.said[iri]:
            if said.prop in texts:
                assert any(said.text in text for text in shown), iri
            elif said.graph == "alignments":
                assert said.text in page.links, iri


def test_pictures_say_what_their_marks_mean(files: dict[str, bytes]) -> None:
    """Each symbol and flag of a picture is in its key, and the codons are those of the article."""
    signs = {state.symbol: state.word for state in STATES.values()} | {
        sign: name.lower() for name, (sign, _) in FLAGS.items()
    }
    used = set()
    for name in ("matrix", "kras", "mechanisms"):
        svg = files[f"pictures/{name}.svg"].decode()
        texts = re.findall(r">([^<]+)</(?:text|tspan)>", svg)
        for sign, word in signs.items():
            if sign != "·" and any(sign in text for text in texts):
                assert word in texts, (name, sign)
                used.add(sign)
    assert {"●", "◐", "◔", "○", "◇", "!", "*"} <= used
    kras = files["pictures/kras.svg"].decode()
    for codon in ("G12", "G13", "Q61", "R68", "H95", "Y96"):
        assert f">{codon}</text>" in kras


def test_map_and_matrix_say_the_same(data: Data) -> None:
    """A cause on the map has the strongest state of its own that the matrix has for it."""
    content = matrix(data)
    of_class = {"class-level only", "not stated"}
    own: dict[str, set[str]] = {}
    for cell in content.cells.values():
        if cell.state not in of_class:
            own.setdefault(cell.alteration, set()).add(cell.state)
    on_map = {
        cause: state
        for step in steps(data, content)
        for state, causes in step.causes.items()
        for cause in causes
    }
    asked = {cause: next(one for one in STATES if one in states) for cause, states in own.items()}
    assert len(asked) > 25
    assert {cause: on_map.get(cause) for cause in asked} == asked
    others = {data.label(cause): state for cause, state in on_map.items() if cause not in asked}
    assert others["RAS-MAPK signalling"] == "found in context"
    assert others["PI3K-AKT-mTOR pathway"] == "shown"
    assert others["secondary KRAS mutation (any)"] == "hedged link"


def test_the_map_names_what_acts_at_a_box(data: Data) -> None:
    """Partners of combinations, and what reverses resistance with a partner that is not named."""
    partners = {
        step.node.title: [data.label(agent) for agent in step.partners]
        for step in steps(data, matrix(data))
    }
    assert partners["SOS1"] == ["BI-3406", "SOS1 inhibitor"]
    assert partners["SHP2"] == ["TNO155"]


def test_cells_say_their_state_in_words(readings: dict[str, Read]) -> None:
    """Symbol and colour say nothing that a word does not say."""
    words = readings["index.html"].texts
    for state in ("shown", "found", "active", "hedged", "class only", "not stated"):
        assert words.count(state) > 1, state


def test_same_files_from_the_same_facts(quads: list[ox.Quad], files: dict[str, bytes]) -> None:
    """The order of the facts and the names of blank nodes do not show."""
    names: dict[ox.BlankNode, ox.BlankNode] = {}

    def renamed(term: object) -> object:
        return names.setdefault(term, ox.BlankNode()) if isinstance(term, ox.BlankNode) else term

    shuffled = [
        ox.Quad(renamed(q.subject), q.predicate, renamed(q.object), q.graph_name)  # type: ignore[arg-type]
        for q in reversed(quads)
    ]
    again = make(find_sources(), shuffled)
    assert again.keys() == files.keys()
    assert [name for name in files if files[name] != again[name]] == []


_DIGESTS = """
import hashlib, json
from g12c.site.folder import publication
from g12c.sources import find_sources
made = publication(find_sources())
print(json.dumps({n: hashlib.sha256(f()).hexdigest() for n, f in made.items() if n != "g12c.html"}))
"""


def test_same_files_whatever_the_hashes(files: dict[str, bytes]) -> None:
    """No page and no answer follows the order of a set, which another process has otherwise."""
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    told = subprocess.run(
        [sys.executable, "-c", _DIGESTS], env=environment, check=True, capture_output=True
    ).stdout
    again = json.loads(told)
    assert again.keys() == files.keys() - {"g12c.html"}
    changed = [
        name for name, digest in again.items() if hashlib.sha256(files[name]).hexdigest() != digest
    ]
    assert changed == []


def test_the_one_file_holds_everything(files: dict[str, bytes], readings: dict[str, Read]) -> None:
    """A section a page but for mappings, links inside only, and a policy that fits its scripts."""
    text = files["g12c.html"].decode()
    page = parsed(files["g12c.html"])
    assert page.wrong == ["a style element"]
    assert page.stack == []
    pages = {name.removesuffix(".html") for name in readings if not name.startswith("mapping/")}
    assert pages <= page.ids
    assert not [name for name in page.ids if name.startswith("mapping/")]
    assert len(text) < 9_500_000
    inside = [link for link in page.links if not link.startswith(("http://", "https://"))]
    assert [link for link in inside if not link.startswith("#")] == []
    asked = ("#query=", "#question=")
    missing = {link[1:] for link in inside if not link.startswith(asked)} - page.ids
    assert missing == set()
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 3
    for content in (*scripts, *re.findall(r"<style>(.*?)</style>", text, re.DOTALL)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page.policy


# --- what data could do to a page -------------------------------------------------------------

EVIL = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<!-- --><svg onload=alert(1)>",
    "]]></style><style>*{display:none}",
    "{{7*7}}${7*7}<%=7*7%>",
    "\u202egnp.exe \u200b\x1b[31m",
)


@pytest.fixture(scope="module")
def attacked(quads: list[ox.Quad]) -> dict[str, bytes]:
    """The publication of a dataset whose words are hostile."""
    evil: list[ox.Quad] = []
    thing = ox.NamedNode(expand("drug:evil"))
    graph = ox.NamedNode(graph_iri("things"))

    def add(subject: ox.NamedNode, prop: str, value: ox.NamedNode | ox.Literal) -> None:
        evil.append(ox.Quad(subject, ox.NamedNode(expand(prop)), value, graph))

    add(thing, "rdf:type", ox.NamedNode(expand("g12c:Drug")))
    for text in EVIL:
        for prop in ("rdfs:label", "skos:altLabel", "skos:definition", "skos:hiddenLabel"):
            add(thing, prop, ox.Literal(text))
    for iri in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x"):
        add(thing, "skos:exactMatch", ox.NamedNode(iri))
        add(thing, "g12c:seenIn", ox.NamedNode(iri))
        add(thing, "g12c:developedBy", ox.NamedNode(iri))
    return make(find_sources(), [*quads, *evil])


def test_words_stay_words(attacked: dict[str, bytes], files: dict[str, bytes]) -> None:
    """Whatever a label holds, a page gets no element, attribute or script from it."""
    for name in (*filter(_is_page, attacked),):
        if attacked[name] == files.get(name):
            continue
        page = parsed(attacked[name])
        assert page.wrong == [], name
        assert page.stack == [], name
        plain = parsed(files[name]) if name in files else parsed(files["id/drug/sotorasib.html"])
        assert len(page.scripts) == len(plain.scripts), name
        assert not [link for link in page.links if re.match(r"(?!https?:)[a-z]+:", link)], name
        for block in page.blocks:
            assert "<" not in block
            json.loads(block)
    shown = "".join(parsed(attacked["id/drug/evil.html"]).texts)
    for text in EVIL[:-1]:
        assert text in shown
    assert "\\u202e" in shown
    assert "\x1b" not in shown


def test_words_stay_words_in_the_one_file_and_the_index(
    attacked: dict[str, bytes], files: dict[str, bytes]
) -> None:
    """The same in the file that holds everything, and in the script of the search box."""
    page, plain = parsed(attacked["g12c.html"]), parsed(files["g12c.html"])
    assert page.wrong == plain.wrong
    assert page.stack == []
    assert page.scripts == plain.scripts
    index = attacked["static/search-index.js"].decode()
    assert re.fullmatch(r"self\.searchIndex = \[.*\];\n", index)
    json.loads(index.removeprefix("self.searchIndex = ").removesuffix(";\n"))
    assert "</script" not in index


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.example", "\\\\evil",
     "file:///etc/passwd", "java\nscript:alert(1)", "https://a b", 'https://a"b'],
)  # fmt: skip
def test_refuses_other_links(target: str) -> None:
    """Only relative and http(s) addresses are links."""
    with pytest.raises(G12cError, match="cannot be a link"):
        tag("a", "x", href=target)


def test_markup_escapes_by_place() -> None:
    """Text, attribute and data block are escaped as each needs it; only our markup passes."""
    assert tag("p", "<b>", tag("b", "&"), title='"<') == Markup(
        '<p title="&quot;&lt;">&lt;b&gt;<b>&amp;</b></p>'
    )
    assert tag("input", disabled=True, value=None) == "<input disabled>"
    assert join("a", None, ["b", Markup("<i></i>")]) == "ab<i></i>"
    assert json.loads(data_block(json.dumps("</script>\u2028&"))) == "</script>\u2028&"
    assert "<" not in data_block(json.dumps("</script>"))


def _named(*names: str) -> Iterator[ox.Quad]:
    for name in names:
        yield ox.Quad(
            ox.NamedNode(f"{BASE}id/drug/{name}"),
            ox.NamedNode(expand("rdfs:label")),
            ox.Literal(name),
            ox.NamedNode(graph_iri("things")),
        )


def test_every_name_gets_a_file_of_its_own() -> None:
    """Names that no file can have, or that differ by case only, get safe and different paths."""
    names = ["Abc", "abc", "..", "a/../b", "%2e%2e", "a b", "x.html", "con:", "caf\u00e9", "-a", ""]
    names = [name for name in names if " " not in name]
    data = Data.of(find_sources(), _named(*names))
    paths = [path for iri, path in data.paths.items() if "/drug/" in iri]
    assert len(paths) == len(names)
    assert len({path.casefold() for path in paths}) == len(names)
    for path in paths:
        assert re.fullmatch(r"id/drug(/[A-Za-z0-9][A-Za-z0-9_.-]*)+", path), path
        assert ".." not in path.split("/")


def test_unbuilt_script_is_named() -> None:
    """A file that npm has to make is asked for with the words that make it."""
    with pytest.raises(G12cError, match="npm run build"):
        folder.static("missing.js")


def test_command_writes_the_folder_whole(tmp_path: Path) -> None:
    """`g12c site -o FOLDER` writes a release of its own, with the sums of its files."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    target = tmp_path / "site"
    told = command.run(parser.parse_args(["-o", str(target)]), lambda _: None)
    assert verify_release(target) == []
    assert (target / "id" / "alteration" / "kras-y96d.html").is_file()
    assert str(target / "index.html") in told
