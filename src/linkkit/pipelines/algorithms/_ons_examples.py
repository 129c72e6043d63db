"""A pair for each key of ONS, which no earlier key makes."""

from __future__ import annotations

__all__ = ["KEYS", "RECORD"]

RECORD: dict[str, str | None] = {
    "given_name": "Margaret Ann", "middle_name": None, "surname": "Smith", "date_of_birth": "2004-05-16", "sex": "f",
    "postcode": "LS1 4AP", "house_number": "7", "uprn": "100012345678", "alternative_postcode": None,
    "respondent_given_name": None, "respondent_surname": None,
}  # fmt: skip
# What differs on the right, for each key: a pair that it makes and no earlier key does.
KEYS: dict[str, dict[str, str | None]] = {
    "1": {"uprn": None},
    "2": {"surname": "Smith Jones", "postcode": "M1 1AA"},
    "3": {"surname": "Smith Jones", "uprn": None},
    "4": {"given_name": "Smith", "surname": "Margaret Ann"},
    "5": {"given_name": "Peggy", "uprn": None},
    "6": {"given_name": "Peggy", "date_of_birth": "2004-05-17"},
    "7": {"surname": "Jones", "given_name": "Ann", "middle_name": "Smith Margaret"},
    "8": {"given_name": "Mxrgaret Ann", "surname": "Smyth"},
    "9": {"given_name": "Margrit", "surname": "Smythe"},
    "10": {"sex": "m"},
    "11": {"given_name": "Margareta", "surname": "Smithson"},
    "12": {"given_name": "Nargarex", "surname": "Smithe"},
    "13": {"given_name": "Smithe", "surname": "Margarets", "uprn": None},
    "14": {"given_name": "Ingrid Ann", "uprn": None},
    "15": {"surname": "Okonkwo", "given_name": "Margaretxx Ann"},
    "16": {"given_name": "Ann Lovelyworth", "postcode": "M1 1AA"},
    "17": {"surname": "Okonkwo", "postcode": "M1 1AA", "given_name": "Margaret"},
    "18": {"given_name": "Margxxet", "postcode": "M1 1AA"},
    "19": {"given_name": "Mabel", "postcode": "M1 1AA"},
    "20": {"date_of_birth": "2004-05-17", "uprn": None},
    "21": {"date_of_birth": "1997-05-16", "uprn": None},
    "22": {"date_of_birth": "2004-01-30", "uprn": None},
    "23": {"date_of_birth": "2004-05-26", "surname": "Smithsonian", "postcode": "M1 1AA"},
    "24": {"date_of_birth": "2004-05-26", "given_name": "Xargxrex", "postcode": "M1 1AA"},
    "25": {"date_of_birth": "2005-07-02", "postcode": "M1 1AA"},
    "26": {"date_of_birth": "2005-07-02", "surname": "Smithe", "uprn": None},
    "27": {"sex": None, "postcode": "M1 1AA"},
    "29": {"postcode": "LS1 4AQ", "uprn": None, "house_number": None},
    "30": {"postcode": "LS1 4XX", "uprn": None},
    "31": {"postcode": "LS9 9ZZ", "uprn": None},
    "32": {"date_of_birth": "2008-11-02", "surname": "Smithe", "uprn": None, "house_number": None},
    "33": {"surname": "Obi", "given_name": "Kim", "respondent_given_name": "Margaret", "respondent_surname": "Smith"},
    "34": {"postcode": "M1 1AA", "uprn": None, "alternative_postcode": "LS1 4AP"},
    "35": {"given_name": "Peggy", "date_of_birth": "2005-07-02", "postcode": "M1 1AA"},
}  # fmt: skip
