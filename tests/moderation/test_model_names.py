import pytest

from app.moderation.identity_leaks import LeakFinder
from app.moderation.model_names import names_of
from tests.moderation.leak_corpus import INNOCENT_OF_REGISTERED, REGISTERED, SELF_NAMING

REGISTERED_FINDER = LeakFinder([name for registered in REGISTERED for name in names_of(*registered)])


@pytest.mark.parametrize(
    ("model", "organisation", "names"),
    [
        (
            "meta-llama/Llama-3.1-8B-Instruct",
            "Meta",
            {"Llama-3.1-8B-Instruct", "Llama-3.1-8B", "Llama-3.1", "Llama 3", "Llama", "Meta"},
        ),
        (
            "claude-3-5-sonnet-20241022",
            "Anthropic",
            {"claude-3-5-sonnet-20241022", "claude-3-5-sonnet", "claude 3.5", "claude 3", "claude", "Anthropic"},
        ),
        ("Command R+", "Cohere", {"Command R+", "Cohere"}),
        ("o1-preview", "OpenAI", {"o1-preview", "o1", "OpenAI"}),
        ("SmolLM2-135M-Instruct (hot)", None, {"SmolLM2-135M-Instruct", "SmolLM2-135M", "SmolLM2", "SmolLM"}),
        ("mistral-large-2407", "Mistral AI", {"mistral-large-2407", "mistral-large", "mistral", "Mistral AI"}),
        ("gemma-2-9b-it", "Google", {"gemma-2-9b-it", "gemma-2-9b", "gemma-2", "gemma", "Google"}),
        ("通义千问", "阿里巴巴", {"通义千问", "阿里巴巴"}),
    ],
)
def test_names_are_derived_from_what_the_registry_knows(model: str, organisation: str | None, names: set[str]) -> None:
    assert set(names_of(model, organisation, [])) == names


@pytest.mark.parametrize("model", ["large", "Chat", "x", "7", "base model", "", "Yi", "command"])
def test_a_name_that_would_accuse_anybody_is_left_out(model: str) -> None:
    assert names_of(model, None, []) == ()


def test_aliases_are_kept_as_the_arena_chose_them_once_each() -> None:
    assert names_of("ChatGPT", None, ["chat-gpt", "clever one", " ", "x", "4", "クロード"]) == (
        "ChatGPT",
        "clever one",
        "クロード",
    )


@pytest.mark.parametrize(
    "text", ["a large language model", "I chat with people", "use the command line", "a base of 7 or 70b", "yi"]
)
def test_derived_names_do_not_flag_ordinary_words(text: str) -> None:
    models = [
        ("Yi-34B-Chat", "01.AI"),
        ("Command R+", "Cohere"),
        ("mistral-large-2407", "Mistral AI"),
        ("Falcon-40B", "TII"),
    ]
    names = [name for model, organisation in models for name in names_of(model, organisation, [])]
    assert LeakFinder(names).find(text) == []


def test_what_a_model_says_of_itself_is_found_by_derived_names() -> None:
    finder = LeakFinder(names_of("HuggingFaceTB/SmolLM2-135M-Instruct", "Hugging Face", []))
    text = "I am SmolLM, trained by Hugging Face."
    assert [span.name for span in finder.find(text)] == ["SmolLM", "Hugging Face"]


@pytest.mark.parametrize("text", INNOCENT_OF_REGISTERED)
def test_names_that_are_everyday_words_set_no_innocent_answer_aside(text: str) -> None:
    assert REGISTERED_FINDER.find(text) == []


@pytest.mark.parametrize(("text", "name"), SELF_NAMING)
def test_whoever_names_itself_by_an_everyday_word_is_still_found(text: str, name: str) -> None:
    assert name in [span.name.lower() for span in REGISTERED_FINDER.find(text)]
