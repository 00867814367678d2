"""The browser of the end-to-end tests, for the pages of models."""

from tests.e2e.conftest import browser

__all__ = ["browser"]
