"""How a product's picture is described: what is drawn, in which colours, with which decoration."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PictureSpec:
    """One product's look. `form` picks a build of the motif ("tall", "chest"); each motif knows its own."""

    motif: str
    palette: str
    pattern: str = "plain"
    form: str = ""
    seed: int = 0
