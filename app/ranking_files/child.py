"""The process in which an uploaded file is ranked: `python -m app.ranking_files.child FILE`, options as JSON on stdin.

A few kilobytes of Parquet can hold one long text a million times, and the libraries that read it are native code. So
the server lets a child with limits on its memory and its time do it; what crashes is the child. It prints
{"ranking": …} or {"problem": …}.
"""

import json
import os
import resource
import sys
from pathlib import Path

import pyarrow as pa

from app.errors import PreferendumError
from app.ranking_files.columns import Asked
from app.ranking_files.options import options_from
from app.ranking_files.problems import problem_document
from app.ranking_files.rank import rank_votes
from app.ranking_files.reading import read_votes_file

_MEMORY_BYTES = 2 * 1024**3
_PROCESSOR_SECONDS = 60


def main() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS))
    os.nice(10)  # votes go first
    pa.set_cpu_count(1)
    asked = json.load(sys.stdin)
    voter_column = asked.pop("voter_column")
    try:
        options = options_from(**asked)
        answer = {
            "ranking": rank_votes(read_votes_file(Path(sys.argv[1]), Asked(voter=voter_column)), options).document()
        }
    except PreferendumError as error:
        answer = {"problem": problem_document(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
