"""What people do with the publication, in Debian's Chromium."""

import csv
import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from g12c.questions import find_question, select, values_of
from g12c.sources import find_sources
from g12c.store import load

AXE = Path(__file__).parents[2] / "scripts" / "web" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "index.html",
    "matrix.html",
    "pictures.html",
    "things.html",
    "claims.html",
    "defects.html",
    "findings.html",
    "references.html",
    "questions.html",
    "sparql.html",
    "about.html",
    "ontology.html",
    "shapes.html",
    "dataset.html",
    "graph/claims.html",
    "id/alteration/kras-y96d.html",
    "id/protein/kras.html",
    "claim/s066-kras-y96d-confers-resistance-to-sotorasib.html",
    "sentence/S066.html",
    "section/resistance.html",
    "reference/42.html",
    "defect/s066-or.html",
    "query/resistance-by-drug.html",
    "g12c.html",
)


def test_from_a_cell_to_its_claim_and_its_data(page: Page, site: str) -> None:
    """Matrix → cell → claim → Turtle."""
    page.goto(site)
    page.get_by_role("link", name="KRAS Y96D and sotorasib: shown").click()
    cell = page.locator(
        "section:visible", has=page.get_by_role("heading", name="KRAS Y96D and sotorasib")
    )
    expect(cell).to_contain_text("Cells with the alteration were resistant")
    cell.get_by_role("link", name="KRAS Y96D confers resistance to sotorasib").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "KRAS Y96D confers resistance to sotorasib"
    )
    expect(page.get_by_text("in sentence S066")).to_be_visible()
    href = page.get_by_role("link", name="Turtle").get_attribute("href") or ""
    answer = page.request.get(page.evaluate("(path) => new URL(path, location).href", href))
    triples = list(ox.parse(answer.body(), format=ox.RdfFormat.TURTLE))
    assert any("confersResistanceTo" in str(triple) for triple in triples)


