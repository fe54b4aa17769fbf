"""What the build draws from claims, and what it must not draw."""

import pyoxigraph as ox
import pytest

from g12c.derive import derive, sentence
from g12c.errors import G12cError
from g12c.namespaces import G12C, PREFIXES, expand, graph_iri

PROLOGUE = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
CLAIM = """
claim:one a g12c:Claim ;
  g12c:subject alteration:a ; g12c:predicate g12c:confersResistanceTo ; g12c:object drug:b ;
  g12c:polarity g12c:Affirmed ; g12c:certainty g12c:Stated .
"""


def made(turtle: str, graph: str) -> set[tuple[str, str, str]]:
    """The triples that are derived into one graph from these facts."""
    store = ox.Store()
    store.load(input=(PROLOGUE + turtle).encode(), format=ox.RdfFormat.TURTLE)
    name = ox.NamedNode(graph_iri(graph))
    return {
        (str(quad.subject), str(quad.predicate), str(quad.object))
        for quad in derive(store)
        if quad.graph_name == name
    }


def test_a_claim_affirmed_and_stated_gives_its_edge() -> None:
    """The one rule for direct edges."""
    edge = tuple(
        str(ox.NamedNode(expand(name)))
        for name in ("alteration:a", "g12c:confersResistanceTo", "drug:b")
    )
    assert made(CLAIM, "direct") == {edge}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("g12c:Affirmed", "g12c:Denied"),
        ("g12c:Stated", "g12c:Hedged"),
        ("g12c:Stated", "g12c:Expected"),
        ("g12c:Stated", "g12c:OpenQuestion"),
        ("g12c:Claim", "g12c:PrintedClaim"),
        ("g12c:Claim", "g12c:Finding"),
        ("g12c:Stated .", "g12c:Stated ; g12c:leavesOpen g12c:WhichDrug ."),
        ("g12c:Stated .", "g12c:Stated ; g12c:leavesOpen g12c:WhetherIncluded ."),
        ("g12c:Stated .", "g12c:Stated ; g12c:objectAspect concept:activation ."),
        ("g12c:Stated .", "g12c:Stated ; g12c:resultingState state:gtp-bound ."),
    ],
)
def test_no_edge_says_more_than_its_claim(old: str, new: str) -> None:
    """Denied, hedged, printed in error, unsure or conditional: the claim stays, no edge is made."""
    assert old in CLAIM
    assert made(CLAIM.replace(old, new), "direct") == set()


def test_a_mapping_becomes_a_link_with_its_own_relation() -> None:
    """A broad match is never published as an exact one."""
    mapping = """
    mapping:m a g12c:Mapping ; g12c:mappedThing gene:a ; g12c:mappingRelation skos:broadMatch ;
      g12c:mappingTarget <http://example.org/b> .
    """
    assert (
        f"<{expand('gene:a')}>",
        f"<{expand('skos:broadMatch')}>",
        "<http://example.org/b>",
    ) in made(mapping, "derived")


def test_names_of_a_substitution_are_computed_from_the_sequence() -> None:
    """HGVS and VRS come from sequence, position and residues."""
    facts = """
    alteration:a a g12c:Substitution ; g12c:alterationOf gene:g ; g12c:position 2 ;
      g12c:referenceResidue "K" ; g12c:alternativeResidue "W" .
    protein:p g12c:encodedBy gene:g ; g12c:sequence "MKV" ; g12c:sequenceAccession "NP_000001.1" .
    """
    names = {(p, o.split("^^")[0]) for _, p, o in made(facts, "derived")}
    assert (f"<{G12C}hgvs>", '"NP_000001.1:p.Lys2Trp"') in names
    assert any(p == f"<{G12C}vrsIdentifier>" and '"ga4gh:VA.' in o for p, o in names)
    with pytest.raises(G12cError, match="residue 2 of the sequence is K, not R"):
        made(facts.replace('"K"', '"R"'), "derived")


@pytest.mark.parametrize(
    ("about", "line"),
    [
        ({}, "sotorasib affects PI3K pathway (S031)"),
        ({"polarity": ["denied"]}, "Denied: sotorasib affects PI3K pathway (S031)"),
        (
            {"certainty": ["hedged"], "cue": ["may"]},
            "Hedged (“may”): sotorasib affects PI3K pathway (S031)",
        ),
        (
            {"polarity": ["denied"], "certainty": ["hedged"], "cue": ["may"]},
            "Denied, hedged (“may”): sotorasib affects PI3K pathway (S031)",
        ),
        (
            {"leavesOpen": ["which drug"], "contests": ["x"]},
            "sotorasib affects PI3K pathway [open: which drug] [contested] (S031)",
        ),
        ({"subjectAspect": ["loss"]}, "loss of sotorasib affects PI3K pathway (S031)"),
        (
            {"qualifier": ["cell type-dependent"], "inSetting": ["in vitro", "in vivo"]},
            "sotorasib affects PI3K pathway, in the setting in vitro and in vivo "
            "[cell type-dependent] (S031)",
        ),
    ],
)
def test_a_label_keeps_polarity_certainty_and_doubt(about: dict[str, list[str]], line: str) -> None:
    """What a reader must not miss stands in the computed line."""
    base = {
        "subject": ["sotorasib"],
        "predicate": ["affects"],
        "object": ["PI3K pathway"],
        "polarity": ["affirmed"],
        "certainty": ["stated"],
        "inSentence": ["S031"],
    }
    assert sentence(base | about) == line


def test_a_number_comes_with_unit_and_total() -> None:
    """45% of 51 patients, never a bare 45."""
    about = {
        "subject": ["adagrasib"],
        "predicate": ["partial response rate"],
        "value": ["45"],
        "unit": ["%"],
        "denominator": ["51"],
        "denominatorText": ["patients"],
        "polarity": ["affirmed"],
        "certainty": ["stated"],
        "inSentence": ["S039"],
    }
    assert sentence(about) == "adagrasib partial response rate 45% of 51 patients (S039)"
