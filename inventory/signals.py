"""The warehouse's bells."""

from django.dispatch import Signal

# Something ran out or came back: `items`, the primary keys of stock items. Rung inside the transaction that moved
# them, which may still fail: who hears it waits for the commit. Rather rung once too often than not.
stock_turned = Signal()

# More of `item` (a primary key) is promised than there may be, or was until now: rung inside the transaction that
# follows the stock, whenever the deficit changes. Who hears it asks `inventory.services.waiting` how it is by then.
stock_short = Signal()
