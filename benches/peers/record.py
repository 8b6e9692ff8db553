"""The measurements that the documents are made from: `docs/performance.json`, one entry for each question."""

import json

from measuring import ROOT

FILE = ROOT / "docs" / "performance.json"


def read() -> dict:
    """All measurements."""
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def write(name: str, entry: dict) -> None:
    """Puts an entry in the place of what it held."""
    measurements = read() | {name: entry}
    FILE.write_text(json.dumps(dict(sorted(measurements.items())), indent=1) + "\n")
    print(f"\nrecorded as `{name}` in {FILE.relative_to(ROOT)}; benches/peers/document puts it into the documents")
