"""Formats of secrets. Every rule has a cheap hint; its expression runs only where the hint occurs.

The prefixes are those the issuers document for secret scanning. All expressions are linear: bounded repeats, no nesting.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from accounts.credentials.engine import tokens
from assistants.guard.engine.detectors import checks
from assistants.guard.engine.detectors.findings import LEFT, Finding, without_overlaps
from assistants.guard.engine.detectors.known import NOTHING_KNOWN, KnownSecrets


class Rule(NamedTuple):
    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    distinct: int = 8  # fewer different characters than this are a placeholder such as sk-xxxxxxxx


def _rule(name: str, hints: str, pattern: str, distinct: int = 8) -> Rule:
    return Rule(name, tuple(hints.split()), re.compile(LEFT + pattern), distinct)


RULES: Final = (
    _rule("anthropic_key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{20,200}"),
    _rule("openai_key", "sk-", r"sk-(?!ant-)(?:[a-z]{2,8}-(?:v1-)?)?[A-Za-z0-9_-]{20,200}", 10),
    _rule("google_key", "AIza", r"AIza[A-Za-z0-9_-]{35}"),
    _rule("google_oauth", "GOCSPX- ya29.", r"(?:GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{20,200})"),
    _rule("aws_key_id", "AKIA ASIA ABIA ACCA", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])", 6),
    _rule("github_token", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[opsur]_[A-Za-z0-9]{36,251}"),
    _rule("github_pat", "github_pat_", r"github_pat_[A-Za-z0-9_]{22,200}"),
    _rule("gitlab_token", "glpat- gldt- glrt- glsoat-", r"gl(?:pat|dt|rt|soat)-[A-Za-z0-9_-]{20,100}"),
    _rule("slack_token", "xox", r"xox[abeoprs]-[A-Za-z0-9-]{10,200}", 6),
    _rule("slack_hook", "hooks.slack.com", r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,100}"),
    _rule("stripe_key", "k_live_ k_test_ whsec_", r"(?:[srp]k_(?:live|test)_|whsec_)[A-Za-z0-9]{16,200}"),
    _rule("sendgrid_key", "SG.", r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"),
    _rule("huggingface_token", "hf_", r"hf_[A-Za-z0-9]{30,40}"),
    _rule("npm_token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    _rule("pypi_token", "pypi-", r"pypi-[A-Za-z0-9_-]{50,250}"),
    _rule("twilio_key", "SK", r"SK[0-9a-f]{32}(?![0-9a-f])", 6),
    _rule("telegram_token", ":AA", r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}"),
    _rule("azure_key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{80,90}={0,2}"),
    _rule("digitalocean_token", "_v1_", r"do[opr]_v1_[a-f0-9]{64}"),
    _rule("shopify_token", "shp", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}", 6),
    _rule("groq_key", "gsk_", r"gsk_[A-Za-z0-9]{40,60}"),
    _rule("xai_key", "xai-", r"xai-[A-Za-z0-9]{40,100}"),
    _rule("replicate_token", "r8_", r"r8_[A-Za-z0-9]{37}"),
    _rule("perplexity_key", "pplx-", r"pplx-[A-Za-z0-9]{40,60}"),
    _rule("vault_token", "hvs. hvb.", r"hv[sb]\.[A-Za-z0-9_-]{24,200}"),
    _rule("databricks_token", "dapi", r"dapi[0-9a-f]{32}(?:-[0-9])?", 6),
    _rule("age_key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    _rule("atlassian_token", "ATATT3", r"ATATT3[A-Za-z0-9_=-]{60,250}"),
    _rule("json_web_token", "eyJ", r"eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,8000}(?:\.[A-Za-z0-9_-]{0,4000})?"),
    _rule(
        "url_password",
        "://",
        r"[a-z][a-z0-9+.-]{1,20}://[^\s:@/\"'<>]{0,64}:(?P<secret>[^\s:@/\"'<>]{3,128})@[A-Za-z0-9\[]",
        3,
    ),
)

# A plain search for each hint is what most texts cost.
_HINTS: Final = tuple((hint, number) for number, rule in enumerate(RULES) for hint in rule.hints)
PEM_HEAD: Final = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PEM_BODY: Final = re.compile(r"(?:(?:\s|\\[nr]){0,4}[A-Za-z0-9+/=:,-]{16,200}){0,400}")
_PEM_TAIL: Final = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
PEM_MAX: Final = 16_384
_AWS_SECRET: Final = re.compile(r"(?<![A-Za-z0-9/+=_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])")
_ASSIGNED: Final = re.compile(
    r"(?i)(?<![a-z0-9])(?:[a-z0-9]{1,20}[_-])?(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)"
    r"[\"']?\s{0,3}(?::|=>|=|:=)\s{0,3}[\"']?(?P<secret>[^\s\"'\x00<>{}$()\[\],;]{10,128})"
)
_ASSIGNED_HINT: Final = re.compile(
    r"(?i)(?:passw|pwd|secret|token|api[_-]?key|(?:access|private)[_-]?key)[a-z_\"']{0,8}\s{0,3}[:=]"
)


def find(text: str, known: KnownSecrets = NOTHING_KNOWN) -> list[Finding]:
    """Secrets in canonical text, without overlaps, the surest first where they compete."""
    found = [Finding(start, end, "stored_secret", "SECRET") for start, end, _ in known.find(text)]
    if "PRIVATE KEY" in text:
        found += _pem(text)
    if "clp_" in text:
        found += _panel_keys(text)
    for number in sorted({number for hint, number in _HINTS if hint in text}):
        found += _matches(RULES[number], text)
    found += _loose(text)
    return without_overlaps(found)


def _matches(rule: Rule, text: str) -> Iterator[Finding]:
    for match in rule.pattern.finditer(text):
        group = "secret" if "secret" in rule.pattern.groupindex else 0
        if len(set(match[group])) >= rule.distinct:
            yield Finding(match.start(group), match.end(group), rule.name, "SECRET", 0.95)


def _panel_keys(text: str) -> Iterator[Finding]:
    """The panel's own keys; the checksum tells a key from a look-alike."""
    for match in tokens.PATTERN.finditer(text):
        yield Finding(match.start(), match.end(), "panel_key", "SECRET", 1.0 if tokens.parse(match[0]) else 0.7)


