"""Tables in CSV and a Data Package (Frictionless) that describes them, for spreadsheets and pandas.

Claims, printed claims, things, mappings, findings, references, sentences and defects have a table
each. What is asserted and has no column there is a row of ``facts``: subject, property, and object
or text. Identifiers are CURIEs, whose prefixes stand in the package; a cell with several values has
``|`` between them.
Spreadsheets run a cell that begins with one of ``= + - @`` (or their full-width kin), a tab or a
carriage return as a formula. Such a cell gets an apostrophe before it, and so does one that begins
with an apostrophe: whoever takes one apostrophe away has what was meant.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from ..namespaces import DCTERMS, G12C, PROV, RDF, RDFS, SKOS, graph_iri, shorten
from ..store import MADE
from . import ASPECTS, EVERYTHING, Export, sift
from .claims import Claim, Dataset, Thing
from .flat import prefixes_of, public_curie
from .metadata import LICENCES
from .rdf import ONTOLOGY

_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "'")
_NOTE: Final = (
    "Identifiers are CURIEs, with the prefixes listed here. Several values in one cell have | "
    "between them. An apostrophe at the start of a cell is no part of the value: it keeps "
    "spreadsheets from running the cell as a formula."
)
_CODES: Final = frozenset(
    {"certainty", "leavesOpen", "polarity", "resistanceKind", "resistanceKindInField"}
)
_NUMBERS: Final = frozenset({"denominator", "lowerValue", "numerator", "upperValue", "value"})


_TYPE: Final = f"{RDF}type"
_About = Mapping[str, Mapping[str, Iterable[str]]]
"""What is said of each subject, by property."""


@dataclass(frozen=True)
class _Column:
    """A column: what it holds, its type in Table Schema, and the table whose key it refers to."""

    name: str
    description: str
    kind: str = "string"
    refers_to: str = ""


@dataclass(frozen=True)
class _Table:
    """A table; ``holds`` are the properties of the things in its first column, which is its key.

    Without them it has no key.
    """

    name: str
    title: str
    columns: Sequence[_Column]
    rows: Sequence[Sequence[str]]
    holds: frozenset[str] = frozenset()

    def csv(self) -> bytes:
        """The table as CSV (RFC 4180, but with LF)."""
        kinds = [column.kind for column in self.columns]
        lines = [[column.name for column in self.columns]]
        for row in self.rows:
            cells = zip(row, kinds, strict=True)
            lines.append([_harmless(cell) if kind == "string" else cell for cell, kind in cells])
        return "".join(f"{','.join(map(_quoted, line))}\n" for line in lines).encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _quoted(cell: str) -> str:
    """The cell in quotes if need be; Python's csv leaves a carriage return bare."""
    special = any(character in cell for character in '",\r\n')
    return '"' + cell.replace('"', '""') + '"' if special else cell


def tables(dataset: Dataset) -> Export:
    """The tables and ``datapackage.json``; all that the curators assert is there."""
    claims, loss = sift(dataset.claims, EVERYTHING)
    about: dict[str, dict[str, set[str]]] = {}
    for subject, predicate, value, _ in dataset.quads:
        if isinstance(subject, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
            said = about.setdefault(subject.value, {})
            said.setdefault(predicate.value, set()).add(value.value)
    made = [
        _claims("claims", "What the review says, claim by claim, as read.", claims, about),
        _printed(dataset.printed, about),
        _things(dataset.things),
        _mappings(dataset.things),
        _findings(about),
        _references(about),
        _sentences(about),
        _defects(about),
    ]
    made.append(_facts(dataset.quads, made))
    files = {f"tables/{table.name}.csv": table.csv() for table in made}
    package = _package(dataset, made, files)
    text = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
    return Export({**files, "tables/datapackage.json": text.encode()}, loss)


def _package(
    dataset: Dataset, made: Iterable[_Table], files: Mapping[str, bytes]
) -> dict[str, Any]:
    about = dataset.metadata
    return {
        "profile": "tabular-data-package",
        "name": about.name,
        "id": about.version_iri,
        "title": about.title,
        "description": f"{about.description} {_NOTE}",
        "version": about.version,
        "created": f"{about.created.isoformat()}T00:00:00Z",
        "keywords": [*about.keywords],
        "licenses": [{"name": about.data_licence, "path": LICENCES[about.data_licence]}],
        "contributors": [{"title": name, "role": "author"} for name in about.creators],
        "sources": [{"title": about.article.title, "path": about.article.iri}],
        "prefixes": prefixes_of(
            part for table in made for row in table.rows for cell in row for part in cell.split("|")
        ),
        "resources": [_resource(table, files[f"tables/{table.name}.csv"]) for table in made],
    }


def _resource(table: _Table, data: bytes) -> dict[str, Any]:
    unique = {"constraints": {"required": True, "unique": True}}
    key = {"primaryKey": table.columns[0].name} if table.holds else {}
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.title,
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"lineTerminator": "\n", "delimiter": ",", "quoteChar": '"'},
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "schema": {
            "fields": [
                {
                    "name": column.name,
                    "type": column.kind,
                    "description": column.description,
                    **(unique if column.name in key.values() else {}),
                }
                for column in table.columns
            ],
            "missingValues": [""],
            **key,
            "foreignKeys": [
                {
                    "fields": column.name,
                    "reference": {"resource": column.refers_to, "fields": column.refers_to[:-1]},
                }
                for column in table.columns
                if column.refers_to
            ],
        },
    }


