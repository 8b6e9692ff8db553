"""The programme file and the key, as the two scripts of the comparison read them.

Follows the contract's section 2, for a file that `udpeg` accepts: mistakes are not looked for. A key or value that the
scripts do not know is refused, so that none is passed over in silence.
"""

import csv
import datetime
import glob
import hashlib
import os
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

YEAR_MEASURES = ("years", "years_unbroken")
MEASURES = (*YEAR_MEASURES, "open_cases", "cases", "children", "departments")
OTHER = "other"
EPOCH = datetime.date(1970, 1, 1)
KINDS = ("family", "citizen")

KNOWN = {
    "": "programme purpose persons family department rule eligibility selection coordinator disclosure",
    "programme": "name period as_of key out",
    "persons": "age_bands attributes",
    "family": "max_adults_per_child apart_types",
    "department": "id input format types columns",
    "format": "delimiter encoding dates leading_zero_lost",
    "columns": "person type start end record child",
    "rule": "id department measure types window_years max_gap_days bands points_per max",
    "band": "from points",
    "eligibility": "min_departments min_points ages require",
    "selection": "size reserve tie_break lottery quota",
}


class Unsupported(SystemExit):
    """Something that these scripts do not do; ends the script with a message."""

    def __init__(self, what: str):
        super().__init__(f"the scripts of the comparison cannot do this: {what}")


@dataclass
class Department:
    """A department and how it writes."""

    id: str
    files: list[Path]
    delimiter: str
    encoding: str
    dates: str
    leading_zero_lost: bool
    columns: dict[str, str]
    leaving: set[str] = field(default_factory=set)

    def header(self, file: Path) -> tuple[int, dict[str, int]]:
        """The number of columns of a file, and where each canonical column stands."""
        encoding = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        with file.open(encoding=encoding, newline="") as lines:
            names = [normalised(name) for name in next(csv.reader(lines, delimiter=self.delimiter))]
        return len(names), {column: names.index(name) for column, name in self.columns.items()}


@dataclass
class Rule:
    """One rule of the points system."""

    id: str
    measure: str
    department: int | None
    types: list[str] | None
    first_day: int | None
    max_gap_days: int
    bands: list[tuple[float, int]] | None
    points_per: int | None
    max: int | None

    @property
    def in_years(self) -> bool:
        """Whether its amounts are days, shown as years."""
        return self.measure in YEAR_MEASURES


@dataclass
class Programme:
    """What the job needs of a programme file."""

    folder: Path
    period: str
    as_of: datetime.date
    key: bytes
    age_bands: list[int]
    attributes: list[str]
    max_adults_per_child: int
    apart_types: set[str]
    departments: list[Department]
    rules: list[Rule]
    min_departments: int
    min_points: int | None
    bands_taking_part: set[str] | None
    require: list[str]
    size: int
    reserve: int
    tie_break: list[str]
    lottery: str
    quota: dict[str, tuple[int, int | None]]
    sha256: str

    @property
    def as_of_day(self) -> int:
        """`as_of` in days since 1970-01-01."""
        return (self.as_of - EPOCH).days

    @property
    def band_labels(self) -> list[str]:
        """The labels of all age bands, youngest first."""
        edges = [0, *self.age_bands]
        return [f"{low}-{high - 1}" for low, high in zip(edges, edges[1:])] + [f"{edges[-1]}+"]

    def metadata(self, department: str | None = None) -> dict[str, str]:
        """What stands in the file metadata of a Parquet output."""
        entries = {
            "udpeg.format": "1",
            "udpeg.period": self.period,
            "udpeg.as_of": self.as_of.isoformat(),
            "udpeg.key_id": hashlib.sha256(b"udpeg/1/key-id:" + self.key).hexdigest()[:16],
            "udpeg.programme": self.sha256,
        }
        if department is not None:
            entries |= {"udpeg.department": department, "udpeg.age_bands": ",".join(map(str, self.age_bands))}
        return entries


def normalised(text: str) -> str:
    """Headers and types as they are compared: trimmed and in Unicode NFC."""
    return unicodedata.normalize("NFC", text.strip())


# Ten digits, or six and four with a hyphen or space between, with no letter or digit right before or after.
IDENTIFYING = re.compile(r"(?<![^\W_])([0-9]{2})([0-9]{2})([0-9]{2})[- ]?([0-9])[0-9]{3}(?![^\W_])")


def is_identifying(name: str) -> bool:
    """Whether a type holds what looks like a CPR number (contract, section 4)."""
    for match in IDENTIFYING.finditer(name):
        day, month, year, seventh = (int(part) for part in match.groups())
        try:
            datetime.date(century(seventh, year) + year, month, day - 60 if day > 60 else day)
        except ValueError:
            continue
        return True
    return False


def century(seventh: int, year: int) -> int:
    """The century of a birth, from the seventh digit and the year's two (contract, section 3)."""
    if seventh <= 3 or (seventh in (4, 9) and year >= 37):
        return 1900
    return 2000 if seventh in (4, 9) or year <= 57 else 1800


