"""The benchmarks still measure: every row is filled for both sides. No time is asserted."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from benchmarks import report
from benchmarks.measuring import Row
from benchmarks.rows import ROWS
from benchmarks.sides import working
from benchmarks.values import Bench, Sizes
from loopstack_temporal.temporal.devserver import DevServer

TINY = Sizes(
    rounds=1,
    chain=4,
    single=2,
    runs=3,
    steps=3,
    crowd_rounds=1,
    flood=4,
    loop=40,
    loop_rounds=1,
    children=2,
    parents=2,
    held=3,
    old=5,
    turns=1,
    chat=12,
)


async def test_every_benchmark_fills_its_rows_for_the_product_and_its_twin(
    temporal: DevServer, sqlite_database: str
) -> None:
    async with working(temporal.address, sqlite_database, f"bench-{uuid4().hex[:8]}") as pair:
        for name, measure in ROWS.items():
            rows = await measure(Bench(pair, "sqlite", TINY))
            assert rows, name
            assert all(figure > 0 for row in rows for figure in (*row.product, *row.twin)), rows
            assert all(len(row.product) == len(row.twin) for row in rows), rows


def test_ratios_are_of_medians_and_of_neighbouring_samples() -> None:
    row = Row("a row", "sqlite", "ms", (2.0, 30.0, 4.0), (1.0, 10.0, 4.0))
    assert (row.ratio, row.paired) == (1.0, 2.0)


def test_the_table_is_written_between_the_marks_and_nothing_else_changes(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    row = Row("a row", "sqlite", "ms", (2.0,), (1.0,))
    report.document([row], report.Machine(2, "Linux", "3.11", "1.29", "1.35", ("SQLite 3.40",), 0.1), page)
    text = page.read_text()
    assert text.startswith(f"before\n{report.BEGIN}\nMeasured ") and text.endswith(f"{report.END}\nafter\n")
    assert "| a row | sqlite | ms | 2.00 | 1.00 | 2.00 | 2.00 |" in text and "old" not in text


def test_a_page_without_marks_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("nothing here\n")
    with pytest.raises(ValueError, match=r"performance\.md has lost its marks"):
        report.document([], report.Machine(2, "Linux", "3.11", "1.29", "1.35", (), 0.1), page)


def test_the_documentation_has_the_marks() -> None:
    assert report.BEGIN in report.DOCS.read_text() and report.END in report.DOCS.read_text()
