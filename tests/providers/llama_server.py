"""A real llama.cpp server on a port of its own: prints its address and serves until its input is closed."""

import sys

import xllamacpp


def main(weights: str, key: str) -> None:
    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.n_ctx = 1024
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.cache_ram_mib = 0
    params.verbosity = -1
    params.port = 0
    params.warmup = False
    params.api_keys = [key]
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)  # noqa: T201 (whoever started this process reads it)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
