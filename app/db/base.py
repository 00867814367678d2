"""The base of all tables: names of constraints, keys, times, enums."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Annotated

import uuid_utils.compat
from sqlalchemy import CheckConstraint, DateTime, MetaData, func
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import UserDefinedType

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own interface)
        datetime.datetime: DateTime(timezone=True),
        uuid.UUID: UUID(as_uuid=True),
    }


def new_id() -> uuid.UUID:
    """A UUIDv7: made here, so that it is the same on Postgres 15 to 18; ordered by time, so that indexes stay dense."""
    return uuid_utils.compat.uuid7()


Key = Annotated[uuid.UUID, mapped_column(primary_key=True, default=new_id)]
CreatedAt = Annotated[datetime.datetime, mapped_column(server_default=func.now())]


class Xid8(UserDefinedType[int]):
    """Postgres' 64-bit transaction id.

    A consumer that remembers "the highest id seen" loses what commits late, because commit order is not id order;
    one that remembers `pg_snapshot_xmin` and reads from there on loses nothing.
    """

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


def one_of(column: str, values: Sequence[str]) -> CheckConstraint:
    """A check constraint in place of an enum type: a value can be added without rewriting the table."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
