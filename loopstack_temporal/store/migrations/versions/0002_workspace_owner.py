"""Whose workspace it is: an app's, and a person's in it. Neither: everybody's, as all were before."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the two columns."""
    op.add_column("workspace", sa.Column("app", sa.Text()))
    op.add_column("workspace", sa.Column("user_id", sa.Text()))
