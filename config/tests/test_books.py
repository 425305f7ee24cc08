"""The proof itself: one snapshot, every rule tried, told to people and to machines."""

import json
import threading
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from config import books
from config.tests.world import balanced_world, contradictions, sql, unguard
from inventory.models import Location

ONE_MORE = "UPDATE inventory_stocklevel SET on_hand = on_hand + 1"


def _run(*options):
    """Run the command; returns its exit code and what it printed."""
    out = StringIO()
    try:
        call_command("verify_books", *options, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


# --- the rules --------------------------------------------------------------------------------------
def test_every_rule_is_broken_by_a_test_of_its_room_or_of_one_above():
    untested = []
    for rule in books.all_rules():
        rooms = {"config", *books.ROOMS[books.ROOMS.index(rule.room) :]}
        tests = [path for room in rooms for path in Path(settings.BASE_DIR, room, "tests").glob("test_*.py")]
        if not any(f'"{rule.code}"' in path.read_text() for path in tests):
            untested.append(rule.code)

    assert untested == []


def test_a_code_is_given_once():
    rule = books.all_rules()[0]

    with pytest.raises(ValueError, match=rule.code):
        books.rule(rule.code, says="", finds="", sql="")


def test_a_room_answers_for_itself_and_the_rooms_under_it():
    rooms = {rule.room for rule in books.rules_up_to("orders")}

    assert rooms == {"accounts", "inventory", "shop", "orders"}
    assert {rule.room for rule in books.all_rules()} >= rooms | {"payments"}


@pytest.mark.django_db
def test_an_empty_shop_balances():
    assert books.verify().violations == []


@pytest.mark.django_db
@pytest.mark.broken_books
def test_a_trace_of_staff_that_can_be_changed_is_found():
    unguard("accounts_auditentry")

    assert len(contradictions("accounts.audit_append_only")) == 2


# --- the snapshot -----------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.broken_books
def test_a_proof_costs_one_query_per_rule_whatever_it_finds():
    balanced_world()
    with CaptureQueriesContext(connection) as balanced:
        books.verify()
    sql(ONE_MORE)

    with CaptureQueriesContext(connection) as broken:
        assert len(books.verify().violations) > 2

    assert len(balanced) == len(broken) == len(books.all_rules())


@pytest.mark.django_db
@pytest.mark.broken_books
def test_of_a_rule_that_is_broken_everywhere_the_first_are_read_in_order(monkeypatch):
    balanced_world()
    sql(ONE_MORE)
    on_hand = [rule for rule in books.all_rules() if rule.code == "inventory.on_hand"]
    monkeypatch.setattr(books, "MOST", 1)

    report = books.verify(on_hand)

    assert [found.row["sku"] for found in report.violations] == ["CUP-1"]
    assert report.cut_short == ["inventory.on_hand"]


@pytest.mark.django_db
@pytest.mark.broken_books
def test_as_many_contradictions_as_are_read_are_not_said_to_be_more(monkeypatch):
    balanced_world()
    sql(ONE_MORE)
    on_hand = [rule for rule in books.all_rules() if rule.code == "inventory.on_hand"]
    monkeypatch.setattr(books, "MOST", 2)

    report = books.verify(on_hand)

    assert [found.row["sku"] for found in report.violations] == ["CUP-1", "MUG-1"]
    assert report.cut_short == []


def _in_another_thread(act):
    """Run it on a connection of its own, and pass on what it raises."""
    problems = []

    def run():
        try:
            act()
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=10)
    assert not thread.is_alive()
    if problems:
        raise problems[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.broken_books
def test_writers_go_on_during_a_proof_and_it_does_not_see_them():
    balanced_world()
    [on_hand] = [rule for rule in books.all_rules() if rule.code == "inventory.on_hand"]

    written = []

    def write_after_the_first_look(execute, statement, params, many, context):
        answer = execute(statement, params, many, context)
        if on_hand.sql in statement and not written:
            written.append(True)
            _in_another_thread(lambda: sql(ONE_MORE))
        return answer

    with connection.execute_wrapper(write_after_the_first_look):
        during = books.verify([on_hand, on_hand])

    after = books.verify([on_hand])
    assert written
    assert during.violations == []
    assert len(after.violations) == 2


@pytest.mark.django_db(transaction=True)
def test_a_proof_cannot_write_and_leaves_a_connection_that_can():
    with pytest.raises(DatabaseError), books._snapshot():
        Location.objects.create(code="main", name="Main")

    Location.objects.create(code="main", name="Main")
    assert connection.get_autocommit()
    assert not connection.in_atomic_block


# --- the command ------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_command_says_that_the_books_balance():
    balanced_world()

    code, printed = _run()

    assert code == 0
    assert printed.startswith(f"The books balance: {len(books.all_rules())} rules in ")


@pytest.mark.django_db
@pytest.mark.broken_books
def test_the_command_prints_each_contradiction_with_its_figures_and_fails():
    balanced_world()
    sql("UPDATE payments_webhookevent SET state = 'failed', received_at = '2020-01-01 00:00:00+00:00'")
    sql(f"{ONE_MORE} WHERE reserved = 1")

    code, printed = _run()

    assert code == 1
    assert (
        "inventory.on_hand: CUP-1 at Main: 48 are on the shelf, says the level; its movements add up to 47.\n"
        "  sku=CUP-1 location=Main level=48 moved=47\n"
    ) in printed
    assert "The books do not balance: 3 contradictions of 3 rules; " in printed


@pytest.mark.django_db
@pytest.mark.broken_books
def test_machines_read_codes_and_figures():
    balanced_world()
    sql(f"{ONE_MORE} WHERE reserved = 1")

    code, printed = _run("--json")

    answer = json.loads(printed)
    assert code == 1
    assert answer["balances"] is False
    assert {"code", "says"} == set(answer["rules"][0])
    assert answer["violations"][0] == {
        "code": "inventory.on_hand",
        "sentence": "CUP-1 at Main: 48 are on the shelf, says the level; its movements add up to 47.",
        "row": {"sku": "CUP-1", "location": "Main", "level": 48, "moved": 47},
    }
    assert answer["cut_short"] == []


@pytest.mark.django_db
@pytest.mark.broken_books
def test_the_command_says_of_which_rules_there_is_more(monkeypatch):
    balanced_world()
    sql(ONE_MORE)
    monkeypatch.setattr(books, "MOST", 1)

    _, printed = _run()
    _, as_json = _run("--json")

    answer = json.loads(as_json)
    assert "inventory.on_hand: there are more contradictions than the first 1, which are told.\n" in printed
    assert f"The books do not balance: more than {len(answer['violations'])} contradictions of " in printed
    assert "inventory.on_hand" in answer["cut_short"]


@pytest.mark.django_db
def test_every_rule_is_explained_by_its_sentence_and_its_query():
    _, printed = _run("--explain")
    _, as_json = _run("--explain", "--json")

    for rule in books.all_rules():
        assert f"{rule.code}: {rule.says}\n" in printed
        assert rule.sql.splitlines()[0] in printed
    assert [rule["sql"] for rule in json.loads(as_json)["rules"]] == [rule.sql for rule in books.all_rules()]


# --- after every test (conftest.py) -----------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.any_database
@pytest.mark.xfail(strict=True, raises=pytest.fail.Exception, reason="the books are broken on purpose")
def test_a_test_that_leaves_broken_books_fails():
    balanced_world()

    sql(ONE_MORE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.xfail(strict=True, raises=pytest.fail.Exception, reason="the books are broken on purpose")
def test_a_test_that_leaves_broken_books_fails_before_they_are_flushed():
    balanced_world()

    sql(ONE_MORE)
