"""What versions say, and how two of them differ."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.people import queries as people
from assistants.catalog.models import Assistant, AssistantVersion, Draft, Publication
from assistants.catalog.queries import parts
from assistants.catalog.rules import content
from assistants.catalog.rules.content import Content
from panel.ui.drawings import diff

NOTHING = Content(system_prompt="", provider="", model="", policy="", policy_digest="")


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the settings table; `same` is greyed."""

    label: str
    old: str
    new: str

    @property
    def same(self) -> bool:
        return self.old == self.new


@dataclass(frozen=True, slots=True)
class Comparison:
    rows: list[diff.Row]
    settings: list[Setting]

    @property
    def lines(self) -> int:
        return diff.changed_lines(self.rows)

    @property
    def changed_settings(self) -> int:
        return sum(not setting.same for setting in self.settings)


def of(assistant: Assistant) -> list[AssistantVersion]:
    """Newest first."""
    return list(assistant.versions.order_by("-number"))


def number_of(version_id: UUID) -> int | None:
    """The number of a published version; a frozen draft of the playground has none."""
    return AssistantVersion.objects.filter(id=version_id).values_list("number", flat=True).first()


def rows(assistant: Assistant) -> QuerySet[AssistantVersion]:
    """For the list."""
    return assistant.versions.all()


def authors(found: Iterable[AssistantVersion]) -> dict[UUID, str]:
    """Who made each version, by the version's id, in one question."""
    found = list(found)
    names = people.names([one.author_id for one in found if one.author_id])
    return {one.id: names.get(one.author_id, "") if one.author_id else one.author_kind for one in found}


def history(assistant: Assistant) -> list[Publication]:
    """What was live when, newest first."""
    return list(assistant.publications.select_related("version").order_by("-at", "-version__number"))


def content_of(version: AssistantVersion) -> Content:
    """The content, checked against its address. Raises ValueError when they disagree."""
    data = version.content.encode()
    if content.digest(data) != version.digest:
        raise ValueError(f"Version {version.id} does not have the content that its address names.")
    return content.parse(data)


def content_of_draft(draft: Draft) -> Content:
    """What publishing the draft now would freeze; empty ids where nothing is chosen yet."""
    return Content(
        system_prompt=draft.system_prompt,
        provider=str(draft.provider_id or ""),
        model=draft.model,
        policy=str(draft.policy_id or ""),
        policy_digest=parts.policy_digest(draft.policy_id) if draft.policy_id else "",
        parameters=content.clean_parameters(draft.parameters),
        guards=draft.guards,
    )


def numbered(assistant: Assistant, number: int) -> AssistantVersion | None:
    return assistant.versions.filter(number=number).first()


def next_number(assistant: Assistant) -> int:
    """What the draft will be called if its content is new."""
    newest = assistant.versions.order_by("-number").values_list("number", flat=True).first()
    return (newest or 0) + 1


def draft_of(assistant: Assistant) -> Draft:
    return Draft.objects.get(assistant=assistant)


def timeline(assistant: Assistant) -> list[dict[str, Any]]:
    """Publications and roll-backs for the timeline element, the newest ten."""
    titles = {"publish": _("v%(number)s published"), "rollback": _("Back to v%(number)s")}
    return [
        {
            "kind": "done" if one.kind == Publication.Kind.PUBLISH else "note",
            "title": titles[one.kind] % {"number": one.version.number},
            "text": one.message,
            "at": one.at,
        }
        for one in history(assistant)[:10]
    ]


def draft_against_live(assistant: Assistant) -> Comparison:
    """What publishing the draft would change; everything is new when nothing is live."""
    live = assistant.live_version
    return compare(content_of(live) if live else NOTHING, content_of_draft(draft_of(assistant)))


def settings_of(one: Content) -> list[Setting]:
    """The settings of one version."""
    return compare(one, one).settings


def compare(old: Content, new: Content) -> Comparison:
    names = _names(old, new)
    settings = [
        Setting(_("Provider"), names.get(old.provider, "–"), names.get(new.provider, "–")),
        Setting(_("Model"), old.model or "–", new.model or "–"),
        Setting(_("Guard policy"), _policy(old, names), _policy(new, names)),
        *(
            Setting(str(parts.LABELS[name]), _value(old.parameters.get(name)), _value(new.parameters.get(name)))
            for name in content.PARAMETERS
            if name in old.parameters or name in new.parameters
        ),
        *(
            Setting(str(parts.STAGES[name]), _tighter(old, name), _tighter(new, name))
            for name in parts.STAGES
            if name in old.guards or name in new.guards
        ),
    ]
    return Comparison(diff.compare(old.system_prompt, new.system_prompt), settings)


def _names(*contents: Content) -> dict[str, str]:
    chosen = {UUID(one.provider) for one in contents if one.provider}
    policies = {UUID(one.policy) for one in contents if one.policy}
    return {str(key): name for key, name in parts.names(chosen, policies).items()}


def _policy(one: Content, names: dict[str, str]) -> str:
    return f"{names.get(one.policy, '–')} #{one.policy_digest[:4]}" if one.policy else "–"


def _value(value: Any) -> str:
    return _("provider's own") if value is None else f"{value:g}"


def _tighter(one: Content, stage: str) -> str:
    override = one.guards.get(stage)
    if override is None:
        return _("as the policy says")
    limit = f" {override['threshold']:g}" if "threshold" in override else ""
    return f"{parts.MODES[override['mode']]}{limit}"
