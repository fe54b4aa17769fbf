"""Every RDF form holds the same graph for three parsers, and says which slice it is."""

import dataclasses
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from roundtrip import G12C, Proposition, check, dataset, mutant, value

from g12c.errors import G12cError
from g12c.export import FORMS, find_form
from g12c.export.claims import SLICES
from g12c.gate import Gate
from g12c.reason import reason
from g12c.release import rdfc_hash
from g12c.shacl import VIOLATION
from g12c.store import asserted

GRAPH = "https://w3id.org/g12c/graph/"
MADE = {"asserted": set(), "direct": {"direct", "derived"}, "inferred": {"direct", "derived"}}
MADE["inferred"] = MADE["direct"] | {"inferred"}
RAPPER = shutil.which("rapper") or ""
WITH_GRAPHS = {"nquads", "trig"}
RDFLIB = {
    "turtle": "turtle",
    "ntriples": "nt",
    "nquads": "nquads",
    "trig": "trig",
    "jsonld": "json-ld",
    "owl": "xml",
    "minimal": "turtle",
}
OXIGRAPH = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "jsonld": ox.RdfFormat.JSON_LD,
    "owl": ox.RdfFormat.RDF_XML,
    "minimal": ox.RdfFormat.TURTLE,
}
RAPTOR = {name: form for name, form in RDFLIB.items() if name != "jsonld"}
RAPTOR |= {"ntriples": "ntriples", "owl": "rdfxml"}
CASES = [(form, part) for form in RDFLIB for part in ("asserted", "inferred")]
CASES = [case for case in CASES if case[0] not in {"owl", "minimal"} or case[1] == "asserted"]


@cache
def export(form: str, part: str = "asserted", *, canonical: bool = False) -> bytes:
    """The one file of an RDF form."""
    view = dataclasses.replace(dataset(), slice=part, canonical=canonical)
    (data,) = find_form(form).export(view).files.values()
    return data


def by_oxigraph(form: str, data: bytes) -> str:
    """The hash of what pyoxigraph reads."""
    return rdfc_hash(ox.parse(data, format=OXIGRAPH[form]))


@cache
def read(form: str, data: bytes) -> rdflib.Dataset:
    """What rdflib reads, literals as they are written."""
    rdflib.NORMALIZE_LITERALS = False
    content = rdflib.Dataset(default_union=True)
    content.parse(data=data, format=RDFLIB[form])
    return content


def by_rdflib(form: str, data: bytes) -> str:
    """The hash of what rdflib reads."""
    text = read(form, data).serialize(format="nquads")
    text = text.replace(f" <{rdflib.graph.DATASET_DEFAULT_GRAPH_ID}>", "")
    return rdfc_hash(ox.parse(text, format=ox.RdfFormat.N_QUADS))


