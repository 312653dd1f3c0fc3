"""Known-answer checks of the key rings, run before a process serves."""

from django.conf import settings

from panel.kernel.crypto import envelope, kek, keyring
from panel.kernel.installation import installation_id
from panel.kernel.models import DataKey


def run(rings: tuple[str, ...] = kek.RINGS) -> None:
    """Each ring wraps and opens, is nobody else's secret, and opens this database's oldest key. Raises KekError."""
    for name in rings:
        provider = keyring.ring(name)
        provider.health()
        kek.refuse_derived(provider, settings.SECRET_KEY.encode())
        row = DataKey.objects.filter(ring=name, wrapped__isnull=False).order_by("id").first()
        if row is None or row.wrapped is None:
            continue
        try:
            provider.unwrap(row.kek_id, bytes(row.wrapped), kek.wrap_context(installation_id(), row.id, row.purpose))
        except envelope.EnvelopeError:
            raise kek.KekError(
                f"The key ring {name!r} is not the one that this database was written with: bring back its key file."
            ) from None
