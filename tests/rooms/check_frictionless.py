"""Check a Data Package and its tables with frictionless: ``check_frictionless.py PACKAGE``."""

# mypy: disable-error-code="import-not-found"

import json
import sys

from frictionless import validate

report = validate(sys.argv[1], type="package")
if not report.valid:
    faults = report.flatten(["name", "rowNumber", "fieldName", "type", "note"])
    raise SystemExit("\n".join(json.dumps(fault) for fault in faults[:20]) or str(report.errors))
sys.stdout.write(f"{len(report.tasks)} tables valid")
