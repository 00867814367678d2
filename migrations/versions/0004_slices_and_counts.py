"""Slices, counts that are kept up to date, what a board says about itself, and the style of answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.battles.style import measure_style
from app.db.base import Xid8

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MEASURES = ("characters", "headers", "lists", "bold")
BATCH = 1000

# What is seen of an exclusion at any time follows from two transactions: the one that raised it and the one that
# lifted it. The database itself keeps both, so that no counting relies on every writer's care.
RECORD = """
CREATE FUNCTION vote_exclusion_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.lifted_at IS NOT NULL THEN NEW.lifted_xid := pg_current_xact_id(); END IF;
    ELSIF (NEW.battle_id, NEW.arena_id) <> (OLD.battle_id, OLD.arena_id) THEN
        RAISE EXCEPTION 'an exclusion cannot be moved to another battle' USING ERRCODE = 'check_violation';
    ELSIF OLD.lifted_at IS NOT NULL AND NEW.lifted_at IS NULL THEN
        RAISE EXCEPTION 'a lifted exclusion stays lifted: raise another one' USING ERRCODE = 'check_violation';
    ELSIF OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL THEN
        NEW.recorded_xid := OLD.recorded_xid;
        NEW.lifted_xid := pg_current_xact_id();
    END IF;
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER vote_exclusion_record BEFORE INSERT OR UPDATE ON vote_exclusion
FOR EACH ROW EXECUTE FUNCTION vote_exclusion_record()
"""


def upgrade() -> None:
    _add_slices()
    _add_counts()
    _add_analyses()
    op.drop_index("ix_leaderboard_snapshot_latest", table_name="leaderboard_snapshot")
    op.create_index(
        "ix_leaderboard_snapshot_latest", "leaderboard_snapshot", ["arena_id", "slice", "method", "created_at"]
    )
    op.execute("DELETE FROM leaderboard_watermark")  # there are no counts yet: all is counted anew
    op.add_column("vote_exclusion", sa.Column("lifted_xid", Xid8(), nullable=True))
    op.execute("UPDATE vote_exclusion SET lifted_xid = recorded_xid WHERE lifted_at IS NOT NULL")
    op.create_index(
        "ix_vote_exclusion_lifted",
        "vote_exclusion",
        ["arena_id", "lifted_xid"],
        postgresql_where=sa.text("lifted_xid IS NOT NULL"),
    )
    op.execute(RECORD)
    op.execute(TRIGGER)
    # 3 is the first id that any server gives to a transaction: these tags were there before all counting.
    op.add_column("prompt_tag", sa.Column("recorded_xid", Xid8(), server_default="3", nullable=False))
    op.alter_column("prompt_tag", "recorded_xid", server_default=sa.text("pg_current_xact_id()"))
    op.create_index("ix_prompt_tag_recorded", "prompt_tag", ["arena_id", "recorded_xid"])
    for name in MEASURES:
        op.add_column("response", sa.Column(name, sa.Integer(), nullable=True))
    _measure_answers()
    for name in MEASURES:
        op.alter_column("response", name, nullable=False)


def _add_slices() -> None:
    op.create_table(
        "leaderboard_slice",
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_ready_made", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(slug) <= 63 AND slug <> 'overall'",
            name=op.f("ck_leaderboard_slice_slug"),
        ),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_leaderboard_slice_arena_id")),
        sa.PrimaryKeyConstraint("arena_id", "slug", name=op.f("pk_leaderboard_slice")),
    )


def _add_counts() -> None:
    op.create_table(
        "pair_count",
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("slice", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("model_a", sa.UUID(), nullable=False),
        sa.Column("model_b", sa.UUID(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("wins_a", "wins_b", "ties", "both_bad")),
        sa.CheckConstraint("kind IN ('human', 'judge', 'simulated')", name=op.f("ck_pair_count_kind")),
        sa.CheckConstraint("model_a < model_b", name=op.f("ck_pair_count_unordered")),
        sa.CheckConstraint(
            "wins_a >= 0 AND wins_b >= 0 AND ties >= 0 AND both_bad >= 0", name=op.f("ck_pair_count_counted")
        ),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_pair_count_arena_id")),
        sa.PrimaryKeyConstraint("arena_id", "slice", "kind", "model_a", "model_b", name=op.f("pk_pair_count")),
        postgresql_with={"fillfactor": 70},  # rows are updated every second: room for the new version on the same page
    )
    op.create_index("ix_pair_count_pair", "pair_count", ["arena_id", "model_a", "model_b"])


def _add_analyses() -> None:
    op.create_table(
        "leaderboard_analysis",
        sa.Column("snapshot_id", sa.UUID(), nullable=False),
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("code_version", sa.String(), nullable=False),
        sa.Column("duration_seconds", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", "arena_id", name=op.f("pk_leaderboard_analysis")),
    )


def _measure_answers() -> None:
    """The answers that are there already, a batch at a time."""
    connection = op.get_bind()
    select = sa.text("SELECT matchup_id, slot, turn_index, blocks FROM response")
    update = sa.text("""
        UPDATE response SET characters = :characters, headers = :headers, lists = :lists, bold = :bold
        WHERE matchup_id = :matchup_id AND slot = :slot AND turn_index = :turn_index
    """)
    options = {"stream_results": True, "max_row_buffer": BATCH}
    rows = connection.execute(select, execution_options=options).mappings()
    for batch in rows.partitions(BATCH):
        measured = []
        for row in batch:
            style = measure_style(block.get("text", "") for block in row["blocks"])
            key = {name: row[name] for name in ("matchup_id", "slot", "turn_index")}
            measured.append({**key, **style._asdict()})
        connection.execute(update, measured)


def downgrade() -> None:
    for name in MEASURES:
        op.drop_column("response", name)
    op.drop_index("ix_prompt_tag_recorded", table_name="prompt_tag")
    op.drop_column("prompt_tag", "recorded_xid")
    op.execute("DROP TRIGGER vote_exclusion_record ON vote_exclusion")
    op.execute("DROP FUNCTION vote_exclusion_record()")
    op.drop_index("ix_vote_exclusion_lifted", table_name="vote_exclusion")
    op.drop_column("vote_exclusion", "lifted_xid")
    op.drop_index("ix_leaderboard_snapshot_latest", table_name="leaderboard_snapshot")
    op.create_index("ix_leaderboard_snapshot_latest", "leaderboard_snapshot", ["arena_id", "slice", "created_at"])
    for table in ("leaderboard_analysis", "pair_count", "leaderboard_slice"):
        op.drop_table(table)
    op.execute("DELETE FROM leaderboard_watermark")
