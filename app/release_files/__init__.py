"""Released folders as anybody has them: checked without a database."""
