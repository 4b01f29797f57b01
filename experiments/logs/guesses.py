"""Which column is what: headings of common systems, and words that states of cases are made of."""

from __future__ import annotations

import re
import unicodedata

# What we need to know, and how systems call it, the surest name first: ServiceNow (also the public incident log),
# XES, Jira, Zendesk, TOPdesk, and plain English, Dutch and German headings.
HEADINGS = {
    "case": """case case_id caseid case_concept_name case_key case_number incident_number ticket_number ticket_id
        sr_number ticketid ticket issue_key incident_id incident call_number number meldingnummer melding zaaknummer
        zaak_id zaakidentificatie zaak ticketnummer incidentnummer vorgangsnummer vorgang fallnummer request_id
        request_number order_id trace_id dossiernummer dossier issue_id notification key nummer id""",
    "time": """time timestamp time_timestamp ts event_time event_timestamp sys_updated_at sys_updated_on updated_at
        last_updated last_updated_at updated_on updated modified_at last_modified change_date changed_at changed
        complete_timestamp date_stamp datestamp start_timestamp transition_date date_time datetime tijdstip datum_tijd
        wijzigingsdatum datum_gewijzigd datum_wijziging mutatiedatum zeitstempel zeitpunkt gebeurtenisdatum
        history_created updated_time modified_date edit_date change_date_time event_date date datum""",
    "team": """team assignment_group org_group assigned_group support_group group_name assigned_team resolver_group
        owner_group behandelaarsgroep behandelgroep behandelend_team operator_group oplosgroep team_name queue
        support_team ticket_group involved_st org_unit work_center group groep afdeling department wachtrij
        bearbeitergruppe gruppe abteilung workgroup work_group support_section responsible_section org_role role
        rol""",
    "person": """person assigned_to org_resource resource assignee assigned_person behandelaar operator agent
        assignee_name assigned_agent medewerker employee bearbeiter handler owner actor user user_name sys_updated_by
        updated_by author owner_first_name""",
    "state": """incident_state state status case_status ticket_status current_status issue_status new_status
        status_name incident_activity_type activity_type toestand zustand lifecycle_transition concept_name activity
        activiteit""",
    "type": """type case_type category request_type ticket_type issue_type categorie soort incident_type subject_area
        case_category case_type product kategorie zaaktype onderwerpcode service component case_product subcategory
        symptom""",
    "priority": "priority prioriteit prio urgency case_priority severity prioritat impact urgentie",
    "in_term": """in_term made_sla sla_met within_sla met_sla in_sla sla_made binnen_termijn binnen_sla
        sla_gehaald on_time op_tijd within_target resolution_status""",
    "reopened": "reopened reopen_count reopens reopen heropend aantal_heropend times_reopened number_of_reopens",
    "opened": """opened opened_at created_at created creation_date created_on open_time date_created submit_date
        reported_date aanmaakdatum datum_aangemaakt aangemeld datum_aanmelding aanmelddatum start_date registratiedatum
        datum_registratie erstellt erstellt_am date_opened date_time_opened creationdate sys_created_at sys_created_on
        case_startdate""",
    "resolved_at": """resolved_at resolved resolved_on solved_at solved resolution_date resolutiondate date_resolved
        datum_gereed gereed_op gereed opgelost opgelost_op afgehandeld_op afhandeldatum einddatum closed_at closed
        closed_on date_closed datum_afgesloten gelost_am resolved_time resolved_date case_enddate case_end_date
        date_time_closed""",
    "due": """due due_date due_at target_date sla_due streefdatum deadline uiterste_datum resolve_by due_by_time
        faellig_am fallig_am einddatum_gepland""",
    "worked": """worked hours_worked time_worked worked_hours hours time_spent timespent bestede_tijd gewerkte_uren
        uren bestede_uren arbeitszeit effort_hours time_tracked""",
}
FIELDS = tuple(HEADINGS)
NEEDED = ("case", "time", "team")
TIMES = ("time", "opened", "resolved_at", "due")
_NOTHING = """? - -- --- . n/a na n.a. #n/a #na null none nil nan nat \\n (null) (empty) (blank) (leeg) leeg empty
    <na> <null> undefined unassigned (none) not_assigned niet_toegewezen no_agent __invalid__ geen unknown onbekend
    keine unbekannt"""
