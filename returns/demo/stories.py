"""Returns that the demo tells, one for each state that staff meet: what is done with it, and how long ago."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from accounts.demo import OWNER, WAREHOUSE
from accounts.models import User
from inventory.models import Location
from returns import services
from returns.models import ReturnRequest
from returns.services import Found

Act = Callable[[ReturnRequest], object]


@dataclass(frozen=True)
class Step:
    """One act, so many hours before now; `move` is what the state must allow for it (see RETURN_MOVES)."""

    ago: int
    move: str
    act: Act

    @property
    def before_now(self) -> timedelta:
        return timedelta(hours=self.ago)


@dataclass(frozen=True)
class Story:
    """One return of one line: asked for so many hours before now, and what follows."""

    name: str
    ago: int
    reason: str
    words: str
    steps: tuple[Step, ...] = ()
    most: int = 1
    is_exchange: bool = False

    @property
    def key(self) -> str:
        return f"demo {self.name}"

    @property
    def before_now(self) -> timedelta:
        return timedelta(hours=self.ago)


def _who(email: str) -> User | None:
    return User.objects.filter(email=email).first()


def _authorise(row: ReturnRequest) -> None:
    services.authorise(row, by=_who(OWNER))


def _send(row: ReturnRequest) -> None:
    services.mark_sent(row, carrier="Demo carrier", tracking_number=f"DEMO-R-{row.pk:04d}")


def _receive(row: ReturnRequest) -> None:
    came = {line.line.position: line.approved for line in row.lines.select_related("line")}
    services.receive(row, came, key="demo", by=_who(WAREHOUSE))


def _sellable(row: ReturnRequest) -> None:
    _inspect(row, lambda pieces: Found(sellable=pieces))


def _damaged(row: ReturnRequest) -> None:
    _inspect(row, lambda pieces: Found(damaged=pieces))


def _inspect(row: ReturnRequest, judge: Callable[[int], Found]) -> None:
    found = {line.line.position: judge(line.approved) for line in row.lines.select_related("line")}
    shelf = Location.objects.filter(is_sellable=True).order_by("pk").first()
    services.inspect(row, found, shelf=shelf, by=_who(WAREHOUSE))


def _resolve(row: ReturnRequest) -> None:
    services.resolve(row, by=_who(OWNER))


def _ask(row: ReturnRequest) -> None:
    services.ask_for_information(
        row, "Could you tell us whether the lid or the pot is chipped?", key="demo", by=_who(OWNER)
    )


def _reject(row: ReturnRequest) -> None:
    services.reject(row, reason="The photo shows that it was used for some days.", by=_who(OWNER))


# The longest first: each takes the oldest order that had arrived by then.
STORIES = (
    Story("paid back", 120, "changed_mind", "It does not go with the wall.", (
        Step(112, "authorise", _authorise), Step(90, "send", _send), Step(50, "receive", _receive),
        Step(47, "inspect", _sellable), Step(46, "resolve", _resolve),
    ), most=99),
    Story("exchange", 118, "defective", "One seam is open. I would like another, please.", (
        Step(110, "authorise", _authorise), Step(60, "receive", _receive), Step(30, "inspect", _damaged),
        Step(28, "resolve", _resolve),
    ), is_exchange=True),
    Story("rejected", 100, "not_as_shown", "The colour is darker than in the picture.",
        (Step(80, "reject", _reject),)),
    Story("inspected", 96, "damaged", "It arrived with a crack.", (
        Step(90, "authorise", _authorise), Step(70, "send", _send), Step(26, "receive", _receive),
        Step(5, "inspect", _damaged),
    )),
    Story("received", 90, "too_small", "", (
        Step(80, "authorise", _authorise), Step(70, "send", _send), Step(6, "receive", _receive),
    )),
    Story("in transit", 72, "wrong_item", "I ordered the green one.",
        (Step(60, "authorise", _authorise), Step(20, "send", _send))),
    Story("authorised", 50, "changed_mind", "", (Step(30, "authorise", _authorise),)),
    Story("called off", 48, "late", "", (Step(40, "cancel", services.cancel),)),
    Story("question", 30, "damaged", "Chipped.", (Step(22, "ask", _ask),)),
    Story("asked", 4, "other", "I was given the same for my birthday."),
)  # fmt: skip
