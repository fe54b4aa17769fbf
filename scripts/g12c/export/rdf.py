"""RDF: Turtle, N-Triples, N-Quads, TriG, the ontology in RDF/XML, the shapes, a small profile.

A slice is asserted facts only, or those and what the build makes of them; a description of the
slice travels inside each file and says which it is. Under canonical IRIs a thing that has a
preferred entry in another resource stands under the IRI of that entry.
"""

import io
from collections.abc import Iterable, Mapping
from typing import Final

import pyoxigraph as ox

from ..errors import G12cError
from ..namespaces import G12C, PREFIXES, graph_iri
from ..reading import read_file, read_turtle
from ..turtle import write
from . import Export, sift
from .claims import SLICES, Claim, Dataset
from .metadata import LICENCES
from .terms import english, triple

ONTOLOGY: Final = ("ontology", "alignments")
"""The graphs that make up the ontology. Alignments are annotations, so that no reasoner minds."""

_MADE: Final = {"direct": "direct", "derived": "direct", "inferred": "inferred"}
"""The graphs that the build makes, and the first slice that they belong to."""

DESCRIPTIONS: Final = {
    "asserted": "What the curators assert, and nothing else: no direct edge, no computed name and "
    "no inference.",
    "direct": "What the curators assert, and what the build derives from it by rules: an edge for "
    "each claim that is affirmed and stated as a fact, labels of claims, HGVS and VRS names, links "
    "of mappings. No inference. Only forms with named graphs (N-Quads, TriG) tell the two apart.",
    "inferred": "What the curators assert, what the build derives from it by rules, and what the "
    "ontology entails. Only forms with named graphs (N-Quads, TriG) tell them apart.",
}
"""What each slice is, as its description says."""

_CANONICAL: Final = " Things that have a preferred entry in another resource stand under its IRI."


def quads(dataset: Dataset) -> list[ox.Quad]:
    """The slice under the chosen IRIs, and its own description in the graph ``dataset``.

    Raises `G12cError` if two things would become one.
    """
    allowed = SLICES[: SLICES.index(dataset.slice) + 1]
    unwanted = {graph_iri(name) for name, since in _MADE.items() if since not in allowed}
    names = renames(dataset)
    chosen = []
    for quad in dataset.quads:
        graph = quad.graph_name
        if isinstance(graph, ox.NamedNode) and graph.value not in unwanted:
            triple = rename(quad.triple, names)
            chosen.append(ox.Quad(triple.subject, triple.predicate, triple.object, graph))
    own = ox.NamedNode(graph_iri("dataset"))
    about = description(dataset)
    return chosen + [ox.Quad(t.subject, t.predicate, t.object, own) for t in about]


def triples(dataset: Dataset) -> list[ox.Triple]:
    """The same as one graph."""
    return list({quad.triple: None for quad in quads(dataset)})


def description(dataset: Dataset) -> list[ox.Triple]:
    """What a file with this slice says of itself."""
    about = dataset.metadata
    version = about.version_iri
    node = f"{version}/{dataset.stem}"
    text = DESCRIPTIONS[dataset.slice] + (_CANONICAL if dataset.canonical else "")
    return [
        triple(node, "rdf:type", "void:Dataset"),
        triple(node, "rdf:type", "dcat:Dataset"),
        triple(node, "dcterms:title", english(f"{about.version_title}: {dataset.slice}")),
        triple(node, "dcterms:description", english(text)),
        triple(node, "dcterms:isPartOf", version),
        triple(node, "dcterms:license", LICENCES[about.data_licence]),
        # So that the file by itself passes a check that every name in it is described.
        triple(version, "rdf:type", "dcat:Dataset"),
        triple(version, "dcterms:title", english(about.version_title)),
    ]


# --- IRIs -------------------------------------------------------------------------------------


