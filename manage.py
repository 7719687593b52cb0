#!/usr/bin/env python
"""Django's command line for Sightline."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hiring.settings")
    from django.core.management import execute_from_command_line

    from analysis.stopping import end_in_order

    end_in_order()
    execute_from_command_line(sys.argv)
