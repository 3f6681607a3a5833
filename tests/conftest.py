"""What the tests in a real browser share; see browser_support.py."""

from browser_support import browser, chromium

__all__ = ["browser", "chromium"]
