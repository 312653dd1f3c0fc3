"""Who sees and steers long jobs. Everybody sees their own."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

SEE_JOBS = Permit(
    "ops.see_jobs",
    _("See everybody's jobs and the schedule"),
    frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.AUDITOR}),
)
MANAGE_JOBS = Permit(
    "ops.manage_jobs",
    _("Cancel and repeat everybody's jobs, run scheduled ones now"),
    frozenset({Role.ADMINISTRATOR, Role.OPERATOR}),
)
PERMITS = (SEE_JOBS, MANAGE_JOBS)
