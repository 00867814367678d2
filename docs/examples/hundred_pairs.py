"""A hundred pairs from a script to a dataset for a trainer.

    pip install ./client
    preferendum token create EMAIL --scope manage --scope export
    export PREFERENDUM_ADDRESS=http://127.0.0.1:8000 PREFERENDUM_TOKEN=…
    python docs/examples/hundred_pairs.py

Makes an arena, sends it a hundred pairs, waits for as many votes as are wanted while people judge at the printed
address, and has them written as preferences that `trl` takes as they are.
"""

import argparse
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from preferendum_client import Client


def pairs() -> Iterator[dict[str, object]]:
    """In place of these come the outputs of the two models that you want to compare."""
    for number in range(100):
        yield {
            "id": f"sum-{number}",
            "prompt": f"What is {number} and {number}?",
            "outputs": [
                {"model": "brief", "text": f"{2 * number}."},
                {"model": "polite", "text": f"With pleasure: {number} and {number} make {2 * number}."},
            ],
        }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--arena", default="sums")
    parser.add_argument("--votes", type=int, default=20, help="how many to wait for")
    parser.add_argument("--out", type=Path, default=Path("preferences"))
    options = parser.parse_args()
    address = os.environ["PREFERENDUM_ADDRESS"]
    with Client(address, os.environ["PREFERENDUM_TOKEN"]) as client:
        client.create_arena(options.arena, "Sums", description="Which answer do you like better?")
        sent = client.send(options.arena, pairs())
        client.open_arena(options.arena)
        print(f"{sent.matchups} pairs can be judged at {address}/arenas/{options.arena}", flush=True)
        for number, vote in enumerate(islice(client.votes(options.arena, since="start"), options.votes), start=1):
            print(f"vote {number}: {vote['model_a']} or {vote['model_b']}? {vote['winner']}", flush=True)
        release = client.release(options.arena, "trl-preference", "parquet", on_progress=lambda now: print(now.state))
        folder = client.download(release, options.out)
    print(f'Load it: datasets.load_dataset("{folder}", split="train")')


if __name__ == "__main__":
    main()
