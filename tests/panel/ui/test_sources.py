"""What stands in templates, style sheets and vendored files."""

import gzip
import hashlib
import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

from panel.ui.templatetags.elements import GROUPS
from panel.ui.web.statics import bundle, joined

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "static"
# Mails cannot use a style sheet.
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "emails" not in path.parts)
SHEETS = sorted((STATIC / "css").rglob("*.css"))
FORBIDDEN = {
    "an inline style": r"""\sstyle\s*=""",
    "a style element": r"<style",
    "an inline handler": r"""<[^>{]*\son[a-z]+\s*=""",
    "hx-on": r"\bhx-on\b",
    "a javascript address": r"javascript:",
    "code for htmx to evaluate": r"""hx-(vals|headers|vars)=["']js:|hx-vars|hx-trigger=["'][^"']*\[""",
    "an address outside": r"""(src|href)=["'](https?:)?//""",
    "safe": r"\|\s*safe\b|autoescape off",
}
COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(|:\s*(white|black|red|green|blue|gr[ae]y)\b"
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_holds_nothing_that_the_policy_blocks(path: Path) -> None:
    text = path.read_text()
    found = [name for name, pattern in FORBIDDEN.items() if re.search(pattern, text)]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_every_script_is_a_file_with_the_nonce(path: Path) -> None:
    for tag in re.findall(r"<script\b[^>]*>", path.read_text()):
        assert 'nonce="{{ csp_nonce }}"' in tag
        assert "src=" in tag


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_colours_are_tokens(path: Path) -> None:
    if path.name == "tokens.css":
        return
    found = [hit.group() for hit in COLOUR.finditer(re.sub(r"#[a-z-]+\s*[{,]", "", path.read_text()))]
    assert [hit for hit in found if hit != "color("] == []


def test_every_token_that_is_used_is_defined() -> None:
    text = "".join(path.read_text() for path in SHEETS)
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", text))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", text)) - defined == set()


def test_the_bundle_holds_every_sheet_and_leaves_no_import() -> None:
    source = (STATIC / "css/app.css").read_text()
    whole = bundle(source, STATIC / "css")
    assert "@import" not in whole
    imported = {*re.findall(r'@import url\("([^"]+)"\)', source), "app.css"}
    assert imported == {str(path.relative_to(STATIC / "css")) for path in SHEETS}


def test_imported_sheets_hold_no_relative_address() -> None:
    for path in SHEETS:
        if path.name != "app.css":
            assert "url(" not in path.read_text(), path.name


def test_the_script_carries_every_part_and_none_leaves_a_name_behind() -> None:
    whole = joined((STATIC / "js/app.js").read_text(), STATIC / "js")
    parts = [path.read_text() for path in (STATIC / "js/parts").iterdir()]
    assert parts
    for part in parts:
        assert part in whole
        assert part.rstrip().endswith("})();")


def test_the_sheet_stays_small() -> None:
    whole = bundle((STATIC / "css/app.css").read_text(), STATIC / "css")
    # What goes over the wire; a page may weigh 120 KB with its font of 48.
    assert len(gzip.compress(whole.encode())) < 20_000


def test_every_element_says_what_it_takes() -> None:
    names: list[str] = []
    for group in GROUPS:
        for path in (ROOT / "templates/elements" / group).glob("*.html"):
            if path.read_text().startswith("{% takes "):
                names.append(path.stem)
            else:
                assert path.stem.startswith(("field_", "list_")), path
    assert len(names) == len(set(names)), "two groups hold an element of the same name"


def test_the_styleguide_shows_every_element() -> None:
    shown = "".join(path.read_text() for path in (ROOT / "templates/ui").rglob("*.html"))
    used = set(re.findall(r"{% element (\w+)", "".join(path.read_text() for path in TEMPLATES)))
    direct = set(re.findall(r"{% element (\w+)", shown))
    names = {path.stem for group in GROUPS for path in (ROOT / "templates/elements" / group).glob("*.html")}
    assert used <= names
    # These are frames around others and are seen on every page.
    assert {name for name in names - direct if not name.startswith(("field_", "list_"))} <= {
        "avatar", "act", "passkey", "form", "ledger", "fact", "pager", "steps", "tape", "table",
    }  # fmt: skip


def test_vendored_files_are_what_they_say() -> None:
    listed = tomllib.loads((STATIC / "vendor.toml").read_text())["file"]
    for one in listed:
        assert hashlib.sha256((STATIC / one["path"]).read_bytes()).hexdigest() == one["sha256"], one["path"]
        assert one["version"]
        assert one["licence"]
    assert {one["path"] for one in listed} == {
        str(path.relative_to(STATIC)) for path in (STATIC / "fonts").iterdir()
    } | {str(path.relative_to(STATIC)) for path in (STATIC / "vendor").rglob("*") if path.is_file()}


# What is not a word for people: samples, the frame's own marks, keys of a keyboard, units.
NOT_WORDS = {
    "ClawPanel",
    "Ctrl",
    "Enter",
    "Esc",
    "ms",
    "HTTP",
    "curl",
    "JSON",
    "v",
    "API",
    "CSV",
    "HTML",
    "PDF",
    "URL",
    "x",
    "or",
    "SHA",
}


@pytest.mark.parametrize(
    "path",
    [one for one in TEMPLATES if one.relative_to(ROOT).parts[1] != "ui"],
    ids=lambda path: str(path.relative_to(ROOT / "templates")),
)
def test_no_word_on_a_page_is_left_untranslated(path: Path) -> None:
    text = re.sub(
        r"{% blocktranslate.*?{% endblocktranslate %}|{% block shape %}.*?{% endblock %}|{#.*?#}"
        # What is typed into a machine is the same in every language.
        r"|<code>.*?</code>|<pre\b.*?</pre>",
        "",
        path.read_text(),
        flags=re.DOTALL,
    )
    text = re.sub(r"{%.*?%}|{{.*?}}", "\x00", text, flags=re.DOTALL)
    told = re.findall(r"""(?:aria-label|title|placeholder|alt)="([^"]*)\"""", text)
    seen = re.sub(r"<[^>]*>", " ", text)
    words = {word for piece in [*told, seen] for word in re.findall(r"[A-Za-z]{2,}", piece)}
    assert words - NOT_WORDS == set()
