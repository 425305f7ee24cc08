"""Draws in processes of its own, as drawing keeps a core busy; no Django in here, so that they start at once."""

import os
import threading
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from multiprocessing import get_context, parent_process

from .pictures import PictureSpec, draw


def drawers(count: int) -> ProcessPoolExecutor:
    """Processes that draw; they end with the one that started them, even if that is killed."""
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_end_with_parent)


def png_of(spec: PictureSpec, view: int, size: int) -> bytes:
    """Draw one view, `size` pixels square, as a PNG that is quickly packed rather than small."""
    buffer = BytesIO()
    draw(spec, size=(size, size), view=view).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _end_with_parent() -> None:
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    if parent := parent_process():
        parent.join()
    os._exit(1)
