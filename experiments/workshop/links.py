"""Share links: a whole scenario, with seed and model version, in the part of an address that is never sent anywhere.

code = base64url of zlib of canonical JSON {s: scenario, m: [version, rulebook]}, and with an organisation of one's own
also {o: its document}, so that it can be opened elsewhere. Opening it checks everything as if it had been typed in. The
numbers are the same when the rulebook is; otherwise it is said that the model differs.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Mapping

from silosim.experiments.runkey import canonical_json
from silosim.experiments.workshop.messages import Scenario, scenario_from
from silosim.experiments.workshop.organisation_form import document_of
from silosim.model.organisation_file import parse_organisation
from silosim.model.organisation_spec import OrganisationSpec
from silosim.model.parameters import InvalidInput

LONGEST_CODE = 8_000  # characters; a scenario with every lever and world parameter takes 2,500
LONGEST_QR = 2_300  # characters that a phone can still read from a screen
LARGEST_CONTENT = 40_000  # bytes it may hold, so that a small code cannot grow without end
OWN = "own"  # the name of an organisation that is only looked at
_BASE64 = re.compile(r"[A-Za-z0-9_-]+")


def link_code(scenario: Scenario, model: Mapping[str, str], own=None) -> str:
    """The part of a link after `#s=`. own: the OrganisationSpec, where it is not one that comes with silosim."""
    document = {key: value for key, value in scenario.document().items() if value != {}}
    whole = {"s": document, "m": [model["version"], model["rulebook"]]}
    if own is not None:
        whole["o"] = document_of(own)
    return base64.urlsafe_b64encode(zlib.compress(canonical_json(whole).encode(), 9)).decode().rstrip("=")


def open_code(code: str, model: Mapping[str, str], organisations: Mapping,
              add: Callable[[OrganisationSpec], str] | None = None) -> dict:
    """{scenario, same, version, rulebook}: what a link holds, checked, and whether this model is the one it came from.

    add  keeps an organisation that came along and gives the name scenarios use for it; without it, it is only checked
    Raises InvalidInput for a link that is damaged, or asks for what does not exist here.
    """
    if not isinstance(code, str) or len(code) > LONGEST_CODE or not _BASE64.fullmatch(code):
        raise InvalidInput(f"the link must hold a code of at most {LONGEST_CODE} letters, digits, - and _")
    try:
        unpack = zlib.decompressobj()
        words = unpack.decompress(base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)), LARGEST_CONTENT)
        if not unpack.eof:
            raise ValueError
        document = json.loads(words)
        version, rulebook = (str(x)[:40] for x in document["m"])
        given, own = dict(document["s"]), document.get("o")
    except (ValueError, binascii.Error, zlib.error, KeyError, TypeError, RecursionError):
        raise InvalidInput("the link is damaged or cut off; ask for it again") from None
    if own is not None:
        spec = _organisation(own)
        given["organisation"] = add(spec) if add else OWN
        organisations = organisations if add else {OWN: spec}
    scenario = scenario_from(given, organisations)
    return {"scenario": scenario.document(), "same": rulebook == model["rulebook"], "version": version,
            "rulebook": rulebook}


def _organisation(document) -> OrganisationSpec:
    if not isinstance(document, Mapping):
        raise InvalidInput("the link is damaged or cut off; ask for it again")
    return parse_organisation(document, "the organisation in the link")


def link_address(address: str, code: str) -> str:
    """The whole link."""
    return f"{address}/#s={code}"


def qr_svg(words: str) -> bytes:
    """A QR code as an SVG file, black on white with its quiet zone; the words are its title for who cannot see it.

    Raises InvalidInput for more words than a phone can read.
    """
    import io

    from silosim.experiments.extras import need

    if len(words) > LONGEST_QR:
        raise InvalidInput(f"this link is too long for a QR code ({len(words)} characters); send the link itself")
    segno = need("segno", "workshop")
    file = io.BytesIO()
    segno.make(words, micro=False, error="m" if len(words) < 600 else "l").save(
        file, kind="svg", scale=8, border=4, dark="#000", light="#fff", title=words, xmldecl=False, svgns=True)
    return file.getvalue()
