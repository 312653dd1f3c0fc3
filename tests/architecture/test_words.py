"""What may stand only in one place: crypto, clocks, queries, one-time passwords."""

import ast
import re
from collections.abc import Iterator

from tests.architecture import tree

# Real time on purpose: one-time passwords, sessions, signatures and TLS do not obey the house's clock.
REAL_TIME = (
    "accounts/invitations/",  # one-time links live in real time
    "accounts/signin/",
    "accounts/access/services.py",  # how long ago a factor was proved
    "accounts/access/middleware.py",  # the same
    "accounts/credentials/queries/signed.py",  # signed tokens live in real time, and so do their keys
    "accounts/credentials/tasks.py",
    "accounts/credentials/views/oauth.py",
    "accounts/credentials/views/protocol.py",
    "accounts/credentials/views/rules.py",
    "assistants/gateway/engine/state/callers.py",
    "assistants/gateway/engine/state/identity.py",
    "compliance/auditing/services/sending/objects.py",  # signatures of requests live in real time
    "compliance/witness/services.py",  # and so do cosignatures
    "compliance/subjects/middleware.py",  # sessions and links of data subjects
    "compliance/subjects/services/proving.py",
    "compliance/subjects/tasks.py",
    "panel/kernel/registries/demo.py",  # proves factors
    "assistants/gateway/engine/playground/",  # tickets
    "panel/kernel/clock.py",
    "panel/kernel/tickets.py",
    "panel/ops/",
    "panel/outbound/",
    # Sessions and invitations of the chat.
    "assistants/chat/services/inviting.py",
    "assistants/chat/services/talking.py",
    "assistants/chat/services/visiting.py",
    "assistants/chat/views/",
)
CLOCKS = {"timezone.now", "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}


def _calls(name: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree.parsed(name)):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node), node.lineno


def _where(names: list[str], pattern: str) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{name}:{number}"
        for name in names
        for number, line in enumerate(tree.text(name).splitlines(), 1)
        if wanted.search(line)
    ]


def test_only_the_envelope_touches_aesgcm() -> None:
    product = [name for name in tree.python() if name != "panel/kernel/crypto/envelope.py"]
    assert _where(product, r"\b(AESGCM|ChaCha20Poly1305|Fernet|X25519PrivateKey)\b") == []


def test_a_factor_is_verified_only_through_the_locked_call() -> None:
    # `device.verify_token()` alone accepts one code several times in parallel; django_otp.verify_token() locks the row.
    found = [
        f"{name}:{line}"
        for name in tree.python()
        for call, line in _calls(name)
        if call.endswith(".verify_token") and call != "django_otp.verify_token"
    ]
    assert found == []


def test_views_endpoints_and_tasks_ask_no_model() -> None:
    doors = [name for name in tree.python() if tree.room(name) in {"views", "api", "tasks"}]
    assert _where(doors, r"\b[A-Z]\w*\.objects\b(?!\.none\()|\.save\(|connection\.cursor") == []


def test_the_clock_is_read_in_one_place() -> None:
    found = [
        f"{name}:{line} {call}"
        for name in tree.python()
        if not name.startswith(REAL_TIME)
        for call, line in _calls(name)
        if call in CLOCKS
    ]
    assert found == []


def test_rules_and_services_are_told_the_time() -> None:
    pure = [name for name in tree.python() if tree.room(name) == "rules"]
    assert _where(pure, r"\bclock\.now\(|import clock") == []


def test_no_sql_reads_the_servers_clock() -> None:
    """But leases between machines, which live and end by one real clock: the database's."""
    assert (
        _where(
            [one for one in tree.python(migrations=True) if not one.startswith("panel/kernel/work/")],
            r"(?i)[\"' (,]now\(\)(?!.*->)|\bCURRENT_(TIMESTAMP|DATE)\b|clock_timestamp\(",
        )
        == []
    )


def test_amounts_are_not_floats() -> None:
    assert _where([name for name in tree.python() if tree.room(name) == "models"], r"\bFloatField\b") == []


def test_no_url_carries_an_action() -> None:
    # A list may be narrowed by the action of a verdict; a form may not choose its verb by a parameter.
    pages = [name for name in tree.files() if name.startswith("templates/")]
    assert _where(pages, r"action=\"[^\"]*\?action=|hx-(post|put|delete)=\"[^\"]*\?action=") == []


def test_no_template_carries_inline_style_or_script() -> None:
    pages = [name for name in tree.files() if name.startswith("templates/") and not name.startswith("templates/emails")]
    assert _where(pages, r"(?i)<style|\sstyle=|\son[a-z]+=\"|javascript:") == []
    assert _where(pages, r"(?i)<script(?![^>]*(nonce|application/json))") == []
