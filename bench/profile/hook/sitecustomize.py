"""Python imports this by its name at the start of every process that has this folder in PYTHONPATH."""

import os

if "BENCH_PROFILE" in os.environ:
    from bench.profile.counted import start

    start(os.environ["BENCH_PROFILE"])
