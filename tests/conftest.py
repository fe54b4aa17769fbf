"""What holds for every test: none reaches beyond this machine, and none is left out unseen."""

import os
import re
from collections.abc import Generator
from pathlib import Path

import offline  # noqa: F401 - the ban on network
import pytest

os.environ["PYTHONPATH"] = str(Path(__file__).parents[1] / "scripts")  # for their own processes

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
