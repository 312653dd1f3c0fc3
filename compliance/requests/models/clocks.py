"""What an organisation changed about deadlines."""

from django.db import models


class Clock(models.Model):
    """Changed numbers of a regime; what is not here stands as the program has it (`rules.deadlines.DEFAULTS`)."""

    name = models.CharField(max_length=24, primary_key=True)
    answer = models.PositiveSmallIntegerField()
    extension = models.PositiveSmallIntegerField()
    acknowledge = models.PositiveSmallIntegerField()
    rolls = models.BooleanField()
    pauses = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()


class Holiday(models.Model):
    """A day on which nobody works."""

    day = models.DateField(primary_key=True)
    name = models.CharField(max_length=80)

    class Meta:
        default_permissions = ()
