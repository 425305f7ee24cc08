"""Addresses as others need them: whole, under the configured host, in every language."""

from django.conf import settings
from django.urls import translate_url


def absolute(address: str) -> str:
    """The address under the shop's configured host, never under one that a request named; whole ones stay."""
    return f"{settings.PUBLIC_BASE_URL}{address}" if address.startswith("/") else address


def languages() -> list[str]:
    """The languages that the shop speaks; Django's own list of a hundred does not count."""
    listed = settings.LANGUAGES if settings.is_overridden("LANGUAGES") else []
    return [code for code, _ in listed] or [settings.LANGUAGE_CODE]


def translations(address: str) -> list[tuple[str, str]]:
    """The same page in each language, as (language, whole address); none if there is only one address for it.

    "x-default" is the page for everybody else (https://developers.google.com/search/docs/specialty/international).
    """
    found = [(code, translate_url(address, code)) for code in languages()]
    if len({each for _, each in found}) < 2:
        return []
    usual = dict(found).get(settings.LANGUAGE_CODE, found[0][1])
    return [(code, absolute(each)) for code, each in [*found, ("x-default", usual)]]
