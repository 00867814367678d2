"""What the tests of boards share."""

import pytest

from app.leaderboards import service


@pytest.fixture(autouse=True)
def _no_figures_of_parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes seconds: figures of slices and methods are drawn where a test asks for them alone."""
    if "figures_of_parts" not in request.fixturenames:
        monkeypatch.setattr(service, "DRAWING_SECONDS", -1.0)


@pytest.fixture
def figures_of_parts() -> None:
    """Asks for them."""