def renames(dataset: Dataset) -> dict[str, ox.NamedNode]:
    """Our IRI → preferred public IRI; empty unless canonical IRIs are wanted.

    Raises `G12cError` if two things have the same preferred IRI.
    """
    if not dataset.canonical:
        return {}
    names: dict[str, ox.NamedNode] = {}
    owners: dict[str, str] = {}
    preferred = ox.NamedNode(f"{G12C}preferredIdentifier")
    for quad in dataset.store.quads_for_pattern(None, preferred, None, None):
        thing, target = quad.subject, quad.object
        if isinstance(thing, ox.NamedNode) and isinstance(target, ox.NamedNode):
            if owners.setdefault(target.value, thing.value) != thing.value:
                both = f"{owners[target.value]} and {thing.value}"
                raise G12cError(f"{both} would both become {target.value}; prefer another for one")
            names[thing.value] = target
    return names


def rename(triple: ox.Triple, names: Mapping[str, ox.NamedNode]) -> ox.Triple:
    """The triple under other names, but for those that lead back from them to ours.

    These are the mappings and a thing's links to the very entry that it is renamed to.
    """
    subject, target = triple.subject, triple.object
    if triple.predicate.value == f"{G12C}mappedThing":
        return triple
    if isinstance(subject, ox.NamedNode) and (new := names.get(subject.value)):
        if target == new:
            return triple
        subject = new
    if isinstance(target, ox.NamedNode):
        target = names.get(target.value, target)
    return ox.Triple(subject, triple.predicate, target)


# --- forms ------------------------------------------------------------------------------------


def turtle(dataset: Dataset) -> Export:
    """Turtle in the house spelling."""
    text = write(triples(dataset), DESCRIPTIONS[dataset.slice])
    return Export({f"{dataset.stem}.ttl": text.encode()})


def ntriples(dataset: Dataset) -> Export:
    """N-Triples, sorted, with the blank node labels of RDFC-1.0."""
    return Export({f"{dataset.stem}.nt": _lines(ox.Quad(*triple) for triple in triples(dataset))})


def nquads(dataset: Dataset) -> Export:
    """N-Quads, sorted, with the blank node labels of RDFC-1.0."""
    return Export({f"{dataset.stem}.nq": _lines(quads(dataset))})


def trig(dataset: Dataset) -> Export:
    """TriG: each named graph in the house spelling of Turtle."""
    graphs: dict[str, list[ox.Triple]] = {}
    for quad in quads(dataset):
        if isinstance(quad.graph_name, ox.NamedNode):
            graphs.setdefault(quad.graph_name.value, []).append(quad.triple)
    prefixes = {f"@prefix graph: <{PREFIXES['graph']}> ."}
    blocks = []
    for name, content in sorted(graphs.items()):
        used, _, body = write(content).partition("\n\n")
        prefixes.update(used.split("\n"))
        blocks.append(f"graph:{name.removeprefix(PREFIXES['graph'])} {{\n\n{body}\n}}\n")
    top = [f"# {DESCRIPTIONS[dataset.slice]}", "\n".join(sorted(prefixes, key=str.casefold))]
    return Export({f"{dataset.stem}.trig": "\n\n".join([*top, *blocks]).encode()})


def owl(dataset: Dataset) -> Export:
    """The ontology in RDF/XML, which Protégé and the OWL API open."""
    graphs = {ox.NamedNode(graph_iri(name)) for name in ONTOLOGY}
    found = (quad.triple for quad in dataset.quads if quad.graph_name in graphs)
    return Export({"ontology.owl": rdf_xml(found)})


def rdf_xml(triples: Iterable[ox.Triple]) -> bytes:
    """Triples of the ontology in RDF/XML, the same bytes for the same graph."""
    content = _canonical(ox.Quad(*triple) for triple in triples)
    used = {prefix: PREFIXES[prefix] for prefix in ("dcterms", "g12c", "owl", "rdfs", "skos")}
    data = io.BytesIO()
    ox.serialize(sorted(content, key=str), data, format=ox.RdfFormat.RDF_XML, prefixes=used)
    return data.getvalue() + b"\n"


def shapes(dataset: Dataset) -> Export:
    """The SHACL shapes in Turtle."""
    files = dataset.sources.shape_files()
    content = [t for path in files for t in read_turtle(read_file(path), str(path))]
    return Export({"shapes.ttl": write(content, "The SHACL shapes.").encode()})


