"""The pseudopeople files as tables of each study design, and who is who in them.

WIC is a programme, the census administrative data, social security a register. Each function returns a frame without
what carries the truth, whose first column is the id, and a series that says for each id who it is.
"""

import pandas as pd
from sets import DATA

TRUTH = ["simulant_id", "household_id"]


def read(name):
    return pd.read_parquet(DATA / "pseudopeople" / f"{name}.parquet")


def with_rows(frame, column, letter):
    """The frame with ids of its rows, without truth; and the truth by id."""
    frame = frame.reset_index(drop=True)
    frame.insert(0, column, [f"{letter}{row}" for row in range(len(frame))])
    return frame.drop(columns=TRUTH, errors="ignore"), frame.set_index(column)["simulant_id"]


def wic_rows(column="record", letter="w"):
    """WIC of all years; a row keeps its id whichever years are taken of it."""
    return with_rows(read("wic_all_years"), column, letter)


def wic_years(first=2019, last=2041):
    """WIC of some years, with the truth."""
    frame = read("wic_all_years")
    return frame[frame["year"].between(first, last)]


def census_people():
    return with_rows(read("decennial_census_2020"), "row", "c")


def social_security_people():
    """Creations of numbers, and the day of death where there was one."""
    events = read("social_security_2029")
    made = events[events["event_type"] == "creation"].copy()
    died = events[events["event_type"] == "death"].groupby("ssn")["event_date"].first()
    made["date_of_death"] = made["ssn"].map(died)
    return with_rows(made.drop(columns=["ssn", "event_type", "event_date"]), "row", "s")
