"""Stripe's refusals, in Stripe's shapes (https://docs.stripe.com/api/errors)."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A call was refused.

    `saved` says whether the refusal is kept under the idempotency key and replayed: yes once the
    endpoint began its work, no for parameters that failed validation. `keeps_work` says whether what
    was written before the refusal stays (a declined charge does, everything else is rolled back).
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        saved: bool = False,
        keeps_work: bool = False,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.param = param
        self.saved = saved
        self.keeps_work = keeps_work
        self.headers = headers or {}
        self.body = {"error": _error(kind, message, code, param, more)}


def _error(
    kind: str, message: str, code: str | None, param: str | None, more: dict[str, Any]
) -> dict[str, Any]:
    error: dict[str, Any] = {"type": kind, "message": message}
    if code:
        error["code"] = code
        error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    if param:
        error["param"] = param
    error.update({key: value for key, value in more.items() if value is not None})
    return error


def missing_param(param: str) -> ApiError:
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def no_such(kind: str, object_id: str, *, param: str | None = None) -> ApiError:
    """The object does not exist: 404 when the address names it, 400 when the parameter `param` does."""
    return ApiError(
        f"No such {kind}: '{object_id}'",
        status=400 if param else 404,
        code="resource_missing",
        param=param or "id",
    )


def wrong_state(
    message: str, *, code: str | None = "payment_intent_unexpected_state", **more: Any
) -> ApiError:
    """The object is not in a state that allows the act; the endpoint had begun, so this is replayed."""
    return ApiError(message, code=code, saved=True, **more)


def not_offered(param: str) -> ApiError:
    """The parameter is Stripe's, but this simulator does not act on it and will not pretend to."""
    return ApiError(f"The simulator does not support the parameter {param}.", param=param)


def unexpected_status(verb: str, intent: dict[str, Any], allowed: tuple[str, ...]) -> ApiError:
    """The PaymentIntent cannot be captured, cancelled or confirmed as it is."""
    return wrong_state(
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}. Only a "
        f"PaymentIntent with one of the following statuses may be {verb}: {', '.join(allowed)}.",
        payment_intent=intent,
    )
