"""Wiring of the Django processes. Boot settings come from the environment; everything else lives in the panel."""

from csp import constants as csp

from panel.kernel.boot import boot
from panel.ops import logs
from panel.ui.api.shapes import PROBLEM
from panel.ui.web.scripts import open_to_sites

BOOT = boot()
INSTALLATION_MODE = BOOT.mode
BASE_DIR = BOOT.root
DATA_DIR = BOOT.data_dir
SECRET_KEY = BOOT.secret_key
DEBUG = False
ALLOWED_HOSTS = list(BOOT.allowed_hosts)
BASE_URL = BOOT.base_url
CSRF_TRUSTED_ORIGINS = [BOOT.base_url]

SLICES = [
    "panel.journal", "panel.outbound", "panel.ui",
    "accounts.people", "accounts.access", "accounts.duties", "accounts.grants", "accounts.teams", "accounts.roles",
    "accounts.approvals", "accounts.elevation", "accounts.signin", "accounts.credentials", "accounts.invitations",
    "compliance.subjects", "compliance.reports", "compliance.auditing", "compliance.witness", "compliance.policies",
    "compliance.consent", "compliance.holds", "compliance.retention", "compliance.requests", "compliance.reviews",
    "assistants.guard", "assistants.vault", "assistants.providers", "assistants.catalog", "assistants.conversations",
    "assistants.gateway", "assistants.chat",
    "panel.home", "panel.setup", "panel.ops",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "django_otp",
    "guardian",
    "auditlog",
    "rest_framework",
    "drf_spectacular",
    "oauth2_provider",
    "template_partials.apps.SimpleAppConfig",
    "panel.kernel",
    *SLICES,
    # After accounts.people: it asks for the user model when it is imported.
    "accounts.signin.apps.WebauthnConfig",
]
MIDDLEWARE = [
    "panel.ui.web.address.RealAddress",
    "panel.ui.web.middleware.Headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "panel.ui.web.middleware.Smaller",
    "assistants.chat.middleware.Widgets",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "compliance.auditing.middleware.ChangeFeed",
    "panel.ui.web.errors.Refusals",
    "accounts.signin.middleware.sessions.Sessions",
    "accounts.signin.middleware.sessions.Preferences",
    "accounts.credentials.middleware.KeysInUrls",
    "accounts.access.middleware.Doors",
    "compliance.subjects.middleware.Visitors",
    "accounts.signin.middleware.sessions.FactorPolicy",
    "accounts.signin.middleware.carrying.CarryOn",
    "compliance.auditing.middleware.Refused",
]
ROOT_URLCONF = "panel.urls"
WSGI_APPLICATION = "panel.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {"default": BOOT.database}
REDIS_URL = BOOT.valkey_url
LOGGING = logs.SETTINGS

# The change feed has its own table (compliance/auditing) without columns for addresses and e-mail, and its own middleware.
AUDITLOG_LOGENTRY_MODEL = "auditing.Change"
AUDITLOG_DISABLE_REMOTE_ADDR = True
AUDITLOG_CID_HEADER = None
AUDITLOG_STORE_JSON_CHANGES = True
MIGRATION_MODULES = {
    "auditlog": None,
    "django_otp_webauthn": None,
    "oauth2_provider": "accounts.credentials.migrations.oauth2",
}

_LOADERS = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", [("django.template.loaders.cached.Loader", _LOADERS)])],
            "builtins": [
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "panel.ui.templatetags.elements",
                "panel.ui.templatetags.ui",
                "panel.ui.templatetags.jobs",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "panel.ui.web.context.csp_nonce",
                "panel.ui.web.context.shell",
            ],
        },
    }
]

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
# Only accounts.access decides; guardian's helpers stay off the user and no anonymous row is made.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = GUARDIAN_MONKEY_PATCH_GROUP = False
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = []
# Passkeys belong to the panel's own address and to no other, whatever a Host header says.
OTP_WEBAUTHN_CREDENTIAL_MODEL = "signin.Passkey"
OTP_WEBAUTHN_RP_ID = BOOT.host
OTP_WEBAUTHN_ALLOWED_ORIGINS = [BOOT.origin]
OTP_WEBAUTHN_SUPPORTED_COSE_ALGORITHMS = [-8, -7, -257]
PASSWORD_HASHERS = ["accounts.people.services.Argon2id"]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["panel.home.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "panel.ui.web.statics.Storage"},
}

WHITENOISE_ADD_HEADERS_FUNCTION = open_to_sites

# The front sets it anew on every request; nobody else reaches the panel's socket.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_TLS = BOOT.base_url.startswith("https://")
SESSION_COOKIE_NAME = "__Host-session" if SECURE_TLS else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_TLS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31536000 if SECURE_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_TLS
# Not "no-referrer": browsers then send `Origin: null` with forms, and every POST would fail the CSRF check.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "panel.ui.web.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [csp.NONE],
        "script-src": [csp.NONCE],
        "style-src": [csp.SELF],
        "img-src": [csp.SELF],
        "font-src": [csp.SELF],
        "connect-src": [csp.SELF],
        "form-action": [csp.SELF],
        "base-uri": [csp.NONE],
        "frame-ancestors": [csp.NONE],
        "object-src": [csp.NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

EMAIL_HOST, EMAIL_PORT = BOOT.smtp.host, BOOT.smtp.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = BOOT.smtp.user, BOOT.smtp.password
EMAIL_USE_TLS, EMAIL_USE_SSL = BOOT.smtp.starttls, BOOT.smtp.tls
DEFAULT_FROM_EMAIL = BOOT.smtp.sender
EMAIL_TIMEOUT = 10

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["panel.ui.api.doors.ByActor"],
    "DEFAULT_PERMISSION_CLASSES": ["panel.ui.api.doors.Somebody"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["panel.ui.api.parsing.Json"],
    "DEFAULT_PAGINATION_CLASS": "panel.ui.api.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "panel.ui.api.schema.Schema",
    "EXCEPTION_HANDLER": "panel.ui.api.errors.handle",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
# Client credentials and nothing else; every switch of RFC 9700 on, and what is not offered said to be off.
# accounts/credentials has its own views of token and revocation: no view of the library is routed.
OAUTH2_PROVIDER_APPLICATION_MODEL = "credentials.Client"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "credentials.AccessToken"  # noqa: S105 - the name of a model
# Our access token points at no refresh token, so there is no circle between the two apps.
SILENCED_SYSTEM_CHECKS = ["oauth2_provider.W011"]
OAUTH2_PROVIDER = {
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "OAUTH2_VALIDATOR_CLASS": "accounts.credentials.views.protocol.Validator",
    "ACCESS_TOKEN_GENERATOR": "accounts.credentials.views.protocol.access_token",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 600,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "DEFAULT_SCOPES": [],
    "SCOPES": {"chat": "chat", "embeddings": "embeddings", "models": "models"},
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "ALLOWED_SCHEMES": ["https"],
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["client_credentials"],
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": [],
    "OIDC_ENABLED": False,
    "DCR_ENABLED": False,
    "CIMD_ENABLED": False,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "ClawPanel",
    "DESCRIPTION": "The panel's own API. Calls to assistants are OpenAI-compatible and stand under /v1.",
    "VERSION": "v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [],
    "APPEND_COMPONENTS": {"schemas": {"Problem": PROBLEM}},
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]",
}
