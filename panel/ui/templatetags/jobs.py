"""`{% job_card job %}`: how a long task is getting on, on whatever page it was started from. Takes a kernel.Job or None."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from panel.kernel.models import Job
from panel.ui.web import jobs

register = template.Library()


@register.simple_tag(takes_context=True)
def job_card(context: dict[str, Any], job: Job | None) -> SafeString | str:
    """Nothing when there is no job. Who may see the page sees the card; the job's own page asks for itself."""
    if job is None:
        return ""
    return render_to_string("elements/data/job.html", {"shown": jobs.shown(job)}, request=context.get("request"))
