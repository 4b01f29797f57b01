"""'Your own organisation': files round trip, messages stand at their field, busy teams are measured, no guests."""

import copy
import tomllib
from pathlib import Path

import pytest
from asgi import Client
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import JSONResponse

from silosim.experiments.workshop import organisation_form as form
from silosim.experiments.workshop import organisations
from silosim.experiments.workshop.saved import Saved
from silosim.model import organisation_file
from silosim.model.organisation_fields import BIDIRECTIONAL
from silosim.model.organisation_file import bundled_organisations, load_organisation, parse_organisation
from silosim.model.parameters import InvalidInput

LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters=sorted(BIDIRECTIONAL))
LABELS = st.text(LETTERS, min_size=1, max_size=80).filter(str.strip)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)


@st.composite
def documents(draw) -> dict:
    """Valid organisation files as documents, in every form that they may have."""
    teams = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    journeys = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    hours = st.floats(0.01, 200)
    weights = [draw(st.integers(1, 9)) for _ in journeys]

    def named(name: str) -> dict:
        return {"name": name, **draw(st.fixed_dictionaries({}, optional={"en": LABELS, "nl": LABELS}))}

    step = st.fixed_dictionaries({"team": st.sampled_from(teams), "hours": hours})
    stages = [draw(st.lists(step, min_size=1, max_size=3)) for _ in journeys]
    stages[0] = [*({"team": team, "hours": draw(hours)} for team in teams), *stages[0]][:8]
    free = st.fixed_dictionaries({}, optional={"patience": st.floats(0.5, 250), "customers": st.integers(1, 100_000)})
    return {
        **named(draw(NAMES)), "load": draw(st.floats(0, 2)), **draw(free),
        "team": [{**named(team), "headcount": draw(st.integers(1, 800)), "meets_customer": draw(st.booleans())}
                 for team in teams],
        "journey": [{**named(name), "share": weight / sum(weights), "stages": some}
                    for name, weight, some in zip(journeys, weights, stages, strict=True)]}


@given(documents(), st.booleans())
def test_a_file_reads_back_as_the_same_organisation_to_the_bit(document, by_arrivals):
    spec = parse_organisation(document)
    if by_arrivals:
        document = form.document_of(spec)
    again = form.read_toml(form.to_toml(document).encode())
    assert parse_organisation(again) == spec
    assert ("load" in again) is ("load" in document)


def test_labels_that_a_file_leaves_open_are_filled_in():
    text = 'name = "front_desk"\nload = 0.5\n[[team]]\nname = "all_of_us"\nheadcount = 2\n[[journey]]\nname = "q"\n' \
           'share = 1\nnl = "Vraag"\nstages = [{ team = "all_of_us", hours = 1 }]\n'
    document = form.read_toml(text.encode())
    assert (document["en"], document["nl"]) == ("Front desk", "Front desk")
    assert (document["team"][0]["en"], document["journey"][0]["nl"]) == ("All of us", "Vraag")
    assert parse_organisation(document) == parse_organisation(tomllib.loads(text))


@pytest.mark.parametrize("name", bundled_organisations())
def test_bundled_files_round_trip(name):
    document = form.bundled_document(name)
    assert parse_organisation(tomllib.loads(form.to_toml(document))) == load_organisation(name)
    assert form.complaints(document) == []


@pytest.fixture
def clinic():
    return copy.deepcopy(form.bundled_document("clinic"))


def at(document, path, value):
    """`value` written at a place of the document; None takes it away."""
    for step in path[:-1]:
        document = document[step]
    if value is None:
        del document[path[-1]]
    else:
        document[path[-1]] = value


WRONG = [
    (("patience",), 0), (("customers",), 0.5), (("load",), 3), (("name",), "My Firm"), (("en",), ""), (("nl",), "a\nb"),
    (("team", 1, "headcount"), 0), (("team", 1, "headcount"), None), (("team", 0, "headcount"), "five"),
    (("team", 2, "name"), "2"), (("team", 2, "meets_customer"), 1), (("journey", 0, "share"), 2),
    (("journey", 3, "share"), 0),
    (("journey", 1, "name"), None), (("journey", 1, "stages"), []), (("journey", 2, "stages", 1, "hours"), 0),
    (("journey", 2, "stages", 1, "team"), "nowhere"), (("journey", 0, "stages", 0, "team"), "recepton"),
    (("journey", 0, "stages"), None), (("team", 1, "colour"), "red"), (("hats",), 3),
]