# --- the tables -------------------------------------------------------------------------------


_PROPOSITION: Final = (
    *("subject", "predicate", "object", "textValue", "value", "lowerValue", "upperValue", "unit"),
    *(f"{RDFS}label", f"{DCTERMS}created", f"{PROV}wasAttributedTo"),
)


def _claims(
    name: str, title: str, claims: Iterable[Claim], about: _About, more: Sequence[str] = ()
) -> _Table:
    """A table of claims; ``more`` are properties that only these have."""
    rest = [*(name for names in ASPECTS.values() for name in names), *more]
    described = {name: _values(about, G12C + name, f"{SKOS}definition") for name in rest}
    columns = (
        _Column("claim", "Identifier of the claim."),
        _Column("label", "The claim in words, made from its parts."),
        _Column("subject", "What the claim is about; empty if not named.", refers_to="things"),
        _Column("subject_label", "Name of the subject."),
        _Column("relation", "The property of the ontology that relates subject and object."),
        _Column("relation_label", "Name of the relation."),
        _Column("object", "What the subject is related to.", refers_to="things"),
        _Column("object_label", "Name of the object."),
        _Column("text", "What the claim gives instead of an object: a name or code."),
        _Column("value", "Or a number, as printed.", "number"),
        _Column("lower_value", "Lower end of a range.", "number"),
        _Column("upper_value", "Upper end of a range.", "number"),
        _Column("unit", "Unit of the numbers, in UCUM."),
        *(
            _Column(
                _snake(name),
                described[name],
                "number" if name in _NUMBERS else "string",
                "sentences" if name == "inSentence" else "",
            )
            for name in rest
        ),
        _Column("created", "When the claim was written down.", "date"),
        _Column("curator", "Who wrote it down."),
    )
    rows = [
        (
            public_curie(claim.iri),
            claim.label,
            *(_name(claim.subject)),
            shorten(claim.predicate),
            claim.predicate_label,
            *(_name(claim.object)),
            claim.text,
            *(_cell(claim.values, name) for name in ("value", "lowerValue", "upperValue")),
            claim.unit,
            *(_cell(claim.values, name) for name in rest),
            claim.created,
            claim.curator,
        )
        for claim in claims
    ]
    return _Table(name, title, columns, rows, _full((*_PROPOSITION, *rest)))


def _printed(claims: Iterable[Claim], about: _About) -> _Table:
    title = "What the review prints where it is at fault; not to be taken for what it says."
    return _claims("printed_claims", title, claims, about, ("readAs",))


def _name(thing: Thing | None) -> tuple[str, str]:
    return (public_curie(thing.iri), thing.label) if thing else ("", "")


def _cell(values: Mapping[str, Iterable[str]], name: str) -> str:
    """The values of a property, by its local name or IRI, for one cell."""
    some = values.get(name, ())
    if name.removeprefix(G12C) in _CODES:
        return "|".join(value.removeprefix(G12C) for value in some)
    return "|".join(public_curie(value) for value in some)


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


