"""Every stored question keeps its contract, and is found, bound and answered as it says."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml

from g12c import questions
from g12c.errors import G12cError, SourceError
from g12c.namespaces import G12C, PREFIXES, expand, graph_iri
from g12c.questions import Parameter, Question, read_question
from g12c.sources import find_sources
from g12c.store import load

FILES = find_sources().query_files()
ANSWERS = Path(__file__).parent / "answers"
FIELDS = ("summary", "description", "tags", "parameters", "trap")
VOCABULARIES = {"dcterms", "owl", "prov", "rdf", "rdfs", "skos", "xsd"}
BANNED = r"\b(GROUP_CONCAT|SAMPLE|LIMIT|OFFSET|SERVICE|NOT\s+EXISTS|REGEX)\b|SELECT\s+\*"
KEYWORDS = re.compile(
    r"(?<![?\w:-])(select|distinct|where|optional|union|minus|filter|bind|values|order|group|by"
    r"|having|count|graph|asc|desc|as|in)(?![\w:-])",
    re.IGNORECASE,
)

every_file = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])


@cache
def data() -> ox.Store:
    """The whole published dataset."""
    return load(find_sources())


@cache
def ask(text: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Columns and rows of a SELECT; a blank cell is the empty string."""
    found = questions.select(data(), text)
    columns = tuple(variable.value for variable in found.variables)
    return columns, tuple(
        tuple("" if row[name] is None else row[name].value for name in columns) for row in found
    )


def body(question: Question) -> str:
    """The query behind the header and the prefixes."""
    lines = question.sparql.splitlines()
    return "\n".join(line for line in lines if not line.startswith(("#+", "PREFIX ")))


def without(text: str, *keywords: str) -> str:
    """The text without the groups in braces behind these keywords."""
    opening = re.compile(rf"\b({'|'.join(keywords)})\s*\{{")
    while found := opening.search(text):
        depth, end = 1, found.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        text = text[: found.start()] + text[end:]
    return text


def curies(text: str) -> set[str]:
    """All CURIEs of a query, not those inside an IRI or a string."""
    bare = re.sub(r"<[^<>\s]*>|\"[^\"]*\"", "", text)
    return set(re.findall(r"(?<![?\w.])[A-Za-z][\w.]*:[\w.-]*\w", bare))


def bound(question: Question, values: dict[str, str]) -> str:
    """The query with these parameters, each as a user types it."""
    terms = {
        name: questions.value_of(data(), question.parameter(name), str(text))
        for name, text in values.items()
    }
    return question.bind(terms)


# --- the contract of each file ------------------------------------------------------------------


def test_there_are_questions() -> None:
    """At least fifty, as the library promises."""
    assert len(FILES) >= 50


@every_file
def test_header(path: Path) -> None:
    """The summary is a question, fields stand in their order, tags are in lower case."""
    question = read_question(path)
    text = path.read_text(encoding="utf-8")
    header, _, rest = text.partition("\n\n")
    assert all(line.startswith("#+ ") for line in header.splitlines())
    assert "#" not in re.sub(r"<[^<>\s]*>", "", rest), "comments belong into the header"
    fields = re.findall(r"^#\+ (\w+):", header, re.MULTILINE)
    assert fields == [field for field in FIELDS if field in fields]
    assert question.summary.endswith("?")
    assert question.description.endswith(".")
    assert question.tags
    assert all(re.fullmatch(r"[a-z][a-z -]*[a-z]", tag) for tag in question.tags)
    for parameter in question.parameters.values():
        assert parameter.example
        assert parameter.is_literal or expand(f"g12c:{parameter.kind}") in declared()


