"""Models as versioned JSON: comparisons as data, probabilities, traces. No value of a person is in it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit.errors import ModelError
from linkkit.files import atomic_write
from linkkit.specs import Comparison

from ._diagnosis import Diagnosis, Finding
from ._diagnosis._data import diagnosis_data, diagnosis_from_data
from ._family import FamilyAlternative
from ._family_evidence import ClassFit, FamilyEvidence
from ._frequencies import TermFrequency
from ._model import Model, TrainingPass
from ._shared import SharedFrequency
from ._time_gaps import ChangeRate, TimeFading

if TYPE_CHECKING:
    from ._mixture import MixtureModel

__all__ = [
    "VERSION", "comparison_data", "comparison_from_data", "load_model", "model_data", "model_from_data",
    "pass_from_data", "save_model",
]  # fmt: skip

VERSION = 1


def save_model(model: Model, path: str | Path) -> Path:
    """Save a model as JSON."""
    with atomic_write(path) as beside:
        beside.write_text(json.dumps(model_data(model), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return Path(path)


def load_model(path: str | Path) -> Model | MixtureModel:
    """Load a model saved by :meth:`Model.save` or :meth:`MixtureModel.save`.

    Raises
    ------
    ModelError
        Where the file is no such model, or of a newer version.

    Examples
    --------
    >>> import tempfile
    >>> from linkkit.score import by_hand
    >>> from linkkit.specs import Equal, Level, Threshold
    >>> sex = Comparison("sex", (Level("exact", Threshold(Equal("sex"))),))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = by_hand([sex], {"sex": (0.98, 0.02)}, {"sex": (0.5, 0.5)}, prior=0.1).save(folder + "/model.json")
    ...     load_model(path).comparisons == (sex,)
    True
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"{Path(path).name} is not JSON: {type(error).__name__}.") from None
    if isinstance(data, dict) and "linkkit_model" not in data and "comparisons" in data:
        raise ModelError(f"{Path(path).name} is no linkkit model; if it is Splink's, use read_splink().")
    return model_from_data(data, Path(path).name)


def model_data(model: Model) -> dict[str, Any]:
    """Return a model as plain data."""
    return {
        "linkkit_model": VERSION,
        "kind": "fellegi_sunter",
        "prior": model.prior,
        "prior_source": model.prior_source,
        "pair_count": model.pair_count,
        "comparisons": [
            {
                **comparison_data(comparison),
                "m_probability": list(model.m_probability[place]),
                "u_probability": list(model.u_probability[place]),
                "m_source": list(model.m_source[place]),
                "u_source": list(model.u_source[place]),
            }
            for place, comparison in enumerate(model.comparisons)
        ],
        "missing_shares": [list(pair) for pair in model.missing_shares],
        "family": None if model.family is None else asdict(model.family),
        "shared": None if model.shared is None else asdict(model.shared),
        "family_evidence": None if model.family_evidence is None else asdict(model.family_evidence),
        "adjustments": [asdict(adjustment) for adjustment in model.adjustments],
        "time_gaps": _gaps_data(model.time_gaps),
        "passes": [asdict(step) for step in model.passes],
        "prior_standard_error": _number(model.prior_standard_error),
        "standard_errors": [
            {"m": list(map(_number, m)), "u": list(map(_number, u))}
            for m, u in zip(model.m_standard_error, model.u_standard_error, strict=True)
        ],
        "diagnosis": diagnosis_data(model.diagnosis),
    }


