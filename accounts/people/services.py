"""Verbs on people, below the question who may: the callers (access, signin, setup) ask it first."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.people import queries
from accounts.people.models import EMAIL_INDEX, Service, Team, User
from accounts.people.rules import Kind, State, is_readable, may_step
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import blind, keyring
from panel.kernel.errors import Conflict, Forbidden, Invalid
from panel.outbound import services as outbound

Text = str | Promise
MAX_NAME = 120


class Argon2id(Argon2PasswordHasher):
    """RFC 9106; twice the memory of OWASP's least setting (19 MiB, t=2, p=1), one lane so that logins do not queue."""

    time_cost = 2
    memory_cost = 38912  # KiB
    parallelism = 1


ERASED_KEY = "person:erased"
SERVICE_TAKEN = "There is a service account with this name already."
TEAM_TAKEN = "There is a team with this name already."
TAKEN = "Somebody has an account with this address already."


class AddressTaken(Conflict):
    code = "address_taken"


class NoSuchStep(Conflict):
    code = "user_state"


def _line(text: str, field: str = "full_name") -> str:
    """A name as others read it beside what somebody asks for. Raises Invalid for what would make it read as another."""
    name = " ".join(text.split())
    if not is_readable(name):
        raise Invalid(fields={field: _("Leave out characters that cannot be read, or that turn the line around.")})
    return name


@transaction.atomic
def create(*, full_name: str, email: str = "", kind: Kind = Kind.PERSON, state: State = State.INVITED) -> User:
    """A user with their own data key and no usable password. Raises Invalid, AddressTaken."""
    full_name, email = _line(full_name), email.strip()
    if not full_name:
        raise Invalid(fields={"full_name": "Give a name."})
    if kind == Kind.PERSON and not email:
        raise Invalid(fields={"email": "Give an e-mail address."})
    user_id = ids.new_id()
    user = User(id=user_id, kind=kind, state=state, key_id=keyring.create("person", owners=(user_id,)))
    user.full_name, user.password = full_name, make_password(None)
    if email:
        address_free(email)
        user.email_address, user.email_index = email, blind.index(EMAIL_INDEX, email)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        # Two at the same moment: neither saw the other's address, the index did.
        if email:
            raise AddressTaken(TAKEN) from error
        raise
    return user


@transaction.atomic
def create_service(*, name: str, responsible: User | None, purpose: str = "") -> User:
    """A program that acts by keys: active at once, never signs in. Raises Invalid, Conflict when the name is taken."""
    name = _line(name, "name")
    if len(name) > 80 or len(purpose) > 200:
        raise Invalid(fields={"name": "At most 80 characters for the name and 200 for its purpose."})
    if Service.objects.filter(name__iexact=name).exists():
        raise Conflict(SERVICE_TAKEN)
    user = create(full_name=name, kind=Kind.SERVICE, state=State.ACTIVE)
    try:
        with transaction.atomic():
            Service.objects.create(user=user, name=name, purpose=" ".join(purpose.split()), responsible=responsible)
    except IntegrityError as error:
        raise Conflict(SERVICE_TAKEN) from error
    return user


@transaction.atomic
def create_or_resume(*, full_name: str, email: str, begun: UUID | None = None) -> User:
    """For set-up, while there is no administrator: somebody who began under an earlier link and never joined begins anew.

    `begun` went back to correct name or address and stays the same person. Raises Invalid, AddressTaken.
    """
    found = User.objects.get_queryset().with_email(email).select_for_update(of=("self",)).first()
    if found is None and begun:
        found = (
            User.objects.get_queryset().select_for_update(of=("self",)).filter(id=begun, state=State.INVITED).first()
        )
    if found is not None and found.state == State.INVITED:
        found.email_address, found.email_index = email.strip(), blind.index(EMAIL_INDEX, email.strip())
    if found is None or found.state != State.INVITED:
        return create(full_name=full_name, email=email)
    found.full_name = _line(full_name)
    found.save(update_fields=["full_name", "email_address", "email_index"])
    return found


def address_free(email: str) -> None:
    """Raise AddressTaken when an account has this address."""
    if User.objects.get_queryset().with_email(email).exists():
        raise AddressTaken(TAKEN)


