"""linkkit: link records about the same people across datasets; fast, honest about its errors, composable.

>>> import linkkit as lk
>>> trial, register = lk.synth.sample()
>>> run = lk.link(trial.dataset(), register.dataset(), progress=False)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from linkkit.cards import Card
from linkkit.dataset import Dataset
from linkkit.errors import CardError, DataError, LinkkitError, ModelError, PlanError, SecretError, SpecError
from linkkit.fields import Field

__version__ = "0.1.0"

# Datasets come with the import; the rest is imported when first asked for, so that `import linkkit` stays light.
# Public name: the module that has it.
_WHERE = {
    "Plan": "plan",
    "Profile": "profiling",
    "Records": "records",
    "Run": "run",
    "catalogue": "cataloguing",
    "check": "checking",
    "dedupe": "run",
    "link": "run",
    "profile": "profiling",
    "encode_file": "providing",
    "rehearse": "rehearsing",
    "release": "releasing",
    "update": "updating",
}
_MODULES = (
    "block", "cards", "cataloguing", "checking", "compare", "decide", "evaluate", "interop", "pipelines", "plan",
    "prepare", "pseudonymise", "report", "score", "synth", "values",
)  # fmt: skip

__all__ = [
    "Card",
    "CardError",
    "DataError",
    "Dataset",
    "Field",
    "LinkkitError",
    "ModelError",
    "Plan",
    "PlanError",
    "Profile",
    "Records",
    "Run",
    "SecretError",
    "SpecError",
    "block",
    "cards",
    "catalogue",
    "cataloguing",
    "check",
    "checking",
    "compare",
    "decide",
    "dedupe",
    "encode_file",
    "evaluate",
    "interop",
    "link",
    "pipelines",
    "plan",
    "prepare",
    "profile",
    "pseudonymise",
    "rehearse",
    "release",
    "report",
    "score",
    "synth",
    "update",
    "values",
]

if TYPE_CHECKING:
    from linkkit import (
        block,
        cards,
        cataloguing,
        checking,
        compare,
        decide,
        evaluate,
        interop,
        pipelines,
        plan,
        prepare,
        pseudonymise,
        report,
        score,
        synth,
        values,
    )
    from linkkit.cataloguing import catalogue
    from linkkit.checking import check
    from linkkit.plan import Plan
    from linkkit.profiling import Profile, profile
    from linkkit.providing import encode_file
    from linkkit.records import Records
    from linkkit.rehearsing import rehearse
    from linkkit.releasing import release
    from linkkit.run import Run, dedupe, link
    from linkkit.updating import update


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"linkkit.{_WHERE[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"linkkit.{name}")
    raise AttributeError(f"module 'linkkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
