"""Realistic claims in any number: ``python tests/bench/generate.py 10000 > claims.nq``.

The release is copied over and over, as if more articles of the same kind had been read. Each copy
has its own claims; half of the things that it speaks of are new, the other half are those of the
release, so that the graph hangs together. The same number and seed give the same bytes.
"""

import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import pyoxigraph as ox

from g12c.namespaces import BASE, G12C, RDF, RDFS, graph_iri
from g12c.sources import find_sources
from g12c.store import published

COPIED = ("alteration", "combination", "disease", "drug", "gene", "model", "process", "trial")
"""The kinds of things that a further article may bring."""


def claims(quads: Iterable[ox.Quad], count: int, seed: int = 12) -> Iterator[ox.Quad]:
    """The quads of the release with ``count`` claims: the first of its own, then copies."""
    kept, by_claim, by_thing = _sorted_out(quads)
    yield from kept
    choose = random.Random(seed)  # noqa: S311 not for secrets
    names = sorted(by_claim)
    things = sorted(by_thing)
    copy, left = 0, count
    while left > 0:
        new = {thing for thing in things if copy and choose.random() < 0.5}
        renamed = {name: f"{name}-{copy}" if copy else name for name in names}
        renamed |= {thing: f"{thing}-{copy}" for thing in new}
        for name in names[:left]:
            yield from _renamed(by_claim[name], renamed, copy)
        for thing in sorted(new):
            yield from _renamed(by_thing[thing], renamed, copy)
        copy, left = copy + 1, left - len(names)


def _sorted_out(
    quads: Iterable[ox.Quad],
) -> tuple[list[ox.Quad], dict[str, list[ox.Quad]], dict[str, list[ox.Quad]]]:
    """All but claims; by claim, its triples and the edge drawn from it; by thing, its triples."""
    ordered = sorted(quads, key=str)
    graphs = {name: ox.NamedNode(graph_iri(name)) for name in ("claims", "derived", "direct")}
    is_claim = ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{G12C}Claim")
    ours = {quad.subject for quad in ordered if (quad.predicate, quad.object) == is_claim}
    kept: list[ox.Quad] = []
    by_claim: defaultdict[str, list[ox.Quad]] = defaultdict(list)
    by_thing: defaultdict[str, list[ox.Quad]] = defaultdict(list)
    places = tuple(f"{BASE}id/{kind}/" for kind in COPIED)
    for quad in ordered:
        name = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
        if quad.subject in ours and quad.graph_name in {graphs["claims"], graphs["derived"]}:
            by_claim[name].append(quad)
            continue
        kept.append(quad)
        if name.startswith(places) and quad.graph_name == ox.NamedNode(graph_iri("things")):
            by_thing[name].append(quad)
    edges = {
        (quad.subject, quad.predicate, quad.object): quad
        for quad in ordered
        if quad.graph_name == graphs["direct"]
    }
    for about in by_claim.values():
        said = {quad.predicate.value.removeprefix(G12C): quad.object for quad in about}
        drawn = [said.get(role) for role in ("subject", "predicate", "object")]
        about.extend(edge for ends, edge in edges.items() if list(ends) == drawn)
    return kept, dict(by_claim), dict(by_thing)


def _renamed(quads: Iterable[ox.Quad], names: dict[str, str], copy: int) -> Iterator[ox.Quad]:
    for quad in quads:
        value = quad.object
        if isinstance(value, ox.NamedNode):
            value = ox.NamedNode(names.get(value.value, value.value))
        elif isinstance(value, ox.Literal) and copy and quad.predicate.value == f"{RDFS}label":
            value = ox.Literal(f"{value.value} ({copy})", language=value.language)
        subject = quad.subject
        if isinstance(subject, ox.NamedNode):
            subject = ox.NamedNode(names.get(subject.value, subject.value))
        yield ox.Quad(subject, quad.predicate, value, quad.graph_name)


if __name__ == "__main__":
    for each in claims(published(find_sources()), int(sys.argv[1])):
        sys.stdout.write(f"{each} .\n")
