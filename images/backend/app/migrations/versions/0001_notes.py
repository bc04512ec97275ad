"""Notes, and the keys of requests that made them.

Expand, then contract: a revision only adds; what it replaces is dropped one release later, when no old task is left.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import BIGINT, DATETIME

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("id", BIGINT(unsigned=True), primary_key=True, autoincrement=True),
        sa.Column("title", sa.VARCHAR(200), nullable=False),
        sa.Column("text", sa.TEXT, nullable=False),
        sa.Column("created_at", DATETIME(fsp=6), nullable=False),
        sa.Column("updated_at", DATETIME(fsp=6), nullable=False),
        mysql_charset="utf8mb4",
        # MySQL commits every DDL statement by itself: a run that died half-way must be able to continue.
        if_not_exists=True,
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("hash", sa.BINARY(32), primary_key=True),
        sa.Column("request_hash", sa.BINARY(32), nullable=False),
        sa.Column("note_id", BIGINT(unsigned=True), nullable=True),
        sa.Column("created_at", DATETIME(fsp=6), nullable=False),
        sa.Index("ix_idempotency_keys_created_at", "created_at"),
        mysql_charset="utf8mb4",
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_table("idempotency_keys")
    op.drop_table("notes")
