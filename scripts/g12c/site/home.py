"""Home, what stands on it and elsewhere too (limits, citing, downloads), about and dataset."""

from typing import Final

from ..export.metadata import LICENCES
from ..namespaces import BASE, graph_iri
from . import matrix, pictures
from .data import Data
from .layout import BESIDE, FORMATS, At
from .markup import Child, Markup, join, tag
from .matrix import Matrix
from .parts import definitions, heading, section, table

GRAPHS: Final = {
    "claims": "what the review says, as read",
    "printed": "what it prints where it is at fault",
    "defects": "the faults",
    "primary": "what cited papers and other sources say",
    "editorial": "what curators know from elsewhere",
    "things": "what claims are about",
    "mappings": "identifiers elsewhere",
    "source": "sections, sentences (place and digest, not words), references",
    "ontology": "the vocabulary",
    "alignments": "how it relates to other vocabularies",
    "direct": "made: edges for claims that are affirmed and stated as a fact",
    "derived": "made: labels of claims, HGVS and VRS names, links of mappings",
    "inferred": "made: what the reasoner entails",
}


def home(at: At, content: Matrix) -> Markup:
    """The question, the answer as a table, and what else there is."""
    data, article = at.data, at.about.article
    claims = data.of_kind("Claim")
    numbers: list[tuple[int, str, str]] = [
        (len(claims), "claims", "claims"),
        (
            len({data.value(one, "g12c:inSentence") for one in claims}),
            "sentences with claims",
            "claims",
        ),
        (len(data.of_kind("Defect")), "faults of the text", "defects"),
        (len(contested(data)), "contested claims", "claims#contested"),
        (len(data.of_kind("Thing")), "things", "things"),
        (len(data.of_kind("Mapping")), "identifiers elsewhere", "things"),
        (len(data.questions), "stored questions", "questions"),
        (len(data.quads), "triples", "dataset"),
    ]
    return join(
        tag(
            "header",
            tag("h1", "Which mutations confer resistance to which KRAS-G12C inhibitors, shown "
                "where, by whom, how surely, and what still works?"),
            tag("p", "One review article as linked data that can be checked: ",
                tag("a", tag("cite", article.title), href=article.iri, rel="external noreferrer"),
                f", {article.journal} {article.year}. "
                "Every cell of the table leads to its claims.", class_="lead"),
            class_="title",
        ),
        tag("section", tag("h2", "What is known", id=at.id("known"), class_="hidden"),
            matrix.html(at, content), matrix.legend(at, content)),
        section(at, "numbers", "In numbers", tag("ul", [
            tag("li", tag("a", tag("b", f"{number:,}".replace(",", "\u2009")), " ", name,
                          href=at.href(path)))
            for number, name, path in numbers], class_="numbers")),
        section(at, "look", "Where to go", definitions((
            (tag("a", "Pictures", href=at.href("pictures")),
             "KRAS along its sequence, the map of mechanisms, the article section by section."),
            (tag("a", "Questions", href=at.href("questions")),
             "What people ask, each with its answer, its trap and its SPARQL."),
            (tag("a", "SPARQL", href=at.href("sparql")),
             "The whole dataset and a query engine inside the page; nothing leaves it."),
            (tag("a", "Faults of the text", href=at.href("defects")),
             "What the article prints, what is wrong, how one can tell, what is read instead."),
            (tag("a", "Other sources", href=at.href("findings")),
             "Where cited papers bear a claim out or depart from it."),
        ))),
        _coverage(at),
        _limits(at),
        _citing(at),
        _downloads(at),
    )  # fmt: skip


def contested(data: Data) -> list[str]:
    """The claims that another claim opposes."""
    return [claim for claim in data.of_kind("Claim") if data.values(claim, "g12c:contests")]


def _coverage(at: At) -> Markup | None:
    return section(
        at,
        "coverage",
        "Coverage of the article",
        pictures.coverage_table(at),
        tag(
            "p",
            "A sentence without claims has its reason on its page. No sentence of the article is "
            "here: a sentence is given by its place and a digest of its letters.",
            class_="note",
        ),
    )


