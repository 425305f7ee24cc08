"""The staff console: Django Admin in the shop's own words, where every change goes through a service.

The rooms build their desks from these parts in their `admin.py`: `from config import console`.
"""

from config.console.actions import sign_up_action
from config.console.acts import Act, ActForm, Grid, actor, acts_of, sign_up_act
from config.console.cards import Card, Figure, card, change
from config.console.charts import Bar, Chart
from config.console.desk import MOST_LETTERS, MOST_WORDS, BoundedPaginator, Desk, MoneyInput, ReadOnlyDesk
from config.console.exporting import ExportForm, hand_out
from config.console.marks import mark, marked
from config.console.pages import page
from config.console.panels import Panel, Panels, panel
from config.console.site import Console
from config.console.trail import Trace, audit, staff_acted, tells_the_trail
from config.console.waiting import LATER, SOON, URGENT, Todo, todo
from config.console.words import badge, change_link, link, money, reference, reference_link, when

__all__ = [
    "LATER",
    "MOST_LETTERS",
    "MOST_WORDS",
    "SOON",
    "URGENT",
    "Act",
    "ActForm",
    "Bar",
    "BoundedPaginator",
    "Card",
    "Chart",
    "Console",
    "Desk",
    "ExportForm",
    "Figure",
    "Grid",
    "MoneyInput",
    "Panel",
    "Panels",
    "ReadOnlyDesk",
    "Todo",
    "Trace",
    "actor",
    "acts_of",
    "audit",
    "badge",
    "card",
    "change",
    "change_link",
    "hand_out",
    "link",
    "mark",
    "marked",
    "money",
    "page",
    "panel",
    "reference",
    "reference_link",
    "sign_up_act",
    "sign_up_action",
    "staff_acted",
    "tells_the_trail",
    "todo",
    "when",
]
