"""Made-up exports of ticket systems, of one process that is known: every case by a rule, so that all is countable."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import quoteattr

START = datetime(2024, 1, 8, 8, 0)  # a Monday
TEAMS = ("Desk", "Network", "Payments")
PEOPLE = {"Desk": ("Ann Alder", "Bea Birch", "Cor Cedar"), "Network": ("Dan Dogwood", "Eva Elm"),
          "Payments": ("Fay Fir",)}
TYPES = ("Password", "Outage", "Invoice")
WEEKS, A_DAY = 10, 20
ROUTES = (("Desk",), ("Desk", "Network"), ("Desk", "Payments"), ("Desk", "Network", "Desk"))
SHARES = (10, 5, 4, 1)  # of every 20 cases


def events(weeks: int = WEEKS, a_day: int = A_DAY) -> list[dict]:
    """Events in order of cases: 20 cases a weekday; half stay at the desk, the last of every 20 comes back to it."""
    rows, number = [], 0
    for day in range(7 * weeks):
        if day % 7 > 4:
            continue
        for k in range(a_day):
            number += 1
            rows += _case(number, START + timedelta(days=day, minutes=20 * k), k % 20)
    return rows


def _case(number: int, opened: datetime, k: int) -> list[dict]:
    route = ROUTES[0 if k < 10 else 1 if k < 15 else 2 if k < 19 else 3]
    about = {"case": f"C{number:05d}", "type": TYPES[0 if k < 10 else 1 if k in (10, 11, 12, 13, 14, 19) else 2],
             "opened": opened, "resolved": opened + timedelta(hours=3 * len(route)), "reopened": 0,
             "in_term": len(route) < 3, "priority": "3 - Moderate"}
    rows = [{**about, "time": opened, "team": "Desk", "person": "", "state": "New"}]
    for step, team in enumerate(route):
        person = PEOPLE[team][number % len(PEOPLE[team])]
        at = opened + timedelta(hours=3 * step)
        rows.append({**about, "time": at + timedelta(minutes=5), "team": team, "person": person, "state": "Active"})
        rows.append({**about, "time": at + timedelta(hours=1), "team": team, "person": person,
                     "state": "Awaiting User Info"})
    last = {**about, "team": route[-1], "person": PEOPLE[route[-1]][number % len(PEOPLE[route[-1]])]}
    rows.append({**last, "time": about["resolved"], "state": "Resolved"})
    rows.append({**last, "time": about["resolved"] + timedelta(days=5), "state": "Closed"})
    return rows


def table(columns: dict[str, object], rows: list[dict] | None = None, delimiter: str = ",") -> str:
    """CSV with headings `columns`: each the name of a fact, or a function of an event."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    for row in events() if rows is None else rows:
        writer.writerow([row[what] if isinstance(what, str) else what(row) for what in columns.values()])
    return out.getvalue()


def plain(rows: list[dict] | None = None, **more) -> str:
    """A tidy file with names of our own."""
    return table({name: name for name in ("case", "time", "team", "person", "state", "type")} | more, rows)


def servicenow(rows: list[dict] | None = None) -> str:
    """Like the public export of ServiceNow: day first, ? for nothing, a program that updates everything."""
    def clock(name: str):
        return lambda row: f"{row[name].day}/{row[name].month}/{row[name].year} {row[name]:%H:%M}"

    return table({
        "number": "case", "incident_state": "state", "active": lambda r: str(r["state"] != "Closed"),
        "reassignment_count": lambda r: 0, "reopen_count": "reopened", "sys_mod_count": lambda r: 1,
        "made_sla": "in_term", "caller_id": lambda r: "Caller 7", "opened_by": lambda r: "Opened by 8",
        "opened_at": clock("opened"), "sys_updated_by": lambda r: "Updated by 908", "sys_updated_at": clock("time"),
        "category": "type", "priority": "priority", "assignment_group": "team",
        "assigned_to": lambda r: r["person"] or "?", "resolved_at": clock("resolved"),
        "closed_at": lambda r: "?"}, rows)