@pytest.mark.parametrize(("path", "value"), WRONG, ids=lambda x: str(x))
def test_one_mistake_is_said_once_at_its_field_in_the_words_of_the_command_line(clinic, path, value):
    at(clinic, path, value)
    with pytest.raises(InvalidInput) as problem:
        parse_organisation(clinic, "organisation")
    assert form.complaints(clinic) == [form.Complaint(path, str(problem.value).removeprefix("organisation: "))]


def test_all_mistakes_are_said_together(clinic):
    paths = [path for path, _ in (WRONG[0], WRONG[6], WRONG[15], WRONG[17])]
    for path, value in (WRONG[0], WRONG[6], WRONG[15], WRONG[17]):
        at(clinic, path, value)
    assert {one.path for one in form.complaints(clinic)} == set(paths)


def test_what_concerns_the_whole_is_said_when_the_fields_are_right(clinic):
    clinic["journey"][0]["share"] = 0.5
    assert [one.path for one in form.complaints(clinic)] == [("whole", "share")]
    clinic["team"][0]["headcount"] = 0
    assert [one.path for one in form.complaints(clinic)] == [("team", 0, "headcount")]


def test_an_idle_team_a_twin_and_too_much_demand_have_their_place(clinic):
    idle, twin, busy, crowd = (copy.deepcopy(clinic) for _ in range(4))
    idle["team"].append({"name": "new", "headcount": 1})
    assert [one.path for one in form.complaints(idle)] == [("team", 3)]
    twin["team"][1]["name"] = "reception"
    assert ("team", 1, "name") in [one.path for one in form.complaints(twin)]
    at(busy, ("load",), None)
    assert [one.path for one in form.complaints(busy)] == [("whole", "arrivals")]
    busy["arrivals"] = 99_999
    assert [one.path for one in form.complaints(busy)] == [("whole", "arrivals")]
    crowd["team"][0]["headcount"] = 4096
    assert [one.path for one in form.complaints(crowd)] == [("whole", "team")]


def test_a_wrong_name_is_not_blamed_on_the_steps_that_use_it(clinic):
    clinic["team"][1]["name"] = "Bad Name"
    for journey in clinic["journey"]:
        for stage in journey["stages"]:
            stage["team"] = {"therapists": "Bad Name"}.get(stage["team"], stage["team"])
    assert [one.path for one in form.complaints(clinic)] == [("team", 1, "name")]


KEYS = st.sampled_from(["name", "team", "journey", "stages", "share", "hours", "headcount", "load"])


@given(st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
                    lambda x: st.lists(x, max_size=3) | st.dictionaries(KEYS, x, max_size=5), max_leaves=20))
def test_whatever_a_browser_sends_is_judged_without_an_accident(anything):
    found = form.complaints(anything)
    assert found
    assert all("\n" not in one.words for one in found)
    assert all(form.in_language(one.words, "nl") for one in found)


TWIN = [{"team": "reception", "hours": 1.0}]
OTHERS = [
    (("team",), []), (("journey",), []), (("team",), None), (("team", 2, "name"), "reception"),
    (("journey", 1, "name"), "bill"), (("journey", 0, "share"), 0.5), (("team", 0, "headcount"), 4096),
    (("arrivals",), 90), (("load",), None), (("journey", 0, "stages"), TWIN), (("team", 1, "nl"), "x" * 81),
]


