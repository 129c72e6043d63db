"""Encode made-up people as Bloom filters, and print one JSON line a run: seconds and records a second.

python benchmarks/encode.py [PEOPLE]
"""

from __future__ import annotations

import json
import sys
import time

from hardening import BenchmarkKey

from linkkit import synth
from linkkit.prepare import prepare
from linkkit.pseudonymise.bloom import BloomField, Clk, Diffuse, encode

FIELDS = (
    BloomField("given_name"),
    BloomField("surname"),
    BloomField("date_of_birth", "date"),
    BloomField("postcode", q=1, padded=False, positional=True),
    BloomField("nhs_number", "exact"),
)
ENCODINGS = {
    "field-level": FIELDS,
    "record-level": (Clk(FIELDS),),
    "record-level, diffused": (Clk(FIELDS, hardening=(Diffuse(),)),),
}


def main(people: int = 1_000_000) -> None:
    dataset = prepare(synth.people(people, seed=1).register(who="everyone").dataset())
    for field in FIELDS:
        dataset.encoded(field.column)
    encode(
        prepare(synth.people(500, seed=1).register(who="everyone").dataset()), BenchmarkKey(), ENCODINGS["record-level"]
    )
    for name, specs in ENCODINGS.items():
        started = time.perf_counter()
        encode(dataset, BenchmarkKey(), specs)
        seconds = time.perf_counter() - started
        speed = round(len(dataset) / seconds)
        print(
            json.dumps(
                {"encoding": name, "records": len(dataset), "seconds": round(seconds, 2), "records_a_second": speed}
            )
        )


if __name__ == "__main__":
    main(*(int(argument.replace("_", "")) for argument in sys.argv[1:]))
