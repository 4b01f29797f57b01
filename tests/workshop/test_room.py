"""The room without a network: phones, questions, hands, roles, packages; what may be seen, and what is forgotten."""

from __future__ import annotations

import json

import pytest

from silosim.experiments.workshop.room.declared import (
    CHOICES,
    DEPARTMENTS,
    ITEMS,
    MINUTES,
    OUTCOMES,
    PLAN,
    POINTS,
    WORLDS,
)
from silosim.experiments.workshop.room.exercises import MOST_HANDS, exercise
from silosim.experiments.workshop.room.packages import checked, cost, settings, spread_of, sum_of
from silosim.experiments.workshop.room.room import MOST_PHONES, MOST_VOTES, Room
from silosim.experiments.workshop.room.views import declared, host_view, phone_view
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.policies import load_policies

TEAMS = (("a", 5), ("b", 9), ("c", 1), ("d", 7), ("e", 3), ("f", 2))
PLAYED = ("a", "b", "d", "e", "f")


@pytest.fixture
def room() -> Room:
    return Room("CODE", TEAMS)


def voted(room: Room, step: str, **answers) -> str:
    """A new phone that answers a step."""
    phone = room.join()
    room.go(step)
    for question, option in answers.items():
        room.answer(phone, step, question, option)
    return phone


# ---------------------------------------------------------------- what is declared


def test_everything_declared_exists_in_the_model():
    for choice in CHOICES.values():
        PARAMETERS.checked(dict(choice.levers))
    for world in WORLDS.values():
        assert all(PARAMETERS[name].role == "world" for name in PARAMETERS.checked(dict(world)))
    assert set(OUTCOMES) <= set(MEASURES)
    assert all(settings({name: item.most}) for name, item in ITEMS.items())


def test_the_session_is_an_hour():
    assert sum(MINUTES.values()) == 60
    assert PLAN[0] == "welcome"
    assert PLAN[-1] == "commit"


def test_every_vote_of_the_session_is_about_a_policy():
    assert {name.partition(":")[2] for name in PLAN if name.startswith("vote")} <= set(load_policies())


# ---------------------------------------------------------------- answers


def test_the_last_answer_of_a_phone_counts_and_saying_it_twice_is_one_answer(room):
    phone = voted(room, "vote:tighten_targets", grade="up")
    room.answer(phone, "vote:tighten_targets", "grade", "down")
    room.answer(phone, "vote:tighten_targets", "grade", "down")
    assert room.exercises["vote:tighten_targets"].counts("grade") == {"up": 0, "same": 0, "down": 1}


def test_a_phone_that_comes_back_keeps_its_answers_and_its_department(room):
    phone = voted(room, "vote:tighten_targets", grade="up")
    department = room.phones[phone].department
    room.leave(phone)
    assert room.join(phone) == phone
    assert room.phones[phone].department == department
    assert phone_view(room, phone)["mine"] == {"grade": "up"}


@pytest.mark.parametrize("known", [None, 3, "unknown", "", ["x"], {"a": 1}])
def test_a_number_that_was_not_given_out_is_not_taken(room, known):
    assert room.join(known) != known


@pytest.mark.parametrize(("question", "option"),
                         [("grade", "sideways"), ("salary", "up"), (None, "up"), ("grade", 1), ([], {})])
def test_an_answer_to_something_else_is_refused(room, question, option):
    phone = voted(room, "vote:tighten_targets")
    with pytest.raises(InvalidInput, match="vote:tighten_targets"):
        room.answer(phone, "vote:tighten_targets", question, option)


def test_an_answer_to_a_former_step_is_refused(room):
    phone = voted(room, "mirror", self="8")
    room.go("vote:culture_only")
    with pytest.raises(InvalidInput, match="not on any more"):
        room.answer(phone, "mirror", "self", "3")
    room.go("mirror")
    assert room.exercises["mirror"].counts("self")["8"] == 1


