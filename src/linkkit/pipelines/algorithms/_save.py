"""Save what an algorithm linked: tables, and a record of what was carried out on which files."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit.audit import dataset_record, versions, without_home
from linkkit.files import sha256, write_json
from linkkit.plan import Plan, save_plan_file
from linkkit.saving import dataset_files, save_table, staged

from ._registry import algorithm, algorithm_names

if TYPE_CHECKING:
    from ._linked import AlgorithmLinks
    from ._spec import Algorithm

__all__ = ["save_links"]


def save_links(made: AlgorithmLinks, target: Path, command: Sequence[str] | None) -> Path:
    """See :meth:`linkkit.pipelines.AlgorithmLinks.save`."""
    with staged(target) as stage:
        save_table(made.links, stage / "links")
        save_table(made.review, stage / "review")
        save_table(made.outcomes, stage / "outcomes")
        if made.records.link_type != "link_only":
            save_table(made.clusters, stage / "clusters")
        save_table(made.passes, stage / "passes")
        (stage / "passes.parquet").unlink()
        if made.rest is not None:
            made.rest.model.save(stage / "model.json")
        if _is_published(made.algorithm) and all(dataset.path for dataset in made.records.datasets):
            files = dataset_files(made.records.datasets, target / "plan.toml", stage)
            save_plan_file(stage / "plan.toml", Plan(), files, folder=target, algorithm=made.algorithm.name)
        record = _record(made, target, command)
        record["files"] = {path.name: sha256(path) for path in sorted(stage.iterdir())}
        write_json(stage / "algorithm.json", record)
    return target


def _is_published(chosen: Algorithm) -> bool:
    """Whether a plan file can name an algorithm: not one of your own, even under the name of another."""
    return chosen.name in algorithm_names() and algorithm(chosen.name) == chosen


def _record(made: AlgorithmLinks, target: Path, command: Sequence[str] | None) -> dict[str, Any]:
    return {
        "linkkit_algorithm": 1,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": None if command is None else [without_home(part) for part in command],
        "algorithm": _described(made.algorithm),
        "link_type": made.records.link_type,
        "datasets": [dataset_record(dataset, target) for dataset in made.records.datasets],
        "versions": versions(),
        "counts": {
            "records": len(made.records),
            "links": len(made),
            "set_aside": len(made.status) - len(made),
            "outcomes": {str(name): int(count) for name, count in made.outcomes["outcome"].value_counts().items()},
            "passes": [{**vars(count), "lacking": list(count.lacking)} for count in made.counts],
        },
        "left_out": list(made.notes),
    }


def _described(algorithm: Algorithm) -> dict[str, Any]:
    names = ("name", "title", "version", "date", "citation", "url", "licence", "unique", "ties")
    described: dict[str, Any] = {name: getattr(algorithm, name) for name in names}
    described["passes"] = [
        {"name": step.name, "meaning": step.meaning, "rule": step.detail} for step in algorithm.steps
    ]
    return {**described, "error_rates": list(algorithm.error_rates), "caveats": list(algorithm.caveats)}
