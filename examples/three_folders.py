"""Two providers, a linkage unit and a researcher: four folders that share nothing but the files handed over."""

import shutil
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

import linkkit as lk
from linkkit.cards import Consent
from linkkit.pseudonymise import Encoding, Key, Token
from linkkit.pseudonymise.bloom import BloomField
from linkkit.pseudonymise.handover import read_file
from linkkit.roles import LinkageUnit, Provider, Researcher

OWN_ID = {"trial": "participant_id", "register": "pupil_id"}
PAYLOAD = {
    "trial": ["arm", "site", "consent_date", "linkage_consent"],
    "register": ["ethnicity", "imd_quintile", "updated_on"],
}
CARDS = {
    "trial": lk.Card(
        "trial", "trial", allocation="arm",
        consent=Consent(("administrative",), column="linkage_consent", scope="parent form v2"),
    ),
    "register": lk.Card("register", "administrative", lawful_basis="public task"),
}  # fmt: skip
ENCODING = Encoding(
    [
        BloomField("given_name"),
        BloomField("surname"),
        BloomField("date_of_birth", "date"),
        BloomField("postcode", positional=True),
        Token("sex", "sex"),
    ],
    blocks=[
        Token("surname_sound_and_birth_year", ["soundex(surname)", "year(date_of_birth)"]),
        Token("given_name_sound_and_birth", ["soundex(given_name)", "date_of_birth"]),
    ],
)


def main(folder):
    """Carry a linkage out in a folder, and prove what each party holds at the end."""
    population = lk.synth.people(1_500, seed=11)  # made-up children; the truth is known, to us alone
    made = {"trial": population.trial(families=200), "register": population.register(coverage=0.95)}

    trial, register = (Provider(folder / f"provider of the {name}", name) for name in made)
    unit, researcher = LinkageUnit(folder / "linkage unit"), Researcher(folder / "researcher")

    # One provider makes a key and hands it to the other, on a way of its own and never to the unit. The encoding tells
    # nothing of anybody.
    for provider in (trial, register):
        provider.folder.mkdir()
    Key.generate(trial.folder / "project.key", project="reading-2026")
    shutil.copy(trial.folder / "project.key", register.folder / "project.key")  # with its mode: for the owner alone

    # 1. Each splits its file, encodes the identifiers, and hands each part to whom it may go. Its card says who did not
    # agree and is left out, and its consent goes along in the manifest, so that the unit is held to it.
    for provider in (trial, register):
        frame = made[provider.name].frame
        payload = PAYLOAD[provider.name]
        identifiers = [column for column in frame.columns if column not in (OWN_ID[provider.name], *payload)]
        card = CARDS[provider.name]
        provider.split(frame, id=OWN_ID[provider.name], identifiers=identifiers, payload=payload, card=card)
        key = Key.from_file(provider.folder / "project.key", project="reading-2026")
        sent = provider.encode(key, ENCODING).manifest
        print(
            f"{provider.name}: {sent.rows:,} records",
            *(f"{one.name} {one.missing} missing" for one in sent.columns[1:]),
            *(f"{count} left out: {reason}" for reason, count in sent.terms.left_out),
        )
        provider.hand_encoded(unit)
        provider.hand_payload(researcher)

    # 2. The unit links what it cannot read, and names the linked persons for this project, with a key of its own.
    run = unit.link(progress=False)
    print(run)
    unit_key = Key.generate(unit.folder / "unit.key", project="linkage-unit")
    unit.hand_over(unit.release(run, project="reading", key=unit_key), researcher)

    # 3. The researcher joins the payloads by project ids.
    attached = researcher.attach(project="reading")
    parts = [read_file(attached[name].path, "research")[0].to_pandas() for name in ("trial", "register")]
    study = parts[0].merge(parts[1], on="project_id")
    print(f"the researcher has {len(study)} children with {', '.join(study.columns)}")

    prove(made, trial, register, unit, researcher)
    measure(made, run, trial, register)


def prove(made, trial, register, unit, researcher):
    """Look into each folder for what it must not hold: clear values, providers' ids, record keys."""
    studied = {text for name, each in made.items() for column in PAYLOAD[name] for text in each.frame[column].dropna()}
    clear = {
        text
        for name, each in made.items()
        for column in each.frame.columns
        if column not in PAYLOAD[name]
        for text in each.frame[column].dropna()
    }
    clear = {text.lower() for text in clear - studied if len(text) > 2}
    keys = {key.lower() for provider in (trial, register) for key in own_ids(provider)}

    unit_cells, unit_text = contents(unit.folder)
    assert not unit_cells & clear, "a table of the linkage unit holds a clear value"
    # Reports hold words that are names, too, such as "Field": long ones are looked for within texts.
    assert not [text for text in clear if len(text) > 7 and text in unit_text], "the linkage unit holds a clear value"

    cells, text = contents(researcher.folder)
    assert not cells & clear, "the researcher holds an identifier"
    assert not [key for key in keys if key in text], "the researcher holds a record key"

    cells, _ = contents(trial.folder)
    assert cells & clear, "what is looked for is not found where it is"
    assert cells & keys, "what is looked for is not found where it is"


def contents(folder):
    """Return all cells of the tables of a folder, and all its texts as one, in small letters."""
    cells, texts = set(), []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            for column in pq.read_table(path).columns:
                cells |= {str(value).lower() for value in column.unique().to_pylist() if isinstance(value, str)}
        elif path.is_file() and path.suffix != ".key":
            texts.append(path.read_text("utf-8").lower())
    return cells, "\n".join([*sorted(cells), *texts])


def own_ids(provider):
    """Return the provider's own id of each record key, from its index, which only it has."""
    index, _ = read_file(provider.folder / "index" / "index.parquet", "index")
    return dict(zip(*(index[name].to_pylist() for name in index.column_names), strict=True))


def measure(made, run, trial, register):
    """Compare the links with the truth, which no party has."""
    own = own_ids(trial) | own_ids(register)
    pairs = {
        frozenset((own[left], own[right]))
        for left, right in zip(run.links["left_id"], run.links["right_id"], strict=True)
    }
    asked = made["trial"].frame
    agreed = set(asked["participant_id"][asked["linkage_consent"] == "yes"])
    matches = made["trial"].matches(made["register"]).itertuples(index=False, name=None)
    truth = {frozenset(pair) for pair in matches if agreed & set(pair)}
    precision, recall = len(pairs & truth) / len(pairs), len(pairs & truth) / len(truth)
    print(f"precision {precision:.3f}, recall {recall:.3f}")
    assert precision > 0.97
    assert recall > 0.95


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(Path(place))
