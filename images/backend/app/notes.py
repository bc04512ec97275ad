"""What can be done with notes, as functions of one database connection."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.schema import TEXT_LENGTH, TITLE_LENGTH, idempotency_keys, notes

LARGEST_ID = 2**63 - 1


class NoteInput(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    title: str = Field(min_length=1, max_length=TITLE_LENGTH, pattern=r"\S")
    text: str = Field(default="", max_length=TEXT_LENGTH)


class PageQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    limit: int = Field(default=20, ge=1, le=100)
    after: int | None = Field(default=None, ge=1, le=LARGEST_ID)


class KeyReused(Exception):
    """The Idempotency-Key came before with other content."""


class NoteGone(Exception):
    """The Idempotency-Key made a note that was deleted since."""


def page(connection: Connection, query: PageQuery) -> tuple[list[dict[str, Any]], int | None]:
    """Newest first, and the id to continue after, or None at the end."""
    statement = select(notes).order_by(notes.c.id.desc()).limit(query.limit + 1)
    if query.after is not None:
        statement = statement.where(notes.c.id < query.after)
    rows = [present(row) for row in connection.execute(statement).mappings()]
    more = len(rows) > query.limit
    return rows[: query.limit], rows[query.limit - 1]["id"] if more else None


def get(connection: Connection, note_id: int) -> dict[str, Any] | None:
    row = connection.execute(select(notes).where(notes.c.id == note_id)).mappings().first()
    return present(row) if row else None


def create(connection: Connection, note: NoteInput, key: str | None) -> tuple[dict[str, Any], bool]:
    """The note, and whether an earlier request with the same key had made it."""
    if key is not None and (earlier := claim(connection, note, key)):
        return earlier, True
    now = datetime.now(UTC).replace(tzinfo=None)
    row = {"title": note.title, "text": note.text, "created_at": now, "updated_at": now}
    note_id = connection.execute(insert(notes).values(row)).inserted_primary_key[0]
    if key is not None:
        mine = idempotency_keys.c.hash == digest(key)
        connection.execute(update(idempotency_keys).where(mine).values(note_id=note_id))
    return present({"id": note_id, **row}), False


def change(connection: Connection, note_id: int, note: NoteInput) -> dict[str, Any] | None:
    now = datetime.now(UTC).replace(tzinfo=None)
    values = {"title": note.title, "text": note.text, "updated_at": now}
    connection.execute(update(notes).where(notes.c.id == note_id).values(values))
    return get(connection, note_id)


def remove(connection: Connection, note_id: int) -> bool:
    return connection.execute(delete(notes).where(notes.c.id == note_id)).rowcount == 1


def claim(connection: Connection, note: NoteInput, key: str) -> dict[str, Any] | None:
    """Takes the key, or finds what it made. The insert waits while a twin still runs."""
    request_hash = digest(note.model_dump_json())
    now = datetime.now(UTC).replace(tzinfo=None)
    try:
        connection.execute(insert(idempotency_keys).values(hash=digest(key), request_hash=request_hash, created_at=now))
        return None
    except IntegrityError:
        # A locking read sees the latest committed row, where a plain one sees this transaction's snapshot.
        statement = select(idempotency_keys).where(idempotency_keys.c.hash == digest(key)).with_for_update(read=True)
        row = connection.execute(statement).mappings().one()
    if row["request_hash"] != request_hash:
        raise KeyReused
    earlier = get(connection, row["note_id"])
    if earlier is None:
        raise NoteGone
    return earlier


def digest(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()


def present(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "title": row["title"],
        "text": row["text"],
        "created_at": row["created_at"].isoformat(timespec="microseconds") + "Z",
        "updated_at": row["updated_at"].isoformat(timespec="microseconds") + "Z",
    }
