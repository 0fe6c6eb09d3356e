"""Runs migrations on the connection that `migrate.upgrade` opened; its transaction and lock are the caller's."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
context.run_migrations()
