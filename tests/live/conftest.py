"""The browser of the end-to-end tests, for the researcher's pages of a live arena."""

from tests.e2e.conftest import browser

__all__ = ["browser"]
