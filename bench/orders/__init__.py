"""Orders that wait or have many rows: a payroll, decisions about many, and what a plan costs beside no plan."""
