"""The control API: only asked for, only from here, and what it reports."""

import pytest
import requests

from payments.simulator import Simulator
from payments.simulator.control import _is_loopback


def post(simulator, path, **options):
    return requests.post(f"{simulator.url}/_control/{path}", timeout=5, **options)


def test_without_being_asked_for_there_is_no_control(tmp_path):
    with Simulator(tmp_path / "s.sqlite3") as simulator:
        assert post(simulator, "reset", json={}).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:12111", "10.0.0.1", ""])
def test_a_name_of_another_machine_is_refused(simulator, host):
    assert post(simulator, "reset", json={}, headers={"Host": host}).status_code == 403


def test_only_loopback_addresses_are_this_machine():
    assert [
        address
        for address in ("127.0.0.1", "::1", "10.0.0.1", "::ffff:10.0.0.1", "x")
        if _is_loopback(address)
    ] == [
        "127.0.0.1",
        "::1",
    ]


def test_what_a_web_form_can_send_is_refused(simulator):
    assert post(simulator, "reset", data={"a": "b"}).status_code == 415
    assert post(simulator, "reset", data="{}", headers={"Content-Type": "text/plain"}).status_code == 415


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("sessions/cs_none/pay", {}, 404),
        ("nowhere", {}, 404),
        ("faults", {"kind": "delay"}, 400),
        ("webhooks", {"mode": "upside-down"}, 400),
        ("webhooks", {"colour": "red"}, 400),
        ("disputes", {"payment_intent": "pi_none"}, 400),
        ("disputes", {"reason": "mood"}, 400),
        ("clock", {"advance": "soon"}, 400),
        ("events/evt_none/resend", {}, 404),
        ("clock", {"advance": 10**30}, 400),
        ("faults", {"endpoint": "*", "kind": "delay", "seconds": "1"}, 400),
        ("faults", {"endpoint": "*", "kind": "delay", "seconds": 1e9}, 400),
        ("webhooks", {"mode": "late", "seconds": "long"}, 400),
        ("webhooks", {"mode": "drop", "types": [1]}, 400),
        ("webhooks", {"mode": "drop", "times": 0}, 400),
        ("sessions/cs_none/pay", {"card": 42}, 400),
        ("sessions/cs_none/pay", {"email": {}}, 400),
        ("sessions/cs_none/pay", {"address": {"zip": "1"}}, 400),
        ("sessions/cs_none/pay", {"address": ["x"]}, 400),
        ("sessions/cs_none/pay", {"ship_to": "me"}, 400),
    ],
)
def test_what_cannot_be_done_is_said(simulator, path, given, status):
    answer = post(simulator, path, json=given)

    assert answer.status_code == status
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("body", ["[]", "nonsense", '"x"', "[" * 100_000, '{"offset": Infinity}'])
def test_what_is_no_proper_json_is_refused(simulator, body):
    answer = post(simulator, "clock", data=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400


def test_a_closed_session_cannot_be_paid(client, simulator, new_session):
    session = new_session()
    client.v1.checkout.sessions.expire(session.id)

    answer = post(simulator, f"sessions/{session.id}/pay", json={})

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "This Checkout Session is expired."


def test_paying_tells_where_the_customer_goes(control, new_session):
    session = new_session()

    outcome = control(f"sessions/{session.id}/pay", address={"country": "FR", "postal_code": "75001"})

    assert outcome == {
        "paid": True,
        "needs_authentication": False,
        "decline": None,
        "status": "complete",
        "payment_status": "unpaid",
        "payment_intent": outcome["payment_intent"],
        "return_url": f"https://shop.example/checkout/done/?session_id={session.id}",
    }


def test_one_session_can_be_made_to_expire_alone(client, control, new_session):
    session, other = new_session(), new_session()

    assert control(f"sessions/{session.id}/expire") == {"status": "expired"}
    assert client.v1.checkout.sessions.retrieve(other.id).status == "open"


def test_the_clock_moves_and_comes_back(client, control):
    forward = control("clock", advance=3600)
    created = client.v1.customers.create({}).created
    back = control("clock", offset=0)

    assert forward["offset"] == 3600
    assert created >= forward["now"]
    assert back["offset"] == 0


def test_the_clock_keeps_its_offset_over_a_restart(tmp_path):
    for expected in (0, 500):
        with Simulator(tmp_path / "s.sqlite3", control=True) as simulator:
            stats = requests.get(f"{simulator.url}/_control/stats", timeout=5).json()
            assert stats["clock"]["offset"] == expected
            post(simulator, "clock", json={"advance": 500})


def test_the_stats_count_calls_and_deliveries(control, pay, simulator):
    pay(capture=True)
    control("webhooks/flush")

    stats = requests.get(f"{simulator.url}/_control/stats", timeout=5).json()

    assert stats["calls"] == {
        "GET /v1/payment_intents/{id}": 1,
        "POST /v1/checkout/sessions": 1,
        "POST /v1/payment_intents/{id}/capture": 1,
    }
    assert stats["deliveries"] == {"delivered": 7}
    assert (stats["pending"], stats["faults"]) == (0, [])


def test_a_reset_forgets_everything(client, control, pay, simulator):
    pay()
    control("faults", endpoint="*", kind="error_500")

    stats = control("reset")

    assert (stats["calls"], stats["objects"], stats["deliveries"], stats["faults"]) == ({}, {}, {}, [])
    assert client.v1.events.list().data == []
