# SPDX-License-Identifier: GPL-2.0-or-later
"""A CUSAX service and its surroundings on loopback, for tests and demo. Needs Debian's Python only."""

from .lab import Lab, build_folder, plugin_path, repository
from .process import LabError, wait_until

__all__ = ['Lab', 'LabError', 'build_folder', 'plugin_path', 'repository', 'wait_until']
