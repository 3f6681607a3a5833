"""What all test modules share; for those in a real browser see browser_support.py and web_support.py."""

import os

from browser_support import browser, chromium
from command_line import indexed, run
from hypothesis import HealthCheck, settings
from real_model import fp32_encoder, graphs_folder, onnx_encoder, torch_encoder
from web_support import site

__all__ = [
    "browser",
    "chromium",
    "fp32_encoder",
    "graphs_folder",
    "indexed",
    "onnx_encoder",
    "run",
    "site",
    "torch_encoder",
]

# No test is timed, so a slow machine fails none; continuous integration tries the same examples each time.
settings.register_profile(
    "steady",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
)
settings.load_profile("steady")
