"""In Polars: from the departments' CSV files to their deliveries."""

import json
from functools import reduce
from pathlib import Path

import polars as pl
import pyarrow as pa
from polars import col, lit

from hashing import SEPARATOR, pseudonyms
from programme import OTHER, Department, Programme, is_identifying, normalised

# A number without its apostrophe and `.0` (contract, section 3).
SPELLING = r"^[0-9]{6}[-\u{2011}\u{2013}\s]?[0-9]{4}$"
NINE_DIGITS = r"^[0-9]{9}$"

# The first of these that holds is why a row is rejected.
REASONS = {
    "person_missing": col("person_number").is_null(),
    "person_malformed": col("person_number") < 0,
    "person_impossible_date": col("person").is_null(),
    "child_malformed": col("child_number") < 0,
    "child_impossible_date": col("child_number").is_not_null() & col("child").is_null(),
    "type_missing": col("type") == "",
    "type_identifying": col("is_identifying"),
    "start_missing": col("start_text").is_null(),
    "date_malformed": col("start").is_null() | (col("end_text").is_not_null() & col("end").is_null()),
    "end_before_start": col("end") < col("start"),
}


class Extracts:
    """The steps, in order; each leaves frames for the next."""

    def __init__(self, programme: Programme, out: Path):
        self.programme = programme
        self.out = out
        self.numbers = pl.DataFrame()
        self.extracts: list[pl.DataFrame] = []
        self.incomplete: list[pl.DataFrame] = []

    def run(self) -> None:
        """Leaves `numbers` of everyone, and of each department accepted rows and persons of rejected ones."""
        raw = [self.read(department) for department in self.programme.departments]
        self.number_persons(raw)
        for department in self.programme.departments:
            self.accept(department, raw.pop(0))
            self.deliver(department, self.extracts[-1], self.incomplete[-1])

    def read(self, department: Department) -> pl.DataFrame:
        """The cells that count, with numbers as whole numbers and dates as dates."""
        parts = [self.cells(department, file) for file in department.files]

        def blank_as_null(column: str) -> pl.Expr:
            return pl.when(col(column) != "").then(col(column))

        def day(column: str) -> pl.Expr:
            return col(column).str.to_date(department.dates, strict=False)

        return (
            pl.concat(parts)
            .select(
                number(col("person"), department).alias("person_number"),
                number(col("child"), department).alias("child_number"),
                col("type").fill_null("").alias("type_text"),
                *(col(name).str.strip_chars().alias(name) for name in ("start", "end", "record")),
            )
            .with_columns(
                *(blank_as_null(name).alias(f"{name}_text") for name in ("start", "end")), blank_as_null("record")
            )
            .with_columns(day("start_text").alias("start"), day("end_text").alias("end"))
            .collect()
        )

    def cells(self, department: Department, file: Path) -> pl.LazyFrame:
        """Reads one file's named columns."""
        width, places = department.header(file)
        source = file if department.encoding == "utf-8" else file.read_bytes().decode(department.encoding).encode()
        schema = {f"c{place}": pl.String for place in range(width)}
        frame = pl.scan_csv(source, separator=department.delimiter, has_header=False, skip_rows=1, schema=schema)
        return frame.select(
            (col(f"c{places[name]}") if name in places else lit(None, pl.String)).alias(name)
            for name in ("person", "child", "type", "start", "end", "record")
        )

    def number_persons(self, raw: list[pl.DataFrame]) -> None:
        """`numbers`: every usable number once, `id` in the order of pseudonyms, with sex and age band."""
        programme = self.programme
        cells = [frame[f"{name}_number"].unique() for frame in raw for name in ("person", "child")]
        as_of = programme.as_of
        number = col("number")
        year, seventh = number // 10_000 % 100, number // 1000 % 10
        century = (
            pl.when((seventh <= 3) | (seventh.is_in([4, 9]) & (year >= 37)))
            .then(1900)
            .when(seventh.is_in([4, 9]) | (year <= 57))
            .then(2000)
            .otherwise(1800)
        )
        day, month = number // 100_000_000, number // 1_000_000 % 100
        born = (century + year) * 10_000 + month * 100 + pl.when(day > 60).then(day - 60).otherwise(day)
        # As numbers YYYYMMDD, dates compare as dates do, and 29 February comes before 1 March in every year.
        today = as_of.year * 10_000 + as_of.month * 100 + as_of.day
        numbers = (
            pl.concat(cells)
            .rename("number")
            .to_frame()
            .lazy()
            .filter(number > 0)
            .unique()
            .with_columns(born.alias("born"))
            .filter(
                col("born").cast(pl.String).str.to_date("%Y%m%d", strict=False).is_not_null() & (col("born") <= today)
            )
            .with_columns(((today - col("born")) // 10_000).alias("age"))
            .collect()
        )
        digits = numbers["number"].cast(pl.String).str.zfill(10)
        label = reduce(
            lambda bands, edge: bands.when(col("age") < edge[0]).then(lit(edge[1])),
            list(zip(programme.age_bands, programme.band_labels))[1:],
            pl.when(col("age") < programme.age_bands[0]).then(lit(programme.band_labels[0])),
        )
        self.numbers = (
            numbers.with_columns(hashed(programme, "person", digits).alias("pseudonym"))
            .sort("pseudonym")
            .with_row_index("id")
            .select(
                "id",
                "number",
                "pseudonym",
                pl.when(number % 2 == 1).then(lit("M")).otherwise(lit("F")).alias("sex"),
                label.otherwise(lit(programme.band_labels[-1])).alias("age_band"),
            )
        )

    def accept(self, department: Department, raw: pl.DataFrame) -> None:
        """Accepted rows, each once; persons of rejected ones; and the quality counts."""
        ids = self.numbers.lazy().select("number", "id")
        reason = reduce(
            lambda otherwise, item: pl.when(item[1]).then(lit(item[0])).otherwise(otherwise),
            reversed(REASONS.items()),
            lit(None, pl.String),
        )
        judged = (
            raw.lazy()
            .join(self.types(department, raw), on="type_text", how="left")
            .join(ids.rename({"id": "person"}), left_on="person_number", right_on="number", how="left")
            .join(ids.rename({"id": "child"}), left_on="child_number", right_on="number", how="left")
            .with_columns(reason.alias("reason"))
            .select("reason", "person", "child", "kind", "leaves_as", "start", "end", "record")
            .collect()
        )
        reasons = {name: rows for name, rows in judged["reason"].value_counts().iter_rows() if name is not None}
        rejected = judged.filter(col("reason").is_not_null())
        extract = judged.lazy().filter(col("reason").is_null()).drop("reason").unique().collect()
        accepted = len(judged) - len(rejected)
        self.extracts.append(extract)
        self.incomplete.append(rejected.select("person").drop_nulls().unique())
        write_json(
            self.out,
            f"delivery/{department.id}/quality.json",
            {
                "department": department.id,
                "rows": len(judged),
                "rejected": len(rejected),
                "reasons": reasons,
                "duplicates": accepted - len(extract),
                "extract": len(extract),
            },
        )

    def types(self, department: Department, raw: pl.DataFrame) -> pl.LazyFrame:
        """Every spelling of a type, what it is called (`kind`), and under which word it leaves."""
        spellings = raw["type_text"].unique().to_list()
        names = list(map(normalised, spellings))
        kind = pl.Enum(sorted(set(names)))
        leaves_as = [name if name in department.leaving else OTHER for name in names]
        return pl.LazyFrame(
            {
                "type_text": pl.Series(spellings, dtype=pl.String),
                "type": pl.Series(names, dtype=pl.String),
                "kind": pl.Series(names, dtype=kind),
                # In the words' own order, so that sorting by them sorts small numbers.
                "leaves_as": pl.Series(leaves_as, dtype=pl.Enum(sorted(set(leaves_as)))),
                "is_identifying": pl.Series(list(map(is_identifying, names)), dtype=pl.Boolean),
            }
        )

    def deliver(self, department: Department, extract: pl.DataFrame, incomplete: pl.DataFrame) -> None:
        """Writes `extract.parquet` and `incomplete.parquet`."""
        programme = self.programme
        records = hashed(programme, f"record/{department.id}", extract["record"].drop_nulls())
        places = pl.when(col("record").is_not_null()).then(col("record").is_not_null().cum_sum() - 1)
        attributes = [name for name in ("sex", "age_band") if name in programme.attributes]
        numbers = self.numbers
        rows = (
            extract.lazy()
            .with_columns(lit(records).gather(places).alias("record"))
            .sort("person", "start", "end", "leaves_as", "record", "child", nulls_last=False)
            .select(
                # Ids are positions among the numbers, which are sorted.
                lit(numbers["pseudonym"]).gather(col("person")).alias("person"),
                "record",
                col("leaves_as").cast(pl.String).alias("type"),
                "start",
                "end",
                lit(numbers["pseudonym"]).gather(col("child")).alias("child"),
                *(lit(numbers[name]).gather(col("person")).alias(name) for name in attributes),
            )
            .collect()
        )
        metadata = programme.metadata(department.id)
        write_parquet(self.out, rows, f"delivery/{department.id}/extract.parquet", metadata)
        persons = numbers["pseudonym"].gather(incomplete["person"].sort()).rename("person").to_frame()
        write_parquet(self.out, persons, f"delivery/{department.id}/incomplete.parquet", metadata)


def number(cell: pl.Expr, department: Department) -> pl.Expr:
    """A cell as the whole number its ten digits make: null where it means "unknown", -1 where it is malformed."""
    trimmed = cell.str.strip_chars()
    bare = trimmed.str.strip_prefix("'").str.strip_suffix(".0")
    whole = bare.str.head(6).cast(pl.Int64, strict=False) * 10_000 + bare.str.tail(4).cast(pl.Int64, strict=False)
    spelled = pl.when(bare.str.contains(SPELLING)).then(whole)
    if department.leading_zero_lost:
        spelled = spelled.when(bare.str.contains(NINE_DIGITS)).then(bare.cast(pl.Int64, strict=False))
    spelled = spelled.when(trimmed.is_in(["", "0"])).then(lit(0)).otherwise(lit(-1))
    return pl.when(cell.is_not_null() & (spelled != 0)).then(spelled)


def hashed(programme: Programme, space: str, messages: pl.Series) -> pl.Series:
    """The pseudonym of each message."""

    def joined(start: int, length: int) -> str:
        return messages.slice(start, length).str.join(SEPARATOR).item()

    text = pseudonyms(programme.key, space, len(messages), joined)
    offsets = pl.int_range(0, len(text) + 1, 32, eager=True).to_arrow().buffers()[1]
    return pl.from_arrow(pa.LargeStringArray.from_buffers(len(messages), offsets, pa.py_buffer(text)))


def write_parquet(out: Path, frame: pl.DataFrame, name: str, metadata: dict[str, str]) -> None:
    """Writes a frame as Parquet."""
    path = out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path, compression="zstd", compression_level=1, metadata=metadata)


def write_json(out: Path, name: str, value: dict) -> None:
    """Writes a small file."""
    path = out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")
