"""Who: users and teams. Names and addresses of people are sealed under the person's own key."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.people.rules import Density, Kind, State, Theme
from panel.kernel import clock, ids
from panel.kernel.crypto import blind
from panel.kernel.crypto.fields import EncryptedText

EMAIL_INDEX = "people.email"


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(state=State.ACTIVE)

    def persons(self) -> "UserQuerySet":
        return self.filter(kind=Kind.PERSON)

    def with_email(self, address: str) -> "UserQuerySet":
        """By the blind index: the address itself is stored nowhere in clear."""
        return self.filter(email_index=blind.index(EMAIL_INDEX, address))


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Django's hook for its own back end; the name typed in is an e-mail address."""
        return self.get(email_index=blind.index(EMAIL_INDEX, username or ""))


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]  # of the untyped otp devices
    """A person or a service. There is no attribute `email` and no readable `__str__`: libraries cannot copy what they
    do not find."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Kind], default=Kind.PERSON)
    state = models.CharField(max_length=8, choices=[(one.value, one.value) for one in State], default=State.INVITED)
    key_id = models.UUIDField()
    full_name = EncryptedText()
    email_address = EncryptedText(null=True)
    email_index = models.BinaryField(max_length=16, null=True, unique=True)
    theme = models.CharField(max_length=6, choices=[(one.value, one.value) for one in Theme], default=Theme.SYSTEM)
    density = models.CharField(
        max_length=12, choices=[(one.value, one.value) for one in Density], default=Density.COMFORTABLE
    )
    language = models.CharField(max_length=12, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField(default=clock.now)
    # Sessions opened before this instant (real time) are over; set by whatever must end them all.
    sessions_end_before = models.DateTimeField(null=True)
    # Single sessions that were ended from outside while they could still run.
    sessions_ended = ArrayField(models.UUIDField(), default=list)

    objects = UserManager()

    USERNAME_FIELD = "email_index"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="people_user_kind", condition=Q(kind__in=[one.value for one in Kind])),
            models.CheckConstraint(name="people_user_state", condition=Q(state__in=[one.value for one in State])),
            # Django's superuser passes every check of every library; the panel knows roles only.
            models.CheckConstraint(name="people_user_no_superuser", condition=Q(is_superuser=False)),
            models.CheckConstraint(
                name="people_user_person_has_email", condition=~Q(kind="person") | Q(email_index__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def clean(self) -> None:
        """Nothing to normalise: the user name is an index of bytes."""

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.state == State.ACTIVE

    @property
    def is_staff(self) -> bool:
        """Django's admin site is not part of the panel."""
        return False

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "user", self.id

    def ended(self, opened_at: datetime, session: UUID | None = None) -> bool:
        """Whether this session, opened at this instant, was ended from outside."""
        before = self.sessions_end_before
        return session in self.sessions_ended or (before is not None and opened_at < before)


class Service(models.Model):
    """What stands beside a user of kind `service`: a program that acts by keys. `responsible` answers for it."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="service")
    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=200, blank=True, default="")
    responsible = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="services")

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [models.UniqueConstraint(Lower("name"), name="people_service_name")]


class Team(models.Model):
    """An inner wall of the organisation: one Group each, which carries the team's grants."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="team")
    name = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ()
        # The object roles of accounts.access, which stands above and cannot be named here: an editor manages the team.
        permissions: ClassVar = [(role, role) for role in ("viewer", "operator", "editor", "owner")]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "team", self.id