def test_closed_means_closed(room):
    phone = voted(room, "vote:culture_only", grade="up")
    room.set_phase("closed")
    with pytest.raises(InvalidInput, match="closed"):
        room.answer(phone, "vote:culture_only", "grade", "down")
    room.set_phase("open")
    room.answer(phone, "vote:culture_only", "grade", "down")


def test_clear_forgets_answers_hands_and_what_the_model_said(room):
    voted(room, "vote:culture_only", grade="up")
    room.hands("grade", {"down": 4})
    room.put("vote:culture_only", {"model": {}})
    room.clear()
    assert room.exercises["vote:culture_only"].answered == 0
    assert "vote:culture_only" not in room.results


# ---------------------------------------------------------------- hands


def test_hands_add_to_phones_and_typing_again_replaces(room):
    voted(room, "vote:culture_only", grade="up")
    room.hands("grade", {"up": 3, "down": 9})
    room.hands("grade", {"up": 2})
    assert room.exercises["vote:culture_only"].counts("grade") == {"up": 3, "same": 0, "down": 0}


@pytest.mark.parametrize("n", [-1, MOST_HANDS + 1, 1.5, "2", True, None])
def test_hands_are_whole_numbers(room, n):
    room.go("vote:culture_only")
    with pytest.raises(InvalidInput, match="whole number"):
        room.hands("grade", {"up": n})


@pytest.mark.parametrize(("step", "question"), [("mirror", "salary"), ("mirror", ["self"]), ("package", "x")])
def test_hands_belong_to_a_question(room, step, question):
    room.go(step)
    with pytest.raises(InvalidInput, match="asks"):
        room.hands(question, {})


@pytest.mark.parametrize("step", [step for step in PLAN if step not in ("welcome", "ground", "package")])
def test_every_exercise_can_be_played_with_hands_alone(room, step):
    room.go(step)
    current = room.current()
    for question in current.questions:
        room.hands(question, {current.options[0]: 3})
    room.set_phase("shown")
    assert all(counts[current.options[0]] == 3 for counts in current.result()["counts"].values())


def test_a_package_can_be_typed_in(room):
    room.go("package")
    room.build(3, {"platform": 2}, True)
    room.set_phase("shown")
    assert room.packages() == {3: {"platform": 2}}


# ---------------------------------------------------------------- the mirror


def test_the_gap_is_between_the_means(room):
    for mine, others in (("8", "5"), ("9", "6"), ("7", "7")):
        voted(room, "mirror", self=mine, colleagues=others)
    result = room.exercises["mirror"].result()
    assert result["means"] == {"self": 8.0, "colleagues": 6.0}
    assert result["gap"] == 2.0


def test_grades_are_not_shown_before_three_people_answered(room):
    for k in range(2):
        voted(room, "mirror", self="8", colleagues="5")
        with pytest.raises(InvalidInput, match="too few"):
            room.set_phase("shown")
        assert room.exercises["mirror"].answered == k + 1
    voted(room, "mirror", self="8", colleagues="5")
    room.set_phase("shown")


def test_without_answers_there_is_no_gap(room):
    room.go("mirror")
    assert room.exercises["mirror"].result()["gap"] is None


# ---------------------------------------------------------------- roles


def test_five_largest_departments_are_played_in_their_own_order(room):
    assert room.departments == PLAYED
    assert len(PLAYED) == DEPARTMENTS


def test_phones_spread_over_the_departments(room):
    seats = [room.phones[room.join()].department for _ in range(10)]
    assert {seats.count(name) for name in PLAYED} == {2}


def test_a_phone_answers_for_its_own_department_only(room):
    phone = voted(room, "roles:kpi", b="push")
    mine = room.phones[phone].department
    assert room.exercises["roles:kpi"].answers[phone] == {mine: "push"}


