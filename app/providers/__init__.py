"""Ways to call a model, one file each behind one protocol, and how calls are made: limits, retries, circuit breakers.

A leaf: knows no feature, no web framework and no database. Nothing here logs or stores prompts, answers or credentials.
"""
