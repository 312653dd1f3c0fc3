from datetime import timedelta

from panel.kernel.jobs import job
from panel.ui.api import idempotency


@job("ui.forget_created", title="Forget answers to repeated creates", every=timedelta(hours=1))
def forget_created() -> None:
    idempotency.forget()
