"""Round trips of exports: what the dataset says, and what a reader of an export must find.

The truth is asked for in SPARQL, so that nothing here shares code with the view that exporters
read. A reader of a form is a function from its files to propositions by the IRI of the claim.
"""

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache

import pyoxigraph as ox

from g12c import store
from g12c.export import Form
from g12c.export.claims import Dataset
from g12c.export.metadata import load
from g12c.sources import find_sources

G12C = "https://w3id.org/g12c/ontology#"

Proposition = tuple[str, str, str, str, str]
"""Subject, relation and object (IRIs), polarity and certainty (local names).

The object of a claim without one is its text, or its number (or range, ``1 to 2``) with the UCUM
code of the unit; a subject that the text does not name is empty.
"""

Reader = Callable[[Mapping[str, bytes]], Mapping[str, Proposition]]

_TRUTH = f"""
PREFIX g12c: <{G12C}>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?claim ?subject ?relation ?object ?text ?value ?lower ?upper ?code ?polarity ?certainty
WHERE {{
  GRAPH <https://w3id.org/g12c/graph/claims> {{
    ?claim a g12c:Claim ;
      g12c:predicate ?relation ;
      g12c:polarity ?polarity ;
      g12c:certainty ?certainty .
    OPTIONAL {{ ?claim g12c:subject ?subject }}
    OPTIONAL {{ ?claim g12c:object ?object }}
    OPTIONAL {{ ?claim g12c:textValue ?text }}
    OPTIONAL {{ ?claim g12c:value ?value }}
    OPTIONAL {{ ?claim g12c:lowerValue ?lower ; g12c:upperValue ?upper }}
    OPTIONAL {{ ?claim g12c:unit ?unit }}
  }}
  OPTIONAL {{ ?unit skos:notation ?code }}
}}
"""


def value(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | ox.DefaultGraph) -> str:
    """The IRI or the text of a term, or the label of a blank node."""
    return str(term) if isinstance(term, ox.Triple | ox.DefaultGraph) else term.value


@cache
def dataset() -> Dataset:
    """The dataset of this checkout."""
    sources = find_sources()
    return Dataset(tuple(store.published(sources)), sources, load())


def truth(data: ox.Store) -> dict[str, Proposition]:
    """What each claim of a store says."""
    rows = data.query(_TRUTH, use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)
    found: dict[str, Proposition] = {}
    for row in rows:
        text = {name.value: row[name.value].value if row[name.value] else "" for name in _names()}
        number = text["value"] or f"{text['lower']} to {text['upper']}"
        found[text["claim"]] = (
            text["subject"],
            text["relation"],
            text["object"] or text["text"] or f"{number} {text['code']}",
            text["polarity"].removeprefix(G12C),
            text["certainty"].removeprefix(G12C),
        )
    return found


def _names() -> list[ox.Variable]:
    line = next(line for line in _TRUTH.split("\n") if line.startswith("SELECT"))
    return [ox.Variable(name.removeprefix("?")) for name in line.split()[1:]]


def check(form: Form, read: Reader, exported: Dataset) -> None:
    """Assert that a reader finds what the dataset of this checkout says, claim by claim.

    ``exported`` is that dataset, or a mutant of it that stands for an exporter with a fault. Claims
    that the form withholds of the true dataset must not be found, all others must.
    """
    withheld = form.export(dataset()).loss.withheld
    expected = {iri: said for iri, said in truth(dataset().store).items() if iri not in withheld}
    assert expected, f"{form.name} exports nothing"
    found = read(form.export(exported).files)
    differ = sorted(iri for iri in {*found, *expected} if found.get(iri) != expected.get(iri))
    lines = [f"{iri}: {found.get(iri)}, but should be {expected.get(iri)}" for iri in differ[:5]]
    assert not differ, "\n".join([f"{len(differ)} claims read otherwise", *lines])


def mutant(fault: str) -> Dataset:
    """The dataset as an exporter with a fault sees it.

    ``flips polarity``: denied claims are affirmed and the other way round; ``drops negation``;
    ``drops hedges``: everything is stated as a fact.
    """
    changes = {
        "flips polarity": {"Affirmed": "Denied", "Denied": "Affirmed"},
        "drops negation": {"Denied": "Affirmed"},
        "drops hedges": {"Hedged": "Stated", "Expected": "Stated", "OpenQuestion": "Stated"},
    }[fault]
    quads = []
    for quad in dataset().quads:
        target = quad.object
        if quad.predicate.value in {f"{G12C}polarity", f"{G12C}certainty"}:
            name = value(target).removeprefix(G12C)
            target = ox.NamedNode(G12C + changes.get(name, name))
        quads.append(ox.Quad(quad.subject, quad.predicate, target, quad.graph_name))
    return dataclasses.replace(dataset(), quads=tuple(quads))
