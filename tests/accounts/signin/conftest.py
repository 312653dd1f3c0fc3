import pytest

from accounts.signin.services import passwords


@pytest.fixture(autouse=True)
def no_floor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals answer at once, but where a test is about how long they take."""
    if "slow_refusals" not in request.fixturenames:
        monkeypatch.setattr(passwords, "FLOOR", 0.0)


@pytest.fixture
def slow_refusals() -> None:
    """Keep the floor."""
