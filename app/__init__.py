"""Preferendum: arenas for human preference data."""

import os

# Before NumPy is loaded. The matrices here have a few hundred rows: on a machine that also runs a database and web
# processes, threads of the linear algebra made a board four to seven times slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
