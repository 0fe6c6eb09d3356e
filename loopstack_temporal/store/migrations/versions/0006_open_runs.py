"""Finding the open runs, and those that wait for a person, without reading all that ever ran."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add two indexes that hold only such runs."""
    unended = sa.text("ended_at IS NULL")
    op.create_index("ix_run_open", "run", ["app", "id"], sqlite_where=unended, postgresql_where=unended)
    op.create_index(
        "ix_run_for_people",
        "run",
        ["created_at", "id"],
        sqlite_where=sa.text("awaits_person = 1"),
        postgresql_where=sa.text("awaits_person"),
    )
