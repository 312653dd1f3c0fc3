"""A letter as a message of RFC 5322. The library refuses line breaks in header values; we never build headers by hand."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from panel.outbound.mail.addresses import Mailbox
from panel.outbound.mail.letters import Written


def compose(
    written: Written,
    *,
    sender: Mailbox,
    sender_name: str,
    to: Mailbox,
    reply_to: Mailbox | None,
    number: UUID,
    at: datetime,
) -> EmailMessage:
    """The same `number` gives the same Message-ID, so that a receiver can drop a message that came twice."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(sender, sender_name)
    mail["To"] = _address(to)
    if reply_to:
        mail["Reply-To"] = _address(reply_to)
    mail["Subject"] = written.subject
    mail["Date"] = at
    mail["Message-ID"] = f"<{number}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(written.text)
    mail.add_alternative(written.html, subtype="html")
    return mail


def _address(box: Mailbox, name: str = "") -> Address:
    plain = " ".join("".join(char if char.isprintable() else " " for char in name).split())
    return Address(display_name=plain[:80], username=box.local, domain=box.domain)
