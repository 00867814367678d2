"""The rules that a row breaks while it is understood."""

from app.linting.rules import Rule

UNKNOWN_SHAPE = Rule(
    "unknown-shape",
    "error",
    "Columns of no known shape",
    "Without knowing which column is the prompt, which the answers and which the verdict, only texts can be looked at.",
    "Rename the columns to those of a known shape, for example prompt, chosen and rejected.",
)
MIXED_SHAPES = Rule(
    "mixed-shapes",
    "error",
    "Rows of different shapes in one file",
    "Trainers such as TRL look at the first row only, and treat all others alike: the others are trained on wrongly, "
    "or end the run in its middle.",
    "Write one file per shape, or bring all rows into the first row's.",
)
MISSING_COLUMNS = Rule(
    "missing-columns",
    "error",
    "Rows without a column that their shape needs",
    "Loaders fill in nothing, and trainers fail there or train on an empty text.",
    "Fill the column in, or leave the row out.",
)
WRONG_TYPES = Rule(
    "wrong-types",
    "error",
    "Values of the wrong type",
    "A loader guesses the type from the first rows and fails at, or silently converts, the others.",
    "Write the value as the shape has it: texts as strings, conversations as lists of {role, content}.",
)
ROLES = Rule(
    "roles-out-of-order",
    "warning",
    "Conversations whose roles are out of order",
    "Chat templates expect user and assistant in turn, a system message only at the beginning, and an answer at the "
    "end; many refuse anything else, and the others produce a text that no model has seen.",
    "Merge messages of one speaker, put the system message first, and end with the assistant's answer.",
)
DIFFERENT_PROMPTS = Rule(
    "different-prompts",
    "warning",
    "Pairs whose two sides answer different prompts",
    "The pair says which conversation went better, not which answer is: a trainer learns from what the user wrote.",
    "Compare only answers to the same prompt, and put what both share into the prompt.",
)
UNKNOWN_VERDICTS = Rule(
    "unknown-verdicts",
    "error",
    "Verdicts that are no verdict",
    "The row can neither be counted nor be trained on.",
    "Write one of model_a, model_b, tie and both_bad, or what the shape has instead.",
)
SCORES_AGAINST_VERDICT = Rule(
    "scores-against-verdict",
    "warning",
    "Chosen answers with a lower score than the rejected ones",
    "The row's two statements contradict each other, so one of them is wrong.",
    "Find out which of the two is meant, and swap or drop the row.",
)
SHAPE_RULES = (
    UNKNOWN_SHAPE,
    MIXED_SHAPES,
    MISSING_COLUMNS,
    WRONG_TYPES,
    ROLES,
    DIFFERENT_PROMPTS,
    UNKNOWN_VERDICTS,
    SCORES_AGAINST_VERDICT,
)
