"""With whom parcels travel, as the settings name it, and where one is followed."""

from urllib.parse import quote

from django.conf import settings

LONGEST_ADDRESS = 300


def tracking_address(carrier: str, number: str) -> str:
    """Where the carrier shows this parcel; nothing for a carrier that the settings do not know."""
    pattern = next(
        (address for name, address in settings.CARRIERS.items() if name.casefold() == carrier.casefold()), ""
    )
    if not number or not pattern.startswith(("https://", "http://")):
        return ""
    address = pattern.replace("{number}", quote(number, safe=""))
    return address if len(address) <= LONGEST_ADDRESS else ""
