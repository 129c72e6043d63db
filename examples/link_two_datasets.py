"""Link a trial to a register without any configuration, look at a link, and write everything into a directory."""

import tempfile
from pathlib import Path

import linkkit as lk

made_trial, made_register = lk.synth.sample()  # made-up children; the truth is known
trial, register = made_trial.dataset(), made_register.dataset()
print(trial)
print(register)

run = lk.link(trial, register, progress=False)
print(run.plan)
print(run)

first = run.links.iloc[0]
print(run.explain(first["left_id"], first["right_id"]))

print(run.evaluate(made_trial.matches(made_register)).pairs)

with tempfile.TemporaryDirectory() as folder:
    written = run.save(Path(folder) / "results")
    print(*sorted(path.name for path in written.iterdir()), sep="\n")
