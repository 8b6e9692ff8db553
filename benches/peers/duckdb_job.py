"""The whole job in DuckDB: `duckdb_job.py PROGRAMME OUT`.

Written from the contract alone, as somebody who knows DuckDB would: set operations throughout, on as many threads as
there are cores, HMAC-SHA-256 composed of the engine's own `sha256` so that no row passes through Python, numbers hashed
once, and persons numbered in the order of their pseudonyms so that sorting and joining work on integers.

Needs clean data: rows that the CSV reader itself cannot read end the script, and so do the 27 characters that
Windows-1252 has and Latin-1 has not, such as the en dash.
"""

import json
import sys
from pathlib import Path

import duckdb

from hashing import pads
from programme import OTHER, Department, Programme, Rule, is_identifying, normalised, read_programme

# White space as Unicode has it, for a class of RE2.
WHITE = r"\s\v\x{85}\p{Z}"

# The first of these that holds is why a row is rejected.
REASONS = {
    "person_missing": "person_number IS NULL",
    "person_malformed": "person_number < 0",
    "person_impossible_date": "p.id IS NULL",
    "child_malformed": "child_number < 0",
    "child_impossible_date": "child_number IS NOT NULL AND c.id IS NULL",
    "type_missing": "t.name = ''",
    "type_identifying": "t.is_identifying",
    "start_missing": "start_text IS NULL",
    "date_malformed": "start_day IS NULL OR (end_text IS NOT NULL AND end_day IS NULL)",
    "end_before_start": "end_day < start_day",
}


