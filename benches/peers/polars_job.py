"""The whole job in Polars: `polars_job.py PROGRAMME OUT`.

Written from the contract alone, as somebody who knows Polars would: expressions throughout, on as many threads as there
are cores, persons numbered in the order of their pseudonyms so that sorting and joining work on integers. Polars has no
SHA-256, so numbers and records are hashed with Python's `hashlib`, in a process for each core, numbers once.

Needs clean data: rows that the CSV reader itself cannot read end the script.
"""

import hashlib
import json
import sys
from functools import reduce
from pathlib import Path

import polars as pl
import pyarrow as pa
from polars import col, lit

from hashing import SEPARATOR, pseudonyms
from programme import OTHER, Department, Programme, Rule, is_identifying, normalised, read_programme

# A number without its apostrophe and `.0` (contract, section 3).
SPELLING = r"^[0-9]{6}[-\u{2011}\u{2013}\s]?[0-9]{4}$"
NINE_DIGITS = r"^[0-9]{9}$"
OPEN_END = 2**31 - 1

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


class Job:
    """The steps, in order; each leaves frames for the next."""

    def __init__(self, programme: Programme, out: Path):
        self.programme = programme
        self.out = out
        self.numbers = pl.DataFrame()
        self.extracts: list[pl.DataFrame] = []
        self.incomplete: list[pl.DataFrame] = []

    def run(self) -> None:
        """All of it."""
        raw = [self.read(department) for department in self.programme.departments]
        self.number_persons(raw)
        for department in self.programme.departments:
            self.accept(department, raw.pop(0))
            self.deliver(department, self.extracts[-1], self.incomplete[-1])
        persons = self.persons()
        open_rows = self.open_rows(persons)
        links, placeholders = self.links(open_rows)
        members, units = self.join_families(persons, open_rows, links)
        scored = self.score(members, units, placeholders)
        chosen = self.choose(self.rank(scored))
        candidates = self.write_selection(chosen, members)
        self.write_counts(candidates, persons, units, scored, placeholders)

    # Extracts

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
        self.write_json(
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
        self.write_parquet(rows, f"delivery/{department.id}/extract.parquet", metadata)
        persons = numbers["pseudonym"].gather(incomplete["person"].sort()).rename("person").to_frame()
        self.write_parquet(persons, f"delivery/{department.id}/incomplete.parquet", metadata)

    # Units

    def persons(self) -> pl.DataFrame:
        """Everyone in an extract, and whether they take part."""
        everyone = pl.concat([extract["person"].unique() for extract in self.extracts]).unique().to_frame()
        bands = self.programme.bands_taking_part
        band = self.numbers["age_band"].gather(everyone["person"])
        return everyone.with_columns((lit(True) if bands is None else lit(band.is_in(list(bands)))).alias("takes_part"))

    def open_rows(self, persons: pl.DataFrame) -> pl.DataFrame:
        """Open rows of those who take part."""
        as_of = self.programme.as_of
        is_open = (col("start") <= as_of) & (col("end").is_null() | (col("end") >= as_of))
        taking_part = persons.lazy().filter("takes_part").select("person")
        apart_types = list(self.programme.apart_types)
        return pl.concat(
            extract.lazy()
            .filter(is_open)
            .join(taking_part, on="person", how="semi")
            .select(
                lit(1 << position, pl.UInt64).alias("department"),
                "person",
                "child",
                col("kind").cast(pl.String).is_in(apart_types).alias("is_apart"),
            )
            for position, extract in enumerate(self.extracts)
        ).collect()

    def links(self, open_rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Children in open records with their adults, placeholders left out; and the placeholders."""
        links = open_rows.select("child", "person").drop_nulls("child").unique()
        adults = links.group_by("child").len()
        placeholders = adults.filter(col("len") > self.programme.max_adults_per_child).select("child")
        return links.join(placeholders, on="child", how="anti"), placeholders

    def join_families(
        self, persons: pl.DataFrame, open_rows: pl.DataFrame, links: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Everyone who takes part with the smallest id they are joined to; and the units."""
        joining = links.join(open_rows.filter("is_apart"), on="person", how="anti")
        label = joining.select("person", unit="person").unique()
        # The smallest label spreads to all adults of a child until none changes: a few rounds, families being small.
        while True:
            of_child = joining.join(label, on="person").group_by("child").agg(col("unit").min())
            spread = joining.join(of_child, on="child").group_by("person").agg(col("unit").min())
            if spread["unit"].cast(pl.UInt64).sum() == label["unit"].cast(pl.UInt64).sum():
                break
            label = spread
        parents = links.select("person", lit(True).alias("is_parent")).unique()
        departments = open_rows.group_by("person").agg(col("department").bitwise_or().alias("departments"))
        members = (
            persons.lazy()
            .filter("takes_part")
            .select("person")
            .join(label.lazy(), on="person", how="left")
            .join(parents.lazy(), on="person", how="left")
            .join(departments.lazy(), on="person", how="left")
            .with_columns(
                col("unit").fill_null(col("person")),
                col("is_parent").fill_null(False),
                col("departments").fill_null(0),
            )
            .collect()
        )
        # Nearly all units have one member, of whom nothing needs to be gathered.
        units = (
            members.lazy()
            .group_by("unit")
            .agg(col("is_parent").any(), col("departments").bitwise_or())
            .select(
                "unit",
                pl.when("is_parent").then(lit("family")).otherwise(lit("citizen")).alias("kind"),
                "departments",
                col("departments").bitwise_count_ones().alias("number_of_departments"),
            )
            .collect()
        )
        return members, units

    # Points

    def score(self, members: pl.DataFrame, units: pl.DataFrame, placeholders: pl.DataFrame) -> pl.DataFrame:
        """Units in enough departments, with value and points of every rule."""
        programme = self.programme
        contenders = units.filter(col("number_of_departments") >= programme.min_departments)
        contending = members.select("person", "unit").join(contenders, on="unit", how="semi").lazy()
        rows = [
            extract.lazy()
            .filter(col("start") <= programme.as_of)
            .join(contending, on="person")
            .join(placeholders.lazy().with_columns(is_placeholder=True), on="child", how="left")
            .select(
                "unit",
                "person",
                col("kind").cast(pl.String).alias("type"),
                "record",
                col("start").cast(pl.Int32),
                col("end").cast(pl.Int32).fill_null(OPEN_END),
                pl.when(col("is_placeholder").is_null()).then(col("child")).alias("child"),
            )
            for extract in self.extracts
        ]
        rows = [frame.lazy() for frame in pl.collect_all(rows)]
        measured = pl.collect_all([self.amounts(rule, rows, contenders) for rule in programme.rules])
        scored = contenders.lazy()
        for rule, amounts in zip(programme.rules, measured):
            amount = col(f"amount_{rule.id}").fill_null(0).cast(pl.Int64)
            # Division by a constant becomes a product with its reciprocal, which differs in the last digit.
            value = amount / (amount * 0 + 365.25) if rule.in_years else amount.cast(pl.Float64)
            scored = (
                scored.join(amounts.lazy().rename({"amount": f"amount_{rule.id}"}), on="unit", how="left")
                .with_columns(
                    value.alias(f"value_{rule.id}"), points(rule, amount).cast(pl.Int32).alias(f"points_{rule.id}")
                )
                .drop(f"amount_{rule.id}")
            )
        return scored.collect()

    def amounts(self, rule: Rule, rows: list[pl.LazyFrame], contenders: pl.DataFrame) -> pl.LazyFrame:
        """The amount (days, or a count) that a rule measures, of each unit that has one."""
        if rule.measure == "departments":
            return contenders.lazy().select("unit", amount="number_of_departments")
        as_of = self.programme.as_of_day
        chosen = rows[rule.department]
        if rule.types is not None:
            chosen = chosen.filter(col("type").is_in(rule.types))
        distinct_records = col("record").drop_nulls().n_unique() + col("record").null_count()
        match rule.measure:
            case "open_cases":
                return chosen.filter(col("end") >= as_of).group_by("unit").agg(distinct_records.alias("amount"))
            case "cases":
                seen = lit(True) if rule.first_day is None else col("end") >= rule.first_day
                return chosen.filter(seen).group_by("unit").agg(distinct_records.alias("amount"))
            case "children":
                children = col("child").drop_nulls().n_unique()
                return chosen.filter(col("end") >= as_of).group_by("unit").agg(children.alias("amount"))
        spells = (
            chosen.select("unit", "person", "start", col("end").clip(upper_bound=as_of))
            .sort("person", "start")
            .with_columns(col("end").cum_max().shift().over("person").alias("last_before"))
        )
        if rule.measure == "years":
            first = col("start") if rule.first_day is None else col("start").clip(lower_bound=rule.first_day)
            days = (col("end") - pl.max_horizontal(first, col("last_before") + 1) + 1).clip(lower_bound=0).sum()
        else:
            begins = col("last_before").is_null() | (col("start") - col("last_before") - 1 > rule.max_gap_days)
            stretch = as_of - col("start").filter(begins).max() + 1
            days = pl.when(as_of - col("end").max() <= rule.max_gap_days).then(stretch).otherwise(0)
        persons = spells.group_by("unit", "person").agg(days.alias("amount"))
        return persons.group_by("unit").agg(col("amount").max())

    # Selection

    def rank(self, scored: pl.DataFrame) -> pl.DataFrame:
        """Eligible units with their rank, best first."""
        programme = self.programme
        total = pl.sum_horizontal(col(f"points_{rule.id}").cast(pl.Int64) for rule in programme.rules)
        eligible = scored.with_columns(total.cast(pl.Int32).alias("points"))
        if programme.min_points is not None:
            eligible = eligible.filter(col("points") >= programme.min_points)
        if programme.require:
            eligible = eligible.filter(pl.all_horizontal(col(f"points_{rule}") > 0 for rule in programme.require))
        ids = self.numbers["pseudonym"].gather(eligible["unit"])
        prefix = f"udpeg/1/lottery:{programme.lottery}:"
        lottery = [hashlib.sha256(f"{prefix}{id}".encode()).hexdigest()[:16] for id in ids]
        best_first = ["points", *(f"value_{rule}" for rule in programme.tie_break)]
        return (
            eligible.with_columns(ids.alias("unit_id"), pl.Series("lottery", lottery, dtype=pl.String))
            .sort(*best_first, "lottery", "unit", descending=[True] * len(best_first) + [False, False])
            .with_row_index("rank", offset=1)
        )

    def choose(self, ranked: pl.DataFrame) -> pl.DataFrame:
        """What becomes of each unit (contract, section 7)."""
        programme = self.programme
        least = {kind: low for kind, (low, _) in programme.quota.items()}
        most = {kind: len(ranked) if high is None else high for kind, (_, high) in programme.quota.items()}
        # The n-th of its kind is taken at once where n is at most `min`, and may come later where n is at most `max`.
        place = pl.int_range(1, pl.len() + 1).over("kind")
        is_first = place <= col("kind").replace_strict(least, return_dtype=pl.Int64)
        may_come = place <= col("kind").replace_strict(most, return_dtype=pl.Int64)
        turn = col("is_first").sum() + (col("may_come") & ~col("is_first")).cum_sum()
        is_proposed = col("is_first") | (col("may_come") & (col("turn") <= programme.size))
        is_among_first = col("rank") <= programme.size
        is_reserve = (~col("is_proposed")).cum_sum() <= programme.reserve
        return (
            ranked.with_columns(is_first.alias("is_first"), may_come.alias("may_come"))
            .with_columns(turn.alias("turn"))
            .with_columns(is_proposed.alias("is_proposed"))
            .with_columns(
                pl.when("is_proposed")
                .then(lit("proposed"))
                .when(is_reserve)
                .then(lit("reserve"))
                .otherwise(lit("eligible"))
                .alias("status"),
                pl.when(col("is_proposed") & is_among_first)
                .then(lit("rank"))
                .when("is_proposed")
                .then(lit("quota"))
                .when(is_among_first)
                .then(lit("displaced"))
                .otherwise(lit(None, pl.String))
                .alias("reason"),
            )
        )

    def write_selection(self, chosen: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
        """Writes `candidates.parquet` and `target_group.parquet`; gives the candidates."""
        programme = self.programme
        length = 8
        while chosen["unit_id"].str.head(length).n_unique() < len(chosen):
            length += 1
        ids = sorted((department.id, position) for position, department in enumerate(programme.departments))
        masks = chosen["departments"].unique().to_list()
        departments = pl.DataFrame(
            {"departments": masks, "names": [[id for id, at in ids if mask >> at & 1] for mask in masks]},
            schema={"departments": pl.UInt64, "names": pl.List(pl.String)},
        )
        of_units = members.select("person", "unit").join(chosen, on="unit", how="semi")
        named = (
            of_units.sort("person")
            .with_columns(self.numbers["pseudonym"].gather(of_units["person"].sort()).alias("members"))
            .group_by("unit", maintain_order=True)
            .agg("members")
        )
        incomplete = (
            pl.concat(
                of_units.join(self.incomplete[position], on="person", how="semi").select("unit", lit(id).alias("id"))
                for id, position in ids
            )
            .unique()
            .group_by("unit")
            .agg(col("id").sort().alias("incomplete"))
        )
        rules = [name for rule in programme.rules for name in (f"value_{rule.id}", f"points_{rule.id}")]
        candidates = (
            chosen.join(departments, on="departments", how="left")
            .join(named, on="unit", how="left")
            .join(incomplete, on="unit", how="left")
            .sort("rank")
            .select(
                "rank",
                "status",
                "reason",
                col("unit_id").str.head(length).alias("label"),
                col("unit_id").alias("unit"),
                "kind",
                "members",
                col("names").alias("departments"),
                col("incomplete").fill_null([]),
                "points",
                "lottery",
                *rules,
            )
        )
        metadata = programme.metadata()
        self.write_parquet(candidates, "selection/candidates.parquet", metadata)
        proposed = candidates.filter(col("status") == "proposed")
        self.write_parquet(proposed, "assignment/target_group.parquet", metadata)
        return candidates

    def write_counts(
        self,
        candidates: pl.DataFrame,
        persons: pl.DataFrame,
        units: pl.DataFrame,
        scored: pl.DataFrame,
        placeholders: pl.DataFrame,
    ) -> None:
        """Writes `counts.json`, as far as the agreement is checked."""
        proposed = candidates.filter(col("status") == "proposed")
        counts = {
            "funnel": {
                "persons": len(persons),
                "of_eligible_age": int(persons["takes_part"].sum()),
                "units": len(units),
                "in_enough_departments": len(scored),
                "eligible": len(candidates),
                "proposed": len(proposed),
                "reserve": int((candidates["status"] == "reserve").sum()),
            },
            "proposed": {kind: int((proposed["kind"] == kind).sum()) for kind in ("family", "citizen")},
            "points_needed": proposed["points"].min(),
            "placeholder_children": self.numbers["pseudonym"].gather(placeholders["child"].sort()).to_list(),
        }
        self.write_json("selection/counts.json", counts)

    # Files

    def write_parquet(self, frame: pl.DataFrame, name: str, metadata: dict[str, str]) -> None:
        """Writes a frame as Parquet."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(path, compression="zstd", compression_level=1, metadata=metadata)

    def write_json(self, name: str, value: dict) -> None:
        """Writes a small file."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value, indent=2) + "\n")


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


def points(rule: Rule, amount: pl.Expr) -> pl.Expr:
    """The points that a rule gives for an amount (contract, section 5)."""
    if rule.bands is not None:
        reached = [(low * 365.25 // 1 if rule.in_years else low, given) for low, given in rule.bands]
        return reduce(
            lambda below, band: pl.when(amount >= band[0]).then(lit(band[1])).otherwise(below), reached, lit(0)
        )
    # The largest n with floor(n · 365.25) ≤ days.
    whole = (4 * (amount + 1) - 1) // 1461 if rule.in_years else amount
    given = whole * rule.points_per
    return given if rule.max is None else pl.min_horizontal(given, lit(rule.max))


def main() -> None:
    """Runs the job on a programme, into a folder."""
    if len(sys.argv) != 3:
        raise SystemExit(f"usage: {sys.argv[0]} PROGRAMME OUT")
    programme = read_programme(Path(sys.argv[1]))
    Job(programme, Path(sys.argv[2]) / programme.period).run()


if __name__ == "__main__":
    main()
