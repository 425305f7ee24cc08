"""Whatever the simulator returns has the fields and types that the installed SDK declares.

The walk at the end makes every call that the shop's gateway makes, found in its source, so that a new
call there without a walk here fails.
"""

import ast
import typing
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest
import stripe

from payments.simulator import routes, shapes

PAYMENTS = Path(__file__).resolve().parents[2]


# Compare JSON with the annotations of the SDK's classes


def object_faults(doc, resource, path=""):
    """Sentences for every field of `resource` that `doc` lacks, does not know, or has with a wrong type."""
    hints = {name: hint for name, hint in resource.__annotations__.items() if name != "OBJECT_NAME"}
    one_of = resource.__name__ in shapes.ONE_OF
    on_request = shapes.ON_REQUEST.get(doc["object"], set()) if isinstance(doc.get("object"), str) else set()
    absent = (
        on_request
        | shapes.ON_REQUEST_INSIDE.get(resource.__name__, set())
        | (set(hints) if one_of else set())
    )
    faults = [f"{path}{name} is missing" for name in hints if name not in doc and name not in absent]
    faults += [f"{path}{name} is not the SDK's" for name in doc if name not in hints]
    for name, value in doc.items():
        if name in hints:
            faults += value_faults(value, hints[name], f"{path}{name}")
    return faults


def value_faults(value, hint, path):
    return min(alternatives(value, hint, path), key=len)


def alternatives(value, hint, path):
    """For each type that `hint` allows: what is wrong with `value` if it were that."""
    origin = typing.get_origin(hint)
    if origin is typing.Union:
        return [found for arg in typing.get_args(hint) for found in alternatives(value, arg, path)]
    if origin is typing.Literal:
        return [
            [] if value in typing.get_args(hint) else [f"{path}: {value!r} is not one of the enumeration"]
        ]
    if origin is list:
        return [list_faults(value, typing.get_args(hint)[0], path)]
    if isinstance(hint, typing.ForwardRef):
        return [foreign_faults(value, path)]
    if hint is type(None):
        return [[] if value is None else [f"{path} is not null"]]
    return [plain_faults(value, origin or hint, path)]


def list_faults(value, hint, path):
    if not isinstance(value, list):
        return [f"{path} is no list"]
    return [fault for n, item in enumerate(value) for fault in value_faults(item, hint, f"{path}[{n}]")]


def foreign_faults(value, path):
    """Another resource, named only; lists of such are checked item by item."""
    if not isinstance(value, dict) or value.get("object") not in shapes.RESOURCES:
        return [f"{path} is no object that the simulator knows"]
    return object_faults(value, shapes.RESOURCES[value["object"]], f"{path}.")


def plain_faults(value, hint, path):
    if hint is stripe.ListObject:
        return [] if isinstance(value, dict) and value["object"] == "list" else [f"{path} is no list object"]
    if isinstance(hint, type) and issubclass(hint, stripe.StripeObject):
        if not isinstance(value, dict):
            return [f"{path} is no object"]
        return object_faults(value, hint, f"{path}.") if hint.__annotations__ else []
    if hint is Decimal:
        return [] if is_decimal(value) else [f"{path}: {value!r} is no decimal"]
    fits = type(value) is hint or (hint is float and type(value) is int)
    return [] if fits else [f"{path}: {value!r} is no {hint.__name__}"]


def is_decimal(value):
    try:
        return isinstance(value, str) and Decimal(value).is_finite()
    except InvalidOperation:
        return False


def assert_conforms(answer):
    """The raw JSON of an answer is as the SDK declares it; of a list, each of its objects."""
    doc = answer.last_response.data
    found = doc["data"] if doc["object"] == "list" else [doc]
    assert found
    for each in found:
        assert object_faults(each, shapes.RESOURCES[each["object"]]) == []


def test_the_comparison_itself_finds_faults():
    warning = {
        "id": "issfr_1",
        "object": "radar.early_fraud_warning",
        "actionable": 1,
        "charge": "ch_1",
        "created": 5,
        "fraud_type": "misc",
        "livemode": False,
        "extra": None,
    }

    assert object_faults(warning, shapes.RESOURCES["radar.early_fraud_warning"]) == [
        "payment_intent is missing",
        "extra is not the SDK's",
        "actionable: 1 is no bool",
    ]


# Every object the simulator can return


@pytest.fixture
def world(client, control, pay, new_session):
    """One of everything: ids by kind."""
    held, captured, refused = pay(), pay(capture=True), new_session()
    control(f"sessions/{refused.id}/pay", card="4000002760003184", authenticate="fail")
    refund = client.v1.refunds.create({"payment_intent": captured.id, "amount": 100})
    control(f"refunds/{refund.id}/fail", reason="declined")
    control("disputes", payment_intent=captured.id)
    pay("4000000000005423", capture=True)
    coupon = client.v1.coupons.create({"percent_off": 12.5, "duration": "once"})
    rate = {
        "shipping_rate_data": {
            "type": "fixed_amount",
            "display_name": "Standard",
            "fixed_amount": {"amount": 490, "currency": "eur"},
        }
    }
    rich = new_session(
        discounts=[{"coupon": coupon.id}],
        shipping_options=[rate],
        customer_email=None,
        customer_creation="always",
        shipping_address_collection={"allowed_countries": ["DE"]},
        phone_number_collection={"enabled": True},
        custom_text={"submit": {"message": "Thank you."}},
    )
    address = {"line1": "Way 1", "city": "Town", "postal_code": "10115", "country": "DE"}
    control(f"sessions/{rich.id}/pay", ship_to={"name": "Ada", "address": address})
    return {"held": held.id, "captured": captured.id, "coupon": coupon.id}


