"""The console's pages about returns, one file per subject."""

from returns import acts
from returns.admin import figures, on_order, panels, requests, rules

__all__ = ["acts", "figures", "on_order", "panels", "requests", "rules"]