def jira(rows: list[dict] | None = None) -> str:
    """Like a history of Jira: names of months, twelve hours, newest first."""
    ordered = sorted(events() if rows is None else rows, key=lambda r: r["time"], reverse=True)
    return table({"Issue key": "case", "Updated": lambda r: f"{r['time']:%d/%b/%y %I:%M %p}",
                  "Status": lambda r: {"Resolved": "Done", "New": "To Do"}.get(r["state"], r["state"]),
                  "Assigned Group": "team", "Assignee": "person", "Issue Type": "type",
                  "Created": lambda r: f"{r['opened']:%d/%b/%y %I:%M %p}"}, ordered)


def zendesk(rows: list[dict] | None = None) -> str:
    """Like an export of ticket events of Zendesk: tabs, zones, ids."""
    states = {"Resolved": "solved", "New": "new", "Active": "open", "Awaiting User Info": "pending", "Closed": "closed"}
    return table({"Ticket ID": lambda r: int(r["case"][1:]), "Group": "team", "Assignee": "person",
                  "Status": lambda r: states[r["state"]], "Ticket type": "type",
                  "Timestamp": lambda r: f"{r['time']:%Y-%m-%dT%H:%M:%S}+01:00"}, rows, "\t")


def topdesk(rows: list[dict] | None = None) -> str:
    """Like an export of TOPdesk: Dutch, semicolons, decimal commas, day first."""
    states = {"Resolved": "Gereed", "New": "Aangemeld", "Active": "In behandeling",
              "Awaiting User Info": "Wacht op aanmelder", "Closed": "Afgesloten"}
    return table({"Meldingnummer": "case", "Wijzigingsdatum": lambda r: f"{r['time']:%d-%m-%Y %H:%M}",
                  "Behandelaarsgroep": "team", "Behandelaar": "person", "Status": lambda r: states[r["state"]],
                  "Soort": "type", "Bestede tijd": lambda r: "0,75" if r["state"] == "Awaiting User Info" else ""},
                 rows, ";")


def snapshot(rows: list[dict] | None = None) -> str:
    """One row per case: when it was opened and resolved, and where it is now."""
    last = [row for row in (events() if rows is None else rows) if row["state"] == "Closed"]
    return table({"Ticket": "case", "Created at": lambda r: f"{r['opened']:%Y-%m-%d %H:%M}",
                  "Resolved at": lambda r: f"{r['resolved']:%Y-%m-%d %H:%M}", "Assignment group": "team"}, last)


def xes(rows: list[dict] | None = None, begin: str = "", key: str = "org:group") -> str:
    """The standard's own format, with the standard's names."""
    parts = [f'<?xml version="1.0" encoding="UTF-8"?>\n{begin}<log xes.version="1.0" xmlns="http://www.xes-standard.org/">'
             '<global scope="trace"><string key="concept:name" value="none"/></global>\n']
    case = None
    for row in events() if rows is None else rows:
        if row["case"] != case:
            parts.append("</trace>\n" * (case is not None))
            case = row["case"]
            parts.append(f'<trace><string key="concept:name" value={quoteattr(case)}/>'
                         f'<string key="category" value={quoteattr(row["type"])}/>')
        parts.append(f'<event><string key="concept:name" value={quoteattr(row["state"])}/>'
                     '<string key="lifecycle:transition" value="complete"/>'
                     f'<date key="time:timestamp" value="{row["time"]:%Y-%m-%dT%H:%M:%S}.000+00:00"/>'
                     f'<string key={quoteattr(key)} value={quoteattr(row["team"])}/>'
                     + (f'<string key="org:resource" value={quoteattr(row["person"])}>'
                        '<string key="nested" value="no matter"/></string>' if row["person"] else "") + "</event>")
    return "".join([*parts, "</trace></log>\n"])


def save(path: Path, words: str | bytes, encoding: str = "utf-8") -> Path:
    """Writes a file, packed when its name ends in .gz."""
    raw = words if isinstance(words, bytes) else words.encode(encoding)
    path.write_bytes(gzip.compress(raw, 1) if path.suffix == ".gz" else raw)
    return path