@every_file
def test_layout(path: Path) -> None:
    """Two spaces a level, short lines, keywords upper case, one line ``WHERE {``."""
    text = path.read_text(encoding="utf-8")
    query = body(read_question(path))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert max(map(len, text.splitlines())) <= 100
    assert not re.search(r"\t|[ ]$", text, re.MULTILINE)
    assert all((len(line) - len(line.lstrip())) % 2 == 0 for line in query.splitlines())
    assert len(re.findall(r"^WHERE \{$", query, re.MULTILINE)) == 1
    bare = re.sub(r"<[^<>\s]*>|\"[^\"]*\"", "", query)
    assert {word for word in KEYWORDS.findall(bare) if not word.isupper()} == set()


@every_file
def test_prefixes(path: Path) -> None:
    """Declared, sorted, used, and those of the project."""
    question = read_question(path)
    declarations = re.findall(r"^PREFIX ([\w.]+): <(.+)>$", question.sparql, re.MULTILINE)
    names = [name for name, _ in declarations]
    assert names == sorted({curie.partition(":")[0] for curie in curies(body(question))})
    assert all(PREFIXES[name] == iri for name, iri in declarations)


@cache
def declared() -> frozenset[str]:
    """The IRIs of all terms that the ontology declares."""
    graph = ox.NamedNode(graph_iri("ontology"))
    label = ox.NamedNode(expand("rdfs:label"))
    quads = data().quads_for_pattern(None, label, None, graph)
    return frozenset(quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode))


@every_file
def test_terms_exist(path: Path) -> None:
    """A term is declared in the ontology, a thing is in the graph: a slip would find nothing."""
    graphs = {graph.value for graph in data().named_graphs() if isinstance(graph, ox.NamedNode)}
    for curie in sorted(curies(body(read_question(path)))):
        iri, prefix = expand(curie), curie.partition(":")[0]
        if iri.startswith(G12C):
            assert iri in declared(), curie
        elif prefix == "graph":
            assert iri in graphs, curie
        elif prefix not in VOCABULARIES:
            assert any(data().quads_for_pattern(ox.NamedNode(iri), None, None, None)), curie


@every_file
def test_portable(path: Path) -> None:
    """Nothing that engines answer differently; rows are distinct or counted."""
    query = body(read_question(path))
    assert re.search(BANNED, query) is None
    if "GROUP BY" in query:
        assert "(COUNT(" in query
    else:
        assert query.lstrip().startswith("SELECT DISTINCT")
    assert not re.findall(r"COUNT\(\?", query) or "SELECT DISTINCT" in query


@every_file
def test_order_is_total(path: Path) -> None:
    """No two rows tie, so that the answer is one sequence."""
    query = body(read_question(path))
    assert query.count("ORDER BY") == 1
    keys = re.findall(r"\?(\w+)", query.partition("ORDER BY")[2])
    columns, rows = ask(read_question(path).sparql)
    assert set(keys) <= set(columns)
    ties = Counter(tuple(row[columns.index(key)] for key in keys) for row in rows)
    assert [key for key, count in ties.items() if count > 1] == []


@every_file
def test_parameters(path: Path) -> None:
    """A parameter is a column, stands in a required pattern, and binding it picks its rows."""
    question = read_question(path)
    columns, rows = ask(question.sparql)
    required = without(body(question).partition("WHERE {")[2], "OPTIONAL", "MINUS")
    for name, parameter in question.parameters.items():
        assert name in columns
        assert re.search(rf"\?{name}\b", required), name
        terms = questions.value_of(data(), parameter, parameter.example)
        place = columns.index(name)
        chosen = Counter(row for row in rows if row[place] in {term.value for term in terms})
        assert Counter(ask(question.bind({name: terms}))[1]) == chosen
        assert chosen, f"the example of {name} finds nothing"


@every_file
def test_cases(path: Path) -> None:
    """There are answers for all, and for a value of each parameter; `test_answers` checks them."""
    question = read_question(path)
    cases = yaml.safe_load((ANSWERS / f"{path.stem}.yaml").read_text(encoding="utf-8"))
    bindings = [case["parameters"] for case in cases]
    assert {} in bindings
    assert {name for binding in bindings for name in binding} == set(question.parameters)