def model_from_data(data: Any, name: str = "the model") -> Model | MixtureModel:
    """Return the model behind plain data."""
    if not isinstance(data, dict) or "linkkit_model" not in data:
        raise ModelError(f"{name} is no linkkit model.")
    version = data["linkkit_model"]
    if version != VERSION:
        raise ModelError(
            f"{name} has model version {version}; this linkkit reads version {VERSION}. Use a newer linkkit."
        )
    try:
        if data.get("kind") == "mixture":
            from ._mixture._data import mixture_from_data

            return mixture_from_data(data, name)
        return _fellegi_sunter(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{name} is damaged: {type(error).__name__} at {error}.") from None
    except ModelError:
        raise
    except ValueError as error:  # pydantic's errors are such
        raise ModelError(f"{name} holds comparisons that cannot be read: {_first_line(error)}") from None


def _fellegi_sunter(data: dict[str, Any]) -> Model:
    own = ("m_probability", "u_probability", "m_source", "u_source")
    columns = {key: tuple(tuple(item[key]) for item in data["comparisons"]) for key in own}
    plain = [{key: value for key, value in item.items() if key not in own} for item in data["comparisons"]]
    return Model(
        comparisons=tuple(comparison_from_data(item) for item in plain),
        prior=float(data["prior"]),
        **columns,
        passes=tuple(pass_from_data(item) for item in data["passes"]),
        adjustments=tuple(_adjustment(item) for item in data["adjustments"]),
        diagnosis=_diagnosis(data),
        pair_count=data["pair_count"],
        prior_source=data["prior_source"],
        family=_family(data.get("family")),
        shared=_shared(data.get("shared")),
        family_evidence=_evidence(data.get("family_evidence")),
        missing_shares=tuple((float(one), float(other)) for one, other in data.get("missing_shares", ())),
        m_standard_error=tuple(tuple(map(_value, item["m"])) for item in data.get("standard_errors", ())),
        u_standard_error=tuple(tuple(map(_value, item["u"])) for item in data.get("standard_errors", ())),
        prior_standard_error=_value(data.get("prior_standard_error")),
        time_gaps=_time_gaps(data.get("time_gaps")),
    )


def comparison_data(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data."""
    try:
        plain: dict[str, Any] = _adapter().dump_python(comparison, mode="json")
    except ValueError:  # pydantic's error for what is no data
        raise ModelError(
            f"The comparison {comparison.name!r} holds a function as an object, which is not saved. Name it by import "
            "path, 'package.module:function'."
        ) from None
    return plain


def comparison_from_data(item: Any) -> Comparison:
    """Return the comparison behind plain data."""
    found: Comparison = _adapter().validate_python(item)
    return found


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Comparison)


def pass_from_data(item: dict[str, Any]) -> TrainingPass:
    """Return the training pass behind plain data."""
    learned = tuple(tuple(values) for values in item.get("m_probability", ()))
    listed = {"comparisons": tuple(item["comparisons"]), "trace": tuple(item["trace"]), "m_probability": learned}
    return TrainingPass(**{**item, **listed})


def _diagnosis(data: dict[str, Any]) -> Diagnosis:
    """Return the diagnosis; models saved before there was one have findings in words alone."""
    if "diagnosis" in data:
        return diagnosis_from_data(data["diagnosis"])
    return Diagnosis(tuple(Finding("imported", "warning", str(text)) for text in data["findings"]))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _value(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _adjustment(item: dict[str, Any]) -> TermFrequency:
    return TermFrequency(**item)


def _family(item: dict[str, Any] | None) -> FamilyAlternative | None:
    if item is None:
        return None
    ties = tuple((str(name), float(tie)) for name, tie in item["ties"])
    return FamilyAlternative(float(item["prior"]), ties, tuple(tuple(map(float, bits)) for bits in item["weights"]))


def _shared(item: dict[str, Any] | None) -> SharedFrequency | None:
    return None if item is None else SharedFrequency(tuple((str(one), str(other)) for one, other in item["pairs"]))


def _gaps_data(fading: TimeFading | None) -> dict[str, Any] | None:
    if fading is None:
        return None
    rates = [{**asdict(one), "standard_error": _number(one.standard_error)} for one in fading.rates]
    return {
        "on": fading.on,
        "rates": rates,
        "notes": list(fading.notes),
        "gap_weights": list(fading.gap_weights),
        "band_days": fading.band_days,
    }


def _time_gaps(item: dict[str, Any] | None) -> TimeFading | None:
    if item is None:
        return None
    rates = tuple(
        ChangeRate(**{**one, "changed": tuple(one["changed"]), "standard_error": _value(one["standard_error"])})
        for one in item["rates"]
    )
    weights = tuple(map(float, item["gap_weights"]))
    return TimeFading(item["on"], rates, tuple(item["notes"]), weights, int(item["band_days"]))


def _evidence(item: dict[str, Any] | None) -> FamilyEvidence | None:
    if item is None:
        return None
    fits = {name: ClassFit(**item[name]) for name in ("two_classes", "three_classes")}
    return FamilyEvidence(**{**item, **fits})


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
