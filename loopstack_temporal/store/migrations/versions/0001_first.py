"""The first schema."""

import uuid

import sqlalchemy as sa
from alembic import op

from loopstack_temporal.store.columns import JsonText, Moment, now

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table, the default workspace and this database's name."""
    _runs()
    _steps_and_documents()
    _triggers_and_effects()
    _events()
    _processes()
    _first_rows()


def _runs() -> None:
    op.create_table(
        "workspace",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("favourite", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column(
            "run_count",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Number of the last run created here.",
        ),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspace"),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="Without pause; `paused_at` says that."),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "epoch", sa.Integer(), server_default="0", nullable=False, comment="0: no Temporal run has been seen yet."
        ),
        sa.Column("event_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("document_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "checkpoint_step", sa.Integer(), nullable=True, comment="The live step whose row holds the current state."
        ),
        sa.Column("engine", sa.Integer(), nullable=True),
        sa.Column("has_error", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("error", JsonText(), nullable=True),
        sa.Column("error_transition", sa.Text(), nullable=True),
        sa.Column("can_retry", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("retry", JsonText(), nullable=True),
        sa.Column("failures", JsonText(), nullable=True),
        sa.Column("args", JsonText(), nullable=True),
        sa.Column("result", JsonText(), nullable=True),
        sa.Column("awaiting", JsonText(), nullable=True),
        sa.Column("awaits_person", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("path", JsonText(), nullable=True),
        sa.Column("catalogue_hash", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("root_id", sa.Text(), nullable=False),
        sa.Column("start_token", sa.Text(), nullable=True),
        sa.Column("first_execution_run_id", sa.Text(), nullable=True),
        sa.Column("temporal_run_id", sa.Text(), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("cancel_by", sa.Text(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("paused_at", Moment(), nullable=True),
        sa.Column("paused_by", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_run_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )
    op.create_index("ix_run_created_at_id", "run", ["created_at", "id"], unique=False)
    op.create_index("ix_run_parent_id", "run", ["parent_id"], unique=False)
    op.create_index("ix_run_root_id", "run", ["root_id"], unique=False)
    op.create_index("ix_run_status_created_at", "run", ["status", "created_at"], unique=False)
    op.create_index("ix_run_workflow_created_at", "run", ["workflow", "created_at"], unique=False)
    op.create_index("ix_run_workspace_id_number", "run", ["workspace_id", "number"], unique=True)
    op.create_table(
        "run_epoch",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("temporal_run_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("registered_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_run_epoch_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "temporal_run_id", name="pk_run_epoch"),
    )
    op.create_index("ix_run_epoch_run_id_epoch", "run_epoch", ["run_id", "epoch"], unique=True)


def _steps_and_documents() -> None:
    op.create_table(
        "step",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("superseded", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("transition", sa.Text(), nullable=False),
        sa.Column("from_place", sa.Text(), nullable=False),
        sa.Column("to_place", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("try_no", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column(
            "claims", sa.Integer(), server_default="0", nullable=False, comment="Claims since the last known outcome."
        ),
        sa.Column("failure_no", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("trigger_id", sa.Text(), nullable=True),
        sa.Column("trigger", JsonText(), nullable=True),
        sa.Column("error", JsonText(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("state", JsonText(), nullable=True),
        sa.Column("result", JsonText(), nullable=True),
        sa.Column("has_result", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column(
            "checkpoint_step",
            sa.Integer(),
            nullable=True,
            comment="The live step whose row holds the state after this one.",
        ),
        sa.Column(
            "run_after", JsonText(), nullable=True, comment="What a rewind to the next step puts back into the run row."
        ),
        sa.Column("document_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_step_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "step", "epoch", name="pk_step"),
    )
    op.create_index(
        "uq_step_live",
        "step",
        ["run_id", "step"],
        unique=True,
        sqlite_where=sa.text("NOT superseded"),
        postgresql_where=sa.text("NOT superseded"),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("transition", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("superseded", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column(
            "keep", sa.Boolean(), nullable=False, comment="Saved with invalidate=False: no newer version replaces it."
        ),
        sa.Column(
            "replaced_step",
            sa.Integer(),
            nullable=True,
            comment="The step that replaced it; a rewind before that brings it back.",
        ),
        sa.Column("content", JsonText(), nullable=True),
        sa.Column("tags", JsonText(), nullable=False),
        sa.Column("meta", JsonText(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("validation_error", JsonText(), nullable=True),
        sa.Column("live_id", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_document_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
    )
    op.create_index("ix_document_run_id_key", "document", ["run_id", "key"], unique=False)
    op.create_index(
        "uq_document_position",
        "document",
        ["run_id", "position"],
        unique=True,
        sqlite_where=sa.text("live AND NOT superseded"),
        postgresql_where=sa.text("live AND NOT superseded"),
    )


def _triggers_and_effects() -> None:
    op.create_table(
        "inbox",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("trigger_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("payload", JsonText(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False, comment="kept, rejected, dropped or applied"),
        sa.Column("applied_step", sa.Integer(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("fields", JsonText(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_inbox_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "trigger_id", name="pk_inbox"),
    )
    op.create_table(
        "idempotency",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Integer(),
            nullable=True,
            comment="HTTP status of the answer; empty while the first request runs.",
        ),
        sa.Column("body", JsonText(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"], unique=False)
    op.create_table(
        "effect",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="started, done or unknown"),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("response", JsonText(), nullable=True),
        sa.Column("usage", JsonText(), nullable=True),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_effect_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name="pk_effect"),
    )
    op.create_index("ix_effect_run_id", "effect", ["run_id"], unique=False)
    op.create_table(
        "live",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("data", JsonText(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_live_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "stream", "seq", name="pk_live"),
    )


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("root_id", sa.Text(), nullable=True),
        sa.Column("workspace_id", sa.Text(), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=True),
        sa.Column("data", JsonText(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_at", "event", ["at"], unique=False)
    op.create_index("ix_event_run_id_rev", "event", ["run_id", "rev"], unique=True)
    op.create_table(
        "identity",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pruned_xid", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pruned_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity"),
        comment="One row: which database this is, and up to where old events were dropped. Part of every event cursor.",
    )
    if op.get_bind().dialect.name == "postgresql":
        # The order in which transactions may be read; SQLite has one writer and needs none.
        op.execute("ALTER TABLE event ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()")
        op.execute("CREATE INDEX ix_event_xid_id ON event (xid, id)")


def _processes() -> None:
    op.create_table(
        "catalogue",
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("content", JsonText(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("app", "hash", name="pk_catalogue"),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("pools", JsonText(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("gone_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
    )
    op.create_index("ix_worker_app", "worker", ["app"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )


def _first_rows() -> None:
    op.execute(sa.text("INSERT INTO identity (id) VALUES (:id)").bindparams(id=uuid.uuid4().hex))
    columns = [sa.column("id", sa.Text()), sa.column("title", sa.Text())]
    times = [sa.column("created_at", Moment()), sa.column("updated_at", Moment())]
    workspace = sa.table("workspace", *columns, *times)
    op.execute(workspace.insert().values(id="default", title="Default", created_at=now(), updated_at=now()))
