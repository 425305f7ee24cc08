"""What the desk says to a scan."""

from dataclasses import dataclass

from payments.scan.tray import Tray

GOOD, BAD, HINT = "good", "bad", "hint"


@dataclass(frozen=True)
class Answer:
    """What is the case after a scan, and a sentence about it.

    `mode` if it leads to another one, `address` if to a page of the console that is no desk for scanning.
    """

    tray: Tray
    words: str
    tone: str = GOOD
    mode: str = ""
    address: str = ""


def good(tray: Tray, words: str) -> Answer:
    return Answer(tray, words, GOOD)


def bad(tray: Tray, words: str) -> Answer:
    """Loud: red, read out at once, and a low tone where there is sound."""
    return Answer(tray, words, BAD)


def hint(tray: Tray, words: str) -> Answer:
    return Answer(tray, words, HINT)
