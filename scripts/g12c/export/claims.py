"""The claims and things of the dataset as plain Python, read once, for forms that are not RDF.

IRIs are strings in full; codes of the ontology (polarity, certainty, kinds) are their local names,
as in ``Denied``; numbers stay text as the article prints them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from ..namespaces import DCTERMS, G12C, PREFIXES, PROV, RDF, RDFS, SKOS, graph_iri
from ..sources import Sources
from . import EVERYTHING
from .metadata import Metadata

SLICES: Final = ("asserted", "direct", "inferred")
"""What an RDF form holds: the asserted graphs; with direct edges and computed names; with all."""

_SUBJECT_OR_OBJECT_OPEN: Final = {f"{G12C}WhichDrug", f"{G12C}WhetherIncluded"}
_Values = Mapping[str, tuple[str, ...]]


def stem(part: str, *, canonical: bool = False) -> str:
    """The name of a slice's files without the ending: it says what is not the default."""
    parts = ["g12c"]
    parts += [part] if part != SLICES[0] else []
    parts += ["canonical"] if canonical else []
    return "-".join(parts)


@dataclass(frozen=True)
class Entry:
    """An entry of another resource that a thing is mapped to.

    ``relation`` is ``exact``, ``close``, ``broad``, ``narrow`` or ``related``; ``curie`` is the
    entry's identifier as Bioregistry spells it; ``confidence`` is ``verified`` or ``derived``.
    """

    mapping: str
    relation: str
    target: str
    curie: str
    label: str
    confidence: str
    source: str


@dataclass(frozen=True)
class Thing:
    """What claims are about; ``kind`` is its class (``Substitution``), ``values`` all that is said.

    ``values`` maps the IRI of a property to its values, sorted, but for edges drawn from claims.
    ``preferred`` is the one IRI of another resource to merge the thing by, ``curie`` its
    identifier; both empty if there is none.
    """

    iri: str
    kind: str
    kinds: frozenset[str]
    label: str
    definition: str
    synonyms: tuple[str, ...]
    preferred: str
    curie: str
    entries: tuple[Entry, ...]
    values: _Values = field(repr=False)

    def value(self, name: str) -> str:
        """The value of a property of the ontology, such as ``hgvs``; empty if there is none."""
        return min(self.values.get(G12C + name, ("",)))


@dataclass(frozen=True)
class Reference:
    """An entry of the reference list; ``pubmed`` and ``doi`` only where they were verified."""

    iri: str
    number: int
    citation: str
    pubmed: str
    doi: str


@dataclass(frozen=True)
class Claim:
    """One claim of the review, as read.

    ``object``, ``text`` or a number says what the subject is related to; ``subject`` is None where
    the text does not name it. ``unit`` is the UCUM code of the number, ``defects`` are the kinds of
    the faults that the claim is read through. ``values`` maps the local names of all properties of
    the ontology to their values; what has no field of its own is found there.
    """

    iri: str
    label: str
    subject: Thing | None
    predicate: str
    predicate_label: str
    object: Thing | None
    text: str
    unit: str
    polarity: str
    certainty: str
    context: Mapping[str, tuple[Thing, ...]]
    evidence: tuple[Thing, ...]
    cites: tuple[Reference, ...]
    defects: tuple[str, ...]
    created: str
    curator: str
    values: _Values = field(repr=False)

    @property
    def name(self) -> str:
        """The last part of the IRI."""
        return self.iri.removeprefix(PREFIXES["claim"])

    @property
    def denied(self) -> bool:
        """Whether the text says that it does not hold."""
        return self.polarity == "Denied"

    @property
    def is_open(self) -> bool:
        """Whether the text leaves open which drug is meant or whether the item belongs there."""
        return bool(_SUBJECT_OR_OBJECT_OPEN & {*self.values.get("leavesOpen", ())})

    @property
    def aspects(self) -> frozenset[str]:
        """The properties that a form must have a place for, or lose."""
        plain = set()
        if not self.denied:
            plain.add("polarity")
        if self.certainty == "Stated":
            plain.add("certainty")
        return EVERYTHING & self.values.keys() - plain


