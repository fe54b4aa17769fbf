"""Tables in CSV and a Data Package (Frictionless) that describes them, for spreadsheets and pandas.

Six tables: claims, things, mappings, references, sentences, defects. Identifiers are CURIEs, whose
prefixes stand in the package; a cell with several values has ``|`` between them.
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

from ..namespaces import DCTERMS, G12C, RDF, SKOS, shorten
from . import ASPECTS, EVERYTHING, Export, sift
from .claims import Claim, Dataset, Thing
from .flat import prefixes_of, public_curie
from .metadata import LICENCES

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
    """A table, the first column of which is its key."""

    name: str
    title: str
    columns: Sequence[_Column]
    rows: Sequence[Sequence[str]]

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
    """The tables and ``datapackage.json``; of the claims everything is there."""
    claims, loss = sift(dataset.claims, EVERYTHING)
    about: dict[str, dict[str, set[str]]] = {}
    for subject, predicate, value, _ in dataset.quads:
        if isinstance(subject, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
            said = about.setdefault(subject.value, {})
            said.setdefault(predicate.value, set()).add(value.value)
    made = (
        _claims(claims, about),
        _things(dataset.things),
        _mappings(dataset.things),
        _references(about),
        _sentences(about),
        _defects(about),
    )
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
    key = table.columns[0].name
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
                    **({"constraints": {"required": True, "unique": True}} if not at else {}),
                }
                for at, column in enumerate(table.columns)
            ],
            "missingValues": [""],
            "primaryKey": key,
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


def _claims(claims: Iterable[Claim], about: _About) -> _Table:
    described = {
        name: _values(about, G12C + name, f"{SKOS}definition") for name in sorted(EVERYTHING)
    }
    rest = [name for names in ASPECTS.values() for name in names]
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
            claim.quantity.unit if claim.quantity else "",
            *(_cell(claim.values, name) for name in rest),
            claim.created,
            claim.curator,
        )
        for claim in claims
    ]
    return _Table("claims", "What the review says, claim by claim, as read.", columns, rows)


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
        _Column("synonyms", "Other names."),
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
            thing.curie,
            thing.preferred,
            *(_cell(thing.values, G12C + name) for name, _ in _FACTS),
        )
        for thing in things
    ]
    return _Table("things", "What the claims are about.", columns, rows)


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
    return _Table("mappings", "Entries of other resources for things.", columns, sorted(rows))


def _references(about: _About) -> _Table:
    columns = (
        _Column("reference", "Identifier of the reference."),
        _Column("number", "Number in the reference list of the review.", "integer"),
        _Column("citation", "The entry of the reference list, in short."),
        _Column("status", "Whether the work was identified."),
        _Column("works", "PubMed identifier and DOI, only where they were verified."),
    )
    names = ("referenceNumber", f"{DCTERMS}bibliographicCitation", "identityStatus")
    rows = _records(about, "Reference", (*names, f"{SKOS}exactMatch"))
    rows.sort(key=lambda row: int(row[1]))
    return _Table("references", "The reference list of the review.", columns, rows)


def _sentences(about: _About) -> _Table:
    columns = (
        _Column("sentence", "Identifier of the sentence."),
        _Column("section", "Section of the review."),
        _Column("order", "Place in the review, in reading order.", "integer"),
        _Column("digest", "SHA-256 of its letters and digits."),
    )
    rows = _records(about, "Sentence", ("inSection", "order", "digest"))
    rows.sort(key=lambda row: int(row[2]))
    return _Table("sentences", "The sentences of the review, by place and digest.", columns, rows)


def _defects(about: _About) -> _Table:
    columns = (
        _Column("defect", "Identifier of the defect."),
        _Column("kind", "What kind of fault it is."),
        _Column("printed", "The few characters at fault, as printed."),
        _Column("definition", "What is wrong with them."),
        _Column("how_to_tell", "How one can tell."),
        _Column("proposed_reading", "What is read instead."),
        _Column("in_sentence", "The sentences that it stands in."),
    )
    names = ("defectKind", "printed", f"{SKOS}definition", "howToTell", "proposedReading")
    rows = _records(about, "Defect", (*names, "inSentence"))
    return _Table("defects", "Faults of the text of the review.", columns, rows)


def _records(about: _About, kind: str, names: Iterable[str]) -> list[list[str]]:
    """The CURIE and the values of properties (local name or IRI) of all records of a class."""
    predicates = [name if "/" in name else G12C + name for name in names]
    iris = sorted(iri for iri, said in about.items() if G12C + kind in said.get(_TYPE, ()))
    return [
        [public_curie(iri), *(_values(about, iri, predicate) for predicate in predicates)]
        for iri in iris
    ]


def _values(about: _About, iri: str, predicate: str) -> str:
    texts = (text.removeprefix(G12C) for text in about[iri].get(predicate, ()))
    return "|".join(map(public_curie, sorted(texts)))
