"""The main path: people, arenas, models, matchups, battles, votes, snapshots, releases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db.base import Xid8

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "app_user",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('admin', 'researcher', 'annotator')", name=op.f("ck_app_user_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
    )
    op.create_index("uq_app_user_email", "app_user", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "leaderboard_entry",
        sa.Column("snapshot_id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("rating", sa.Double(), nullable=True),
        sa.Column("rating_lower", sa.Double(), nullable=True),
        sa.Column("rating_upper", sa.Double(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("rank_lower", sa.Integer(), nullable=True),
        sa.Column("rank_upper", sa.Integer(), nullable=True),
        sa.Column("elo", sa.Double(), nullable=True),
        sa.Column("win_rate", sa.Double(), nullable=True),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", "arena_id", "model", name=op.f("pk_leaderboard_entry")),
    )
    op.create_table(
        "leaderboard_figure",
        sa.Column("snapshot_id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("spec", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("svg", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", "arena_id", "name", "theme", name=op.f("pk_leaderboard_figure")),
    )
    op.create_table(
        "model",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
        sa.UniqueConstraint("name", name=op.f("uq_model_name")),
    )
    op.create_table(
        "annotator",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("app_user_id", sa.UUID(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('human', 'judge', 'simulated')", name=op.f("ck_annotator_kind")),
        sa.CheckConstraint("(source IS NULL) = (external_id IS NULL)", name=op.f("ck_annotator_imported")),
        sa.ForeignKeyConstraint(["app_user_id"], ["app_user.id"], name=op.f("fk_annotator_app_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotator")),
        sa.UniqueConstraint("app_user_id", name=op.f("uq_annotator_app_user_id")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_annotator_source_external_id")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("app_user_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["app_user_id"], ["app_user.id"], name=op.f("fk_api_token_app_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_app_user_id"), "api_token", ["app_user_id"], unique=False)
    op.create_table(
        "arena",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=True),
        sa.Column("protocol_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("mode IN ('curated', 'live')", name=op.f("ck_arena_mode")),
        sa.CheckConstraint("slug ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(slug) <= 63", name=op.f("ck_arena_slug")),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("ck_arena_state")),
        sa.ForeignKeyConstraint(["owner_id"], ["app_user.id"], name=op.f("fk_arena_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arena")),
        sa.UniqueConstraint("slug", name=op.f("uq_arena_slug")),
    )
    op.create_index(op.f("ix_arena_owner_id"), "arena", ["owner_id"], unique=False)
    op.create_table(
        "model_version",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("model_id", sa.UUID(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_model_version_model_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_version")),
        sa.UniqueConstraint("model_id", "label", name=op.f("uq_model_version_model_id_label")),
    )
    op.create_table(
        "leaderboard_snapshot",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("slice", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("input_hash", sa.String(), nullable=False),
        sa.Column("code_version", sa.String(), nullable=False),
        sa.Column("watermark", Xid8(), nullable=False),
        sa.Column("duration_seconds", sa.Double(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_leaderboard_snapshot_arena_id")),
        sa.PrimaryKeyConstraint("id", "arena_id", name=op.f("pk_leaderboard_snapshot")),
    )
    op.create_index(
        "ix_leaderboard_snapshot_latest",
        "leaderboard_snapshot",
        ["arena_id", "slice", "created_at"],
        unique=False,
    )
    op.create_table(
        "login_session",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("annotator_id", sa.UUID(), nullable=False),
        sa.Column("app_user_id", sa.UUID(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"], name=op.f("fk_login_session_annotator_id")),
        sa.ForeignKeyConstraint(["app_user_id"], ["app_user.id"], name=op.f("fk_login_session_app_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    op.create_index(op.f("ix_login_session_annotator_id"), "login_session", ["annotator_id"], unique=False)
    op.create_index(op.f("ix_login_session_app_user_id"), "login_session", ["app_user_id"], unique=False)
    op.create_table(
        "prompt",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_prompt_arena_id")),
        sa.PrimaryKeyConstraint("id", "arena_id", name=op.f("pk_prompt")),
        sa.UniqueConstraint("arena_id", "fingerprint", name=op.f("uq_prompt_arena_id_fingerprint")),
    )
    op.create_table(
        "protocol",
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_protocol_arena_id")),
        sa.PrimaryKeyConstraint("arena_id", "version", name=op.f("pk_protocol")),
    )
    op.create_table(
        "release",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("requested_by", sa.UUID(), nullable=True),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("file_type", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rows_written", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("manifest", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'writing', 'ready', 'failed', 'cancelled')", name=op.f("ck_release_state")
        ),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_release_arena_id")),
        sa.ForeignKeyConstraint(["requested_by"], ["app_user.id"], name=op.f("fk_release_requested_by")),
        sa.PrimaryKeyConstraint("id", "arena_id", name=op.f("pk_release")),
    )
    op.create_index("ix_release_arena", "release", ["arena_id", "created_at"], unique=False)
    op.create_table(
        "matchup",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("prompt_id", sa.UUID(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("lineup", sa.UUID(), nullable=False),
        sa.Column("state", sa.String(), server_default="active", nullable=False),
        sa.Column("coverage", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shuffle", sa.Double(), server_default=sa.text("random()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('active', 'paused')", name=op.f("ck_matchup_state")),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_matchup_arena_id")),
        sa.ForeignKeyConstraint(
            ["prompt_id", "arena_id"],
            ["prompt.id", "prompt.arena_id"],
            name=op.f("fk_matchup_prompt_id_arena_id"),
        ),
        sa.PrimaryKeyConstraint("id", "arena_id", name=op.f("pk_matchup")),
        sa.UniqueConstraint("arena_id", "external_id", name=op.f("uq_matchup_arena_id_external_id")),
    )
    op.create_index(
        "ix_matchup_draw",
        "matchup",
        ["arena_id", "coverage", "shuffle"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "prompt_tag",
        sa.Column("prompt_id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("tagged_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prompt_id", "arena_id"], ["prompt.id", "prompt.arena_id"], name="fk_prompt_tag_prompt"
        ),
        sa.PrimaryKeyConstraint("prompt_id", "arena_id", "tag", "tagged_by", name=op.f("pk_prompt_tag")),
    )
    op.create_table(
        "battle",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("matchup_id", sa.UUID(), nullable=False),
        sa.Column("annotator_id", sa.UUID(), nullable=False),
        sa.Column("repeat", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("protocol_version", sa.Integer(), nullable=False),
        sa.Column("contestants", sa.ARRAY(sa.UUID()), nullable=False),
        sa.Column("lineup", sa.UUID(), nullable=False),
        sa.Column("side_order", sa.String(), nullable=True),
        sa.Column("first_contestant", sa.UUID(), nullable=True),
        sa.Column("sampler", sa.String(), nullable=True),
        sa.Column("propensity", sa.Double(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("side_order IN ('ab', 'ba')", name=op.f("ck_battle_side_order")),
        sa.CheckConstraint(
            "source = 'import' OR (side_order IS NOT NULL AND propensity IS NOT NULL)",
            name=op.f("ck_battle_drawn"),
        ),
        sa.CheckConstraint("source IN ('web', 'api', 'import', 'simulation')", name=op.f("ck_battle_source")),
        sa.CheckConstraint(
            "state IN ('prepared', 'shown', 'voted', 'retracted', 'skipped', 'expired')",
            name=op.f("ck_battle_state"),
        ),
        sa.CheckConstraint("propensity > 0 AND propensity <= 1", name=op.f("ck_battle_propensity")),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"], name=op.f("fk_battle_annotator_id")),
        sa.ForeignKeyConstraint(
            ["arena_id", "protocol_version"],
            ["protocol.arena_id", "protocol.version"],
            name=op.f("fk_battle_arena_id_protocol_version"),
        ),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_battle_arena_id")),
        sa.ForeignKeyConstraint(
            ["matchup_id", "arena_id"],
            ["matchup.id", "matchup.arena_id"],
            name=op.f("fk_battle_matchup_id_arena_id"),
        ),
        sa.PrimaryKeyConstraint("id", "arena_id", name=op.f("pk_battle")),
        sa.UniqueConstraint(
            "arena_id",
            "annotator_id",
            "matchup_id",
            "repeat",
            name=op.f("uq_battle_arena_id_annotator_id_matchup_id_repeat"),
        ),
    )
    op.create_index("ix_battle_balance", "battle", ["annotator_id", "lineup"], unique=False)
    op.create_index(
        "ix_battle_lease",
        "battle",
        ["leased_until"],
        unique=False,
        postgresql_where=sa.text("state IN ('prepared', 'shown')"),
    )
    op.create_index(
        "uq_battle_prepared",
        "battle",
        ["arena_id", "annotator_id"],
        unique=True,
        postgresql_where=sa.text("state = 'prepared'"),
    )
    op.create_index(
        "uq_battle_shown",
        "battle",
        ["arena_id", "annotator_id"],
        unique=True,
        postgresql_where=sa.text("state = 'shown'"),
    )
    op.create_table(
        "matchup_slot",
        sa.Column("matchup_id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("model_version_id", sa.UUID(), nullable=False),
        sa.CheckConstraint("slot IN ('a', 'b')", name=op.f("ck_matchup_slot_slot")),
        sa.ForeignKeyConstraint(
            ["matchup_id", "arena_id"],
            ["matchup.id", "matchup.arena_id"],
            name=op.f("fk_matchup_slot_matchup_id_arena_id"),
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_version.id"], name=op.f("fk_matchup_slot_model_version_id")
        ),
        sa.PrimaryKeyConstraint("matchup_id", "arena_id", "slot", name=op.f("pk_matchup_slot")),
    )
    op.create_index(op.f("ix_matchup_slot_model_version_id"), "matchup_slot", ["model_version_id"], unique=False)
    op.create_table(
        "response",
        sa.Column("matchup_id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("turn_index", sa.SmallInteger(), nullable=False),
        sa.Column("blocks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("slot IN ('a', 'b')", name=op.f("ck_response_slot")),
        sa.ForeignKeyConstraint(
            ["matchup_id", "arena_id"],
            ["matchup.id", "matchup.arena_id"],
            name=op.f("fk_response_matchup_id_arena_id"),
        ),
        sa.PrimaryKeyConstraint("matchup_id", "arena_id", "slot", "turn_index", name=op.f("pk_response")),
    )
    op.create_table(
        "turn",
        sa.Column("matchup_id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("turn_index", sa.SmallInteger(), nullable=False),
        sa.Column("blocks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["matchup_id", "arena_id"],
            ["matchup.id", "matchup.arena_id"],
            name=op.f("fk_turn_matchup_id_arena_id"),
        ),
        sa.PrimaryKeyConstraint("matchup_id", "arena_id", "turn_index", name=op.f("pk_turn")),
    )
    op.create_table(
        "battle_flag",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("battle_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "reason IN ('broken', 'identity', 'offensive', 'personal-data', 'other')",
            name=op.f("ck_battle_flag_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["battle_id", "arena_id"],
            ["battle.id", "battle.arena_id"],
            name=op.f("fk_battle_flag_battle_id_arena_id"),
        ),
        sa.PrimaryKeyConstraint("id", "arena_id", name=op.f("pk_battle_flag")),
    )
    op.create_index(op.f("ix_battle_flag_battle_id"), "battle_flag", ["battle_id"], unique=False)
    op.create_table(
        "vote",
        sa.Column("battle_id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("annotator_id", sa.UUID(), nullable=False),
        sa.Column("winner", sa.String(), nullable=True),
        sa.Column("strength", sa.SmallInteger(), nullable=True),
        sa.Column("after_reveal", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_row", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.CheckConstraint("source IN ('web', 'api', 'import', 'simulation')", name=op.f("ck_vote_source")),
        sa.CheckConstraint("winner IN ('model_a', 'model_b', 'tie', 'both_bad')", name=op.f("ck_vote_winner")),
        sa.CheckConstraint("revision > 0", name=op.f("ck_vote_revision")),
        sa.CheckConstraint("strength BETWEEN 1 AND 3", name=op.f("ck_vote_strength")),
        sa.ForeignKeyConstraint(
            ["battle_id", "arena_id"],
            ["battle.id", "battle.arena_id"],
            name=op.f("fk_vote_battle_id_arena_id"),
        ),
        sa.PrimaryKeyConstraint("battle_id", "arena_id", "revision", name=op.f("pk_vote")),
    )
    op.create_index("ix_vote_recorded", "vote", ["arena_id", "recorded_xid"], unique=False)
    op.create_table(
        "vote_exclusion",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("battle_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("excluded_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["battle_id", "arena_id"],
            ["battle.id", "battle.arena_id"],
            name=op.f("fk_vote_exclusion_battle_id_arena_id"),
        ),
        sa.PrimaryKeyConstraint("id", "arena_id", name=op.f("pk_vote_exclusion")),
    )
    op.create_index(op.f("ix_vote_exclusion_battle_id"), "vote_exclusion", ["battle_id"], unique=False)
    op.create_index("ix_vote_exclusion_recorded", "vote_exclusion", ["arena_id", "recorded_xid"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_vote_exclusion_recorded", table_name="vote_exclusion")
    op.drop_index(op.f("ix_vote_exclusion_battle_id"), table_name="vote_exclusion")
    op.drop_table("vote_exclusion")
    op.drop_index("ix_vote_recorded", table_name="vote")
    op.drop_table("vote")
    op.drop_index(op.f("ix_battle_flag_battle_id"), table_name="battle_flag")
    op.drop_table("battle_flag")
    op.drop_table("turn")
    op.drop_table("response")
    op.drop_index(op.f("ix_matchup_slot_model_version_id"), table_name="matchup_slot")
    op.drop_table("matchup_slot")
    op.drop_index("uq_battle_shown", table_name="battle", postgresql_where=sa.text("state = 'shown'"))
    op.drop_index("uq_battle_prepared", table_name="battle", postgresql_where=sa.text("state = 'prepared'"))
    op.drop_index("ix_battle_lease", table_name="battle", postgresql_where=sa.text("state IN ('prepared', 'shown')"))
    op.drop_index("ix_battle_balance", table_name="battle")
    op.drop_table("battle")
    op.drop_table("prompt_tag")
    op.drop_index("ix_matchup_draw", table_name="matchup", postgresql_where=sa.text("state = 'active'"))
    op.drop_table("matchup")
    op.drop_index("ix_release_arena", table_name="release")
    op.drop_table("release")
    op.drop_table("protocol")
    op.drop_table("prompt")
    op.drop_index(op.f("ix_login_session_app_user_id"), table_name="login_session")
    op.drop_index(op.f("ix_login_session_annotator_id"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_index("ix_leaderboard_snapshot_latest", table_name="leaderboard_snapshot")
    op.drop_table("leaderboard_snapshot")
    op.drop_table("model_version")
    op.drop_index(op.f("ix_arena_owner_id"), table_name="arena")
    op.drop_table("arena")
    op.drop_index(op.f("ix_api_token_app_user_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_table("annotator")
    op.drop_table("model")
    op.drop_table("leaderboard_figure")
    op.drop_table("leaderboard_entry")
    op.drop_index("uq_app_user_email", table_name="app_user")
    op.drop_table("app_user")
