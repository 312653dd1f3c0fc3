"""Code that calls with a new key, the key marked in it."""

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.credentials.rules.life import Kind
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
GATEWAY = (("curl", CURL), ("Python", PYTHON), ("JavaScript", JAVASCRIPT), (".env", ENVIRONMENT))
MANAGEMENT = (("curl", 'curl {base}/api/v1/keys/ \\\n  -H "Authorization: Bearer {key}"'),)


def samples(issued: Issued, handle: str) -> list[dict[str, object]]:
    """Label, text and marked text for the code element; `handle` is the model's name."""
    values = {"base": settings.BASE_URL, "key": issued.token, "model": handle or "assistant", "hello": _("Hello!")}
    pairs = GATEWAY if issued.key.kind == Kind.GATEWAY else MANAGEMENT
    return [_sample(label, text.format(**values), issued.token) for label, text in pairs]


def _sample(label: str, text: str, token: str) -> dict[str, object]:
    marked: SafeString = mark_safe(escape(text).replace(token, f"<mark>{token}</mark>"))  # noqa: S308 - escaped here
    return {"label": label, "text": text, "html": marked}
