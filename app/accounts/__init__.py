"""People: accounts, sessions, API tokens, roles, annotators."""
