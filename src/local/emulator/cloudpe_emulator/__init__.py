"""MiniStack with its gaps filled in from outside, so that the platform runs on one machine as it is declared."""

from . import settings as settings  # first: MiniStack reads its environment when it is imported
