"""``scripts/run.py``: sets itself up once, mends itself, and says what is missing."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

RUN = Path(__file__).parents[1] / "scripts" / "run.py"
SHOW = "import os, sys\nprint({name!r}, sys.argv[1:], os.getcwd())\n"
LAUNCH = "runpy.run_path(sys.argv[0], run_name='__main__')"
UNREACHABLE = {
    "PIP_FIND_LINKS": "",
    "PIP_INDEX_URL": "http://127.0.0.1:9/",
    "PIP_NO_INDEX": "0",
    "PIP_RETRIES": "0",
}


class Project:
    """A project with ``run.py``, a command ``g12c``, and one locked package, a ``pytest``.

    Both programs print their name, arguments and directory. pip is cut off from every index.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.wheels = root / "wheels"
        self.wheels.mkdir(parents=True)
        package = root / "scripts" / "g12c"
        package.mkdir(parents=True)
        shutil.copy(RUN, root / "scripts")
        (package / "__main__.py").write_text(
            SHOW.format(name="g12c") + "sys.exit(len(sys.argv) - 2)\n"
        )
        (root / "requirements-build.lock").write_text("")
        self.lock("pytest")

    def lock(self, name: str) -> None:
        """Let the lock file name one package, ``name``, which is made here."""
        wheel = self.wheels / f"{name}-1-py3-none-any.whl"
        facts = f"{name}-1.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"{name}/__main__.py", SHOW.format(name=name))
            archive.writestr(
                f"{facts}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n"
            )
            archive.writestr(f"{facts}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            archive.writestr(f"{facts}/RECORD", "")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        (self.root / "requirements.lock").write_text(f"{name}==1 --hash=sha256:{digest}\n")

    def start(self, *arguments: str, before: str = "", **environment: str) -> subprocess.Popen[str]:
        """Start ``run.py``, with the Python code ``before`` run in its process first."""
        script = str(self.root / "scripts" / "run.py")
        launch = f"import runpy, sys; sys.argv.pop(0); {before}; {LAUNCH}"
        command = [sys.executable, *(["-c", launch] if before else []), script, *arguments]
        pip = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": self.wheels.as_uri(),
        }
        return subprocess.Popen(
            command,
            cwd=self.wheels,
            env={**os.environ, **pip, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, before: str = "", **environment: str) -> tuple[int, str, str]:
        """Run ``run.py`` to the end: its exit code, output and messages."""
        process = self.start(*arguments, before=before, **environment)
        output, messages = process.communicate(timeout=120)
        return process.returncode, output, messages

    @property
    def stamp(self) -> Path:
        """The last file that setting up writes."""
        return self.root / ".venv" / "g12c.stamp"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that is not set up."""
    return Project(tmp_path / "a project")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project that is set up; every test leaves it so."""
    project = Project(tmp_path_factory.mktemp("ready"))
    code, _, messages = project.run()
    assert code == 0, messages
    made = project.stamp.stat().st_mtime_ns
    yield project
    assert project.stamp.stat().st_mtime_ns == made, "was set up again"


@pytest.fixture
def copy(ready: Project, tmp_path: Path) -> Project:
    """A copy, in another place, of a project that is set up."""
    copy = Project(tmp_path / "copy")
    shutil.copytree(ready.root, copy.root, symlinks=True, dirs_exist_ok=True)
    return copy


def test_no_command_is_the_build(ready: Project) -> None:
    """Without a command it builds, in the directory it is called from, and says nothing more."""
    assert ready.run() == (0, f"g12c ['build'] {ready.wheels}\n", "")


def test_arguments_and_exit_code_are_passed_on(ready: Project) -> None:
    """What it does not know goes to g12c as it stands; the exit code is that of g12c."""
    arguments = ["query", "--drug", "two words", ""]
    assert ready.run(*arguments) == (3, f"g12c {arguments} {ready.wheels}\n", "")


def test_site_alone_is_served(ready: Project) -> None:
    """``site`` makes and serves the pages; with arguments it writes them, as ``g12c site`` does."""
    assert ready.run("site") == (0, f"g12c ['serve'] {ready.wheels}\n", "")
    arguments = ["site", "-o", "x"]
    assert ready.run(*arguments) == (2, f"g12c {arguments} {ready.wheels}\n", "")


def test_test_runs_pytest_in_the_project(ready: Project) -> None:
    """``test`` passes its arguments to the pytest of ``.venv``, in the root of the project."""
    assert ready.run("test", "-k", "x") == (0, f"pytest ['-k', 'x'] {ready.root}\n", "")
    _, output, _ = ready.run("test")
    assert output == f"pytest ['--numprocesses=auto', '--dist=loadfile'] {ready.root}\n"


def test_second_run_needs_no_network(ready: Project) -> None:
    """A project that is set up starts at once, with no package index to be reached."""
    code, _, messages = ready.run(**UNREACHABLE)
    assert (code, messages) == (0, "")


def test_foreign_modules_are_not_imported(ready: Project) -> None:
    """Neither the working directory nor PYTHONPATH can stand in for the project's own modules."""
    foreign = ready.wheels / "g12c"
    foreign.mkdir()
    (foreign / "__main__.py").write_text("print('foreign')")
    try:
        _, output, _ = ready.run(PYTHONPATH=str(ready.wheels))
    finally:
        shutil.rmtree(foreign)
    assert output.startswith("g12c ['build']")


def test_project_can_be_moved(copy: Project) -> None:
    """A project that is set up runs in another place without being set up again."""
    assert copy.run() == (0, f"g12c ['build'] {copy.wheels}\n", "")


def test_changed_lock_sets_up_afresh(copy: Project) -> None:
    """After a change of the lock ``.venv`` holds what it names, and nothing it named before."""
    copy.lock("other")
    code, _, messages = copy.run()
    assert code == 0
    assert "setting up .venv" in messages
    installed = {path.name for path in copy.root.glob(".venv/lib/*/site-packages/*-1.dist-info")}
    assert installed == {"other-1.dist-info"}


def test_changed_python_sets_up_afresh(copy: Project) -> None:
    """A ``.venv`` of another version of Python is not used."""
    copy.stamp.write_text(copy.stamp.read_text().replace("cpython-3", "cpython-2"))
    assert "setting up .venv" in copy.run()[2]
    assert copy.run()[2] == ""


def test_killed_while_setting_up(project: Project) -> None:
    """A run killed half-way, pip and all, leaves nothing that the next run trips over."""
    process = project.start()
    while not list(project.root.glob(".venv/lib/*/site-packages/pip/__main__.py")):
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not project.stamp.exists()
    assert project.run()[:2] == (0, f"g12c ['build'] {project.wheels}\n")


def test_two_first_runs_at_once(project: Project) -> None:
    """One sets up, the other waits for it, both run."""
    runs = [project.start(str(number)) for number in range(2)]
    ends = [run.communicate(timeout=120) for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert [output for output, _ in ends] == [f"g12c ['{n}'] {project.wheels}\n" for n in range(2)]
    assert sum("setting up .venv, once" in messages for _, messages in ends) == 1
    assert sum("waiting for another run" in messages for _, messages in ends) == 1


def test_no_network(project: Project) -> None:
    """A first run without network says so and what to do; with network the next one succeeds."""
    code, output, messages = project.run(**UNREACHABLE)
    assert (code, output) == (2, "")
    assert "no network" in messages
    assert "pytest==1" in messages
    assert "run the same command again" in messages
    assert project.run()[0] == 0


def test_wrong_hash(project: Project) -> None:
    """A package that is not the locked one is refused, and the network is not blamed."""
    lock = project.root / "requirements.lock"
    lock.write_text(f"pytest==1 --hash=sha256:{'0' * 64}\n")
    code, _, messages = project.run()
    assert code == 2
    assert "DO NOT MATCH THE HASHES" in messages
    assert "network" not in messages


def test_no_venv_module(project: Project) -> None:
    """Where Python comes without venv, as in Debian, it says what to install."""
    code, output, messages = project.run(before="sys.modules['ensurepip'] = None")
    assert (code, output) == (2, "")
    assert "apt install python3-venv" in messages
    assert not (project.root / ".venv").exists()


def test_old_python(project: Project) -> None:
    """A Python that is too old is told so."""
    code, output, messages = project.run(before="sys.version_info = (3, 10, 9)")
    assert (code, output) == (2, "")
    assert "needs Python 3.11 or newer" in messages


def test_project_that_cannot_be_written(project: Project) -> None:
    """Where ``.venv`` cannot be made it names it and the reason."""
    (project.root / ".venv").write_text("a file in the way")
    code, _, messages = project.run()
    assert code == 2
    assert messages.startswith(f"g12c: cannot set up {project.root / '.venv'}: ")
    assert "Not a directory" in messages