# --- reading and binding ------------------------------------------------------------------------

RQ = """#+ summary: Which drug is it?
#+ tags: [drugs, tests]
#+ parameters:
#+   drug:
#+     kind: Drug
#+     example: adagrasib
#+   year:
#+     kind: integer
#+     example: 2021

SELECT DISTINCT ?drug
WHERE {
  { SELECT DISTINCT ?drug WHERE { ?drug ?property ?year } }
}
ORDER BY ?drug
"""


def write(folder: Path, text: str, name: str = "which-drug") -> Path:
    """A file with a query."""
    path = folder / f"{name}.rq"
    path.write_text(text, encoding="utf-8")
    return path


def test_read_question(tmp_path: Path) -> None:
    """The header becomes the contract, the file stays the query."""
    question = read_question(write(tmp_path, RQ))
    assert (question.name, question.summary) == ("which-drug", "Which drug is it?")
    assert (question.tags, question.sparql) == (("drugs", "tests"), RQ)
    assert question.parameters == {
        "drug": Parameter("drug", "Drug", "adagrasib"),
        "year": Parameter("year", "integer", "2021"),
    }
    assert [p.is_literal for p in question.parameters.values()] == [False, True]


def test_a_query_without_a_header_is_a_query(tmp_path: Path) -> None:
    """Any ``.rq`` file can be run."""
    assert read_question(write(tmp_path, "ASK {}")).sparql == "ASK {}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#+ tags: [a]\nASK {}", "summary"),
        ("#+ - summary\nASK {}", "summary"),
        ("#+ summary: a\n#+ title: b\nASK {}", "unknown header field 'title'"),
        ("#+ summary: a\n#+ tags: [b\nASK {}", "not YAML"),
        (RQ.replace("WHERE {\n", "WHERE\n{\n"), "needs a line 'WHERE {'"),
    ],
)
def test_a_broken_header_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """With the file and what to do."""
    with pytest.raises(SourceError, match=re.escape(message)) as error:
        read_question(write(tmp_path, text))
    assert "which-drug.rq" in str(error.value)


def test_bind_puts_values_first_inside_the_outer_where(tmp_path: Path) -> None:
    """The one place that every engine reads right; a subquery stays as it is."""
    question = read_question(write(tmp_path, RQ))
    drug, year = ox.NamedNode("https://example.org/it's$1"), ox.Literal(2021)
    text = question.bind({"year": (year,), "drug": (drug, drug)})
    lines = text.splitlines()
    start = lines.index("WHERE {")
    assert lines[start + 1] == f"  VALUES ?drug {{ {drug} {drug} }}"
    assert lines[start + 2] == f"  VALUES ?year {{ {year} }}"
    assert text.count("VALUES") == 2
    assert question.bind({}) == RQ


def test_an_unknown_parameter_names_the_near_one(tmp_path: Path) -> None:
    """And all that there are."""
    question = read_question(write(tmp_path, RQ))
    with pytest.raises(G12cError, match=r"'drugs'.*did you mean drug\?.*year"):
        question.bind({"drugs": (ox.Literal("a"),)})


# --- finding ------------------------------------------------------------------------------------


def question(name: str, summary: str, *tags: str, description: str = "") -> Question:
    """A question to be found."""
    return Question(name, summary, "", Path(f"{name}.rq"), description, tags)


def test_search_finds_most_words_and_ranks_the_front() -> None:
    """A word in name or summary weighs more than one in tags or description."""
    library = [
        question("a", "What?", "rescue", description="Of adagrasib."),
        question("b", "Which rescue is there from adagrasib?"),
        question("c", "Which rescue is there?"),
    ]
    assert [q.name for q in questions.search(library, "Rescue ADAGRASIB")] == ["b", "a"]
    assert len(questions.search(library, "rescue sotorasib")) == 3
    assert questions.search(library, "resqued sotorasib") == []
    assert questions.search(library, " - ") == []


