"""What an administrator may set for all keys, read from text."""

from django.utils.translation import gettext as _

from accounts.credentials.rules.life import MOST_DAYS


def days(text: str) -> int:
    """Raises ValueError with a sentence for the form."""
    found = int(text) if text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 6 else 0
    if not 1 <= found <= MOST_DAYS:
        raise ValueError(_("A whole number of days from 1 to %(most)s.") % {"most": MOST_DAYS})
    return found


def yes_or_no(text: str) -> bool:
    """Raises ValueError with a sentence for the form."""
    found = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}.get(text.lower())
    if found is None:
        raise ValueError(_("Say yes or no."))
    return found