def text(value: str) -> str:
    """A SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def blob(value: bytes) -> str:
    """A SQL literal of bytes."""
    return "'" + "".join(f"\\x{byte:02X}" for byte in value) + "'::BLOB"


class Job:
    """The steps, in order; each leaves tables for the next."""

    def __init__(self, programme: Programme, out: Path):
        self.programme = programme
        self.out = out
        self.sql = duckdb.connect()
        # Every ordered result states its order.
        self.sql.execute("SET preserve_insertion_order = false")

    def run(self) -> None:
        """All of it."""
        for position, department in enumerate(self.programme.departments):
            self.read(position, department)
        self.number_persons()
        for position, department in enumerate(self.programme.departments):
            self.accept(position, department)
            self.deliver(position, department)
        self.link()
        self.join_families()
        self.score()
        self.rank()
        self.write_selection()

    # Extracts

    def read(self, position: int, department: Department) -> None:
        """`raw_<n>`: the cells that count, with numbers as bare digits and dates as dates."""
        parts = " UNION ALL ".join(self.cells(department, file) for file in department.files)
        self.sql.execute(f"""
            CREATE TEMP TABLE raw_{position} AS
            SELECT {number("person_text")} AS person_number, {number("child_text")} AS child_number,
                type_text, start_text, end_text,
                try_strptime(start_text, {text(department.dates)})::DATE AS start_day,
                try_strptime(end_text, {text(department.dates)})::DATE AS end_day, record
            FROM ({parts})""")

    def cells(self, department: Department, file: Path) -> str:
        """Reads one file's named columns."""
        width, places = department.header(file)
        columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
        # No other encoding of one byte is built in. Where the two differ the file is refused, so nothing is misread.
        encoding = "utf-8" if department.encoding == "utf-8" else "latin-1"

        def cell(canonical: str) -> str:
            if canonical not in places:
                return "NULL::VARCHAR"
            return f"c{places[canonical]}"

        return f"""
            SELECT {bare_digits(cell("person"), department)} AS person_text,
                {bare_digits(cell("child"), department)} AS child_text, coalesce({cell("type")}, '') AS type_text,
                nullif({trimmed(cell("start"))}, '') AS start_text,
                nullif({trimmed(cell("end"))}, '') AS end_text,
                nullif({trimmed(cell("record"))}, '') AS record
            FROM read_csv({text(str(file))}, auto_detect = false, header = true, delim = {text(department.delimiter)},
                quote = '"', escape = '"', encoding = '{encoding}', columns = {{{columns}}})"""

    def number_persons(self) -> None:
        """`numbers`: every usable number once, `id` in the order of pseudonyms, with sex and age band."""
        programme = self.programme
        cells = " UNION ALL ".join(
            f"SELECT {column}_number AS number FROM raw_{position}"
            for position, department in enumerate(programme.departments)
            for column in ("person", "child")
            if column in department.columns
        )
        edges = " ".join(
            f"WHEN age < {edge} THEN {text(label)}" for edge, label in zip(programme.age_bands, programme.band_labels)
        )
        as_of = f"DATE '{programme.as_of}'"
        self.sql.execute(f"""
            CREATE TEMP TABLE numbers AS
            WITH distinct_numbers AS (
                SELECT DISTINCT number FROM ({cells}) WHERE number > 0
            ), parts AS (
                SELECT number, number // 100000000 AS day, number // 1000000 % 100 AS month,
                    number // 10000 % 100 AS year, number // 1000 % 10 AS seventh
                FROM distinct_numbers
            ), dated AS (
                SELECT number, try(make_date(year + CASE
                        WHEN seventh <= 3 OR (seventh IN (4, 9) AND year >= 37) THEN 1900
                        WHEN seventh IN (4, 9) OR year <= 57 THEN 2000
                        ELSE 1800 END, month, CASE WHEN day > 60 THEN day - 60 ELSE day END)) AS born
                FROM parts
            ), aged AS (
                SELECT number,
                    year({as_of}) - year(born) - ({day_of_year(as_of)} < {day_of_year("born")})::INTEGER AS age,
                    {pseudonym(programme.key, "person", "lpad(number::VARCHAR, 10, '0')")} AS pseudonym
                FROM dated WHERE born <= {as_of}
            )
            SELECT number, pseudonym, (row_number() OVER (ORDER BY pseudonym))::INTEGER AS id,
                CASE WHEN number % 2 = 1 THEN 'M' ELSE 'F' END AS sex,
                CASE {edges} ELSE {text(programme.band_labels[-1])} END AS age_band
            FROM aged""")

    def accept(self, position: int, department: Department) -> None:
        """`extract_<n>`: accepted rows, each once; `incomplete_<n>`; and the quality counts."""
        self.tabulate_types(position, department)
        reason = " ".join(f"WHEN {condition} THEN '{name}'" for name, condition in REASONS.items())
        self.sql.execute(f"""
            CREATE TEMP TABLE judged AS
            SELECT CASE {reason} END AS reason, p.id AS person, c.id AS child, t.kind, start_day, end_day, r.record
            FROM raw_{position} r
            JOIN types_{position} t USING (type_text)
            LEFT JOIN numbers p ON p.number = r.person_number
            LEFT JOIN numbers c ON c.number = r.child_number;
            DROP TABLE raw_{position};
            CREATE TEMP TABLE incomplete_{position} AS
            SELECT DISTINCT person FROM judged WHERE reason IS NOT NULL AND person IS NOT NULL;
            CREATE TEMP TABLE extract_{position} AS
            SELECT DISTINCT person, child, kind, start_day, end_day, record FROM judged WHERE reason IS NULL""")
        reasons = dict(self.sql.execute("SELECT reason, count(*) FROM judged GROUP BY reason").fetchall())
        accepted = reasons.pop(None, 0)
        kept = self.one(f"SELECT count(*) FROM extract_{position}")
        self.sql.execute("DROP TABLE judged")
        rejected = sum(reasons.values())
        self.write_json(
            f"delivery/{department.id}/quality.json",
            {
                "department": department.id,
                "rows": accepted + rejected,
                "rejected": rejected,
                "reasons": reasons,
                "duplicates": accepted - kept,
                "extract": kept,
            },
        )

    def tabulate_types(self, position: int, department: Department) -> None:
        """`types_<n>`: every spelling of a type, what it is called, and under which word it leaves."""
        spellings = [row[0] for row in self.sql.execute(f"SELECT DISTINCT type_text FROM raw_{position}").fetchall()]
        names = {spelling: normalised(spelling) for spelling in spellings}
        kinds = {name: kind for kind, name in enumerate(sorted(set(names.values())))}
        rows = [
            (spelling, kinds[name], name, name if name in department.leaving else OTHER, is_identifying(name))
            for spelling, name in names.items()
        ]
        self.sql.execute(f"""
            CREATE TEMP TABLE types_{position}
                (type_text VARCHAR, kind SMALLINT, name VARCHAR, leaves_as VARCHAR, is_identifying BOOLEAN)""")
        if rows:
            self.sql.executemany(f"INSERT INTO types_{position} VALUES (?, ?, ?, ?, ?)", rows)

    def deliver(self, position: int, department: Department) -> None:
        """Writes `extract.parquet` and `incomplete.parquet`; the hash of each record is made on the way."""
        record = pseudonym(self.programme.key, f"record/{department.id}", "e.record")
        attributes = "".join(f", p.{name}" for name in ("sex", "age_band") if name in self.programme.attributes)
        rows = f"""
            SELECT p.pseudonym AS person, CASE WHEN e.record IS NOT NULL THEN {record} END AS record,
                t.leaves_as AS type, start_day AS start, end_day AS "end", c.pseudonym AS child{attributes}
            FROM extract_{position} e
            JOIN numbers p ON p.id = e.person
            JOIN (SELECT DISTINCT kind, leaves_as FROM types_{position}) t USING (kind)
            LEFT JOIN numbers c ON c.id = e.child
            ORDER BY e.person, start, "end" NULLS FIRST, type, record NULLS FIRST, e.child NULLS FIRST"""
        metadata = self.programme.metadata(department.id)
        self.copy(rows, f"delivery/{department.id}/extract.parquet", metadata)
        persons = (
            f"SELECT pseudonym AS person FROM incomplete_{position} i JOIN numbers n ON n.id = i.person ORDER BY 1"
        )
        self.copy(persons, f"delivery/{department.id}/incomplete.parquet", metadata)

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

    # Files

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


