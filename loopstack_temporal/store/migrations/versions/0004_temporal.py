"""Which Temporal the runs live in, and how often each was paused or resumed there."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; the next worker says which Temporal it is."""
    op.add_column(
        "identity",
        sa.Column(
            "temporal_id",
            sa.Text(),
            comment="Id of the Temporal namespace that the runs live in, once a worker has said.",
        ),
    )
    op.add_column("identity", sa.Column("temporal_name", sa.Text(), comment="Its name and address then."))
    op.add_column(
        "run",
        sa.Column(
            "pauses",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="Words on that by the present Temporal run.",
        ),
    )
