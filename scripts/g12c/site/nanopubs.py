"""The nanopublication of each claim as a file of its own, at the path of its name."""

import re
from typing import Final

from ..export.claims import Dataset
from ..export.metadata import Metadata
from ..export.nanopub import NANOPUBS, nanopubs
from ..namespaces import BASE
from .data import Data

_HEAD: Final = re.compile(
    rf"^<{re.escape(NANOPUBS)}(RA[\w-]{{43}})#Head> \{{$".encode(), re.MULTILINE
)
_PREFIX: Final = re.compile(rb"@prefix ([^:]+): ")


def nanopublications(data: Data, about: Metadata) -> dict[str, tuple[str, bytes]]:
    """Claim → path and content: what stands of it in the file of all, with the prefixes it uses."""
    dataset = Dataset(data.quads, data.sources, about)
    (text,) = nanopubs(dataset).files.values()
    starts = [*_HEAD.finditer(text)]
    ends = [match.start() for match in starts[1:]] + [len(text)]
    prefixes = text[: starts[0].start()].split(b"\n") if starts else []
    folder = NANOPUBS.removeprefix(BASE)
    found = {}
    for claim, start, end in zip(dataset.claims, starts, ends, strict=True):
        body = text[start.start() : end].rstrip() + b"\n"
        used = {*re.findall(rb"[\w.-]+(?=:)", body)}
        top = [line for line in prefixes if (name := _PREFIX.match(line)) and name[1] in used]
        found[claim.iri] = f"{folder}{start[1].decode()}.trig", b"\n".join((*top, b"", body))
    return found