def test_every_kind_of_object_conforms_to_the_sdk(simulator, world):
    with simulator.store.lock:
        rows = simulator.store.db.execute("SELECT kind, id FROM objects ORDER BY seq").fetchall()
        docs = [(kind, simulator.store.find(object_id)) for kind, object_id in rows]

    faults = {fault for kind, doc in docs for fault in object_faults(doc, shapes.RESOURCES[kind], f"{kind}.")}

    assert faults == set()
    assert all(shapes.RESOURCES[kind].construct_from(doc, "sk_test_x").id == doc["id"] for kind, doc in docs)
    assert {kind for kind, _ in docs} == set(shapes.RESOURCES) - {"event", "item"}


def test_every_event_and_the_object_in_it_conform_to_the_sdk(client, world):
    types = set()
    for event in client.v1.events.list({"limit": 100}).auto_paging_iter():
        doc = event.to_dict(for_json=True)
        assert object_faults(doc["data"]["object"], shapes.RESOURCES[doc["data"]["object"]["object"]]) == []
        types.add(event.type)

    assert types >= {"charge.dispute.created", "refund.failed", "payment_intent.payment_failed"}
    assert types <= set(typing.get_args(stripe.Event.__annotations__["type"]))


def test_every_route_names_a_class_of_the_sdk():
    for route in routes.ROUTES:
        assert isinstance(route.fields, dict), route.name


# The calls of the shop

CALLS = {
    "checkout.sessions.create": lambda c, w: None,
    "checkout.sessions.retrieve": lambda c, w: c.checkout.sessions.retrieve(
        session_of(c, w["held"]).id, {"expand": ["payment_intent.latest_charge"]}
    ),
    "checkout.sessions.list": lambda c, w: c.checkout.sessions.list(
        {"expand": ["data.payment_intent.latest_charge"], "limit": 100, "created": {"gte": 1}}
    ),
    "checkout.sessions.expire": lambda c, w: None,
    "checkout.sessions.line_items.list": lambda c, w: c.checkout.sessions.line_items.list(
        session_of(c, w["held"]).id
    ),
    "payment_intents.retrieve": lambda c, w: c.payment_intents.retrieve(
        w["held"], {"expand": ["latest_charge"]}
    ),
    "payment_intents.list": lambda c, w: c.payment_intents.list(),
    "payment_intents.capture": lambda c, w: c.payment_intents.capture(
        w["held"], {"amount_to_capture": 1500, "expand": ["latest_charge"]}
    ),
    "payment_intents.cancel": lambda c, w: None,
    "charges.retrieve": lambda c, w: c.charges.retrieve(
        c.payment_intents.retrieve(w["captured"]).latest_charge
    ),
    "charges.list": lambda c, w: c.charges.list({"payment_intent": w["captured"]}),
    "refunds.create": lambda c, w: c.refunds.create({"payment_intent": w["held"], "amount": 10}),
    "refunds.retrieve": lambda c, w: c.refunds.retrieve(c.refunds.list().data[0].id),
    "refunds.list": lambda c, w: c.refunds.list({"payment_intent": w["captured"]}),
    "disputes.retrieve": lambda c, w: c.disputes.retrieve(c.disputes.list().data[0].id),
    "disputes.list": lambda c, w: c.disputes.list(),
    "events.retrieve": lambda c, w: c.events.retrieve(c.events.list().data[0].id),
    "events.list": lambda c, w: c.events.list({"types": ["charge.captured"], "created": {"gte": 1}}),
}
MADE_ELSEWHERE = ("checkout.sessions.create", "checkout.sessions.expire", "payment_intents.cancel")


def session_of(c, intent_id):
    return c.checkout.sessions.list({"payment_intent": intent_id}).data[0]


def calls_of_the_gateway():
    """Every `c.a.b.c(…)` in the gateway's source, where `c` is the client that each call is given."""
    found = set()
    for file in (PAYMENTS / "gateway").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found.add(dotted(node.func))
    return {name.removeprefix("c.") for name in found if name.startswith("c.")}


def dotted(node):
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def test_every_call_of_the_gateway_is_walked():
    assert "checkout.sessions.create" in calls_of_the_gateway()
    assert calls_of_the_gateway() - set(CALLS) == set()


def test_every_call_the_shop_makes_conforms_to_the_sdk(client, world, new_session, pay):
    assert_conforms(new_session())
    assert_conforms(client.v1.checkout.sessions.expire(new_session().id))
    assert_conforms(client.v1.payment_intents.cancel(pay().id, {"expand": ["latest_charge"]}))

    for name, call in CALLS.items():
        if name not in MADE_ELSEWHERE:
            assert_conforms(call(client.v1, world))
