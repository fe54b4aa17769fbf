"""What holds for every test: none reaches beyond this machine, and none is left out unseen."""

import os
import re
import sys
from collections.abc import Generator

import pytest


def _no_network(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if host not in {None, "", "localhost", "127.0.0.1", "::1"}:
        raise RuntimeError(f"a test must do without network; this one asks for {host}")


sys.addaudithook(_no_network)


MAY_SKIP = os.environ.get("G12C_MAY_SKIP")
"""A regular expression for the reasons that count; without it, all of them do."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips for a reason that does not count has failed."""
    report = yield
    if MAY_SKIP is not None and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr)
        if not re.search(MAY_SKIP, reason):
            report.outcome = "failed"
            report.longrepr = f"skipped where nothing may be skipped: {reason}"
    return report
