"""Texts to begin with, in each language that they were written in: samples, to be adapted by whoever runs the shop.

A file starts with "# title" and "> description"; the rest is the page's Markdown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# In the footer's order.
SLUGS = ("about", "delivery", "returns", "terms", "privacy", "imprint")


@dataclass(frozen=True)
class Sample:
    slug: str
    language: str
    title: str
    description: str
    body: str
    position: int


def samples() -> Iterator[Sample]:
    """All texts, page by page."""
    folder = Path(__file__).parent
    for position, slug in enumerate(SLUGS, start=1):
        for path in sorted(folder.glob(f"{slug}.*.md")):
            title, description, body = path.read_text(encoding="utf-8").split("\n", 2)
            yield Sample(
                slug,
                path.suffixes[0].removeprefix("."),
                title.removeprefix("# "),
                description.removeprefix("> "),
                body.strip() + "\n",
                position,
            )
