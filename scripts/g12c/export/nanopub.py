"""Nanopublications: each claim by itself, with its provenance, under a name that proves its text.

One TriG file with four graphs a claim, after the nanopublication guidelines: head, assertion (what
is claimed, how surely, in which context), provenance (sentence, references, evidence, defects,
curator) and publication info. The assertion holds the claim as a record and no bare edge, so that
polarity and hedges cannot fall off.
The name is a Trusty URI (module RA): it holds a hash of the graphs, so that `verify` finds every
change. The build does not sign. A maintainer can, offline, with nanopub-py; a signature is part of
what the name of the signed nanopublication proves, and `verify` checks it too.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from ..errors import SourceError
from ..namespaces import BASE, DCTERMS, G12C, PREFIXES, PROV, RDF, RDFS, SKOS, XSD, graph_iri
from ..reading import read_quads
from ..turtle import write
from . import EVERYTHING, Export, sift
from .claims import Claim, Dataset
from .metadata import DATASET, LICENCES, Metadata

NANOPUBS: Final = f"{BASE}np/"
"""The name of a nanopublication is its code behind this."""

_NP: Final = PREFIXES["np"]
_NPX: Final = PREFIXES["npx"]
_LINKS: Final = {
    "assertion": f"{_NP}hasAssertion",
    "provenance": f"{_NP}hasProvenance",
    "pubinfo": f"{_NP}hasPublicationInfo",
}
_PARTS: Final = ("Head", *_LINKS)
_NAME: Final = re.compile(r"(.*/(RA[A-Za-z0-9_-]{43}))#(Head|assertion|provenance|pubinfo)")
_DRAFT: Final = f"{NANOPUBS}RA{'_' * 43}"
"""The name before the code is known."""

_PROVENANCE: Final = frozenset(
    {
        f"{DCTERMS}created",
        f"{PROV}wasAttributedTo",
        *(f"{G12C}{name}" for name in ("affectedBy", "cites", "evidenceType", "illustratedIn")),
        f"{G12C}inSentence",
    }
)
"""What says how a claim came about; all else that is said of it is the assertion."""


def nanopubs(dataset: Dataset) -> Export:
    """All claims as nanopublications, in the order of their IRIs; nothing of them is lost."""
    kept, loss = sift(dataset.claims, EVERYTHING)
    made = [*_each(kept, dataset)]
    prefixes = {line for _, _, used, _ in made for line in used}
    blocks = [block for *_, some in made for block in some]
    return Export({"g12c-nanopubs.trig": _trig(prefixes, blocks)}, loss)


def apart(dataset: Dataset) -> Iterator[tuple[str, str, bytes]]:
    """The IRI of each claim, the name of its nanopublication, and this in a file of its own."""
    for claim, name, prefixes, blocks in _each(dataset.claims, dataset):
        yield claim.iri, name, _trig(prefixes, blocks)


def _trig(prefixes: Iterable[str], blocks: Iterable[str]) -> bytes:
    top = "".join(f"{line}\n" for line in sorted(prefixes, key=str.casefold))
    return "\n".join([top, *blocks]).encode()


def _each(
    claims: Iterable[Claim], dataset: Dataset
) -> Iterator[tuple[Claim, str, set[str], list[str]]]:
    """Each claim, the name of its nanopublication, its prefixes and a block for each graph."""
    # As they were written: the store rewrites numbers.
    said: dict[str, list[ox.Quad]] = {}
    graphs_read = {ox.NamedNode(graph_iri(name)) for name in ("claims", "things")}
    for quad in dataset.quads:
        if quad.graph_name in graphs_read and isinstance(quad.subject, ox.NamedNode):
            said.setdefault(quad.subject.value, []).append(quad)
    for claim in claims:
        draft = _quads(claim, said, dataset.metadata)
        name = NANOPUBS + _code(draft, _DRAFT)
        named = [_renamed(quad, _DRAFT, name) for quad in draft]
        graphs: dict[str, list[ox.Triple]] = {}
        for quad in named:
            if isinstance(quad.graph_name, ox.NamedNode):
                graphs.setdefault(quad.graph_name.value, []).append(quad.triple)
        used, blocks = set(), []
        for graph, content in graphs.items():
            prefixes, _, body = write(content).partition("\n\n")
            used.update(prefixes.split("\n"))
            blocks.append(f"<{graph}> {{\n\n{body}\n}}\n")
        yield claim, name, used, blocks


def _quads(claim: Claim, said: Mapping[str, list[ox.Quad]], about: Metadata) -> list[ox.Quad]:
    """The four graphs of a claim under the name of a draft, the head first.

    ``said`` is what the curators say of claims and units, by subject.
    """
    this = ox.NamedNode(_DRAFT)
    assertion, provenance, pubinfo = (_part(_DRAFT, name) for name in _LINKS)
    label = ox.Literal(claim.label, language="en")
    quads = [*_head(_DRAFT), _quad(ox.NamedNode(claim.iri), f"{RDFS}label", label, assertion)]
    for _, predicate, value, _ in said[claim.iri]:
        part = provenance if predicate.value in _PROVENANCE else assertion
        quads.append(ox.Quad(ox.NamedNode(claim.iri), predicate, value, part))
        if predicate.value == f"{PROV}wasAttributedTo":
            quads.append(ox.Quad(this, ox.NamedNode(f"{DCTERMS}creator"), value, pubinfo))
    for unit in claim.values.get("unit", ()):
        quads += [
            ox.Quad(quad.subject, quad.predicate, quad.object, assertion)
            for quad in said[unit]
            if quad.predicate.value == f"{SKOS}notation"
        ]
    article = ox.NamedNode(about.article.iri)
    quads.append(_quad(assertion, f"{PROV}wasDerivedFrom", article, provenance))
    for reference in claim.cites:
        cited = ox.NamedNode(reference.iri)
        number = ox.Literal(f"[{reference.number}]")
        quads.append(_quad(cited, f"{RDFS}label", number, provenance))
        for prefix, local in (("pubmed", reference.pubmed), ("doi", reference.doi)):
            if local:
                work = ox.NamedNode(PREFIXES[prefix] + local)
                quads.append(_quad(cited, f"{SKOS}exactMatch", work, provenance))
    created = ox.Literal(claim.created, datatype=ox.NamedNode(f"{XSD}date"))
    licence = ox.NamedNode(LICENCES[about.data_licence])
    return [
        *quads,
        _quad(this, f"{DCTERMS}created", created, pubinfo),
        _quad(this, f"{DCTERMS}isPartOf", ox.NamedNode(DATASET), pubinfo),
        _quad(this, f"{DCTERMS}license", licence, pubinfo),
        _quad(this, f"{RDFS}label", label, pubinfo),
    ]


def _head(this: str) -> list[ox.Quad]:
    """The graph that says which the others are."""
    node, graph = ox.NamedNode(this), _part(this, "Head")
    return [
        _quad(node, f"{RDF}type", ox.NamedNode(f"{_NP}Nanopublication"), graph),
        *(_quad(node, link, _part(this, name), graph) for name, link in _LINKS.items()),
    ]


def _part(this: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{this}#{name}")


def _quad(
    subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal, graph: ox.NamedNode
) -> ox.Quad:
    return ox.Quad(subject, ox.NamedNode(predicate), value, graph)


def _renamed(quad: ox.Quad, old: str, new: str) -> ox.Quad:
    def rename(node: ox.NamedNode) -> ox.NamedNode:
        return ox.NamedNode(node.value.replace(old, new))

    subject, predicate, value, graph = quad
    if not isinstance(subject, ox.NamedNode) or not isinstance(graph, ox.NamedNode):
        raise TypeError(str(quad))  # this graph has IRIs only
    target = rename(value) if isinstance(value, ox.NamedNode) else value
    return ox.Quad(rename(subject), rename(predicate), target, rename(graph))


# --- Trusty URIs ------------------------------------------------------------------------------


def verify(data: bytes, name: str = "nanopublications.trig") -> tuple[int, list[str]]:
    """How many nanopublications a file holds, and what is wrong with them, a line each.

    The end of ``name`` says whether it is TriG or N-Quads (``.nq``).

    Each must have its four graphs, a head that names them, the code that its graphs hash to and,
    if it is signed, a signature that fits its key; whose key that is, it cannot tell. That one is
    missing altogether the file cannot show; the checksums of a release do.
    """
    try:
        quads = [*read_quads(data, name)]
    except SourceError as error:
        return 0, [str(error)]
    groups: dict[str, list[ox.Quad]] = {}
    problems: dict[str, None] = {}

    def problem(what: str, code: str) -> None:
        line = data.count(b"\n", 0, max(data.find(code.encode()), 0)) + 1
        problems[f"{name}:{line}: {what}"] = None

    for quad in quads:
        graph = quad.graph_name
        iri = graph.value if isinstance(graph, ox.NamedNode) else ""
        match = _NAME.fullmatch(iri)
        if match is None:
            problem(f"{iri or 'the default graph'} is no graph of a nanopublication", iri)
        elif isinstance(quad.subject, ox.NamedNode) and isinstance(
            quad.object, ox.NamedNode | ox.Literal
        ):
            groups.setdefault(match[1], []).append(quad)
        else:
            problem(f"{iri} has a node without an IRI", match[2])
    for this, content in groups.items():
        code = this.rpartition("/")[2]
        if {*_head(this)} != {quad for quad in content if quad.graph_name == _part(this, "Head")}:
            problem(f"{this}: the head does not say that these are its graphs", code)
        elif {quad.graph_name for quad in content} != {_part(this, part) for part in _PARTS}:
            problem(f"{this} lacks a graph", code)
        if code != _code(content, this):
            problem(f"{this} is not what its name says; something was changed", code)
        elif not _signature_fits(content, this):
            problem(f"{this}: the signature does not fit", code)
    if not problems and not groups:
        problem("there is no nanopublication in it", "")
    return len(groups), [*problems]


def _code(quads: Iterable[ox.Quad], this: str) -> str:
    """The code of module RA for a nanopublication that stands under the name ``this``."""
    digest = hashlib.sha256(_normal(quads, this).encode()).digest()
    return f"RA{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _normal(quads: Iterable[ox.Quad], this: str) -> str:
    """The text that is hashed: four lines a quad, sorted, a space in the place of the code."""
    code = this.rpartition("/")[2]

    def iri(node: object) -> str:
        return node.value.replace(code, " ") if isinstance(node, ox.NamedNode) else ""

    def key(quad: ox.Quad) -> tuple[str, str, str, tuple[bool, str, bool, str, str]]:
        value = quad.object
        if isinstance(value, ox.Literal):
            kind = "" if value.language else value.datatype.value
            rank = (True, value.value, not value.language, kind, value.language or "")
        else:
            rank = (False, iri(value), False, "", "")
        return iri(quad.graph_name), iri(quad.subject), iri(quad.predicate), rank

    lines = []
    for graph, subject, predicate, (literal, text, typed, kind, language) in sorted(
        {key(quad) for quad in quads}
    ):
        if literal:
            sign = f"^{kind}" if typed else f"@{language.lower()}"
            escaped = text.replace("\\", "\\\\").replace("\n", "\\n")
            lines += [graph, subject, predicate, f"{sign} {escaped}"]
        else:
            lines += [graph, subject, predicate, text]
    return "".join(f"{line}\n" for line in lines)


# --- signatures -------------------------------------------------------------------------------

_RSA: Final = bytes.fromhex("300d06092a864886f70d0101010500")
"""The algorithm in a public key (SubjectPublicKeyInfo): RSA."""

_SHA256: Final = bytes.fromhex("3031300d060960864801650304020105000420")
"""What stands before a SHA-256 digest in a signature (PKCS #1 v1.5)."""

_SMALLEST: Final = 2048
"""The fewest bits of an RSA key."""


def _signature_fits(quads: Sequence[ox.Quad], this: str) -> bool:
    """Whether a nanopublication is unsigned, or signed as nanopublications are (RSA, SHA-256)."""
    said: dict[str, str] = {}
    for quad in quads:
        name = quad.predicate.value.removeprefix(_NPX)
        if name in {"hasAlgorithm", "hasPublicKey", "hasSignature", "hasSignatureTarget"}:
            if name in said or quad.graph_name != _part(this, "pubinfo"):
                return False
            said[name] = quad.object.value if not isinstance(quad.object, ox.Triple) else ""
    if not said:
        return True
    if said.get("hasSignatureTarget") != this or said.get("hasAlgorithm") != "RSA":
        return False
    signed = [quad for quad in quads if quad.predicate.value != f"{_NPX}hasSignature"]
    try:
        modulus, exponent = _public_key(base64.b64decode(said["hasPublicKey"], validate=True))
        signature = base64.b64decode(said["hasSignature"], validate=True)
    except (KeyError, ValueError, IndexError):
        return False
    size = (modulus.bit_length() + 7) // 8
    digest = hashlib.sha256(_normal(signed, this).encode()).digest()
    padding = b"\xff" * (size - len(_SHA256) - len(digest) - 3)
    expected = b"\x00\x01" + padding + b"\x00" + _SHA256 + digest
    number = int.from_bytes(signature)
    return (
        modulus.bit_length() >= _SMALLEST
        and len(signature) == size
        and number < modulus
        and pow(number, exponent, modulus).to_bytes(size) == expected
    )


def _public_key(data: bytes) -> tuple[int, int]:
    """Modulus and exponent of an RSA key in DER; raises `ValueError` if it is none."""
    info = _field(data, 0x30)[0]
    if not info.startswith(_RSA):
        raise ValueError("not an RSA key")
    bits = _field(info[len(_RSA) :], 0x03)[0]
    modulus, rest = _field(_field(bits[1:], 0x30)[0], 0x02)
    return int.from_bytes(modulus), int.from_bytes(_field(rest, 0x02)[0])


def _field(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the first field of DER and what comes behind it."""
    start, length = 2, data[1]
    if length > 0x80:
        start += length - 0x80
        length = int.from_bytes(data[2:start])
    if data[0] != tag or len(data) < start + length:
        raise ValueError("not the field that was expected")
    return data[start : start + length], data[start + length :]
