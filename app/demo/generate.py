"""Generates the demo arena's matchups: `python -m app.demo.generate`, where `make setup` could install the model.

Reads `data/prompts.jsonl` and `data/models.jsonl` (written by hand: one small model under several settings), lets
every contestant answer every prompt, pairs the answers and writes `data/matchups.jsonl`. It needs no network.
"""

import random
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import xllamacpp
from rich.console import Console
from rich.progress import track

from app.demo.local_model import find_weights

Row = dict[str, Any]
Answers = dict[str, str]  # contestant's name -> its text, for one prompt

DATA = Path(__file__).parent / "data"
SEED = 2025
PAIRS_PER_PROMPT = 5
# A made-up web or e-mail address or telephone number may be somebody's.
CONTACT = re.compile(r"https?://|www\.|\S@\S|(?<!\d)\d{3}[-. )]{1,2}\d{4}")


def load_model(weights: Path) -> Any:
    """The model on one thread and one slot, so that an answer depends on nothing but its request."""
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx = 2048
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.cache_ram_mib = 0
    params.verbosity = -1
    return xllamacpp.Server(params)


def request_body(settings: Row, prompt: str, seed: int) -> Row:
    """The body of an OpenAI-style chat completion, with the sampler settings that llama.cpp adds to it.

    A contestant's examples go before the prompt as turns: a model this small follows examples far better than
    instructions. No prefix is cached, as it would be computed in other batches, whose last bits may change the text.
    """
    turns = [("system", settings["system"])]
    for question, reply in settings["examples"]:
        turns += [("user", question), ("assistant", reply)]
    turns.append(("user", prompt))
    messages = [{"role": role, "content": content} for role, content in turns]
    return {"messages": messages, "seed": seed, "cache_prompt": False, **settings["sampling"]}


def answer(model: Any, settings: Row, prompt: str, seed: int) -> str:
    """What the model says, without white space at its ends; cut off where it reaches `max_tokens`."""
    reply = model.handle_chat_completions(request_body(settings, prompt, seed))
    if "choices" not in reply:
        raise RuntimeError(f"The model gave no answer to {prompt!r}: {reply}")
    text: str = reply["choices"][0]["message"]["content"]
    return text.strip()


def usable(text: str) -> bool:
    """Whether a text can be shown: not empty, no control token, no character cut in half, nobody's address."""
    broken = "<|" in text or "\N{REPLACEMENT CHARACTER}" in text
    return bool(text) and not broken and CONTACT.search(text) is None


def deal_pairs(names: list[str], prompts: int, dice: random.Random) -> Iterator[list[tuple[str, str]]]:
    """Five pairs of the six contestants for each prompt, in random slot order.

    The complete graph on six vertices falls into three zigzag paths of five edges, each through all vertices
    (Walecki's decomposition). So every three prompts meet all fifteen pairs once, and no answer is generated in vain.
    """
    names = list(names)
    for index in range(prompts):
        start = index % 3
        if start == 0:
            dice.shuffle(names)
        path = [names[(start + step) % len(names)] for step in (0, 1, -1, 2, -2, 3)]
        pairs = list(pairwise(path))
        dice.shuffle(pairs)
        yield [(first, second) if dice.random() < 0.5 else (second, first) for first, second in pairs]


def matchup_rows(prompts: list[Row], names: list[str], answers: list[Answers]) -> Iterator[Row]:
    """The rows that an arena imports. A pair that is not two different, usable texts makes none."""
    dealt = deal_pairs(names, len(prompts), random.Random(SEED))  # noqa: S311 - repeatable on purpose, no secret
    number = 0
    for prompt, texts, pairs in zip(prompts, answers, dealt, strict=True):
        for pair in pairs:
            outputs = [{"model": name, "text": texts[name]} for name in pair]
            if texts[pair[0]] == texts[pair[1]] or not all(usable(output["text"]) for output in outputs):
                continue
            number += 1
            shared = {key: prompt[key] for key in ("prompt", "category", "language")}
            yield {"id": f"demo-{number:04d}", **shared, "outputs": outputs}


def read_lines(path: Path) -> list[Row]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def main() -> None:
    console = Console()
    prompts, contestants = read_lines(DATA / "prompts.jsonl"), read_lines(DATA / "models.jsonl")
    weights = find_weights()
    if weights is None:
        raise SystemExit("The weights are not installed: make demo-model")
    model = load_model(weights)
    answers: list[Answers] = [
        {row["model"]: answer(model, row["settings"], prompt["prompt"], SEED + index) for row in contestants}
        for index, prompt in enumerate(track(prompts, "Answering", console=console))
    ]
    rows = list(matchup_rows(prompts, [row["model"] for row in contestants], answers))
    (DATA / "matchups.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    left_out = PAIRS_PER_PROMPT * len(prompts) - len(rows)
    console.print(f"{len(rows)} matchups from {len(prompts)} prompts; {left_out} pairs left out.")


if __name__ == "__main__":
    main()
