"""The console's pages about money, one file per subject, and the buttons that move it."""

from payments import acts, counter_acts, credit_acts, dispute_acts, money_acts, order_acts
from payments.admin import day, disputes, figures, inbox, links, payments, settling, store_credit
from payments.scan import views as scan

__all__ = [
    "acts",
    "counter_acts",
    "credit_acts",
    "day",
    "dispute_acts",
    "disputes",
    "figures",
    "inbox",
    "links",
    "money_acts",
    "order_acts",
    "payments",
    "scan",
    "settling",
    "store_credit",
]
