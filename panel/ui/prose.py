"""Untrusted text as safe HTML: what a model wrote, shown to a person. Free of Django.

Markdown without raw HTML and images, then an allow-list of tags without any attribute but an outside link's address.
No image, no `data-*`, no `hx-*`, no class and no id survives, so an answer can neither call home nor act in the page.
"""

import nh3
from markdown_it import MarkdownIt

TAGS = {
    "p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
MAX_CHARACTERS = 200_000

_markdown = (
    MarkdownIt("commonmark", {"html": False, "linkify": False}).disable("image").enable(["table", "strikethrough"])
)


def safe_html(text: str) -> str:
    """HTML that may be shown as it is. Links open nothing by themselves and carry no referrer."""
    html = _markdown.render(text[:MAX_CHARACTERS])
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"*": set(), "a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
