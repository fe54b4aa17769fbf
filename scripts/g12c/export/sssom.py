"""All mappings of things to entries of other resources, in SSSOM: a simple standard for mappings.

A TSV with its metadata in YAML before it, as the SSSOM specification 1.0 has it. Each mapping keeps
its IRI (``other``), and says where the entry was seen (``comment``).
"""

import json
from typing import Final

from ..namespaces import SKOS, shorten
from . import Export
from .claims import Dataset
from .flat import prefixes_of, public_curie, tsv
from .metadata import DATASET, LICENCES

_JUSTIFICATIONS: Final = {
    "verified": "semapv:ManualMappingCuration",
    "derived": "semapv:UnspecifiedMatching",
}
"""An entry that was read in its resource was matched by a curator; else its identifier was
computed, for which the semantic mapping vocabulary has no narrower word."""

_COLUMNS: Final = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "comment",
    "other",
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
            _JUSTIFICATIONS[entry.confidence],
            f"seen in: {entry.source}",
            public_curie(entry.mapping),
        )
        for thing in dataset.things
        for entry in thing.entries
    ]
    curies = [curie for row in rows for curie in (row[0], row[2], row[3], row[5], row[7])]
    metadata = {
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
