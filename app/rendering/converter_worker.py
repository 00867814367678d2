r"""The process that typesets formulas and colours code; `converter.py` starts it and talks to it over its pipes.

Both libraries can be made to run for minutes by a short text. `math-core` recurses without a limit and tries unpaired
brackets in exponential time (measured on 0.9: a thousand `\sum` overflow the stack, thirty `(` do not end); Pygments'
regular expressions are quadratic for some languages (measured on 2.21: 30 kB of `//` as C take over four seconds).
Nothing in Python can interrupt that, so it happens here, where the kernel ends it: by stack, by memory and by processor
time, which does not depend on how busy the machine is.

One line of JSON in, a list of [kind, text]; one line of JSON out for each of them, a string or null.
"""

import json
import resource
import signal
import sys
from collections.abc import Callable

from math_core import LatexError, LatexToMathML
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name

CPU_SECONDS_A_PIECE = 0.25
CPU_SECONDS_A_REQUEST = 1.0
MEMORY_BYTES = 1 << 30
MAX_CHARACTERS_OUT = 2_000_000

_MATHS = LatexToMathML(fancy_error=False, max_expansions=200)
_CODE: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def _limit_process() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which closes our input


def _work(kind: str, text: str) -> Callable[[], str]:
    """What has to be done, with everything loaded that must not count as time spent on `text`."""
    if kind in {"inline", "display"}:
        return lambda: _MATHS.convert_with_local_state(text, displaystyle=kind == "display")
    lexer = get_lexer_by_name(kind, stripnl=False, ensurenl=False)
    return lambda: highlight(text, lexer, _CODE)


def _convert(kind: str, text: str) -> str | None:
    work = _work(kind, text)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS_A_PIECE)
    try:
        html = work()
    except LatexError:
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return html if len(html) <= MAX_CHARACTERS_OUT else None


def main() -> None:
    _limit_process()
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS_A_REQUEST)
        for kind, text in json.loads(line):
            # Flushed, so that what is done stays done when the next piece ends this process.
            print(json.dumps(_convert(kind, text)), flush=True)  # noqa: T201 (the pipe is the interface)
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    main()
