"""What both halves of the job in DuckDB write SQL and files with."""

import json
from pathlib import Path

import duckdb

from programme import Programme


def text(value: str) -> str:
    """A SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def blob(value: bytes) -> str:
    """A SQL literal of bytes."""
    return "'" + "".join(f"\\x{byte:02X}" for byte in value) + "'::BLOB"


class Step:
    """Half of the job: a programme, a database with what there is so far, and the folder that files go to."""

    def __init__(self, programme: Programme, sql: duckdb.DuckDBPyConnection, out: Path):
        self.programme = programme
        self.sql = sql
        self.out = out

    def one(self, query: str):
        """The only value of a query."""
        return self.sql.execute(query).fetchone()[0]

    def copy(self, query: str, name: str, metadata: dict[str, str]) -> None:
        """Writes a query's rows as Parquet."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        entries = ", ".join(f"{text(key)}: {text(value)}" for key, value in metadata.items())
        self.sql.execute(
            f"COPY ({query}) TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{entries}}})"
        )

    def write_json(self, name: str, value: dict) -> None:
        """Writes a small file."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value, indent=2) + "\n")