def test_every_message_of_the_form_is_said_in_dutch_and_no_translation_is_left_over(clinic):
    idle, busy = copy.deepcopy(clinic), copy.deepcopy(clinic)
    idle["team"].append({"name": "new", "headcount": 1})
    busy["arrivals"] = 9999 + busy.pop("load")
    documents = [idle, busy]
    for path, value in (*WRONG, *OTHERS):
        documents.append(copy.deepcopy(clinic))
        at(documents[-1], path, value)
    words = {one.words for document in documents for one in form.complaints(document)}
    words = {one for one in words if "unknown key" not in one}  # a form has none
    assert not [one for one in words if one == form.in_language(one, "nl")]
    used = {name for name, pattern in form._patterns() for one in words
            if pattern.fullmatch(form._PLACE.fullmatch(one)[4])}
    assert used == {name for name, _ in form._patterns()}


# --- the server -----------------------------------------------------------------------------------------------------

class Workshop:
    """As much of the server's state as the page needs."""

    def __init__(self):
        self.used, self.open_door, self.organisations = [], True, {}

    def facilitator(self, request) -> bool:
        return self.open_door or request.headers.get("x-token") == "secret"

    def add_organisation(self, spec) -> str:
        self.used.append(spec)
        self.organisations[f"own-{len(self.used)}"] = spec
        return f"own-{len(self.used)}"


@pytest.fixture
def workshop():
    return Workshop()


@pytest.fixture
def client(workshop, tmp_path):
    app = Starlette(routes=organisations.routes(workshop, tmp_path / "kept"), exception_handlers={
        InvalidInput: lambda request, problem: JSONResponse({"error": str(problem)}, status_code=400)})
    return Client(app)


def test_the_bundled_ones_can_be_opened_and_judged(client):
    listed = client.get("/api/organisations").json()
    assert [one["name"] for one in listed["bundled"]] == bundled_organisations()
    document = client.get("/api/organisations/clinic").json()["document"]
    answer = client.post("/api/organisations/check", json={"document": document, "measure": "no"}).json()
    assert answer["complaints"] == []
    assert answer["loads"] == list(load_organisation("clinic").team_loads())
    assert answer["measured"] is None
    assert parse_organisation(tomllib.loads(answer["toml"])) == load_organisation("clinic")


def test_utilisation_is_measured_and_rises_with_demand(client, clinic):
    def busy(load: float) -> dict:
        asked = {"document": {**clinic, "load": load}, "measure": "quick", "lang": "nl"}
        return client.post("/api/organisations/check", json=asked).json()["measured"]

    calm, normal, drowning = busy(0.2), busy(0.56), busy(0.9)
    assert all(a < b for a, b in zip(calm["utilisation"], normal["utilisation"], strict=True))
    assert normal["findings"] == []
    assert any("Receptie" in words and "95%" in words for words in drowning["findings"])


def test_a_large_organisation_is_not_compiled_unasked(client):
    document = client.get("/api/organisations/large").json()["document"]
    answer = client.post("/api/organisations/check", json={"document": document, "measure": "quick"}).json()
    assert (answer["quick"], answer["measured"]) == (False, None)


def test_mistakes_come_back_with_their_place_and_language(client, clinic):
    clinic["team"][0]["headcount"] = 0
    [said] = client.post("/api/organisations/check", json={"document": clinic, "lang": "nl"}).json()["complaints"]
    assert said == {"path": ["team", 0, "headcount"],
                    "text": "team nr. 1: mensen: 0 moet een heel getal van 1 tot en met 4096 zijn"}


def test_uploads_are_read_as_the_command_line_reads_files(client):
    text = Path(organisation_file.bundled_path("clinic")).read_bytes()
    assert client.post("/api/organisations/read", content=text).json()["document"] == form.bundled_document("clinic")
    for content, words in ((b"\xff\xfe", "UTF-16"), (b"a = ", "not valid TOML"), (b"", "empty"), (b"\0", "binary"),
                           (b"name = 3", "name = 3"), (b"x = [" * 4000, "")):
        refused = client.post("/api/organisations/read", content=content)
        assert refused.status_code == 400
        assert words in refused.json()["error"]
        assert "silosim-" not in refused.json()["error"], "no path of the server"


