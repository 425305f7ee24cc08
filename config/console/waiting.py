"""What waits for staff: rooms sign up their lists, the front page counts them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

MOST = 100
# How much it matters that a list is empty: money or the books at stake, a customer waiting, or neither.
URGENT, SOON, LATER = 0, 1, 2


@dataclass(frozen=True)
class Todo:
    """A list that should be empty: `rows` finds what waits, `at` and `query` lead to it; `one` are words for one."""

    words: str
    one: str
    rows: Callable[[], QuerySet]
    at: str
    query: str
    permission: str
    urgency: int = SOON


@dataclass(frozen=True)
class Waiting:
    """A list with what was counted in it now, at most `MOST`."""

    words: str
    one: str
    count: int
    address: str
    room: str
    urgency: int

    @property
    def figure(self) -> str:
        return f"{MOST - 1}+" if self.count >= MOST else str(self.count)

    @property
    def counted(self) -> str:
        """The words that follow the figure: "order to ship" after a 1."""
        return self.one if self.figure == "1" else self.words


_todos: list[Todo] = []


def todo(
    words: str,
    rows: Callable[[], QuerySet],
    *,
    one: str,
    at: str,
    query: str,
    permission: str,
    urgency: int = SOON,
) -> None:
    """Sign up a list for the front page; seen by those with the permission, the most urgent first."""
    _todos.append(Todo(words, one, rows, at, query, permission, urgency))


def waiting(request: HttpRequest) -> list[Waiting]:
    """Count each list that this member of staff may see, one bounded query each."""
    return [
        Waiting(
            each.words,
            each.one,
            each.rows()[:MOST].count(),
            f"{reverse(each.at)}?{each.query}",
            room=each.permission.partition(".")[0],
            urgency=each.urgency,
        )
        for each in _todos
        if request.user.has_perm(each.permission)
    ]
