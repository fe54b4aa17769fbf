"""All that the graph knows about one thing, for a person."""

import textwrap

import pyoxigraph as ox

from .errors import printable
from .namespaces import BASE, expand, shorten
from .questions import label_of, resolve, select

_HEAD = ("rdfs:label", "skos:prefLabel", "skos:altLabel", "skos:definition")
_HIDDEN = {expand(name) for name in ("rdf:type", "rdfs:isDefinedBy", "prov:wasAttributedTo")}

_FACTS = """
SELECT DISTINCT ?property ?value
WHERE {{
  <{iri}> ?property ?value .
}}
ORDER BY ?property ?value
"""

_IDENTIFIERS = """
SELECT DISTINCT ?relation ?identifier ?label
WHERE {{
  ?mapping g12c:mappedThing <{iri}> ; g12c:mappingRelation ?relation ;
    g12c:identifier ?identifier .
  OPTIONAL {{ ?mapping g12c:targetLabel ?label }}
}}
ORDER BY ?relation ?identifier
"""

_STATEMENTS = """
SELECT DISTINCT ?group ?statement ?text
WHERE {{
  {{ ?statement g12c:subject <{iri}> BIND("what it does and is" AS ?group) }}
  UNION {{ ?statement g12c:object <{iri}> BIND("what is said of it" AS ?group) }}
  UNION {{
    ?statement ?context <{iri}> BIND("what holds in its context" AS ?group)
    FILTER(?context NOT IN (g12c:subject, g12c:object, g12c:readAs))
  }}
  ?statement a ?kind .
  FILTER(?kind IN (g12c:Claim, g12c:PrintedClaim, g12c:Finding, g12c:EditorialNote, g12c:Defect))
  OPTIONAL {{ ?statement skos:definition ?definition }}
  OPTIONAL {{ ?statement rdfs:label ?label }}
  BIND(IF(?kind = g12c:PrintedClaim, "as printed: ", IF(?kind = g12c:Finding, "elsewhere: ",
    IF(?kind = g12c:EditorialNote, "note: ", IF(?kind = g12c:Defect, "defect: ", "")))) AS ?mark)
  BIND(CONCAT(?mark, COALESCE(IF(?kind IN (g12c:Finding, g12c:EditorialNote), ?definition, ?label),
    ?definition, "")) AS ?text)
}}
ORDER BY DESC(?group) ?text ?statement
"""


def show(store: ox.Store, name: str, width: int = 0) -> str:
    """A page on the thing of that name, or the list of things that can be meant.

    ``width`` is the width of the lines in characters, 0 for no limit.
    Raises `G12cError` with the nearest names if there is none.
    """
    found = resolve(store, name)
    if len(found) > 1:
        lines = [f"{name} can mean {len(found)} things; name one by its CURIE:"]
        listed = [(shorten(iri), f"{_kinds(store, iri)}: {label_of(store, iri)}") for iri in found]
        wide = max(len(curie) for curie, _ in listed)
        return "\n".join(lines + [f"  {curie.ljust(wide)}  {about}" for curie, about in listed])
    iri = found[0]
    title = printable(label_of(store, iri))
    parts = [title, f"{_kinds(store, iri)}, {shorten(iri)}", iri, ""]
    parts += _facts(store, iri, width)
    for heading, lines in _sections(store, iri):
        parts += ["", heading, *(_wrapped(line, "  ", width) for line in lines)]
    return "\n".join(parts)


def _kinds(store: ox.Store, iri: str) -> str:
    """The asserted classes of a thing, by their labels."""
    kind = ox.NamedNode(expand("rdf:type"))
    inferred = ox.NamedNode(expand("graph:inferred"))
    types = {
        quad.object.value
        for quad in store.quads_for_pattern(ox.NamedNode(iri), kind, None, None)
        if quad.graph_name != inferred and isinstance(quad.object, ox.NamedNode)
    }
    return ", ".join(sorted(label_of(store, name).rpartition("#")[2] for name in types))


def _facts(store: ox.Store, iri: str, width: int) -> list[str]:
    """The thing's own triples, in words, but those that `_sections` tells better."""
    told_elsewhere = {row["relation"].value for row in select(store, _IDENTIFIERS.format(iri=iri))}
    facts: dict[str, list[str]] = {}
    for row in select(store, _FACTS.format(iri=iri)):
        prop, value = row["property"].value, row["value"]
        if prop in _HIDDEN | told_elsewhere or prop == expand("rdfs:label"):
            continue
        if isinstance(value, ox.NamedNode):
            ours = value.value.startswith(BASE)
            text = label_of(store, value.value) if ours else shorten(value.value)
        else:
            text = value.value
        facts.setdefault(prop, []).append(printable(text))
    head = [expand(name) for name in _HEAD]
    ordered = sorted(facts, key=lambda prop: (prop not in head, shorten(prop)))
    names = {prop: _property_name(store, prop) for prop in ordered}
    wide = max(map(len, names.values()), default=0)
    return [
        _wrapped(
            f"{names[prop].ljust(wide)}  {'; '.join(sorted(facts[prop]))}",
            " " * (wide + 2),
            width,
            0,
        )
        for prop in ordered
    ]


def _property_name(store: ox.Store, iri: str) -> str:
    if iri == expand("skos:altLabel"):
        return "also called"
    label = label_of(store, iri)
    return shorten(iri).partition(":")[2] if label == iri else label


def _sections(store: ox.Store, iri: str) -> list[tuple[str, list[str]]]:
    identifiers = [
        f"{row['identifier'].value}  {shorten(row['relation'].value).partition(':')[2]}"
        + (f"  {printable(row['label'].value)}" if row["label"] else "")
        for row in select(store, _IDENTIFIERS.format(iri=iri))
    ]
    sections = {"identifiers": identifiers} if identifiers else {}
    for row in select(store, _STATEMENTS.format(iri=iri)):
        line = printable(f"{row['text'].value}  {shorten(row['statement'].value)}")
        lines = sections.setdefault(row["group"].value, [])
        if not any(line in known for known in sections.values()):
            lines.append(line)
    return [(heading, lines) for heading, lines in sections.items() if lines]


def _wrapped(line: str, indent: str, width: int, first: int | None = None) -> str:
    if not width:
        return line if first == 0 else indent + line
    return textwrap.fill(
        line,
        max(width, 40),
        initial_indent="" if first == 0 else indent,
        subsequent_indent=indent if first == 0 else indent + "  ",
        break_on_hyphens=False,
        break_long_words=False,
    )
