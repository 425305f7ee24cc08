from datetime import timedelta

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """The offer: products, sizes, prices, public pages."""

    name = "shop"

    def ready(self) -> None:
        from accounts import personal
        from config import kept, periodic, toggles
        from shop import (  # noqa: F401 (signs up, listens)
            books,
            flash,
            mail_samples,
            personal_data,
            receivers,
            tasks,
        )
        from shop.content import tables

        mail_samples.sign_up()
        toggles.register(
            "partner feeds",
            label="Partner feeds",
            says="Shopping engines and partners may read all that is for sale at /feeds/products.xml.",
        )
        toggles.register(
            flash.TOGGLE,
            label="Flash sales",
            says="Flash sales count. Off, all prices are the usual ones at once; planned sales stay planned.",
        )
        personal.register("wish list", export=personal_data.wishes, erase=personal_data.erase_wishes)
        personal.register("reviews", export=personal_data.reviews, erase=personal_data.erase_reviews)
        personal.register(
            "waiting for stock", export=personal_data.requests, erase=personal_data.erase_requests
        )
        periodic.register("follow the stock", timedelta(hours=1), tasks.refresh_stock)
        periodic.register("follow the prices", timedelta(hours=1), tasks.follow_rules)
        periodic.register("forget stray pictures", timedelta(days=1), tasks.forget_stray_pictures)
        periodic.register("tell who waits", timedelta(minutes=1), tasks.tell_who_waits)
        periodic.register("forget old stock requests", timedelta(days=1), tasks.forget_requests)
        kept.register(tables.theme)
        kept.register(tables.seen)
        tables.sign_up()
        personal.register("letters", export=personal_data.letters, erase=personal_data.erase_letters)
        periodic.register("forget spam", timedelta(days=1), tasks.forget_spam)
        periodic.register("count the words", timedelta(hours=6), tasks.recount_words)
