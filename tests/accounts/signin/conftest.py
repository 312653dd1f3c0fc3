import pytest


@pytest.fixture(autouse=True)
def no_floor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals answer at once, but where a test is about how long they take."""
    if "slow_refusals" not in request.fixturenames:
        # By name: pytest reads this file before Django is set up when the folder is given alone.
        monkeypatch.setattr("accounts.signin.services.passwords.FLOOR", 0.0)


@pytest.fixture
def slow_refusals() -> None:
    """Keep the floor."""


@pytest.fixture(autouse=True)
def limits_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test sets does not hold in the next."""
    monkeypatch.setattr("accounts.signin.services.limits._held", [])
