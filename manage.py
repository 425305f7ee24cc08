#!/usr/bin/env python
"""Operators' door: `python manage.py help` lists what it can do."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        _ = settings.INSTALLED_APPS  # reads the settings, so that what is missing is said in one sentence
    except ImproperlyConfigured as error:
        sys.exit(f"Tally cannot start. {error}")
    execute_from_command_line(sys.argv)
