"""What policies there are. Pure (translation is all that is Django's here)."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """A notice and terms are public; an internal policy binds staff (D8: collection, use, sharing, storage, retention)."""

    NOTICE = "notice"
    TERMS = "terms"
    COLLECTION = "collection"
    USE = "use"
    SHARING = "sharing"
    STORAGE = "storage"
    RETENTION = "retention"
    OTHER = "other"


PUBLIC = frozenset({Kind.NOTICE, Kind.TERMS})

KIND_NAMES = {
    Kind.NOTICE: _("Privacy notice"),
    Kind.TERMS: _("Terms of use"),
    Kind.COLLECTION: _("Policy on collection"),
    Kind.USE: _("Policy on use"),
    Kind.SHARING: _("Policy on sharing"),
    Kind.STORAGE: _("Policy on storage"),
    Kind.RETENTION: _("Policy on retention"),
    Kind.OTHER: _("Another internal policy"),
}

# Names of languages in themselves, as a reader looks for them: the official languages of the EU and a few more.
LANGUAGES = {
    "bg": "Български", "cs": "Čeština", "da": "Dansk", "de": "Deutsch", "el": "Ελληνικά", "en": "English",
    "es": "Español", "et": "Eesti", "fi": "Suomi", "fr": "Français", "ga": "Gaeilge", "hr": "Hrvatski", "hu": "Magyar",
    "it": "Italiano", "ja": "日本語", "lt": "Lietuvių", "lv": "Latviešu", "mt": "Malti", "nl": "Nederlands",
    "no": "Norsk", "pl": "Polski", "pt": "Português", "ro": "Română", "sk": "Slovenčina", "sl": "Slovenščina",
    "sv": "Svenska", "tr": "Türkçe", "uk": "Українська", "zh": "中文",
}  # fmt: skip
