"""What a letter about a return consists of, and what it is written from."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.formats import date_format

from returns.models import ReturnLine, ReturnPayout, ReturnRequest


@dataclass(frozen=True)
class Piece:
    """Goods of one line as a mail names them; `amount` in minor units where money is told."""

    count: int
    name: str
    label: str
    note: str = ""
    amount: int | None = None


@dataclass(frozen=True)
class Sum:
    """A line below the goods: delivery, fee, total."""

    name: str
    amount: int
    is_total: bool = False


@dataclass(frozen=True)
class Letter:
    """The body of a mail in the order in which it is read; what is empty is left out. `title` is its subject, too."""

    title: str
    says: list[str]
    quote: str = ""
    pieces: list[Piece] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    address: list[str] = field(default_factory=list)
    then: list[str] = field(default_factory=list)
    button: str = ""
    has_slip: bool = False


@dataclass(frozen=True)
class Case:
    """A return with all that its mails speak of."""

    request: ReturnRequest
    lines: list[ReturnLine]
    payouts: list[ReturnPayout]
    quote: str = ""

    @property
    def names(self) -> dict[str, str]:
        return {"number": self.request.number, "order": self.request.order.number}

    @property
    def day(self) -> str:
        """The last day on which it may arrive."""
        return date_format(self.request.expires_on, "DATE_FORMAT") if self.request.expires_on else ""

    def pieces(self, count: Callable[[ReturnLine], int]) -> list[Piece]:
        """The goods of the lines of which there are some by this count."""
        return [piece(row, count(row)) for row in self.lines if count(row)]

    @property
    def expected(self) -> list[Piece]:
        """What was authorised, or asked for if nothing was decided."""
        is_decided = any(row.approved for row in self.lines)
        return self.pieces(lambda row: row.approved if is_decided else row.requested)


def piece(row: ReturnLine, count: int, *, note: str = "", amount: int | None = None) -> Piece:
    return Piece(count, row.line.name, row.line.label, note, amount)
