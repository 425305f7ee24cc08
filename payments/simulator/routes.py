"""Every API endpoint: its address, what it accepts (a class of the SDK) and what does the work."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from . import (
    confirming,
    coupons,
    customers,
    disputes,
    events,
    holds,
    intents,
    lists,
    refunds,
    schema,
    sessions,
)
from .errors import ApiError
from .work import Work

Doc = dict[str, Any]
Handler = Callable[[Work, str, Doc], Doc]
"""Given the unit of work, the id in the address (or an empty text) and the checked parameters."""


@dataclass(frozen=True)
class Route:
    """One endpoint. `params` names the SDK's class, as in `checkout._session_create_params:SessionCreateParams`."""

    method: str
    pattern: str
    params: str
    handler: Handler

    @property
    def name(self) -> str:
        return f"{self.method} {self.pattern}"

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile(self.pattern.replace("{id}", "([^/]+)") + r"/?\Z")

    @cached_property
    def fields(self) -> dict[str, schema.Field]:
        module, _, name = self.params.partition(":")
        return schema.fields_of(getattr(importlib.import_module(f"stripe.params.{module}"), name))


def find(method: str, path: str) -> tuple[Route, str]:
    """Return the route and the id in the address; raises Stripe's 404 for any other address."""
    for route in ROUTES_BY_METHOD.get(method, ()):
        match = route.regex.match(path)
        if match:
            return route, match[1] if match.groups() else ""
    raise ApiError(
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at "
        "https://support.stripe.com/.",
        status=404,
    )


def _retrieve(kind: str) -> Handler:
    return lambda work, object_id, params: work.get(kind, object_id)


def _list(kind: str, url: str, *filters: str) -> Handler:
    return lambda work, object_id, params: lists.of_objects(work, kind, params, url, filters)


def _on(kind: str, act: Callable[[Work, Doc, Doc], Doc]) -> Handler:
    return lambda work, object_id, params: act(work, work.get(kind, object_id), params)


def _create(act: Callable[[Work, Doc], Doc]) -> Handler:
    return lambda work, object_id, params: act(work, params)


def _list_events(work: Work, object_id: str, params: Doc) -> Doc:
    where, values = events.conditions(params)
    page = lists.page(work, "events", where or ["1"], values, params, "/v1/events")
    events.with_pending(work, page["data"])
    return page


def _list_charge_refunds(work: Work, charge_id: str, params: Doc) -> Doc:
    charge = work.get("charge", charge_id)
    found = work.linked("refund", "charge", charge["id"])[::-1]
    return lists.of_items(found, params, f"/v1/charges/{charge['id']}/refunds")


