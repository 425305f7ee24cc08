"""No page for customers comes into the shop without a browser that looks at it: see config/tests/e2e."""

from collections.abc import Iterator

from django.urls import LocalePrefixPattern, URLResolver, get_resolver

from config.tests.e2e.customer_pages import NO_PAGES, PAGES


def names_of(patterns: list, namespace: str = "") -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            inner = f"{each.namespace}:" if each.namespace else ""
            yield from names_of(each.url_patterns, namespace + inner)
        else:
            yield f"{namespace}{each.name}"


def customers_names() -> set[str]:
    """The names of all addresses that there are once for each language: what people read, not machines."""
    spoken = [each for each in get_resolver().url_patterns if isinstance(each.pattern, LocalePrefixPattern)]
    return {name for resolver in spoken for name in names_of(resolver.url_patterns)}


def test_every_address_of_customers_is_known_as_a_page_or_as_none():
    assert customers_names() == PAGES | NO_PAGES.keys()
    assert not PAGES & NO_PAGES.keys()
