"""The two tables. Alembic's migrations create them; a test compares both."""

from sqlalchemy import BINARY, TEXT, VARCHAR, Column, MetaData, Table
from sqlalchemy.dialects.mysql import BIGINT, DATETIME

TITLE_LENGTH = 200
TEXT_LENGTH = 10_000

metadata = MetaData()

notes = Table(
    "notes",
    metadata,
    Column("id", BIGINT(unsigned=True), primary_key=True, autoincrement=True),
    Column("title", VARCHAR(TITLE_LENGTH), nullable=False),
    Column("text", TEXT, nullable=False),
    Column("created_at", DATETIME(fsp=6), nullable=False),
    Column("updated_at", DATETIME(fsp=6), nullable=False),
)

# What was done for an Idempotency-Key. It outlives the note, so that a late repetition does not bring a note back.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("hash", BINARY(32), primary_key=True),
    Column("request_hash", BINARY(32), nullable=False),
    Column("note_id", BIGINT(unsigned=True), nullable=True),
    Column("created_at", DATETIME(fsp=6), nullable=False, index=True),
)