@dataclass(frozen=True)
class Dataset:
    """What is exported.

    ``slice`` (one of `SLICES`) and ``canonical`` (our things under their preferred public IRIs) are
    for the RDF forms; ``files`` are those that other forms have made, for forms that describe them.
    """

    quads: tuple[ox.Quad, ...]
    sources: Sources
    metadata: Metadata
    slice: str = "asserted"
    canonical: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The name of the files of this slice under these IRIs, without the ending."""
        return stem(self.slice, canonical=self.canonical)

    @cached_property
    def store(self) -> ox.Store:
        """The quads to be asked; their numbers are rewritten there (10.0 comes back as 10)."""
        store = ox.Store()
        store.bulk_extend(self.quads)
        return store

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """All claims of the review as read, by IRI."""
        return _Reader(self.quads).claims()

    @cached_property
    def printed(self) -> tuple[Claim, ...]:
        """What the review prints where it is at fault, by IRI."""
        return _Reader(self.quads).claims("PrintedClaim")

    @cached_property
    def things(self) -> tuple[Thing, ...]:
        """All things, by IRI."""
        return _Reader(self.quads).things()


class _Reader:
    """All that is said of each subject, but for what is inferred or drawn from claims."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._about: dict[str, dict[str, list[str]]] = {}
        made = {ox.NamedNode(graph_iri(name)) for name in ("direct", "inferred")}
        for quad in quads:
            if quad.graph_name not in made and isinstance(quad.subject, ox.NamedNode):
                value = quad.object
                if isinstance(value, ox.NamedNode | ox.Literal):
                    about = self._about.setdefault(quad.subject.value, {})
                    about.setdefault(quad.predicate.value, []).append(value.value)
        self._wider = {
            iri: about[f"{RDFS}subClassOf"]
            for iri, about in self._about.items()
            if f"{RDFS}subClassOf" in about
        }
        self._entries: dict[str, list[Entry]] = {}
        for iri in self._instances("Mapping"):
            entry = Entry(
                iri,
                self._one(iri, "mappingRelation").removeprefix(SKOS).removesuffix("Match"),
                *(
                    self._one(iri, name)
                    for name in (
                        "mappingTarget",
                        "identifier",
                        "targetLabel",
                        "mappingConfidence",
                        "mappingSource",
                    )
                ),
            )
            self._entries.setdefault(self._one(iri, "mappedThing"), []).append(entry)
        self._things = {
            iri: thing
            for iri in sorted(self._about)
            if iri.startswith(f"{PREFIXES['gene'].removesuffix('gene/')}")
            for thing in [self._thing(iri)]
        }

    def things(self) -> tuple[Thing, ...]:
        """Those of the class Thing; units and agents are not."""
        return tuple(thing for thing in self._things.values() if "Thing" in thing.kinds)

    def claims(self, kind: str = "Claim") -> tuple[Claim, ...]:
        return tuple(map(self._claim, self._instances(kind)))

    def _instances(self, kind: str) -> list[str]:
        types = f"{RDF}type"
        return sorted(
            iri for iri, about in self._about.items() if G12C + kind in about.get(types, ())
        )

    def _all(self, iri: str, name: str) -> tuple[str, ...]:
        """The values of a property: a local name of the ontology, or an IRI."""
        key = name if "/" in name else G12C + name
        return tuple(sorted(self._about.get(iri, {}).get(key, ())))

    def _one(self, iri: str, name: str) -> str:
        return min(self._all(iri, name), default="")

    def _code(self, iri: str, name: str) -> str:
        return self._one(iri, name).removeprefix(G12C)

    def _label(self, iri: str) -> str:
        return self._one(iri, f"{RDFS}label")

    def _thing(self, iri: str) -> Thing:
        kind = self._one(iri, f"{RDF}type")
        kinds, wider = {kind}, [kind]
        while wider:
            new = [above for above in self._wider.get(wider.pop(), ()) if above not in kinds]
            kinds.update(new)
            wider += new
        preferred = self._one(iri, "preferredIdentifier")
        entries = tuple(self._entries.get(iri, ()))
        return Thing(
            iri,
            kind.removeprefix(G12C),
            frozenset(above.removeprefix(G12C) for above in kinds),
            self._label(iri),
            self._one(iri, f"{SKOS}definition"),
            self._all(iri, f"{SKOS}altLabel"),
            preferred,
            min((entry.curie for entry in entries if entry.target == preferred), default=""),
            entries,
            {key: tuple(sorted(values)) for key, values in self._about[iri].items()},
        )

    def _some(self, iris: Iterable[str]) -> tuple[Thing, ...]:
        return tuple(self._things[iri] for iri in iris if iri in self._things)

    def _claim(self, iri: str) -> Claim:
        values = {
            key.removeprefix(G12C): tuple(sorted(some))
            for key, some in self._about[iri].items()
            if key.startswith(G12C)
        }
        predicate = self._one(iri, "predicate")
        things = {name: self._some(some) for name, some in values.items()}
        context = {
            name: some
            for name, some in sorted(things.items())
            if some and name not in {"subject", "object", "evidenceType", "unit"}
        }
        return Claim(
            iri,
            self._label(iri),
            next(iter(things.get("subject", ())), None),
            predicate,
            self._label(predicate),
            next(iter(things.get("object", ())), None),
            self._one(iri, "textValue"),
            self._one(self._one(iri, "unit"), f"{SKOS}notation"),
            self._code(iri, "polarity"),
            self._code(iri, "certainty"),
            context,
            things.get("evidenceType", ()),
            tuple(sorted(map(self._reference, self._all(iri, "cites")), key=lambda r: r.number)),
            tuple(self._code(defect, "defectKind") for defect in self._all(iri, "affectedBy")),
            self._one(iri, f"{DCTERMS}created"),
            self._label(self._one(iri, f"{PROV}wasAttributedTo")),
            values,
        )

    def _reference(self, iri: str) -> Reference:
        exact = self._all(iri, f"{SKOS}exactMatch")

        def within(prefix: str) -> str:
            namespace = PREFIXES[prefix]
            found = (same for same in exact if same.startswith(namespace))
            return min(found, default="").removeprefix(namespace)

        return Reference(
            iri,
            int(self._one(iri, "referenceNumber")),
            self._one(iri, f"{DCTERMS}bibliographicCitation"),
            within("pubmed"),
            within("doi"),
        )