def trimmed(cell: str) -> str:
    """A cell without white space around it; the pattern is only tried where there is any."""
    pattern = f"regexp_replace({cell}, '^[{WHITE}]+|[{WHITE}]+$', '', 'g')"
    return f"CASE WHEN regexp_matches({cell}, '[{WHITE}]') THEN {pattern} ELSE {cell} END"


def bare_digits(cell: str, department: Department) -> str:
    """A cell as the ten digits of a number where it is spelled like one, else as it is (contract, section 3)."""
    between = rf"[-\x{{2011}}\x{{2013}}{WHITE}]"
    spelling = rf"^[{WHITE}]*\'?(\d{{6}}){between}?(\d{{4}})(?:\.0)?[{WHITE}]*$"
    digits = rf"regexp_replace({cell}, {text(spelling)}, '\1\2')"
    if department.leading_zero_lost:
        spelling = rf"^[{WHITE}]*\'?(\d{{9}})(?:\.0)?[{WHITE}]*$"
        digits = rf"regexp_replace({digits}, {text(spelling)}, '0\1')"
    return digits


def number(digits: str) -> str:
    """Bare digits as a whole number: null where they mean "unknown", -1 where they are none."""
    return f"""CASE WHEN regexp_full_match({digits}, '\\d{{10}}') THEN nullif({digits}::BIGINT, 0)
        WHEN {digits} IS NULL OR regexp_full_match({digits}, '[{WHITE}]*0?[{WHITE}]*') THEN NULL ELSE -1 END"""


def day_of_year(date: str) -> str:
    """Month and day of a date, so that 29 February comes before 1 March in every year."""
    return f"(month({date}) * 100 + day({date}))"


def pseudonym(key: bytes, space: str, message: str) -> str:
    """The first 16 bytes of HMAC-SHA-256(key, `udpeg/1/<space>:` + message), in hex (RFC 2104, FIPS 180-4)."""
    inner, outer = pads(key)
    prefix = inner + f"udpeg/1/{space}:".encode()
    return f"left(sha256({blob(outer)} || unhex(sha256({blob(prefix)} || encode({message})))), 32)"


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


def main() -> None:
    """Runs the job on a programme, into a folder."""
    if len(sys.argv) != 3:
        raise SystemExit(f"usage: {sys.argv[0]} PROGRAMME OUT")
    programme = read_programme(Path(sys.argv[1]))
    Job(programme, Path(sys.argv[2]) / programme.period).run()


if __name__ == "__main__":
    main()
