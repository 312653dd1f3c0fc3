"""What happens each minute: words that came in after their chat was deleted are destroyed."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from assistants.chat.services import talking
from panel.kernel import clock
from panel.kernel.jobs import job


@job("chat.forget", title=str(_("Destroy what is left of deleted chats")), every=timedelta(minutes=1))
def forget() -> None:
    talking.forget(at=clock.now())
