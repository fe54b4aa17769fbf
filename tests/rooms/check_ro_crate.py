"""Check an RO-Crate with rocrate-validator: ``check_ro_crate.py FOLDER``.

Prints what the specification only recommends and is not so, a line each; fails for what it demands.
The validator would fetch the context of RO-Crate 1.1; it finds it in its cache, from ``rocrate``.
"""

# mypy: disable-error-code="import-not-found, import-untyped"

import io
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

import requests
import urllib3
from requests_cache import CachedSession
from rocrate_validator import models, services

CONTEXT = "https://w3id.org/ro/crate/1.1/context"


def remember(cache: str, address: str, data: bytes) -> None:
    """Put what would be fetched from an address into the validator's cache."""
    answer = requests.Response()
    answer.status_code, answer.url = 200, address
    answer.raw = urllib3.HTTPResponse(body=io.BytesIO(data), preload_content=False)
    answer.headers["Content-Type"] = "application/ld+json"
    answer.request = requests.Request("GET", address).prepare()
    with CachedSession(cache_name=cache, backend="sqlite") as session:
        session.cache.save_response(answer)


with tempfile.TemporaryDirectory() as folder:
    cache = str(Path(folder) / "cache")
    remember(cache, CONTEXT, (files("rocrate") / "data" / "ro-crate.jsonld").read_bytes())
    result = services.validate(
        services.ValidationSettings(
            rocrate_uri=sys.argv[1],
            profile_identifier="ro-crate-1.1",
            requirement_severity=models.Severity.RECOMMENDED,
            offline=True,
            cache_path=cache,
        )
    )
for issue in result.get_issues():
    sys.stdout.write(f"{issue.severity.name}: {issue.message}\n")
sys.exit(any(issue.severity == models.Severity.REQUIRED for issue in result.get_issues()))
