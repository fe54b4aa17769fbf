"""What the publication says of itself is said once, agrees everywhere, and is true of its files."""

import copy
import hashlib
import json
import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import rooms
from rdflib.namespace import DCAT, DCTERMS, RDF, VOID, XSD
from roundtrip import dataset

from g12c.export import FORMS, find_form, release_files
from g12c.export.metadata import load

ROOT = Path(__file__).parents[1]
DCTYPES = rdflib.Namespace("http://purl.org/dc/dcmitype/")
PAV = rdflib.Namespace("http://purl.org/pav/")
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
SUMMARY = rdflib.URIRef("https://w3id.org/g12c/dataset")
SOME = ("g12c.ttl", "shapes.ttl", "answers/resistance-by-drug.csv")


@cache
def release() -> dict[str, bytes]:
    """The files of a release."""
    return release_files(dataset())


@cache
def description() -> rdflib.Graph:
    """The description of the release, as rdflib reads it."""
    return rdflib.Graph().parse(data=release()["dataset.ttl"], format="turtle")


# --- one source -------------------------------------------------------------------------------

MADE = find_form("metadata").export(dataset()).files


@pytest.mark.parametrize("name", sorted(MADE))
def test_committed_file_agrees(name: str) -> None:
    """A file of the checkout is what is made from the metadata; else: g12c export metadata -o ."""
    assert (ROOT / name).read_bytes() == MADE[name]