def _canonical(statements: Iterable[ox.Quad]) -> ox.Dataset:
    dataset = ox.Dataset(statements)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def _lines(statements: Iterable[ox.Quad]) -> bytes:
    return "".join(sorted(f"{quad} .\n" for quad in _canonical(statements))).encode()


# --- the small profile ------------------------------------------------------------------------

_PROFILE: Final = (
    "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in ("g12c", "rdfs", "skos"))
    + """
CONSTRUCT {
  ?alteration g12c:linkedToResistanceTo ?drug ;
    a ?alterationKind ;
    rdfs:label ?alterationLabel ;
    skos:exactMatch ?alterationEntry .
  ?drug a ?drugKind ;
    rdfs:label ?drugLabel ;
    skos:exactMatch ?drugEntry .
  ?claim a g12c:Claim ;
    rdfs:label ?claimLabel ;
    g12c:subject ?alteration ;
    g12c:predicate ?relation ;
    g12c:object ?drug ;
    g12c:cites ?reference ;
    g12c:evidenceType ?evidence ;
    g12c:inSentence ?sentence .
  ?relation rdfs:label ?relationLabel .
  ?evidence rdfs:label ?evidenceLabel .
  ?reference rdfs:label ?referenceLabel ;
    skos:exactMatch ?work .
}
WHERE {
  VALUES ?claim { %s }
  ?claim g12c:subject ?alteration ;
    g12c:predicate ?relation ;
    g12c:object ?drug ;
    rdfs:label ?claimLabel ;
    g12c:evidenceType ?evidence ;
    g12c:inSentence ?sentence .
  ?relation rdfs:label ?relationLabel .
  ?evidence rdfs:label ?evidenceLabel .
  GRAPH <%s> {
    ?alteration a ?alterationKind ;
      rdfs:label ?alterationLabel .
    ?drug a ?drugKind ;
      rdfs:label ?drugLabel .
    OPTIONAL { ?alteration g12c:preferredIdentifier ?alterationEntry }
    OPTIONAL { ?drug g12c:preferredIdentifier ?drugEntry }
  }
  OPTIONAL {
    ?claim g12c:cites ?reference .
    ?reference rdfs:label ?referenceLabel .
    OPTIONAL { ?reference skos:exactMatch ?work }
  }
}
"""
)
_CARRIED: Final = {"cites", "evidenceType", "inSentence"}


def minimal(dataset: Dataset) -> Export:
    """Which alteration goes with resistance to which drug or drug class, and on which claims.

    Ten predicates. Only claims that affirm it as a fact; the relation of the claim keeps the
    strength of the verb, the edge is the weakest of them.
    """
    resistance = {
        quad.subject.value
        for quad in dataset.store.quads_for_pattern(
            None,
            ox.NamedNode(f"{PREFIXES['rdfs']}subPropertyOf"),
            ox.NamedNode(f"{G12C}linkedToResistanceTo"),
            ox.NamedNode(graph_iri("ontology")),
        )
        if isinstance(quad.subject, ox.NamedNode)
    }

    def refuse(claim: Claim) -> str:
        if claim.predicate not in resistance:
            return "is not about resistance to a drug"
        if claim.subject is None or "Alteration" not in claim.subject.kinds:
            return "is not about an alteration"
        if claim.object is None or claim.object.kind not in {"Drug", "DrugClass"}:
            return "is not about a drug or drug class"
        return ""

    kept, loss = sift(dataset.claims, _CARRIED, refuse)
    query = _PROFILE % (" ".join(f"<{claim.iri}>" for claim in kept), graph_iri("things"))
    found = dataset.store.query(query, use_default_graph_as_union=True)
    if not isinstance(found, ox.QueryTriples):
        raise TypeError(query)
    names = renames(dataset)
    text = write(
        [rename(triple, names) for triple in found],
        "Which alteration goes with resistance to which drug or drug class, and the claims that "
        "affirm it as a fact.\nWhat is denied, hedged, expected or asked is not here: its absence "
        "says nothing.",
    )
    suffix = "-canonical" if dataset.canonical else ""
    return Export({f"g12c-minimal{suffix}.ttl": text.encode()}, loss)
