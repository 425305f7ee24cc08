"""Stock counts in the console: counted blind, then the differences, then what they moved."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString

from config import console
from inventory import services as inventory
from inventory.admin.papers import PaperDesk
from inventory.admin.shelf_panels import signed
from inventory.count_acts import difference_words, lines_of
from inventory.models import Location, StockCount, StockCountLine, StockLevel
from inventory.pasted import MOST_LETTERS, items_named

console.reference("count", at="admin:inventory_stockcount_named")
State = StockCount.State
TONES = {State.COUNTING: "warn", State.COUNTED: "warn", State.POSTED: "good", State.DISCARDED: ""}


class CountForm(forms.ModelForm):
    location = forms.ModelChoiceField(Location.objects.all(), label="Where", empty_label=None)
    things = forms.CharField(
        max_length=MOST_LETTERS,
        required=False,
        label="What to count",
        help_text=(
            "SKUs or barcodes, one per line; a star ends a beginning, such as MUG*. Empty: everything that lies there, "
            f"at most {inventory.MOST_LINES} things. More can be added while counting."
        ),
        widget=forms.Textarea(attrs={"rows": 6, "cols": 40, "spellcheck": "false"}),
    )

    class Meta:
        model = StockCount
        fields = ("location", "note")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if note := self.fields.get("note"):
            note.help_text = "Such as “aisle 3” or “yearly count”."

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        try:
            given["skus"] = _skus(given["things"], given["location"])
        except ValidationError as error:
            self.add_error("things", error)
        return given


def _skus(text: str, location: Location) -> list[str]:
    """The SKUs that a list of SKUs, barcodes and beginnings means at a place."""
    names = {line.strip() for line in text.splitlines() if line.strip()} or {"*"}
    beginnings = {name for name in names if name.endswith("*")}
    if len(names) > inventory.MOST_LINES or len(beginnings) > 10:
        raise ValidationError(f"At most {inventory.MOST_LINES} lines, ten of them with a star.")
    items = items_named(names - beginnings)
    if unknown := sorted(names - beginnings - items.keys()):
        raise ValidationError(f"“{unknown[0][:60]}” is no SKU or barcode that we know.")
    skus = {item.sku for item in items.values()}
    for beginning in beginnings:
        skus.update(found := inventory.skus_lying_at(location, beginning=beginning[:-1]))
        if not found and beginning != "*":
            raise ValidationError(f"Nothing at {location} begins with “{beginning[:-1][:60]}”.")
    if len(skus) > inventory.MOST_LINES:
        raise ValidationError(f"That is more than {inventory.MOST_LINES} things: make several counts.")
    if busy := inventory.counted_elsewhere(skus, location):
        raise ValidationError(busy)
    return sorted(skus)


@admin.register(StockCount)
class StockCountDesk(PaperDesk):
    """Stock counts, the latest first."""

    form = CountForm
    natural_key = "number"
    list_display = ("number", "location", "note", "state_words", "progress", "created_at", "ended_at")
    list_select_related = ("location",)
    list_filter = ("state", "location")
    search_fields = ("number", "note", "lines__item__sku__iexact")
    add_fields = ("location", "note", "things")
    fields = (
        ("number", "state_words", "progress"),
        ("location", "note"),
        ("created_at", "created_by", "ended_at", "ended_by"),
        "difference",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        lines = StockCountLine.objects.filter(count=OuterRef("pk")).order_by().values("count")
        sums = {
            "things": Coalesce(Subquery(lines.annotate(n=Count("pk")).values("n")), 0),
            "counted": Coalesce(Subquery(lines.annotate(n=Count("counted")).values("n")), 0),
        }
        rows = super().get_queryset(request).select_related("location", "created_by", "ended_by")
        return rows.annotate(**sums)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or request.user.has_perm("inventory.post_stockcount")

    def begin(self, request: HttpRequest, given: dict[str, Any]) -> StockCount:
        return inventory.open_count(
            given["skus"],
            location=given["location"],
            note=given["note"],
            by=console.actor(request),
        )

    @admin.display(description="state", ordering="state")
    def state_words(self, count: StockCount) -> SafeString:
        return console.badge(count.get_state_display(), TONES[State(count.state)])

    @admin.display(description="counted")
    def progress(self, count: Any) -> str:
        return f"{count.counted} of {count.things} things"

    @admin.display
    def difference(self, count: StockCount) -> str:
        if count.state == State.COUNTING:
            return "shown when the counting is finished"
        words = difference_words(lines_of(count)) or "none"
        if count.state == State.COUNTED and inventory.needs_second_person(count):
            words += "; somebody who did not count must post it"
        return words


@console.panel(StockCount, permission="inventory.view_stockcount")
def lines_of_count(count: StockCount) -> console.Panel:
    lines = lines_of(count)
    return _sheet(lines) if count.state == State.COUNTING else _differences(count, lines)


def _sheet(lines: list[StockCountLine]) -> console.Panel:
    """What is to be counted; what the books say is not told, nor linked."""
    return console.Panel(
        "What is counted",
        ["SKU", "What", "Counted", "When", "By"],
        [
            [
                line.item.sku,
                line.item.label,
                "–" if line.counted is None else line.counted,
                console.when(line.counted_at),
                line.counted_by or "",
            ]
            for line in lines
        ],
        empty="Nothing is on the list: write down what you find.",
        numbers=frozenset({2}),
    )


def _differences(count: StockCount, lines: list[StockCountLine]) -> console.Panel:
    is_open = count.state == State.COUNTED
    now = {level.item_id: level for level in _levels(count)} if is_open else {}
    rows = [
        [
            console.change_link(line.item, line.item.sku),
            line.item.label,
            "–" if line.expected is None else line.expected,
            "–" if line.counted is None else line.counted,
            _difference(line),
            *(_what_follows(line, now.get(line.item_id)) if is_open else _by_whom(line)),
        ]
        for line in sorted(lines, key=lambda line: not line.difference)
    ]
    follows = ["Books now", "After posting"] if is_open else ["When", "Counted by"]
    people = ", ".join(sorted({str(line.counted_by) for line in lines if line.counted_by}))
    return console.Panel(
        "Differences",
        ["SKU", "What", "Books then", "Counted", "Difference", *follows],
        rows,
        note=f"Counted by {people or '–'}. “Books then”: what they said when the figure was written down.",
        numbers=frozenset({2, 3, 4, 5, 6} if is_open else {2, 3, 4}),
    )


def _by_whom(line: StockCountLine) -> list[object]:
    return [console.when(line.counted_at), line.counted_by or ""]


def _levels(count: StockCount) -> QuerySet[StockLevel]:
    items = count.lines.values("item")
    return StockLevel.objects.filter(location=count.location_id, item__in=items)


def _difference(line: StockCountLine) -> SafeString | str:
    if line.difference is None:
        return console.badge("not counted")
    if not line.difference:
        return console.badge("as the books say", "good")
    return console.badge(signed(line.difference), "bad" if line.difference < 0 else "warn")


def _what_follows(line: StockCountLine, level: StockLevel | None) -> list[object]:
    """What the books say by now and would say after posting, with a warning if that is less than is promised."""
    now = level.on_hand if level else 0
    after = now + (line.difference or 0)
    if after < 0:
        return [now, console.badge("count it again", "bad")]
    if level and after < level.reserved + level.allocated:
        missing = level.reserved + level.allocated - after
        return [now, console.badge(f"{after}, {missing} promised too many", "bad")]
    return [now, after]


console.todo(
    "counts to post",
    lambda: StockCount.objects.filter(state=State.COUNTED),
    one="count to post",
    at="admin:inventory_stockcount_changelist",
    query="state__exact=counted",
    permission="inventory.post_stockcount",
)
