"""The API as Stripe's: authentication, parameters, idempotency, faults, expanding, errors."""

from __future__ import annotations

import base64
import threading
import time
from contextlib import nullcontext
from typing import Any

from . import expand, idempotency, params, routes, schema
from .errors import ApiError
from .events import API_VERSION
from .faults import Fault, Faults
from .http import Answer, Hang, Request, Reset
from .idempotency import Keys, Saved
from .ids import new_request_id
from .store import to_json
from .work import Cause, Office, Work

Doc = dict[str, Any]

FORM = "application/x-www-form-urlencoded"


class Api:
    """Answers everything under `/v1/`."""

    def __init__(self, office: Office, faults: Faults) -> None:
        self.office = office
        self.faults = faults
        self.keys = Keys(office.store)
        self.calls: dict[str, int] = {}
        self._counting = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """Answer one call; raises Hang or Reset where a fault says so."""
        request_id = new_request_id()
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        try:
            answer = self._authenticated(request, Cause(request_id, key))
        except ApiError as error:
            answer = _refuse(error)
        answer.headers.setdefault("Request-Id", request_id)
        answer.headers["Stripe-Version"] = request.headers.get("stripe-version") or API_VERSION
        if key:
            answer.headers["Idempotency-Key"] = key.encode("ascii", "replace").decode()
        return answer

    def _authenticated(self, request: Request, cause: Cause) -> Answer:
        check_key(request.headers.get("authorization", ""))
        route, object_id = routes.find(request.method, request.path)
        with self._counting:
            self.calls[route.name] = self.calls.get(route.name, 0) + 1
        key = cause.idempotency_key
        with self.keys.hold(key) if key else nullcontext():
            return self._struck(request, route, object_id, cause)

    def _struck(self, request: Request, route: routes.Route, object_id: str, cause: Cause) -> Answer:
        """Let a fault that waits for this endpoint strike before, instead of or after the work."""
        fault = self.faults.strike(route.name)
        if fault:
            _strike_before(fault)
        answer = self._remembered(request, route, object_id, cause, kind=fault.kind if fault else "")
        if fault:
            _strike_after(fault)
        return answer

    def _remembered(
        self, request: Request, route: routes.Route, object_id: str, cause: Cause, *, kind: str
    ) -> Answer:
        """Replay what the key has seen before, or do the work; two kinds of fault answer and save a 500 instead."""
        given = read_params(request)
        key = cause.idempotency_key
        mark = idempotency.fingerprint(request.path, given) if key else ""
        saved = self.keys.recall(key, mark, self.office.clock.now()) if key else None
        if saved:
            headers = {"Idempotent-Replayed": "true", "Original-Request": saved.request_id}
            return Answer(saved.status, saved.body, headers=headers)
        if kind == "saved_500":
            return self._keep(_refuse(server_error()), mark, cause)
        answer = self._perform(route, object_id, given, cause, mark)
        return self._keep(_refuse(server_error()), mark, cause) if kind == "saved_500_after" else answer

    def _perform(self, route: routes.Route, object_id: str, given: Doc, cause: Cause, mark: str) -> Answer:
        checked = schema.read_object(route.fields, given)
        try:
            with self.office.work(cause) as work:
                answer = _work_out(work, route, object_id, checked)
                if mark:
                    self._save(mark, cause, answer)
        except ApiError as error:
            if not error.saved:
                raise
            return self._keep(_refuse(error), mark, cause)
        return answer

    def _keep(self, answer: Answer, mark: str, cause: Cause) -> Answer:
        """Save an answer that has no work beside it, if the request has a key."""
        if mark:
            with self.office.store.transaction():
                self._save(mark, cause, answer)
        return answer

    def _save(self, mark: str, cause: Cause, answer: Answer) -> None:
        saved = Saved(answer.status, answer.body, str(cause.request_id))
        self.keys.save(str(cause.idempotency_key), mark, self.office.clock.now(), saved)


def _work_out(work: Work, route: routes.Route, object_id: str, checked: Doc) -> Answer:
    """Do the work and word the answer; a refusal that keeps its work (a decline) is an answer too."""
    try:
        result = route.handler(work, object_id, checked)
    except ApiError as error:
        if not error.keeps_work:
            raise
        return _refuse(error)
    return Answer(200, to_json(expand.apply(work, result, checked.get("expand") or [])).encode())


def _refuse(error: ApiError) -> Answer:
    return Answer(error.status, to_json(error.body).encode(), headers=dict(error.headers))


def read_params(request: Request) -> Doc:
    """Return the parameters as a tree, from the query of a GET or the form of a POST."""
    if request.method != "POST":
        return params.decode(request.query)
    content_type = request.headers.get("content-type", FORM).partition(";")[0].strip().lower()
    if request.body and content_type != FORM:
        raise ApiError(params.MALFORMED)
    try:
        text = request.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ApiError(params.MALFORMED) from error
    return params.decode("&".join(part for part in (request.query, text) if part))


def check_key(authorization: str) -> None:
    """Take any secret or restricted test key; raises Stripe's 401 for none, and for every other kind."""
    key = _key(authorization)
    if not key:
        raise ApiError(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
            headers={"WWW-Authenticate": 'Bearer realm="Stripe"'},
        )
    if key.startswith("pk_"):
        raise ApiError(
            "This API call cannot be made with a publishable API key. Please use a secret API key.",
            status=401,
            code="secret_key_required",
        )
    if not key.startswith(("sk_test_", "rk_test_")):
        raise ApiError(f"Invalid API Key provided: {_masked(key)}", status=401)


def server_error() -> ApiError:
    return ApiError(
        "An unknown error occurred", status=500, kind="api_error", headers={"Stripe-Should-Retry": "true"}
    )


def _key(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).decode("ascii").partition(":")[0]
        except ValueError:
            return ""
    return ""


def _masked(key: str) -> str:
    shown = key.encode("ascii", "replace").decode()
    return f"{shown[:8]}{'*' * 12}" if len(shown) > 8 else "*" * len(shown)


def _strike_before(fault: Fault) -> None:
    if fault.kind == "delay":
        time.sleep(fault.seconds)
    elif fault.kind == "hang":
        raise Hang(fault.seconds)
    elif fault.kind == "reset_before":
        raise Reset
    elif fault.kind == "error_500":
        raise server_error()
    elif fault.kind == "rate_limit":
        raise ApiError(
            "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
            status=429,
            code="rate_limit",
        )


def _strike_after(fault: Fault) -> None:
    if fault.kind == "hang_after":
        raise Hang(fault.seconds)
    if fault.kind == "reset_after":
        raise Reset
    if fault.kind == "error_500_after":
        raise server_error()
