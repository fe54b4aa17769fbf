"""A literal either belongs to its datatype, by XML Schema 1.1, or is refused."""

import pytest

from g12c.datatypes import MAX_DIGITS, literal_fault
from g12c.namespaces import RDF, XSD

LEGAL = {
    "anyURI": ["https://example.org/a?b#c", "relative/path", ""],
    "base64Binary": ["", "YWJj", "YQ==", "YWI=", "Y W J j"],
    "boolean": ["true", "false", "1", "0"],
    "byte": ["-128", "127"],
    "date": ["2024-02-29", "2000-02-29Z", "99999-01-01", "-0044-03-15", "2021-05-28+14:00"],
    "dateTime": ["2021-05-28T23:59:59.5Z", "2021-05-28T24:00:00", "2021-05-28T00:00:00-05:00"],
    "dateTimeStamp": ["2021-05-28T00:00:00Z"],
    "dayTimeDuration": ["P1D", "-P1DT2H", "PT0.5S"],
    "decimal": ["5.60", "042", ".5", "5.", "+1", "9" * MAX_DIGITS],
    "double": ["1e3", "1.5", "-INF", "+INF", "NaN", "1E-400"],
    "duration": ["P1Y", "P1Y2M3DT4H5M6.7S", "-PT1M"],
    "float": ["3.4028234e38", "INF"],
    "gDay": ["---31"],
    "gMonth": ["--12"],
    "gMonthDay": ["--02-29"],
    "gYear": ["2021", "-0001", "12021"],
    "gYearMonth": ["2021-05"],
    "hexBinary": ["", "0fB7"],
    "int": ["-2147483648", "2147483647"],
    "integer": ["0", "-0", "+5", "042", "9" * MAX_DIGITS],
    "language": ["en", "de-CH"],
    "long": ["9223372036854775807"],
    "negativeInteger": ["-1"],
    "nonNegativeInteger": ["0", "-0"],
    "nonPositiveInteger": ["0"],
    "normalizedString": ["a  b"],
    "positiveInteger": ["1"],
    "short": ["-32768"],
    "string": ["", "any\ntext"],
    "time": ["23:59:59", "24:00:00", "12:00:00.25Z"],
    "token": ["", "a b"],
    "unsignedByte": ["255"],
    "unsignedInt": ["4294967295"],
    "unsignedLong": ["18446744073709551615"],
    "unsignedShort": ["65535"],
    "yearMonthDuration": ["P1Y", "P14M"],
}

ILLEGAL = {
    "anyURI": ["a b", "{id}"],
    "base64Binary": ["abc", "YQ=", "YR==", "Y*=="],
    "boolean": ["yes", "TRUE", "True", "", " true"],
    "byte": ["128", "-129"],
    "date": ["2023-02-30", "2023-02-29", "1900-02-29", "2020-13-45", "2023-2-3", "20230203",
             "2023-01-01+15:00", "023-01-01", "02023-01-01", "2023-01-01T00:00:00"],
    "dateTime": ["2023-01-01 10:00:00", "2023-01-01", "2023-02-30T00:00:00", "2023-01-01T24:00:01",
                 "2023-01-01T25:00:00", "2023-01-01T10:00"],
    "dateTimeStamp": ["2021-05-28T00:00:00"],
    "dayTimeDuration": ["P1Y", "PT", "P"],
    "decimal": ["1E+1000000000", "1e3", ".", "", "INF", "1,5", "9" * (MAX_DIGITS + 1)],
    "double": ["inf", "Infinity", "nan", "1e999999999", "e3", "", "0x10"],
    "duration": ["P", "P1YT", "1Y", "P-1Y", "P1S"],
    "float": ["3.5e38", "1e39"],
    "gDay": ["---32", "--31"],
    "gMonth": ["--13"],
    "gMonthDay": ["--02-30", "--04-31"],
    "gYear": ["21", "02021"],
    "gYearMonth": ["2021-13"],
    "hexBinary": ["0", "0g"],
    "int": ["2147483648"],
    "integer": ["abc", "5.0", "", "1_000", "\u0665", "--1", "9" * (MAX_DIGITS + 1)],
    "language": ["123", "en_GB", ""],
    "long": ["9223372036854775808"],
    "negativeInteger": ["0"],
    "nonNegativeInteger": ["-1"],
    "nonPositiveInteger": ["1"],
    "normalizedString": ["a\tb"],
    "positiveInteger": ["0"],
    "short": ["32768"],
    "time": ["24:00:01", "12:60:00", "12:00"],
    "token": [" a", "a  b"],
    "unsignedByte": ["256", "-1"],
    "unsignedInt": ["4294967296"],
    "unsignedLong": ["18446744073709551616"],
    "unsignedShort": ["65536"],
    "yearMonthDuration": ["P1D"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "values"), LEGAL.items())
def test_legal(name: str, values: list[str]) -> None:
    """Every lexical form that the type allows is accepted."""
    assert {value: literal_fault(value, XSD + name) for value in values} == dict.fromkeys(values)


@pytest.mark.parametrize(("name", "values"), ILLEGAL.items())
def test_illegal(name: str, values: list[str]) -> None:
    """Every other is refused with the name of the type."""
    for value in values:
        assert f"is not a legal {name}" in str(literal_fault(value, XSD + name)), value


def test_a_long_value_is_not_repeated() -> None:
    """The message stays readable."""
    assert len(str(literal_fault("9" * 100_000, f"{XSD}integer"))) < 200


@pytest.mark.parametrize("name", ["HTML", "JSON", "XMLLiteral"])
def test_rdf_datatypes_are_known(name: str) -> None:
    """What stands in them is not looked at."""
    assert literal_fault("<b>", RDF + name) is None


@pytest.mark.parametrize("datatype", [f"{XSD}foo", f"{XSD}Integer", "https://example.org/number"])
def test_an_unknown_datatype_is_refused(datatype: str) -> None:
    """Most often it is a misspelt one."""
    assert literal_fault("5", datatype) == (
        f"<{datatype}> is not a datatype known here; use one of XML Schema"
    )
