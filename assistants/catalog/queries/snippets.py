"""Code that calls an assistant: copy, set the key, run."""

from django.utils.translation import gettext as _

CURL = """curl {base}/chat/completions \\
  -H "Authorization: Bearer $CLAWPANEL_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{{"model": "{slug}", "messages": [{{"role": "user", "content": "{hello}"}}]}}'"""
PYTHON = """from openai import OpenAI

client = OpenAI(base_url="{base}", api_key="clp_…")
answer = client.chat.completions.create(
    model="{slug}",
    messages=[{{"role": "user", "content": "{hello}"}}],
)
print(answer.choices[0].message.content)"""
JAVASCRIPT = """import OpenAI from "openai";

const client = new OpenAI({{ baseURL: "{base}", apiKey: "clp_…" }});
const answer = await client.chat.completions.create({{
  model: "{slug}",
  messages: [{{ role: "user", content: "{hello}" }}],
}});
console.log(answer.choices[0].message.content);"""


def for_assistant(slug: str, base_url: str) -> list[dict[str, str]]:
    """Label and text, for the code element."""
    values = {"base": f"{base_url}/v1", "slug": slug, "hello": _("Hello!")}
    pairs = (("curl", CURL), ("Python", PYTHON), ("JavaScript", JAVASCRIPT))
    return [{"label": label, "text": text.format(**values)} for label, text in pairs]