def tell_of_access(
    *, actor: Actor, user: User, title: str, role: Text, reason: str, until: datetime | None, at: datetime
) -> None:
    """Write to somebody that they were given a role (on `title`). Nothing to oneself, nor while one has not joined."""
    if user.state != State.ACTIVE or user.kind != Kind.PERSON or actor.kind != "person" or actor.id == user.id:
        return
    context = {
        "giver": queries.name(actor.id), "title": title, "role": role, "reason": reason,
        "until": until, "link": f"{settings.BASE_URL}/",
    }  # fmt: skip
    outbound.send_mail(actor=actor, template="access_granted", to=user.id, context=context, at=at)


PREFERENCES = ("language", "time_zone", "theme", "density")


@transaction.atomic
def change_profile(*, actor: Actor, user: User, full_name: str, preferences: Mapping[str, str], at: datetime) -> User:
    """Somebody's own name and how they want the panel. Only the person themselves. Raises Forbidden, Invalid."""
    if actor.kind != "person" or actor.id != user.id:
        raise Forbidden(_("Everybody changes their own profile only."))
    full_name = _line(full_name)
    if not full_name or len(full_name) > MAX_NAME:
        raise Invalid(fields={"full_name": _("Give a name of at most %(n)s characters.") % {"n": MAX_NAME}})
    row = User.objects.select_for_update(of=("self",)).get(id=user.id)
    wanted = {"full_name": full_name, **{name: preferences[name] for name in PREFERENCES}}
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    named = {"before": row.full_name, "after": full_name} if "full_name" in changed else {}
    for name in changed:
        setattr(row, name, wanted[name])
    if changed:
        row.save(update_fields=changed)
        personal = [journal.About(user.id, named)] if named else []
        detail = {name: wanted[name] for name in changed if name != "full_name"}
        journal.record("people.profile.changed", actor=actor, obj=row, detail=detail, personal=personal, at=at)
    return row


def step(user: User, state: State) -> User:
    """Lock the row and change its state. Raises NoSuchStep."""
    row = User.objects.select_for_update(of=("self",)).get(id=user.id)
    if row.state != state:
        if not may_step(row.state, state):
            raise NoSuchStep(_("This account is closed or in another state meanwhile. Load the page again."))
        row.state = state
        row.save(update_fields=["state"])
    user.state = row.state
    return row


@transaction.atomic
def correct_name(*, actor: Actor, user_id: UUID, full_name: str, at: datetime) -> None:
    """Somebody's name, corrected because they asked for it and two people agreed. Raises Invalid."""
    full_name = _line(full_name)
    if not full_name or len(full_name) > MAX_NAME:
        raise Invalid(fields={"full_name": _("Give a name of at most %(n)s characters.") % {"n": MAX_NAME}})
    row = User.objects.select_for_update(of=("self",)).get(id=user_id)
    named = {"before": row.full_name, "after": full_name}
    row.full_name = full_name
    row.save(update_fields=["full_name"])
    personal = [journal.About(row.id, named)]
    journal.record("people.profile.changed", actor=actor, obj=row, detail={}, personal=personal, at=at)


@transaction.atomic
def erase(*, user: User, index: bytes) -> int:
    """Nobody stands behind this account any more: name, address and preferences go, a pseudonym that is always the same
    stays for what they wrote. `index` takes the place of the address's. Returns 0 when it was so already."""
    row = User.objects.select_for_update(of=("self",)).get(id=user.id)
    shared = keyring.named(ERASED_KEY)
    if row.key_id == shared:
        return 0
    row.key_id, row.full_name = shared, f"Erased person {row.id.hex[-4:].upper()}"
    row.email_address, row.email_index, row.password = None, index, make_password(None)
    row.language, row.time_zone = "en", "UTC"
    row.save()
    return 1


@transaction.atomic
def create_team(*, name: str) -> Team:
    """A team and its Group. Raises Invalid, Conflict when the name is taken."""
    name = _line(name, "name")
    if not name:
        raise Invalid(fields={"name": "Give the team a name."})
    if Team.objects.filter(name__iexact=name).exists():
        raise Conflict(TEAM_TAKEN)
    team_id = ids.new_id()
    try:
        with transaction.atomic():
            return Team.objects.create(id=team_id, group=Group.objects.create(name=str(team_id)), name=name)
    except IntegrityError as error:
        raise Conflict(TEAM_TAKEN) from error


def join(team: Team, user: User) -> None:
    team.group.user_set.add(user)


def leave(team: Team, user: User) -> None:
    team.group.user_set.remove(user)
