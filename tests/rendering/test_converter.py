import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest

from app.rendering.converter import Converter, Piece

ENDLESS = Piece("inline", "(" * 60)
OVERFLOWING = Piece("inline", "{" * 100_000 + "}" * 100_000)
SLOW_CODE = Piece("c", "/" * 200_000)
GOOD = Piece("inline", "x")
CODE = Piece("python", "x")


@pytest.fixture
def converter() -> Iterator[Converter]:
    converter = Converter()
    yield converter
    converter.close()


@pytest.mark.parametrize("deadly", [ENDLESS, OVERFLOWING, SLOW_CODE])
def test_a_piece_that_kills_the_helper_costs_only_itself(converter: Converter, deadly: Piece) -> None:
    assert set(converter.convert([GOOD, deadly, CODE])) == {GOOD, CODE}


def test_a_text_may_kill_the_helper_once_and_the_next_text_finds_it_again(converter: Converter) -> None:
    assert set(converter.convert([GOOD, ENDLESS, OVERFLOWING, CODE])) == {GOOD}
    assert set(converter.convert([CODE, GOOD])) == {GOOD, CODE}


def test_a_helper_that_was_killed_from_outside_is_started_again(converter: Converter) -> None:
    assert converter.convert([GOOD])
    assert converter._process is not None
    os.kill(converter._process.pid, signal.SIGKILL)
    converter._process.wait()
    assert set(converter.convert([GOOD, CODE])) == {GOOD, CODE}


def test_without_a_helper_there_are_no_formulas_and_no_errors(
    converter: Converter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    assert converter.convert([GOOD, CODE]) == {}
    monkeypatch.undo()
    assert set(converter.convert([GOOD, CODE])) == {GOOD, CODE}


def test_invalid_latex_is_left_out_and_nothing_else(converter: Converter) -> None:
    wrong = Piece("display", r"\frac{")
    assert converter.convert([wrong, GOOD]) == {GOOD: "<math><mi>x</mi></math>"}


def test_a_formula_that_multiplies_itself_is_left_out(converter: Converter) -> None:
    many = Piece("inline", r"\newcommand\a{" + "y" * 3_000 + "}" + r"\a" * 250)
    assert set(converter.convert([many, GOOD])) == {GOOD}


def test_any_characters_pass_through_the_pipe(converter: Converter) -> None:
    text = "é漢😀\n\t\u2028\x85 \"'\\<&>\n"
    (html,) = converter.convert([Piece("text", text)]).values()
    assert unescape(html) == text


def test_threads_share_one_helper_without_mixing_their_answers(converter: Converter) -> None:
    texts = [[Piece("inline", f"{name}_{i}") for i in range(20)] for name in "abcdefgh"]
    with ThreadPoolExecutor(8) as pool:
        for pieces, converted in zip(texts, pool.map(converter.convert, texts), strict=True):
            assert list(converted) == pieces
            assert all(f"<mi>{piece.text[0]}</mi>" in html for piece, html in converted.items())


def run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_forked_process_starts_a_helper_of_its_own() -> None:
    output = run("""
        import os
        from app.rendering import converter, render_markdown
        assert "<math>" in render_markdown("$x$")
        helper = converter._converter._process.pid
        child = os.fork()
        if child == 0:
            ok = "<mi>y</mi>" in render_markdown("$y$") and converter._converter._process.pid != helper
            converter._converter.close()
            os._exit(0 if ok else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert "<mi>z</mi>" in render_markdown("$z$")
        print(converter._converter._process.pid == helper)
    """)
    assert output == "True\n"


def test_the_helper_ends_with_the_process_that_started_it_even_when_that_is_killed() -> None:
    output = run("""
        import os, subprocess, sys
        script = "import os; from app.rendering import converter as c, render_markdown as r; r('$x$');"
        script += "print(c._converter._process.pid, flush=True); os.kill(os.getpid(), 9)"
        helper = int(subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE).stdout)
        def runs():
            try:
                with open(f"/proc/{helper}/stat") as stat:
                    return stat.read().split()[2] != "Z"
            except FileNotFoundError:
                return False
        import time
        while runs():
            time.sleep(0.01)
        print("gone")
    """)
    assert output == "gone\n"


def test_the_server_stays_silent_about_it(capfd: pytest.CaptureFixture[str], converter: Converter) -> None:
    converter.convert([OVERFLOWING, GOOD])
    assert capfd.readouterr() == ("", "")
