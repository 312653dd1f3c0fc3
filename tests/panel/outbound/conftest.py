"""A mail server of this test's own, in force through the environment."""

import pytest

from panel.kernel import boot
from tests.panel.outbound.peer import certificate
from tests.stage.mail import SmtpSink

__all__ = ["certificate"]


@pytest.fixture
def post_box(smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> SmtpSink:
    """The sink is the panel's mail server."""
    monkeypatch.setitem(boot.environment(), "EMAIL_URL", smtp_sink.url)
    return smtp_sink


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names no mail server."""
    monkeypatch.delitem(boot.environment(), "EMAIL_URL", raising=False)
