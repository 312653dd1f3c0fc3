"""Where to try whether a right is really gone, by kind."""

from typing import Any

from accounts.access.models import CustomRole
from accounts.access.rules import Role
from accounts.credentials.models import ApiKeyAssistant
from compliance.reviews.queries import doorways
from compliance.reviews.rules.populations import Look


def of_grant(item: Any) -> list[Look]:
    """The object's own page, and for an assistant a call."""
    page = doorways.page_of(item.obj)
    found = [Look(page, who, item.obj) for who in doorways.people_behind(item) if page]
    if item.object_kind == "assistant":
        found += [Look(doorways.CALL, who, item.obj) for who in doorways.people_behind(item)]
    return found


def of_role(item: Any) -> list[Look]:
    page = doorways.page_of_role(Role(item.right)) if item.right in set(Role) else ""
    return [Look(page, item.holder_id)] if page else []


def of_custom_role(item: Any) -> list[Look]:
    role = CustomRole.objects.filter(id=item.right).first()
    page = doorways.page_behind(role.permits) if role else ""
    return [Look(page, item.holder_id)] if page else []


def of_member(item: Any) -> list[Look]:
    return [Look(doorways.page_of(item.obj), item.holder_id, item.obj)] if doorways.page_of(item.obj) else []


def of_key(item: Any) -> list[Look]:
    means = ("api_key", item.ref)
    links = ApiKeyAssistant.objects.filter(api_key=item.ref).order_by("assistant_id")[: doorways.MOST]
    found = [Look(doorways.CALL, item.holder_id, ("assistant", one.assistant_id), means) for one in links]
    return found or [Look("/v1/models", item.holder_id, None, means)]


def of_session(item: Any) -> list[Look]:
    return [Look("/", item.holder_id, None, ("session", item.ref))]


def of_account(item: Any) -> list[Look]:
    return [Look("/", item.holder_id)]
