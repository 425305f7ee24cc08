"""From .po to .mo, whenever one is missing or older than its source."""

import logging
import os
from pathlib import Path

logger = logging.getLogger(__name__)


def compile_all(folder: Path) -> None:
    """Compile each catalogue below `folder` that is not compiled yet.

    Several processes may do it at once: each writes a file of its own and moves it into place. Where nothing may be
    written, as in an image, what was compiled when it was built is used; without that, pages stay English.
    """
    for source in sorted(folder.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            try:
                compile_one(source, target)
            except OSError as error:
                logger.warning("%s could not be compiled: %s", source, error)


def compile_one(source: Path, target: Path) -> None:
    from babel.messages.mofile import write_mo  # not needed at most starts
    from babel.messages.pofile import read_po

    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parent.parent.name, domain="django")
    unfinished = target.with_suffix(f".{os.getpid()}.part")
    with unfinished.open("wb") as compiled:
        write_mo(compiled, catalogue)
    unfinished.replace(target)
