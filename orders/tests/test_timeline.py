"""The timeline is written once and read in the reader's language."""

import pytest
from django.utils.translation import gettext_noop, override

from orders import services
from orders.models import OrderEvent
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db


def test_what_happened_is_read_in_the_language_of_the_reader(monkeypatch):
    order = OrderFactory()
    services.record_event(
        order, gettext_noop("Paid back: %(amount)s."), key="k", details={"amount": 1999, "number": "R-1"}
    )
    event = OrderEvent.objects.get(key="k")
    german = {"Paid back: %(amount)s.": "Erstattet: %(amount)s."}
    english = event.said

    monkeypatch.setattr("orders.models.order.gettext", lambda text: german.get(text, text))
    with override("de"):
        read_in_german = event.said

    assert english == "Paid back: €19.99."
    assert read_in_german == "Erstattet: 19,99\xa0€."


@pytest.mark.parametrize("words", ["Something old happened.", "100 % of it, by hand"])
def test_words_without_details_are_read_as_they_are(words):
    assert OrderEvent(words=words).said == words


def test_the_original_is_what_is_kept():
    order = OrderFactory()

    with override("de"):
        services.record_event(order, gettext_noop("Order placed."), key="k")

    assert OrderEvent.objects.get(key="k").words == "Order placed."
