"""The mail that the shop's worker has written, as its readers get it."""

import email
import email.policy
import re
import time
from email.message import EmailMessage
from pathlib import Path

PATIENCE_SECONDS = 20


class Mailbox:
    """All mail of one shop, kept in files by Django's file backend; each file may hold several."""

    def __init__(self, folder: Path):
        self.folder = folder

    def empty(self) -> None:
        for file in self.folder.glob("*"):
            file.unlink()

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in self._all() if message["To"] == address]

    def wait_for(self, address: str, subject: str) -> EmailMessage:
        """The first mail to this address whose subject holds these words; fails if none comes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for message in self.to(address):
                if subject in message["Subject"]:
                    return message
            time.sleep(0.1)
        raise AssertionError(f"No mail to {address} about {subject!r} in {PATIENCE_SECONDS} s.")

    def _all(self) -> list[EmailMessage]:
        files = sorted(self.folder.glob("*.log"))
        letters = [letter for file in files for letter in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n")]
        return [
            email.message_from_bytes(letter, policy=email.policy.default)
            for letter in letters
            if letter.strip()
        ]


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None, "The mail has no plain text."
    return part.get_content()


def link_in(message: EmailMessage, holding: str) -> str:
    """The first address in the mail's text that holds these words."""
    found = re.search(rf"https?://\S*{re.escape(holding)}\S*", text_of(message))
    assert found, text_of(message)
    return found[0]
