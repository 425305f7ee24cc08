"""How large a run is: in its usual size after every change, in full with `THOROUGH=1 make test`."""

import os
from typing import TypeVar

T = TypeVar("T")
IS_THOROUGH = os.environ.get("THOROUGH") == "1"


def size(usual: T, full: T) -> T:
    """The one or the other."""
    return full if IS_THOROUGH else usual