def read_programme(path: Path) -> Programme:
    """Reads a programme file and its key."""
    raw = path.read_bytes()
    table = tomllib.loads(raw.decode())
    check_keys("", table)
    for name in ("programme", "persons", "family", "eligibility", "selection"):
        check_keys(name, table.get(name, {}))
    head, persons, family = table["programme"], table["persons"], table.get("family", {})
    eligibility, selection = table.get("eligibility", {}), table["selection"]
    departments = [read_department(path.parent, department) for department in table["department"]]
    rules = [read_rule(rule, departments, head["as_of"]) for rule in table["rule"]]
    apart_types = set(map(normalised, family.get("apart_types", [])))
    for position, department in enumerate(departments):
        department.leaving |= apart_types
        for rule in rules:
            if rule.department == position:
                department.leaving |= set(rule.types or [])
    text = (path.parent / head["key"]).read_text().strip()
    quota = selection.get("quota", {})
    programme = Programme(
        folder=path.parent,
        period=head["period"],
        as_of=head["as_of"],
        key=bytes.fromhex(text.removeprefix("udpeg-key-1:")),
        age_bands=persons["age_bands"],
        attributes=persons.get("attributes", []),
        max_adults_per_child=family.get("max_adults_per_child", 4),
        apart_types=apart_types,
        departments=departments,
        rules=rules,
        min_departments=eligibility.get("min_departments", 0),
        min_points=eligibility.get("min_points"),
        bands_taking_part=None,
        require=eligibility.get("require", []),
        size=selection["size"],
        reserve=selection.get("reserve", 0),
        tie_break=selection.get("tie_break", []),
        lottery=selection.get("lottery", head["period"]),
        quota={kind: (quota.get(kind, {}).get("min", 0), quota.get(kind, {}).get("max")) for kind in KINDS},
        sha256=hashlib.sha256(raw).hexdigest(),
    )
    if "ages" in eligibility:
        programme.bands_taking_part = bands_within(programme.band_labels, eligibility["ages"])
    return programme


def check_keys(name: str, table: dict) -> None:
    """Refuses a table with a key that these scripts do not know."""
    if unknown := table.keys() - set(KNOWN[name].split()):
        raise Unsupported(f"{', '.join(sorted(unknown))} in [{name}] of the programme file")


def read_department(folder: Path, table: dict) -> Department:
    """One `[[department]]`."""
    form = table.get("format", {})
    check_keys("department", table)
    check_keys("format", form)
    check_keys("columns", table["columns"])
    files = input_files(folder, table["input"])
    if wrong := [file for file in files if file.suffix.lower() not in (".csv", ".tsv")]:
        raise Unsupported(f"reading {wrong[0].suffix} files")
    encoding = form.get("encoding", "utf-8").lower()
    if encoding not in ("utf-8", "windows-1252"):
        raise Unsupported(f"the encoding {encoding}")
    default = "\t" if all(file.suffix.lower() == ".tsv" for file in files) else ","
    return Department(
        id=table["id"],
        files=files,
        delimiter=form.get("delimiter", default),
        encoding=encoding,
        dates=form.get("dates", "%Y-%m-%d"),
        leading_zero_lost=form.get("leading_zero_lost", False),
        columns={canonical: normalised(name) for canonical, name in table["columns"].items()},
        leaving=set(map(normalised, table.get("types", []))),
    )


def input_files(folder: Path, inputs: str | list[str]) -> list[Path]:
    """The files that `input` names, each once."""
    files: dict[Path, None] = {}
    for name in [inputs] if isinstance(inputs, str) else inputs:
        path = folder / name
        found = [str(path)] if path.exists() else sorted(glob.glob(str(path)), key=os.fsencode)
        files |= dict.fromkeys(map(Path, found))
    return list(files)


def read_rule(table: dict, departments: list[Department], as_of: datetime.date) -> Rule:
    """One `[[rule]]`."""
    check_keys("rule", table)
    if table["measure"] not in MEASURES:
        raise Unsupported(f"the measure {table['measure']}")
    for band in table.get("bands", []):
        check_keys("band", band)
    ids = [department.id for department in departments]
    window = table.get("window_years")
    return Rule(
        id=table["id"],
        measure=table["measure"],
        department=ids.index(table["department"]) if "department" in table else None,
        types=list(map(normalised, table["types"])) if "types" in table else None,
        first_day=None if window is None else (years_before(as_of, window) - EPOCH).days + 1,
        max_gap_days=table.get("max_gap_days", 0),
        bands=[(band["from"], band["points"]) for band in table["bands"]] if "bands" in table else None,
        points_per=table.get("points_per"),
        max=table.get("max"),
    )


def years_before(day: datetime.date, years: int) -> datetime.date:
    """The same day so many calendar years before; the 28th where that year has no 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def bands_within(labels: list[str], ages: str) -> set[str]:
    """The age bands that `ages`, which begins and ends on their edges, covers."""
    bounds = re.fullmatch(r"(\d+)(?:-(\d+)|\+)", ages)
    low, high = int(bounds[1]), int(bounds[2] or 10**6)
    return {label for label in labels if low <= int(re.match(r"\d+", label)[0]) <= high}