def test_it_is_handed_to_the_simulator(client, workshop, clinic):
    assert client.post("/api/organisations/use", json={"document": clinic}).json() == {"name": "clinic"}
    clinic["load"] = 0.5
    assert client.post("/api/organisations/use", json={"document": clinic}).json() == {"name": "own-1"}
    assert workshop.used == [parse_organisation(clinic)]
    again = client.get("/api/organisations/own-1").json()["document"]
    assert parse_organisation(again) == parse_organisation(clinic)
    assert client.get("/api/organisations/own-2").status_code == 400
    clinic["load"] = 9
    refused = client.post("/api/organisations/use", json={"document": clinic}).json()
    assert "load = 9 must be a number from 0 to 2" in refused["error"]


def test_saved_ones_live_in_the_programs_folder_by_name_only(client, tmp_path, clinic):
    clinic.update(name="ours", load=0.5)
    assert client.post("/api/organisations/save", json={"document": clinic}).json() == {"name": "ours"}
    assert [file.name for file in (tmp_path / "kept").iterdir()] == ["ours.toml"]
    assert [one["name"] for one in client.get("/api/organisations").json()["saved"]] == ["ours"]
    found = client.get("/api/organisations/ours?saved").json()["document"]
    assert parse_organisation(found) == parse_organisation(clinic)
    assert client.delete("/api/organisations/ours").json() == {}
    assert client.get("/api/organisations").json()["saved"] == []


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "/etc/passwd", "C:\\x", "con", "lpt1", "clinic", "", "x.toml",
                                  "Ours"])
def test_no_name_leads_out_of_the_folder(client, tmp_path, clinic, name):
    outside = tmp_path / "x.toml"
    outside.write_text(form.to_toml(clinic), encoding="utf-8")
    clinic["name"] = name
    assert client.post("/api/organisations/save", json={"document": clinic}).status_code == 400
    assert not (tmp_path / "kept").exists()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["x.toml"]
    saved = Saved(tmp_path / "kept")
    for act in (saved.load, saved.delete):
        with pytest.raises(InvalidInput, match="unknown saved organisation"):
            act(name)


def test_saved_ones_are_at_hand_in_the_simulator_after_a_restart(client, workshop, tmp_path, clinic):
    clinic.update(name="ours", load=0.5)
    client.post("/api/organisations/save", json={"document": clinic})
    (tmp_path / "kept" / "bad.toml").write_text("name = ", encoding="utf-8")
    again = Workshop()
    organisations.routes(again, tmp_path / "kept")
    assert again.used == workshop.used == [parse_organisation(clinic)]


def test_a_broken_saved_file_does_not_hide_the_others(client, tmp_path, clinic):
    clinic["name"] = "ours"
    client.post("/api/organisations/save", json={"document": clinic})
    (tmp_path / "kept" / "bad.toml").write_text("name = ", encoding="utf-8")
    found = {one["name"]: "error" in one for one in client.get("/api/organisations").json()["saved"]}
    assert found == {"bad": True, "ours": False}


def test_guests_get_nothing(client, workshop, clinic):
    workshop.open_door = False
    for method, path in (("GET", ""), ("GET", "/clinic"), ("POST", "/check"), ("POST", "/read"), ("POST", "/use"),
                         ("POST", "/save"), ("DELETE", "/clinic")):
        given = {"json": {"document": clinic}} if method == "POST" else {}
        assert client.request(method, f"/api/organisations{path}", **given).status_code == 403
        allowed = client.request(method, f"/api/organisations{path}", headers={"x-token": "secret"}, **given)
        assert allowed.status_code != 403
    assert workshop.used == []


DEEP = b'{"document": ' + b'{"a":' * 900 + b"1" + b"}" * 901


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"document": NaN}', b"3", b"[" * 100_000, b'{"document": [1]}',
                                     b"{}", DEEP, b" " * 500_000], ids=range(9))
def test_malformed_requests_get_one_line(client, content):
    for path in ("check", "use", "save"):
        answer = client.post(f"/api/organisations/{path}", content=content)
        found = answer.json()
        assert found.get("complaints") or (answer.status_code == 400 and "\n" not in found["error"])
