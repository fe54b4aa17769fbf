"""Check KGX files with kgx and against the Biolink Model: ``check_kgx.py NODES EDGES PREFIXES``.

``check_kgx.py merge CONFIG`` does what ``kgx merge --merge-config CONFIG`` does.
kgx fetches the model when it is imported, and lets invented terms pass. Here it gets the model from
the package ``biolink-model``, and every term is held to the model's own lists: categories,
predicates (canonical, not deprecated), the categories that a predicate allows, columns, and the
values of closed lists.
"""

# mypy: disable-error-code="import-not-found"

import csv
import json
import sys
from importlib.resources import files
from pathlib import Path

import bmt
import kgx.config

SCHEMA = files("biolink_model") / "schema" / "biolink_model.yaml"
PREFIXES = json.loads(
    (files("biolink_model") / "prefixmaps" / "biolink_model_prefix_map.json").read_text()
)
bmt.Toolkit.__init__.__defaults__ = (str(SCHEMA), {"predicate mappings": []})
kgx.config.get_config()
for context in ("biolink", "monarch_context", "obo_context"):
    kgx.config.jsonld_context_map[context] = dict(PREFIXES)

from kgx.transformer import Transformer  # noqa: E402
from kgx.validator import Validator  # noqa: E402

MODEL = bmt.Toolkit()
COLUMNS = {"id", "category", "provided_by"}


def rows(path: str) -> list[dict[str, str]]:
    """The lines of a TSV without quotes."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True))


def term(curie: str) -> str:
    """``biolink:some_slot`` or ``biolink:SomeClass`` as the model names it."""
    return str(bmt.utils.parse_name(curie))


def faults(nodes: list[dict[str, str]], edges: list[dict[str, str]]) -> list[str]:
    """What of nodes and edges is not in the model."""
    found = []
    classes = {*MODEL.get_descendants("named thing", mixin=False)}
    predicates = {*MODEL.get_descendants("related to", mixin=False)}
    slots = {*MODEL.get_all_slots()}
    category = {}
    columns = sorted({*nodes[0], *edges[0]} - COLUMNS)
    found += [f"no slot {column}" for column in columns if column.replace("_", " ") not in slots]
    for node in nodes:
        category[node["id"]] = term(node["category"])
        if term(node["category"]) not in classes:
            found.append(f"no category {node['category']} of {node['id']}")
    for edge in edges:
        name, predicate = edge["id"], term(edge["predicate"])
        element = MODEL.get_element(predicate)
        if element is None or predicate not in predicates:
            found.append(f"no predicate {predicate} of {name}")
            continue
        if element.deprecated:
            found.append(f"deprecated {predicate} of {name}")
        inverse = MODEL.get_inverse_predicate(predicate)
        if (
            inverse != predicate
            and inverse
            and MODEL.get_element(inverse).annotations.get("canonical_predicate")
        ):
            found.append(f"{predicate} of {name} is not canonical, but {inverse} is")
        for end, limit in (("subject", element.domain), ("object", element.range)):
            kinds = {*MODEL.get_ancestors(category.get(edge[end], ""))} if limit else {limit}
            if edge[end] not in category:
                found.append(f"no node {edge[end]} of {name}")
            elif limit not in kinds:
                found.append(f"{end} of {name} is a {category[edge[end]]}, not a {limit}")
        if edge["negated"] not in {"true", ""}:  # any other word is true for kgx
            found.append(f"negated of {name} is {edge['negated']}")
        if edge["qualified_predicate"] and term(edge["qualified_predicate"]) not in predicates:
            found.append(f"no predicate {edge['qualified_predicate']} of {name}")
        for column, required in (
            ("knowledge_level", True),
            ("agent_type", True),
            ("object_aspect_qualifier", False),
            ("object_direction_qualifier", False),
        ):
            listed = MODEL.view.get_enum(MODEL.get_element(column.replace("_", " ")).range)
            if (required or edge[column]) and edge[column] not in listed.permissible_values:
                found.append(f"{column} of {name} is {edge[column]!r}")
        if not edge["primary_knowledge_source"].startswith("infores:"):
            found.append(f"source of {name} is {edge['primary_knowledge_source']}")
    return found


def by_kgx(paths: list[str], prefixes: str) -> list[str]:
    """What kgx reports as an error."""
    validator = Validator()
    validator.prefixes |= json.loads(Path(prefixes).read_text(encoding="utf-8"))["@context"].keys()
    transformer = Transformer(stream=True)
    transformer.transform(
        {"filename": paths, "format": "tsv"},
        {"filename": "unused", "format": "null"},
        inspector=validator,
    )
    errors = validator.get_errors("Error")
    return [json.dumps(errors, default=str)] if errors else []


def check(nodes: str, edges: str, prefixes: str) -> None:
    """Say what is wrong with the files, and exit with 1 if something is."""
    problems = faults(rows(nodes), rows(edges)) + by_kgx([nodes, edges], prefixes)
    sys.stdout.write("\n".join(problems) or f"fine under Biolink {MODEL.get_model_version()}")
    sys.exit(bool(problems))


if __name__ == "__main__":
    if sys.argv[1] == "merge":
        from kgx.cli.cli_utils import merge

        merge(sys.argv[2])
    else:
        check(*sys.argv[1:])