_FACTS: Final = (
    ("alterationOf", "Gene that is altered."),
    ("encodedBy", "Gene that a protein is made from."),
    ("position", "Number of the residue."),
    ("referenceResidue", "Residue of the reference sequence."),
    ("alternativeResidue", "Residue that replaces it."),
    ("hgvs", "Name of a substitution in HGVS."),
    ("vrsIdentifier", "Computed identifier of a substitution in GA4GH VRS 2."),
)


def _things(things: Iterable[Thing]) -> _Table:
    columns = (
        _Column("thing", "Identifier of the thing."),
        _Column("kind", "Its class in the ontology."),
        _Column("label", "Its name."),
        _Column("definition", "What it is."),
        _Column("synonyms", "Other names that the review prints."),
        _Column("other_names", "Names that it does not print."),
        _Column("identifier", "Identifier in another resource to merge it by."),
        _Column("iri", "The IRI of that."),
        *(
            _Column(_snake(name), text, "integer" if name == "position" else "string")
            for name, text in _FACTS
        ),
    )
    rows = [
        (
            public_curie(thing.iri),
            thing.kind,
            thing.label,
            thing.definition,
            "|".join(thing.synonyms),
            _cell(thing.values, f"{SKOS}hiddenLabel"),
            thing.curie,
            thing.preferred,
            *(_cell(thing.values, G12C + name) for name, _ in _FACTS),
        )
        for thing in things
    ]
    names = (f"{RDFS}label", *(f"{SKOS}{name}" for name in ("definition", "altLabel")))
    held = (*names, f"{SKOS}hiddenLabel", "preferredIdentifier", *(name for name, _ in _FACTS))
    return _Table("things", "What the claims are about.", columns, rows, _full(held))


def _mappings(things: Iterable[Thing]) -> _Table:
    columns = (
        _Column("mapping", "Identifier of the mapping."),
        _Column("thing", "The thing that is mapped.", refers_to="things"),
        _Column("relation", "How close the entry is, in SKOS."),
        _Column("identifier", "Identifier of the entry in the other resource."),
        _Column("iri", "Its IRI."),
        _Column("label", "Its label there."),
        _Column("confidence", "How the identifier was had: verified, derived or printed."),
        _Column("source", "Where it was read."),
    )
    rows = [
        (
            public_curie(entry.mapping),
            public_curie(thing.iri),
            f"skos:{entry.relation}Match",
            entry.curie,
            entry.target,
            entry.label,
            entry.confidence,
            entry.source,
        )
        for thing in things
        for entry in thing.entries
    ]
    held = (
        *("mappedThing", "mappingRelation", "identifier", "mappingTarget", "targetLabel"),
        *("mappingConfidence", "mappingSource"),
    )
    title = "Entries of other resources for things."
    return _Table("mappings", title, columns, sorted(rows), _full(held))


def _findings(about: _About) -> _Table:
    columns = (
        _Column("finding", "Identifier of the finding or note."),
        _Column("kind", "What another source says (Finding) or a curator knows (EditorialNote)."),
        _Column("label", "What it is called."),
        _Column("definition", "What it says."),
        _Column("agrees_with", "Claims of the review that it bears out."),
        _Column("differs_from", "Claims that it departs from."),
        _Column("does_not_mention", "Claims that the source has nothing on."),
        _Column("concerns", "Claims that leave open what the note settles."),
        _Column("cites", "Reference of the review that it was read in."),
        _Column("seen_in", "Where it was read."),
    )
    names = (
        *(f"{RDF}type", f"{RDFS}label", f"{SKOS}definition"),
        *("agreesWith", "differsFrom", "doesNotMention", "concerns", "cites", "seenIn"),
    )
    rows = [row for kind in ("Finding", "EditorialNote") for row in _records(about, kind, names)]
    title = "What other sources say, set against the claims of the review."
    return _Table("findings", title, columns, rows, _full(names))


