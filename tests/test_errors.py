"""Errors print themselves, in one line that cannot be forged."""

import pickle

import pytest

from g12c.errors import G12cError, SourceError, printable


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ((), "f.ttl: is wrong"),
        ((3,), "f.ttl:3: is wrong"),
        ((3, 7), "f.ttl:3:7: is wrong"),
    ],
)
def test_source_error_names_file_line_and_column(place: tuple[int, ...], text: str) -> None:
    """As much of the place as is known."""
    error = SourceError("is wrong", "f.ttl", *place)
    assert str(error) == text
    assert (error.line, error.column) == (*place, None, None)[:2]


def test_exit_code_says_that_it_could_not_run() -> None:
    """2, not 1: nothing was found, since nothing was looked at."""
    assert G12cError("no").exit_code == SourceError("no", "f.ttl").exit_code == 2


def test_source_error_survives_a_process_boundary() -> None:
    """A worker can hand it to its parent."""
    error = SourceError("is wrong", "f.ttl", 3)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\u202egnp.ttl", r"\u202egnp.ttl"),
        ("a\u200bb\xa0c\ufeff", r"a\u200bb\xa0c\ufeff"),
        ("\udcff", r"\udcff"),
        ("\U000e0041\uffff", r"\U000e0041\uffff"),
        ("Ki\u00df 10 \u00b5M", "Ki\u00df 10 \u00b5M"),
    ],
)
def test_what_does_not_show_is_escaped(text: str, shown: str) -> None:
    """Neither a name nor a message can hide or forge anything on a terminal."""
    assert printable(text) == shown
    assert str(SourceError(text, text)) == f"{shown}: {shown}"
    if "\n" not in text:
        assert str(G12cError(text)) == shown


def test_other_errors_may_have_lines() -> None:
    """A list of suggestions keeps its lines."""
    assert str(G12cError("one\ntwo\x07")) == "one\ntwo\\x07"
