"""What the web layer itself remembers: how often somebody asked."""

import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class RateWindow(Base):
    """How often one key, a hash of who and what, was used in a window of time. Unlogged: a crash forgives."""

    __tablename__ = "rate_window"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 (SQLAlchemy's own interface)

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    starts_at: Mapped[datetime.datetime] = mapped_column(primary_key=True, index=True)
    count: Mapped[int]
