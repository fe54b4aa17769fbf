"""Computed names of substitutions are the known ones; an impossible residue is refused."""

import json

import pytest

from g12c.errors import G12cError
from g12c.vrs import allele_identifier, hgvs, refget, sha512t24u, vrs_allele

# RefSeq NP_004976.2 = UniProt P01116-2, GTPase KRas isoform 4B, 188 residues.
KRAS4B = (
    "MTEYKLVVVGAGGVGKSALTIQLIQNHFVDEYDPTIEDSYRKQVVIDGETCLLDILDTAGQEEYSAMRDQYMRTGEGFLCVFAINNTKSF"
    "EDIHHYREQIKRVKDSEDVPMVLVGNKCDLPSRTVDTKQAQDLARSYGIPFIETSAKTRQGVDDAFYTLVREIRKHKEKMSKDGKKKKKK"
    "SKTKCVIM"
)

# VRS 2.0 identifiers on NP_004976.2 by the reference implementation, PyPI ga4gh.vrs 2.3.3;
# G12C and G12V equal those published in github.com/vanallenlab/moalmanac-db.
IDENTIFIERS = {
    "G12C": "ga4gh:VA.udBCHwlrf8xNiRy_19bLi-h5LhnZLgCt",
    "G12D": "ga4gh:VA.cdcXITbBWUXPjy3zPdhs7xjU1yvlkSrj",
    "G12R": "ga4gh:VA.qOpu96P5HDO20GB4OF-VhqAS0JmnvnfP",
    "G12V": "ga4gh:VA.AhXGahW4SCTEgBSXlABoqX7N4mWXL-MD",
    "G12W": "ga4gh:VA.XGZyvtoMC_JTjk9MHnZMPwMGnKmOVzjv",
    "G13D": "ga4gh:VA.ORvaSNcFK71WOVr_gi2vv6oPCcXgljab",
    "Q61H": "ga4gh:VA.CbdRIds9szLwnfatUpezKrAXb4IJVg4l",
    "R68S": "ga4gh:VA.WUUA32KMHAHjShVaqspQi5P3jHoUbQLE",
    "H95D": "ga4gh:VA.4Du3D4DjaAbXIl3DHrl9wP_PtxhCxCuZ",
    "H95Q": "ga4gh:VA.W0Qbrsg9sGaFJhUj6nmPpkmME4_0pRIR",
    "H95R": "ga4gh:VA.e8_KVwMUDi4XS_RYZSAuCGIAwISpidml",
    "Y96C": "ga4gh:VA.JhgPjKduy-2ffeV1iGjWDwQsKZDRJOUF",
    "Y96D": "ga4gh:VA.cy5mngcXD-CXnaMCFSPK6STAXEzpR_db",
    "Y96S": "ga4gh:VA.ODN157voTpmsAxQCvWzjxm4M4wsdWijZ",
}


def parts(substitution: str) -> tuple[int, str, str]:
    """Position, reference and alternative of a substitution such as G12C."""
    return int(substitution[1:-1]), substitution[0], substitution[-1]


def test_digest() -> None:
    """The digest of "ACGT" is the one that the VRS specification works out."""
    assert sha512t24u(b"ACGT") == "aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2"


def test_refget() -> None:
    """The refget accession of KRAS4B is the published one."""
    assert len(KRAS4B) == 188
    assert refget(KRAS4B) == "SQ.fytWhQSNGnA-86vDiQCxTSzgkk_WfQRS"


@pytest.mark.parametrize("substitution", IDENTIFIERS)
def test_identifier(substitution: str) -> None:
    """Each substitution has its known VRS identifier."""
    assert allele_identifier(KRAS4B, *parts(substitution)) == IDENTIFIERS[substitution]


def test_allele() -> None:
    """The allele is a whole VRS 2 object; HGVS is in it if the accession is known."""
    allele = vrs_allele(KRAS4B, 12, "G", "C", accession="NP_004976.2")
    location = allele["location"]
    assert allele == {
        "id": IDENTIFIERS["G12C"],
        "type": "Allele",
        "digest": IDENTIFIERS["G12C"].removeprefix("ga4gh:VA."),
        "expressions": [{"syntax": "hgvs.p", "value": "NP_004976.2:p.Gly12Cys"}],
        "location": {
            "id": f"ga4gh:SL.{location['digest']}",
            "type": "SequenceLocation",
            "digest": location["digest"],
            "start": 11,
            "end": 12,
            "sequenceReference": {
                "type": "SequenceReference",
                "refgetAccession": "SQ.fytWhQSNGnA-86vDiQCxTSzgkk_WfQRS",
                "residueAlphabet": "aa",
                "moleculeType": "protein",
            },
        },
        "state": {"type": "LiteralSequenceExpression", "sequence": "C"},
    }
    assert json.loads(json.dumps(allele)) == allele
    assert "expressions" not in vrs_allele(KRAS4B, 12, "G", "C")


def test_location() -> None:
    """Substitutions at one position share their location, and only those."""
    locations = [vrs_allele(KRAS4B, *parts(name))["location"]["id"] for name in IDENTIFIERS]
    assert len(set(locations)) == len({name[1:-1] for name in IDENTIFIERS}) == 6


@pytest.mark.parametrize(
    ("substitution", "name"),
    [
        ("G12C", "p.Gly12Cys"),
        ("Q61H", "p.Gln61His"),
        ("R68S", "p.Arg68Ser"),
        ("Y96D", "p.Tyr96Asp"),
    ],
)
def test_hgvs(substitution: str, name: str) -> None:
    """HGVS spells the residues in three letters."""
    assert hgvs("NP_004976.2", *parts(substitution)) == f"NP_004976.2:{name}"


@pytest.mark.parametrize(
    ("substitution", "message"),
    [
        ("Y92D", "Y92D: residue 92 of the sequence is D, not Y"),
        ("Y196D", "Y196D: the sequence has only 188 residues"),
        ("G0C", "positions count from 1"),
        ("G-176C", "positions count from 1"),
        ("X12C", "'X' is not the one-letter code"),
        ("G12*", "'\\*' is not the one-letter code"),
        ("G12G", "the residue stays the same"),
    ],
)
def test_impossible_substitution(substitution: str, message: str) -> None:
    """A residue that is not there, or is no residue, is refused with what is found."""
    with pytest.raises(G12cError, match=message):
        allele_identifier(KRAS4B, *parts(substitution))


@pytest.mark.parametrize("sequence", ["", "mteyk", "MTEYK\n", "MTE YK", "MTEÝK"])
def test_refget_of_no_sequence(sequence: str) -> None:
    """Only upper-case letters are digested: anything else has another digest elsewhere."""
    with pytest.raises(G12cError, match="upper-case one-letter code"):
        refget(sequence)


def test_hgvs_without_version() -> None:
    """An accession without its version names no sequence."""
    with pytest.raises(G12cError, match="with its version"):
        hgvs("NP_004976", 12, "G", "C")
