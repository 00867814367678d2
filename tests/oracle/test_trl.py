"""TRL takes a release as it is: its own detection, its chat templates, and a step of its DPO trainer."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from app.releases.formats.format import NESTED_TYPES
from tests.oracle.conftest import Releaser

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(600)]

TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}{{ eos_token }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def byte_tokenizer() -> Any:
    """A tokenizer of single bytes with a chat template; it needs no vocabulary from anywhere."""
    import tokenizers  # noqa: PLC0415 (there only in the oracles' environment)
    import transformers  # noqa: PLC0415

    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    special = ["<pad>", "<eos>", "<|user|>", "<|assistant|>"]
    vocabulary = {token: number for number, token in enumerate([*special, *sorted(alphabet)])}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    wrapped = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>", additional_special_tokens=special[2:]
    )
    wrapped.chat_template = TEMPLATE
    return wrapped


def save_tiny_model(folder: Path, vocabulary: int) -> None:
    """A random model in a folder, from which the trainer also loads its reference."""
    import transformers  # noqa: PLC0415

    model = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=vocabulary,
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            max_position_embeddings=512,
            pad_token_id=0,
            eos_token_id=1,
            bos_token_id=1,
        )
    )
    model.save_pretrained(folder)


@pytest.mark.parametrize(
    ("format_name", "is_conversational"),
    [
        ("trl-preference-plain", False),
        ("trl-preference-implicit", True),
        ("trl-preference-implicit-plain", False),
        ("trl-unpaired", True),
        ("trl-unpaired-plain", False),
        ("ultrafeedback", True),
    ],
)
async def test_trl_sees_each_form_for_what_it_is_and_finds_its_prompt(
    trl: ModuleType, datasets: ModuleType, released: Releaser, format_name: str, is_conversational: bool
) -> None:
    dataset = datasets.load_dataset(str(await released(format_name, "parquet")), split="train")
    has_prompt_within = "implicit" in format_name or format_name == "ultrafeedback"
    wanted = dataset.select_columns(["chosen", "rejected"]) if has_prompt_within else dataset
    assert all(trl.is_conversational(row) == is_conversational for row in wanted)
    if "unpaired" not in format_name:
        assert all(trl.maybe_extract_prompt(row)["prompt"] for row in wanted)


@pytest.mark.parametrize("file_type", NESTED_TYPES)
async def test_trl_sees_conversations_with_an_explicit_prompt(
    trl: ModuleType, datasets: ModuleType, released: Releaser, file_type: str
) -> None:
    folder = await released("trl-preference", file_type)
    dataset = datasets.load_dataset(str(folder), split="train")
    assert all(trl.is_conversational(row) for row in dataset)
    last = dataset[-1]
    assert trl.maybe_extract_prompt(last) == last
    templated = trl.apply_chat_template(last, byte_tokenizer())
    start = "<|user|>Hello<eos><|assistant|>Hi!<eos><|user|>Which dish is it?<eos><|assistant|>"
    assert templated["prompt"] == start
    assert templated["chosen"] == "Amatriciana, without.<eos>"
    assert templated["rejected"] == "Carbonara, with eggs.<eos>"


async def test_an_unpaired_dataset_can_be_made_of_it(trl: ModuleType, datasets: ModuleType, released: Releaser) -> None:
    folder = await released("trl-preference", "parquet")
    dataset = datasets.load_dataset(str(folder), split="train")
    unpaired = trl.unpair_preference_dataset(dataset)
    assert unpaired.num_rows == 2 * dataset.num_rows
    assert sum(unpaired["label"]) == dataset.num_rows


@pytest.mark.parametrize("file_type", NESTED_TYPES)
async def test_the_dpo_trainer_takes_a_step_on_it(
    trl: ModuleType, datasets: ModuleType, released: Releaser, file_type: str, tmp_path: Path
) -> None:
    folder = await released("trl-preference", file_type)
    tokenizer = byte_tokenizer()
    save_tiny_model(tmp_path / "model", len(tokenizer))
    trainer = trl.DPOTrainer(
        model=str(tmp_path / "model"),
        args=trl.DPOConfig(
            output_dir=str(tmp_path / "out"),
            max_steps=1,
            per_device_train_batch_size=2,
            max_length=64,
            use_cpu=True,
            bf16=False,
            report_to="none",
            save_strategy="no",
            logging_steps=1,
        ),
        train_dataset=datasets.load_dataset(str(folder), split="train").select(range(28, 31)),
        processing_class=tokenizer,
    )
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert len(losses) == 1
    assert 0 < losses[0] < 2
