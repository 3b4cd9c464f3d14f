"""Guards that a version puts on a table: what the database refuses to do to its rows, whoever asks."""

from alembic import op


def forbid(act: str, table: str) -> None:
    """Let the database refuse `act` (update or delete) on every row of `table`."""
    name = f"{table}_never_{act}d"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: no row is ever {act}d'); END"
        )
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table}: no row is ever {act}d'; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    if act == "delete":
        op.execute(f"CREATE TRIGGER {name}_at_once BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {name}()")
