"""Where a report comes from: versions, times, seed and plan."""

from __future__ import annotations

import platform
from datetime import datetime
from importlib import metadata
from typing import Any

import linkkit

from ._facts import Facts

__all__ = ["origin"]

_PACKAGES = ("numpy", "pandas", "pyarrow", "numba", "rapidfuzz", "jellyfish", "scipy")


def origin(facts: Facts) -> dict[str, Any]:
    """Return what made the run: versions, seconds of each stage, seed, and the plan as text."""
    plan = facts.run.plan
    return {
        "made_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "versions": {
            "linkkit": linkkit.__version__,
            "python": platform.python_version(),
            **{name: _version(name) for name in _PACKAGES},
        },
        "system": f"{platform.system()} {platform.machine()}",
        "seed": getattr(plan.score, "seed", None),
        "seconds": {name: round(value, 4) for name, value in facts.run.seconds.items()},
        "plan": str(plan),
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
