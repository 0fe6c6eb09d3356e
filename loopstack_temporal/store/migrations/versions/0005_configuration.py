"""Runs keep the configuration they were started with."""

import sqlalchemy as sa
from alembic import op

from loopstack_temporal.store.columns import JsonText

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; runs that exist have none."""
    op.add_column("run", sa.Column("config", JsonText(), comment="Of the type `config_schema=`, with its defaults."))
