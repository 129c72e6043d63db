"""Pipelines by name, for plan files and the command line."""

from __future__ import annotations

import importlib
from typing import Any

from linkkit.errors import SpecError, did_you_mean

from ._pipeline import Pipeline

__all__ = ["PIPELINES", "pipeline", "pipeline_type"]

# Name: the module and the class; each is loaded when it is asked for.
PIPELINES: dict[str, tuple[str, str]] = {
    "intervention_to_admin": (".interventions", "InterventionToAdmin"),
    "case_study": (".case_studies", "CaseStudy"),
}


def pipeline_type(name: str) -> type[Pipeline]:
    """Return the class of a pipeline by its name.

    Raises
    ------
    SpecError
        Where there is none of that name.
    """
    if name not in PIPELINES:
        hint = did_you_mean(name, PIPELINES) or f" There are: {', '.join(PIPELINES)}."
        raise SpecError(f"There is no pipeline {name!r}.{hint}")
    module, made = PIPELINES[name]
    found: type[Pipeline] = getattr(importlib.import_module(module, __package__), made)
    return found


def pipeline(name: str, **parts: Any) -> Pipeline:
    """Return a pipeline by its name, with some parts set."""
    return pipeline_type(name)(**parts)
