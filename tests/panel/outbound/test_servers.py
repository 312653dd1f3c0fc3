"""The mail server that is in force, and how it is set."""

from typing import Any

import pytest
from django.db import connection

from panel.journal.models import Leaf
from panel.kernel import actors, clock
from panel.kernel.errors import Conflict, Invalid
from panel.outbound.mail import servers
from panel.outbound.mail.rules import Tls

pytestmark = pytest.mark.django_db


class TestServer:
    def given(self, **changes: Any) -> dict[str, Any]:
        values: dict[str, Any] = {
            "host": "mail.example.org", "port": 587, "tls": Tls.STARTTLS, "user": "panel",
            "password": "geheim-123", "sender": "panel@example.org", "reply_to": "",
        }  # fmt: skip
        return {"actor": actors.console(), "at": clock.now(), **values, **changes}

    def test_the_environment_wins(self) -> None:
        profile = servers.current()
        assert profile is not None
        assert profile.fixed
        with pytest.raises(Conflict):
            servers.change(**self.given())

    def test_the_password_is_sealed_and_kept_without_typing_it_again(self, no_server: None) -> None:
        servers.change(**self.given())
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(m)::text FROM outbound_mailserver m")
            text = cursor.fetchone()[0]
        assert "geheim" not in text
        assert b"geheim".hex() not in text
        assert "geheim" not in str(Leaf.objects.filter(event="outbound.server.changed").values_list("data", flat=True))
        servers.change(**self.given(password="", sender="desk@example.org"))
        profile = servers.current()
        assert profile is not None
        assert (profile.server.password, str(profile.sender)) == ("geheim-123", "desk@example.org")
        assert "geheim" not in repr(profile)

    @pytest.mark.parametrize("change", [{"host": "evil.example.org"}, {"port": 2525}, {"user": "other"}])
    def test_a_stored_password_goes_to_no_other_machine(self, no_server: None, change: dict[str, Any]) -> None:
        servers.change(**self.given())
        with pytest.raises(Invalid) as refused:
            servers.change(**self.given(password="", **change))
        assert "password" in refused.value.fields

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"host": "mail.example.org/x"}, "host"),
            ({"host": "127.1"}, "host"),
            ({"tls": Tls.NONE}, "tls"),
            ({"sender": "Panel <p@example.org>"}, "sender"),
            ({"sender": ""}, "sender"),
            ({"reply_to": "a@b\nBcc: c@d.e"}, "reply_to"),
        ],
    )
    def test_what_cannot_be_used_is_refused_beside_its_field(
        self, no_server: None, change: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            servers.change(**self.given(**change))
        assert list(refused.value.fields) == [field]
