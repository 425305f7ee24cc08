"""Background work in the console: what runs, what waits, what failed for good and can be run again."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from config import background, breaker, console, toggles
from config.models import BreakerState, PeriodicJob, Toggle

TONES = {"SUCCESSFUL": "good", "FAILED": "bad", "RUNNING": "warn"}

admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class TaskDesk(console.ReadOnlyDesk):
    """Tasks are rows. One that failed too often is parked here until somebody has looked."""

    list_display = (
        "task_path",
        "state_word",
        "attempts",
        "queue_name",
        "enqueued_at",
        "due_at",
        "finished_at",
    )
    list_filter = ("status", "queue_name", ("enqueued_at", admin.DateFieldListFilter))
    search_fields = ("task_path",)
    ordering = ("-enqueued_at",)
    fields = (
        ("task_path", "state_word", "attempts"),
        ("queue_name", "priority"),
        ("enqueued_at", "due_at", "started_at", "finished_at"),
        "given",
        "error",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("traceback", "return_value")

    @admin.display(description="state", ordering="status")
    def state_word(self, row: DBTaskResult) -> str:
        words = "parked" if background.is_parked(row) else row.get_status_display()
        return console.badge(words, TONES.get(row.status, ""))

    @admin.display(description="tries")
    def attempts(self, row: DBTaskResult) -> int:
        return len(row.worker_ids)

    @admin.display(description="not before", ordering="run_after")
    def due_at(self, row: DBTaskResult) -> str:
        return "–" if row.run_after == get_date_max() else console.when(row.run_after)

    @admin.display(description="given")
    def given(self, row: DBTaskResult) -> str:
        return format_html("<pre>{}</pre>", json.dumps(row.args_kwargs, indent=2, ensure_ascii=False))

    @admin.display(description="error")
    def error(self, row: DBTaskResult) -> str:
        return format_html("<pre>{}</pre>", row.traceback) if row.traceback else "–"


@console.sign_up_act(DBTaskResult)
class RunAgain(console.Act):
    name = "again"
    label = "Run again"
    is_next_step = True
    permission = "django_tasks_database.change_dbtaskresult"
    refusals = {background.NotParked: messages.ERROR}

    def why_not(self, row: DBTaskResult) -> str:
        if row.status == TaskResultStatus.FAILED:
            return ""
        return f"The task is {row.get_status_display().lower()}; only one that failed for good is run again."

    def tell(self, row: DBTaskResult) -> str:
        return f"Puts {row.task_path} back into its queue, with as many tries as a new task has."

    def do(self, request: HttpRequest, row: DBTaskResult, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            background.run_again(row)
            console.audit(request.user, "run task again", f"task {row.pk}", after={"task": row.task_path})
        return "The task is in its queue again."


@admin.register(PeriodicJob)
class PeriodicJobDesk(console.ReadOnlyDesk):
    """What goes by the clock, and when it is due next."""

    list_display = ("name", "last_run_at", "next_run_at")
    fields = ("name", "last_run_at", "next_run_at")


@admin.register(Toggle)
class ToggleDesk(console.ReadOnlyDesk):
    """What can be switched off without a restart; in force in every process within seconds."""

    list_display = ("feature", "state", "changed_at")
    fields = ("feature", "says", "state", "changed_at")

    @admin.display(description="feature", ordering="name")
    def feature(self, row: Toggle) -> str:
        return toggles.label_of(row.name)

    @admin.display(description="while it is on")
    def says(self, row: Toggle) -> str:
        return toggles.features[row.name].says if row.name in toggles.features else "–"

    @admin.display(description="state", ordering="is_on")
    def state(self, row: Toggle) -> str:
        return console.badge("on", "good") if row.is_on else console.badge("off", "warn")


@admin.register(BreakerState)
class BreakerDesk(console.ReadOnlyDesk):
    """What the shop stops asking while it does not answer."""

    linked_by = ("state",)
    list_display = ("service", "state_word", "changed_at", "reason", "failures", "try_at")
    fields = (
        "service",
        "says",
        ("state_word", "changed_at"),
        ("failures", "failed_at", "reason"),
        ("next_words", "try_at"),
    )

    @admin.display(description="calls", ordering="name")
    def service(self, row: BreakerState) -> str:
        return breaker.label_of(row.name)

    @admin.display(description="what it does")
    def says(self, row: BreakerState) -> str:
        return breaker.breakers[row.name].says if row.name in breaker.breakers else "–"

    @admin.display(description="state", ordering="state")
    def state_word(self, row: BreakerState) -> str:
        tones = {"closed": "good", "open": "bad"}
        return console.badge(row.get_state_display(), tones.get(row.state, "warn"))

    @admin.display(description="what comes next")
    def next_words(self, row: BreakerState) -> str:
        return row.next_words


class ReasonForm(console.ActForm):
    reason = forms.CharField(label="Why", max_length=150)


@console.sign_up_act(BreakerState)
class OpenBreaker(console.Act):
    name = "open"
    label = "Open by hand"
    permission = "config.operate_breaker"
    form_class = ReasonForm

    def why_not(self, row: BreakerState) -> str:
        if row.name not in breaker.breakers:
            return "The shop does not know this service any more."
        return "It is open by hand already." if row.is_open_by_hand else ""

    def tell(self, row: BreakerState) -> str:
        return f"{breaker.label_of(row.name)} stop everywhere within seconds, until it is closed by hand."

    def preview(self, row: BreakerState, given: Mapping[str, Any]) -> str:
        return self.tell(row)

    def do(self, request: HttpRequest, row: BreakerState, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            if breaker.breakers[row.name].open(f"Opened by hand: {given['reason']}"):
                after = {"state": "open", "reason": given["reason"]}
                _audit_breaker(request, "open breaker", row, after)
        return f"{breaker.label_of(row.name)} stop, everywhere within seconds."


@console.sign_up_act(BreakerState)
class CloseBreaker(console.Act):
    name = "close"
    label = "Close and count anew"
    permission = "config.operate_breaker"

    def why_not(self, row: BreakerState) -> str:
        if row.name not in breaker.breakers:
            return "The shop does not know this service any more."
        is_well = row.state == BreakerState.State.CLOSED and row.failures == 0
        return "It is closed, and no failure is counted." if is_well else ""

    def tell(self, row: BreakerState) -> str:
        return f"{breaker.label_of(row.name)} go on everywhere within seconds. If they fail again, it opens again."

    def do(self, request: HttpRequest, row: BreakerState, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            if breaker.breakers[row.name].close():
                _audit_breaker(request, "close breaker", row, {"state": "closed"})
        return f"{breaker.label_of(row.name)} go on, everywhere within seconds."


def _audit_breaker(request: HttpRequest, act: str, row: BreakerState, after: dict[str, object]) -> None:
    before = {"state": row.state, "failures": row.failures}
    console.audit(request.user, act, f"breaker {row.name}", before=before, after=after)


class Switch(console.Act):
    """One of two buttons: the one that changes something is shown."""

    permission = "config.switch_toggle"
    on: bool

    def is_shown(self, row: Toggle) -> bool:
        return row.is_on != self.on

    def why_not(self, row: Toggle) -> str:
        if row.name not in toggles.features:
            return "The shop does not know this feature any more."
        return f"It is {self.label.removeprefix('Switch ')} already." if row.is_on == self.on else ""

    def tell(self, row: Toggle) -> str:
        return f"{toggles.label_of(row.name)}, while on: {toggles.features[row.name].says}"

    def do(self, request: HttpRequest, row: Toggle, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            if toggles.switch(row.name, on=self.on):
                before, after = {"on": not self.on}, {"on": self.on}
                console.audit(request.user, "switch", f"feature {row.name}", before=before, after=after)
        return (
            f"{toggles.label_of(row.name)}: {self.label.removeprefix('Switch ')}, everywhere within seconds."
        )


@console.sign_up_act(Toggle)
class SwitchOn(Switch):
    name = "on"
    label = "Switch on"
    on = True


@console.sign_up_act(Toggle)
class SwitchOff(Switch):
    name = "off"
    label = "Switch off"
    on = False


console.todo(
    "background tasks that failed",
    lambda: DBTaskResult.objects.filter(status=TaskResultStatus.FAILED),
    one="background task that failed",
    at="admin:django_tasks_database_dbtaskresult_changelist",
    query=f"status__exact={TaskResultStatus.FAILED}",
    permission="django_tasks_database.view_dbtaskresult",
    urgency=console.URGENT,
)
console.todo(
    "services that are not asked, as they did not answer",
    lambda: BreakerState.objects.exclude(state=BreakerState.State.CLOSED),
    one="service that is not asked, as it did not answer",
    at="admin:config_breakerstate_changelist",
    query="state__in=open,half_open",
    permission="config.view_breakerstate",
    urgency=console.URGENT,
)
