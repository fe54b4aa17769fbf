"""One map of prefixes; every IRI is built from it and every CURIE comes from it."""

import re

import pytest

from g12c.namespaces import BASE, KINDS, PREFIXES, RECORDS, expand, graph_iri, shorten


def test_prefixes_are_sorted_and_unambiguous() -> None:
    """No two prefixes differ only in case, and no two stand for the same namespace."""
    folded = [prefix.casefold() for prefix in PREFIXES]
    assert folded == sorted(set(folded))
    assert len(set(PREFIXES.values())) == len(PREFIXES)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_prefix_and_namespace_are_usable_in_turtle(prefix: str) -> None:
    """The prefix is a legal PN_PREFIX, and the namespace an absolute IRI that ends where it may."""
    assert re.fullmatch(r"[A-Za-z](?:[A-Za-z0-9.]*[A-Za-z0-9])?", prefix)
    assert re.fullmatch(r"https?://[^\s<>\"{}|^`\\]+[/#_=:]", PREFIXES[prefix])


def test_own_namespaces_stand_below_the_base() -> None:
    """A kind of thing is at id/KIND/, a record at NAME/."""
    assert {PREFIXES[kind] for kind in KINDS} == {f"{BASE}id/{kind}/" for kind in KINDS}
    assert {PREFIXES[name] for name in RECORDS} == {f"{BASE}{name}/" for name in RECORDS}


@pytest.mark.parametrize(
    ("curie", "iri"),
    [
        ("gene:kras", "https://w3id.org/g12c/id/gene/kras"),
        ("claim:kras-y96d-adagrasib", "https://w3id.org/g12c/claim/kras-y96d-adagrasib"),
        ("g12c:Claim", "https://w3id.org/g12c/ontology#Claim"),
        ("MONDO:0005233", "http://purl.obolibrary.org/obo/MONDO_0005233"),
        ("hgnc:6407", "https://bioregistry.io/hgnc:6407"),
        ("civic.vid:78", "https://civicdb.org/links/variant/78"),
        ("reactome:R-HSA-5673001", "https://reactome.org/content/detail/R-HSA-5673001"),
        (
            "hgvs:NP_004976.2:p.Gly12Cys",
            "http://reg.clinicalgenome.org/allele?hgvs=NP_004976.2:p.Gly12Cys",
        ),
        ("SIO:000772", "http://semanticscience.org/resource/SIO_000772"),
    ],
)
def test_curie_and_iri_stand_for_each_other(curie: str, iri: str) -> None:
    """Expanding and shortening are inverse."""
    assert expand(curie) == iri
    assert shorten(iri) == curie


def test_expand_finds_a_prefix_in_any_case() -> None:
    """HGNC, hgnc and Hgnc are one registry."""
    assert expand("HGNC:6407") == expand("Hgnc:6407") == expand("hgnc:6407")


def test_expand_names_an_unknown_prefix() -> None:
    """The caller can tell which prefix it was."""
    with pytest.raises(KeyError, match="nosuch"):
        expand("nosuch:1")


@pytest.mark.parametrize(
    "iri",
    [
        "https://example.org/a",
        "https://w3id.org/g12c/id/gene/",  # nothing is left for the local name
        "https://doi.org/10.1038/s41417-021-00383-9",  # a slash would need an escape
        "https://w3id.org/g12c/id/gene/kras.",
        "https://w3id.org/g12c/id/gene/-kras",
        "https://w3id.org/g12c/id/gene/caf\u00e9",
    ],
)
def test_shorten_leaves_what_no_tool_could_read_back(iri: str) -> None:
    """An IRI without a legal CURIE stays an IRI."""
    assert shorten(iri) == iri


def test_graph_iri() -> None:
    """A named graph is named after its folder."""
    assert graph_iri("claims") == "https://w3id.org/g12c/graph/claims"
