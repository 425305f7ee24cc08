"""Stripe's lists: newest first, cut into pages by the ids at their edges (https://docs.stripe.com/api/pagination)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .errors import ApiError, no_such

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def of_objects(work: Work, kind: str, params: Doc, url: str, filters: tuple[str, ...] = ()) -> Doc:
    """List objects of a kind; `filters` names the parameters that are columns of the objects table."""
    where, values = ["kind = ?"], [kind]
    for name in filters:
        if name in params:
            where.append(f"{name} = ?")
            values.append(params[name])
    email = (params.get("customer_details") or {}).get("email")
    if email:
        where.append("email = ?")
        values.append(email)
    return page(work, "objects", where, values, params, url)


def page(work: Work, table: str, where: list[str], values: list[Any], params: Doc, url: str) -> Doc:
    """Read one page of `table` (objects or events) that fits `where` and the paging parameters."""
    limit = limit_of(params)
    backwards = "ending_before" in params
    if backwards and "starting_after" in params:
        raise ApiError("You may only specify one of these parameters: ending_before, starting_after.")
    where, values = list(where), list(values)
    _by_creation(params.get("created"), where, values)
    edge = params.get("ending_before") or params.get("starting_after")
    if edge:
        where.append("seq > ?" if backwards else "seq < ?")
        values.append(_place(work, table, edge, "ending_before" if backwards else "starting_after"))
    rows = work.store.db.execute(
        f"SELECT doc FROM {table} WHERE {' AND '.join(where)} "  # noqa: S608  names and operators from this module
        f"ORDER BY seq {'ASC' if backwards else 'DESC'} LIMIT ?",
        (*values, limit + 1),
    ).fetchall()
    docs = [json.loads(row[0]) for row in rows[:limit]]
    return envelope(docs[::-1] if backwards else docs, len(rows) > limit, url)


def of_items(items: list[Doc], params: Doc, url: str) -> Doc:
    """Page through a list that is kept whole, such as line items, in its own order."""
    limit = limit_of(params)
    ids = [item["id"] for item in items]
    edge = params.get("ending_before") or params.get("starting_after")
    if edge and edge not in ids:
        raise no_such("item", edge, param="starting_after" if "starting_after" in params else "ending_before")
    if "ending_before" in params:
        before = items[: ids.index(edge)]
        return envelope(before[-limit:], len(before) > limit, url)
    after = items[ids.index(edge) + 1 :] if edge else items
    return envelope(after[:limit], len(after) > limit, url)


def envelope(docs: list[Doc], has_more: bool, url: str) -> Doc:
    return {"object": "list", "data": docs, "has_more": has_more, "url": url}


def limit_of(params: Doc) -> int:
    limit: int = params.get("limit", 10)
    if not 1 <= limit <= 100:
        problem = "greater than or equal to 1" if limit < 1 else "less than or equal to 100"
        raise ApiError(f"This value must be {problem}.", code="parameter_invalid_integer", param="limit")
    return limit


def _by_creation(created: Any, where: list[str], values: list[Any]) -> None:
    if isinstance(created, int):
        where.append("created = ?")
        values.append(created)
    elif isinstance(created, dict):
        for name, value in created.items():
            where.append(f"created {COMPARISONS[name]} ?")
            values.append(value)


def _place(work: Work, table: str, object_id: str, param: str) -> int:
    row = work.store.db.execute(
        f"SELECT seq FROM {table} WHERE id = ?",  # noqa: S608  one of two names
        (object_id,),
    ).fetchone()
    if row is None:
        raise no_such(table.removesuffix("s"), object_id, param=param)
    place: int = row[0]
    return place