def by_raptor(form: str, data: bytes) -> str:
    """The hash of what Raptor reads."""
    out = "nquads" if form in WITH_GRAPHS else "ntriples"
    done = subprocess.run(
        [RAPPER, "-q", "-i", RAPTOR[form], "-o", out, "-", "https://example.org/"],
        input=data,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return rdfc_hash(ox.parse(done.stdout, format=ox.RdfFormat.N_QUADS))


EXAMPLE = ox.NamedNode("https://example.org/entry")


def graphs(part: str) -> list[ox.Quad]:
    """The quads that a slice is to hold beside its own description."""
    unwanted = {GRAPH + name for name in MADE["inferred"] - MADE[part]}
    return [quad for quad in dataset().quads if value(quad.graph_name) not in unwanted]


def intended(form: str, part: str) -> str:
    """The hash of what a file of a slice is to hold, but for its own description."""
    return rdfc_hash(quad if form in WITH_GRAPHS else quad.triple for quad in graphs(part))


def without_description(form: str, data: bytes) -> str:
    """The hash of what a file holds but for the description of its slice."""
    quads = [*ox.parse(data, format=OXIGRAPH[form])]
    own = "https://w3id.org/g12c/dataset/"
    rest = [quad for quad in quads if not value(quad.subject).startswith(own)]
    assert len(quads) - len(rest) == 8
    return rdfc_hash(rest)


@pytest.mark.parametrize(("form", "part"), CASES)
def test_parsers_agree(form: str, part: str) -> None:
    """pyoxigraph, rdflib and Raptor, which share no code, read the same graph."""
    data = export(form, part)
    found = by_oxigraph(form, data)
    assert by_rdflib(form, data) == found
    if form in RAPTOR and RAPPER:
        assert by_raptor(form, data) == found


@pytest.mark.skipif(not RAPPER, reason="needs Debian's raptor2-utils")
def test_parsers_would_disagree() -> None:
    """A hash of Raptor's differs as soon as one polarity does."""
    data = export("turtle")
    bent = data.replace(b"polarity g12c:Denied", b"polarity g12c:Affirmed", 1)
    assert by_raptor("turtle", bent) != by_oxigraph("turtle", data)


@pytest.mark.parametrize("part", SLICES)
@pytest.mark.parametrize("form", ["turtle", "ntriples", "nquads", "trig", "jsonld"])
def test_slice(form: str, part: str) -> None:
    """A slice holds its graphs, whole, and nothing of others; its file says which it is."""
    data = export(form, part)
    assert without_description(form, data) == intended(form, part)
    (whole, title) = sorted(
        value(quad.object)
        for quad in ox.parse(data, format=OXIGRAPH[form])
        if value(quad.subject).startswith("https://w3id.org/g12c/dataset/")
        and quad.predicate.value == "http://purl.org/dc/terms/title"
    )
    assert title == f"{whole}: {part}"


@pytest.mark.parametrize(
    ("name", "form", "part"),
    [
        ("g12c.ttl", "turtle", "asserted"),
        ("g12c-minimal.ttl", "minimal", "asserted"),
        ("g12c-inferred.nq", "nquads", "inferred"),
    ],
)
def test_release_conforms(name: str, form: str, part: str) -> None:
    """Whoever validates a file of the release with our own command finds no error in it."""
    judgement = Gate.of(dataset().sources).judge([(name, export(form, part))])
    errors = [one.message for one in judgement.report.results if one.severity == VIOLATION]
    assert errors == []
    assert judgement.exit_code() == 0


@pytest.mark.parametrize("form", ["ntriples", "nquads"])
def test_lines_are_sorted(form: str) -> None:
    """One statement a line, each once, in order."""
    lines = export(form).split(b"\n")
    assert lines[-1] == b""
    assert lines[:-1] == sorted({*lines[:-1]})


def test_same_bytes() -> None:
    """Two processes with other orders of sets make the same bytes of every core form."""
    script = (
        "import hashlib\n"
        "from roundtrip import dataset\n"
        "from g12c.export import release_files\n"
        "for name, data in sorted(release_files(dataset()).items()):\n"
        "    print(hashlib.sha256(data).hexdigest(), name)\n"
    )
    root = Path(__file__).parents[1]
    found = set()
    for seed in "12":
        places = f"{root / 'scripts'}:{root / 'tests'}"
        found.add(
            subprocess.run(
                [sys.executable, "-c", script],
                env={"PYTHONHASHSEED": seed, "PYTHONPATH": places, "HOME": str(Path.home())},
                capture_output=True,
                check=True,
            ).stdout
        )
    (listing,) = found
    assert listing.count(b"\n") > 2 * (len(FORMS) - 1)


@pytest.mark.parametrize("form", ["turtle", "ntriples", "nquads", "trig", "jsonld", "owl"])
def test_labels_of_blank_nodes_do_not_matter(form: str) -> None:
    """Sources read anew, whose blank nodes have other labels, make the same bytes."""
    made = {GRAPH + name for name in MADE["inferred"]}
    quads = [quad for quad in dataset().quads if value(quad.graph_name) in made]
    quads += asserted(dataset().sources)
    again = find_form(form).export(dataclasses.replace(dataset(), quads=tuple(quads)))
    assert [*again.files.values()] == [export(form)]


# --- canonical IRIs ---------------------------------------------------------------------------


def preferred() -> dict[str, str]:
    """Our IRI → preferred IRI."""
    node = ox.NamedNode(f"{G12C}preferredIdentifier")
    found = dataset().store.quads_for_pattern(None, node, None, None)
    return {value(quad.subject): value(quad.object) for quad in found}


def test_canonical_iris_lead_back() -> None:
    """With the preferred identifiers that the file itself holds, every triple is ours again."""
    quads = [*ox.parse(export("nquads", "inferred", canonical=True), format=OXIGRAPH["nquads"])]
    ours = {
        value(quad.object): quad.subject
        for quad in quads
        if quad.predicate.value == f"{G12C}preferredIdentifier"
    }
    assert {new: value(old) for new, old in ours.items()} == {
        new: old for old, new in preferred().items()
    }
    theirs = {quad for quad in dataset().quads if value(quad.object) in ours}

    def back(quad: ox.Quad) -> ox.Quad:
        subject = ours.get(value(quad.subject), quad.subject)
        again = ox.Quad(subject, quad.predicate, quad.object, quad.graph_name)
        target = ours.get(value(quad.object), quad.object)
        new = ox.Quad(subject, quad.predicate, target, quad.graph_name)
        return again if again in theirs else new

    own = f"{GRAPH}dataset"
    again = [back(quad) for quad in quads if value(quad.graph_name) != own]
    assert rdfc_hash(again) == rdfc_hash(dataset().quads)


def test_canonical_iris_join() -> None:
    """A claim about a drug is about the entry that other graphs know; our IRI only leads back."""
    names = preferred()
    back = {f"{G12C}mappedThing", f"{G12C}preferredIdentifier"}
    match = "http://www.w3.org/2004/02/skos/core#exactMatch"
    sotorasib = "https://w3id.org/g12c/id/drug/sotorasib"
    claims = 0
    for quad in ox.parse(export("nquads", "direct", canonical=True), format=OXIGRAPH["nquads"]):
        if quad.predicate.value in back:
            continue
        subject, target = value(quad.subject), value(quad.object)
        assert target not in names
        if subject in names:
            assert (quad.predicate.value, target) == (match, names[subject])
        if quad.predicate.value == f"{G12C}object":
            claims += target == names[sotorasib]
    assert claims > 5


def test_canonical_iris_never_merge() -> None:
    """Two things with one preferred identifier are refused by name."""
    node = ox.NamedNode(f"{G12C}preferredIdentifier")
    data = tuple(
        ox.Quad(ox.NamedNode(f"https://w3id.org/g12c/id/drug/{name}"), node, EXAMPLE)
        for name in ("one", "two")
    )
    view = dataclasses.replace(dataset(), quads=data, canonical=True)
    with pytest.raises(G12cError, match=r"drug/one and .*drug/two|drug/two and .*drug/one"):
        find_form("turtle").export(view)


# --- one form each ----------------------------------------------------------------------------


def test_jsonld_needs_nobody() -> None:
    """The context is inline and the published one; numbers stay as printed; no tag can end."""
    data = export("jsonld")
    document = json.loads(data)
    assert document["@context"] == json.loads(export("context"))["@context"]
    assert all(isinstance(value, float | dict) for value in document["@context"].values())
    values = [node["g12c:value"] for node in document["@graph"] if "g12c:value" in node]
    assert values
    assert all(isinstance(value, str) for value in values)
    assert b"<" not in data


def test_owl_opens_in_an_owl_library() -> None:
    """owlready2 finds every class of the ontology in the RDF/XML."""
    import io

    import owlready2

    ontology = owlready2.World().get_ontology("https://w3id.org/g12c/ontology")
    ontology.load(fileobj=io.BytesIO(export("owl")), only_local=True)
    kind = ox.NamedNode("http://www.w3.org/2002/07/owl#Class")
    declared = {
        value(quad.subject)
        for quad in dataset().store.quads_for_pattern(
            None, None, kind, ox.NamedNode(f"{GRAPH}ontology")
        )
        if isinstance(quad.subject, ox.NamedNode)
    }
    assert {found.iri for found in ontology.classes()} == declared


def test_owl_is_fit_for_a_reasoner() -> None:
    """No class is empty, and the terms of others in it change nothing that follows for ours."""
    content = [quad.triple for quad in ox.parse(export("owl"), format=OXIGRAPH["owl"])]
    alone = [triple for triple in content if not triple.predicate.value.endswith("Match")]
    assert len(alone) < len(content)
    found = reason(content)
    assert (found.consistent, found.unsatisfiable) == (True, ())
    assert found.triples
    assert found == reason(alone)


def test_minimal_is_minimal() -> None:
    """At most ten predicates; an edge for each claim, and no edge without one."""
    content = read("minimal", export("minimal"))
    assert len({*content.predicates()}) <= 10
    term = rdflib.Namespace(G12C)
    edges = {(s, o) for s, o in content.subject_objects(term.linkedToResistanceTo)}
    claims = {
        (content.value(claim, term.subject), content.value(claim, term.object))
        for claim in content.subjects(rdflib.RDF.type, term.Claim)
    }
    assert edges == claims
    assert len(edges) > 20


# --- round trips ------------------------------------------------------------------------------


def claims_of(content: rdflib.Dataset) -> dict[str, Proposition]:
    """What each claim says to rdflib; a file without polarity and certainty affirms and states."""
    term = rdflib.Namespace(G12C)
    code = rdflib.SKOS.notation

    def one(claim: rdflib.term.Node, *names: str) -> Iterable[str]:
        for name in names:
            value = content.value(claim, term[name])
            yield str(value).removeprefix(G12C) if value is not None else ""

    found = {}
    for claim in content.subjects(rdflib.RDF.type, term.Claim):
        subject, value, text, number = one(claim, "subject", "object", "textValue", "value")
        number = number or " to ".join(one(claim, "lowerValue", "upperValue"))
        unit = content.value(claim, term.unit)
        amount = f"{number} {content.value(unit, code)}" if unit else ""
        polarity, certainty = one(claim, "polarity", "certainty")
        relation = str(content.value(claim, term.predicate))
        what = value or text or amount
        said = subject, relation, what, polarity or "Affirmed", certainty or "Stated"
        found[str(claim)] = said
    return found


def read_jsonld(data: bytes) -> dict[str, Proposition]:
    """What each claim says to a reader of JSON who knows the prefixes and no RDF."""
    document = json.loads(data)
    prefixes = {
        name: about["@id"]
        for name, about in document["@context"].items()
        if isinstance(about, dict) and about.get("@prefix")
    }

    def whole(name: str) -> str:
        prefix, _, local = name.partition(":")
        return prefixes[prefix] + local if prefix in prefixes else name

    nodes = {node["@id"]: node for node in document["@graph"]}
    found = {}
    for name, node in nodes.items():
        if node.get("@type") != "g12c:Claim":
            continue
        said = {key.removeprefix("g12c:"): value for key, value in node.items()}
        if "object" in said:
            what = whole(said["object"])
        elif "textValue" in said:
            text = said["textValue"]
            what = text["@value"] if isinstance(text, dict) else text
        else:
            unit = nodes[said["unit"]]["skos:notation"]
            number = said.get("value") or f"{said['lowerValue']} to {said['upperValue']}"
            what = f"{number} {unit}"
        found[whole(name)] = (
            whole(said["subject"]) if "subject" in said else "",
            whole(said["predicate"]),
            what,
            said["polarity"].removeprefix("g12c:"),
            said["certainty"].removeprefix("g12c:"),
        )
    return found


def reader(form: str, files: Mapping[str, bytes]) -> dict[str, Proposition]:
    """What each claim says to a reader who shares no code with the exporter."""
    (data,) = files.values()
    return read_jsonld(data) if form == "jsonld" else claims_of(read(form, data))


@pytest.mark.parametrize("name", ["turtle", "ntriples", "nquads", "trig", "jsonld", "minimal"])
def test_round_trip(name: str) -> None:
    """Every claim that is exported says to a stranger what it says in the dataset."""
    check(find_form(name), lambda files: reader(name, files), dataset())


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (name, fault)
        for name in ("turtle", "nquads", "jsonld", "minimal")
        for fault in ("flips polarity", "drops negation", "drops hedges")
        if (name, fault) != ("minimal", "drops negation")  # no claim denies such a resistance
    ],
)
def test_round_trip_finds_faults(name: str, fault: str) -> None:
    """An exporter that flips polarity or drops a hedge is found out."""
    with pytest.raises(AssertionError, match="claims read otherwise"):
        check(find_form(name), lambda files: reader(name, files), mutant(fault))
