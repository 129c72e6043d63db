"""Encode with the real clkhash: run by an interpreter that has it, cases on standard input, answers on standard output.

A case is {"schema", "rows", "secret"}; its answer is {"clks": [...]} or {"error": the name of the exception}.
"""

import json
import sys


def answer(case):
    from clkhash import clk, schema
    from clkhash.serialization import serialize_bitarray

    try:
        read = schema.from_json_dict(case["schema"])
        filters = clk.generate_clks(case["rows"], read, case["secret"], max_workers=1)
        return {"clks": [serialize_bitarray(one) for one in filters]}
    except Exception as error:  # every refusal counts, whatever its class
        return {"error": type(error).__name__}


if __name__ == "__main__":
    json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
