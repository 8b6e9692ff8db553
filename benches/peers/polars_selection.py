"""In Polars: from accepted rows to units, points, ranking and selection."""

import hashlib
from functools import reduce

import polars as pl
from polars import col, lit

from polars_extracts import Extracts, write_json, write_parquet
from programme import Rule

OPEN_END = 2**31 - 1


class Selection:
    """The steps, in order; each hands frames to the next."""

    def __init__(self, extracts: Extracts):
        self.programme = extracts.programme
        self.out = extracts.out
        self.numbers = extracts.numbers
        self.extracts = extracts.extracts
        self.incomplete = extracts.incomplete

    def run(self) -> None:
        """Begins with what the extracts left."""
        persons = self.persons()
        open_rows = self.open_rows(persons)
        links, placeholders = self.links(open_rows)
        members, units = self.join_families(persons, open_rows, links)
        scored = self.score(members, units, placeholders)
        chosen = self.choose(self.rank(scored))
        candidates = self.write_selection(chosen, members)
        self.write_counts(candidates, persons, units, scored, placeholders)

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
        write_parquet(self.out, candidates, "selection/candidates.parquet", metadata)
        proposed = candidates.filter(col("status") == "proposed")
        write_parquet(self.out, proposed, "assignment/target_group.parquet", metadata)
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
        write_json(self.out, "selection/counts.json", counts)


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
