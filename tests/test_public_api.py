"""The public surface: names resolve, lists are sorted and complete, importing is light."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
import types

import pytest

import linkkit

HEAVY = (
    "altair", "cryptography", "duckdb", "jinja2", "llvmlite", "numba", "pandas", "polars", "pydantic",
    "rapidfuzz", "recordlinkage", "rich", "scipy", "sklearn", "typer", "vl_convert",
)  # fmt: skip
# Spelled as users write them: linkkit.block.on and so on.
PACKAGES = sorted(
    f"linkkit.{name}" for _, name, is_package in pkgutil.iter_modules(linkkit.__path__) if is_package and name != "cli"
)


def _kind_then_name(name):
    """CONSTANTS, then Classes, then functions, as the linter sorts them."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def _own_names(module):
    """What a module's namespace offers of linkkit's own: functions and classes without an underscore."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and str(getattr(value, "__module__", "")).startswith("linkkit")
    }


def _public():
    return [(package, name) for package in PACKAGES for name in importlib.import_module(package).__all__]


def test_every_public_name_of_linkkit_resolves():
    assert linkkit.__all__ == sorted(linkkit.__all__, key=_kind_then_name)
    for name in linkkit.__all__:
        assert getattr(linkkit, name) is not None, name
    assert set(linkkit.__all__) <= set(dir(linkkit))


def test_an_unknown_name_raises_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'lnik'"):
        linkkit.lnik  # noqa: B018


@pytest.mark.parametrize("package", PACKAGES)
def test_the_list_of_public_names_is_sorted_resolves_and_is_complete(package):
    module = importlib.import_module(package)
    listed = module.__all__
    assert listed == sorted(listed, key=_kind_then_name)
    assert len(set(listed)) == len(listed)
    for name in listed:
        assert hasattr(module, name), name
    assert _own_names(module) <= set(listed)


@pytest.mark.parametrize(("package", "name"), _public())
def test_what_is_public_says_what_it_does(package, name):
    value = getattr(importlib.import_module(package), name)
    if callable(value) and not isinstance(value, types.UnionType):
        assert inspect.getdoc(value), f"{package}.{name} has no docstring"
        assert not inspect.getdoc(value).startswith(f"{name}("), f"{package}.{name} has no docstring of its own"


def _modules_after(statement):
    code = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    return set(done.stdout.split())


@pytest.mark.parametrize("statement", ["import linkkit", "import linkkit.errors", "import linkkit.fields"])
def test_importing_linkkit_loads_nothing_heavy(statement):
    assert not _modules_after(statement) & set(HEAVY)


def test_writing_a_plan_loads_neither_kernels_nor_charts():
    statement = "import linkkit as lk; lk.Plan(block=[lk.block.on('surname')], compare=[lk.compare.name()])"
    assert not _modules_after(statement) & {"numba", "llvmlite", "altair", "vl_convert", "scipy", "rapidfuzz"}
