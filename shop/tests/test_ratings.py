"""Ratings in words: rounded as people round."""

import pytest

from shop.ratings import Rating


@pytest.mark.parametrize(
    ("ratings", "average", "halves"),
    [
        ([5], "5.0", 10),
        ([1], "1.0", 2),
        ([4, 5], "4.5", 9),
        ([4, 4, 5], "4.3", 9),
        ([4, 4, 4, 4, 5], "4.2", 8),
        ([3, 4, 4, 4], "3.8", 8),
        ([1, 1, 1, 1, 1, 1, 1, 1, 1, 5], "1.4", 3),
        ([], "0.0", 0),
    ],
)
def test_an_average_has_one_digit_and_stars_come_in_halves(ratings, average, halves):
    rating = Rating(len(ratings), sum(ratings))

    assert (rating.average, rating.halves) == (average, halves)
    assert rating.words == f"{average} out of 5 stars"


def test_thousands_are_grouped():
    assert Rating(1, 5).count_words == "1 review"
    assert Rating(12345, 50000).count_words in {"12,345 reviews", "12345 reviews"}
