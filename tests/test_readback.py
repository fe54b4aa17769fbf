"""Every block of the graph stands as it was read back against its sentence or source."""

import readback

from g12c.sources import find_sources
from g12c.store import asserted


def test_nothing_has_changed_since_it_was_read() -> None:
    """A change is read again by a person, and then signed: python tests/readback.py --sign."""
    found = readback.digests(asserted(find_sources()))
    assert len(found) > 1000
    assert readback.unread(found, readback.ledger()) == []


def test_one_changed_triple_is_seen() -> None:
    """A digit, a triple more, a triple less, a block more, a block less."""
    one = {"claim:a": readback.digest_of(["p 37.1", "q r"]), "claim:b": readback.digest_of(["p q"])}
    for lines in (["p 37.2", "q r"], ["p 37.1"], ["p 37.1", "q r", "s t"]):
        assert readback.unread(one | {"claim:a": readback.digest_of(lines)}, one) == ["claim:a"]
    assert readback.unread(one, {}) == ["claim:a", "claim:b"]
    assert readback.unread({}, one) == ["claim:a", "claim:b"]
    assert readback.digest_of(["q r", "p 37.1"]) == one["claim:a"]
