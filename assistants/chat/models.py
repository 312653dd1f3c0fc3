"""Chats of people with an assistant: who may come, whose browser it is, which calls belong to one chat.

What is said stands in no row here: it is the content of the calls (conversations.CallContent), when the assistant keeps it.
Rows of sessions, chats and turns hold ids and instants; what people write to the owner is sealed under the content key of
(subject, assistant), so that it goes with what they said.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from assistants.chat.rules.chats import COLOURS, NoteKind, Way
from panel.kernel import ids
from panel.kernel.crypto.fields import EncryptedText


class Setting(models.Model):
    """The chat of an assistant. `members`: everybody who signs in; `anyone`: without a name; `invited`: by a link."""

    assistant = models.OneToOneField("catalog.Assistant", primary_key=True, on_delete=models.CASCADE, related_name="+")
    active = models.BooleanField(default=False)
    members = models.BooleanField(default=False)
    invited = models.BooleanField(default=False)
    anyone = models.BooleanField(default=False)
    files = models.BooleanField(default=False)
    name = models.CharField(max_length=60, blank=True, default="")
    colour = models.CharField(max_length=8, default="accent", choices=[(one, one) for one in COLOURS])
    greeting = models.CharField(max_length=600, blank=True, default="")
    contact = models.CharField(max_length=600, blank=True, default="")
    sites = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="chat_setting_colour", condition=Q(colour__in=list(COLOURS))),
        ]


class Invitation(models.Model):
    """A link into the chat; only its hash is stored. The label is sealed under the assistant's key. Real time."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    assistant = models.ForeignKey("catalog.Assistant", on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField(unique=True)
    key_id = models.UUIDField()
    label = EncryptedText(key="key_id")
    by_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    most = models.PositiveIntegerField(null=True)
    used = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                name="chat_invitation_uses", condition=Q(most__isnull=True) | Q(used__lte=F("most"))
            ),
        ]


class Session(models.Model):
    """A browser in the chat of one assistant. `digest`: of the visitor's cookie or token, or of the panel's session of who
    is signed in. `told_at`: when the person was told that an AI answers, before the first answer. Real time."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    assistant = models.ForeignKey("catalog.Assistant", on_delete=models.CASCADE, related_name="+")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField()
    way = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Way])
    account = models.UUIDField(null=True)
    via = models.UUIDField(null=True)
    invitation = models.ForeignKey(Invitation, null=True, on_delete=models.CASCADE, related_name="sessions")
    embedded = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    told_at = models.DateTimeField(null=True)
    told = models.CharField(max_length=12, blank=True, default="")
    first_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="chat_session_once", fields=["assistant", "digest"]),
            models.CheckConstraint(
                name="chat_session_account",
                condition=Q(way="account", account__isnull=False) | (~Q(way="account") & Q(account__isnull=True)),
            ),
            # No message is taken from somebody who was not told before that an AI answers (EU AI Act, Art. 50).
            models.CheckConstraint(
                name="chat_session_told_first",
                condition=Q(first_at__isnull=True) | Q(told_at__isnull=False, told_at__lte=F("first_at")),
            ),
        ]
        indexes: ClassVar = [models.Index(name="chat_session_subject", fields=["subject", "assistant"])]


class Chat(models.Model):
    """One conversation of a person. `gone_at`: deleted; the row is forgotten a day later."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    assistant = models.ForeignKey("catalog.Assistant", on_delete=models.CASCADE, related_name="+")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.CASCADE, related_name="+")
    began_at = models.DateTimeField()
    last_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(name="chat_chat_own", fields=["subject", "assistant", "-last_at"])]


class Turn(models.Model):
    """One message and its answer: the call whose id is this row's id. `rating`: 1 good, -1 bad."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    chat = models.ForeignKey(Chat, on_delete=models.CASCADE, related_name="turns")
    at = models.DateTimeField()
    rating = models.SmallIntegerField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [models.CheckConstraint(name="chat_turn_rating", condition=Q(rating__in=[1, -1]))]
        indexes: ClassVar = [models.Index(name="chat_turn_of", fields=["chat", "id"])]


class Note(models.Model):
    """What somebody wrote to the owner of an assistant."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    assistant = models.ForeignKey("catalog.Assistant", on_delete=models.CASCADE, related_name="+")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=[(one.value, one.value) for one in NoteKind])
    turn = models.ForeignKey(Turn, null=True, on_delete=models.SET_NULL, related_name="+")
    key_id = models.UUIDField()
    words = EncryptedText(key="key_id")
    reply_to = EncryptedText(key="key_id", null=True)
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(name="chat_note_of", fields=["assistant", "-id"]),
            models.Index(name="chat_note_own", fields=["subject", "assistant", "at"]),
        ]
