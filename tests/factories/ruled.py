"""What an organisation lays down, for the sweep: a policy in force, a purpose, a role, an invitation, a guard, a test.

What the public may read carries no CANARY; everything else does.
"""

from uuid import UUID

from django.utils import timezone

from accounts.access.rules import SEE_PEOPLE
from accounts.approvals.services import deciding
from accounts.invitations.services import inviting
from accounts.people.models import User
from accounts.roles import services as roles
from assistants.catalog.models import Assistant
from assistants.catalog.services import pinned
from assistants.catalog.services import purposes as purposes_of
from assistants.guard import services as guard
from assistants.guard.rules import presets
from assistants.providers import services as providers
from compliance.consent.models import Purpose
from compliance.consent.rules.purposes import Words
from compliance.consent.services import purposes
from compliance.holds.models import Hold
from compliance.holds.rules.scope import Kind, Line
from compliance.holds.services import placing
from compliance.policies.models import Policy
from compliance.policies.rules.content import Text
from compliance.policies.services import drafts, publishing
from compliance.requests.rules.wishes import Wish
from compliance.requests.services import asking
from compliance.requests.services.asking import Entered
from compliance.retention.models import Run
from compliance.retention.services import planning
from compliance.subjects.services import naming
from panel.kernel import actors, clock, ids
from panel.kernel.actors import Actor
from panel.ops.models import Backup
from tests.factories.people import actor_of

SLUG = "care"


def fresh(user: User) -> Actor:
    return actor_of(user, fresh_at=timezone.now())


def make_policy(writer: User, publisher: User) -> Policy:
    """Version 1 is in force. Nobody must accept it: an unread policy would close every other door of the sweep."""
    text, at = {"en": Text("How we take care", "We take care.")}, clock.now()
    row = drafts.create(actor=fresh(writer), name="Care", slug=SLUG, kind="notice", texts=text, at=at)
    asked = publishing.ask(actor=fresh(writer), policy=row, reason="for the test", at=clock.now())
    deciding.approve(actor=fresh(publisher), approval=asked, seen=asked.digest, at=clock.now())
    return row


def make_purpose(writer: User) -> Purpose:
    words = {"en": Words("Take more care", "We read some chats to take more care.")}
    return purposes.create(
        actor=fresh(writer), slug=SLUG, basis="consent", use="improvement", texts=words, at=clock.now()
    )


def make_asked(officer: User, name: str) -> UUID:
    """A letter that came in; whose it is, nobody knows yet."""
    entered = Entered("letter", clock.now(), f"{name}-asks@example.test")
    return asking.enter(actor=fresh(officer), wish=Wish("deletion", name, "gdpr"), entered=entered, at=clock.now()).id


def make_backup() -> Backup:
    """One that waits for its turn; there is no file."""
    return Backup.objects.create(id=ids.new_id(), reason="manual", by_kind="system", started_at=clock.now())


def make_hold(keeper: User, subject: UUID, name: str) -> Hold:
    wanted = placing.Wanted(name, f"{name} matter", "for the test of every route", [Line(Kind.SUBJECT, subject)])
    return placing.place(actor=fresh(keeper), wanted=wanted, at=clock.now())


def make_run() -> Run:
    """One that was stopped: another one can be begun."""
    run = planning.begin(actor=actors.console(), reason="manual", at=clock.now())
    Run.objects.update(state="aborted")
    return run or Run.objects.latest("made_at")


def ruled(people: dict[str, User], assistant: Assistant, name: str) -> dict[str, str]:
    """Values by URL parameter; "guard:policy_id" where two slices use the same word. `name` is what strangers must not see."""
    console, at, adam, pia = actors.console(), clock.now(), people["adam"], people["pia"]
    wanted = inviting.Wanted(f"{name} Newcomer", f"{name}-newcomer@example.test")
    host = providers.allow_host(actor=console, host="10.1.2.3:8443", reason=name, at=at)
    purpose = make_purpose(pia)
    bound = purposes_of.bind(actor=console, assistant=assistant, purpose_id=purpose.id, at=at)
    found: dict[str, UUID] = {
        "policies:policy_id": make_policy(pia, adam).id,
        "guard:policy_id": guard.create(actor=console, name=f"{name} guard", document=presets.STRICT, at=at).id,
        "purpose_id": purpose.id,
        "binding_id": bound.id,
        "role_id": roles.make(actor=fresh(adam), name=f"{name} role", purpose="", permits=[SEE_PEOPLE.name], at=at).id,
        "invitation_id": inviting.invite(actor=fresh(adam), wanted=wanted, at=at)[0].id,
        "backup_id": make_backup().id,
        "host_id": host.id,
        "hold_id": make_hold(pia, naming.subject_for("email", f"held-{name}@example.test"), f"{name}-1").id,
        "run_id": make_run().id,
        "request_id": make_asked(pia, name),
        "case_id": pinned.keep_case(
            actor=console, assistant=assistant, title=f"{name} test", expected="allow", at=at,
            messages=[{"role": "user", "content": name}],
        ).id,
    }  # fmt: skip
    words = {"slug": SLUG, "class_name": "standard", "requests:name": "gdpr", "requests:day": "2026-12-25"}
    return {**words, **{key: str(value) for key, value in found.items()}}
