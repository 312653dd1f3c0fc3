"""Questions about people. Names are opened in memory; nothing is searched in clear in the database."""

from collections.abc import Iterable, Iterator
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet

from accounts.people.models import Service, Team, User, UserQuerySet
from accounts.people.rules import Kind
from panel.kernel.crypto import keyring

GONE = "—"
CHUNK = 500


def names(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Full names by id, for display; an unknown id is left out."""
    found = User.objects.filter(id__in=set(user_ids)).only("id", "key_id", "full_name")
    return {user.id: user.full_name for user in opened(found)}


def opened(people: QuerySet[User]) -> Iterator[User]:
    """The rows with their keys at hand: one more query for each 500 people, not one for each."""
    rows = people.iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        keyring.warm(user.key_id for user in chunk)
        yield from chunk


def name(user_id: UUID | None) -> str:
    """One full name, or a dash for nobody."""
    return names([user_id]).get(user_id, GONE) if user_id else GONE


def everybody() -> UserQuerySet:
    return User.objects.get_queryset().order_by("-id")


def search(words: str, people: UserQuerySet | None = None) -> list[UUID]:
    """Ids of the persons whose name or address holds every word. Opens each row: for at most 10,000 people."""
    wanted = words.casefold().split()
    found = []
    rows = (everybody() if people is None else people).only("id", "key_id", "full_name", "email_address")
    for user in opened(rows):
        text = f"{user.full_name} {user.email_address or ''}".casefold()
        if all(word in text for word in wanted):
            found.append(user.id)
    return found


def by_email(address: str) -> User | None:
    return User.objects.get_queryset().persons().with_email(address).first()


def user(user_id: UUID) -> User | None:
    return User.objects.filter(id=user_id).first()


def services() -> QuerySet[Service]:
    """Service accounts with their users, unordered."""
    return Service.objects.select_related("user")


def service(user_id: UUID) -> Service | None:
    return services().filter(user_id=user_id).first()


def teams() -> list[Team]:
    return list(Team.objects.select_related("group").order_by("name"))


def teams_with_ids(ids: Iterable[UUID]) -> list[Team]:
    return list(Team.objects.filter(id__in=set(ids)))


def teams_of(user_id: UUID) -> list[Team]:
    return list(Team.objects.filter(group__user=user_id).order_by("name"))


def choices() -> list[tuple[UUID, str]]:
    """Active persons by name, for a form."""
    rows = User.objects.get_queryset().active().filter(kind=Kind.PERSON).only("id", "key_id", "full_name")
    return sorted(((one.id, one.full_name) for one in opened(rows)), key=lambda pair: pair[1].casefold())


def members(team: Team) -> list[User]:
    """By name."""
    return sorted(opened(User.objects.filter(groups=team.group)), key=lambda one: one.full_name.casefold())


def team(team_id: UUID) -> Team | None:
    return Team.objects.select_related("group").filter(id=team_id).first()


def may_be_same(one: UUID, other: UUID) -> bool:
    """Whether two accounts may be one person's: the same, the same name, or the same mailbox (`ada+2@` is `ada@`).
    For four eyes: who is taken for the same person by mistake, or cannot be read any more, asks a third one."""
    if one == other:
        return True
    rows = list(User.objects.filter(id__in=[one, other], kind=Kind.PERSON))
    if len(rows) < 2:
        return False
    try:
        names = {" ".join(row.full_name.casefold().split()) for row in rows}
        return len(names) == 1 or len({_mailbox(row.email_address or str(row.id)) for row in rows}) == 1
    except keyring.KeyGone:
        return True


def _mailbox(address: str) -> str:
    local, _at, domain = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
