"""The table: printed, kept as JSON, and put into the documentation."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.measuring import Row
from loopstack_temporal.temporal.cli_program import find_temporal_cli

RESULTS = Path(__file__).parent / "results" / "latest.json"
DOCS = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- measurements: begin -->", "<!-- measurements: end -->"
HEAD = ("measured", "database", "unit", "product", "hand-written", "ratio", "paired")


@dataclass(frozen=True)
class Machine:
    """Where a series ran, in words that name nobody's machine."""

    cores: int
    system: str
    python: str
    temporal: str
    sdk: str
    databases: tuple[str, ...]
    load: float
    """Average load when the series began; the series itself adds to it later."""

    @property
    def sentence(self) -> str:
        """All of it, for people."""
        return (
            f"{self.cores} cores, {self.system}, Python {self.python}, {self.temporal}, SDK {self.sdk}, "
            f"{', '.join(self.databases)}; load {self.load:.1f} when it began"
        )


def machine() -> Machine:
    """This machine, before anything is measured; its databases are added when they are known."""
    return Machine(
        cores=os.cpu_count() or 0,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        temporal=_temporal_version(),
        sdk=version("temporalio"),
        databases=(),
        load=os.getloadavg()[0],
    )


def sqlite_version() -> str:
    """`SQLite 3.45.1`."""
    return f"SQLite {sqlite3.sqlite_version}"


def table(rows: Sequence[Row], *, markdown: bool = False) -> str:
    """The rows as aligned text, or as a table of a Markdown page."""
    cells = [HEAD, *(_cells(row) for row in rows)]
    if markdown:
        lines = ["| " + " | ".join(line) + " |" for line in cells]
        return "\n".join([lines[0], "|" + "---|" * len(HEAD), *lines[1:]])
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def keep(rows: Sequence[Row], where: Machine, *, quick: bool) -> Path:
    """Write `results/latest.json`, every single figure included."""
    content = {
        "at": _now(),
        "quick": quick,
        "machine": asdict(where),
        "rows": [asdict(row) | {"ratio": row.ratio, "paired": row.paired} for row in rows],
    }
    RESULTS.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return RESULTS


def document(rows: Sequence[Row], where: Machine, page: Path = DOCS) -> None:
    """Put the table between the marks of the page."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name} has lost its marks `{BEGIN}` and `{END}`")
    text = f"Measured {_now()[:10]}: {where.sentence}."
    page.write_text(f"{before}{BEGIN}\n{text}\n\n{table(rows, markdown=True)}\n{END}{after}")


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        row.database,
        row.unit,
        _span(row.product),
        _span(row.twin),
        _ratio(row.ratio),
        _ratio(row.paired),
    )


def _ratio(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}"


def _span(figures: Sequence[float]) -> str:
    """Median and range."""
    if not figures:
        return "-"
    if len(figures) == 1:
        return _short(figures[0])
    return f"{_short(median(figures))} ({_short(min(figures))} … {_short(max(figures))})"


def _short(figure: float) -> str:
    return f"{figure:.2f}" if figure < 20 else f"{figure:.1f}" if figure < 100 else f"{figure:,.0f}"


def _temporal_version() -> str:
    told = subprocess.run([find_temporal_cli(), "--version"], capture_output=True, text=True, check=True, timeout=30)
    return told.stdout.strip().splitlines()[0]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
