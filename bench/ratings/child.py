"""Runs one job in a process of its own and prints its times and the memory it needed, as JSON."""

import argparse
import gc
import importlib
import json
import re
import time
from pathlib import Path

from bench.ratings.votes import simulate


def memory(field: str) -> float:
    """VmRSS or VmHWM of this process in MB."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    if found is None:
        raise OSError(f"this system does not say how much memory a process has: {field}")
    return int(found[1]) / 1024.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("job")
    parser.add_argument("--votes", type=int)
    parser.add_argument("--models", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--repeats", type=int)
    options = parser.parse_args()
    votes = simulate(options.votes, options.models, options.seed, styled=options.job == "style_control")
    job = getattr(importlib.import_module(f"bench.ratings.{options.module}"), options.job)(votes)
    gc.collect()
    # From here on the peak is the job's own.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = memory("VmRSS")
    seconds = []
    for _ in range(options.repeats):
        start = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "extra_megabytes": memory("VmHWM") - before}))


if __name__ == "__main__":
    main()
