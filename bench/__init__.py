"""The benchmark: the gateway beside its floor and beside a straightforward implementation, all in one run."""
