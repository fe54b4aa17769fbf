"""Ask Cypher of RDF as Neo4j's n10s imports it: ``check_cypher.py TURTLE QUERY``, a file each.

n10s is not to be had here, so its rules are followed (handleVocabUris MAP, handleMultival ARRAY):
a type is a label, a literal is an item of a property, any other triple a relationship, each by its
local name. Prints the rows as JSON.
"""

# mypy: disable-error-code="import-not-found, import-untyped"

import json
import re
import sys
from pathlib import Path

import networkx
import pyoxigraph as ox
from grandcypher import GrandCypher


def local(iri: str) -> str:
    """The name behind the last slash or hash."""
    return re.split(r"[/#]", iri)[-1]


graph = networkx.MultiDiGraph()
for quad in ox.parse(path=sys.argv[1], format=ox.RdfFormat.TURTLE):
    for term in (quad.subject, quad.object):
        if not isinstance(term, ox.Literal) and term not in graph:
            graph.add_node(term, __labels__={"Resource"}, uri=term.value)
    node, name = graph.nodes[quad.subject], local(quad.predicate.value)
    if isinstance(quad.object, ox.Literal):
        node.setdefault(name, []).append(quad.object.value)
    elif name == "type":
        node["__labels__"].add(local(quad.object.value))
    else:
        graph.add_edge(quad.subject, quad.object, __labels__={name})
found = GrandCypher(graph).run(Path(sys.argv[2]).read_text(encoding="utf-8"))
json.dump([*zip(*found.values(), strict=True)], sys.stdout)
