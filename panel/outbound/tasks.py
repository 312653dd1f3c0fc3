"""The outbox's own jobs. A row of the outbox is the truth; a lost or doubled task changes nothing."""

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext_noop

from panel.kernel import clock
from panel.kernel.jobs import job
from panel.outbound import alarms
from panel.outbound.mail import post
from panel.outbound.webhooks import sending


@job("outbound.send_mail", title=gettext_noop("Send a message"))
def send_mail(message_id: str) -> None:
    post.send(UUID(message_id), clock.now())


@job("outbound.post", title=gettext_noop("Send what waits in the outbox"), every=timedelta(seconds=20))
def post_due() -> None:
    for message_id in post.due(clock.now()):
        post.send(message_id, clock.now())


@job("outbound.webhooks", title=gettext_noop("Send webhooks"), every=timedelta(seconds=5))
def webhooks() -> None:
    sending.collect(clock.now())
    sending.work(clock.now())


@job("outbound.alarms", title=gettext_noop("Tell of alarms"), every=timedelta(minutes=1))
def watch_alarms() -> None:
    alarms.watch(clock.now())


@job(
    "outbound.forget_mail",
    title=gettext_noop("Empty old messages, drop old deliveries"),
    every=timedelta(hours=1),
    deletes=True,
)
def forget_mail() -> None:
    post.forget(clock.now())
    sending.forget(clock.now())
