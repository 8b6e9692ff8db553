"""In DuckDB: from accepted rows to units, points, ranking and selection."""

from duckdb_tools import Step, text
from programme import Rule


class Selection(Step):
    """The steps, in order; each leaves tables for the next."""

    def run(self) -> None:
        """Begins with what the extracts left."""
        self.link()
        self.join_families()
        self.score()
        self.rank()
        self.write_selection()

    # Units

    def link(self) -> None:
        """`persons`: who is in an extract and takes part; `open_rows` of them; `links` to children."""
        programme = self.programme
        positions = range(len(programme.departments))
        everyone = " UNION ".join(f"SELECT person FROM extract_{position}" for position in positions)
        bands = programme.bands_taking_part
        takes_part = "true" if bands is None else f"age_band IN ({', '.join(map(text, sorted(bands)))})"
        apart = ", ".join(map(text, sorted(programme.apart_types))) or "NULL"
        open_rows = " UNION ALL ".join(
            f"""SELECT {position}::TINYINT AS department, e.person, e.child, t.name IN ({apart}) AS is_apart
            FROM extract_{position} e JOIN persons USING (person)
            JOIN (SELECT DISTINCT kind, name FROM types_{position}) t USING (kind)
            WHERE {self.is_open()}"""
            for position in positions
        )
        self.sql.execute(f"""
            CREATE TEMP TABLE everyone AS {everyone};
            CREATE TEMP TABLE persons AS
                SELECT person FROM everyone JOIN numbers ON id = person WHERE {takes_part};
            CREATE TEMP TABLE open_rows AS {open_rows};
            CREATE TEMP TABLE links AS SELECT DISTINCT child, person FROM open_rows WHERE child IS NOT NULL;
            CREATE TEMP TABLE placeholders AS
                SELECT child FROM links GROUP BY child HAVING count(*) > {programme.max_adults_per_child};
            DELETE FROM links WHERE child IN (FROM placeholders);
            CREATE TEMP TABLE apart AS SELECT DISTINCT person FROM open_rows WHERE is_apart""")

    def is_open(self) -> str:
        """The condition on a row's days."""
        as_of = f"DATE '{self.programme.as_of}'"
        return f"start_day <= {as_of} AND (end_day IS NULL OR end_day >= {as_of})"

    def join_families(self) -> None:
        """`units`: every person who takes part with the smallest id they are joined to, and what the unit is."""
        self.sql.execute("""
            CREATE TEMP TABLE joining AS SELECT * FROM links ANTI JOIN apart USING (person);
            CREATE TEMP TABLE label AS SELECT DISTINCT person, person AS unit FROM joining""")
        # The smallest label spreads to all adults of a child until none changes: a few rounds, families being small.
        while self.one("SELECT sum(unit) FROM label") != self.spread_labels():
            pass
        self.sql.execute("""
            CREATE TEMP TABLE members AS
                SELECT person, coalesce(unit, person) AS unit, parent.person IS NOT NULL AS is_parent
                FROM persons LEFT JOIN label USING (person)
                LEFT JOIN (SELECT DISTINCT person FROM links) parent USING (person);
            CREATE TEMP TABLE units AS
                SELECT unit, CASE WHEN bool_or(is_parent) THEN 'family' ELSE 'citizen' END AS kind,
                    coalesce(bit_or(departments), 0) AS departments
                FROM members LEFT JOIN (
                    SELECT person, bit_or(1::UBIGINT << department) AS departments FROM open_rows GROUP BY person
                ) USING (person)
                GROUP BY unit""")

    def spread_labels(self) -> int | None:
        """One round; gives the sum of all labels, which only falls."""
        self.sql.execute("""
            CREATE OR REPLACE TEMP TABLE label AS
            WITH of_child AS (SELECT child, min(unit) AS unit FROM joining JOIN label USING (person) GROUP BY child)
            SELECT person, min(unit) AS unit FROM joining JOIN of_child USING (child) GROUP BY person""")
        return self.one("SELECT sum(unit) FROM label")

    # Points

    def score(self) -> None:
        """`scored`: units in enough departments, with value and points of every rule."""
        programme = self.programme
        self.sql.execute(f"""
            CREATE TEMP TABLE contenders AS
                SELECT *, bit_count(departments) AS number_of_departments FROM units
                WHERE bit_count(departments) >= {programme.min_departments};
            CREATE TEMP TABLE contending AS SELECT person, unit FROM members SEMI JOIN contenders USING (unit)""")
        for position in range(len(programme.departments)):
            self.sql.execute(f"""
                CREATE TEMP TABLE rows_{position} AS
                SELECT m.unit, e.person, t.name AS type, e.record, e.start_day - DATE '1970-01-01' AS start_day,
                    coalesce(e.end_day - DATE '1970-01-01', 2147483647) AS end_day, nullif(e.child, h.child) AS child
                FROM extract_{position} e JOIN contending m USING (person)
                JOIN (SELECT DISTINCT kind, name FROM types_{position}) t USING (kind)
                LEFT JOIN placeholders h ON h.child = e.child
                WHERE e.start_day <= DATE '{programme.as_of}'""")
        amounts = "".join(
            f" LEFT JOIN ({self.amount(rule)}) r{at} ON r{at}.unit = u.unit" for at, rule in enumerate(programme.rules)
        )
        columns = ", ".join(f"coalesce(r{at}.amount, 0) AS amount_{at}" for at in range(len(programme.rules)))
        values = ", ".join(
            f"(amount_{at}{' / 365.25' if rule.in_years else ''})::DOUBLE AS value_{rule.id}, "
            f"({points(rule, f'amount_{at}')})::INTEGER AS points_{rule.id}"
            for at, rule in enumerate(programme.rules)
        )
        self.sql.execute(f"""
            CREATE TEMP TABLE scored AS
            SELECT unit, kind, departments, {values}
            FROM (SELECT u.*, {columns} FROM contenders u{amounts})""")

    def amount(self, rule: Rule) -> str:
        """A query for the amount (days, or a count) that a rule measures, of each unit that has one."""
        if rule.measure == "departments":
            return "SELECT unit, number_of_departments AS amount FROM contenders"
        as_of = self.programme.as_of_day
        types = "" if rule.types is None else f" WHERE type IN ({', '.join(map(text, rule.types))})"
        rows = f"(SELECT * FROM rows_{rule.department}{types})"
        is_open = f"end_day >= {as_of}"
        distinct_records = "count(DISTINCT record) + count(*) FILTER (record IS NULL)"
        match rule.measure:
            case "open_cases":
                return f"SELECT unit, {distinct_records} AS amount FROM {rows} WHERE {is_open} GROUP BY unit"
            case "cases":
                seen = "true" if rule.first_day is None else f"end_day >= {rule.first_day}"
                return f"SELECT unit, {distinct_records} AS amount FROM {rows} WHERE {seen} GROUP BY unit"
            case "children":
                return f"SELECT unit, count(DISTINCT child) AS amount FROM {rows} WHERE {is_open} GROUP BY unit"
        before = f"""
            SELECT unit, person, start_day, least(end_day, {as_of}) AS end_day,
                max(least(end_day, {as_of})) OVER (PARTITION BY person ORDER BY start_day
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_before
            FROM {rows}"""
        if rule.measure == "years":
            first = "start_day" if rule.first_day is None else f"greatest(start_day, {rule.first_day})"
            days = f"sum(greatest(0, end_day - greatest({first}, coalesce(last_before + 1, start_day)) + 1))"
        else:
            begins = f"last_before IS NULL OR start_day - last_before - 1 > {rule.max_gap_days}"
            days = f"""CASE WHEN {as_of} - max(end_day) <= {rule.max_gap_days}
                THEN {as_of} - max(start_day) FILTER ({begins}) + 1 ELSE 0 END"""
        persons = f"SELECT unit, {days} AS days FROM ({before}) GROUP BY unit, person"
        return f"SELECT unit, max(days) AS amount FROM ({persons}) GROUP BY unit"

    # Selection

    def rank(self) -> None:
        """`ranked`: eligible units with their rank; `chosen`: with what becomes of them."""
        programme = self.programme
        total = " + ".join(f"points_{rule.id}::BIGINT" for rule in programme.rules)
        conditions = [f"points_{rule} > 0" for rule in programme.require]
        if programme.min_points is not None:
            conditions.append(f"points >= {programme.min_points}")
        order = ", ".join(["points DESC", *(f"value_{rule} DESC" for rule in programme.tie_break), "lottery", "unit"])
        self.sql.execute(f"""
            CREATE TEMP TABLE ranked AS
            WITH totals AS (SELECT *, ({total})::INTEGER AS points FROM scored),
            drawn AS (
                SELECT t.*, n.pseudonym AS unit_id,
                    left(sha256({text(f"udpeg/1/lottery:{programme.lottery}:")} || n.pseudonym), 16) AS lottery
                FROM totals t JOIN numbers n ON n.id = t.unit
                WHERE {" AND ".join(conditions) or "true"}
            )
            SELECT *, (row_number() OVER (ORDER BY {order}))::UINTEGER AS rank FROM drawn""")
        least = " ".join(f"WHEN '{kind}' THEN {low}" for kind, (low, _) in programme.quota.items())
        most = " ".join(f"WHEN '{kind}' THEN {high}" for kind, (_, high) in programme.quota.items() if high is not None)
        most = f"CASE kind {most} ELSE 4294967295 END" if most else "4294967295"
        # The n-th of its kind is taken at once where n is at most `min`, and may come later where n is at most `max`.
        self.sql.execute(f"""
            CREATE TEMP TABLE chosen AS
            WITH of_kind AS (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY rank) AS place FROM ranked),
            first AS (SELECT *, place <= CASE kind {least} END AS is_first, place <= {most} AS may_come FROM of_kind),
            further AS (
                SELECT *, sum(is_first::INTEGER) OVER ()
                    + sum((may_come AND NOT is_first)::INTEGER) OVER (ORDER BY rank) AS turn
                FROM first
            ),
            proposed AS (
                SELECT *, is_first OR (may_come AND turn <= {programme.size}) AS is_proposed, rank <= {programme.size}
                    AS is_among_first
                FROM further
            )
            SELECT *, CASE WHEN is_proposed THEN 'proposed'
                    WHEN sum((NOT is_proposed)::INTEGER) OVER (ORDER BY rank) <= {programme.reserve} THEN 'reserve'
                    ELSE 'eligible' END AS status,
                CASE WHEN is_proposed AND is_among_first THEN 'rank' WHEN is_proposed THEN 'quota'
                    WHEN is_among_first THEN 'displaced' END AS reason
            FROM proposed""")

    def write_selection(self) -> None:
        """Writes `candidates.parquet`, `target_group.parquet` and `counts.json`."""
        programme = self.programme
        length = 8
        while self.one(f"SELECT count(DISTINCT left(unit_id, {length})) < count(*) FROM chosen"):
            length += 1
        ids = sorted((department.id, position) for position, department in enumerate(programme.departments))
        departments = ", ".join(
            f"CASE WHEN departments >> {position} & 1 = 1 THEN {text(id)} END" for id, position in ids
        )
        incomplete = " UNION ALL ".join(
            f"SELECT unit, {text(id)} AS department FROM members SEMI JOIN incomplete_{position} USING (person)"
            for id, position in ids
        )
        rules = "".join(f", value_{rule.id}, points_{rule.id}" for rule in programme.rules)
        self.sql.execute(f"""
            CREATE TEMP TABLE incomplete AS
                SELECT unit, list(DISTINCT department ORDER BY department) AS incomplete FROM ({incomplete})
                GROUP BY unit;
            CREATE TEMP TABLE candidates AS
            SELECT rank, status, reason, left(unit_id, {length}) AS label, unit_id AS unit, kind, m.members,
                list_filter([{departments}], lambda id: id IS NOT NULL) AS departments,
                coalesce(i.incomplete, []) AS incomplete, points, lottery{rules}
            FROM chosen c
            JOIN (
                SELECT unit, list(pseudonym ORDER BY pseudonym) AS members
                FROM members SEMI JOIN chosen USING (unit) JOIN numbers ON id = person GROUP BY unit
            ) m ON m.unit = c.unit
            LEFT JOIN incomplete i ON i.unit = c.unit""")
        metadata = programme.metadata()
        self.copy("SELECT * FROM candidates ORDER BY rank", "selection/candidates.parquet", metadata)
        proposed = "SELECT * FROM candidates WHERE status = 'proposed' ORDER BY rank"
        self.copy(proposed, "assignment/target_group.parquet", metadata)
        self.write_counts()

    def write_counts(self) -> None:
        """Writes `counts.json`, as far as the agreement is checked."""
        query = """
            SELECT count(*), count(*) FILTER (status = 'proposed'), count(*) FILTER (status = 'reserve'),
                count(*) FILTER (status = 'proposed' AND kind = 'family'),
                count(*) FILTER (status = 'proposed' AND kind = 'citizen'), min(points) FILTER (status = 'proposed')
            FROM candidates"""
        eligible, proposed, reserve, families, citizens, points_needed = self.sql.execute(query).fetchone()
        funnel = {
            "persons": self.one("SELECT count(*) FROM everyone"),
            "of_eligible_age": self.one("SELECT count(*) FROM persons"),
            "units": self.one("SELECT count(*) FROM units"),
            "in_enough_departments": self.one("SELECT count(*) FROM contenders"),
            "eligible": eligible,
            "proposed": proposed,
            "reserve": reserve,
        }
        placeholders = "SELECT pseudonym FROM placeholders JOIN numbers ON id = child ORDER BY 1"
        counts = {
            "funnel": funnel,
            "proposed": {"family": families, "citizen": citizens},
            "points_needed": points_needed,
            "placeholder_children": [row[0] for row in self.sql.execute(placeholders).fetchall()],
        }
        self.write_json("selection/counts.json", counts)


def points(rule: Rule, amount: str) -> str:
    """The points that a rule gives for an amount (contract, section 5)."""
    if rule.bands is not None:
        reached = [
            (f"{amount} >= {int(low * 365.25 // 1) if rule.in_years else low}", given) for low, given in rule.bands
        ]
        return (
            "CASE "
            + " ".join(f"WHEN {condition} THEN {given}" for condition, given in reversed(reached))
            + " ELSE 0 END"
        )
    # The largest n with floor(n · 365.25) ≤ days.
    whole = f"((4 * ({amount} + 1) - 1) // 1461)" if rule.in_years else amount
    given = f"{whole} * {rule.points_per}"
    return given if rule.max is None else f"least({given}, {rule.max})"