def test_report_of_an_error(page: Page, site: str) -> None:
    """One opens it at the foot of a page, and takes it away with address and version."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}claim/s066-kras-y96d-confers-resistance-to-sotorasib.html")
    page.get_by_text("Report an error").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[0].endswith("/claim/s066-kras-y96d-confers-resistance-to-sotorasib")
    assert copied[1:] == ["What is wrong:", "How one can tell:"]


def test_rule_at_its_address(page: Page, site: str) -> None:
    """The address of a shape leads to its row, and that to the term that it names."""
    page.goto(f"{site}shapes.html#Claim-cue")
    row = page.get_by_role("row", name="Claim-cue")
    expect(row).to_be_in_viewport()
    row.get_by_role("link", name="g12c:cue").click()
    expect(page.locator("#cue")).to_be_in_viewport()


def test_search_by_keyboard(page: Page, site: str) -> None:
    """A name in HGVS leads to the alteration, without a mouse."""
    page.goto(f"{site}about.html")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search")
    expect(box).to_be_focused()
    box.fill("p.Tyr96Asp")
    expect(page.get_by_role("option").first).to_have_text("KRAS Y96Dsubstitution")
    expect(box).to_have_attribute("aria-activedescendant", "hit-0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("KRAS Y96D")


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("amg 510", "sotorasib"),
        ("CHEMBL4594350", "adagrasib"),
        ("confersResistanceTo", "confers resistance to"),
        ("y96d adagrasib", "KRAS Y96D"),
        ("resistance-by-drug", "question"),
    ],
)
def test_search_finds(page: Page, site: str, words: str, first: str) -> None:
    """Synonyms, identifiers, terms and claims are found."""
    page.goto(site)
    page.get_by_role("combobox", name="Search").fill(words)
    expect(page.get_by_role("option").first).to_contain_text(first)


def test_search_says_when_there_is_nothing(page: Page, site: str) -> None:
    """A screen reader hears it too."""
    page.goto(site)
    box = page.get_by_role("combobox", name="Search")
    box.fill("no such thing")
    expect(page.get_by_role("status")).to_have_text("nothing found")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_question_with_a_parameter(page: Page, site: str, tmp_path: Path) -> None:
    """Pick a question, give a value, run, follow a row, take the answer away."""
    page.goto(f"{site}sparql.html")
    page.get_by_label("Question").select_option("resistance-by-drug")
    expect(page.get_by_role("status").last).to_contain_text("rows")
    everything = _rows(page)
    page.get_by_role("combobox", name="drug", exact=True).fill("SOTORASIB")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").first).to_contain_text("sotorasib")
    some = _rows(page)
    assert 0 < some < everything
    assert "question=resistance-by-drug&drug=SOTORASIB" in page.url

    for form in ("CSV", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("button", name=form).click()
        download.value.save_as(tmp_path / form)
    with (tmp_path / "CSV").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == some
    found = json.loads((tmp_path / "JSON").read_text())
    assert len(found["results"]["bindings"]) == some

    page.reload()
    expect(page.get_by_role("combobox", name="drug", exact=True)).to_have_value("SOTORASIB")
    expect(page.locator("tbody tr").first).to_contain_text("sotorasib")
    page.locator("tbody").get_by_role("link", name="KRAS Y96D").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("KRAS Y96D")


def _rows(page: Page) -> int:
    return int(page.get_by_role("region", name="Answer").get_attribute("data-rows") or 0)


@cache
def _data() -> ox.Store:
    return load(find_sources())


@pytest.mark.parametrize(
    ("name", "parameter", "typed"),
    [
        ("what-still-works", "alteration", "p.Tyr96Asp"),
        ("what-still-works", "alteration", "np_004976.2:p.tyr96asp"),
        ("resistance-by-drug", "drug", "AMG 510"),
        ("resistance-by-drug", "drug", "amg-510"),
        ("resistance-by-drug", "drug", "chembl4594350"),
        ("resistance-by-drug", "drug", "Drug:adagrasib"),
        ("resistance-by-drug", "drug", "<https://w3id.org/g12c/id/drug/adagrasib>"),
        ("substitutions", "position", "96"),
        ("identifiers-of", "thing", "PD-1"),  # a gene and a protein
    ],
)
def test_names_mean_what_they_mean_at_the_command_line(
    page: Page, site: str, name: str, parameter: str, typed: str
) -> None:
    """The same rows for synonym, HGVS, identifier, CURIE, IRI, number, and a name of two things."""
    question = find_question(find_sources(), name)
    bound = question.bind(values_of(_data(), question, {parameter: typed}))
    rows = len(list(select(_data(), bound)))
    assert 0 < rows < len(list(select(_data(), question.sparql)))
    page.goto(f"{site}sparql.html#question={name}")
    expect(page.get_by_role("region", name="Answer")).to_be_visible()
    page.get_by_role("combobox", name=parameter, exact=True).fill(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Answer")).to_have_attribute("data-rows", str(rows))
    page.reload()
    expect(page.get_by_role("region", name="Answer")).to_have_attribute("data-rows", str(rows))


@pytest.mark.parametrize("how", ["Enter", "Run", "address"])
def test_wrong_value_is_told_and_not_asked(page: Page, site: str, how: str) -> None:
    """A name that nothing has is said to be none, its field is marked, no row is left."""
    page.goto(f"{site}sparql.html#question=resistance-by-drug")
    expect(page.get_by_role("region", name="Answer")).to_be_visible()
    field = page.get_by_role("combobox", name="drug", exact=True)
    border = _border(field)
    if how == "address":
        page.goto(f"{site}sparql.html#question=resistance-by-drug&drug=aspirin")
    else:
        field.fill("aspirin")
        if how == "Enter":
            page.keyboard.press("Enter")
        else:
            page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("There is no drug “aspirin”")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert _border(field) > border
    _nothing_to_take(page)
    field.fill("sotorasb")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Did you mean sotorasib?")).to_be_visible()
    _nothing_to_take(page)
    field.fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Answer")).to_be_visible()
    expect(page.get_by_role("button", name="CSV")).to_be_enabled()


def _border(field: Locator) -> float:
    return float(field.evaluate("(it) => parseFloat(getComputedStyle(it).borderTopWidth)"))


def _nothing_to_take(page: Page) -> None:
    page.wait_for_timeout(300)  # what would be asked in spite of it has its time
    expect(page.locator("#result")).to_be_empty()
    for name in ("CSV", "JSON"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()


def test_late_answer_is_dropped(page: Page, site: str) -> None:
    """What was asked before a wrong value does not come as its answer."""
    page.goto(f"{site}sparql.html#question=resistance-by-drug")
    page.get_by_role("combobox", name="drug", exact=True).fill("aspirin")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Run")).to_be_visible()
    expect(page.get_by_text("There is no drug “aspirin”")).to_be_visible()
    _nothing_to_take(page)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("question=resistance-by-drg", "no question “resistance-by-drg”. Did you mean resistance-"),
        ("question=substitutions&position=many", "There is no integer “many”"),
        ("question=resistance-by-drug&drgu=sotorasib", "has no parameter “drgu”"),
    ],
)
def test_wrong_address_is_told_and_not_asked(page: Page, site: str, asked: str, told: str) -> None:
    """A question, number or parameter that there is not; what is picked then is answered."""
    page.goto(f"{site}sparql.html#{asked}")
    expect(page.get_by_text(told)).to_be_visible()
    _nothing_to_take(page)
    page.get_by_label("Question").select_option("resistance-by-kind")
    expect(page.get_by_role("region", name="Answer")).to_be_visible()


def test_link_carries_what_was_edited(page: Page, site: str) -> None:
    """A stored question with a line of one's own is a query, in the address and in the link."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}sparql.html#question=resistance-by-drug&drug=sotorasib")
    expect(page.get_by_role("region", name="Answer")).to_be_visible()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    link = "#question=resistance-by-drug&drug=sotorasib"
    assert page.evaluate("navigator.clipboard.readText()").endswith(link)
    page.get_by_text("The query in SPARQL").click()
    page.get_by_role("textbox", name="SPARQL query").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("LIMIT 2")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert "LIMIT+2" in page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("region", name="Answer")).to_have_attribute("data-rows", "2")
    page.reload()
    expect(page.get_by_role("region", name="Answer")).to_have_attribute("data-rows", "2")
    expect(page.get_by_role("textbox", name="SPARQL query")).to_contain_text("LIMIT 2")


