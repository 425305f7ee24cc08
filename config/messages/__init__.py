"""The catalogues of words: gathered from the sources, compiled for gettext; needs Babel, and no GNU gettext.

`make messages` writes config/locale/<language>/LC_MESSAGES/django.po anew: what was said before keeps its translation,
what is new waits for one. The compiled .mo beside it is made whenever Django starts and finds it missing or old.
"""

from config.messages.compiling import compile_all

__all__ = ["compile_all"]
