"""What is measured of an answer."""

from app.battles.style import Style, measure_style

ANSWER = """# Title

Some **bold** words and __more__, but not * these * or **an open
span.

- first
* second
  1. nested
10) tenth
-no item

```python
# no header
- no item
**no bold**
```
### Another
#hashtag
"""


def test_marks_outside_code_are_counted_and_all_characters_are() -> None:
    assert measure_style([ANSWER]) == Style(characters=len(ANSWER), headers=2, lists=4, bold=2)


def test_blocks_are_one_answer() -> None:
    assert measure_style(["ab", "# c"]) == Style(characters=6, headers=1, lists=0, bold=0)


def test_an_answer_that_breaks_off_in_code_has_no_marks_after_it() -> None:
    assert measure_style(["**a**\n```\n# x\n**b**"]).bold == 1


def test_an_empty_answer_measures_nothing() -> None:
    assert measure_style([]) == Style(0, 0, 0, 0)
