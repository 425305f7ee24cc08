"""Whatever staff do in the console leaves an entry that nobody can change: who, what, which row and which request."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory
from config.console import ActForm, Desk, acts_of
from config.console.actions import actions_of
from config.tests.test_console import (  # noqa: F401  (fixtures)
    DESKS,
    MODELS,
    address,
    again,
    console,
    failed_task,
    owner,
    world,
)
from config.tests.world import sql

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("room", DESKS)
def test_an_act_leaves_an_entry_even_if_it_forgets_to(room, console, owner, world, monkeypatch):  # noqa: F811
    for model, act in [(desk, act) for desk in DESKS[room] for act in acts_of(desk)]:
        monkeypatch.setattr(act, "why_not", lambda row: "", raising=False)
        monkeypatch.setattr(act, "form_class", ActForm, raising=False)
        monkeypatch.setattr(act, "do", lambda request, row, given: "Done.", raising=False)
        row = model._default_manager.order_by("pk").first()
        before = AuditEntry.objects.count()

        answer = console.post(address(model, act.name, row.pk), {"key": "0" * 16, "confirmed": "1"})

        assert answer.status_code == 302, act
        entry = AuditEntry.objects.first()
        assert AuditEntry.objects.count() == before + 1, act
        assert (entry.actor, entry.row) == (owner, f"{model._meta.label_lower} {row.pk}")
        assert entry.act == f"{act.name} {model._meta.verbose_name}"[:60]
        assert entry.request_id == answer["X-Request-ID"]


def test_an_act_that_tells_by_itself_leaves_one_entry_with_its_row(console, owner):  # noqa: F811
    row = failed_task()

    answer = console.post(again(row), {"key": "0" * 16})

    entry = AuditEntry.objects.get()
    assert (entry.act, entry.row) == ("run task again", f"django_tasks_database.dbtaskresult {row.pk}")
    assert entry.request_id == answer["X-Request-ID"]


ACTIONS = [
    (model, name)
    for model in MODELS
    for name in [
        *(
            each if isinstance(each, str) else each.__name__
            for each in admin.site._registry[model].actions or ()
        ),
        *(each.name for each in actions_of(model)),
    ]
]


@pytest.mark.parametrize(("model", "name"), ACTIONS, ids=[f"{m._meta.label} {name}" for m, name in ACTIONS])
def test_an_action_of_a_list_that_gives_an_answer_leaves_an_entry(model, name, console, owner, world):  # noqa: F811
    row = model._default_manager.order_by("pk").first()
    before = AuditEntry.objects.count()

    answer = console.post(
        address(model, "changelist"), {"action": name, "_selected_action": [row.pk], "index": "0"}
    )

    assert answer.status_code in {200, 302}
    assert AuditEntry.objects.count() > before, "each action is told in the trail"
    assert AuditEntry.objects.first().actor == owner


def test_no_desk_saves_behind_the_trail():
    for model in MODELS:
        desk = admin.site._registry[model]
        assert isinstance(desk, Desk), model
        assert type(desk).save_model is Desk.save_model, f"{model}: write `store` instead"


def test_what_a_form_and_a_deletion_did_names_row_and_request(console, owner):  # noqa: F811
    answer = console.post(address(Group, "add"), {"name": "Helpers"})
    group = Group.objects.get(name="Helpers")
    console.post(address(Group, "delete", group.pk), {"post": "yes"})

    deleted, added = AuditEntry.objects.all()
    assert (added.act, added.row, added.request_id) == (
        "add group",
        f"auth.group {group.pk}",
        answer["X-Request-ID"],
    )
    assert (deleted.act, deleted.row) == ("delete group", f"auth.group {group.pk}")


@pytest.mark.parametrize(
    "statement", ["UPDATE accounts_auditentry SET act = 'x'", "DELETE FROM accounts_auditentry"]
)
def test_the_database_lets_nobody_change_an_entry(statement, console):  # noqa: F811
    console.post(again(failed_task()), {"key": "0" * 16})

    with pytest.raises(IntegrityError), transaction.atomic():
        sql(statement)
    assert AuditEntry.objects.get().act == "run task again"


# --- reading it ------------------------------------------------------------------------------------------
def test_a_row_tells_its_history_and_values_only_to_readers_of_the_trail(console, client, owner):  # noqa: F811
    row = failed_task()
    console.post(again(row), {"key": "0" * 16})
    page = address(type(row), "history", row.pk)
    whole = console.get(page).content.decode()
    looking = StaffFactory()
    looking.user_permissions.add(*permissions("view_dbtaskresult"))
    client.force_login(looking)
    part = client.get(page).content.decode()

    assert "run task again" in whole
    assert "run task again" in part
    assert owner.get_full_name() in part
    assert "refresh_category" in whole.partition('id="content"')[2].partition('class="module')[2]
    assert "→" not in part


def permissions(*names):
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename__in=names)


def test_who_comes_second_reads_who_was_first(console, owner):  # noqa: F811
    row = failed_task()
    console.post(again(row), {"key": "0" * 16})

    refused = console.post(again(row), {"key": "1" * 16}).content.decode()

    assert "Done here lately" in refused
    assert "run task again" in refused
    assert owner.get_full_name() in refused


def test_the_trail_is_found_by_actor_act_row_and_request(console, owner):  # noqa: F811
    row = failed_task()
    answer = console.post(again(row), {"key": "0" * 16})
    other = StaffFactory()
    AuditEntry.objects.create(actor=other, act="receive stock", subject="stock item MUG-1")
    page = reverse("admin:accounts_auditentry_changelist")

    for asked in (
        {"actor__id__exact": owner.pk},
        {"act": "run task again"},
        {"q": f'"django_tasks_database.dbtaskresult {row.pk}"'},
        {"q": answer["X-Request-ID"]},
        {"q": owner.email},
    ):
        assert [each.act for each in console.get(page, asked).context["cl"].result_list] == [
            "run task again"
        ], asked


@pytest.mark.parametrize("role", ["warehouse", "support", "finance", "merchandiser"])
def test_the_trail_is_for_the_owner(role, client):
    user = StaffFactory()
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)

    assert client.get(reverse("admin:accounts_auditentry_changelist")).status_code == 403
    user.groups.add(Group.objects.get(name="owner"))
    assert client.get(reverse("admin:accounts_auditentry_changelist")).status_code == 200
