"""The example repository passes, as the action and the hooks run it, and fails when it should."""

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "tests/examples/own-claims"
CLAIMS = "claims/results.ttl"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the example, and next to it stand-ins for what an installation provides.

    ``python3 …/run.py`` and ``g12c`` run the package from here with the Python of the tests, since
    setting up needs the network; `test_run` sees to that part.
    """
    shutil.copytree(EXAMPLE, tmp_path / "repository")
    programs = tmp_path / "bin"
    programs.mkdir()
    run = f'exec "{sys.executable}" -P -m g12c'
    for name, script in (
        ("python3", f'[ "$1" = "{ROOT}/scripts/run.py" ] || exit 99\nshift\n{run} "$@"'),
        ("g12c", f'{run} "$@"'),
    ):
        program = programs / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return tmp_path / "repository"


def load(path: Path) -> Any:
    """What a YAML file says."""
    return yaml.safe_load(path.read_text())


def bash(repository: Path, script: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a script as GitHub does, in the repository."""
    path = f"{repository.parent}/bin:{os.environ['PATH']}"
    return subprocess.run(
        ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=repository,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path, **environment},
        check=False,
    )


def act(repository: Path, **inputs: str) -> "subprocess.CompletedProcess[str]":
    """Run the steps of `action.yml` as the example's workflow calls it, or with other inputs."""
    action = load(ROOT / "action.yml")
    steps = load(repository / ".github/workflows/claims.yml")["jobs"]["validate"]["steps"]
    call = next(step for step in steps if "/g12c@" in step.get("uses", ""))
    assert call["with"].keys() <= action["inputs"].keys()
    values = {name: about["default"] for name, about in action["inputs"].items()}
    values |= call["with"] | inputs
    runs = [step for step in action["runs"]["steps"] if "run" in step]
    assert len(runs) == 1
    return bash(
        repository,
        runs[0]["run"],
        GITHUB_ACTION_PATH=str(ROOT),
        GITHUB_STEP_SUMMARY=str(repository.parent / "summary.md"),
        **_filled(runs[0]["env"], values),
    )


def _filled(environment: Mapping[str, str], inputs: Mapping[str, str]) -> dict[str, str]:
    filled = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda match: inputs[match[1]], text)
        for name, text in environment.items()
    }
    assert "${{" not in str(filled)
    return filled


def damage(repository: Path, old: str, new: str) -> int:
    """Change the first claim; return its line."""
    file = repository / CLAIMS
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    claim = text[: text.index(old)].rindex("\n\n") + 2
    return text.count("\n", 0, claim) + 1


def test_the_action_passes_what_is_sound(repository: Path) -> None:
    """No annotation, the verdict in the log and in the summary of the step."""
    done = act(repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"The data conform to \d+ shapes\.\n", done.stdout)
    assert done.stdout.strip() in (repository.parent / "summary.md").read_text()


def test_the_action_annotates_what_is_wrong(repository: Path) -> None:
    """At the line of the claim, in the file as the repository knows it."""
    line = damage(repository, "g12c:Affirmed", "g12c:Affirmd")
    done = act(repository)
    assert done.returncode == 1
    assert f",file={CLAIMS},line={line},col=1::" in done.stdout
    assert "g12c:Affirmd" in (repository.parent / "summary.md").read_text()


def test_the_action_annotates_what_cannot_be_read(repository: Path) -> None:
    """A syntax error is exit 2, and has its place too."""
    damage(repository, "a g12c:Claim ;", "a g12c:Claim")
    done = act(repository)
    assert done.returncode == 2
    assert re.match(rf"::error file={CLAIMS},line=\d+,col=\d+::", done.stdout)


def test_the_action_takes_other_inputs(repository: Path) -> None:
    """Strict lets advice fail; names that are not below the base are not theirs to judge so."""
    damage(repository, "    g12c:certainty", '    g12c:qualifier "may be"@en ;\n    g12c:certainty')
    assert act(repository).returncode == 0
    assert act(repository, strict="true").returncode == 1
    assert act(repository, base="https://elsewhere.example.org/").returncode == 1
    assert act(repository, files="claims").returncode == 1  # their sentences are missing
    assert act(repository, files="nowhere\n").returncode == 2


@pytest.mark.parametrize("command", ["$(touch pwned)", "--format=json", "'; touch pwned"])
def test_the_action_takes_inputs_as_data(repository: Path, command: str) -> None:
    """Whoever names a file names a file, and nothing else."""
    done = act(repository, files=command)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert not (repository / "pwned").exists()


def test_the_hooks_pass_and_fail(repository: Path) -> None:
    """As pre-commit runs them: entry, then the arguments of the repository's own file."""
    hooks = {hook["id"]: hook for hook in load(ROOT / ".pre-commit-hooks.yaml")}
    (configured,) = load(repository / ".pre-commit-config.yaml")["repos"]
    assert {hook["id"] for hook in configured["hooks"]} == hooks.keys()

    def commit() -> list[int]:
        codes = []
        for chosen in configured["hooks"]:
            hook = hooks[chosen["id"]] | chosen
            files = sorted(str(file.relative_to(repository)) for file in repository.rglob("*.ttl"))
            assert all(re.search(hook["files"], file) for file in files)
            names = files if hook.get("pass_filenames", True) else []
            words = " ".join([hook["entry"], *hook.get("args", []), *names])
            codes.append(bash(repository, words).returncode)
        return codes

    before = (repository / CLAIMS).read_bytes()
    assert commit() == [0, 0]
    assert (repository / CLAIMS).read_bytes() == before
    damage(repository, "g12c:Affirmed", "g12c:Stated")
    assert commit() == [0, 1]
    damage(repository, "g12c:Stated ;", "g12c:Stated")
    assert commit() == [2, 2]


def test_everything_is_pinned() -> None:
    """Actions by commit, in the action, in the workflow of the example and in our own."""
    files = [ROOT / "action.yml", EXAMPLE / ".github/workflows/claims.yml"]
    files += sorted((ROOT / ".github/workflows").glob("*.yml"))
    uses = [
        match[1]
        for file in files
        for match in re.finditer(r"^\s*(?:- )?uses: (\S+)", file.read_text(), re.MULTILINE)
    ]
    assert len(uses) > len(files)
    for name in uses:
        assert re.fullmatch(r"[\w./-]+@([0-9a-f]{40}|COMMIT)", name)


def test_the_page_shows_the_example_as_it_is() -> None:
    """Each file that the page quotes stands in it whole."""
    page = (ROOT / "docs/validate-in-ci.md").read_text()
    for name in (".github/workflows/claims.yml", ".pre-commit-config.yaml"):
        assert (EXAMPLE / name).read_text() in page
    for file in EXAMPLE.rglob("*.*"):
        if file.is_file():
            assert file.name in page
