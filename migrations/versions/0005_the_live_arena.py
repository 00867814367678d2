"""The live arena: providers and how models are served, pools, consent, calls, near duplicates, leaks, moderation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = ("prepared", "shown", "voted", "retracted", "skipped", "expired")
LIVE_STATES = ("prepared", "writing", "shown", "failed", "voted", "retracted", "skipped", "expired")
NEW_TABLES = (
    "identity_leak",
    "prompt_suggestion",
    "prompt_band",
    "moderation_event",
    "model_call",
    "consent",
    "arena_model",
    "rate_window",
)
NEW_COLUMNS = {
    "response": ("finish_reason",),
    "prompt": ("personal_data", "near_duplicate_of", "signature", "source"),
    "model_version": (
        "whole_seconds",
        "first_fragment_seconds",
        "max_concurrency",
        "daily_budget",
        "output_price",
        "input_price",
        "state",
        "served_as",
        "provider_id",
    ),
    "model": ("aliases", "modalities"),
    "battle": ("writing_until", "writer", "kind"),
    "arena": ("live",),
}


def upgrade() -> None:
    _add_tables()
    _add_columns()
    _add_checks()
    _let_one_battle_be("state IN ('shown', 'writing')")


def _add_tables() -> None:
    op.create_table(
        "provider",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("base_url", sa.String(), nullable=True),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=True),
        sa.Column("credential_variable", sa.String(), nullable=True),
        sa.Column("allow_private", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('openai', 'anthropic', 'replay', 'fault')", name=op.f("ck_provider_kind")),
        sa.CheckConstraint(
            "credential IS NULL OR credential_variable IS NULL", name=op.f("ck_provider_one_credential")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider")),
        sa.UniqueConstraint("name", name=op.f("uq_provider_name")),
    )
    op.create_table(
        "rate_window",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "starts_at", name=op.f("pk_rate_window")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_rate_window_starts_at"), "rate_window", ["starts_at"], unique=False)
    op.create_table(
        "arena_model",
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("model_version_id", sa.UUID(), nullable=False),
        sa.Column("role", sa.String(), server_default="contestant", nullable=False),
        sa.Column("weight", sa.Double(), server_default="1", nullable=False),
        sa.Column("battles", sa.Integer(), server_default="0", nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('contestant', 'anchor')", name=op.f("ck_arena_model_role")),
        sa.CheckConstraint("weight > 0", name=op.f("ck_arena_model_weight")),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_arena_model_arena_id")),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_version.id"], name=op.f("fk_arena_model_model_version_id")
        ),
        sa.PrimaryKeyConstraint("arena_id", "model_version_id", name=op.f("pk_arena_model")),
    )
    op.create_table(
        "consent",
        sa.Column("annotator_id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("protocol_version", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"], name=op.f("fk_consent_annotator_id")),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_consent_arena_id")),
        sa.PrimaryKeyConstraint("annotator_id", "arena_id", "text_hash", name=op.f("pk_consent")),
    )
    op.create_table(
        "model_call",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("model_version_id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=True),
        sa.Column("battle_id", sa.UUID(), nullable=True),
        sa.Column("turn_index", sa.Integer(), nullable=True),
        sa.Column("slot", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_fragment_seconds", sa.Double(), nullable=True),
        sa.Column("duration_seconds", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("cost", sa.Numeric(precision=14, scale=8), nullable=True),
        sa.Column("finish_reason", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_model_call_arena_id")),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_version.id"], name=op.f("fk_model_call_model_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_call")),
    )
    op.create_index("ix_model_call_recent", "model_call", ["model_version_id", "started_at"], unique=False)
    op.create_table(
        "moderation_event",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("battle_id", sa.UUID(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("categories", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("checked_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("outcome IN ('blocked', 'unavailable')", name=op.f("ck_moderation_event_outcome")),
        sa.CheckConstraint("subject IN ('prompt', 'response')", name=op.f("ck_moderation_event_subject")),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_moderation_event_arena_id")),
        sa.PrimaryKeyConstraint("id", "arena_id", name=op.f("pk_moderation_event")),
    )
    op.create_table(
        "prompt_band",
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("band", sa.LargeBinary(), nullable=False),
        sa.Column("prompt_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_prompt_band_arena_id")),
        sa.PrimaryKeyConstraint("arena_id", "band", "prompt_id", name=op.f("pk_prompt_band")),
    )
    op.create_table(
        "prompt_suggestion",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("prompt_set", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_prompt_suggestion_arena_id")),
        sa.PrimaryKeyConstraint("id", "arena_id", name=op.f("pk_prompt_suggestion")),
    )
    op.create_index(
        "ix_prompt_suggestion_offered",
        "prompt_suggestion",
        ["arena_id"],
        unique=False,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "identity_leak",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("battle_id", sa.UUID(), nullable=False),
        sa.Column("turn_index", sa.SmallInteger(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("slot IN ('a', 'b')", name=op.f("ck_identity_leak_slot")),
        sa.ForeignKeyConstraint(
            ["battle_id", "arena_id"],
            ["battle.id", "battle.arena_id"],
            name=op.f("fk_identity_leak_battle_id_arena_id"),
        ),
        sa.PrimaryKeyConstraint("id", "arena_id", name=op.f("pk_identity_leak")),
    )
    op.create_index(op.f("ix_identity_leak_battle_id"), "identity_leak", ["battle_id"], unique=False)


def _add_columns() -> None:
    op.add_column(
        "arena",
        sa.Column("live", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("battle", sa.Column("kind", sa.String(), server_default="anonymous", nullable=False))
    op.add_column("battle", sa.Column("writer", sa.UUID(), nullable=True))
    op.add_column("battle", sa.Column("writing_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "model", sa.Column("modalities", sa.ARRAY(sa.String()), server_default=sa.text("'{text}'"), nullable=False)
    )
    op.add_column("model", sa.Column("aliases", sa.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("model_version", sa.Column("provider_id", sa.UUID(), nullable=True))
    op.add_column("model_version", sa.Column("served_as", sa.String(), server_default="", nullable=False))
    op.add_column("model_version", sa.Column("state", sa.String(), server_default="active", nullable=False))
    op.add_column("model_version", sa.Column("input_price", sa.Numeric(precision=12, scale=6), nullable=True))
    op.add_column("model_version", sa.Column("output_price", sa.Numeric(precision=12, scale=6), nullable=True))
    op.add_column("model_version", sa.Column("daily_budget", sa.Numeric(precision=12, scale=2), nullable=True))
    op.add_column("model_version", sa.Column("max_concurrency", sa.Integer(), server_default="8", nullable=False))
    op.add_column(
        "model_version", sa.Column("first_fragment_seconds", sa.Double(), server_default="30", nullable=False)
    )
    op.add_column("model_version", sa.Column("whole_seconds", sa.Double(), server_default="180", nullable=False))
    op.create_index(op.f("ix_model_version_provider_id"), "model_version", ["provider_id"], unique=False)
    op.create_foreign_key(op.f("fk_model_version_provider_id"), "model_version", "provider", ["provider_id"], ["id"])
    op.add_column("prompt", sa.Column("source", sa.String(), server_default="import", nullable=False))
    op.add_column("prompt", sa.Column("signature", sa.LargeBinary(), nullable=True))
    op.add_column("prompt", sa.Column("near_duplicate_of", sa.UUID(), nullable=True))
    op.add_column(
        "prompt", sa.Column("personal_data", sa.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column("response", sa.Column("finish_reason", sa.String(), nullable=True))


def _add_checks() -> None:
    op.create_check_constraint(op.f("ck_battle_kind"), "battle", "kind IN ('anonymous', 'named', 'direct')")
    op.create_check_constraint(op.f("ck_prompt_source"), "prompt", "source IN ('import', 'visitor', 'suggestion')")
    op.create_check_constraint(
        op.f("ck_model_version_state"), "model_version", "state IN ('draft', 'active', 'paused', 'retired')"
    )
    op.create_check_constraint(
        op.f("ck_model_version_money"), "model_version", "input_price >= 0 AND output_price >= 0 AND daily_budget >= 0"
    )
    op.create_check_constraint(op.f("ck_model_version_concurrency"), "model_version", "max_concurrency > 0")
    op.create_check_constraint(
        op.f("ck_model_version_time_limits"), "model_version", "first_fragment_seconds > 0 AND whole_seconds > 0"
    )
    _allow_states(LIVE_STATES)


def _allow_states(states: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_battle_state"), "battle")
    listed = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(op.f("ck_battle_state"), "battle", f"state IN ({listed})")


def _let_one_battle_be(condition: str) -> None:
    """One battle a person and arena on the screen at a time."""
    op.drop_index("uq_battle_shown", table_name="battle")
    op.create_index(
        "uq_battle_shown", "battle", ["arena_id", "annotator_id"], unique=True, postgresql_where=sa.text(condition)
    )


def downgrade() -> None:
    op.execute("UPDATE battle SET state = 'skipped', ended_at = now() WHERE state IN ('writing', 'failed')")
    _let_one_battle_be("state = 'shown'")
    _allow_states(STATES)
    for table in NEW_TABLES:
        op.drop_table(table)
    for table, columns in NEW_COLUMNS.items():
        for column in columns:
            op.drop_column(table, column)
    op.drop_table("provider")
