"""The release as a Research Object Crate (RO-Crate 1.1): one JSON-LD file beside the others."""

import hashlib
import json

from . import Export
from .claims import Dataset
from .dataset import media_type
from .metadata import LICENCES

_SPECIFICATION = "https://w3id.org/ro/crate/1.1"


def crate(dataset: Dataset) -> Export:
    """``ro-crate-metadata.json`` for the files made so far."""
    about = dataset.metadata
    licence = {"@id": LICENCES[about.data_licence]}
    people = [
        {"@id": f"#{name.replace(' ', '-')}", "@type": "Organization", "name": name}
        for name in about.creators
    ]
    names = [{"@id": person["@id"]} for person in people]
    creators = names[0] if len(names) == 1 else names  # 1.1 advises against a list of one
    files = [
        {
            "@id": name,
            "@type": "File",
            "name": name,
            "encodingFormat": media_type(name),
            "contentSize": str(len(data)),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        for name, data in sorted(dataset.files.items())
    ]
    article = {
        "@id": about.article.iri,
        "@type": "ScholarlyArticle",
        "name": about.article.title,
        "datePublished": str(about.article.year),
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": about.title,
        "description": about.description,
        "version": about.version,
        "datePublished": about.created.isoformat(),
        "keywords": ", ".join(about.keywords),
        "license": licence,
        "author": creators,
        "publisher": creators,
        "isBasedOn": {"@id": article["@id"]},
        "hasPart": [{"@id": file["@id"]} for file in files],
    }
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": _SPECIFICATION},
        "about": {"@id": "./"},
    }
    terms = {**licence, "@type": "CreativeWork", "name": about.data_licence}
    content = {
        "@context": [f"{_SPECIFICATION}/context", {"sha256": "https://schema.org/sha256"}],
        "@graph": [descriptor, root, article, terms, *people, *files],
    }
    text = json.dumps(content, indent=1, ensure_ascii=False)
    return Export({"ro-crate-metadata.json": f"{text}\n".encode()})
