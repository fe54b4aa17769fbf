"""KGX edges say in Biolink's words no more than the claims, and every word is in the model."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
import rooms
from altered import altered
from roundtrip import G12C, Proposition, check, dataset, mutant, truth, value
from test_export_loss import FAULTS

from g12c.errors import G12cError
from g12c.export import find_form
from g12c.export.claims import Dataset
from g12c.namespaces import shorten

FORM = find_form("kgx")
CLAIM = "https://w3id.org/g12c/claim/"
TURNED = {"biolink:has_part": {"partOf"}, "biolink:contributes_to": {"producedBy"}}


def rows(data: bytes) -> list[dict[str, str]]:
    """The lines of a TSV without quotes."""
    lines = data.decode().split("\n")[:-1]
    return [*csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True)]


def edges(view: Dataset) -> dict[str, dict[str, str]]:
    """The edges by their identifiers."""
    return {row["id"]: row for row in rows(FORM.export(view).files["g12c_edges.tsv"])}


def read(files: Mapping[str, bytes]) -> dict[str, Proposition]:
    """What a reader finds who joins edges and nodes; an edge has no certainty but being stated."""
    prefixes = json.loads(files["g12c_prefixes.json"])["@context"]
    ours = {}
    for node in rows(files["g12c_nodes.tsv"]):
        (own,) = (c for c in [node["id"], *node["xref"].split("|")] if c.startswith("g12c."))
        prefix, _, local = own.partition(":")
        ours[node["id"]] = prefixes[prefix] + local
    found = {}
    for edge in rows(files["g12c_edges.tsv"]):
        prefix, _, local = edge["id"].partition(":")
        if prefix != "g12c.claim":
            continue
        relation = edge["original_predicate"].removeprefix("g12c:")
        ends = ours[edge["subject"]], ours[edge["object"]]
        if relation in TURNED.get(edge["predicate"], ()):
            ends = ends[1], ends[0]
        polarity = {"true": "Denied", "": "Affirmed"}[edge["negated"]]
        assert edge["knowledge_level"] == "knowledge_assertion"
        found[CLAIM + local] = (ends[0], G12C + relation, ends[1], polarity, "Stated")
    return found


def test_round_trip() -> None:
    """What is not withheld comes back, claim by claim."""
    check(FORM, read, dataset())


@pytest.mark.parametrize("fault", FAULTS)
def test_round_trip_finds(fault: str) -> None:
    """An exporter with a fault fails the round trip."""
    with pytest.raises(AssertionError, match="claims read otherwise"):
        check(FORM, read, mutant(fault))


def test_hedged_are_withheld() -> None:
    """A hedged edge would be taken for a fact, whatever stood in another column."""
    export = FORM.export(dataset())
    hedged = {iri for iri, said in truth(dataset().store).items() if said[4] != "Stated"}
    assert len(hedged) > 20
    assert hedged <= export.loss.withheld.keys()


def without_context(name: str) -> Dataset:
    """The dataset with a claim about which nothing more is said than its proposition."""
    proposition = {"subject", "predicate", "object", "polarity", "certainty", "inSentence"}

    def change(quad: ox.Quad) -> Iterable[ox.Quad]:
        local = quad.predicate.value.removeprefix(G12C)
        more = quad.predicate.value.startswith(G12C) and local not in proposition
        return [] if more and quad.subject == ox.NamedNode(CLAIM + name) else [quad]

    return altered(change)


def test_negated() -> None:
    """A denied claim is a negated edge, if the predicate says exactly what is denied."""
    name = "s031-sotorasib-affects-pi3k"
    assert "context" in FORM.export(dataset()).loss.withheld[CLAIM + name]
    edge = edges(without_context(name))[f"g12c.claim:{name}"]
    assert (edge["predicate"], edge["negated"]) == ("biolink:affects", "true")


def test_denial_is_not_widened() -> None:
    """That something does not cause resistance does not become that nothing associates them."""
    name = "s044-synthesis-of-wild-type-kras-causes-resistance-to-ars-1620"
    assert "deny more" in FORM.export(without_context(name)).loss.withheld[CLAIM + name]


def test_found_is_no_more_than_associated() -> None:
    """Verbs of any strength are one predicate in Biolink; the claim's own stands beside it."""
    found = edges(dataset())["g12c.claim:s063-kras-g12d-found-in-resistance-to-adagrasib"]
    assert found["predicate"] == "biolink:associated_with_resistance_to"
    assert found["original_predicate"] == "g12c:foundInResistanceTo"
    assert found["publications"] == "PMID:34471232"


def test_alterations_hang_on_genes() -> None:
    """Every alteration of an edge with a gene of its own is tied to it."""
    found = edges(dataset()).values()
    tied = {edge["subject"] for edge in found if edge["object"] == "HGNC:6407"}
    assert {"civic.vid:79", "g12c.alteration:kras-y96d"} <= tied


def test_combinations_have_their_components() -> None:
    """Each drug that is always part of one, and none that is one of several."""
    found = edges(dataset()).values()
    parts = {
        (edge["original_subject"], edge["original_object"])
        for edge in found
        if (edge["predicate"], edge["original_predicate"])
        == ("biolink:has_part", "g12c:hasComponent")
    }
    combinations = {
        end
        for edge in found
        for end in (edge["original_subject"], edge["original_object"])
        if end.startswith("g12c.combination:")
    }
    assert {combination for combination, _ in parts} == combinations
    asserted = {
        (public(quad.subject), public(quad.object))
        for quad in dataset().quads
        if quad.predicate.value == f"{G12C}hasComponent"
    }
    assert parts == {(whole, part) for whole, part in asserted if whole in combinations}
    assert len(parts) > 8


