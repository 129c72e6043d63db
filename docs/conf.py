"""Sphinx configuration: pages in MyST, code cells executed, everything offline."""

from __future__ import annotations

import os

import linkkit

project = "linkkit"
author = "The linkkit developers"
copyright = "2026, the linkkit developers"
version = release = linkkit.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "**/jupyter_execute"]
html_theme = "furo"
html_title = f"linkkit {version}"

# Code cells run on every build: a page that no longer works stops it.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_execution_excludepatterns = ["how-to/recordlinkage.md"]
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_attr_annotations = False

# Messages of a cell are read in the browser, not in a terminal.
os.environ.update({"COLUMNS": "100", "NO_COLOR": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"})
