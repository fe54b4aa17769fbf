"""Finding a sentence in any copy of an article by its digest alone."""

import hashlib

import pytest

from g12c.trace import Sentence, letters, locate, read_copy

TEXTS = {
    "S001": "Figure legends interrupt the efficient flow of words (Fig. 1), as here [2].",
    "S002": "A caption stands in between: it has 7 findings.",
    "S003": "Nothing else is said of office hours.",
}


def sentences() -> list[Sentence]:
    """The texts as the graph knows them: opening words and digest."""
    return [
        Sentence(
            f"https://example.org/{label}",
            label,
            "Section",
            order,
            hashlib.sha256(letters(text).encode()).hexdigest(),
            " ".join(text.split()[:3]),
        )
        for order, (label, text) in enumerate(TEXTS.items(), 1)
    ]


PLAIN = " ".join(TEXTS.values())


@pytest.mark.parametrize(
    "copy",
    [
        PLAIN,
        PLAIN.replace(" ", "\n"),
        PLAIN.replace("interrupt", "inter-\nrupt").replace("findings", "find\u00ad\nings"),
        PLAIN.replace("efficient", "e\ufb03cient").replace("office", "o\ufb03ce"),
        f"Journal of Nothing 2022\n{PLAIN}\nReferences",
        PLAIN.upper(),
        f"{TEXTS['S001'][:40]}{TEXTS['S002']}{TEXTS['S001'][40:]} {TEXTS['S003']}",
        PLAIN.replace("flow ", "flow\nPage 7\nNothing Journal\n"),
    ],
    ids=["plain", "lines", "hyphens", "ligatures", "front matter", "case", "caption", "furniture"],
)
def test_every_sentence_is_found_however_the_copy_was_set(copy: str) -> None:
    """Line breaks, hyphens, ligatures, case, front matter and interruptions do not matter."""
    assert set(locate(read_copy(copy), sentences())) == set(TEXTS)


@pytest.mark.parametrize(("old", "new"), [("7", "8"), ("caption", "captions"), ("stands", "stood")])
def test_a_sentence_with_other_words_is_not_found(old: str, new: str) -> None:
    """One letter or digit that differs makes another sentence."""
    assert set(locate(read_copy(PLAIN.replace(old, new)), sentences())) == {"S001", "S003"}


def test_the_words_are_given_back_as_the_copy_has_them() -> None:
    """The user reads his own copy, with line breaks mended."""
    found = locate(read_copy(PLAIN.replace(" ", "\n")), sentences())
    assert letters(found["S002"]) == letters(TEXTS["S002"])
    assert found["S002"].startswith("A caption stands in between")