def _limits(at: At) -> Markup | None:
    return section(
        at,
        "limits",
        "Limits",
        tag(
            "ul",
            tag("li", "For research. Not for decisions about patients."),
            tag("li", "It says what one review of 2021 says, corrected where it can be shown to be "
                "wrong. Much has been found since."),
            tag("li", "A blank means that the review does not say, not that the drug works."),
            tag("li", "A statement about a class of drugs is not one about each drug; found in a "
                "patient is not shown to be the cause."),
            tag("li", "References are identified only where the work was seen to fit."),
            tag("li", f"The addresses below {BASE} are not registered yet: they do not resolve."),
        ),
    )  # fmt: skip


def _citing(at: At) -> Markup | None:
    about, article = at.about, at.about.article
    own = f"{', '.join(about.creators)}. {about.title}, version {about.version}. {BASE}dataset"
    authors = ", ".join(article.authors)
    theirs = f"{authors}. {article.title}. {article.journal} {article.year}. {article.iri}"
    return section(
        at,
        "cite",
        "How to cite",
        tag("p", "The dataset, and the review that it is taken from:"),
        tag("p", own, class_="citation"),
        tag("p", theirs, class_="citation"),
    )


def _downloads(at: At) -> Markup | None:
    if at.single:
        return None
    return section(
        at,
        "downloads",
        "Downloads",
        definitions(
            (
                (tag("a", "dataset.nq", href=at.file("dataset.nq"), download=True),
                 "the whole dataset with its named graphs, N-Quads"),
                (tag("a", "ontology.ttl", href=at.file("ontology.ttl"), download=True),
                 "the vocabulary and its alignments, Turtle"),
                (tag("a", "g12c.html", href=at.file("g12c.html"), download=True),
                 "these pages with the data and the query engine in one file, to keep on a disk"),
                (tag("a", "each named graph", href=at.href("dataset")),
                 "by itself in Turtle, JSON-LD and N-Triples"),
                ("each page", "has its own Turtle, JSON-LD and N-Triples, linked at its foot"),
            )
        ),
    )  # fmt: skip


def about_page(at: At) -> Markup:
    """Limits, how to cite, downloads, how to report an error, licences."""
    about = at.about
    return join(
        heading("About"),
        tag("p", about.description, class_="lead"),
        _limits(at),
        _citing(at),
        _downloads(at),
        section(at, "report", "How to report an error",
                tag("p", "At the foot of each page stands a report to fill in, with the page's "
                    "address and the version: add what is wrong and how one can tell. There is no "
                    "public place to send it to yet, so give it to whom you have these pages from. "
                    "A fault of the article becomes a record among the ",
                    tag("a", "faults of the text", href=at.href("defects")),
                    "; a fault of ours is corrected.")),
        section(at, "checks", "What is checked",
                tag("p", "Every fact is written in the words of the ",
                    tag("a", "ontology", href=at.href("ontology")), ", kept to the ",
                    tag("a", "rules", href=at.href("shapes")), " and tested by the ",
                    tag("a", "questions", href=at.href("questions")),
                    ", whose answers are known. Each claim was read back against the article.")),
        section(at, "licence", "Licences", tag("p", "Data: ", tag(
            "a", about.data_licence, href=LICENCES[about.data_licence], rel="license"),
            ". Code: ", tag("a", about.code_licence, href=LICENCES[about.code_licence]), ".")),
    )  # fmt: skip


def dataset_page(at: At) -> Markup:
    """The dataset: its named graphs, files and citation."""
    rows: list[list[Child]] = []
    for name, size in at.data.graph_sizes.items():
        iri = graph_iri(name)
        files: list[Child] = []
        for suffix in BESIDE:
            shown = FORMATS[suffix][1]
            href = at.file(f"graph/{name}.{suffix}")
            files += [tag("a", shown, href=href, class_="nowrap"), " "]
        rows.append(
            [at.link(iri, name), GRAPHS.get(name, ""), str(size), None if at.single else files]
        )
    return join(
        heading("Dataset", at.about.version),
        tag("p", at.about.description, class_="lead"),
        table(["named graph", "what it holds", "triples", "files"], rows, "Named graphs"),
        _downloads(at),
        _citing(at),
    )
