"""When the simulator must not start: it is for machines where no real money is near."""

from __future__ import annotations

from collections.abc import Iterable

LIVE_PREFIXES = ("sk_live_", "rk_live_", "pk_live_")


def refusal(
    *, keys: Iterable[str], debug: bool, allowed_without_debug: bool, not_production: bool
) -> str | None:
    """Return why the simulator must not start here, or None if it may.

    A live key among `keys` is never accepted. With DEBUG off it takes both flags, so that neither a
    habit nor a copied line starts it in production.
    """
    if any(key.startswith(LIVE_PREFIXES) for key in keys):
        return "A live Stripe key is configured. The simulator does not start beside live keys, whatever the flags."
    if not debug and not (allowed_without_debug and not_production):
        return (
            "DEBUG is off, so this may be production. If it is not, say so twice: "
            "--allow-without-debug --yes-this-is-not-production"
        )
    return None
