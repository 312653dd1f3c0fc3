"""`{% element %}`: the parts pages are made of.

    {% element button label="Create key" icon="plus" / %}
    {% element head title=name %}{% part actions %}...{% endpart %}{% endelement %}

An element is one template in templates/elements/<group>/. It says what it takes in its first tag:

    {% takes label href="" tone="plain" +body +foot %}

A bare name must be given, a name with a value is optional, `+name` is a part (`+body`: what stands between the tags).
It sees these names and `csp_nonce`, `csrf_token`, `request`, nothing else. A name it does not take, a missing one and a
part it does not know are a TemplateSyntaxError when the page is compiled.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import template
from django.template import Context, Engine, Node, NodeList, Template, TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.utils.safestring import SafeString

register = template.Library()

GROUPS = ("signs", "actions", "inputs", "data", "notes", "frame")
PASSED = ("csp_nonce", "csrf_token", "request")
_NAME = re.compile(r"[a-z][a-z_]*")


@dataclass
class Takes:
    """What an element takes; `optional` holds the compiled defaults."""

    required: set[str] = field(default_factory=set)
    optional: dict[str, FilterExpression] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)


class TakesNode(Node):
    def __init__(self, takes: Takes) -> None:
        self.takes = takes

    def render(self, context: Context) -> SafeString:  # noqa: ARG002 - the signature is Django's
        return SafeString("")


class PartNode(Node):
    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name, self.nodelist = name, nodelist

    def render(self, context: Context) -> SafeString:  # noqa: ARG002 - the element renders its parts itself
        return SafeString("")


class ElementNode(Node):
    def __init__(self, name: str, given: Mapping[str, FilterExpression], parts: Mapping[str, NodeList]) -> None:
        self.name, self.given, self.parts = name, dict(given), dict(parts)

    def render(self, context: Context) -> SafeString:
        found, takes = _load(Engine.get_default(), self.name)
        values: dict[str, Any] = {name: default.resolve(context) for name, default in takes.optional.items()}
        values |= {name: given.resolve(context) for name, given in self.given.items()}
        values |= {name: self.parts[name].render(context) if name in self.parts else "" for name in takes.parts}
        new = context.new(values)
        for name in PASSED:
            if name in context:
                new[name] = context[name]
        # The file ends with a line break, which would be a space between two words of a sentence.
        return SafeString(found.render(new).strip())


def _load(engine: Engine, name: str) -> tuple[Template, Takes]:
    """The element's template and what it takes; raises TemplateSyntaxError."""
    for group in GROUPS:
        try:
            found = engine.get_template(f"elements/{group}/{name}.html")
        except TemplateDoesNotExist:
            continue
        for node in found.nodelist:
            if isinstance(node, TakesNode):
                return found, node.takes
        raise TemplateSyntaxError(f"The element '{name}' does not say what it takes.")
    raise TemplateSyntaxError(f"There is no element '{name}' in templates/elements.")


@register.tag("takes")
def takes_tag(parser: Parser, token: Token) -> TakesNode:
    bits = token.split_contents()[1:]
    takes = Takes(parts={bit[1:] for bit in bits if bit.startswith("+")})
    for bit in bits:
        if bit.startswith("+"):
            continue
        name, has_default, default = bit.partition("=")
        if not _NAME.fullmatch(name):
            raise TemplateSyntaxError(f"'{bit}' cannot be a name that an element takes.")
        if has_default:
            takes.optional[name] = parser.compile_filter(default)
        else:
            takes.required.add(name)
    return TakesNode(takes)


@register.tag("part")
def part_tag(parser: Parser, token: Token) -> PartNode:
    bits = token.split_contents()
    if len(bits) != 2:
        raise TemplateSyntaxError("{% part %} takes one name.")
    nodelist = parser.parse(("endpart",))
    parser.delete_first_token()
    return PartNode(bits[1], nodelist)


@register.tag("element")
def element_tag(parser: Parser, token: Token) -> ElementNode:
    bits = token.split_contents()[1:]
    if not bits:
        raise TemplateSyntaxError("{% element %} needs the name of an element.")
    closed = bits[-1] == "/"
    if closed:
        bits.pop()
    name, rest = bits[0].strip("\"'"), bits[1:]
    given = token_kwargs(rest, parser)
    if rest:
        raise TemplateSyntaxError(f"{{% element {name} %}} takes name=value only, not '{rest[0]}'.")
    inside = NodeList()
    if not closed:
        inside = parser.parse(("endelement",))
        parser.delete_first_token()
    parts = _parts(inside)
    _, takes = _load(Engine.get_default(), name)
    _check(name, takes, set(given), set(parts))
    return ElementNode(name, given, parts)


def _parts(inside: NodeList) -> dict[str, NodeList]:
    parts = {node.name: node.nodelist for node in inside if isinstance(node, PartNode)}
    body = NodeList(node for node in inside if not isinstance(node, PartNode))
    if any(not isinstance(node, template.base.TextNode) or node.s.strip() for node in body):
        parts["body"] = body
    return parts


def _check(name: str, takes: Takes, given: set[str], parts: set[str]) -> None:
    known = takes.required | set(takes.optional)
    for word, wrong in (("does not take", given - known), ("needs", takes.required - given)):
        if wrong:
            raise TemplateSyntaxError(
                f"The element '{name}' {word} {', '.join(sorted(wrong))}. It takes: {', '.join(sorted(known))}."
            )
    if parts - takes.parts:
        has = ", ".join(sorted(takes.parts)) or "none"
        raise TemplateSyntaxError(f"The element '{name}' has no part {', '.join(sorted(parts - takes.parts))}: {has}.")
