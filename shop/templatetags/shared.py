"""Parts of the frame around every page that are the same for everybody: rendered once a moment."""

from collections.abc import Hashable

from django import template
from django.template import Context, NodeList
from django.template.base import FilterExpression, Parser, Token

from shop import kept

register = template.Library()


class Shared(template.Node):
    child_nodelists = ("inside",)

    def __init__(self, name: str, told: list[FilterExpression], inside: NodeList):
        self.name, self.told, self.inside = name, told, inside

    def render(self, context: Context) -> str:
        key: list[Hashable] = [each.resolve(context) for each in self.told]
        return kept.get(("shared", self.name, *key), lambda: self.inside.render(context))


@register.tag
def shared(parser: Parser, token: Token) -> Shared:
    """`{% shared name what it depends on %}…{% endshared %}`: the same for all for whom that is the same.

    Nothing personal may stand inside; the language is minded without saying so.
    """
    name, *told = token.split_contents()[1:]
    inside = parser.parse(("endshared",))
    parser.delete_first_token()
    return Shared(name, [parser.compile_filter(each) for each in told], inside)
