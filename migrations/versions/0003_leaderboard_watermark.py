"""Where counting has got to, apart from the snapshots, which never change; and figures with size and PNG."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leaderboard_watermark",
        sa.Column("arena_id", sa.UUID(), nullable=False),
        sa.Column("slice", sa.String(), nullable=False),
        sa.Column("counted", sa.String(), nullable=False),
        sa.Column("cluster", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["arena_id"], ["arena.id"], name=op.f("fk_leaderboard_watermark_arena_id")),
        sa.PrimaryKeyConstraint("arena_id", "slice", name=op.f("pk_leaderboard_watermark")),
    )
    op.execute("DELETE FROM leaderboard_figure")  # the worker draws them anew, now with a PNG
    op.add_column("leaderboard_figure", sa.Column("width", sa.Integer(), nullable=False))
    op.add_column("leaderboard_figure", sa.Column("height", sa.Integer(), nullable=False))
    op.add_column("leaderboard_figure", sa.Column("png", sa.LargeBinary(), nullable=False))


def downgrade() -> None:
    for column in ("png", "height", "width"):
        op.drop_column("leaderboard_figure", column)
    op.drop_table("leaderboard_watermark")
