"""The README tells the truth: its commands run, and give what it shows."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from g12c.cli import COMMANDS as COMMAND_NAMES

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```console\n\$ g12c ([^\n]+)\n(.*?)```", README, re.DOTALL)
COMMANDS = re.findall(r"^g12c ((?:query|show)[^\n#]*)", README, re.MULTILINE)


def run(command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command line of the README."""
    return subprocess.run(
        [sys.executable, "-m", "g12c", *shlex.split(command)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(("command", "output"), SHOWN)
def test_an_answer_that_is_shown_is_the_answer(command: str, output: str) -> None:
    """Character by character, as a table."""
    assert run(f"{command} --format table").stdout == output


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_shown_works(command: str) -> None:
    """It ends well and says something."""
    done = run(command)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 1


def test_every_command_is_named() -> None:
    """The table of commands has a row for each."""
    rows = re.findall(r"^\| `g12c (\w+)", README, re.MULTILINE)
    assert sorted(rows) == sorted(COMMAND_NAMES)


def test_the_claim_that_is_shown_is_one_of_the_graph() -> None:
    """As it stands there."""
    (shown,) = re.findall(r"```turtle\n(.*?)```", README, re.DOTALL)
    files = (ROOT / "graph" / "claims").glob("*.ttl")
    assert sum(shown in path.read_text(encoding="utf-8") for path in files) == 1


def test_something_is_shown() -> None:
    """The patterns above have found what they are for."""
    assert SHOWN
    assert COMMANDS


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/*.md")), ids=lambda path: path.name
)
def test_links_lead_somewhere(path: Path) -> None:
    """Links within the project."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
