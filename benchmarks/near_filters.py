"""The join of record-level filters of made-up people, every two compared and by sampled bits.

    python benchmarks/near_filters.py 200000 0.8           every pair
    python benchmarks/near_filters.py 200000 0.8 0.95      at a completeness

Each in a process of its own, so that the peak of memory is its own. The first argument is about how many records either
side holds, the second the least Dice.
"""

from __future__ import annotations

import resource
import sys
import time

import linkkit as lk
from linkkit import block
from linkkit.prepare import prepare
from linkkit.pseudonymise import Encoding, Key, encode
from linkkit.pseudonymise.bloom import BloomField, Clk

FIELDS = [
    BloomField("given_name"), BloomField("surname"), BloomField("date_of_birth", "date"),
    BloomField("postcode", q=1, padded=False, positional=True),
]  # fmt: skip


def main() -> None:
    """Print seconds, processor seconds and memory of the join alone."""
    size, bound = int(sys.argv[1]), float(sys.argv[2])
    completeness = float(sys.argv[3]) if len(sys.argv) > 3 else None
    people, key = lk.synth.people(size * 5 // 4, seed=1), Key.generate(project="benchmark")
    sides = []
    for name in ("first", "second"):
        register = prepare(people.register(name=name, who="everyone", coverage=0.8).dataset())
        sides.append(encode(register, key, Encoding([Clk(FIELDS)])))
    few = lk.Records([prepare_few(side) for side in sides])
    block.count_pairs(block.candidate_pairs(few, block.near("clk", "dice_bits", bound)))  # kernels are ready
    records = lk.Records(sides)
    records.encoded("clk")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, worked = time.perf_counter(), time.process_time()
    pairs = block.candidate_pairs(records, block.near("clk", "dice_bits", bound, completeness=completeness))
    made = block.count_pairs(pairs)["pairs"].sum()
    print(
        f"{len(sides[0]):,} by {len(sides[1]):,}: {made:,} pairs in {time.perf_counter() - began:.1f} s, "
        f"{time.process_time() - worked:.1f} s of processors; peak of memory {before / 1024:,.0f} MB before, "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB after"
    )
    print(block.sampled_blocks(pairs).to_string(index=False))


def prepare_few(side: lk.Dataset) -> lk.Dataset:
    """Return the first records of a side."""
    return lk.Dataset(side.to_pandas().head(100), name=side.name, id=side.id, fields={"clk": side.fields["clk"]})


if __name__ == "__main__":
    main()
