"""Read Stripe's form encoding: `line_items[0][price_data][currency]=eur` becomes a tree of dicts.

Arrays may be indexed (`[0]`, as the SDKs send them) or not (`[]`, as curl users write them); both
become dicts keyed by position, and the schema, which knows what is an array, turns them into lists.
"""

from __future__ import annotations

import itertools
import re
from typing import Any
from urllib.parse import unquote_to_bytes

from .errors import ApiError

MAX_PAIRS = 5_000
MAX_DEPTH = 10
KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")
PART = re.compile(r"\[([^\[\]]*)\]")

MALFORMED = (
    "Invalid request (check that your POST content type is application/x-www-form-urlencoded). "
    "If you have any questions, we can help at https://support.stripe.com/."
)

Tree = dict[str, Any]


def decode(text: str) -> Tree:
    """Turn form-encoded `text` into a tree of dicts and strings; raises ApiError where it makes no sense."""
    tree: Tree = {}
    if not text:
        return tree
    pairs = text.split("&")
    if len(pairs) > MAX_PAIRS:
        raise ApiError(f"Too many parameters: a request may carry at most {MAX_PAIRS}.")
    for pair in pairs:
        if pair:
            name, _, value = pair.partition("=")
            _put(tree, _plain(name), _plain(value))
    return tree


def _plain(text: str) -> str:
    """Undo percent and plus encoding; a stray `%` stays itself, as browsers and Stripe have it."""
    if "%" not in text and "+" not in text:
        return _no_nul(text)
    try:
        return _no_nul(unquote_to_bytes(text.replace("+", " ")).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ApiError("Invalid request: parameters must be encoded in UTF-8.") from error


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ApiError("Invalid request: parameters cannot contain null bytes.")
    return text


def _put(tree: Tree, name: str, value: str) -> None:
    path = _path(name)
    node = tree
    for part, following in itertools.pairwise(path):
        node = _step(node, part or _open_item(node, following), name)
    last = path[-1] or str(len(node))
    if isinstance(node.get(last), dict):
        raise _two_faced(name)
    node[last] = value


def _step(node: Tree, part: str, name: str) -> Tree:
    child = node.setdefault(part, {})
    if not isinstance(child, dict):
        raise _two_faced(name)
    return child


def _open_item(node: Tree, following: str) -> str:
    """`items[][a]=1&items[][b]=2` fills one item; a key that it has already opens the next."""
    last = node.get(str(len(node) - 1))
    filled = last is None or (isinstance(last, dict) and following in last)
    return str(len(node) if filled else len(node) - 1)


def _two_faced(name: str) -> ApiError:
    return ApiError(f"Invalid request: {name} is given both as a value and as a hash.", param=name)


def _path(name: str) -> list[str]:
    match = KEY.match(name)
    if not match:
        raise ApiError(MALFORMED)
    path = [match[1], *PART.findall(match[2])]
    if len(path) > MAX_DEPTH:
        raise ApiError(f"Invalid request: {path[0]} is nested too deeply.", param=path[0])
    return path
