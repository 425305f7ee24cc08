"""Roles come from one table, reach every shop by `migrate`, and leave what staff made alone."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from accounts import roles
from accounts.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db


def names(group):
    return {
        f"{app}.{codename}"
        for app, codename in group.permissions.values_list("content_type__app_label", "codename")
    }


def test_every_permission_of_the_table_exists():
    assert roles.missing() == []


def test_migrate_makes_the_roles_as_the_table_says():
    assert {name: names(Group.objects.get(name=name)) for name in roles.ROLES} == roles.ROLES


def test_a_change_of_the_table_reaches_a_shop_that_runs_by_migrate(monkeypatch):
    more = roles.ROLES["warehouse"] - {"orders.view_order"} | {"payments.view_payment"}
    monkeypatch.setitem(roles.ROLES, "warehouse", more)
    own = Group.objects.create(name="Warehouse")
    own.permissions.add(Permission.objects.get(codename="view_refund"))

    call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0)

    assert names(Group.objects.get(name="warehouse")) == more
    assert names(own) == {"payments.view_refund"}


def test_a_database_with_only_some_tables_keeps_its_roles(monkeypatch):
    monkeypatch.setitem(roles.ROLES, "warehouse", frozenset({"returns.view_nothing"}))

    call_command("migrate", verbosity=0)

    assert roles.missing() == ["returns.view_nothing"]
    assert "orders.view_order" in names(Group.objects.get(name="warehouse"))


def test_no_role_has_what_is_for_superusers():
    kept = {"auth.change_group", "auth.add_group", "auth.change_permission", "accounts.delete_user"}

    assert not kept & roles.ROLES["owner"]
    for name, permissions in roles.ROLES.items():
        assert permissions <= roles.ROLES["owner"], name


def test_a_right_that_is_taken_away_is_gone_with_the_next_request(client):
    user = StaffFactory()
    user.groups.add(Group.objects.get(name="support"))
    client.force_login(user)
    assert client.get("/admin/orders/order/").status_code == 200

    user.groups.clear()

    assert client.get("/admin/orders/order/").status_code == 403
