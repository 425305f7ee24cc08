"""The registry through which every room hands out and erases what it keeps about a customer."""

import pytest

from accounts import personal
from accounts.models import User
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_up(monkeypatch):
    """No rooms but those that a test signs up; returns what was called, in order."""
    monkeypatch.setattr(personal, "rooms", {})
    return []


def test_the_export_holds_each_room_under_its_name(signed_up):
    personal.register(
        "orders", export=lambda user: [{"number": "T-1", "by": user.pk}], erase=lambda user: None
    )
    personal.register("reviews", export=lambda user: [], erase=lambda user: None)
    user = UserFactory()

    assert personal.export(user) == {"orders": [{"number": "T-1", "by": user.pk}], "reviews": []}


def test_rooms_erase_in_the_order_in_which_they_signed_up(signed_up):
    for name in ("shop", "orders", "payments"):
        personal.register(
            name, export=lambda user: [], erase=lambda user, name=name: signed_up.append((name, user.email))
        )
    user = UserFactory(email="robin@example.com")

    personal.erase(user)

    assert signed_up == [
        ("shop", "robin@example.com"),
        ("orders", "robin@example.com"),
        ("payments", "robin@example.com"),
    ]


def test_all_rooms_erase_or_none(signed_up):
    def fail(user):
        raise RuntimeError("The second room failed.")

    user = UserFactory(full_name="Robin")
    personal.register(
        "first",
        export=lambda user: [],
        erase=lambda user: User.objects.filter(pk=user.pk).update(full_name=""),
    )
    personal.register("second", export=lambda user: [], erase=fail)

    with pytest.raises(RuntimeError, match="second"):
        personal.erase(user)

    user.refresh_from_db()
    assert user.full_name == "Robin"


def test_every_room_may_say_why_a_customer_cannot_go_yet(signed_up):
    personal.register("shop", export=lambda user: [], erase=lambda user: None)
    personal.register(
        "orders", export=lambda user: [], erase=lambda user: None, blocks=lambda user: ["Not delivered yet."]
    )

    assert personal.blocks(UserFactory()) == ["Not delivered yet."]
