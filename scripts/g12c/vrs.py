"""Names of protein substitutions that anybody can compute again: GA4GH VRS 2.0, refget and HGVS.

The identifiers are digests of the change itself (GA4GH Variation Representation Specification 2.0,
"Computed Identifiers"; refget Sequences 2.0; HGVS Nomenclature for proteins), so they are computed
here and never typed.
VRS asks for fully justified alleles; one residue put in place of another shares no prefix or suffix
with it and cannot be shifted, so that normalisation changes nothing here and is left out.
"""

import base64
import hashlib
import json
import re
from typing import Any

from g12c.errors import G12cError

_THREE_LETTERS = {
    "A": "Ala",
    "C": "Cys",
    "D": "Asp",
    "E": "Glu",
    "F": "Phe",
    "G": "Gly",
    "H": "His",
    "I": "Ile",
    "K": "Lys",
    "L": "Leu",
    "M": "Met",
    "N": "Asn",
    "P": "Pro",
    "Q": "Gln",
    "R": "Arg",
    "S": "Ser",
    "T": "Thr",
    "V": "Val",
    "W": "Trp",
    "Y": "Tyr",
}


def sha512t24u(blob: bytes) -> str:
    """Return the GA4GH digest: the first 24 bytes of SHA-512 as 32 URL-safe base64 characters."""
    return base64.urlsafe_b64encode(hashlib.sha512(blob).digest()[:24]).decode("ascii")


def refget(sequence: str) -> str:
    """Return the refget accession (``SQ.…``) of a sequence in upper-case one-letter code.

    Raises G12cError if the sequence is empty or holds anything but the letters A to Z.
    """
    if not re.fullmatch(r"[A-Z]+", sequence):
        raise G12cError(
            "A sequence must be upper-case one-letter code with nothing between the letters, "
            f"not {sequence[:20]!r}"
        )
    return f"SQ.{sha512t24u(sequence.encode('ascii'))}"


def allele_identifier(sequence: str, position: int, reference: str, alternative: str) -> str:
    """Return the VRS 2.0 identifier (``ga4gh:VA.…``) of one residue replaced by another.

    ``position`` counts from 1; residues are in one-letter code.
    Raises G12cError if the reference residue does not stand at that position.
    """
    identifier: str = vrs_allele(sequence, position, reference, alternative)["id"]
    return identifier


def vrs_allele(
    sequence: str, position: int, reference: str, alternative: str, accession: str | None = None
) -> dict[str, Any]:
    """Return the whole VRS 2.0 Allele, ready for ``json.dumps``.

    ``position`` counts from 1 (VRS locations count the gaps between residues, from 0); with the
    sequence's ``accession`` the allele carries its HGVS expression too.
    Raises G12cError if the reference residue does not stand at that position.
    """
    _check_residues(position, reference, alternative)
    if position > len(sequence):
        raise G12cError(
            f"{reference}{position}{alternative}: the sequence has only {len(sequence)} residues"
        )
    found = sequence[position - 1]
    if found != reference:
        raise G12cError(
            f"{reference}{position}{alternative}: residue {position} of the sequence is {found}, "
            f"not {reference}; check the position, the residue and the isoform"
        )
    sequence_reference = {"type": "SequenceReference", "refgetAccession": refget(sequence)}
    place = {"type": "SequenceLocation", "start": position - 1, "end": position}
    state = {"type": "LiteralSequenceExpression", "sequence": alternative}
    location_digest = _digest({**place, "sequenceReference": sequence_reference})
    allele_digest = _digest({"type": "Allele", "location": location_digest, "state": state})
    allele: dict[str, Any] = {
        "id": f"ga4gh:VA.{allele_digest}",
        "type": "Allele",
        "digest": allele_digest,
        "location": {
            "id": f"ga4gh:SL.{location_digest}",
            "digest": location_digest,
            **place,
            "sequenceReference": {
                **sequence_reference,
                "residueAlphabet": "aa",
                "moleculeType": "protein",
            },
        },
        "state": state,
    }
    if accession is not None:
        expression = hgvs(accession, position, reference, alternative)
        allele["expressions"] = [{"syntax": "hgvs.p", "value": expression}]
    return allele


def hgvs(accession: str, position: int, reference: str, alternative: str) -> str:
    """Return the HGVS name, such as ``NP_004976.2:p.Gly12Cys``, from one-letter residues.

    Raises G12cError if the accession has no version, for HGVS asks for one.
    """
    _check_residues(position, reference, alternative)
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*\.[0-9]+", accession):
        raise G12cError(f"HGVS needs an accession with its version (NP_004976.2), not {accession}")
    return f"{accession}:p.{_THREE_LETTERS[reference]}{position}{_THREE_LETTERS[alternative]}"


def _check_residues(position: int, reference: str, alternative: str) -> None:
    name = f"{reference}{position}{alternative}"
    for residue in (reference, alternative):
        if residue not in _THREE_LETTERS:
            raise G12cError(f"{name}: {residue!r} is not the one-letter code of an amino acid")
    if position < 1:
        raise G12cError(f"{name}: positions count from 1")
    if reference == alternative:
        raise G12cError(f"{name}: the residue stays the same, so nothing is substituted")


def _digest(members: dict[str, Any]) -> str:
    """Digest canonical JSON (RFC 8785), which for ASCII and integers is what ``json`` writes."""
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return sha512t24u(canonical.encode("ascii"))
