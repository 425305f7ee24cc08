"""The staff console: Django Admin in the shop's own words, where every change goes through a service.

The rooms build their desks from these parts in their `admin.py`: `from config import console`.
"""

from config.console.acts import Act, ActForm, acts_of, sign_up_act
from config.console.desk import MOST_LETTERS, MOST_WORDS, BoundedPaginator, Desk, MoneyInput, ReadOnlyDesk
from config.console.panels import Panel, Panels, panel
from config.console.site import Console
from config.console.trail import audit, staff_acted
from config.console.waiting import Todo, todo
from config.console.words import badge, change_link, link, money, reference, reference_link, when

__all__ = [
    "MOST_LETTERS",
    "MOST_WORDS",
    "Act",
    "ActForm",
    "BoundedPaginator",
    "Console",
    "Desk",
    "MoneyInput",
    "Panel",
    "Panels",
    "ReadOnlyDesk",
    "Todo",
    "acts_of",
    "audit",
    "badge",
    "change_link",
    "link",
    "money",
    "panel",
    "reference",
    "reference_link",
    "sign_up_act",
    "staff_acted",
    "todo",
    "when",
]