def _pem(text: str) -> Iterator[Finding]:
    at = 0
    while head := PEM_HEAD.search(text, at):
        leaf = text.find("\x00", head.end(), head.end() + PEM_MAX)
        tail = _PEM_TAIL.search(text, head.end(), leaf if leaf >= 0 else head.end() + PEM_MAX)
        if tail is None:
            tail = _PEM_BODY.match(text, head.end())
        at = tail.end() if tail else head.end()
        yield Finding(head.start(), at, "private_key", "SECRET")


def _loose(text: str) -> Iterator[Finding]:
    """Secrets without a format of their own: an AWS secret key, and values assigned to a telling name."""
    for match in _AWS_SECRET.finditer(text):
        if _mixed(match[0]) and checks.entropy(match[0]) > 4.25:
            yield Finding(match.start(), match.end(), "aws_secret_key", "SECRET", 0.8)
    if _ASSIGNED_HINT.search(text):
        for match in _ASSIGNED.finditer(text):
            value = match["secret"]
            if _looks_random(value):
                yield Finding(match.start("secret"), match.end("secret"), "assigned_secret", "SECRET", 0.75)


def _mixed(value: str) -> bool:
    return any(map(str.isupper, value)) and any(map(str.islower, value)) and any(map(str.isdigit, value))


def _looks_random(value: str) -> bool:
    """Letters with digits and enough variety; names of variables and plain words have no digits or many dots."""
    digits = sum(map(str.isdigit, value))
    return digits >= 2 and any(map(str.isalpha, value)) and value.count(".") < 2 and checks.entropy(value) > 3.0
