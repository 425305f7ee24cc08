"""A Stripe of your own: it speaks Stripe's API to the unchanged `stripe` package, and moves no money.

It runs as a process of its own, with an SQLite file of its own, and imports nothing from the shop:

    manage.py stripe_simulator --control

In tests and benchmarks it runs inside the process:

    with Simulator(path, webhook_url=url, webhook_secret="whsec_test", control=True) as simulator:
        client = stripe.StripeClient("sk_test_any", base_addresses={"api": simulator.url})

What it offers is in `routes.py`: Checkout Sessions with a hosted payment page (`/pay/<session id>`),
PaymentIntents, charges, refunds, disputes, events, and what hangs on them. Parameters are checked against
the SDK's own types; what it does not act on it refuses in words, instead of pretending. Any key that
starts with `sk_test_` or `rk_test_` is taken. Webhooks are signed, sent from a durable queue by several
threads in no particular order, and tried again until they are answered with a 2xx.

The control API (`control=True`, this machine only; POSTs carry a JSON object, answers are JSON):

    POST /_control/sessions/<cs>/pay            {"card": "4242…", "email", "name", "address": {…}, "ship_to", "rate",
                                                 "authenticate": "succeed" | "fail" | "wait", "wait": seconds}
        → {"paid", "needs_authentication", "decline": {"code", "decline_code", "message"} | null,
           "status", "payment_status", "payment_intent", "return_url"}
        3-D Secure is completed on the way unless told to fail or to wait for /authenticate; "wait" holds the
        answer until the webhooks of this payment were tried once (default 0: at once).
    POST /_control/sessions/<cs>/decline        as pay, with a card that is declined
    POST /_control/sessions/<cs>/authenticate   {"succeeds": true}
    POST /_control/sessions/<cs>/expire         the session's time is up
    POST /_control/payment_intents/<pi>/lapse   the hold runs out: charge.expired, payment_intent.canceled
    POST /_control/refunds/<re>/fail            {"reason": "expired_or_canceled_card"}
    POST /_control/disputes                     {"payment_intent" | "charge": id, "reason": "fraudulent",
                                                 "amount": n, "inquiry": false}
    POST /_control/disputes/<du>/decide         {"won": true}
    POST /_control/events/<evt>/resend          send one event again
    POST /_control/clock                        {"advance": seconds} or {"offset": 0}; what becomes due happens at
                                                once. New sessions are measured by this clock too, so set it back
                                                before the shop opens one.
    POST /_control/faults                       {"endpoint": "POST /v1/refunds", "kind": …, "times": 1, "seconds": 1}
        kinds: delay (then as usual), hang (silent for `seconds`, then dropped; nothing done), hang_after (done,
        then silent), reset_before, reset_after (connection broken before or after the work), error_500,
        saved_500 (a 500 that the idempotency key replays), error_500_after, saved_500_after (the same once the
        work is done), rate_limit (429). Endpoints are written as
        "POST /v1/payment_intents/{id}/capture"; "*" is any call.
    GET, DELETE /_control/faults                the faults that wait, and none of them any more
    POST /_control/webhooks                     {"mode": "normal" | "drop" | "double" | "twin" | "shuffle" | "late",
                                                 "seconds": 1, "types": ["charge.*"], "times": n, "seed": n}
    POST /_control/webhooks/flush               {"timeout": 10, "dropped": false}: send now what waits, and with
                                                "dropped" also what was lost or given up → {"idle", "pending"}
    GET  /_control/stats                        calls by endpoint, objects, deliveries by state, pending, clock, faults
    POST /_control/reset                        forget everything
"""

from .simulator import Simulator

__all__ = ["Simulator"]
