"""Times, numbers, yes and no, and names, as companies write them."""

import csv

import numpy as np
import pytest

from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.dates import Asked, parse, shape
from silosim.experiments.logs.guesses import is_nothing, looks_automatic, meaning, plain
from silosim.experiments.logs.reading_csv import Column
from silosim.experiments.logs.values import Names, answers, clean, names, numbers
from silosim.model.parameters import InvalidInput

MOMENT = np.datetime64("2024-03-05T14:07:00")
SAME = ["2024-03-05 14:07", "2024-03-05T14:07:00", "2024-03-05T14:07:00.000Z", "2024-03-05 15:07:00+01:00",
        "2024-03-05T09:07:00.000-0500", "2024/3/5 14:07:00", "20240305T140700", "1709647620", "1709647620000",
        "5 March 2024 14:07", "5-mrt-2024 14:07", "05/Mar/24 2:07 PM", "Mar 5, 2024 2:07 pm", "di 5 maart 2024 14:07",
        "5. März 2024 14:07", "2024-03-05 14:07:00 UTC"]


def read(*values, order=None, zone=None):
    notes = Notes()
    return parse({"time": list(values)}, Asked(order, zone), notes, "log")["time"], {n.key for n in notes.made}


@pytest.mark.parametrize("value", SAME)
def test_one_moment_in_many_hands(value):
    assert read(value)[0][0] == MOMENT


@pytest.mark.parametrize("mark", ["/", "-", "."])
def test_day_or_month_first_follows_from_the_data_and_is_said(mark):
    days = [f"{d}{mark}3{mark}2024 14:07" for d in (5, 13, 28)]
    times, said = read(*days)
    assert times[0] == MOMENT
    assert said >= {"dates_dmy"}
    months = [f"3{mark}{d}{mark}2024 14:07" for d in (5, 13, 28)]
    times, said = read(*months)
    assert times[0] == MOMENT
    assert said >= {"dates_mdy"}


def test_day_or_month_first_is_not_guessed():
    with pytest.raises(InvalidInput, match="cannot be told apart; give --dates dmy"):
        read("3/4/2024", "5/6/2024")
    assert read("5/3/2024 14:07", order="dmy")[0][0] == read("3/5/2024 14:07", order="mdy")[0][0] == MOMENT
    with pytest.raises(InvalidInput, match="day first \\(1\\) and with the month first \\(1\\)"):
        read("13/3/2024", "3/13/2024")


def test_another_column_may_tell():
    notes = Notes()
    found = parse({"a": ["31/3/2024"], "b": ["5/3/2024 14:07"]}, Asked(), notes, "log")
    assert found["b"][0] == MOMENT
    assert any(note.key == "dates_as_others" for note in notes.of("assumed"))


def test_zones_and_the_hours_that_clocks_are_changed():
    assert read("2024-03-05 15:07", zone="Europe/Amsterdam")[0][0] == MOMENT
    summer = read("2024-03-31 02:30", "2024-10-27 02:30", zone="Europe/Amsterdam")[0]
    assert summer[0] == np.datetime64("2024-03-31T01:00")  # that half hour was not there
    assert summer[1] == np.datetime64("2024-10-27T01:30")  # that one came twice: the second


def test_times_that_are_none():
    times, said = read(*[f"2024-03-{d:02d}" for d in range(1, 25)], "soon", "")
    assert np.isnat(times[-2:]).all()
    assert "unreadable_times" in said
    times, said = read("2024-03-05", "1900-01-01", "2024-02-30", *[f"2024-04-{d:02d}" for d in range(1, 25)])
    assert np.isnat(times[1:3]).all()
    assert said >= {"odd_times", "unreadable_times"}
    with pytest.raises(InvalidInput, match="of the form 'aaaa aa aaa'"):
        read("Jane de Vos", "2024-03-05")
    assert "Jane" not in shape("Jane Doe 12")


