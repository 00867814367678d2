"""The demo where the small model is missing or does not start: it goes on, and says so."""

import subprocess
import sys

import pytest

from app.config import Settings
from app.demo import commands, parts
from app.demo.parts import LocalModel, local_model


def python(program: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)


def test_the_address_is_the_first_line_that_the_model_says() -> None:
    with python("print('http://127.0.0.1:1')") as part:
        assert LocalModel(part).address() == "http://127.0.0.1:1"


async def test_a_model_that_ends_before_it_serves_leaves_the_demo_without_a_live_arena(
    test_url: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with python("raise SystemExit(3)") as part:
        why = await commands._set_up_live(test_url, settings, LocalModel(part))
    assert why == commands.NOT_STARTED
    commands._tell("http://127.0.0.1:8000", why, "Made anew.")
    told = capsys.readouterr().out
    assert "No live arena this time: the small model did not start" in told
    assert "/arenas/ask" not in told
    assert "/arenas/demo" in told


async def test_where_no_model_is_installed_the_demo_says_how_to_get_one(
    test_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "is_installed", lambda: False)
    with local_model() as model:
        assert model is None
        assert "make demo-model" in (await commands._set_up_live(test_url, settings, model) or "")


def test_the_model_ends_with_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "is_installed", lambda: True)
    monkeypatch.setattr(parts, "_start", lambda *_, **__: python("import time; time.sleep(600)"))
    with local_model() as model:
        assert model is not None
        assert not model.has_ended
    assert model.has_ended
