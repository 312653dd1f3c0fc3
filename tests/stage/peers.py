"""The world outside the panel: a provider and a mail server on loopback, one of each per worker."""

from collections.abc import Iterator

import pytest

from tests.stage import mail, provider


@pytest.fixture(scope="session")
def _provider() -> Iterator[provider.MockProvider]:
    with provider.running() as running:
        yield running


@pytest.fixture
def mock_provider(_provider: provider.MockProvider) -> provider.MockProvider:
    """An OpenAI-shaped provider over a real socket; script it, then read what it received."""
    _provider.reset()
    return _provider


@pytest.fixture(scope="session")
def _smtp() -> Iterator[mail.SmtpSink]:
    with mail.running() as sink:
        yield sink


@pytest.fixture
def smtp_sink(_smtp: mail.SmtpSink) -> mail.SmtpSink:
    """A mail server that keeps what it is given; `smtp_sink.url` is an EMAIL_URL."""
    _smtp.reset()
    return _smtp
