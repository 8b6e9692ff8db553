"""The whole job in DuckDB: `duckdb_job.py PROGRAMME OUT`.

Written from the contract alone, as somebody who knows DuckDB would: set operations throughout, on as many threads as
there are cores, HMAC-SHA-256 composed of the engine's own `sha256` so that no row passes through Python, numbers hashed
once, and persons numbered in the order of their pseudonyms so that sorting and joining work on integers.

Needs clean data: rows that the CSV reader itself cannot read end the script, and so do the 27 characters that
Windows-1252 has and Latin-1 has not, such as the en dash.
"""

import sys
from pathlib import Path

import duckdb

from duckdb_extracts import Extracts
from duckdb_selection import Selection
from programme import read_programme


def main() -> None:
    """Runs the job on a programme, into a folder."""
    if len(sys.argv) != 3:
        raise SystemExit(f"usage: {sys.argv[0]} PROGRAMME OUT")
    programme = read_programme(Path(sys.argv[1]))
    sql = duckdb.connect()
    # Every ordered result states its order.
    sql.execute("SET preserve_insertion_order = false")
    out = Path(sys.argv[2]) / programme.period
    Extracts(programme, sql, out).run()
    Selection(programme, sql, out).run()


if __name__ == "__main__":
    main()
