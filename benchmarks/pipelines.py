"""What a pipeline costs and gains beside the plain linkage that it wraps.

    python benchmarks/pipelines.py time [PEOPLE ...]
    python benchmarks/pipelines.py accuracy [made-up] [movers] [census] [social-security]

*time*: a programme of made-up children and a register, linked plainly and by ``intervention_to_admin``, by turns in one
process, three times after a first round that is not counted; seconds of the wall and of the processor, and the peak of
memory. *accuracy*: persons of the programme and the register record each is linked to, by the pipeline and by the
majority of plain links. *census* and *social-security* are looked for in $LINKKIT_DATA: WIC is the programme. No truth
is seen before a linkage has ended.
"""

import datetime
import resource
import statistics
import sys
import time

import pandas as pd
import pseudopeople

import linkkit as lk
from linkkit.cards import SpellColumns
from linkkit.pipelines import intervention_to_admin

CARD = lk.Card(
    "programme", "intervention", id="attendance_id", person="client_ref",
    spells=SpellColumns("start_date", "end_date", "centre"),
)  # fmt: skip
REPEATS = 3


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(run):
    wall, processor = time.perf_counter(), time.process_time()
    found = run()
    return found, time.perf_counter() - wall, time.process_time() - processor


def times(count):
    people = lk.synth.people(count, seed=3)
    programme, register = people.intervention(coverage=0.4), people.register()
    as_plain = register.frame.drop(columns="updated_on")  # without days, so that both do the same linkage
    print(f"\n{count:,} people: {len(programme.frame):,} records of the programme, {len(as_plain):,} of the register")

    def sides(**changes):
        left = lk.Dataset(programme.frame, card=CARD.change(**changes))
        return left, lk.Dataset(as_plain, name="register", kind="administrative", id=register.id)

    ways = {
        "lk.link": lambda: lk.link(*sides(), progress=False).links,
        "intervention_to_admin, person numbers": lambda: of_pipeline(*sides()),
        "lk.link and lk.dedupe": lambda: (
            lk.link(*sides(), progress=False).links, lk.dedupe(sides()[0], progress=False).clusters,
        ),
        "intervention_to_admin, persons found": lambda: of_pipeline(*sides(person=None)),
    }  # fmt: skip
    seconds = {name: [] for name in ways}
    memory = {}
    for turn in range(REPEATS + 1):
        for name, way in ways.items():
            wall, processor = timed(way)[1:]
            memory.setdefault(name, peak_mb())
            if turn:
                seconds[name].append((wall, processor))
    wrapped = dict(zip(list(ways)[1::2], list(ways)[::2], strict=True))
    for name, taken in seconds.items():
        wall, processor = (statistics.median(part) for part in zip(*taken, strict=True))
        line = f"{name:40} wall {wall:6.2f} s  processor {processor:6.2f} s  peak so far {memory[name]:6,.0f} MB"
        if name in wrapped:
            plain = [statistics.median(part) for part in zip(*seconds[wrapped[name]], strict=True)]
            line += f"  overhead {wall / plain[0] - 1:+.1%} (wall) {processor / plain[1] - 1:+.1%} (processor)"
        print(line, flush=True)


def of_pipeline(programme, register):
    run = intervention_to_admin().run(programme, register, progress=False)
    return run.links, run.persons, run.tables()


def made_up(**history):
    people = lk.synth.people(20_000, seed=1, **history)
    programme = people.intervention(coverage=0.4)
    register = people.register(**({"on": datetime.date(2018, 9, 1)} if history else {}))
    person = programme.truth.set_index("record_id")["person_id"]
    there = register.truth.set_index("record_id")["person_id"]
    return lk.Dataset(programme.frame, card=CARD), register.dataset(), person, there


def movers():
    return made_up(movers=0.6, renamed=0.2, history_years=10.0)


def wic():
    """WIC of all years, as a programme whose spells are years; persons have no number."""
    frame, person = pseudopeople.wic_rows()
    year = frame["year"].astype(str)
    card = lk.Card("WIC", "intervention", id="record", spells=SpellColumns("first", "last"))
    return lk.Dataset(frame.assign(first=year + "-01-01", last=year + "-12-31"), card=card), person


def census():
    seen, there = pseudopeople.census_people()
    programme, person = wic()
    return programme, lk.Dataset(seen, name="census", kind="administrative", id="row"), person, there


def social_security():
    seen, there = pseudopeople.social_security_people()
    programme, person = wic()
    return programme, lk.Dataset(seen, name="social security", kind="administrative", id="row"), person, there


def majority(links):
    """The register record that most links of a person lead to; the first where several do."""
    counts = links.groupby(["person", "right_id"]).size().rename("votes").reset_index()
    counts = counts.sort_values(["person", "votes", "right_id"], ascending=[True, False, True])
    return counts.drop_duplicates("person").set_index("person")["right_id"]


def quality(chosen, whose, there):
    """Precision and recall of persons: ``chosen`` is by what the way calls persons, ``whose`` says who each is."""
    right = there.reindex(chosen).to_numpy() == whose.reindex(chosen.index).to_numpy()
    found = set(whose.reindex(chosen.index)[right])
    all_there = set(whose) & set(there)
    return len(chosen), right.mean(), len(found & all_there) / len(all_there)


def accuracy(name):
    programme, register, person, there = SETS[name]()
    number = programme.card.person
    # Where years alone are known, a spell may seem to start a year before its child was born.
    pipeline = intervention_to_admin(before_birth=0 if programme.card.person else 365)
    run = pipeline.run(programme, register, progress=False)
    links = lk.link(programme, register, progress=False).links
    rows = {}
    rows["plain links, each record by itself"] = quality(links.set_index("left_id")["right_id"], person, there)
    if number is not None:
        numbers = pd.Series(programme.table_column(number).to_pylist(), programme.ids.to_pylist())
        plain = majority(links.assign(person=numbers.reindex(links["left_id"]).to_numpy()))
        whose = pd.Series(person.reindex(numbers.index).to_numpy(), numbers.to_numpy())
        rows["plain links, majority of a number"] = quality(plain, whose[~whose.index.duplicated()], there)
    chosen = run.persons.dropna(subset=["right_id"])
    members = pd.DataFrame(
        {"label": run.labels[run.person], "who": person.reindex(programme.ids.to_pylist()).to_numpy()}
    )
    # A person that was found is whom most of its records are of.
    of_label = members.groupby("label")["who"].agg(lambda who: who.value_counts().index[0])
    rows["intervention_to_admin, persons"] = quality(chosen.set_index("person_id")["right_id"], of_label, there)
    sure = chosen[chosen["status"] == "link"]
    rows["of these without those for review"] = quality(sure.set_index("person_id")["right_id"], of_label, there)
    table = pd.DataFrame(rows, index=["linked", "precision", "recall"]).T
    print(
        f"\n{name}: {len(programme):,} records of {person.nunique():,} persons ({len(run.persons):,} by the pipeline)"
    )
    print(f"{len(set(person) & set(there)):,} of them among {len(register):,} records")
    print(table.astype({"linked": int}).round(4).to_string())
    print(run.implausible.kinds.query("seen > 0").to_string())
    print(f"false links at the least: {run.implausible.false_links} of {run.implausible.link_count}", flush=True)


SETS = {"made-up": made_up, "movers": movers, "census": census, "social-security": social_security}

if __name__ == "__main__":
    what, *chosen = sys.argv[1:] or ["time"]
    if what == "time":
        for count in chosen or ("50000", "200000"):
            times(int(count))
    else:
        for name in chosen or SETS:
            accuracy(name)
