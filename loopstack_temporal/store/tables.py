"""The tables. `migrations/` creates them; a test compares the two."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Text

from loopstack_temporal.store.columns import JsonText, Moment

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _run_key() -> Column[str]:
    return Column("run_id", Text, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)


identity = sa.Table(
    "identity",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pruned_xid", BigInteger, nullable=False, server_default="0"),
    Column("pruned_id", BigInteger, nullable=False, server_default="0"),
    Column("temporal_id", Text, comment="Id of the Temporal namespace that the runs live in, once a worker has said."),
    Column("temporal_name", Text, comment="Its name and address then."),
    comment="One row: which database this is, and up to where old events were dropped. Part of every event cursor.",
)

catalogue = sa.Table(
    "catalogue",
    metadata,
    Column("app", Text, primary_key=True),
    Column("hash", Text, primary_key=True),
    Column("content", JsonText, nullable=False),
    Column("published_at", Moment, nullable=False),
)

worker = sa.Table(
    "worker",
    metadata,
    Column("id", Text, primary_key=True),
    Column("app", Text, nullable=False, index=True),
    Column("hash", Text, nullable=False),
    Column("pools", JsonText, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("gone_at", Moment),
)

workspace = sa.Table(
    "workspace",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("favourite", Boolean, nullable=False, server_default=sa.false()),
    Column("run_count", Integer, nullable=False, server_default="0", comment="Number of the last run created here."),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("app", Text),
    Column("user_id", Text),
)

run = sa.Table(
    "run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("app", Text, nullable=False),
    Column("workflow", Text, nullable=False),
    Column("title", Text),
    Column("number", Integer, nullable=False),
    Column("workspace_id", Text, ForeignKey("workspace.id"), nullable=False),
    Column("user_id", Text, nullable=False),
    Column("status", Text, nullable=False, comment="Without pause; `paused_at` says that."),
    Column("place", Text, nullable=False),
    Column("next_step", Integer, nullable=False, server_default="0"),
    Column("epoch", Integer, nullable=False, server_default="0", comment="0: no Temporal run has been seen yet."),
    Column("event_seq", Integer, nullable=False, server_default="0"),
    Column("document_seq", Integer, nullable=False, server_default="0"),
    Column("checkpoint_step", Integer, comment="The live step whose row holds the current state."),
    Column("engine", Integer),
    Column("has_error", Boolean, nullable=False, server_default=sa.false()),
    Column("error", JsonText),
    Column("error_transition", Text),
    Column("can_retry", Boolean, nullable=False, server_default=sa.false()),
    Column("retry", JsonText),
    Column("failures", JsonText),
    Column("args", JsonText),
    Column("config", JsonText, comment="Of the type `config_schema=`, with its defaults."),
    Column("result", JsonText),
    Column("awaiting", JsonText),
    Column("awaits_person", Boolean, nullable=False, server_default=sa.false()),
    Column("path", JsonText),
    Column("catalogue_hash", Text),
    Column("parent_id", Text),
    Column("parent_step", Integer, comment="The parent's step that decided on this run."),
    Column("callback", Text, comment="The parent's wait transition that is told when this run ends."),
    Column("callback_meta", JsonText),
    Column("superseded", Boolean, nullable=False, server_default=sa.false(), comment="The parent's step was undone."),
    Column("children", Integer, nullable=False, server_default="0", comment="Runs this one has decided on."),
    Column("root_id", Text, nullable=False),
    Column("start_token", Text),
    Column("first_execution_run_id", Text),
    Column("temporal_run_id", Text),
    Column("cancel_requested", Boolean, nullable=False, server_default=sa.false()),
    Column("cancel_by", Text),
    Column("cancel_reason", Text),
    Column("paused_at", Moment),
    Column("paused_by", Text),
    Column("pauses", Integer, nullable=False, server_default="0", comment="Words on that by the present Temporal run."),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("updated_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index(None, "workspace_id", "number", unique=True),
    Index(None, "created_at", "id"),
    Index(None, "status", "created_at"),
    Index(None, "workflow", "created_at"),
    Index(None, "parent_id"),
    Index(None, "root_id"),
    Index(
        "ix_run_open",
        "app",
        "id",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
    Index(
        "ix_run_for_people",
        "created_at",
        "id",
        # As each database is asked: SQLite does not see that the two say the same.
        sqlite_where=sa.text("awaits_person = 1"),
        postgresql_where=sa.text("awaits_person"),
    ),
)

run_epoch = sa.Table(
    "run_epoch",
    metadata,
    _run_key(),
    Column("temporal_run_id", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("registered_at", Moment, nullable=False),
    Index(None, "run_id", "epoch", unique=True),
)

step = sa.Table(
    "step",
    metadata,
    _run_key(),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("superseded", Boolean, nullable=False, server_default=sa.false()),
    Column("transition", Text, nullable=False),
    Column("from_place", Text, nullable=False),
    Column("to_place", Text),
    Column("status", Text, nullable=False),
    Column("try_no", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("claims", Integer, nullable=False, server_default="0", comment="Claims since the last known outcome."),
    Column("failure_no", Integer, nullable=False, server_default="0"),
    Column("worker", Text),
    Column("trigger_id", Text),
    Column("trigger", JsonText),
    Column("error", JsonText),
    Column("decision", Text),
    Column("state", JsonText),
    Column("result", JsonText),
    Column("has_result", Boolean, nullable=False, server_default=sa.false()),
    Column("checkpoint_step", Integer, comment="The live step whose row holds the state after this one."),
    Column("run_after", JsonText, comment="What a rewind to the next step puts back into the run row."),
    Column("document_count", Integer, nullable=False, server_default="0"),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("duration_ms", Integer),
    Index(
        "uq_step_live",
        "run_id",
        "step",
        unique=True,
        sqlite_where=sa.text("NOT superseded"),
        postgresql_where=sa.text("NOT superseded"),
    ),
)

document = sa.Table(
    "document",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("run.id", ondelete="CASCADE"), nullable=False),
    Column("step", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("transition", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("key", Text),
    Column("position", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("superseded", Boolean, nullable=False, server_default=sa.false()),
    Column("keep", Boolean, nullable=False, comment="Saved with invalidate=False: no newer version replaces it."),
    Column("replaced_step", Integer, comment="The step that replaced it; a rewind before that brings it back."),
    Column("content", JsonText),
    Column("tags", JsonText, nullable=False),
    Column("meta", JsonText, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("internal", Boolean, nullable=False),
    Column("validation_error", JsonText),
    Column("live_id", Text),
    Column("created_at", Moment, nullable=False),
    Index(
        "uq_document_position",
        "run_id",
        "position",
        unique=True,
        sqlite_where=sa.text("live AND NOT superseded"),
        postgresql_where=sa.text("live AND NOT superseded"),
    ),
    Index(None, "run_id", "key"),
)

inbox = sa.Table(
    "inbox",
    metadata,
    _run_key(),
    Column("trigger_id", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("payload", JsonText),
    Column("by", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("outcome", Text, nullable=False, comment="kept, rejected, dropped or applied"),
    Column("applied_step", Integer),
    Column("code", Text),
    Column("message", Text),
    Column("fields", JsonText),
    Column("at", Moment, nullable=False),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("status", Integer, comment="HTTP status of the answer; empty while the first request runs."),
    Column("body", JsonText),
    Column("created_at", Moment, nullable=False, index=True),
)

effect = sa.Table(
    "effect",
    metadata,
    Column("key", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("run.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("step", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("status", Text, nullable=False, comment="started, done or unknown"),
    Column("nonce", Text, nullable=False),
    Column("response", JsonText),
    Column("usage", JsonText),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
)

event = sa.Table(
    "event",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("type", Text, nullable=False),
    Column("run_id", Text),
    Column("root_id", Text),
    Column("workspace_id", Text),
    Column("rev", Integer),
    Column("data", JsonText, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "run_id", "rev", unique=True),
    Index(None, "at"),
    sqlite_autoincrement=True,
)
"""On PostgreSQL there is also `xid`, the writing transaction, with an index (xid, id)."""

live = sa.Table(
    "live",
    metadata,
    _run_key(),
    Column("stream", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, nullable=False),
    Column("data", JsonText, nullable=False),
    Column("at", Moment, nullable=False),
)

lease = sa.Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", Moment, nullable=False),
)
