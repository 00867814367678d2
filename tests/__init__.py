"""The tests, which start some hundred processes of the project: none should compile its code again.

What is compiled is kept, for them and for the next run, also where the environment says otherwise. This stands here and
not in conftest.py, as it has to come before anything is imported.
"""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
