"""Where Alembic enters: it runs the versions on the connection that `core_adapter.upgrade.migrate` handed in."""

from core_adapter.upgrade import run

run()