def public(term: object) -> str:
    """The CURIE of a thing of ours in the files."""
    return "g12c." + shorten(str(getattr(term, "value", "")))


def test_only_diseases_are_subclasses() -> None:
    """A drug class is no ontology class for Biolink, and a part of a pathway is no kind of it."""
    ends = {
        (edge["original_subject"].partition(":")[0], edge["original_object"].partition(":")[0])
        for edge in edges(dataset()).values()
        if edge["predicate"] == "biolink:subclass_of"
    }
    assert ends == {("g12c.disease", "g12c.disease")}


def test_nothing_of_things_is_lost_in_silence() -> None:
    """What is asserted of a thing stands in the files or in the report."""
    export = FORM.export(dataset())
    nodes = {}
    for node in rows(export.files["g12c_nodes.tsv"]):
        cells = [cell for text in node.values() for cell in text.split("|")]
        (own,) = (c for c in [node["id"], *node["xref"].split("|")] if c.startswith("g12c."))
        nodes[own] = cells
    drawn = {
        tuple(edge[f"original_{part}"] for part in ("subject", "predicate", "object"))
        for edge in rows(export.files["g12c_edges.tsv"])
    }
    things = {thing.iri for thing in dataset().things}
    carried = 0
    for quad in dataset().quads:
        iri, graph = value(quad.subject), value(quad.graph_name).rpartition("/")[2]
        if iri not in things or graph in {"direct", "inferred"}:
            continue
        local = shorten(quad.predicate.value)
        short = public(quad.subject)
        if short not in nodes:
            assert "no edge" in export.loss.withheld[iri]
        elif local.removeprefix("g12c:") not in export.loss.lost.get(iri, ()):
            carried += 1
            entry = next(
                (
                    e.curie
                    for t in dataset().things
                    for e in t.entries
                    if e.target == value(quad.object)
                ),
                "",
            ).partition(":")[2]
            assert (
                local in {"rdf:type", "g12c:position", "g12c:referenceResidue"}
                or local == "g12c:alternativeResidue"
                or value(quad.object) in nodes[short]
                or (short, local, public(quad.object)) in drawn
                or entry in {cell.partition(":")[2] for cell in nodes[short]}
            ), (short, local)
    assert carried > 500


def test_nodes_never_merge() -> None:
    """Two things with one preferred identifier are refused by name."""
    drugs = {thing.label: thing for thing in dataset().things if thing.kind == "Drug"}
    one, other = drugs["sotorasib"], drugs["adagrasib"]
    terms: dict[object, ox.NamedNode | ox.Literal] = {
        ox.NamedNode(other.preferred): ox.NamedNode(one.preferred),
        ox.Literal(other.curie): ox.Literal(one.curie),
    }

    def change(quad: ox.Quad) -> Iterable[ox.Quad]:
        value = terms.get(quad.object, quad.object)
        return [ox.Quad(quad.subject, quad.predicate, value, quad.graph_name)]

    with pytest.raises(G12cError, match="share the preferred identifier CHEMBL"):
        FORM.export(altered(change))


# --- in the room ------------------------------------------------------------------------------

FILES = ("g12c_nodes.tsv", "g12c_edges.tsv", "g12c_prefixes.json")


def in_room(folder: Path, files: Mapping[str, bytes]) -> str:
    """What kgx and the Biolink Model say of the files."""
    for name in FILES:
        (folder / name).write_bytes(files[name])
    return rooms.check("kgx", *(folder / name for name in FILES))


def test_biolink(tmp_path: Path) -> None:
    """No error for kgx, and every term is in the model's own lists."""
    assert in_room(tmp_path, FORM.export(dataset()).files).startswith("fine under Biolink 4.")


def test_biolink_negated(tmp_path: Path) -> None:
    """So it is with a negated edge."""
    in_room(tmp_path, FORM.export(without_context("s031-sotorasib-affects-pi3k")).files)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("edges", "biolink:disrupts", "biolink:breaks", "no predicate breaks"),
        ("edges", "biolink:has_part", "biolink:part_of", "not canonical"),
        ("edges", "biolink:disrupts", "biolink:genetically_associated_with", "deprecated"),
        ("edges", "knowledge_assertion", "gossip", "knowledge_level"),
        ("edges", "manual_agent", "oracle", "agent_type"),
        ("edges", "decreased", "lower", "object_direction_qualifier"),
        ("edges", "\thas_evidence_of_type\t", "\tevidence_kind\t", "no slot evidence_kind"),
        ("edges", "infores:g12c", "g12c", "source of"),
        ("nodes", "biolink:Disease", "biolink:Illness", "no category"),
        ("nodes", "biolink:ChemicalEntity", "biolink:Gene", "not a chemical"),
        ("nodes", "\nHGNC:6407\t", "\nHGNC:0\t", "no node HGNC:6407"),
        ("nodes", "\nHGNC:6407\t", "\nNOSUCH:6407\t", "NOSUCH"),
    ],
)
def test_biolink_refuses(file: str, old: str, new: str, message: str, tmp_path: Path) -> None:
    """The check notices what is not in the model."""
    files = dict(FORM.export(dataset()).files)
    name = f"g12c_{file}.tsv"
    text = files[name].decode()
    assert old in text
    times = -1 if new.startswith("biolink:G") or "\t" in old else 1
    files[name] = text.replace(old, new, times).encode()
    with pytest.raises(AssertionError, match=message):
        in_room(tmp_path, files)
