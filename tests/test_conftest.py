"""The guard that keeps the tests on this machine."""

import socket
import sys

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "w3id.org"])
def test_no_test_reaches_the_network(host: str) -> None:
    """Asking for another machine fails, by address and by name."""
    with pytest.raises(RuntimeError, match=f"this one asks for {host}"):
        socket.create_connection((host, 80), timeout=1)


@pytest.mark.parametrize("address", [("127.0.0.1", 80), ("::1", 80, 0, 0), "/run/socket"])
def test_tests_can_talk_to_this_machine(address: object) -> None:
    """The guard lets what stays on this machine through."""
    sys.audit("socket.connect", None, address)
