"""Running a command and measuring it; what the measurements stand on. Needs the standard library only."""

import argparse
import datetime
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Above this load of other processes, before anything is measured, times mean little.
QUIET = 0.3


# A program and its arguments.
Command = list[str | Path]


class Failed(SystemExit):
    """A command failed; ends the script with its own words."""


@dataclass
class Times:
    """Repeated measurements of one command: wall and CPU time in seconds, peak resident memory in bytes.

    CPU time includes that of a command's own child processes; the peak is that of the largest process.
    """

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)

    def add(self, wall: float, cpu: float, peak: int) -> None:
        """Adds one measurement."""
        self.wall.append(round(wall, 4))
        self.cpu.append(round(cpu, 4))
        self.peak.append(peak)

    @property
    def median(self) -> tuple[float, float, float]:
        """The medians of wall time, CPU time and peak."""
        return statistics.median(self.wall), statistics.median(self.cpu), statistics.median(self.peak)


# A process counts as at least as large as the one that started it, so each is started by a small one, which hands back
# wall time, CPU time, peak and exit status on the last line.
LAUNCHER = """
import os, sys, time
began = time.perf_counter()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - began
print()
print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status))
"""


def measure(command: Command, times: Times) -> None:
    """Runs a command to its end and adds what it took."""
    # What was written before must not be written out meanwhile.
    os.sync()
    launch = [sys.executable, "-I", "-S", "-c", LAUNCHER, *map(str, command)]
    done = subprocess.run(launch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    said, _, last = done.stdout.rstrip().rpartition("\n")
    wall, cpu, peak, status = last.split()
    if status != "0":
        raise Failed(f"{Path(command[0]).name} failed with {status}:\n{said}")
    times.add(float(wall), float(cpu), int(peak))


def in_turns(commands: dict[str, Callable[[], Command]], runs: int, note: Callable[[str], None]) -> dict[str, Times]:
    """Measures several commands, one after the other, so many times over, so that what changes meanwhile hits all.

    Each is prepared, outside the time, by the function that gives it.
    """
    times = {name: Times() for name in commands}
    for turn in range(runs):
        for name, prepare in commands.items():
            note(f"run {turn + 1} of {runs}: {name}")
            measure(prepare(), times[name])
    return times


def existing_program(path: str) -> Path:
    """A path that was typed, of a program that is there."""
    found = Path(path).resolve()
    if not os.access(found, os.X_OK) or found.is_dir():
        raise argparse.ArgumentTypeError(f"{path} is no program")
    return found


def note(what: str) -> None:
    """Tells how far the work has come."""
    print(f"  {what}", file=sys.stderr, flush=True)


def output_of(*command: str | Path) -> str:
    """What a command prints."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return done.stdout.strip()


def machine() -> dict[str, object]:
    """What the measurements stand on."""
    info = Path("/proc/cpuinfo").read_text()
    flags = set(re.search(r"^flags\s*:(.*)$", info, re.MULTILINE)[1].split())
    memory = re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())[1]
    return {
        "processor": re.search(r"^model name\s*:\s*(.*)$", info, re.MULTILINE)[1],
        "cores": len(os.sched_getaffinity(0)),
        "instructions": sorted(flags & {"sha_ni", "avx2", "avx512f"}),
        "memory": int(memory) * 1024,
        "system": f"{os.uname().sysname} {os.uname().release}",
        "load": round(os.getloadavg()[0], 2),
        "date": datetime.date.today().isoformat(),
        "commit": commit(),
    }


def commit() -> str:
    """What the source is, as far as that is known."""
    git = ["git", "-C", ROOT]
    named = subprocess.run([*git, "describe", "--always"], capture_output=True, text=True, check=False).stdout.strip()
    # What one measurement records does not make the source of the next another.
    others = [*git, "diff", "--quiet", "HEAD", "--", ".", ":(exclude)docs/performance*"]
    is_changed = named and subprocess.run(others, capture_output=True, check=False).returncode != 0
    return (named or "an unknown commit") + ("-dirty" if is_changed else "")


def warn_if_busy() -> None:
    """Says so where other processes are at work."""
    if (load := os.getloadavg()[0]) > QUIET:
        note(f"the load of this machine is {load:.1f}: other processes are at work, and times will not mean much")
