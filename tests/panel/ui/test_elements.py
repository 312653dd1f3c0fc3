"""The element tag: isolation, listed names, errors when the page is compiled."""

import re

import pytest
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory


def render(text: str, **values: object) -> str:
    return Template(text).render(Context(values))


def test_an_element_shows_what_it_is_given() -> None:
    assert "Create key" in render('{% element button label="Create key" / %}')


def test_what_is_given_is_escaped() -> None:
    shown = render("{% element button label=label href=href / %}", label="<b>", href='"><script>')
    assert "<b>" not in shown
    assert "<script>" not in shown


def test_the_body_and_the_parts_reach_their_places() -> None:
    shown = render(
        "{% element head title='T' %}{% part meta %}<i>m</i>{% endpart %}{% part actions %}<i>a</i>{% endpart %}{% endelement %}"
    )
    assert shown.index("<i>m</i>") < shown.index("<i>a</i>")


def test_an_element_sees_nothing_of_the_page_around_it() -> None:
    assert "outside" not in render("{% element button label='x' / %}", href="/outside", tone="outside")


def test_an_element_sees_the_request_the_token_and_the_nonce() -> None:
    request = RequestFactory().get("/here/")
    tabs = [{"label": "A", "url": "/here/", "count": ""}, {"label": "B", "url": "/there/", "count": 3}]
    text = '{% element act url="/u" label="Do" / %}{% element tabs label="T" tabs=tabs / %}'
    shown = Template(text).render(RequestContext(request, {"tabs": tabs}))
    assert re.search(r'name="csrfmiddlewaretoken" value="\w{64}"', shown)
    assert '<a href="/here/" aria-current="page">A</a>' in shown
    assert '<a href="/there/">B<span>3</span></a>' in shown


def test_elements_stand_inside_elements_and_parts() -> None:
    shown = render(
        "{% element cell title='A' %}{% element cell title='B' %}{% part acts %}{% element tag label='in' / %}{% endpart %}"
        "{% endelement %}{% endelement %}"
    )
    assert shown.count("<section") == 2
    assert "in</span>" in shown


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{% element buton label='x' / %}", "no element 'buton'"),
        ("{% element button label='x' tonne='loud' / %}", "does not take tonne"),
        ("{% element button / %}", "needs label"),
        ("{% element button label='x' loud / %}", "name=value only, not 'loud'"),
        ("{% element button label='x' %}body{% endelement %}", "no part body"),
        ("{% element head title='x' %}{% part foot %}f{% endpart %}{% endelement %}", "no part foot"),
        ("{% element %}{% endelement %}", "needs the name"),
        ("{% element head title='x' %}{% part %}f{% endpart %}{% endelement %}", "takes one name"),
        ("{% element head title='x' %}", "Unclosed tag"),
        ("{% takes 9a %}", "cannot be a name"),
    ],
)
def test_a_mistake_is_told_when_the_page_is_compiled(text: str, sentence: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=sentence):
        Template(text)
