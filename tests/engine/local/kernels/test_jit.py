"""Kernels are cached where a directory can be written, and work where none can."""

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import linkkit
from linkkit.engine.local.kernels import jit

SOURCES = Path(linkkit.__file__).parent
SCRIPT = """
import logging
logging.basicConfig(level=logging.INFO, format="%(message)s")
import numpy as np
from linkkit.engine.local.kernels import TextTable, first_run, grade_equal, jit, on_compile
print("cold" if first_run() else "warm", jit.cache_directory())
on_compile(lambda name: print("compiling", name))
grades = np.empty(3, np.uint8)
grade_equal(np.array([1, 2, 0], np.uint32), np.array([1, 1, 1], np.uint32), grades)
print(grades.tolist())
"""


def run(home, package_root=SOURCES.parent, **environment):
    clean = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "LOCALAPPDATA")}
    clean |= {"HOME": str(home), "USERPROFILE": str(home), "LOCALAPPDATA": str(home), "XDG_CACHE_HOME": str(home)}
    clean |= {"PYTHONPATH": str(package_root), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run([sys.executable, "-c", SCRIPT], env=clean, capture_output=True, text=True, check=True)


@pytest.fixture
def unwritable(tmp_path):
    """A path under which no directory can be made, whoever asks: it is a file."""
    path = tmp_path / "file"
    path.write_text("")
    return path


def test_the_second_process_finds_what_the_first_compiled(tmp_path):
    first, second = run(tmp_path), run(tmp_path)
    directory = first.stdout.split()[1]
    assert first.stdout.splitlines() == [f"cold {directory}", "compiling equal.grade_equal", "[1, 2, 0]"]
    assert second.stdout.splitlines() == [f"warm {directory}", "[1, 2, 0]"]
    assert "compiling kernels" in first.stderr
    assert "compiling kernels" not in second.stderr
    assert Path(directory).is_relative_to(tmp_path)


def test_a_directory_of_numba_comes_first(tmp_path, unwritable):
    done = run(unwritable, NUMBA_CACHE_DIR=str(tmp_path / "numba"))
    assert Path(done.stdout.split()[1]).parent == tmp_path / "numba"


def test_kernels_work_where_nothing_is_writable(tmp_path, unwritable):
    package = tmp_path / "site" / "linkkit"
    shutil.copytree(SOURCES, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "engine" / "local" / "kernels" / "__pycache__").write_text("")
    done = run(unwritable, package.parent, NUMBA_CACHE_DIR=str(unwritable / "numba"))
    assert done.stdout.splitlines() == ["cold None", "compiling equal.grade_equal", "[1, 2, 0]"]


def test_a_damaged_cache_does_not_stop_the_work(tmp_path):
    directory = Path(run(tmp_path).stdout.split()[1])
    for machine_code in directory.glob("*/*.nbc"):
        machine_code.write_bytes(b"damaged")
    done = run(tmp_path)
    assert done.stdout.splitlines()[-1] == "[1, 2, 0]"
    assert "the kernel cache cannot be used" in done.stderr


def test_other_sources_have_another_cache(tmp_path):
    package = tmp_path / "site" / "linkkit"
    shutil.copytree(SOURCES, package, ignore=shutil.ignore_patterns("__pycache__"))
    with open(package / "engine" / "local" / "kernels" / "characters.py", "a", encoding="utf-8") as source:
        source.write("\n# changed\n")
    assert run(tmp_path).stdout.split()[1] != run(tmp_path, package.parent).stdout.split()[1]


def test_two_processes_may_compile_at_once(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(run, [tmp_path, tmp_path]))
    assert all(done.stdout.endswith("[1, 2, 0]\n") for done in both)
    assert run(tmp_path).stdout.startswith("warm")


def test_a_kernel_is_compiled_for_its_one_signature_and_no_other():
    kernel = jit.Kernel(lambda values: values.sum(), "float64(float64[::1])")
    assert kernel(np.ones(3)) == 3.0
    with pytest.raises(TypeError, match="No matching definition"):
        kernel(np.ones(3, np.uint8))


def test_the_hook_is_called_until_it_is_taken_away(caplog):
    seen = []
    forget = jit.on_compile(seen.append)
    with caplog.at_level(logging.INFO):
        jit.Kernel(lambda value: value, "int64(int64)").load()
        forget()
        jit.Kernel(lambda value: value + 1, "int64(int64)").load()
    assert [name.rpartition(".")[2] for name in seen] == ["<lambda>"]
    assert jit.load_all() > 10
