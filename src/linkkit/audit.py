"""The audit record of a run: what went in, what was done, what came out, in counts and hashes; no value of a person."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import os
import platform
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from ._content import content_sha256
from .cards import History, fields_data
from .decide import Clusters
from .errors import PlanError
from .fields import HISTORY
from .files import sha256
from .plan import Plan
from .plan._write import data_of
from .pseudonymise.handover import fingerprint

if TYPE_CHECKING:
    from .dataset import Dataset
    from .run import Run

__all__ = ["audit_record", "dataset_record", "plan_hash", "versions", "without_home"]

PACKAGES = ("numpy", "pandas", "pyarrow", "numba", "llvmlite", "rapidfuzz", "jellyfish", "scipy")


def audit_record(
    run: Run, directory: Path, *, command: Sequence[str] | None = None, plan_note: str | None = None
) -> dict[str, Any]:
    """Return the audit record of a run that is saved into a directory, as plain data."""
    record: dict[str, Any] = {
        "linkkit_run": 1,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": None if command is None else [without_home(part) for part in command],
        "link_type": run.records.link_type,
        "datasets": [dataset_record(dataset, directory) for dataset in run.datasets],
        "plan_sha256": plan_hash(run.plan),
        "seed": getattr(run.plan.score, "seed", None),
        "versions": versions(),
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "counts": _counts(run),
        "seconds": {name: round(seconds, 3) for name, seconds in run.seconds.items()},
    }
    return {**record, "plan_not_saved": plan_note} if plan_note else record


def plan_hash(plan: Plan) -> str | None:
    """Return the SHA-256 of a plan's content, whatever file it stands in; None of a plan that cannot be saved.

    Examples
    --------
    >>> plan_hash(Plan(keep=0.1)) == plan_hash(Plan().change(keep=0.1))
    True
    """
    try:
        data = data_of(plan.change(model=None, judgements=None))  # paths, not content
    except PlanError:
        return None
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of linkkit, Python and the packages that results may depend on."""
    found = {"linkkit": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:  # a frozen or vendored installation
            found[package] = str(getattr(sys.modules.get(package), "__version__", "unknown"))
    return found


def dataset_record(dataset: Dataset, directory: Path) -> dict[str, Any]:
    """Return what a record says of a dataset: its name, fields and size, its file and its hash."""
    told: dict[str, Any] = {
        "name": dataset.name,
        "kind": dataset.kind,
        "records": len(dataset),
        "id": dataset.id,
        "fields": fields_data({name: field for name, field in dataset.fields.items() if field.columns}),
        "blinded": list(dataset.blinded),
        "left_out": [{"reason": reason, "records": count} for reason, count in dataset.left_out],
        "path": None if dataset.path is None else relative_path(dataset.path, directory),
        "sha256": None if dataset.path is None else sha256(dataset.path),
        "content_sha256": content_sha256(dataset) if dataset.path is None else None,
    }
    files = [str(one.path) for one in history_files(dataset)]
    if files:
        told["histories"] = [{"path": relative_path(path, directory), "sha256": sha256(path)} for path in files]
    return told if dataset.encoded_by is None else {**told, **_encoded(dataset)}


def history_files(dataset: Dataset) -> list[History]:
    """Return what the card says of the files of earlier values that a prepared dataset was linked with."""
    return [
        one
        for one in dataset.card.history
        if one.path is not None and any(name + HISTORY in dataset.fields for name in one.fields)
    ]


def _encoded(dataset: Dataset) -> dict[str, Any]:
    """How a dataset was encoded, and what may be told of the key: never the key."""
    made_by, facts = dataset.encoded_by.to_dict(), dataset.encoded_with
    return {
        "encoding": {
            "level": dataset.encoded_by.level,
            "sha256": fingerprint(made_by),
            "normaliser": dataset.normaliser,
            "made_by": made_by,
        },
        "key": None if facts is None else dataclasses.asdict(facts),
    }


def relative_path(path: str, directory: Path) -> str:
    """Return a path relative to a directory, so that no home directory is told; the name alone across drives."""
    try:
        return os.path.relpath(path, directory).replace(os.sep, "/")
    except ValueError:
        return os.path.basename(path)


def _counts(run: Run) -> dict[str, Any]:
    candidates = [
        {"rule": repr(count.rule), "pairs": count.pairs, "skipped_pairs": count.skipped_pairs}
        for count in run.pairs.counts()
    ]
    codes, by_rule = run.levels.code_counts()
    counts = {
        "records": len(run.records),
        "possible_pairs": run.records.pair_count,
        "rules": candidates,
        "compared_pairs": int(by_rule.sum()) + sum(run.completed),
        "patterns": len(codes),
        "scored_pairs": len(run.scores),
        "links": run.linked.link_count,
        "review": run.linked.review_count,
    }
    if run.judged is not None:
        counts |= {"judged_matches": len(run.judged.positive[0]), "judged_non_matches": len(run.judged.negative[0])}
    return {**counts, "clusters": len(run.decision)} if isinstance(run.decision, Clusters) else counts


def without_home(part: str) -> str:
    """Return a part of a command without the name of the home directory."""
    home = os.path.expanduser("~")
    return part.replace(home, "~") if len(home) > 1 else part
