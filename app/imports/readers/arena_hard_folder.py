"""A folder of Arena-Hard v2: each judgement with the question and the two answers that it is about.

    question.jsonl, model_answer/<model>.jsonl, model_judgment/<judge>/<model>.jsonl

Questions and answers are looked up where they lie: only their places in the files are kept, some hundred bytes each.
"""

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from app.errors import InvalidInputError
from app.imports.readers.reader import MAX_ROW_BYTES, Reader
from app.imports.records import Fault, Row

_COLUMNS = (*("uid", "category", "prompt", "model", "baseline", "judge", "kind", "games", "answer", "baseline_answer"),)
_Place = tuple[BinaryIO, int]


class ArenaHardFolder(Reader):
    """A line is a judgement, counted from 1 over all files in the order of their names."""

    columns = _COLUMNS

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        if not (path / "question.jsonl").is_file():
            raise InvalidInputError(f"{path}: a folder is read as Arena-Hard's, and this one has no question.jsonl.")
        self._stack = ExitStack()
        self._judgements = sorted(path.glob("model_judgment/*/*.jsonl"))
        self._done = 0

    def rows(self, wanted: Collection[str] | None = None) -> Iterator[Row | Fault]:  # noqa: ARG002 (all are wanted)
        try:
            questions = dict(self._index(self.path / "question.jsonl", ("uid",)))
            answers = {
                key: place
                for file in sorted(self.path.glob("model_answer/*.jsonl"))
                for key, place in self._index(file, ("uid", "model"))
            }
        except ValueError as error:
            yield Fault(1, "", str(error))
            return
        line = 0
        for done, file in enumerate(self._judgements):
            self._done = done
            with file.open("rb") as opened:
                for number, text in enumerate(_lines(opened), start=1):
                    line += 1
                    yield self._joined(line, f"{file.parent.name}/{file.name}, line {number}", text, questions, answers)
        self._done = len(self._judgements)

    def _index(self, path: Path, names: tuple[str, ...]) -> Iterator[tuple[tuple[Any, ...], _Place]]:
        file = self._stack.enter_context(path.open("rb"))
        place = 0
        for text in _lines(file):
            values = _object(text)
            if values is None or not all(isinstance(values.get(name), str) for name in names):
                raise ValueError(
                    f"{path.relative_to(self.path)} holds a line that is no object with {', '.join(names)}"
                )
            yield tuple(values[name] for name in names), (file, place)
            place += len(text)

    def _joined(
        self, line: int, where: str, text: bytes, questions: dict[Any, _Place], answers: dict[Any, _Place]
    ) -> Row | Fault:
        judgement = _object(text)
        if judgement is None:
            return Fault(line, "", f"{where}: is not a JSON object")
        uid, model, baseline = (str(judgement.get(name)) for name in ("uid", "model", "baseline"))
        question = _at(questions.get((uid,)))
        if question is None:
            return Fault(line, "uid", f"{where}: question.jsonl has no {uid:.80}")
        texts = {"answer": model, "baseline_answer": baseline}
        row = {**judgement, "kind": where.split("/", maxsplit=1)[0], "category": question.get("category")}
        row["prompt"] = question.get("prompt")
        for column, name in texts.items():
            answer = _at(answers.get((uid, name)))
            if answer is None:
                return Fault(line, column, f"{where}: model_answer has no answer of {name:.80} to {uid:.80}")
            row[column] = _answer_text(answer)
        return Row(line, {name: row.get(name) for name in _COLUMNS})

    def fraction(self) -> float:
        return self._done / max(len(self._judgements), 1)

    def close(self) -> None:
        self._stack.close()


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines, each with its end. One that is too long is passed on cut off, and so is no JSON."""
    while text := file.readline(MAX_ROW_BYTES):
        yield text


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return values if isinstance(values, dict) else None


def _at(place: _Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    file, offset = place
    file.seek(offset)
    return _object(file.readline(MAX_ROW_BYTES))


def _answer_text(answer: dict[str, Any]) -> Any:
    """The assistant's message: {"answer": text} in Arena-Hard v2, or a text."""
    messages = answer.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    content = last.get("content") if isinstance(last, dict) else None
    return content.get("answer") if isinstance(content, dict) else content
