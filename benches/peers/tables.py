"""Measurements as tables of text, for the terminal and for Markdown."""

import math
from collections.abc import Sequence

from measuring import QUIET, Times


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is flushed left, the others right."""
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = [cells[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:])]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    return "\n".join([line(head), line(rule), *map(line, rows)])


def seconds(value: float) -> str:
    """A time with three significant digits, at least milliseconds."""
    if value >= 100:
        return f"{value:.0f} s"
    if value >= 10:
        return f"{value:.1f} s"
    return f"{value:.2f} s" if value >= 1 else f"{value:.3f} s"


def mebibytes(value: float) -> str:
    """An amount of memory."""
    return f"{value / 2**20:,.0f} MiB"


def ratio(value: float) -> str:
    """How many times as much."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def per_second(value: float) -> str:
    """A rate with three significant digits."""
    for unit, size in ((" G", 1e9), (" M", 1e6), (" k", 1e3)):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def basis(entry: dict) -> str:
    """What an entry was measured on, as a sentence."""
    on = entry["machine"]
    busy = " **Other processes were at work, so the times mean little.**" if on["load"] > QUIET else ""
    instructions = ", ".join(on["instructions"]) or "none of sha_ni, avx2, avx512f"
    return (
        f"Measured on {on['date']} at {on['commit']}: {on['cores']} cores of {on['processor']} ({instructions}), "
        f"{on['memory'] / 2**30:.0f} GiB, {on['system']}; load of the machine beforehand {on['load']}.{busy}"
    )


def extent(entry: dict) -> str:
    """What was measured, as a sentence."""
    runs = len(next(iter(entry["jobs"].values()))["wall"])
    who = f"{entry['adults']:,} adults, " if entry["adults"] else ""
    return f"{who}{entry['rows']:,} rows, {entry['bytes'] / 1e6:,.1f} MB of CSV; medians of {runs} runs in turns."


def jobs(entry: dict) -> str:
    """The whole job by every contestant, and how many times udpeg's that is."""
    least = Times(**entry["jobs"]["udpeg"]).median
    rows = []
    for name, times in entry["jobs"].items():
        wall, cpu, peak = Times(**times).median
        spread = f"{seconds(min(times['wall']))} to {seconds(max(times['wall']))}"
        ratios = [ratio(amount / of) for amount, of in zip((wall, cpu, peak), least)]
        rows.append([name, seconds(wall), spread, seconds(cpu), mebibytes(peak), *ratios])
    return table(["", "wall", "from, to", "CPU", "peak memory", "× wall", "× CPU", "× memory"], rows)


def steps(entry: dict) -> str:
    """The steps of udpeg, one by one."""
    rows = []
    for name, times in entry["steps"].items():
        wall, cpu, peak = Times(**times).median
        rows.append([name, seconds(wall), seconds(cpu), mebibytes(peak)])
    return table(["step", "wall", "CPU", "peak memory"], rows)


def growth(entry: dict, name: str) -> str:
    """What one contestant took for each size, and with which power of the rows that grows from the size before."""
    sizes = [(size["rows"], Times(**size["jobs"][name]).median) for size in entry["sizes"] if name in size["jobs"]]
    rows = []
    for before, now in zip([None, *sizes], sizes):
        count, (wall, cpu, peak) = now
        powers = ["", ""] if before is None else [f"{power(before, now, at):.2f}" for at in (0, 2)]
        cells = [f"{count:,}", seconds(wall), per_second(count / wall), seconds(cpu), mebibytes(peak)]
        rows.append([*cells, *powers])
    return table(["rows", "wall", "rows/s", "CPU", "peak memory", "power, time", "power, memory"], rows)


def tenfold(entry: dict) -> str:
    """What udpeg takes for the largest size against the one with a tenth of its rows, as a sentence."""
    sizes = [(size["rows"], Times(**size["jobs"]["udpeg"]).median) for size in entry["sizes"]]
    pairs = [(one, other) for one in sizes for other in sizes if 9.5 < other[0] / one[0] < 10.5]
    if not pairs:
        return "No two sizes differ tenfold."
    one, other = pairs[-1]
    time, peak = (other[1][at] / one[1][at] for at in (0, 2))
    return (
        f"From {one[0]:,} rows to {other[0]:,}, {other[0] / one[0]:.1f} times as many, udpeg takes {ratio(time)} times "
        f"the time and {ratio(peak)} times the memory."
    )


def power(one: tuple, other: tuple, at: int) -> float:
    """With which power of the rows an amount grows between two sizes."""
    return math.log(other[1][at] / one[1][at]) / math.log(other[0] / one[0])


def shares(entry: dict) -> str:
    """Where the CPU time goes, by what the processor was found doing."""
    by_share = sorted(entry["shares"].items(), key=lambda item: -item[1])
    cpu = Times(**entry["jobs"]["udpeg"]).median[1]
    rows = [[name, f"{share:.1%}", seconds(share * cpu)] for name, share in by_share]
    return table(["", "share", "CPU"], rows)


def floor(entry: dict) -> str:
    """What the job cannot do without, and how far from it the whole job is."""
    rows = [
        [
            piece["name"],
            f"{piece['amount']:,} {piece['unit']}",
            per_second(piece["amount"] / piece["seconds"]),
            seconds(piece["seconds"]),
        ]
        for piece in entry["floor"]
    ]
    least = sum(piece["seconds"] for piece in entry["floor"])
    wall, cpu, _ = Times(**entry["jobs"]["udpeg"]).median
    cores = entry["machine"]["cores"]
    rows += [
        ["together, on one core", "", "", seconds(least)],
        [f"together, on {cores} cores", "", "", seconds(least / cores)],
        ["`udpeg run`, CPU", "", f"{ratio(cpu / least)} ×", seconds(cpu)],
        [f"`udpeg run`, wall, {cores} cores", "", f"{ratio(wall / (least / cores))} ×", seconds(wall)],
    ]
    return table(["", "amount", "a second", "time"], rows)


def stages(entry: dict) -> str:
    """How many rows each stage does in a second."""
    return table(["stage", "rows/s"], [[name, per_second(rate)] for name, rate in entry["stages"].items()])
