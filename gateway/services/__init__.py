"""What each service of the catalogue does: its facts, its decision, its answer; one module per family."""
