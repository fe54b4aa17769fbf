"""Wheel, sdist and editable install carry or find all that they should, and the locks hold."""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
DATA = ["ontology", "graph", "shapes", "queries"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ["requirements-build", "requirements", "requirements-dev"]


def build(source: Path, target: str, folder: Path) -> Path:
    """The one file that hatchling builds from ``source`` for ``target``, in the new ``folder``."""
    python([sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)], source)
    (file,) = folder.iterdir()
    return file


def python(command: list[str], folder: Path) -> str:
    """The output of ``command`` in ``folder``, where only what is installed can be imported."""
    environment = {name: os.environ[name] for name in os.environ if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


MADE = {"__pycache__", ".mypy_cache", ".ruff_cache", "node_modules"}
"""Folders of what tools make in a checkout."""


def files(folder: str) -> set[str]:
    """The files below a folder of the project, with their paths from its root."""
    paths = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not MADE & {*path.parts}
    }
    assert paths, f"{folder} is empty"
    return paths


def locked(name: str) -> dict[str, tuple[str, int]]:
    """The packages of a lock file: to each name its version and the count of its hashes."""
    text = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    entry = r"(?m)^([\w.-]+)==([\w.]+)[^\n]*((?:\n    --hash=sha256:[^\n]*)*)"
    entries = re.findall(entry, text)
    assert len(entries) == len(re.findall(r"(?m)^[^#\s]", text)), "a line that is no package"
    return {name: (version, hashes.count("--hash")) for name, version, hashes in entries}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the project."""
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution built from the project."""
    return build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


def test_wheel_holds_the_package_its_data_and_nothing_else(wheel: Path) -> None:
    """The package is at the top of the wheel and the data folders are inside the package."""
    expected = {path.removeprefix("scripts/") for path in files("scripts/g12c")}
    expected |= {f"g12c/data/{path}" for folder in DATA for path in files(folder)}
    facts = f"g12c-{PROJECT['version']}.dist-info"
    names = ["METADATA", "RECORD", "WHEEL", "entry_points.txt"]
    expected |= {f"{facts}/{name}" for name in names}
    expected |= {f"{facts}/licenses/{name}" for name in PROJECT["license-files"]}
    with zipfile.ZipFile(wheel) as archive:
        assert {*archive.namelist()} == expected


def test_sdist_holds_the_sources_and_the_tests(sdist: Path) -> None:
    """The sdist holds all that is needed to build and to test, and nothing that was made here."""
    expected = {path for folder in [*DATA, "scripts", "tests"] for path in files(folder)}
    expected |= {f"{name}.lock" for name in LOCKS}
    expected |= {"pyproject.toml", "README.md", *PROJECT["license-files"]}
    with tarfile.open(sdist) as archive:
        names = {member.name.split("/", 1)[1] for member in archive if member.isfile()}
    assert expected <= names
    made = [name for name in names if name.startswith((".venv", "dist")) or "__pycache__" in name]
    assert made == []


def test_wheel_from_the_sdist_is_the_same(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    """A wheel is the same, byte for byte, from the project and from its sdist."""
    python([sys.executable, "-m", "tarfile", "-e", str(sdist), str(tmp_path)], tmp_path)
    (source,) = tmp_path.iterdir()
    again = build(source, "wheel", tmp_path / "wheel")
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


@pytest.mark.parametrize("target", ["wheel", "wheel:editable"])
def test_installed_command_finds_the_data(target: str, tmp_path: Path) -> None:
    """The command ``g12c`` of an installed wheel knows every stored query, called from anywhere."""
    file = build(ROOT, target, tmp_path / "wheel")
    place = tmp_path / "venv"
    venv.create(place)
    (site,) = place.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    install = ["-m", "pip", "--python", str(place), "install", "--no-deps", "--no-index", str(file)]
    python([sys.executable, *install], tmp_path)
    listing = python([str(place / "bin" / "g12c"), "query"], tmp_path)
    queries = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))
    assert queries
    assert [name for name in queries if name not in listing] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_has_hashes(name: str) -> None:
    """Every package of a lock file is pinned with at least one hash; no file names an index."""
    assert min(count for _, count in locked(name).values()) > 0


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements", {"test"}), ("requirements-dev", {"test", "dev"})]
)
def test_lock_agrees_with_the_project(lock: str, extras: set[str]) -> None:
    """A lock holds each dependency that the project declares, in a version that it allows."""
    pinned = locked(lock)
    groups = PROJECT["optional-dependencies"]
    declared = [*PROJECT["dependencies"], *(line for extra in extras for line in groups[extra])]
    wanted = [need for need in map(Requirement, declared) if need.name != PROJECT["name"]]
    assert wanted
    assert [str(need) for need in wanted if pinned[need.name][0] not in need.specifier] == []


def test_locks_agree_with_each_other() -> None:
    """The tools are locked on top of what is used: no version differs."""
    used, tools = locked("requirements"), locked("requirements-dev")
    assert {name: tools.get(name) for name in used} == used
