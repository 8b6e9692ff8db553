"""A plot of growth as SVG: time and memory against rows, both axes logarithmic.

Drawn by hand, so that it needs no package. Its colours can be told apart on a light and on a dark page.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import Times
from tables import per_second

WIDTH, HEIGHT, GAP = 400, 300, 90
LEFT, TOP, BOTTOM = 70, 40, 70
COLOURS = {"udpeg": "#2f8ac4", "DuckDB": "#d08a1d", "Polars": "#a65fb5"}
INK = "#808080"

# Rows and amounts of each contestant.
Series = dict[str, list[tuple[float, float]]]


@dataclass
class Panel:
    """One plot: where it stands and what its axes span, in powers of ten."""

    x: float
    rows: tuple[int, int]
    amounts: tuple[int, int]

    def at(self, rows: float, amount: float) -> tuple[float, float]:
        """Where a point lies."""
        across = (math.log10(rows) - self.rows[0]) / (self.rows[1] - self.rows[0])
        up = (math.log10(amount) - self.amounts[0]) / (self.amounts[1] - self.amounts[0])
        return self.x + across * WIDTH, TOP + (1 - up) * HEIGHT


def decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around some values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def text(x: float, y: float, words: str, anchor: str = "middle", colour: str = INK) -> str:
    """Words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def line(points: Sequence[tuple[float, float]], colour: str, more: str = "") -> str:
    """A line through points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" {more}/>'


def axes(panel: Panel, title: str, label: Callable[[float], str]) -> list[str]:
    """The frame, a grid of the powers of ten, and what they are."""
    drawn = [text(panel.x + WIDTH / 2, TOP - 15, title), text(panel.x + WIDTH / 2, TOP + HEIGHT + 45, "rows")]
    faint = 'stroke-opacity="0.35"'
    for power in range(panel.rows[0], panel.rows[1] + 1):
        ends = [panel.at(10.0**power, 10.0**end) for end in panel.amounts]
        drawn += [line(ends, INK, faint), text(ends[0][0], ends[0][1] + 20, per_second(10.0**power))]
    for power in range(panel.amounts[0], panel.amounts[1] + 1):
        ends = [panel.at(10.0**end, 10.0**power) for end in panel.rows]
        drawn += [line(ends, INK, faint), text(ends[0][0] - 8, ends[0][1] + 4, label(10.0**power), "end")]
    return drawn


def curves(panel: Panel, series: Series) -> list[str]:
    """A line with dots for each contestant, and its name at the end, clear of the names above it."""
    drawn = []
    lowest = -math.inf
    lines = {name: [panel.at(*point) for point in points] for name, points in series.items()}
    for name, places in sorted(lines.items(), key=lambda item: item[1][-1][1]):
        colour = COLOURS.get(name, INK)
        drawn.append(line(places, colour, 'stroke-width="2"'))
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        x, y = places[-1]
        lowest = max(y, lowest + 15)
        drawn.append(text(x + 8, lowest + 4, name, "start", colour))
    return drawn


def in_proportion(panel: Panel, through: tuple[float, float]) -> str:
    """A dashed line through a point, along which ten times the rows give ten times as much."""
    low = max(10.0 ** panel.rows[0] / through[0], 10.0 ** panel.amounts[0] / through[1])
    high = min(10.0 ** panel.rows[1] / through[0], 10.0 ** panel.amounts[1] / through[1])
    ends = [panel.at(through[0] * factor, through[1] * factor) for factor in (low, high)]
    return line(ends, INK, 'stroke-dasharray="4 4"')


def panel_of(x: float, title: str, label: Callable[[float], str], series: Series, rows: tuple[int, int]) -> list[str]:
    """One plot of all contestants."""
    panel = Panel(x, rows, decades([amount for points in series.values() for _, amount in points]))
    last = max(series["udpeg"])
    return [*axes(panel, title, label), in_proportion(panel, last), *curves(panel, series)]


def series_of(entry: dict, amount: Callable[[Times], float]) -> Series:
    """Rows and an amount for each contestant and size."""
    series: Series = {}
    for size in entry["sizes"]:
        for name, times in size["jobs"].items():
            series.setdefault(name, []).append((size["rows"], amount(Times(**times))))
    return series


def draw(entry: dict, file: Path) -> None:
    """Draws the growth of time and memory."""
    rows = decades([size["rows"] for size in entry["sizes"]])
    wall = series_of(entry, lambda times: times.median[0])
    peak = series_of(entry, lambda times: times.median[2] / 2**20)
    drawn = [
        *panel_of(LEFT, "time, whole job", lambda value: f"{value:g} s", wall, rows),
        *panel_of(2 * LEFT + WIDTH + GAP, "peak memory", lambda value: f"{value:,.0f} MiB", peak, rows),
        text(LEFT, TOP + HEIGHT + BOTTOM - 8, "dashed: in proportion to the rows", "start"),
    ]
    view = f"0 0 {2 * (LEFT + WIDTH + GAP)} {TOP + HEIGHT + BOTTOM}"
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" font-family="sans-serif" font-size="13">'
    file.write_text("\n".join([opening, *drawn, "</svg>"]) + "\n")