@pytest.mark.parametrize("clipboard", ["undefined", "{ writeText: () => Promise.reject() }"])
def test_link_is_there_to_take_without_a_clipboard(page: Page, site: str, clipboard: str) -> None:
    """Where a page may not copy it does not say so, but selects the link."""
    page.add_init_script(f"Object.defineProperty(navigator, 'clipboard', {{ value: {clipboard} }})")
    page.goto(f"{site}sparql.html#question=resistance-by-drug")
    expect(page.get_by_role("region", name="Answer")).to_be_visible()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Selected; copy it with Ctrl+C.")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == page.url


def test_error_leaves_no_rows_to_take(page: Page, site: str) -> None:
    """After a query that fails, the rows of the one before cannot be saved as its answer."""
    page.goto(_asking(site, "SELECT ?claim { ?claim a g12c:Claim }"))
    expect(page.get_by_role("button", name="CSV")).to_be_enabled()
    page.get_by_role("textbox", name="SPARQL query").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" LIMITED")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("does not fit here")).to_be_visible()
    _nothing_to_take(page)


def test_broken_query_is_marked_in_its_place(page: Page, site: str) -> None:
    """The error stands under the word at fault and is told with line and column."""
    page.goto(_asking(site, "SELECT ?claim\nWHERE {\n  ?claim a g12c:Claim\n  FILTRE(?x)\n}"))
    expect(page.get_by_text("Line 4, column 3: “FILTRE” does not fit here.")).to_be_visible()
    expect(page.locator(".cm-lintRange-error")).to_have_text("FILTRE")
    page.get_by_role("textbox", name="SPARQL query").click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.type("ASK { ?claim a g12c:Claim }")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Yes.")).to_be_visible()
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)


def _asking(site: str, query: str) -> str:
    return f"{site}sparql.html#query={quote(query)}"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("ASK { ?claim a g12c:Claim }", "Yes."),
        ("CONSTRUCT { ?a g12c:hgvs ?b } WHERE { ?a g12c:hgvs ?b }", "p.Tyr96Asp"),
        ("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }", "1 row"),
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "service"),
        ("INSERT DATA { <a:b> <a:b> <a:b> }", "Line 1"),
    ],
)
def test_every_kind_of_query(page: Page, site: str, query: str, shown: str) -> None:
    """ASK, CONSTRUCT and SELECT are answered; what would reach out or change is refused."""
    page.goto(_asking(site, query))
    expect(page.locator("#result, .status.wrong, .status").filter(has_text=shown)).to_be_visible()


def test_query_stops(page: Page, site: str) -> None:
    """A query without end is ended by a person, and the next one is answered."""
    page.goto(_asking(site, "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"))
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    page.get_by_label("Question").select_option("resistance-by-drug")
    expect(page.get_by_role("region", name="Answer")).to_be_visible()


def test_first_answer_is_quick(page: Page, site: str) -> None:
    """From an empty browser to the rows, engine and data included; a slow machine gets its time."""
    page.goto(f"{site}sparql.html#question=resistance-by-drug")
    expect(page.get_by_role("region", name="Answer")).to_be_visible()
    milliseconds = page.evaluate("performance.now()")
    assert milliseconds < 5000


