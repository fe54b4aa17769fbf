"""What has been read back: a digest of each subject of the graph, as it stood when somebody did.

No rule can know that the review says 37.1 and not 37.2, or which reference it cites: that takes a
reader. Whoever changes a block reads it again, against its sentence or source, and signs it:

    python tests/readback.py            which blocks have changed since they were read
    python tests/readback.py --sign     enter them as read
"""

import hashlib
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from g12c.namespaces import graph_iri, shorten
from g12c.sources import find_sources
from g12c.store import asserted

LEDGER: Final = Path(__file__).with_name("readback.tsv")
_VOCABULARY: Final = {graph_iri("ontology"), graph_iri("alignments")}


def digests(quads: Iterable[ox.Quad]) -> dict[str, str]:
    """CURIE of each subject of the facts → digest of all its triples."""
    blocks: defaultdict[str, list[str]] = defaultdict(list)
    for quad in quads:
        graph, subject = quad.graph_name, quad.subject
        named = isinstance(graph, ox.NamedNode) and graph.value not in _VOCABULARY
        if named and isinstance(subject, ox.NamedNode):
            blocks[shorten(subject.value)].append(f"{quad.predicate} {quad.object}")
    return {subject: digest_of(lines) for subject, lines in blocks.items()}


def digest_of(lines: Iterable[str]) -> str:
    """The digest of one block, from its predicates and objects."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:20]


def ledger() -> dict[str, str]:
    """What is signed."""
    lines = LEDGER.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def unread(found: Mapping[str, str], signed: Mapping[str, str]) -> list[str]:
    """The subjects that have come, gone or changed since they were read."""
    return sorted(
        subject for subject in {*found, *signed} if found.get(subject) != signed.get(subject)
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """List what is not read back, or sign it; 1 if something is left."""
    found = digests(asserted(find_sources()))
    changed = unread(found, ledger() if LEDGER.exists() else {})
    if "--sign" in (sys.argv[1:] if arguments is None else arguments):
        text = "".join(f"{subject}\t{digest}\n" for subject, digest in sorted(found.items()))
        LEDGER.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{len(changed)} blocks signed as read back\n")
        return 0
    sys.stdout.write("".join(f"{subject}\n" for subject in changed))
    return int(bool(changed))


if __name__ == "__main__":
    sys.exit(main())
