"""Check what people cite by: ``check_metadata.py CITATION.cff codemeta.json``.

CITATION.cff as ``cffconvert --validate`` does. In codemeta.json every name must be in the context
of CodeMeta 3.0, as an unknown one is dropped in silence, and what it says must fit schema.org.
The context comes from codemetapy and the shapes of schema.org from pySHACL, so nothing is fetched.
"""

# mypy: disable-error-code="import-not-found"

import json
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyshacl
import rdflib
from cffconvert import Citation

XSD_DATE = str(rdflib.XSD.date)
CONTEXT = json.loads((files("codemeta") / "schema" / "codemeta.jsonld").read_text())["@context"]
SHAPES = files("pyshacl") / "assets" / "schema.ttl"


def unknown(node: Any) -> Iterator[str]:
    """Keys and types that the context gives no meaning to."""
    for part in node if isinstance(node, list) else [node]:
        if isinstance(part, dict):
            for key, value in part.items():
                for name in [key, value] if key == "@type" else [key]:
                    if not name.startswith("@") and name.partition(":")[0] not in CONTEXT:
                        yield name
                yield from unknown(value)


Citation(Path(sys.argv[1]).read_text(encoding="utf-8")).validate()
content = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
source = content.pop("@context")
if source != "https://w3id.org/codemeta/3.0":
    raise SystemExit(f"the context is {source}")
if names := sorted({*unknown(content)}):
    raise SystemExit(f"not in CodeMeta: {names}")
# The shapes know the dates of XML Schema, and no lists.
plain = json.loads(json.dumps(CONTEXT).replace("schema:Date", XSD_DATE))
del plain["author"]["@container"]
graph = rdflib.Graph().parse(data=json.dumps({"@context": plain, **content}), format="json-ld")
shapes = rdflib.Graph().parse(str(SHAPES))
fits, _, report = pyshacl.validate(graph, shacl_graph=shapes, ont_graph=shapes)
if not fits:
    raise SystemExit(report)
sys.stdout.write("valid")