def _references(about: _About) -> _Table:
    columns = (
        _Column("reference", "Identifier of the reference."),
        _Column("number", "Number in the reference list of the review.", "integer"),
        _Column("citation", "The entry of the reference list, in short."),
        _Column("status", "Whether the work was identified."),
        _Column("works", "PubMed identifier and DOI, only where they were verified."),
    )
    names = (
        *("referenceNumber", f"{DCTERMS}bibliographicCitation", "identityStatus"),
        f"{SKOS}exactMatch",
    )
    rows = _records(about, "Reference", names)
    rows.sort(key=lambda row: int(row[1]))
    title = "The reference list of the review."
    return _Table("references", title, columns, rows, _full((*names, f"{RDFS}label")))


def _sentences(about: _About) -> _Table:
    columns = (
        _Column("sentence", "Identifier of the sentence."),
        _Column("section", "Section of the review."),
        _Column("order", "Place in the review, in reading order.", "integer"),
        _Column("digest", "SHA-256 of its letters and digits."),
    )
    names = ("inSection", "order", "digest")
    rows = _records(about, "Sentence", names)
    rows.sort(key=lambda row: int(row[2]))
    title = "The sentences of the review, by place and digest."
    return _Table("sentences", title, columns, rows, _full((*names, f"{RDFS}label")))


def _defects(about: _About) -> _Table:
    columns = (
        _Column("defect", "Identifier of the defect."),
        _Column("label", "What it is called."),
        _Column("kind", "What kind of fault it is."),
        _Column("printed", "The few characters at fault, as printed."),
        _Column("definition", "What is wrong with them."),
        _Column("how_to_tell", "How one can tell."),
        _Column("proposed_reading", "What is read instead."),
        _Column("in_sentence", "The sentences that it stands in."),
        _Column("seen_in", "Where else it was looked up."),
    )
    names = (
        *(f"{RDFS}label", "defectKind", "printed", f"{SKOS}definition", "howToTell"),
        *("proposedReading", "inSentence", "seenIn"),
    )
    rows = _records(about, "Defect", names)
    return _Table("defects", "Faults of the text of the review.", columns, rows, _full(names))


def _facts(quads: Iterable[ox.Quad], made: Iterable[_Table]) -> _Table:
    """All that is asserted and has no place in the tables that are made."""
    columns = (
        _Column("subject", "Identifier of what it is said of."),
        _Column("property", "The property."),
        _Column("object", "What the subject is related to by it."),
        _Column("text", "Or its value, if that is a text or a number."),
    )
    held = {row[0]: table.holds for table in made for row in table.rows}
    others = {ox.NamedNode(graph_iri(name)) for name in (*MADE, *ONTOLOGY)}
    rows = set()
    for quad in quads:
        subject, value = quad.subject, quad.object
        if isinstance(subject, ox.NamedNode) and quad.graph_name not in others:
            key = public_curie(subject.value)
            if quad.predicate.value in held.get(key, ()):
                continue
            if isinstance(value, ox.NamedNode):
                rows.add((key, shorten(quad.predicate.value), public_curie(value.value), ""))
            elif isinstance(value, ox.Literal):
                rows.add((key, shorten(quad.predicate.value), "", value.value))
    return _Table("facts", "What is said beside, fact by fact.", columns, sorted(rows))


def _full(names: Iterable[str]) -> frozenset[str]:
    """Properties, and the class, which the table says by itself."""
    return frozenset(map(_iri, names)) | {_TYPE}


def _iri(name: str) -> str:
    """The IRI of a property, given by its local name in the ontology or its IRI."""
    return name if "/" in name else G12C + name


def _records(about: _About, kind: str, names: Iterable[str]) -> list[list[str]]:
    """The CURIE and the values of properties (local name or IRI) of all records of a class."""
    predicates = [*map(_iri, names)]
    iris = sorted(iri for iri, said in about.items() if G12C + kind in said.get(_TYPE, ()))
    return [
        [public_curie(iri), *(_values(about, iri, predicate) for predicate in predicates)]
        for iri in iris
    ]


def _values(about: _About, iri: str, predicate: str) -> str:
    texts = (text.removeprefix(G12C) for text in about[iri].get(predicate, ()))
    return "|".join(map(public_curie, sorted(texts)))
