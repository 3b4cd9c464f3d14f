"""Where Alembic enters; all there is to say stands in `core_adapter.upgrade`."""

from core_adapter.upgrade import run

run()
