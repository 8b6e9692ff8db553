"""What a comparison needs before anything is measured: the program, the peers' packages, made-up extracts.

Needs the standard library only.
"""

import hashlib
import shutil
import subprocess
import sys
import tomllib
import venv
from dataclasses import dataclass
from pathlib import Path

from measuring import ROOT, Failed, note, output_of

HERE = Path(__file__).resolve().parent
FOLDER = ROOT / "target" / "peers"

# Bytes of disk that a row takes at most: its extract, and what three contestants make of it.
BYTES_A_ROW = 320
ROWS_AN_ADULT = 1.533


@dataclass
class Data:
    """A programme and its extracts."""

    programme: Path
    period: str
    rows: int
    bytes: int
    adults: int | None

    def measures(self) -> dict[str, int | None]:
        """Its size, for a record."""
        return {"adults": self.adults, "rows": self.rows, "bytes": self.bytes}


def peers() -> dict[str, list[str | Path]]:
    """The commands of the other contestants, to which programme and folder are added."""
    python = python_with_packages()
    return {"DuckDB": [python, HERE / "duckdb_job.py"], "Polars": [python, HERE / "polars_job.py"]}


def build() -> Path:
    """The program, built as it is released."""
    note("building udpeg")
    if subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=False).returncode != 0:
        raise Failed("udpeg could not be built; cargo says why")
    return ROOT / "target" / "release" / "udpeg"


def python_with_packages() -> Path:
    """A Python that has the pinned packages: this one, or that of a virtual environment, made where it is missing."""
    if has_packages(Path(sys.executable)):
        return Path(sys.executable)
    environment = FOLDER / "venv"
    python = environment / "bin" / "python"
    if not (python.exists() and has_packages(python)):
        note("installing the packages of requirements.txt")
        venv.create(environment, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "-r", HERE / "requirements.txt"], check=True)
    return python


def has_packages(python: Path) -> bool:
    """Whether a Python has the packages in exactly the pinned versions."""
    pins = (HERE / "requirements.txt").read_text().split()
    check = (
        "import sys; from importlib.metadata import version;"
        "sys.exit(any(version(name) != wanted for name, wanted in (pin.split('==') for pin in sys.argv[1:])))"
    )
    return subprocess.run([python, "-c", check, *pins], capture_output=True, check=False).returncode == 0


def emptied(folder: Path) -> Path:
    """A folder of this comparison's own, with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def make_up(udpeg: Path, folder: Path, adults: int, seed: int, dirty: str) -> Data:
    """Made-up extracts, their programme and a key, in a folder of their own."""
    emptied(folder)
    needed = int(adults * ROWS_AN_ADULT * BYTES_A_ROW)
    if (free := shutil.disk_usage(folder).free) < needed:
        raise SystemExit(f"{folder}: {needed / 1e9:.0f} GB are needed and {free / 1e9:.0f} GB are free")
    note(f"making up extracts of {adults:,} adults")
    options = ["--adults", str(adults), "--seed", str(seed), "--dirty", dirty, "--out", folder]
    output_of(udpeg, "synth", *options, "--force", "--quiet")
    output_of(udpeg, "key", "new", folder / "programme.key")
    return look_at(folder / "programme.toml", adults)


def look_at(programme: Path, adults: int | None = None) -> Data:
    """What a programme's extracts hold; reading them warms the page cache."""
    table = tomllib.loads(programme.read_text())
    rows = size = 0
    for department in table["department"]:
        inputs = department["input"]
        for name in [inputs] if isinstance(inputs, str) else inputs:
            for file in sorted(programme.parent.glob(name)) or [programme.parent / name]:
                with file.open("rb") as content:
                    lines = sum(block.count(b"\n") for block in iter(lambda c=content: c.read(1 << 20), b""))
                # The header is no row.
                rows += lines - 1
                size += file.stat().st_size
    return Data(programme, table["programme"]["period"], rows, size, adults)


def hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder, manifests excepted: they tell how long a step took."""
    found = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != "manifest.json":
            with file.open("rb") as content:
                found[str(file.relative_to(folder))] = hashlib.file_digest(content, "sha256").hexdigest()
    return found
