"""In DuckDB: from the departments' CSV files to their deliveries."""

from pathlib import Path

from duckdb_tools import Step, blob, text
from hashing import pads
from programme import OTHER, Department, is_identifying, normalised

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


class Extracts(Step):
    """The steps, in order; each leaves tables for the next."""

    def run(self) -> None:
        """Leaves `numbers` of everyone, and `extract_<n>`, `incomplete_<n>` and `types_<n>` of each department."""
        for position, department in enumerate(self.programme.departments):
            self.read(position, department)
        self.number_persons()
        for position, department in enumerate(self.programme.departments):
            self.accept(position, department)
            self.deliver(position, department)

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
            LEFT JOIN {children_of(department)} c ON c.number = r.child_number;
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
            LEFT JOIN {children_of(department)} c ON c.id = e.child
            ORDER BY e.person, start, "end" NULLS FIRST, type, record NULLS FIRST, e.child NULLS FIRST"""
        metadata = self.programme.metadata(department.id)
        self.copy(rows, f"delivery/{department.id}/extract.parquet", metadata)
        persons = (
            f"SELECT pseudonym AS person FROM incomplete_{position} i JOIN numbers n ON n.id = i.person ORDER BY 1"
        )
        self.copy(persons, f"delivery/{department.id}/incomplete.parquet", metadata)


def children_of(department: Department) -> str:
    """Where a department's children are found: nowhere, and without work, where it has no such column."""
    return "numbers" if "child" in department.columns else "(FROM numbers WHERE false)"


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