def test_one_file_from_a_disk(page: Page, folder: Path) -> None:
    """The single file without a server: matrix, claim, search, a question."""
    page.goto((folder / "g12c.html").as_uri())
    heading = page.locator("h1:visible")
    page.get_by_role("link", name="KRAS Y96D and sotorasib: shown").click()
    cell = page.locator(
        "section:visible", has=page.get_by_role("heading", name="KRAS Y96D and sotorasib")
    )
    expect(cell).to_be_in_viewport()
    cell.get_by_role("link", name="KRAS Y96D confers resistance to sotorasib").click()
    expect(heading).to_have_text("KRAS Y96D confers resistance to sotorasib")
    page.get_by_role("combobox", name="Search").fill("adagrasib")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(heading).to_have_text("adagrasib")
    page.get_by_role("link", name="SPARQL", exact=True).click()
    page.locator("#sparql-app select").select_option("resistance-by-drug")
    answer = page.get_by_role("region", name="Answer", exact=True)
    expect(answer).to_be_visible()
    answer.get_by_role("link", name="KRAS Y96D").first.click()
    expect(heading).to_have_text("KRAS Y96D")
    page.go_back()
    expect(heading).to_have_text("SPARQL")
    page.goto(f"{(folder / 'g12c.html').as_uri()}#query/resistance-by-drug")
    rest = page.locator(":visible").get_by_role("link", name=re.compile(r"^All \d+ rows$"))
    rows = rest.inner_text().split()[1]
    rest.click()
    expect(answer).to_have_attribute("data-rows", rows)


def test_one_file_shows_the_place(page: Page, folder: Path) -> None:
    """A link to a place leads there, one to a page to its top, and back to where one was."""
    page.goto(f"{(folder / 'g12c.html').as_uri()}#shapes")
    page.get_by_role("row", name="Claim-cue").get_by_role("link", name="g12c:cue").click()
    term = page.locator('[id="ontology.cue"]')
    expect(term).to_be_in_viewport()
    place = _scrolled(page)
    expect(term).to_be_in_viewport()
    page.evaluate("location.hash = '#claims'")
    expect(page.locator("h1:visible")).to_have_text("Claims")
    assert _scrolled(page) == 0
    page.go_back()
    expect(term).to_be_visible()
    assert abs(_scrolled(page) - place) < 2
    page.evaluate("location.hash = '#question=resistance-by-drug'")
    expect(page.locator("h1:visible")).to_have_text("SPARQL")
    assert _scrolled(page) == 0
    expect(page.get_by_role("region", name="Answer", exact=True)).to_be_visible()
    page.evaluate("location.hash = '#ontology.cue'")
    expect(page.locator("h1:visible")).to_contain_text("ontology")
    assert _scrolled(page) > 0
    expect(term).to_be_in_viewport()


def _scrolled(page: Page) -> float:
    """How far down the page is, when also a script has had its time to scroll."""
    page.wait_for_timeout(300)
    return float(page.evaluate("scrollY"))


@pytest.mark.parametrize("address", ["#id/drug/sotorasib", "#question=resistance-by-drug", ""])
def test_one_file_skips_to_the_content_of_its_page(page: Page, folder: Path, address: str) -> None:
    """The skip link moves the focus past the navigation and stays on the page."""
    page.goto((folder / "g12c.html").as_uri() + address)
    heading = page.locator("h1:visible").inner_text()
    page.get_by_role("link", name="To the content").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    expect(page.locator("h1:visible")).to_have_text(heading)
    assert page.url.endswith(f"g12c.html{address}")
    page.keyboard.press("Tab")
    inside = "document.activeElement.closest('main > .page')?.querySelector('h1')?.innerText"
    assert page.evaluate(inside) == heading


def test_folder_from_a_disk(page: Page, folder: Path) -> None:
    """Pages and search work without a server; the query page says where to find its engine."""
    page.goto((folder / "index.html").as_uri())
    page.get_by_role("combobox", name="Search").fill("sotorasib")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("sotorasib")
    page.goto(f"{(folder / 'sparql.html').as_uri()}#question=resistance-by-drug")
    expect(page.get_by_text("Open g12c.html")).to_be_visible()


def test_without_javascript(browser: Browser, site: str) -> None:
    """Pages, tables and answers are there; the one file shows a section at a time."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}query/resistance-by-drug.html")
    expect(page.get_by_role("table")).to_contain_text("confers resistance to")
    page.goto(f"{site}sparql.html")
    expect(page.get_by_text("Without JavaScript each question")).to_be_visible()
    page.goto(f"{site}g12c.html#id/drug/sotorasib")
    expect(page.locator("h1:visible")).to_have_text("sotorasib")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_accessible(browser: Browser, site: str, path: str, scheme: str) -> None:
    """axe-core finds nothing, in light and dark, with tables unfolded."""
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(site + path)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    if path == "sparql.html":
        page.get_by_label("Question").select_option("resistance-by-drug")
        expect(page.get_by_role("region", name="Answer")).to_be_visible()
    page.add_script_tag(content=AXE.read_text())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    told = [
        f"{one['id']}: {node['target']}" for one in found["violations"] for node in one["nodes"]
    ]
    assert told == []
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_fits_a_phone(browser: Browser, site: str, path: str) -> None:
    """On 360 pixels nothing but tables and pictures in their boxes scrolls sideways."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = context.new_page()
    page.goto(site + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
