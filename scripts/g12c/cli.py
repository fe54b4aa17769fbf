"""The command line: a thin skin over the library, which returns while this prints.

Exit codes: 0 fine, 1 problems found, 2 wrong call or unusable input. Nothing is imported before a
command needs it, so that a question is answered before a person notices.
"""

import argparse
import os
import sys
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from .arguments import seconds
from .errors import G12cError, printable
from .export.command import add_arguments as add_export_arguments
from .serve.command import add_arguments as add_serve_arguments
from .site.command import add_arguments as add_site_arguments

if TYPE_CHECKING:
    from pyoxigraph import Store

    from .questions import Question, Terms

FINE, FOUND, WRONG = 0, 1, 2
_SHOWN = 12
"""How many values are named in a message."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line and exit 2, with the nearest right command for a misspelt one."""
        if message.startswith("argument COMMAND: invalid choice"):
            typed = message.split("'")[1]
            near = get_close_matches(typed, COMMANDS, 3, 0.5)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            message = f"there is no command {typed!r}{hint} (commands: {', '.join(COMMANDS)})"
        self.exit(WRONG, f"{self.prog}: {printable(message)}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; what it returns is the exit code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:  # the same bytes whatever the locale says
            reconfigure(encoding="utf-8", errors="backslashreplace")
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    try:
        if rest and options.command != "query":
            parser.error(f"{options.command} takes no {rest[0]!r}")
        status = COMMANDS[options.command](options, rest)
        sys.stdout.flush()
    except G12cError as error:
        _progress(f"g12c: {error}")
        return error.exit_code
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> _Parser:
    parser = _Parser(prog="g12c", description="KRAS-G12C inhibitor resistance as linked data.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    build = commands.add_parser("build", help="check everything and write the release")
    build.add_argument("-o", "--output", default="dist", metavar="FOLDER", help="default: dist")
    build.add_argument("--store", metavar="FOLDER", help="make a store on the disk too")
    build.add_argument("--all", action="store_true", help="with the pages of g12c site")

    validate = commands.add_parser("validate", help="judge the graph, or files beside it, by SHACL")
    validate.add_argument("files", nargs="*", metavar="FILE", help="file, folder, or - for stdin")
    validate.add_argument(
        "--format", choices=("text", "json", "ttl", "github", "sarif", "junit"), default="text"
    )
    validate.add_argument(
        "--engine", choices=("fast", "pyshacl"), default="fast", help="pyshacl is the reference"
    )
    validate.add_argument(
        "--base", default="", metavar="IRI", help="what your own graph's names start with"
    )
    validate.add_argument("--strict", action="store_true", help="let warnings fail too")
    validate.add_argument(
        "--seconds", type=seconds, help="the most that judging files may take (default: 8)"
    )

    query = commands.add_parser(
        "query", help="list, find or answer the stored questions", allow_abbrev=False
    )
    query.add_argument("name", nargs="*", help="a question's name, words to find one, or FILE.rq")
    query.add_argument("--format", choices=("table", "csv", "tsv", "json", "markdown", "ttl"))
    query.add_argument("--explain", action="store_true", help="show the question, do not answer")
    query.add_argument("--store", metavar="FOLDER", help="ask the store on the disk there")
    _add_server(query, "ask this SPARQL 1.1 server, which holds the release", required=False)

    load = commands.add_parser("load", help="put the release on a SPARQL 1.1 server")
    _add_server(load, "where the server answers queries", required=True)
    way = load.add_mutually_exclusive_group()
    way.add_argument("--graph-store", metavar="URL", help="its Graph Store Protocol address")
    way.add_argument("--update", metavar="URL", help="its Update address; default: the endpoint")

    show = commands.add_parser("show", help="all that the graph knows about one thing")
    show.add_argument("name", nargs="+", help="label, synonym, identifier, CURIE or IRI")

    trace = commands.add_parser("trace", help="a claim's sentence, references, defects and checks")
    trace.add_argument("claim", nargs="?", help="slug, CURIE or IRI of a claim")
    trace.add_argument("--all", action="store_true", help="check the place of every claim")
    trace.add_argument("--article", metavar="FILE", help="your own plain-text copy of the article")

    export = commands.add_parser("export", help="Turtle and the forms that other graphs take in")
    add_export_arguments(export)

    site = commands.add_parser("site", help="the publication as a folder of static pages")
    add_site_arguments(site)

    serve = commands.add_parser("serve", help="pages, SPARQL and stored questions over HTTP")
    add_serve_arguments(serve)

    form = commands.add_parser("fmt", help="give Turtle files the house spelling")
    form.add_argument("files", nargs="*", metavar="FILE", help="default: all of the project; -")
    form.add_argument("--check", action="store_true", help="change nothing, exit 1 if it would")
    return parser


def _add_server(parser: argparse.ArgumentParser, about: str, *, required: bool) -> None:
    parser.add_argument("--endpoint", metavar="URL", help=about, required=required)
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=60.0,
        metavar="SECONDS",
        help="for one answer; default: 60",
    )


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _emit(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def _width() -> int:
    """The width of the terminal in characters, 0 if nobody looks."""
    if not sys.stdout.isatty():
        return 0
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def _build(options: argparse.Namespace, _: Sequence[str]) -> int:
    from pathlib import Path

    from .build import build
    from .sources import find_sources
    from .store import published, write_disk

    sources, target = find_sources(), Path(options.output)
    _emit(build(sources, target, _progress, every=options.all, width=_width()))
    if options.store:
        write_disk(published(sources), Path(options.store))
    return FINE


def _validate(options: argparse.Namespace, _: Sequence[str]) -> int:
    import json
    import re
    from pathlib import Path

    from .errors import SourceError
    from .gate import Gate
    from .limits import SECONDS, here, limited
    from .reading import FORMATS
    from .reports import annotation, render, step_summary
    from .sources import find_sources

    if options.base and not re.fullmatch(r"https?://[^/]+/(.*[/#])?", options.base):
        raise G12cError("--base is a whole IRI that ends in / or #")
    gate = Gate.of(find_sources(), options.engine)
    inputs = list(_inputs(options.files, FORMATS.keys() - {""}))

    def work(out: BinaryIO) -> int:
        try:
            judgement = gate.judge(inputs, options.base)
        except SourceError as error:
            if options.format != "github":
                raise
            out.write(json.dumps([annotation(error), "", ""]).encode())
            return WRONG
        report, places = judgement.report, judgement.places
        summary = step_summary(report, places) if options.format == "github" else ""
        note = "" if judgement.judged else "nothing here has a class that a shape of ours judges"
        texts = [render(report, options.format, places), summary, note]
        out.write(json.dumps(texts).encode())
        return judgement.exit_code(strict=options.strict)

    if inputs:
        name = inputs[0][0] if len(inputs) == 1 else f"{inputs[0][0]} and the other files"
        seconds = options.seconds or (SECONDS if options.engine == "fast" else 60 * SECONDS)
        status, result = limited(work, name, seconds)
    else:
        status, result = here(work)
    text, summary, note = json.loads(result)
    _emit(text)
    if summary and (path := os.environ.get("GITHUB_STEP_SUMMARY")):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(summary)
    if note:
        _progress(f"g12c: {note}")
    return status


def _inputs(names: Sequence[str], suffixes: Container[str]) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of files, of those in folders with one of ``suffixes``, of ``-`` for stdin."""
    from pathlib import Path

    from .reading import read_file, read_stream

    for name in names:
        if name == "-":
            yield "<stdin>", read_stream(sys.stdin.buffer, "<stdin>")
            continue
        if not (path := Path(name)).is_dir():
            yield name, read_file(path)
            continue
        found = sorted(file for file in path.rglob("*.*") if file.suffix.lower() in suffixes)
        if not found:
            raise G12cError(f"{name}: there is no file in this folder that can be read")
        for file in found:
            if file.is_symlink():  # it could lead out of what was meant
                raise G12cError(f"{file}: is a link; put the file itself there, or name it")
            yield str(file), read_file(file)


def _query(options: argparse.Namespace, rest: Sequence[str]) -> int:
    from pathlib import Path

    from . import questions, store, tables
    from .sources import find_sources

    sources = find_sources()
    words = " ".join(options.name)
    if not words:
        return _list(questions.all_questions(sources))
    is_guest = words.endswith(".rq")
    exact = is_guest or (sources.queries / f"{words}.rq").is_file()
    if not exact and (found := questions.search(questions.all_questions(sources), words)):
        return _list(found)
    if is_guest:
        from . import guests

        question = guests.read_guest(Path(words))
    else:
        question = questions.find_question(sources, words)
    given = _parameters(question, rest)
    if options.explain:
        _emit(_explained(question))
        return FINE
    data = store.open_disk(Path(options.store)) if options.store else store.load(sources, _progress)
    values = questions.values_of(data, question, given)
    text = question.bind(values)
    if options.endpoint:
        from .remote import Server, dataset

        server = Server(options.endpoint, options.timeout)
        chooses = is_guest and guests.look_through(text, words, guests.graphs_of(data))
        graphs = () if chooses else dataset(server, data)
        result: tables.Result = server.answer(text, graphs)
    elif is_guest:
        result = guests.run_guest(data, text, words)
    else:
        result = questions.run(data, text, words)
    form = options.format or tables.default_format(result, looked_at=sys.stdout.isatty())
    sys.stdout.buffer.write(tables.render(result, form, _width()))
    sys.stdout.flush()
    if is_guest:
        return (
            FINE  # what is not ours is asked once, in its limited process, and tells nothing else
        )
    if given and not options.endpoint and next(questions.select(data, text), None) is None:
        _progress(f"g12c: {_instead(data, question, values, given)}")
    elif question.trap and sys.stdout.isatty():
        _progress(f"Mind: {' '.join(question.trap.split())}")
    return FINE


def _instead(
    data: "Store", question: "Question", values: Mapping[str, "Terms"], given: Mapping[str, str]
) -> str:
    """What to say of an answer without rows: for which values there are some."""
    from .questions import occurring

    asked = " and ".join(f"--{name} {value!r}" for name, value in given.items())
    parts = [
        f"the review says nothing of this for {asked}, which is not to say that there is nothing"
    ]
    for name in given:
        others = occurring(data, question, values, name)
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        if others:
            parts.append(f"  there is something for --{name} {', '.join(others[:_SHOWN])}{more}")
    return "\n".join(parts)


def _load(options: argparse.Namespace, _: Sequence[str]) -> int:
    from . import remote, store
    from .sources import find_sources

    server = remote.Server(options.endpoint, options.timeout)
    target: remote.GraphStore | remote.Updates
    if options.graph_store:
        target = remote.GraphStore(options.graph_store, options.timeout)
    else:
        target = remote.Updates(options.update or options.endpoint, server)
    _emit(remote.load(server, target, store.published(find_sources(), _progress), _progress))
    return FINE


def _parameters(question: "Question", rest: Sequence[str]) -> dict[str, str]:
    """What follows a question's name: ``--drug adagrasib`` or ``--drug=adagrasib``."""
    given = {}
    words = iter(rest)
    for word in words:
        if not word.startswith("--"):
            raise G12cError(f"{word!r} follows no parameter; write --NAME VALUE")
        name, equals, value = word[2:].partition("=")
        question.parameter(name)
        text = value if equals else next(words, None)
        if text is None:
            raise G12cError(f"--{name} needs a value")
        if name in given:
            raise G12cError(f"--{name} is given twice; ask for one value, or leave it out for all")
        given[name] = text
    return given


def _list(questions: "Sequence[Question]") -> int:
    width = max((len(question.name) for question in questions), default=0)
    topic = None
    for question in sorted(questions, key=lambda q: (q.tags[:1], q.name)):
        if question.tags[:1] != topic:
            _emit(("" if topic is None else "\n") + " ".join(question.tags[:1]))
            topic = question.tags[:1]
        takes = "".join(f"  --{name}" for name in question.parameters)
        _emit(f"  {question.name.ljust(width)}  {question.summary}{takes}")
    return FINE


def _explained(question: "Question") -> str:
    parts = [question.summary, question.description]
    for parameter in question.parameters.values():
        example = f"'{parameter.example}'" if " " in parameter.example else parameter.example
        about = f" {parameter.description}" if parameter.description else ""
        parts.append(f"--{parameter.name} {example}   a {parameter.kind}.{about}")
    if question.trap:
        parts.append(f"Trap: {question.trap}")
    body = "\n".join(line for line in question.sparql.split("\n") if not line.startswith("#+"))
    return "\n\n".join(part for part in (*parts, body.strip()) if part)


def _show(options: argparse.Namespace, _: Sequence[str]) -> int:
    from . import store
    from .show import show
    from .sources import find_sources

    _emit(show(store.load(find_sources(), _progress), " ".join(options.name), _width()))
    return FINE


def _trace(options: argparse.Namespace, _: Sequence[str]) -> int:
    from . import store
    from .reading import read_file
    from .sources import find_sources
    from .trace import check_all, trace

    if bool(options.claim) == options.all:
        raise G12cError("name one claim, or --all of them")
    if options.all and not options.article:
        raise G12cError("--all needs --article FILE, your own plain-text copy of the article")
    data = store.load(find_sources(), _progress)
    article = None
    if options.article:
        article = read_file(options.article).decode(errors="replace")
    if options.claim:
        _emit(trace(data, options.claim, article))
        return FINE
    text, sound = check_all(data, article or "")
    _emit(text)
    return FINE if sound else FOUND


def _export(options: argparse.Namespace, _: Sequence[str]) -> int:
    from .export.command import run

    return run(options, _progress)


def _site(options: argparse.Namespace, _: Sequence[str]) -> int:
    from .site.command import run

    _emit(run(options, _progress))
    return FINE


def _serve(options: argparse.Namespace, _: Sequence[str]) -> int:
    from .serve.command import run

    run(options, _progress)
    return FINE


def _fmt(options: argparse.Namespace, _: Sequence[str]) -> int:
    from pathlib import Path

    from .files import write_whole
    from .limits import here, limited
    from .reading import decode
    from .sources import find_sources
    from .turtle import format_file

    names = options.files
    if not names:
        sources = find_sources()
        paths = [path for _, path in sources.turtle_files()] + sources.shape_files()
        names = [os.path.relpath(path) for path in paths]
    changed = 0
    for name, data in _inputs(names, {".ttl"}):

        def work(out: BinaryIO, name: str = name, data: bytes = data) -> int:
            out.write(format_file(decode(data, name), name).encode())
            return FINE

        spelt = (limited(work, name) if options.files else here(work))[1]
        if name == "<stdin>" and not options.check:
            sys.stdout.buffer.write(spelt)
        elif spelt != data:
            changed += 1
            if options.check:
                _emit(f"{name}: is not in house spelling; run: g12c fmt {name}")
            else:
                write_whole(Path(name), spelt)
                _emit(f"{name}: spelt anew")
    return FOUND if changed and options.check else FINE


COMMANDS: dict[str, Callable[[argparse.Namespace, Sequence[str]], int]] = {
    "build": _build,
    "validate": _validate,
    "query": _query,
    "load": _load,
    "show": _show,
    "trace": _trace,
    "export": _export,
    "site": _site,
    "serve": _serve,
    "fmt": _fmt,
}
