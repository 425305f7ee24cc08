"""Pages of words: in the visitor's language, in the footer once published, safe whatever is typed."""

import re
from urllib.parse import urljoin

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.tests.factories import StaffFactory
from shop import services as shop
from shop.content import inserts
from shop.content.samples import SLUGS, samples
from shop.models import ContentPage
from shop.tests.factories import VariantFactory
from shop.tests.reading import Page

pytestmark = pytest.mark.django_db


def written(slug="terms", language="en", **said) -> ContentPage:
    said = {"title": f"{slug} in {language}", "body": "Some *words*.", "is_published": True, **said}
    page = ContentPage(slug=slug, language=language, **said)
    shop.save_page(page)
    return page


def text(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def footer(client, address="/") -> str:
    return text(client, address).partition("<footer")[2]


def test_a_published_page_is_shown_and_named_in_the_footer(client):
    page = written(description="What holds here.")

    shown = text(client, page.get_absolute_url())

    assert "<h1>terms in en</h1>" in shown
    assert "<em>words</em>" in shown
    assert f'href="{page.get_absolute_url()}"' in footer(client)
    head = Page(shown)
    assert head.meta["description"] == head.meta["og:description"] == ["What holds here."]
    assert head.meta["robots"][0].startswith("index")


def test_a_page_that_is_not_published_is_nowhere(client):
    page = written(is_published=False)

    assert client.get(page.get_absolute_url()).status_code == 404
    assert page.title not in footer(client)
    assert "About us" not in footer(client)


def test_a_fresh_shop_has_no_dead_links_in_its_footer(client):
    links = re.findall(r'<a href="(/[^"]*)"', footer(client))

    assert links
    assert {link for link in links if client.get(link).status_code not in {200, 302}} == set()


def test_a_page_speaks_the_visitors_language_or_the_next_best(client):
    written("terms", "en")
    written("terms", "de")
    only_english, only_german = written("about", "en"), written("imprint", "de")

    assert "<h1>terms in de</h1>" in text(client, "/de/pages/terms/")
    assert "terms in de" in footer(client, "/de/")
    foreign = text(client, "/de/pages/about/")
    assert '<article class="words" lang="en">' in foreign
    head = Page(foreign)
    assert head.canonical.endswith(only_english.get_absolute_url())
    assert head.meta["robots"] == ["noindex, follow"]
    assert Page(text(client, only_german.get_absolute_url())).canonical.endswith("/de/pages/imprint/")


def test_the_sitemap_names_each_page_in_the_languages_it_is_written_in(client):
    written("terms", "en")
    written("terms", "de")
    written("about", "en")
    written("draft", "en", is_published=False)

    named = client.get(reverse("found:sitemap_page", args=["pages-0"])).content.decode()

    assert re.findall(r"<loc>http://testserver([^<]*)", named) == [
        "/pages/about/",
        "/de/pages/terms/",
        "/pages/terms/",
    ]


def test_nothing_typed_becomes_markup_or_script(client):
    page = written(
        title="<script>alert(1)</script>",
        body='<script>alert(2)</script> <img src=x onerror="alert(3)"> [x](javascript:alert(4)) {nothing}',
    )

    shown = text(client, page.get_absolute_url())

    for bad in ("<script>alert", "<img src=x", 'href="javascript'):
        assert bad not in shown
    assert "{nothing}" in shown


def test_a_line_of_its_own_becomes_a_table_as_it_is_now(client, monkeypatch):
    monkeypatch.setitem(inserts._makers, "now", lambda: "<table><tr><td>right now</td></tr></table>")
    page = written(body="Before\n\n{now}\n\nand {now} in a sentence")

    shown = text(client, page.get_absolute_url())

    assert "<table><tr><td>right now" in shown
    assert "and {now} in a sentence" in shown


def test_headings_follow_the_pages_own_without_a_gap(client):
    shown = text(client, written(body="# One\n\n### Two").get_absolute_url())

    assert "<h2>One</h2>" in shown
    assert "<h3>Two</h3>" in shown


def test_a_change_is_seen_at_once_and_moves_the_date(client, django_capture_on_commit_callbacks):
    page = written()
    footer(client)
    before = page.updated_at
    page.title = "Rules"
    with django_capture_on_commit_callbacks(execute=True):
        shop.save_page(page)

    assert ">Rules</a>" in footer(client)
    assert page.updated_at > before


def test_there_is_one_page_per_address_and_language():
    page = written()

    with pytest.raises(shop.ShopError, match="already"):
        written()
    with pytest.raises(IntegrityError), transaction.atomic():
        ContentPage.objects.create(slug=page.slug, language=page.language, title="again")


def test_the_footer_costs_nothing_on_a_warm_page(client, django_assert_max_num_queries):
    page = written()
    client.get(page.get_absolute_url())

    with django_assert_max_num_queries(2):  # the page and the shelves
        client.get(page.get_absolute_url())


# --- samples ----------------------------------------------------------------------------------------
def test_every_sample_is_there_in_english_and_german_and_says_that_it_is_one():
    found = list(samples())

    assert {(each.slug, each.language) for each in found} == {
        (slug, language) for slug in SLUGS for language in ("en", "de")
    }
    for each in found:
        assert each.title
        assert 10 < len(each.description) <= 200
        first = each.body.splitlines()[0]
        assert re.search(r"sample|Muster", first), (each.slug, each.language)


def test_samples_begin_unpublished_and_never_overwrite(client):
    page = written("terms", "en", title="Our own terms")

    assert shop.begin_pages() == len(SLUGS) * 2 - 1
    assert shop.begin_pages() == 0

    assert ContentPage.objects.get(pk=page.pk).title == "Our own terms"
    assert list(ContentPage.objects.filter(is_published=True)) == [page]


@pytest.mark.parametrize("prefix", ["", "/de"])
def test_no_link_of_a_sample_is_dead(client, prefix):
    call_command("begin_pages", publish=True, verbosity=0)
    for slug in SLUGS:
        address = f"{prefix}/pages/{slug}/"
        body = text(client, address).partition('<div class="words-body">')[2].partition("<footer")[0]
        for link in re.findall(r'<a href="([^"]*)"', body):
            assert client.get(urljoin(address, link)).status_code == 200, (address, link)


# --- the console ------------------------------------------------------------------------------------
@pytest.fixture
def owner(client):
    client.force_login(StaffFactory(is_superuser=True))
    return client


def fields(**said):
    return {
        "title": "Terms",
        "slug": "terms",
        "language": "en",
        "description": "",
        "body": "Some *words*.",
        "position": "1",
        "is_published": "on",
        **said,
    }


def test_staff_write_a_page(owner):
    answer = owner.post(reverse("admin:shop_contentpage_add"), fields())

    assert answer.status_code == 302
    assert ContentPage.objects.get().body_html == "<p>Some <em>words</em>.</p>\n"


def test_staff_look_at_a_page_before_it_is_saved(owner):
    page = written()
    address = reverse("admin:shop_contentpage_change", args=[page.pk])
    assert 'name="_preview"' in text(owner, address)

    answer = owner.post(address, fields(title="Draft", body="# New\n\n<script>", _preview="1"))

    assert answer.status_code == 200
    assert "<h1>Draft</h1>" in answer.content.decode()
    assert "<h2>New</h2>" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    page.refresh_from_db()
    assert page.title == "terms in en"


def test_the_same_page_twice_is_a_sentence_and_no_error(owner):
    written()

    answer = owner.post(reverse("admin:shop_contentpage_add"), fields())

    assert answer.status_code == 200
    assert "There is a page with this address in this language already." in answer.content.decode()


def test_who_may_not_change_pages_gets_no_preview(client):
    page = written()
    client.force_login(StaffFactory())

    answer = client.post(reverse("admin:shop_contentpage_change", args=[page.pk]), fields(_preview="1"))

    assert answer.status_code == 403


def test_a_page_needs_no_goods_and_goods_need_no_page(client):
    VariantFactory(stock=1)

    assert client.get(reverse("shop:home")).status_code == 200
