"""A browser, the publication in a folder, and a file server on this machine."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

from g12c.site import make
from g12c.sources import find_sources

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The publication, written."""
    target = tmp_path_factory.mktemp("site")
    for name, content in make(find_sources()).items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return target


@pytest.fixture(scope="session")
def site(folder: Path) -> Iterator[str]:
    """The address of a plain file server on the folder."""
    handler = partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without its own requests."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that must log no error, show no dialog and ask nobody but this machine."""
    context = browser.new_context(accept_downloads=True)
    made = context.new_page()
    wrong: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            wrong.append(message.text)

    def ask(dialog: Dialog) -> None:
        wrong.append(dialog.message)
        dialog.dismiss()

    def look(request: Request) -> None:
        if not _local(request.url):
            wrong.append(request.url)

    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on("console", listen)
    made.on("dialog", ask)
    context.on("request", look)
    yield made
    context.close()
    assert wrong == []


def _local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "file:", "blob:", "data:"))
