"""Link an attendance programme of made-up children to a register, and look for signs of false links.

Run it with ``python examples/programme.py``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import linkkit as lk
from linkkit.cards import Consent, SpellColumns


def main() -> None:
    """Write a programme and a register with their cards, link them by the pipeline, and save a report."""
    people = lk.synth.people(2_000, seed=11)
    programme, register = people.intervention(coverage=0.3), people.register()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        programme.frame.to_csv(folder / "club.csv", index=False)
        register.frame.to_csv(folder / "school.csv", index=False)
        spells = SpellColumns("start_date", "end_date", "centre")
        lk.Card(
            "reading club", "intervention", id="attendance_id", person="client_ref", spells=spells,
            consent=Consent(("administrative",)),
        ).save(folder / "club.card.toml")  # fmt: skip
        lk.Card("school register", "administrative", id="pupil_id").save(folder / "school.card.toml")

        club, school = lk.Dataset(folder / "club.csv"), lk.Dataset(folder / "school.csv")
        found = lk.pipelines.recommend(club, school)
        print(found, end="\n\n")
        run = lk.link(club, school, plan=found.pipeline.change(merge_days=14), progress=False)
        print(run)
        print(run.persons["status"].value_counts().to_string())
        print(run.merged)
        print(run.implausible)
        run.save(folder / "results")
        print(*sorted(path.name for path in (folder / "results").iterdir()))


if __name__ == "__main__":
    main()
