"""What the forms without RDF share: CURIEs that hold outside this project, and lines of TSV."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ..namespaces import BASE, G12C, PREFIXES, shorten

_OWN: Final = "g12c."
"""Before our own prefixes: ``gene`` by itself would collide where graphs are merged."""


def public_curie(iri: str) -> str:
    """The CURIE for an IRI, ours with ``g12c.`` before the prefix, as in ``g12c.gene:kras``.

    What no prefix of `PREFIXES` fits stays as it is.
    """
    curie = shorten(iri)
    ours = curie != iri and iri.startswith(BASE) and not iri.startswith(G12C)
    return _OWN + curie if ours else curie


def prefixes_of(curies: Iterable[str]) -> Mapping[str, str]:
    """The namespaces of the prefixes that CURIEs of `public_curie` use, sorted by prefix."""
    used = sorted({curie.partition(":")[0] for curie in curies}, key=str.casefold)
    return {
        prefix: PREFIXES[prefix.removeprefix(_OWN)]
        for prefix in used
        if prefix.removeprefix(_OWN) in PREFIXES
    }


def tsv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lines as tools that know tabs and no quotes read them; white space in a cell is a space."""
    return "".join(
        "\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in (columns, *rows)
    )