NOTHING = frozenset(_NOTHING.split())
_RESOLVED = r"resolv|solved|opgelost|afgehandeld|gereed|fixed|gelost|behoben|erledigt|^done$|^completed?$|^voltooid$"
_CLOSED = (r"closed|^close$|gesloten|cancel|geannuleerd|geschlossen|archiv|withdrawn|ingetrokken|rejected|afgewezen|"
           "vervallen")
_WAITING = r"await|wait|pending|on.?hold|^hold|wacht|aangehouden|suspend|warte|opgeschort|paus"
_AGAIN = r"reopen|heropen|unresolved|not.solved|niet.opgelost|in.progress"
_QUEUED = r"assign|dispatch|queue|triage|toewij|zuweis"  # waiting for a team of one's own, which is no waiting status
_LIFECYCLE = """start complete schedule assign reassign withdraw suspend resume abort skip autoskip ate_abort pi_abort
    manualskip unknown"""
LIFECYCLE = frozenset(_LIFECYCLE.split())
SYSTEM = re.compile(r"(^| )(system|systeem|automat\w*|integration|integratie|robot|(chat|service|mail) ?bot|"
                    r"batch|scheduler|workflow|api|interface|koppeling|daemon|cron|web ?service|service account|"
                    r"no ?reply|rpa)( |$)|^bot$")


def plain(words: str) -> str:
    """Small letters without accents, anything else between them an underscore."""
    ascii_only = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    split = re.sub(r"([a-z])([A-Z])", r"\1_\2", ascii_only)
    return re.sub("[^a-z0-9]+", "_", split.lower()).strip("_")


def is_nothing(value: str) -> bool:
    """Whether a value says that there is none."""
    small = value.strip().lower()
    return not small or small.replace(" ", "_") in NOTHING


def guess_columns(columns: list[str], taken: dict[str, str]) -> dict[str, str]:
    """field -> column, for the fields that `taken` does not have; a column serves one field."""
    found, used = dict(taken), set(taken.values())
    names: dict[str, str] = {}
    for column in columns:
        names.setdefault(plain(column), column)
    for field, words in HEADINGS.items():
        if field in found:
            continue
        for word in words.split():
            column = names.get(word) or names.get(f"case_{word}")  # facts of an XES trace
            if column is not None and column not in used:
                found[field] = column
                used.add(column)
                break
    return found


def guess_state(columns: list[str], sample: dict[str, list[str]], found: dict[str, str]) -> str | None:
    """The column whose values look most like states of a case, of those that may hold them; None without any."""
    names = {plain(column): column for column in reversed(columns)}
    others = {column for field, column in found.items() if field != "state"}
    best = (0.0, None)
    words = HEADINGS["state"].split()
    for word in [*words, *(name for name in names if name not in words and _speaks_of_states(name))]:
        column = names.get(word)
        if column is None or column in others:
            continue
        values = {value for value in sample[column] if not is_nothing(value)}
        if not values or (word == "lifecycle_transition" and {value.lower() for value in values} <= LIFECYCLE):
            continue
        score = sum(meaning(value) is not None for value in values) / len(values)
        if score > best[0] or best[1] is None:
            best = (score, column)
    return best[1]


def _speaks_of_states(heading: str) -> bool:
    """Whether a heading, in small letters, is that of a state that holds from then on."""
    words = set(heading.split("_"))
    others = {"from", "old", "previous", "case", "resolution", "alert"}
    return bool(words & {"status", "state", "activity"}) and not words & others


def meaning(state: str) -> str | None:
    """'resolved', 'closed' or 'waiting' for the name of a state that says so; else None."""
    name = " ".join(plain(state).split("_"))
    if re.search(_AGAIN, name):
        return None
    for pattern, means in ((_RESOLVED, "resolved"), (_WAITING, "waiting"), (_CLOSED, "closed")):
        if re.search(pattern, name):
            return None if means == "waiting" and re.search(_QUEUED, name) else means
    return None


def says_again(state: str) -> bool:
    """Whether the name of a state or an activity says that a case is taken up again."""
    return bool(re.search("reopen|heropen", plain(state)))


def looks_automatic(name: str) -> bool:
    """Whether the name of an actor is that of a program."""
    return bool(SYSTEM.search(plain(name).replace("_", " ")))
