"""The whole job in Polars: `polars_job.py PROGRAMME OUT`.

Written from the contract alone, as somebody who knows Polars would: expressions throughout, on as many threads as there
are cores, persons numbered in the order of their pseudonyms so that sorting and joining work on integers. Polars has no
SHA-256, so numbers and records are hashed with Python's `hashlib`, in a process for each core, numbers once.

Needs clean data: rows that the CSV reader itself cannot read end the script.
"""

import sys
from pathlib import Path

from polars_extracts import Extracts
from polars_selection import Selection
from programme import read_programme


def main() -> None:
    """Runs the job on a programme, into a folder."""
    if len(sys.argv) != 3:
        raise SystemExit(f"usage: {sys.argv[0]} PROGRAMME OUT")
    programme = read_programme(Path(sys.argv[1]))
    extracts = Extracts(programme, Path(sys.argv[2]) / programme.period)
    extracts.run()
    Selection(extracts).run()


if __name__ == "__main__":
    main()