def test_search_takes_words_as_they_are_spelled() -> None:
    """With a hyphen or a space, one or many; but not inside another word."""
    library = [
        question("a", "What is beside it?", description="Of KRAS G12D\nand wild-type KRAS."),
        question("b", "Which side effect is there?"),
    ]
    for words, found in {
        "KRAS-G12D": ["a"],
        "wild type": ["a"],
        "effects": ["b"],
        "12D": [],
    }.items():
        assert [q.name for q in questions.search(library, words)] == found, words


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("side effects", "adverse-events"),
        ("when was sotorasib approved", "regulatory-acts"),
        ("used to treat", "treatments"),
        ("breakthrough", "regulatory-acts"),
        ("Amgen", "developers"),
        ("Shokat", "developers"),
        ("screen", "study-methods"),
        ("sequencing", "study-methods"),
        ("switch-II", "mechanism-of-action"),
        ("wild-type", "mutation-effects"),
        ("mice", "resistance-by-model-system"),
        ("NRF2", "resistance-by-gene"),
        ("EMT", "resistance-by-mechanism"),
        ("predict", "response-predictors"),
        ("histology", "findings-without-claim"),
        ("typo", "defects"),
        ("percent", "prevalence"),
        ("frequency", "prevalence"),
        ("codon", "positions-by-reference"),
        ("ctDNA", "study-methods"),
        ("tissue", "pharmacology"),
        ("year", "regulatory-acts"),
        ("RTK", "signalling-map"),
        ("immunotherapy", "immune-effects"),
        ("unsuccessful", "indirect-strategies"),
        ("abbreviation", "names"),
        ("contradict each other", "sentences-that-contradict"),
        ("figure shows", "statements-by-figure"),
        ("open questions", "claims-by-certainty"),
    ],
)
def test_words_of_a_biologist_find_the_question(words: str, name: str) -> None:
    """What somebody would type leads to the question that answers it."""
    library = questions.all_questions(find_sources())
    assert name in [question.name for question in questions.search(library, words)][:6]


def test_find_question() -> None:
    """A slip gets the nearest names."""
    sources = find_sources()
    assert questions.find_question(sources, "drugs-of-class").path.parent == sources.queries
    with pytest.raises(G12cError, match="did you mean drugs-of-class"):
        questions.find_question(sources, "drugs-of-clas")
    with pytest.raises(G12cError, match="g12c show KIF5B"):
        questions.find_question(sources, "KIF5B")


# --- values -------------------------------------------------------------------------------------

GRAPH = """
drug:one a g12c:Drug ; rdfs:label "AMG 510" ; skos:altLabel "Lumakras"@en ;
  skos:hiddenLabel "amg-no-510" .
drug:two a g12c:Drug ; rdfs:label "twin" . drug:three a g12c:Drug ; rdfs:label "Twin" .
gene:kras a g12c:Gene ; rdfs:label "KRAS" .
protein:kras a g12c:Protein ; rdfs:label "KRAS protein" ; skos:altLabel "KRAS" .
alteration:kras-y96d a g12c:Substitution ; rdfs:label "KRAS Y96D" ;
  g12c:hgvs "NP_004976.2:p.Tyr96Asp" ; g12c:vrsIdentifier "ga4gh:VA.abc" .
g12c:Substitution rdfs:subClassOf g12c:Alteration .
mapping:exact g12c:mappedThing gene:kras ; g12c:mappingRelation skos:exactMatch ;
  g12c:identifier "hgnc:6407" .
mapping:broad g12c:mappedThing alteration:kras-y96d ; g12c:mappingRelation skos:broadMatch ;
  g12c:identifier "civic.vid:336" .
"""


