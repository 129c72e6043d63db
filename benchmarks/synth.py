"""Make people and one register of them, and print one JSON line: seconds and peak memory.

python benchmarks/synth.py [PEOPLE]
"""

from __future__ import annotations

import json
import sys
import time

from linkkit import synth


def peak_memory_gib() -> float | None:
    """Return the most memory this process has held, where the system tells (not on Windows)."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**30 if sys.platform == "darwin" else 2**20), 2)


def main(count: int = 1_000_000) -> None:
    start = time.perf_counter()
    population = synth.people(count, seed=1)
    drawn = time.perf_counter()
    register = population.register(who="everyone")
    recorded = time.perf_counter()
    print(
        json.dumps({
            "people": count, "records": len(register.frame), "mistakes": len(register.mistakes),
            "people_seconds": round(drawn - start, 2), "register_seconds": round(recorded - drawn, 2),
            "seconds": round(recorded - start, 2), "peak_memory_gib": peak_memory_gib(),
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(*(int(argument.replace("_", "")) for argument in sys.argv[1:]))
