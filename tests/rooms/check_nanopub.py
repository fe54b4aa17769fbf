"""Check nanopublications with nanopub-py, or sign one offline.

``check_nanopub.py check FOLDER`` reads every ``*.trig`` and ``*.nq`` in a folder, one
nanopublication each.
``check_nanopub.py sign KEY FROM TO`` signs one with an RSA key in the form that nanopub-py keeps in
``~/.nanopub/id_rsa``; ``check_nanopub.py key KEY`` makes such a key. Nothing is sent anywhere.
What is signed is written as N-Quads: in TriG rdflib writes 89 as 89.0, and the name fits no more.
"""

# mypy: disable-error-code="import-not-found"

import sys
from collections.abc import Callable
from pathlib import Path

import rdflib
from nanopub import Nanopub, NanopubConf, Profile

rdflib.NORMALIZE_LITERALS = False


def check(folder: str) -> None:
    """Raise the error of nanopub-py for the first that is not valid or not what its name says."""
    paths = sorted(path for path in Path(folder).iterdir() if path.suffix in {".trig", ".nq"})
    for path in paths:
        nanopub = Nanopub(rdf=path)
        if not (nanopub.is_valid and nanopub.has_valid_trusty):
            raise SystemExit(f"{path.name} is not valid")
    sys.stdout.write(f"{len(paths)} valid")


NOBODY = "https://orcid.org/0000-0000-0000-0000"


def key(path: str) -> None:
    """Make a key."""
    profile = Profile(orcid_id=NOBODY, name="nobody")
    Path(path).write_text(profile.private_key, encoding="ascii")


def sign(key: str, source: str, target: str, orcid: str = NOBODY, name: str = "nobody") -> None:
    """Sign the one nanopublication in a file, as the person with that ORCID and name."""
    private = Path(key).read_text(encoding="ascii")
    profile = Profile(orcid, name, private_key=private)
    nanopub = Nanopub(rdf=Path(source), conf=NanopubConf(profile=profile))
    nanopub.sign()
    nanopub.store(Path(target), format="nquads")


if __name__ == "__main__":
    commands: dict[str, Callable[..., None]] = {"check": check, "key": key, "sign": sign}
    commands[sys.argv[1]](*sys.argv[2:])