@pytest.fixture
def store() -> ox.Store:
    """A small graph in a named graph."""
    prologue = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    small = ox.Store()
    small.load(
        input=(prologue + GRAPH).encode(),
        format=ox.RdfFormat.TURTLE,
        to_graph=ox.NamedNode(graph_iri("things")),
    )
    return small


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("AMG 510", "Drug", "drug:one"),
        ("amg-510", "Drug", "drug:one"),
        ("LUMAKRAS", "Drug", "drug:one"),
        ("amg-no-510", "Drug", "drug:one"),
        ("drug:one", "Drug", "drug:one"),
        ("https://w3id.org/g12c/id/drug/one", "Drug", "drug:one"),
        ("<https://w3id.org/g12c/id/drug/one>", None, "drug:one"),
        ("KRAS", "Gene", "gene:kras"),
        ("KRAS", "Protein", "protein:kras"),
        ("hgnc:6407", "Gene", "gene:kras"),
        ("KRAS-Y96D", "Alteration", "alteration:kras-y96d"),
        ("NP_004976.2:p.Tyr96Asp", "Substitution", "alteration:kras-y96d"),
        ("p.Tyr96Asp", "Alteration", "alteration:kras-y96d"),
        ("ga4gh:VA.abc", "Alteration", "alteration:kras-y96d"),
    ],
)
def test_resolve(store: ox.Store, text: str, kind: str | None, found: str) -> None:
    """A thing goes by label, synonym, identifier, CURIE and IRI, within its kind."""
    assert questions.resolve(store, text, kind) == [expand(found)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("KRAS", "Drug"),
        ("gene:kras", "Drug"),
        ("civic.vid:336", "Alteration"),  # a broad match is not the thing
        ("6407", "Gene"),  # a bare number is no identifier
        ("", "Drug"),
        ("---", "Drug"),
    ],
)
def test_what_does_not_resolve(store: ox.Store, text: str, kind: str) -> None:
    """A thing of another kind, a wider entry, a bare number and nothing are nothing."""
    with pytest.raises(G12cError, match=re.escape(f"no {kind.lower()} {text!r}")):
        questions.resolve(store, text, kind)


def test_a_slip_gets_the_near_name(store: ox.Store) -> None:
    """By its label, though a synonym was near."""
    with pytest.raises(G12cError, match=r"no drug 'Lumakra' in the graph; did you mean AMG 510\?"):
        questions.resolve(store, "Lumakra", "Drug")


def test_a_literal_belongs_to_its_datatype(store: ox.Store) -> None:
    """What is no number would be found nowhere, and the empty answer be believed."""
    with pytest.raises(G12cError, match=r'^position: "AAA" is not a legal integer'):
        questions.value_of(store, Parameter("position", "integer", "96"), "AAA")


def test_value_of(store: ox.Store) -> None:
    """Things become IRIs, literals typed values, and two things of one name are asked of both."""
    drug = Parameter("drug", "Drug", "")
    assert questions.value_of(store, drug, "amg510") == (ox.NamedNode(expand("drug:one")),)
    number = questions.value_of(store, Parameter("year", "integer", ""), "96")
    assert number == (ox.Literal(96),)
    assert questions.value_of(store, Parameter("name", "string", ""), "96") == (ox.Literal("96"),)
    twins = tuple(ox.NamedNode(expand(drug)) for drug in ("drug:three", "drug:two"))
    assert questions.value_of(store, drug, "TWIN") == twins


def test_label_of(store: ox.Store) -> None:
    """The label, or the IRI for what has none."""
    assert questions.label_of(store, expand("gene:kras")) == "KRAS"
    assert questions.label_of(store, "https://example.org/a") == "https://example.org/a"


def test_what_is_not_sparql_is_refused(store: ox.Store) -> None:
    """With the line, as of a file."""
    with pytest.raises(SourceError, match=r"my\.rq:2.*is not SPARQL 1\.1"):
        questions.run(store, "SELECT *\nWHERE [", "my.rq")
    with pytest.raises(TypeError, match="ASK"):
        questions.select(store, "ASK {}")
