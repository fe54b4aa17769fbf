"""Check a mapping set as ``sssom validate`` does: ``check_sssom.py FILE``.

sssom-py lets terms pass that no vocabulary has and leaves out lines that it cannot read, and its
strict mode refuses sound metadata (0.4.21 takes the answer of its own check the wrong way round).
So keys of the metadata, columns, identifiers and justifications are held to its own lists here.
"""

# mypy: disable-error-code="import-not-found"

import sys
from pathlib import Path

from sssom.constants import DEFAULT_VALIDATION_TYPES, SEMAPV, SSSOMSchemaView
from sssom.parsers import parse_sssom_table
from sssom.validators import validate

mappings = parse_sssom_table(sys.argv[1])
validate(mappings, DEFAULT_VALIDATION_TYPES, fail_on_error=True)
unknown = {*mappings.df["mapping_justification"]} - {term.value for term in SEMAPV}
with Path(sys.argv[1]).open(encoding="utf-8") as file:
    lines = [*file]
rows = [line for line in lines if not line.startswith("#")]
metadata = [line[1:].partition(":")[0] for line in lines if line.startswith("#")]
columns = rows[0].rstrip("\n").split("\t")
schema = SSSOMSchemaView()
unknown |= {*metadata} - {*schema.mapping_set_slots}
unknown |= {*columns} - {*schema.mapping_slots}
for column in ("subject_id", "predicate_id", "object_id", "record_id"):
    unknown |= {name for name in mappings.df[column] if not mappings.converter.expand(name)}
if len(mappings.df) != len(rows) - 1:
    raise SystemExit(f"{len(rows) - 1} lines, but only {len(mappings.df)} mappings")
if unknown:
    raise SystemExit(f"not in SSSOM: {sorted(unknown)}")
sys.stdout.write(f"{len(mappings.df)} valid")
