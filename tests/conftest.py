"""Fixtures that test modules of the pages share."""

from browser_support import browser, chromium
from web_support import site

__all__ = ["browser", "chromium", "site"]
