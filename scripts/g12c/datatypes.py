"""Which literals belong to their datatype: XML Schema 1.1 Part 2, and what RDF 1.1 adds.

No RDF parser checks this, and engines disagree on what to make of a literal that does not belong.
"""

import math
import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from typing import Final

from .namespaces import RDF, XSD

MAX_DIGITS: Final = 4300
"""The longest number; Python itself refuses to convert more digits."""


def literal_fault(value: str, datatype: str) -> str | None:
    """Why a literal does not belong to its datatype, or None if it does."""
    check = _DATATYPES.get(datatype)
    if check is None:
        return f"<{datatype}> is not a datatype known here; use one of XML Schema"
    if check(value):
        return None
    name = datatype.rpartition("#")[2]
    if len(value) > MAX_DIGITS:
        return f"is not a legal {name}: {len(value)} characters; no number may exceed {MAX_DIGITS}"
    return f'"{value[:_SHOWN]}" is not a legal {name}; correct it'


_SHOWN: Final = 60


def _anything(_: str) -> bool:
    return True


def _pattern(pattern: str) -> Callable[[str], bool]:
    full = re.compile(pattern, re.ASCII).fullmatch
    return lambda value: full(value) is not None


def _number(pattern: str) -> Callable[[str], bool]:
    matches = _pattern(pattern)
    return lambda value: len(value) <= MAX_DIGITS and matches(value)


def _integer(low: int | None = None, high: int | None = None) -> Callable[[str], bool]:
    matches = _number(r"[+-]?[0-9]+")
    return lambda value: (
        matches(value)
        and (low is None or int(value) >= low)
        and (high is None or int(value) <= high)
    )


def _floating(limit: float) -> Callable[[str], bool]:
    matches = _number(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
    special = _pattern(r"[+-]?INF|NaN")
    return lambda value: special(value) or (matches(value) and abs(float(value)) < limit)


_YEAR: Final = r"(?P<year>-?(?:[1-9][0-9]{3,}|0[0-9]{3}))"
_MONTH: Final = r"(?P<month>0[1-9]|1[0-2])"
_DAY: Final = r"(?P<day>0[1-9]|[12][0-9]|3[01])"
_TIME: Final = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_ZONE: Final = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"


def _date(pattern: str) -> Callable[[str], bool]:
    full = re.compile(pattern, re.ASCII).fullmatch

    def check(value: str) -> bool:
        match = full(value)
        if match is None or len(value) > MAX_DIGITS:
            return False
        parts = match.groupdict()
        # The calendar repeats every 400 years; 2000, a leap year, stands for a year not given.
        year = 2000 + int(parts.get("year") or 0) % 400
        return int(parts["day"]) <= monthrange(year, int(parts["month"]))[1]

    return check


_YEARS: Final = r"(?:[0-9]+Y(?:[0-9]+M)?|[0-9]+M)"
_CLOCK: Final = r"T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?"
_DAYS: Final = rf"(?:[0-9]+D(?:{_CLOCK})?|{_CLOCK})"
_TOKEN_TEXT: Final = r"(?:[^\s]+(?: [^\s]+)*)?"
_BASE64: Final = r"[A-Za-z0-9+/] ?"

_DATATYPES: Final[Mapping[str, Callable[[str], bool]]] = {
    f"{XSD}{name}": check
    for name, check in {
        "anyURI": _pattern(r"[^\s<>\"{}|\\^`]*"),
        "base64Binary": _pattern(
            rf"(?:(?:{_BASE64}){{4}})*"
            rf"(?:(?:{_BASE64}){{2}}[AEIMQUYcgkosw048] ?=|{_BASE64}[AQgw] ?= ?=)?"
        ),
        "boolean": _pattern(r"true|false|1|0"),
        "byte": _integer(-(1 << 7), (1 << 7) - 1),
        "date": _date(rf"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}?"),
        "dateTime": _date(rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}?"),
        "dateTimeStamp": _date(rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}"),
        "dayTimeDuration": _number(rf"-?P{_DAYS}"),
        "decimal": _number(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"),
        "double": _floating(math.inf),
        "duration": _number(rf"-?P(?:{_YEARS}{_DAYS}?|{_DAYS})"),
        "float": _floating(3.4028235677973366e38),
        "gDay": _pattern(rf"---{_DAY}{_ZONE}?"),
        "gMonth": _pattern(rf"--{_MONTH}{_ZONE}?"),
        "gMonthDay": _date(rf"--{_MONTH}-{_DAY}{_ZONE}?"),
        "gYear": _pattern(rf"{_YEAR}{_ZONE}?"),
        "gYearMonth": _pattern(rf"{_YEAR}-{_MONTH}{_ZONE}?"),
        "hexBinary": _pattern(r"(?:[0-9a-fA-F]{2})*"),
        "int": _integer(-(1 << 31), (1 << 31) - 1),
        "integer": _integer(),
        "language": _pattern(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*"),
        "long": _integer(-(1 << 63), (1 << 63) - 1),
        "negativeInteger": _integer(high=-1),
        "nonNegativeInteger": _integer(low=0),
        "nonPositiveInteger": _integer(high=0),
        "normalizedString": _pattern(r"[^\t\n\r]*"),
        "positiveInteger": _integer(low=1),
        "short": _integer(-(1 << 15), (1 << 15) - 1),
        "string": _anything,
        "time": _pattern(rf"{_TIME}{_ZONE}?"),
        "token": _pattern(_TOKEN_TEXT),
        "unsignedByte": _integer(0, (1 << 8) - 1),
        "unsignedInt": _integer(0, (1 << 32) - 1),
        "unsignedLong": _integer(0, (1 << 64) - 1),
        "unsignedShort": _integer(0, (1 << 16) - 1),
        "yearMonthDuration": _number(rf"-?P{_YEARS}"),
    }.items()
} | {f"{RDF}{name}": _anything for name in ("HTML", "JSON", "XMLLiteral")}
