"""Code that calls with a new key, the key marked in it."""

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.credentials.rules.life import GATEWAY_SCOPES, Kind
from accounts.credentials.services.keys import Issued

CURL = """curl {base}/v1/chat/completions \\
  -H "Authorization: Bearer {key}" \\
  -H "Content-Type: application/json" \\
  -d '{{"model": "{model}", "messages": [{{"role": "user", "content": "{hello}"}}]}}'"""
PYTHON = """from openai import OpenAI

client = OpenAI(
    base_url="{base}/v1",
    api_key="{key}",
)
answer = client.chat.completions.create(
    model="{model}",
    messages=[{{"role": "user", "content": "{hello}"}}],
)
print(answer.choices[0].message.content)"""
JAVASCRIPT = """import OpenAI from "openai";

const client = new OpenAI({{
  baseURL: "{base}/v1",
  apiKey: "{key}",
}});
const answer = await client.chat.completions.create({{
  model: "{model}",
  messages: [{{ role: "user", content: "{hello}" }}],
}});
console.log(answer.choices[0].message.content);"""
ENVIRONMENT = """OPENAI_BASE_URL={base}/v1
OPENAI_API_KEY={key}"""
ASK_CURL = """curl {base}/oauth/token \\
  -u "{client}:{key}" \\
  -d "scope={scope}" \\
  -d grant_type=client_credentials"""
ASK_PYTHON = """import requests
from openai import OpenAI

answer = requests.post(
    "{base}/oauth/token",
    auth=("{client}", "{key}"),
    data={{"grant_type": "client_credentials", "scope": "{scope}"}},
)
client = OpenAI(base_url="{base}/v1", api_key=answer.json()["access_token"])
print(client.chat.completions.create(
    model="{model}",
    messages=[{{"role": "user", "content": "{hello}"}}],
).choices[0].message.content)"""
GATEWAY = (("curl", CURL), ("Python", PYTHON), ("JavaScript", JAVASCRIPT), (".env", ENVIRONMENT))
MANAGEMENT = (("curl", 'curl {base}/api/v1/keys/ \\\n  -H "Authorization: Bearer {key}"'),)

CLIENT = (("curl", ASK_CURL), ("Python", ASK_PYTHON))
PAIRS = {Kind.GATEWAY: GATEWAY, Kind.MANAGEMENT: MANAGEMENT, Kind.CLIENT: CLIENT}


def samples(issued: Issued, handle: str) -> list[dict[str, object]]:
    """Label, text and marked text for the code element; `handle` is the model's name."""
    key = issued.key
    values = {
        "base": settings.BASE_URL, "key": issued.token, "model": handle or "assistant", "hello": _("Hello!"),
        "client": key.key_id, "scope": " ".join([one for one in key.scopes if one in GATEWAY_SCOPES] or key.scopes[:1]),
    }  # fmt: skip
    pairs = PAIRS[Kind(key.kind)]
    return [_sample(label, text.format(**values), issued.token) for label, text in pairs]


def _sample(label: str, text: str, token: str) -> dict[str, object]:
    marked: SafeString = mark_safe(escape(text).replace(token, f"<mark>{token}</mark>"))  # noqa: S308 - escaped here
    return {"label": label, "text": text, "html": marked}
