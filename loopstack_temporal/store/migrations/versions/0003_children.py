"""Runs know the step of their parent that decided on them, and whom to tell when they end."""

import sqlalchemy as sa
from alembic import op

from loopstack_temporal.store.columns import JsonText

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; runs that exist have no children."""
    for column in (
        sa.Column("parent_step", sa.Integer(), comment="The parent's step that decided on this run."),
        sa.Column("callback", sa.Text(), comment="The parent's wait transition that is told when this run ends."),
        sa.Column("callback_meta", JsonText()),
        sa.Column(
            "superseded",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="The parent's step was undone.",
        ),
        sa.Column(
            "children", sa.Integer(), nullable=False, server_default="0", comment="Runs this one has decided on."
        ),
    ):
        op.add_column("run", column)