def test_package_agrees() -> None:
    """The package says the same of itself as the dataset."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    about = load()
    assert project["name"] == about.name
    assert project["version"] == about.version
    assert project["description"] == about.summary
    assert tuple(project["keywords"]) == about.keywords
    assert project["license"] == f"{about.code_licence} AND {about.data_licence}"


def test_every_file_says_version_and_article() -> None:
    """None of the files that people cite by forgets the version or what it is taken from."""
    about = load()
    for name in (".zenodo.json", "CITATION.cff", "codemeta.json"):
        text = MADE[name].decode()
        assert about.version in text, name
        assert about.article.doi in text, name
        assert all(person in text for person in about.creators), name


def test_ontology_header_is_replaced_not_added() -> None:
    """The ontology has one title, one version and one description, and all its terms."""
    again = [*ox.parse(MADE["ontology/g12c.ttl"], format=ox.RdfFormat.TURTLE)]
    graph = ox.NamedNode("https://w3id.org/g12c/graph/ontology")
    header = [q for q in again if q.subject.value == "https://w3id.org/g12c/ontology"]
    assert len({quad.predicate for quad in header}) == len(header) == 6
    assert len(again) == len([*dataset().store.quads_for_pattern(None, None, None, graph)])


def cite(folder: Path, **changed: bytes) -> str:
    """What the checkers of others say of the files that people cite by, some of them changed."""
    files = {"citation": MADE["CITATION.cff"], "codemeta": MADE["codemeta.json"], **changed}
    paths = [folder / "CITATION.cff", folder / "codemeta.json"]
    for path, data in zip(paths, files.values(), strict=True):
        path.write_bytes(data)
    return rooms.check("metadata", *paths)


def test_files_to_cite_by_are_valid(tmp_path: Path) -> None:
    """For cffconvert, in the context of CodeMeta and under the shapes of schema.org."""
    assert cite(tmp_path) == "valid"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("citation", "authors:", "writers:", "writers"),
        ("citation", "type: dataset", "type: datum", "datum"),
        ("codemeta", '"referencePublication"', '"isBasedOn"', r"not in CodeMeta: \['isBasedOn'\]"),
        ("codemeta", '"Organization"', '"Organisation"', "not in CodeMeta"),
        ("codemeta", "codemeta/3.0", "codemeta/9.0", "the context is"),
        ("codemeta", '"2026-11-23"', '"soon"', "dateCreated"),
        ("codemeta", '"Organization"', '"SoftwareSourceCode"', "author"),
    ],
)
def test_files_to_cite_by_are_refused(
    file: str, old: str, new: str, message: str, tmp_path: Path
) -> None:
    """The checks notice a field, a value or a name that is not in the standard."""
    name = {"citation": "CITATION.cff", "codemeta": "codemeta.json"}[file]
    text = MADE[name].decode()
    assert old in text
    with pytest.raises(AssertionError, match=message):
        cite(tmp_path, **{file: text.replace(old, new, 1).encode()})


# --- the description --------------------------------------------------------------------------

VERSION = SUMMARY + "/" + load().version
BOTH = {RDF.type, DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.license}
MUST = {
    "summary": BOTH,
    "version": BOTH | {DCTERMS.creator, DCTERMS.isVersionOf, PAV.version},
    "distribution": BOTH | {DCTERMS.creator, DCTERMS["format"]},
}
MUST_NOT = {
    "summary": {DCTERMS.creator, DCTERMS.created, PAV.version, DCAT.distribution, DCTERMS.source},
    "version": {DCTERMS["format"], DCAT.byteSize, VOID.dataDump},
    "distribution": {DCTERMS.isVersionOf},
}


def release_iri() -> str:
    """The folder of the files of this version."""
    return f"https://w3id.org/g12c/release/{load().version}"


def nodes(level: str) -> list[rdflib.term.Node]:
    """The nodes of one of the three levels of the W3C HCLS profile."""
    named: dict[str, list[rdflib.term.Node]] = {"summary": [SUMMARY], "version": [VERSION]}
    return named.get(level) or [*description().subjects(RDF.type, DCAT.Distribution)]


@pytest.mark.parametrize("level", MUST)
def test_hcls_level(level: str) -> None:
    """Each level has what the W3C HCLS profile demands of it and nothing that it forbids there."""
    found = nodes(level)
    assert found
    for node in found:
        said = {*description().predicates(node)}
        assert MUST[level] - said == set(), node
        assert MUST_NOT[level] & said == set(), node
        assert (node, RDF.type, DCTYPES.Dataset) in description()


def faults(files: dict[str, bytes]) -> list[str]:
    """The files that are not as the description says; found with nothing but rdflib."""
    about = description()
    found = []
    for node in nodes("distribution"):
        name = str(about.value(node, DCTERMS.title))
        checksum = about.value(about.value(node, SPDX.checksum), SPDX.checksumValue)
        said = str(about.value(node, DCAT.byteSize)), str(checksum)
        data = files.get(name, b"")
        if said != (str(len(data)), hashlib.sha256(data).hexdigest()):
            found.append(name)
    return found


def test_checksums() -> None:
    """Size and SHA-256 of every file are right, and would not be after any change."""
    assert faults(release()) == []
    for name in SOME:
        data = release()[name]
        changed = data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]
        assert faults({**release(), name: changed}) == [name]


def test_every_file_is_described() -> None:
    """All files of the release but those that describe it are distributions of this version."""
    titles = {str(description().value(n, DCTERMS.title)) for n in nodes("distribution")}
    assert titles == release().keys() - {"dataset.ttl", "ro-crate-metadata.json"}
    assert {*description().objects(VERSION, DCAT.distribution)} == {*nodes("distribution")}


@pytest.mark.parametrize("name", ["g12c", "g12c-direct", "g12c-inferred"])
def test_counts(name: str) -> None:
    """The counts of a slice are those that SPARQL finds in its file."""
    about = description()
    node = VERSION + "/" + name
    assert (node, VOID.dataDump, None) in about
    store = ox.Store()
    objects = set()
    for quad in ox.parse(release()[f"{name}.nq"], format=ox.RdfFormat.N_QUADS):
        store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
        objects.add(quad.object)  # 10 and 10.0 are two terms, which a store makes one
    assert int(str(about.value(node, VOID.distinctObjects))) == len(objects)

    def ask(query: str) -> dict[str, int]:
        rows = store.query(query)
        assert isinstance(rows, ox.QuerySolutions)
        return {row[0].value if len(row) > 1 else "": int(row[len(row) - 1].value) for row in rows}

    for count, query in {
        "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "entities": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ?o }",
        "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
        "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    }.items():
        assert {"": int(str(about.value(node, VOID[count])))} == ask(query), count
    for link, key, count, query in (
        ("propertyPartition", "property", "triples", "?s ?k ?o"),
        ("classPartition", "class", "entities", "?s a ?k FILTER(ISIRI(?k))"),
    ):
        parts = {
            str(about.value(part, VOID[key])): int(str(about.value(part, VOID[count])))
            for part in about.objects(node, VOID[link])
        }
        assert parts == ask(f"SELECT ?k (COUNT(*) AS ?n) {{ {query} }} GROUP BY ?k")


SYNTAXES = {
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".nq": ox.RdfFormat.N_QUADS,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".trig": ox.RdfFormat.TRIG,
    ".ttl": ox.RdfFormat.TURTLE,
}


def test_dumps_are_the_slices() -> None:
    """Each file that is called a dump of a slice is RDF and holds as many triples as it says."""
    about = description()
    version = f"{release_iri()}/"
    dumps = [*about.subject_objects(VOID.dataDump)]
    assert len(dumps) > 6
    for node, file in dumps:
        name = str(file).removeprefix(version)
        form = SYNTAXES[Path(name).suffix]
        found = {quad.triple for quad in ox.parse(release()[name], format=form)}
        assert len(found) == int(str(about.value(node, VOID.triples))), name
    assert {*about.subjects(RDF.type, VOID.Dataset)} == {node for dump in dumps for node in dump}


def test_where_files_are() -> None:
    """Each file says where it is had, without which DCAT-AP drops it: under its own name."""
    for node in nodes("distribution"):
        name = str(description().value(node, DCTERMS.title))
        for link in (DCAT.accessURL, DCAT.downloadURL):
            assert [*map(str, description().objects(node, link))] == [f"{release_iri()}/{name}"]


def test_literals_are_typed() -> None:
    """Sizes and counts are numbers, checksums hexadecimal: catalogues sort and compare them."""

    def kinds(predicate: rdflib.term.Node) -> set[rdflib.term.Node | None]:
        values = description().objects(None, predicate)
        return {value.datatype for value in values if isinstance(value, rdflib.Literal)}

    assert kinds(DCAT.byteSize) == {XSD.nonNegativeInteger}
    assert kinds(VOID.triples) == {XSD.integer}
    assert kinds(SPDX.checksumValue) == {XSD.hexBinary}


# --- RO-Crate ---------------------------------------------------------------------------------

Crate = dict[str, Any]


def crate() -> Crate:
    """The RO-Crate metadata of the release."""
    content: Crate = json.loads(release()["ro-crate-metadata.json"])
    return content


def crate_faults(content: Crate, files: dict[str, bytes]) -> list[str]:
    """What RO-Crate 1.1 demands and is not so."""
    nodes = {node["@id"]: node for node in content["@graph"]}
    found = [] if len(nodes) == len(content["@graph"]) else ["an @id is used twice"]
    descriptor, root = nodes.get("ro-crate-metadata.json", {}), nodes.get("./", {})
    if descriptor.get("about") != {"@id": "./"}:
        found.append("the descriptor is not about the root")
    if not str(descriptor.get("conformsTo", {}).get("@id")).startswith("https://w3id.org/ro/crate"):
        found.append("the descriptor conforms to nothing")
    found += [
        f"the root has no {key}" for key in ("name", "description", "license") if not root.get(key)
    ]
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", root.get("datePublished", "")):
        found.append("the root has no date")
    parts = {part["@id"] for part in root.get("hasPart", [])}
    for name in sorted(parts | {i for i, node in nodes.items() if node["@type"] == "File"}):
        digest = hashlib.sha256(files.get(name, b"")).hexdigest()
        if name not in parts or nodes.get(name, {}).get("sha256") != digest:
            found.append(f"{name} is not what is there")
    for node in nodes.values():
        for value in node.values():
            for item in value if isinstance(value, list) else [value]:
                known = {*nodes, "https://w3id.org/ro/crate/1.1"}
                if isinstance(item, dict) and item["@id"] not in known:
                    found.append(f"{item['@id']} is not described")
    return found


def test_crate() -> None:
    """The crate is whole: root, licence, people and each file with its digest."""
    assert crate_faults(crate(), release()) == []
    files = {node["@id"] for node in crate()["@graph"] if node["@type"] == "File"}
    assert files == release().keys() - {"ro-crate-metadata.json"}


def test_reports_of_losses() -> None:
    """A form without claims has none, for an empty one says that nothing was lost."""
    reports = {name for name in release() if name.startswith("loss/")}
    assert reports == {f"loss/{form.name}.tsv" for form in FORMS if form.claims}
    assert {"loss/turtle.tsv", "loss/kgx.tsv"} <= reports
    assert not reports & {"loss/sssom.tsv", "loss/dataset.tsv"}


@pytest.mark.parametrize(
    ("fault", "spoil"),
    [
        ("is not about the root", lambda nodes: nodes["ro-crate-metadata.json"].pop("about")),
        ("has no license", lambda nodes: nodes["./"].pop("license")),
        ("has no date", lambda nodes: nodes["./"].update(datePublished="soon")),
        ("g12c.ttl is not what is there", lambda nodes: nodes["g12c.ttl"].update(sha256="0")),
        ("is not described", lambda nodes: nodes["./"].update(creator=[{"@id": "#nobody"}])),
        (
            "g12c.nq is not what is there",
            lambda nodes: nodes["./"]["hasPart"].remove({"@id": "g12c.nq"}),
        ),
    ],
)
def test_crate_faults_are_found(fault: str, spoil: Callable[[dict[str, Any]], object]) -> None:
    """The check itself finds what is wrong."""
    content = copy.deepcopy(crate())
    spoil({node["@id"]: node for node in content["@graph"]})
    (found,) = crate_faults(content, release())
    assert fault in found


def unpack(folder: Path) -> None:
    """Write the release to a folder."""
    for name, data in release().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def test_crate_opens_in_rocrate(tmp_path: Path) -> None:
    """The library of the RO-Crate community reads the crate and finds the files."""
    rocrate = pytest.importorskip("rocrate.rocrate")
    unpack(tmp_path)
    found = rocrate.ROCrate(tmp_path)
    assert found.name == load().title
    assert {*SOME} <= {entity.id for entity in found.data_entities}


def test_crate_is_valid(tmp_path: Path) -> None:
    """rocrate-validator finds all that RO-Crate 1.1 demands, and misses one thing it recommends."""
    unpack(tmp_path)
    advice = rooms.check("ro-crate", tmp_path)
    assert advice == "RECOMMENDED: The organization SHOULD have a URL.\n"  # there is none yet


@pytest.mark.parametrize(
    ("message", "spoil"),
    [
        ("license", lambda nodes: nodes["./"].pop("license")),
        ("datePublished", lambda nodes: nodes["./"].update(datePublished="soon")),
        ("about", lambda nodes: nodes["ro-crate-metadata.json"].pop("about")),
        ("nosuch.ttl", lambda nodes: nodes["g12c.ttl"].update({"@id": "nosuch.ttl"})),
        ("colour", lambda nodes: nodes["./"].update(colour="red")),
    ],
)
def test_crate_is_refused(
    message: str, spoil: Callable[[dict[str, Any]], object], tmp_path: Path
) -> None:
    """rocrate-validator notices what is missing, wrong or in no vocabulary."""
    unpack(tmp_path)
    content = copy.deepcopy(crate())
    spoil({node["@id"]: node for node in content["@graph"]})
    (tmp_path / "ro-crate-metadata.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(AssertionError, match=message):
        rooms.check("ro-crate", tmp_path)
