"""Form fields for the templates of panel.ui.forms."""

from typing import Any

from django import template
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from panel.ui.forms import Cards, kind_of

register = template.Library()


@register.filter
def kind(field: BoundField) -> str:
    return kind_of(field)


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The field's own control. The hint and the error are named by it, so that they are read out with it."""
    described = []
    if field.help_text:
        described.append(f"{field.auto_id}_hint")
    if field.errors:
        described.append(f"{field.auto_id}_error")
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if field.errors:
        attrs["aria-invalid"] = "true"
    if kind_of(field) == "area":
        attrs.setdefault("rows", field.field.widget.attrs.get("rows", "4"))
    return SafeString(field.as_widget(attrs=attrs))


@register.simple_tag
def card_choices(field: BoundField) -> list[dict[str, Any]]:
    """The options of a Cards widget with their sentences and tags."""
    widget = field.field.widget
    details = widget.details if isinstance(widget, Cards) else {}
    found = []
    for option in field.subwidgets:
        sentence, tag = details.get(str(option.data["value"]), ("", ""))
        found.append(
            {"control": option.tag(), "label": option.choice_label, "id": option.id_for_label}
            | {"sentence": sentence, "tag": tag}
        )
    return found


@register.simple_tag
def problems(form: BaseForm) -> list[dict[str, Any]]:
    """Everything that is wrong, for the summary above the form: a label, a sentence, the place."""
    found: list[dict[str, Any]] = [{"label": "", "text": text, "id": ""} for text in form.non_field_errors()]
    for field in form:
        # A group of choices has no control of its own; its first choice is the place to go to.
        place = field.id_for_label or f"{field.auto_id}_0"
        found += [{"label": field.label, "text": text, "id": place} for text in field.errors]
    return found
