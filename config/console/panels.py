"""Tables below a row's own fields: its ledger, its lines, what hangs on it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Model
from django.http import HttpRequest


@dataclass(frozen=True)
class Panel:
    """A table for people. Cells are text, or HTML that was made by `format_html`; `numbers` are aligned right."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    note: str = ""
    empty: str = "Nothing yet."
    numbers: frozenset[int] = field(default=frozenset())

    @property
    def headings(self) -> list[tuple[str, bool]]:
        return [(name, place in self.numbers) for place, name in enumerate(self.columns)]

    @property
    def cells(self) -> Iterator[list[tuple[object, bool]]]:
        for row in self.rows:
            yield [(cell, place in self.numbers) for place, cell in enumerate(row)]

    def without_empty_columns(self) -> "Panel":
        """The same table without the columns that hold nothing in any row."""
        kept = [place for place in range(len(self.columns)) if any(row[place] != "" for row in self.rows)]
        return replace(
            self,
            columns=[self.columns[place] for place in kept],
            rows=[[row[place] for place in kept] for row in self.rows],
            numbers=frozenset(now for now, place in enumerate(kept) if place in self.numbers),
        )


MakePanel = Callable[..., Panel | None]


class Panels:
    """What is shown on the pages of which model; rooms above may add to those of rooms below."""

    def __init__(self) -> None:
        self._makers: dict[type[Model], list[tuple[str, MakePanel]]] = {}

    def sign_up(self, model: type[Model], permission: str, make: MakePanel) -> None:
        self._makers.setdefault(model, []).append((permission, make))

    def of(self, request: HttpRequest, row: Model) -> list[Panel]:
        """The panels that this member of staff may see, in the order of the rooms."""
        made = (
            make(row)
            for permission, make in self._makers.get(type(row), [])
            if request.user.has_perm(permission)
        )
        return [each for each in made if each]


panels = Panels()


def panel(model: type[Model], *, permission: str) -> Callable[[MakePanel], MakePanel]:
    """Show what the function makes of a row on that model's pages, to those with the permission."""

    def sign_up(make: MakePanel) -> MakePanel:
        panels.sign_up(model, permission, make)
        return make

    return sign_up
