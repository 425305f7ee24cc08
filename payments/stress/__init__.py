"""Shows on a running shop that it stays right where shops go wrong: `manage.py stress …`.

Each scenario drives site and simulator of this machine over HTTP, as buyers and Stripe do, and holds what came of it
against the database and the books. It makes goods of its own and takes them off sale again; what was ordered stays,
under addresses at example.com.

    shop.py      where it runs, and why it must not          report.py    what held, in words and as JSON
    goods.py     the things that are bought                  locks.py     who waited for whom in PostgreSQL
    wire.py      a small HTTP client for many at once        buyer.py     a customer, step by step
    scenario.py  what all scenarios have in common
    oversell.py webhooks.py rush.py outage.py                the scenarios; generator.py sends what rush offers
"""
