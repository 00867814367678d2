"""`python -m app` is the `preferendum` command."""

from app.cli import main

main()