NUMBERS = [
    (["1,5", "2,25"], [1.5, 2.25]), (["1.5", "2"], [1.5, 2]), (["1.234,5", "7"], [1234.5, 7]),
    (["1,234.5"], [1234.5]), (["1.234.567"], [1234567]), (["0,125"], [0.125]), (["1:30", "0:45:00"], [1.5, 0.75]),
    (["3", "x", "-2"], [3, np.nan, -2]), (["inf", "nan", "1e999"], [np.nan] * 3), (["1 234,5"], [1234.5]),
]


@pytest.mark.parametrize(("values", "expected"), NUMBERS, ids=[" ".join(v) for v, _ in NUMBERS])
def test_numbers(values, expected):
    found, wrong, _ = numbers(Names(np.arange(len(values)), values), None, "worked", "log")
    assert np.array_equal(found, expected, equal_nan=True)
    assert wrong == np.isnan(expected).sum()


def test_a_thousand_or_a_bit_more_than_one_is_not_guessed():
    given = Names(np.arange(2), ["1,234", "12"])
    with pytest.raises(InvalidInput, match="--decimal comma or --decimal point"):
        numbers(given, None, "worked", "log")
    assert numbers(given, "comma", "worked", "log")[0][0] == 1.234
    assert numbers(given, "point", "worked", "log")[0][0] == 1234
    with pytest.raises(InvalidInput, match="with a decimal comma and with a decimal point"):
        numbers(Names(np.arange(2), ["1,5", "1.5"]), None, "worked", "log")


def test_yes_and_no():
    found, other = answers(Names(np.array([0, 1, 2, 3, -1]), ["TRUE", "nee", "Te laat", "perhaps"]))
    assert np.array_equal(found, [1, 0, 0, np.nan, np.nan], equal_nan=True)
    assert other == 1


def test_what_means_nothing():
    assert all(map(is_nothing, ["", " ", "?", "NaN", "N/A", "null", "(leeg)", "Niet toegewezen", "NONE", "\\N"]))
    assert not any(map(is_nothing, ["0", "Anna", "None of these", "False"]))


def test_names_are_one_clean_line():
    assert clean("  a\tb\n c ") == "a b c"
    assert clean("a\x1b[31mb\x00") == "a[31mb"
    assert clean("\u202eabc\u2066") == "abc"
    assert clean("e\u0301") == "\u00e9"
    assert len(clean("x" * 9999)) == 200
    found = names(Column(np.array([0, 1, 2, 3]), ["A ", "A", "?", "B"]))
    assert (found.values, found.codes.tolist()) == (["A", "B"], [0, 0, -1, 1])


MEANINGS = {"Resolved": "resolved", "Solved": "resolved", "Opgelost": "resolved", "Done": "resolved",
            "Gereed": "resolved", "Completed": "resolved", "Closed Complete": "closed", "Afgesloten": "closed",
            "Cancelled": "closed", "Awaiting User Info": "waiting", "Wait - Vendor": "waiting", "On Hold": "waiting",
            "Wacht op klant": "waiting", "Pending Change": "waiting", "New": None, "Active": None, "Reopened": None,
            "Heropend": None, "Unresolved": None, "In behandeling": None, "In Progress": None}


@pytest.mark.parametrize("state", MEANINGS)
def test_what_states_mean(state):
    assert meaning(state) == MEANINGS[state]


def test_programs_and_people():
    assert all(map(looks_automatic, ["System Administrator", "svc integration", "Automation", "API-user", "ChatBot",
                                     "Systeem", "workflow engine", "RPA 3", "bot"]))
    assert not any(map(looks_automatic, ["Jan Bot", "A. Talbot", "Rob Systermans", "Capi Batchelor", "Resolver 17"]))


def test_headings_become_plain():
    assert plain("Assignment group") == plain("assignmentGroup") == plain(" ASSIGNMENT-GROUP ") == "assignment_group"
    assert plain("case:concept:name") == "case_concept_name"


def test_the_limit_of_fields_is_put_back(tmp_path):
    from silosim.experiments.logs.importing import import_log

    before = csv.field_size_limit()
    (tmp_path / "log.csv").write_text("case,time,team\n1,2024-01-01,A\n", encoding="utf-8")
    import_log(tmp_path / "log.csv")
    assert csv.field_size_limit() == before
