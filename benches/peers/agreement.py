"""Whether two folders of results agree: `agreement.py PROGRAMME FOLDER OTHER…`, the folders being `<out>/<period>`.

Compares every row and column of every department's `extract.parquet` and `incomplete.parquet`, of `candidates.parquet`
and of `target_group.parquet` that both sides have, and the counts that both state. Bytes may differ, values may not.
Prints what was compared; ends with 1 at the first difference, naming file, column and row, never a value.
"""

import json
import sys
import tomllib
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# What every implementation must have; further columns are compared where both have them.
EXTRACT = {"person", "record", "type", "start", "end", "child"}
SELECTION = {"rank", "status", "reason", "label", "unit", "kind", "members", "departments", "incomplete", "points"}


class Differs(SystemExit):
    """Two results differ; ends the script with a message."""


def column_of(column: pa.ChunkedArray) -> pa.Array:
    """One array, of the plain type that all spellings of a type (dictionary, view, large) have in common."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_string_view(kind) or pa.types.is_string(kind):
        column = column.cast(pa.large_string())
    elif pa.types.is_integer(kind):
        column = column.cast(pa.int64())
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        column = column.cast(pa.large_list(pa.large_string()))
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def rows_differ(one: pa.Array, other: pa.Array) -> int | None:
    """The first position at which two columns differ, if any."""
    if one.equals(other):
        return None
    if pa.types.is_large_list(one.type):
        return next((at for at, (a, b) in enumerate(zip(one, other)) if not a.equals(b)), len(one))
    same = pc.if_else(
        pc.or_kleene(pc.is_null(one), pc.is_null(other)), pc.equal(pc.is_null(one), pc.is_null(other)), True
    )
    same = pc.and_kleene(same, pc.fill_null(pc.equal(one, other), True))
    return pc.index(same, False).as_py()


def compare_table(name: str, one: Path, other: Path, needed: set[str]) -> str:
    """Compares one Parquet file; gives what was compared."""
    left, right = pq.ParquetFile(one / name), pq.ParquetFile(other / name)
    in_left, in_right = left.schema_arrow.names, right.schema_arrow.names
    if missing := needed - (set(in_left) & set(in_right)):
        raise Differs(f"{name}: {', '.join(sorted(missing))} is not in both")
    if left.metadata.num_rows != right.metadata.num_rows:
        raise Differs(f"{name}: {left.metadata.num_rows} rows and {right.metadata.num_rows} rows")
    shared = [column for column in in_left if column in in_right]
    for column in shared:
        at = rows_differ(column_of(left.read([column])[column]), column_of(right.read([column])[column]))
        if at is not None:
            raise Differs(f"{name}: column {column} differs, first in row {at + 1}")
    return f"{name}: {left.metadata.num_rows:,} rows, {len(shared)} columns"


def compare_json(name: str, one: Path, other: Path) -> str:
    """Compares what two small files both state."""

    def differing(left, right, path: str) -> list[str]:
        if isinstance(left, dict) and isinstance(right, dict):
            return [
                line for key in left.keys() & right.keys() for line in differing(left[key], right[key], f"{path}.{key}")
            ]
        return [] if left == right else [path.lstrip(".")]

    left, right = (json.loads((folder / name).read_text()) for folder in (one, other))
    if wrong := differing(left, right, ""):
        raise Differs(f"{name}: {', '.join(sorted(wrong))} differs")
    return f"{name}: {len(left.keys() & right.keys())} entries"


def compare(programme: Path, one: Path, other: Path) -> list[str]:
    """Compares all outputs of two runs; gives what was compared."""
    table = tomllib.loads(programme.read_text())
    compared = []
    for department in table["department"]:
        folder = f"delivery/{department['id']}"
        compared.append(compare_table(f"{folder}/extract.parquet", one, other, EXTRACT))
        compared.append(compare_table(f"{folder}/incomplete.parquet", one, other, {"person"}))
        compared.append(compare_json(f"{folder}/quality.json", one, other))
    needed = (
        SELECTION | {f"{kind}_{rule['id']}" for rule in table["rule"] for kind in ("value", "points")} | {"lottery"}
    )
    compared.append(compare_table("selection/candidates.parquet", one, other, needed))
    compared.append(compare_table("assignment/target_group.parquet", one, other, needed))
    compared.append(compare_json("selection/counts.json", one, other))
    return compared


def main() -> None:
    """Compares the first folder with each of the others."""
    if len(sys.argv) < 4:
        raise SystemExit(f"usage: {sys.argv[0]} PROGRAMME FOLDER OTHER…")
    programme, one, *others = map(Path, sys.argv[1:])
    for other in others:
        for line in compare(programme, one, other):
            print(line)


if __name__ == "__main__":
    main()
