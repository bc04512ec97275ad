"""Alembic's entry: runs on the connection that holds the migration lock."""

from alembic import context

from app.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