def test_another_department_takes_the_answer_back(room):
    phone = voted(room, "roles:kpi", a="push")
    room.choose_department(phone, "d")
    assert room.exercises["roles:kpi"].answered == 0
    room.answer(phone, "roles:kpi", "a", "keep")
    assert room.exercises["roles:kpi"].counts("d")["keep"] == 1


def test_the_sum_is_the_mean_over_departments_and_nobody_means_as_it_is():
    alone = sum_of({"a": {"push": 1.0}, "b": {}, "c": {"keep": 1.0}, "d": {}, "e": {}})
    assert alone == {"bonus": pytest.approx(0.7 + 0.3 / 5)}
    assert sum_of({name: {"push": 1.0} for name in PLAYED}) == {"bonus": 1.0}
    assert sum_of({name: {"keep": 1.0} for name in PLAYED}) == {}
    split = sum_of({"a": {"push": 0.5, "checks": 0.5}})
    assert split == {"bonus": pytest.approx(0.85), "audit": pytest.approx(0.025)}
    PARAMETERS.checked(split)


def test_another_organisation_begins_role_plays_anew_and_keeps_the_rest(room):
    voted(room, "vote:culture_only", grade="up")
    voted(room, "roles:kpi", a="push")
    room.put("vote:culture_only", {"model": {}})
    room.cast((("x", 2), ("y", 3)))
    assert room.departments == ("x", "y")
    assert room.now == "roles:kpi"
    assert room.exercises["roles:kpi"].answered == 0
    assert room.exercises["vote:culture_only"].answered == 1
    assert not room.results
    assert {phone.department for phone in room.phones.values()} <= {"x", "y"}


# ---------------------------------------------------------------- packages


def test_ten_points_and_no_more():
    assert cost(checked({"process_team": 1, "platform": 4, "okr": 3})) == POINTS
    with pytest.raises(InvalidInput, match="costs 11 points"):
        checked({"process_team": 1, "platform": 4, "okr": 4})


@pytest.mark.parametrize("points", [{"platform": 5}, {"platform": -1}, {"platform": 1.5}, {"platform": True},
                                    {"gold": 1}, [], "platform", {"process_team": 2}])
def test_what_cannot_be_bought_is_refused(points):
    with pytest.raises(InvalidInput):
        checked(points)


def test_points_move_the_sliders_of_the_screen():
    found = settings({"customer_pay": 2, "okr": 1, "pressure": 3, "process_team": 1, "culture": 2})
    assert found["dials"] == {"reward_mix": [50, 20, 20, 10], "pressure": [35], "process_team": [1]}
    assert found["levers"] == {"culture": 0.5}


def test_every_package_of_the_dearest_items_is_a_valid_scenario():
    from silosim.experiments.workshop.messages import scenario_from

    for name, item in ITEMS.items():
        for steps in range(1, item.most + 1):
            scenario = scenario_from(settings({name: steps}), {"insurer": None})
            assert scenario.all_levers(), (name, steps)
    both = scenario_from(settings({"customer_pay": 4, "okr": 4}), {"insurer": None})
    assert both.dials["reward_mix"] == (0, 20, 40, 40)


def test_groups_are_compared_by_least_mean_and_most(room):
    room.go("package")
    room.build(1, {"platform": 4})
    room.build(2, {"platform": 1, "culture": 2})
    assert spread_of(room.packages())["platform"] == {"min": 1, "mean": 2.5, "max": 4, "groups": 2}
    assert spread_of(room.packages())["culture"] == {"min": 0, "mean": 1.0, "max": 2, "groups": 1}


def test_the_last_of_a_table_counts_until_it_is_closed(room):
    room.go("package")
    phone = room.join()
    room.choose_group(phone, 2)
    room.build(2, {"platform": 1})
    room.build(2, {"platform": 2}, ready=True)
    assert phone_view(room, phone)["points"] == {"platform": 2}
    room.set_phase("closed")
    with pytest.raises(InvalidInput, match="closed"):
        room.build(2, {})


