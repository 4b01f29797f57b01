"""Organisations kept with the program: TOML files in one folder, called by name, never by a path."""

from __future__ import annotations

from pathlib import Path

from silosim.experiments.workshop.organisation_form import read_toml, to_toml
from silosim.model.organisation_fields import NAME
from silosim.model.organisation_file import bundled_organisations, load_organisation
from silosim.model.organisation_spec import OrganisationSpec
from silosim.model.parameters import InvalidInput, unknown

FOLDER = Path("results/organisations")
MOST_SAVED = 500
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


class Saved:
    """Organisations in the program's folder, a TOML file each, called by their name."""

    def __init__(self, folder: Path = FOLDER):
        self.folder = folder

    def names(self) -> list[str]:
        """What is there, alphabetically; files with other names are not ours."""
        if not self.folder.is_dir():
            return []
        return sorted(file.stem for file in self.folder.glob("*.toml") if NAME.fullmatch(file.stem))

    def load(self, name: str) -> OrganisationSpec:
        """The organisation of that name. InvalidInput when there is none, or its file cannot be used."""
        if name not in self.names():
            raise unknown("saved organisation", str(name)[:60], self.names())
        return load_organisation(self.folder / f"{name}.toml")

    def document(self, name: str) -> dict:
        """Its file as a document."""
        self.load(name)
        return read_toml((self.folder / f"{name}.toml").read_bytes())

    def save(self, document: dict) -> str:
        """Write it under its own name, over an older one of that name. InvalidInput when it cannot be kept."""
        words = to_toml(document)
        name = document["name"]
        if name in bundled_organisations():
            raise InvalidInput(f"{name} comes with the program; give yours another short name")
        if name in _DEVICES:
            raise InvalidInput(f"{name} is the name of a device on Windows; give the organisation another short name")
        if name not in self.names() and len(self.names()) >= MOST_SAVED:
            raise InvalidInput(f"{MOST_SAVED} organisations are saved; delete one first")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh = self.folder / f"{name}.toml.part"
            fresh.write_text(words, encoding="utf-8", newline="\n")
            fresh.replace(self.folder / f"{name}.toml")
        except OSError as problem:
            raise InvalidInput(f"{self.folder}: cannot be written here ({problem.strerror or problem})") from None
        return name

    def delete(self, name: str) -> None:
        """Take it away."""
        if name not in self.names():
            raise unknown("saved organisation", str(name)[:60], self.names())
        try:
            (self.folder / f"{name}.toml").unlink()
        except OSError as problem:
            raise InvalidInput(f"{self.folder}: cannot be written here ({problem.strerror or problem})") from None