SESSIONS = "/v1/checkout/sessions"
INTENTS = "/v1/payment_intents"
SESSION_PARAMS = "checkout._session"
ROUTES = (
    Route("POST", SESSIONS, f"{SESSION_PARAMS}_create_params:SessionCreateParams", _create(sessions.create)),
    Route(
        "GET",
        SESSIONS,
        f"{SESSION_PARAMS}_list_params:SessionListParams",
        _list("checkout.session", SESSIONS, "payment_intent", "status", "customer"),
    ),
    Route(
        "GET",
        f"{SESSIONS}/{{id}}",
        f"{SESSION_PARAMS}_retrieve_params:SessionRetrieveParams",
        _retrieve("checkout.session"),
    ),
    Route(
        "POST",
        f"{SESSIONS}/{{id}}",
        f"{SESSION_PARAMS}_update_params:SessionUpdateParams",
        _on("checkout.session", sessions.update),
    ),
    Route(
        "GET",
        f"{SESSIONS}/{{id}}/line_items",
        f"{SESSION_PARAMS}_line_item_list_params:SessionLineItemListParams",
        _on("checkout.session", sessions.list_items),
    ),
    Route(
        "POST",
        f"{SESSIONS}/{{id}}/expire",
        f"{SESSION_PARAMS}_expire_params:SessionExpireParams",
        _on("checkout.session", lambda work, session, params: sessions.expire(work, session)),
    ),
    Route(
        "POST", INTENTS, "_payment_intent_create_params:PaymentIntentCreateParams", _create(intents.create)
    ),
    Route(
        "GET",
        INTENTS,
        "_payment_intent_list_params:PaymentIntentListParams",
        _list("payment_intent", INTENTS, "customer"),
    ),
    Route(
        "GET",
        f"{INTENTS}/{{id}}",
        "_payment_intent_retrieve_params:PaymentIntentRetrieveParams",
        _retrieve("payment_intent"),
    ),
    Route(
        "POST",
        f"{INTENTS}/{{id}}",
        "_payment_intent_update_params:PaymentIntentUpdateParams",
        _on("payment_intent", intents.update),
    ),
    Route(
        "POST",
        f"{INTENTS}/{{id}}/confirm",
        "_payment_intent_confirm_params:PaymentIntentConfirmParams",
        _on("payment_intent", confirming.confirm),
    ),
    Route(
        "POST",
        f"{INTENTS}/{{id}}/capture",
        "_payment_intent_capture_params:PaymentIntentCaptureParams",
        _on("payment_intent", holds.capture),
    ),
    Route(
        "POST",
        f"{INTENTS}/{{id}}/cancel",
        "_payment_intent_cancel_params:PaymentIntentCancelParams",
        _on("payment_intent", holds.cancel),
    ),
    Route(
        "GET",
        "/v1/charges",
        "_charge_list_params:ChargeListParams",
        _list("charge", "/v1/charges", "payment_intent", "customer"),
    ),
    Route("GET", "/v1/charges/{id}", "_charge_retrieve_params:ChargeRetrieveParams", _retrieve("charge")),
    Route(
        "GET",
        "/v1/charges/{id}/refunds",
        "_charge_list_refunds_params:ChargeListRefundsParams",
        _list_charge_refunds,
    ),
    Route("POST", "/v1/refunds", "_refund_create_params:RefundCreateParams", _create(refunds.create)),
    Route(
        "GET",
        "/v1/refunds",
        "_refund_list_params:RefundListParams",
        _list("refund", "/v1/refunds", "payment_intent", "charge"),
    ),
    Route("GET", "/v1/refunds/{id}", "_refund_retrieve_params:RefundRetrieveParams", _retrieve("refund")),
    Route(
        "POST",
        "/v1/refunds/{id}",
        "_refund_update_params:RefundUpdateParams",
        _on("refund", refunds.update),
    ),
    Route(
        "POST",
        "/v1/refunds/{id}/cancel",
        "_refund_cancel_params:RefundCancelParams",
        _on("refund", lambda work, refund, params: refunds.cancel(work, refund)),
    ),
    Route(
        "GET",
        "/v1/disputes",
        "_dispute_list_params:DisputeListParams",
        _list("dispute", "/v1/disputes", "payment_intent", "charge"),
    ),
    Route("GET", "/v1/disputes/{id}", "_dispute_retrieve_params:DisputeRetrieveParams", _retrieve("dispute")),
    Route(
        "POST",
        "/v1/disputes/{id}",
        "_dispute_update_params:DisputeUpdateParams",
        _on("dispute", disputes.update),
    ),
    Route(
        "POST",
        "/v1/disputes/{id}/close",
        "_dispute_close_params:DisputeCloseParams",
        _on("dispute", lambda work, dispute, params: disputes.close(work, dispute)),
    ),
    Route("GET", "/v1/events", "_event_list_params:EventListParams", _list_events),
    Route(
        "GET",
        "/v1/events/{id}",
        "_event_retrieve_params:EventRetrieveParams",
        lambda work, event_id, params: events.retrieve(work, event_id),
    ),
    Route("POST", "/v1/customers", "_customer_create_params:CustomerCreateParams", _create(customers.create)),
    Route(
        "GET",
        "/v1/customers/{id}",
        "_customer_retrieve_params:CustomerRetrieveParams",
        _retrieve("customer"),
    ),
    Route(
        "POST",
        "/v1/customers/{id}",
        "_customer_update_params:CustomerUpdateParams",
        _on("customer", customers.update),
    ),
    Route("POST", "/v1/coupons", "_coupon_create_params:CouponCreateParams", _create(coupons.create)),
    Route("GET", "/v1/coupons/{id}", "_coupon_retrieve_params:CouponRetrieveParams", _retrieve("coupon")),
    Route("GET", "/v1/prices/{id}", "_price_retrieve_params:PriceRetrieveParams", _retrieve("price")),
    Route("GET", "/v1/products/{id}", "_product_retrieve_params:ProductRetrieveParams", _retrieve("product")),
    Route(
        "GET",
        "/v1/payment_methods/{id}",
        "_payment_method_retrieve_params:PaymentMethodRetrieveParams",
        _retrieve("payment_method"),
    ),
    Route(
        "GET",
        "/v1/shipping_rates/{id}",
        "_shipping_rate_retrieve_params:ShippingRateRetrieveParams",
        _retrieve("shipping_rate"),
    ),
    Route(
        "GET",
        "/v1/balance_transactions/{id}",
        "_balance_transaction_retrieve_params:BalanceTransactionRetrieveParams",
        _retrieve("balance_transaction"),
    ),
    Route(
        "GET",
        "/v1/radar/early_fraud_warnings",
        "radar._early_fraud_warning_list_params:EarlyFraudWarningListParams",
        _list("radar.early_fraud_warning", "/v1/radar/early_fraud_warnings", "payment_intent", "charge"),
    ),
)
ROUTES_BY_METHOD = {
    method: tuple(route for route in ROUTES if route.method == method) for method in ("GET", "POST", "DELETE")
}
