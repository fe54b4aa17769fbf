"""All mappings of things to entries of other resources, in SSSOM: a simple standard for mappings.

A TSV with its metadata in YAML before it, as the SSSOM specification 1.1 has it. Each mapping keeps
its IRI (``record_id``), and says where the entry was seen (``comment``).
"""

import json
from typing import Final

from ..namespaces import SKOS, shorten
from . import Export
from .claims import Dataset
from .flat import prefixes_of, public_curie, tsv
from .metadata import DATASET, LICENCES

_JUSTIFICATIONS: Final = {"verified": "semapv:ManualMappingCuration"}
"""A curator matched an entry that was read in another source. Where its identifier was computed or
taken from the review, the semantic mapping vocabulary has no narrower word than unspecified."""

_COLUMNS: Final = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "comment",
    "record_id",
)


def sssom(dataset: Dataset) -> Export:
    """The mapping set; it holds no claims."""
    about = dataset.metadata
    rows = [
        (
            public_curie(thing.iri),
            thing.label,
            shorten(f"{SKOS}{entry.relation}Match"),
            entry.curie,
            entry.label,
            _JUSTIFICATIONS.get(entry.confidence, "semapv:UnspecifiedMatching"),
            f"seen in: {entry.source}",
            public_curie(entry.mapping),
        )
        for thing in dataset.things
        for entry in thing.entries
    ]
    curies = [curie for row in rows for curie in (row[0], row[2], row[3], row[5], row[7])]
    metadata = {
        "sssom_version": "1.1",
        "curie_map": prefixes_of(curies),
        "license": LICENCES[about.data_licence],
        "mapping_set_id": f"{DATASET}/{about.version}/mappings",
        "mapping_set_title": f"{about.title}: mappings",
        "mapping_set_version": about.version,
        "publication_date": about.created.isoformat(),
        "creator_label": [*about.creators],
        "subject_source_version": about.version,
    }
    # Values in JSON are YAML too, and never in need of YAML's rules of quoting.
    header = [f"#{key}: {json.dumps(value)}\n" for key, value in metadata.items()]
    return Export({"g12c.sssom.tsv": ("".join(header) + tsv(_COLUMNS, rows)).encode()})
