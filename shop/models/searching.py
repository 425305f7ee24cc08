"""Finding products by words, and the words that there are."""

from collections.abc import Sequence
from typing import cast

from django.db import connections, models

from shop.search import DOCUMENT, LONGEST_WORD, NAME, fitting, ranking

# So many are ranked: the newest that fit by their name, and the newest that fit by anything.
MOST_RANKED = 1001


class ProductQuerySet(models.QuerySet):
    def search(
        self, words: Sequence[str], *, inside: bool = False, any_word: bool = False
    ) -> "ProductQuerySet":
        """Those of these products that fit the words (of `shop.search.words_of`); filter before, not after.

        Each word must begin or end one of the product's words; with `inside` it may stand anywhere, with `any_word` one
        of them is enough. Of a word that thousands have, the newest `MOST_RANKED` with it in their name and the newest
        with it anywhere are found, so that no search reads and sorts a whole shop.
        """

        def newest(field: str) -> models.QuerySet:
            fits = self.filter(fitting(words, field, inside=inside, any_word=any_word))
            some = fits.order_by("-created_at", "-pk").values("pk")[:MOST_RANKED]
            if connections[self.db].features.supports_slicing_ordering_in_compound:
                return some
            # SQLite takes no limit within a UNION, but within what stands in it.
            return self.model._default_manager.filter(pk__in=some).order_by().values("pk")

        found = self.model._default_manager.filter(pk__in=newest(NAME).union(newest(DOCUMENT)))
        return cast(ProductQuerySet, found)

    def by_relevance(self, words: Sequence[str]) -> "ProductQuerySet":
        """The nearest first: straight hits, then what is in stock, names before other texts, newest last."""
        return self.order_by(*ranking(words))


class SearchWord(models.Model):
    """A word that occurs in the shop, to correct by what somebody mistyped.

    `padded` is the word between spaces as `shop.spelling` compares it, `products` about how many have it. Words come
    with the products that bring them; a periodic task counts, and takes out those that left.
    """

    padded = models.CharField(max_length=LONGEST_WORD + 3, primary_key=True)
    products = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.padded.strip()
