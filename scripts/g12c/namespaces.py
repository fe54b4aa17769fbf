"""The one map of prefixes, and IRIs to and from CURIEs.

No other module builds an IRI or names a namespace.
Identifier prefixes and their IRIs follow the Bioregistry, in its preferred spelling, with the IRI
that RDF datasets use where it lists one. Exceptions, each because nothing would join otherwise:
``hgnc`` (its default IRI holds ``#!``), ``pubmed`` and ``doi`` (the landing pages that everybody
links to), ``SIO`` (the ontology itself says http). ``ga4gh`` is not in the Bioregistry and has no
official IRI, so its computed identifiers stand under our own base.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

BASE: Final = "https://w3id.org/g12c/"
G12C: Final = f"{BASE}ontology#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"
PROV: Final = "http://www.w3.org/ns/prov#"
SH: Final = "http://www.w3.org/ns/shacl#"

_OBO: Final = "http://purl.obolibrary.org/obo/"

KINDS: Final = (
    "act",
    "adverseevent",
    "agent",
    "alteration",
    "cohort",
    "combination",
    "concept",
    "dataset",
    "disease",
    "drug",
    "drugclass",
    "evidence",
    "family",
    "gene",
    "method",
    "model",
    "organisation",
    "pathway",
    "process",
    "protein",
    "region",
    "residue",
    "state",
    "trial",
    "unit",
)
"""Kinds of things: the prefix is the kind, and stands for ``…/id/KIND/``."""

RECORDS: Final = (
    "claim",
    "defect",
    "edge",
    "finding",
    "graph",
    "mapping",
    "note",
    "prefix",
    "printed",
    "query",
    "reference",
    "release",
    "section",
    "sentence",
    "shape",
)
"""What is said about things, and what it comes in: the prefix stands for ``…/NAME/``."""

_VOCABULARIES: Final = {
    "biolink": "https://w3id.org/biolink/vocab/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": DCTERMS,
    "dctypes": "http://purl.org/dc/dcmitype/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "g12c": G12C,
    "np": "http://www.nanopub.org/nschema#",
    "npx": "http://purl.org/nanopub/x/",
    "owl": OWL,
    "pav": "http://purl.org/pav/",
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "sh": SH,
    "SIO": "http://semanticscience.org/resource/SIO_",
    "skos": SKOS,
    "spdx": "http://spdx.org/rdf/terms#",
    "sssom": "https://w3id.org/sssom/",
    "void": "http://rdfs.org/ns/void#",
    "voidext": "http://ldf.fi/void-ext#",
    "wdt": "http://www.wikidata.org/prop/direct/",
    "xsd": XSD,
}

_OBO_ONTOLOGIES: Final = (
    "BFO",
    "CHEBI",
    "CL",
    "DOID",
    "ECO",
    "GENO",
    "GO",
    "HP",
    "IAO",
    "MONDO",
    "NCBITaxon",
    "NCIT",
    "OBI",
    "RO",
    "SEPIO",
    "SO",
    "UBERON",
)

_IDENTIFIERS: Final = {
    "cellosaurus": "https://www.cellosaurus.org/CVCL_",
    "chembl.compound": "http://rdf.ebi.ac.uk/resource/chembl/molecule/",
    "civic.aid": "https://civicdb.org/links/assertions/",
    "civic.did": "https://civicdb.org/links/diseases/",
    "civic.eid": "https://civicdb.org/links/evidence/",
    "civic.fid": "https://civicdb.org/links/feature/",
    "civic.gid": "https://civicdb.org/links/gene/",
    "civic.mpid": "https://civicdb.org/links/molecular_profile/",
    "civic.tid": "https://civicdb.org/links/drugs/",
    "civic.vid": "https://civicdb.org/links/variant/",
    "clingen.allele": (
        "https://reg.clinicalgenome.org/redmine/projects/registry/genboree_registry/by_caid?caid="
    ),
    "clinicaltrials": "https://www.clinicaltrials.gov/study/",
    "clinvar.variation": "https://www.ncbi.nlm.nih.gov/clinvar/variation/",
    "dbsnp": "https://www.ncbi.nlm.nih.gov/snp/",
    "doi": "https://doi.org/",
    "drugbank": "https://go.drugbank.com/drugs/",
    "EFO": "http://www.ebi.ac.uk/efo/EFO_",
    "ensembl": "http://rdf.ebi.ac.uk/resource/ensembl/",
    "fplx": "https://sorgerlab.github.io/famplex/",
    "ga4gh": f"{BASE}ga4gh/",
    "hgnc": "https://bioregistry.io/hgnc:",
    "hgnc.genegroup": "https://www.genenames.org/data/genegroup/#!/group/",
    "hgvs": "http://reg.clinicalgenome.org/allele?hgvs=",
    "infores": "https://w3id.org/information-resource-registry/",
    "interpro": "https://www.ebi.ac.uk/interpro/entry/InterPro/",
    "mesh": "http://id.nlm.nih.gov/mesh/",
    "NCBIGene": "http://purl.uniprot.org/geneid/",
    "oncotree": "http://oncotree.mskcc.org/api/tumorTypes/search/code/",
    "orcid": "https://orcid.org/",
    "pfam": "https://www.ebi.ac.uk/interpro/entry/pfam/",
    "pubchem.compound": "https://pubchem.ncbi.nlm.nih.gov/compound/",
    "pubmed": "https://pubmed.ncbi.nlm.nih.gov/",
    "reactome": "https://reactome.org/content/detail/",
    "refseq": "https://www.ncbi.nlm.nih.gov/protein/",
    "ror": "https://ror.org/",
    "rxnorm": "https://mor.nlm.nih.gov/RxNav/search?searchBy=RXCUI&searchTerm=",
    "unii": "https://precision.fda.gov/uniisearch/srs/unii/",
    "uniprot": "http://purl.uniprot.org/uniprot/",
    "uniprot.isoform": "http://purl.uniprot.org/isoforms/",
    "wikidata": "http://www.wikidata.org/entity/",
    "wikipathways": "http://identifiers.org/wikipathways/",
}

PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    dict(
        sorted(
            (
                {kind: f"{BASE}id/{kind}/" for kind in KINDS}
                | {record: f"{BASE}{record}/" for record in RECORDS}
                | {ontology: f"{_OBO}{ontology}_" for ontology in _OBO_ONTOLOGIES}
                | _VOCABULARIES
                | _IDENTIFIERS
            ).items(),
            key=lambda item: item[0].casefold(),
        )
    )
)
"""Prefix to namespace IRI, sorted by prefix regardless of case."""

_ANY_CASE: Final = {prefix.casefold(): namespace for prefix, namespace in PREFIXES.items()}

# The part of Turtle's PN_LOCAL that every tool reads alike: ASCII, no escapes.
LOCAL_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.:-]*[A-Za-z0-9_:-])?")


def expand(curie: str) -> str:
    """The IRI for a CURIE such as ``gene:kras``; the prefix is found in any case.

    Raises `KeyError` naming the prefix if it is not one of ours.
    """
    prefix, _, local = curie.partition(":")
    return _ANY_CASE[prefix.casefold()] + local


def shorten_with(iri: str, prefixes: Mapping[str, str]) -> tuple[str, str] | None:
    """(prefix, local name) by the longest namespace that leaves a legal local name, or None."""
    fits = [
        (len(namespace), prefix)
        for prefix, namespace in prefixes.items()
        if iri.startswith(namespace) and LOCAL_NAME.fullmatch(iri, len(namespace))
    ]
    if not fits:
        return None
    length, prefix = max(fits)
    return prefix, iri[length:]


@lru_cache(maxsize=1 << 16)
def shorten(iri: str) -> str:
    """The CURIE for an IRI if a prefix fits and the rest is a legal local name, else the IRI."""
    found = shorten_with(iri, PREFIXES)
    return ":".join(found) if found else iri


def graph_iri(name: str) -> str:
    """The IRI of the named graph ``name``, which is the folder its files stand in."""
    return f"{PREFIXES['graph']}{name}"
