"""Check VA-Spec statements with the models of GA4GH: ``check_va_spec.py FILE``.

The identifiers of the alleles are computed again by ga4gh.vrs, from what they consist of.
"""

# mypy: disable-error-code="import-not-found"

import json
import sys
from pathlib import Path
from typing import Any

from ga4gh.core import ga4gh_identify
from ga4gh.va_spec.base.core import Statement
from ga4gh.vrs.models import Allele


def bare(part: Any) -> Any:
    """A part of an allele without its computed names, which ga4gh.vrs would believe."""
    if not isinstance(part, dict):
        return part
    return {key: bare(value) for key, value in part.items() if key not in {"id", "digest"}}


statements = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
for statement in statements:
    Statement(**statement)
    allele = statement["proposition"]["subjectVariant"]
    found = ga4gh_identify(Allele(**bare(allele)))
    if allele["id"] != found:
        raise SystemExit(f"{statement['id']}: the allele is {found}, not {allele['id']}")
sys.stdout.write(f"{len(statements)} valid")
