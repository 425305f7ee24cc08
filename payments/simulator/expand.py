"""`expand[]`: replace ids by the objects they name, up to four levels deep (https://docs.stripe.com/api/expanding_objects)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import lists, shapes
from .errors import ApiError

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

MAX_LEVELS = 4


def apply(work: Work, doc: Doc, paths: list[str]) -> Doc:
    """Expand each path in `doc`; raises ApiError for one that is too deep or names nothing expandable."""
    for path in paths:
        parts = path.split(".")
        if len(parts) - (parts[0] == "data") > MAX_LEVELS:
            raise ApiError(f"You cannot expand more than {MAX_LEVELS} levels of a property (Path: {path}).")
        _walk(work, doc, parts, path)
    return doc


def _walk(work: Work, node: Any, parts: list[str], path: str) -> None:
    if isinstance(node, list):
        for item in node:
            _walk(work, item, parts, path)
    elif parts and isinstance(node, dict):
        value = _expanded(work, node, parts[0], path)
        if value is not None:
            _walk(work, value, parts[1:], path)


def _expanded(work: Work, node: Doc, name: str, path: str) -> Any:
    kind = node.get("object", "")
    value = node.get(name)
    if value is None and name in INCLUDED.get(kind, {}):
        node[name] = value = INCLUDED[kind][name](work, node)
    elif isinstance(value, str):
        if name not in shapes.expandable(kind):
            raise _cannot(path)
        node[name] = value = work.find(value) or value
    elif value is None and name not in node:
        raise _cannot(path)
    return value


def _cannot(path: str) -> ApiError:
    return ApiError(
        f"This property cannot be expanded ({path}).",
        param="expand",
    )


def _line_items(work: Work, session: Doc) -> Doc:
    items = work.hidden(session["id"])["line_items"]
    return lists.of_items(items, {}, f"/v1/checkout/sessions/{session['id']}/line_items")


def _refunds(work: Work, charge: Doc) -> Doc:
    refunds = work.linked("refund", "charge", charge["id"])[::-1]
    return lists.of_items(refunds, {}, f"/v1/charges/{charge['id']}/refunds")


INCLUDED: dict[str, dict[str, Callable[[Work, Doc], Doc]]] = {
    "checkout.session": {"line_items": _line_items},
    "charge": {"refunds": _refunds},
}
"""What is sent only when asked for, though it is no id."""
