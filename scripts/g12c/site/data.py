"""The dataset as the pages need it: every resource with what is said of it and by whom.

Read once into dictionaries, because a thousand pages ask some twenty questions each. Literals keep
the spelling of the source (``5.60``), which a store does not.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final

import pyoxigraph as ox

from ..errors import G12cError
from ..namespaces import BASE, G12C, KINDS, PREFIXES, expand, graph_iri, shorten
from ..questions import Question, all_questions
from ..sources import Sources

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

INFERRED: Final = "inferred"
DIRECT: Final = "direct"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Said:
    """One triple about a resource, and the named graph that says it."""

    prop: str
    value: Term
    graph: str

    @property
    def text(self) -> str:
        """The value's text, or its IRI."""
        return "" if isinstance(self.value, ox.Triple) else self.value.value


@dataclass(frozen=True)
class Data:
    """The dataset, looked up by subject and by object; properties are given as CURIEs."""

    sources: Sources
    quads: tuple[ox.Quad, ...]
    said: dict[str, list[Said]] = field(default_factory=lambda: defaultdict(list))
    inverse: dict[str, list[tuple[str, str, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    above: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, sources: Sources, quads: Iterable[ox.Quad]) -> "Data":
        """The data of these quads, in an order that depends on them alone."""
        dataset = ox.Dataset(quads)  # blank nodes get the same names every time
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        data = cls(sources, tuple(sorted(dataset, key=str)))
        for quad in data.quads:
            graph = quad.graph_name
            if isinstance(quad.subject, ox.Triple) or not isinstance(graph, ox.NamedNode):
                raise G12cError(f"{quad}: the dataset holds named graphs of plain triples only")
            name = graph.value.removeprefix(PREFIXES["graph"])
            subject, prop = key(quad.subject), quad.predicate.value
            data.said[subject].append(Said(prop, quad.object, name))
            if isinstance(quad.object, ox.NamedNode):
                data.inverse[quad.object.value].append((prop, subject, name))
        return data

    @cached_property
    def store(self) -> ox.Store:
        """The dataset to query."""
        store = ox.Store()
        store.extend(self.quads)
        return store

    @cached_property
    def questions(self) -> list[Question]:
        """The stored questions, by name."""
        return all_questions(self.sources)

    @cached_property
    def _labels(self) -> dict[str, str]:
        asked = {expand(f"query:{one.name}"): one.summary for one in self.questions}
        return asked | {iri: label for iri in self.said if (label := self.value(iri, "rdfs:label"))}

    @cached_property
    def resources(self) -> list[str]:
        """The IRIs below our base that something is said of, sorted."""
        return sorted(iri for iri in self.said if iri.startswith(BASE))

    @cached_property
    def paths(self) -> dict[str, str]:
        """IRI → path of its page below the base, without ``.html``; a term's has a fragment.

        A name that no file can safely have, or that differs from another only by case, gets one
        made from a digest of its IRI.
        """
        paths: dict[str, str] = {}
        taken: set[str] = set()
        stored = [PREFIXES["query"] + question.name for question in self.questions]
        named = {expand(f"graph:{said.graph}") for rows in self.said.values() for said in rows}
        for iri in sorted({*self.resources, *stored, *named}):
            local = iri.removeprefix(BASE)
            if iri.startswith(G12C):
                paths[iri] = f"ontology#{_safe(iri.removeprefix(G12C), iri)}"
                continue
            path = "/".join(_safe(part, iri) for part in local.split("/"))
            if path.casefold() in taken:
                path = f"{path}-{_digest(iri)}"
            taken.add(path.casefold())
            paths[iri] = path
        return paths

    @cached_property
    def _values(self) -> dict[str, dict[str, list[str]]]:
        """Subject → property → its values but for the inferred ones, sorted."""
        found: dict[str, dict[str, set[str]]] = {}
        for iri, rows in self.said.items():
            for said in rows:
                if said.graph != INFERRED:
                    found.setdefault(iri, {}).setdefault(said.prop, set()).add(said.text)
        return {
            iri: {prop: sorted(texts) for prop, texts in props.items()}
            for iri, props in found.items()
        }

    def values(self, iri: str, prop: str) -> list[str]:
        """The texts or IRIs that a resource has for a property, sorted; none that is inferred."""
        return self._values.get(iri, {}).get(_full(prop), [])

    def value(self, iri: str, prop: str) -> str:
        """The first of `values`; empty if there is none."""
        return next(iter(self.values(iri, prop)), "")

    def subjects(self, prop: str, iri: str, kind: str = "") -> list[str]:
        """The resources that have ``iri`` for a property (and belong to a class), sorted."""
        full = _full(prop)
        found = {
            subject
            for used, subject, graph in self.inverse.get(iri, ())
            if used == full and graph != INFERRED
        }
        return sorted(node for node in found if not kind or self.is_a(node, kind))

    def label(self, iri: str) -> str:
        """What a person calls it: its label, for a question its words, else its CURIE or IRI."""
        return self._labels.get(iri) or shorten(iri)

    def kinds(self, iri: str) -> list[str]:
        """The classes that it is asserted to belong to, as local names."""
        return [
            kind.removeprefix(G12C)
            for kind in self.values(iri, "rdf:type")
            if kind.startswith(G12C)
        ]

    def is_a(self, iri: str, kind: str) -> bool:
        """Whether it belongs to a class of the ontology, subclasses included."""
        return iri in self._members.get(G12C + kind, {})

    def of_kind(self, kind: str) -> list[str]:
        """All resources that belong to a class, by label."""
        return list(self._members.get(G12C + kind, {}))

    @cached_property
    def _members(self) -> dict[str, dict[str, None]]:
        """Class → its members, those of the classes below it included, by label."""
        members: dict[str, dict[str, None]] = {}
        for iri in sorted(self.resources, key=lambda iri: (natural(self.label(iri)), iri)):
            for kind in self.values(iri, "rdf:type"):
                for above in self.classes(kind):
                    members.setdefault(above, {})[iri] = None
        return members

    def classes(self, kind: str) -> frozenset[str]:
        """A class and all classes above it."""
        return self._above(kind, "rdfs:subClassOf")

    def properties(self, prop: str) -> frozenset[str]:
        """A property and all properties above it."""
        return self._above(prop, "rdfs:subPropertyOf")

    def _above(self, iri: str, relation: str) -> frozenset[str]:
        if (iri, relation) not in self.above:
            known = {iri}
            for parent in self.values(iri, relation):
                if parent.startswith(BASE):
                    known |= self._above(parent, relation)
            self.above[iri, relation] = frozenset(known)
        return self.above[iri, relation]

    def is_thing(self, iri: str) -> bool:
        """Whether it is what claims can be about."""
        return iri.startswith(tuple(PREFIXES[kind] for kind in KINDS))

    def description(self, iri: str) -> list[ox.Triple]:
        """What the files beside a page hold: all that is asserted or derived of a resource.

        Of a thing also its mappings and the statements with it as subject or object. What the
        reasoner infers is never among it. A blank node is followed to its end.
        """
        nodes = [iri]
        if self.is_thing(iri):
            for prop in ("g12c:mappedThing", "g12c:subject", "g12c:object"):
                nodes += self.subjects(prop, iri)
        return list(self._triples(nodes))

    def _triples(self, nodes: Iterable[str]) -> Iterator[ox.Triple]:
        todo = list(dict.fromkeys(nodes))
        for node in todo:
            subject = ox.BlankNode(node[2:]) if node.startswith("_:") else ox.NamedNode(node)
            for said in self.said.get(node, ()):
                if said.graph == INFERRED:
                    continue
                yield ox.Triple(subject, ox.NamedNode(said.prop), said.value)
                if isinstance(said.value, ox.BlankNode) and key(said.value) not in todo:
                    todo.append(key(said.value))

    def graph(self, *names: str) -> list[ox.Triple]:
        """The triples of named graphs."""
        return [triple for name in names for triple in self._graphs[graph_iri(name)]]

    @cached_property
    def _graphs(self) -> dict[str, list[ox.Triple]]:
        graphs: dict[str, list[ox.Triple]] = defaultdict(list)
        for quad in self.quads:
            if isinstance(quad.graph_name, ox.NamedNode):
                graphs[quad.graph_name.value].append(quad.triple)
        return graphs

    @cached_property
    def graph_sizes(self) -> dict[str, int]:
        """Named graph → its number of triples."""
        sizes: dict[str, int] = defaultdict(int)
        for rows in self.said.values():
            for said in rows:
                sizes[said.graph] += 1
        return dict(sorted(sizes.items()))


def key(node: ox.NamedNode | ox.BlankNode) -> str:
    """How `Data` looks a node up: its IRI, or ``_:`` and its label."""
    return node.value if isinstance(node, ox.NamedNode) else f"_:{node.value}"


@cache
def _full(curie: str) -> str:
    return expand(curie)


def natural(text: str) -> list[tuple[int, str]]:
    """A key that sorts ``KRAS G12C`` before ``KRAS G113C``, and in any case."""
    parts = re.split(r"(\d+)", text.casefold())
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _safe(name: str, iri: str) -> str:
    if _NAME.fullmatch(name) and not name.endswith(".html"):
        return name
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', name).strip('-')[:60] or 'x'}-{_digest(iri)}"


def _digest(iri: str) -> str:
    return hashlib.sha256(iri.encode()).hexdigest()[:8]
