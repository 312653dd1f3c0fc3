"""Questions about the way from the gateway to the conversations."""

from assistants.gateway.models import Inbox


def unreadable_frames() -> int:
    return Inbox.objects.filter(failed=True).count()


def waiting_frames() -> int:
    return Inbox.objects.filter(failed=False).count()
