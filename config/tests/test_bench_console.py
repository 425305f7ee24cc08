"""The shop behind the console's bench can be filled, and each of its pages opens; how fast, no test asks."""

import pytest
from django.db import connection

from config.bench import console
from config.bench.plan import QUICK
from config.bench.report import page_lines
from orders.models import Order


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="Only PostgreSQL is measured.")
@pytest.mark.broken_books
def test_every_page_of_the_console_is_opened_in_a_shop_that_was_made_for_it(db, monkeypatch):
    monkeypatch.setattr("config.bench.searches.TIMES", 1)

    console.fill(60, 300)
    pages = console.measure()

    assert Order.objects.count() == 61
    assert [page.words for page in pages] == list(console.PAGES)
    assert all(page.statements for page in pages)
    assert "front page, 12 months" in "\n".join(page_lines(pages, QUICK))