@pytest.mark.parametrize("number", [0, 9, "1", True, None, 1.0])
def test_there_are_eight_tables(room, number):
    with pytest.raises(InvalidInput, match="1 to 8"):
        room.choose_group(room.join(), number)


# ---------------------------------------------------------------- steps, limits, privacy


@pytest.mark.parametrize("step", ["nowhere", "vote:today", "vote:../../x", "roles:money", None, 4, "vote:"])
def test_only_steps_that_exist(room, step):
    with pytest.raises(InvalidInput, match="step must be"):
        room.go(step)


def test_any_other_policy_can_be_predicted_up_to_a_limit(room):
    names = [name for name in load_policies() if name != "today"]
    for name in names[:MOST_VOTES]:
        room.go(f"vote:{name}")
    room.go(f"vote:{names[0]}")
    assert len(room.exercises) == min(len(names), MOST_VOTES)


def test_the_room_is_full_at_some_point_and_phones_that_left_make_room(room):
    first = room.join()
    for _ in range(MOST_PHONES - 1):
        room.join()
    with pytest.raises(InvalidInput, match="full"):
        room.join()
    room.leave(first)
    assert room.join() != first
    assert len(room.phones) == MOST_PHONES


def test_a_phone_that_answered_is_not_thrown_out(room):
    phone = voted(room, "vote:culture_only", grade="up")
    for _ in range(MOST_PHONES - 1):
        room.join()
    room.leave(phone)
    with pytest.raises(InvalidInput, match="full"):
        room.join()


def test_what_phones_do_again_and_again_takes_no_more_memory(room):
    phone = voted(room, "vote:culture_only", grade="up")
    size = len(repr(vars(room)))
    for _ in range(300):
        room.answer(phone, "vote:culture_only", "grade", "down")
        room.leave(phone)
        room.join(phone)
    assert len(repr(vars(room))) <= size + 20


def test_nobody_sees_answers_before_they_are_shown(room):
    phone = voted(room, "vote:culture_only", grade="up")
    other = room.join()
    hidden = host_view(room)["exercises"]["vote:culture_only"]
    assert hidden["answered"] == 1
    assert "result" not in hidden
    assert phone_view(room, other)["mine"] == {}
    assert "result" not in phone_view(room, other)
    room.set_phase("shown")
    assert host_view(room)["exercises"]["vote:culture_only"]["result"]["counts"]["grade"]["up"] == 1
    assert phone_view(room, other)["result"]["counts"]["grade"]["up"] == 1
    assert phone not in json.dumps(host_view(room))


def test_pictures_are_small(room):
    phones = [voted(room, step, **{q: exercise(step, PLAYED).options[0] for q in exercise(step, PLAYED).questions[:1]})
              for step in ("mirror", "roles:kpi", "vote:culture_only") for _ in range(17)]
    for step in PLAN:
        room.go(step)
        assert len(json.dumps(phone_view(room, phones[0]))) < 900, step
    assert len(json.dumps(host_view(room))) < 6000
    assert len(json.dumps(declared())) < 3000


def test_notes_are_lines_and_bounded(room):
    room.note(["  one   line ", "", "x" * 999])
    assert room.notes[0] == "one line"
    assert len(room.notes[1]) == 200
    with pytest.raises(InvalidInput):
        room.note(["x"] * 13)


def test_who_watches_hears_whom_it_concerns(room):
    heard = []
    room.watch.append(heard.append)
    phone = room.join()
    room.go("mirror")
    room.answer(phone, "mirror", "self", "8")
    assert heard == ["host", "phones", "host"]


def test_a_new_session_keeps_phones_and_nothing_else(room):
    phone = voted(room, "vote:culture_only", grade="up")
    room.note(["agreed"])
    room.rehearse(TEAMS)
    assert (room.exercises, room.groups, room.notes, room.results, room.now) == ({}, {}, [], {}, "welcome")
    assert phone in room.phones
