"""What is given as plan= of a call: a plan, or a clear word on what else it is and which call takes it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TypeGuard

from linkkit.errors import SpecError

from ._plan import Plan

__all__ = ["carries_out", "plan_of"]


def carries_out(given: object) -> TypeGuard[Any]:
    """Whether something is a pipeline: it runs on datasets by itself, and no plan does."""
    return callable(getattr(given, "run", None)) and not isinstance(given, Plan | type)


def plan_of(given: Any, call: str) -> Plan:
    """Return the plan that a call was given, an empty one for None.

    Parameters
    ----------
    given
        What the call was given as ``plan=``.
    call
        The call.

    Raises
    ------
    SpecError
        Where it is no plan: what it is instead, and which call takes it.

    Examples
    --------
    >>> plan_of(None, "link") == Plan()
    True
    >>> plan_of("study.toml", "dedupe")
    Traceback (most recent call last):
    ...
    linkkit.errors.SpecError: dedupe(plan=) takes a linkkit.Plan; got a text (str). A plan file is read by ...
    """
    if given is None:
        return Plan()
    if isinstance(given, Plan):
        return given
    taken = "a linkkit.Plan, or a pipeline" if call == "link" else "a linkkit.Plan"
    what, mend = _told(given, call)
    raise SpecError(f"{call}(plan=) takes {taken}; got {what}. {mend}")


def _told(given: Any, call: str) -> tuple[str, str]:
    """What something is that is no plan, and what takes it."""
    kind = type(given).__name__
    if isinstance(given, type):
        return f"the class {given.__name__} itself", f"Make one: {given.__name__}(...)."
    if hasattr(given, "passes") and callable(getattr(given, "link", None)):
        how = "algorithm.dedupe(dataset)" if call == "dedupe" else "algorithm.link(left, right)"
        return f"the algorithm {given.name!r}", f"An algorithm is carried out by itself: {how}."
    if carries_out(given):
        of = getattr(given, "name", kind)
        return f"the pipeline {of!r}", f"Pipelines link datasets: pipeline.run(...), or lk.link(..., plan={of})."
    if isinstance(given, str | os.PathLike):
        mend = "A plan file is read by lk.Plan.load(path); a pipeline or an algorithm goes by its name in "
        what = "a text (str)" if isinstance(given, str) else f"a path ({kind})"
        return what, f"{mend}lk.pipelines.pipeline(name) and lk.pipelines.algorithm(name)."
    if isinstance(given, Mapping):
        return f"a mapping ({kind})", "Name its parts: lk.Plan(compare=..., score=..., decide=...)."
    if isinstance(getattr(given, "plan", None), Plan):
        return f"a {kind}", "It has one: give its .plan."
    return f"a value of type {kind}", "print(lk.Plan()) shows what one is; lk.Plan.load(path) reads one of a file."
