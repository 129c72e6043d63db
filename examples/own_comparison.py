"""Functions of your own: a transformation to block on, a measure to compare by, named by import path.

``python -m`` or an installed package makes them importable; here the folder of this file does.
"""

import sys
from pathlib import Path

import linkkit as lk
from linkkit import block, compare

sys.path.insert(0, str(Path(__file__).parent))


def consonants(texts: list[str]) -> list[str]:
    """Keep the consonants of each distinct text."""
    return ["".join(letter for letter in text if letter not in "aeiou ") for text in texts]


def shared_start(left: str, right: str) -> float:
    """Share of the longer text that both begin with."""
    same = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        same += 1
    return same / max(len(left), len(right))


if __name__ == "__main__":
    here = Path(__file__).stem
    made_trial, made_register = lk.synth.sample()
    plan = lk.Plan(
        block=[
            block.on(block.using(f"{here}:consonants", "surname"), "sex"),
            block.on("date_of_birth"),
        ],
        compare=[
            compare.name("given_name"),
            compare.function(f"{here}:shared_start", "surname", at_least=(0.8, 0.5)),
            compare.date("date_of_birth"),
            compare.postcode("postcode"),
        ],
    )
    run = lk.link(made_trial.dataset(), made_register.dataset(), plan=plan, progress=False)
    print(run.plan)
    print(run.model)
    print(run.evaluate(made_trial.matches(made_register)).pairs)
