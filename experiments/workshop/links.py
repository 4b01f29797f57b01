"""Share links: a whole scenario, with seed and model version, in the part of an address that is never sent anywhere.

code = base64url of zlib of canonical JSON {s: scenario, m: [version, rulebook]}. Opening it checks everything as if it
had been typed in. The numbers are the same when the rulebook is; otherwise it is said that the model differs.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping

from silosim.experiments.runkey import canonical_json
from silosim.experiments.workshop.messages import Scenario, scenario_from
from silosim.model.parameters import InvalidInput

LONGEST_CODE = 6_000  # characters; a scenario with every lever and world parameter takes 2,500
LARGEST_CONTENT = 40_000  # bytes it may hold, so that a small code cannot grow without end
_BASE64 = re.compile(r"[A-Za-z0-9_-]+")


def link_code(scenario: Scenario, model: Mapping[str, str]) -> str:
    """The part of a link after `#s=`."""
    document = {key: value for key, value in scenario.document().items() if value != {}}
    words = canonical_json({"s": document, "m": [model["version"], model["rulebook"]]})
    return base64.urlsafe_b64encode(zlib.compress(words.encode(), 9)).decode().rstrip("=")


def open_code(code: str, model: Mapping[str, str], organisations: Mapping) -> dict:
    """{scenario, same, version, rulebook}: what a link holds, checked, and whether this model is the one it came from.

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
        given = document["s"]
    except (ValueError, binascii.Error, zlib.error, KeyError, TypeError, RecursionError):
        raise InvalidInput("the link is damaged or cut off; ask for it again") from None
    scenario = scenario_from(given, organisations)
    return {"scenario": scenario.document(), "same": rulebook == model["rulebook"], "version": version,
            "rulebook": rulebook}


def link_address(address: str, code: str) -> str:
    """The whole link."""
    return f"{address}/#s={code}"


def qr_svg(words: str) -> bytes:
    """A QR code as an SVG file, black on white with its quiet zone; the words are its title for who cannot see it."""
    import io

    from silosim.experiments.extras import need

    segno = need("segno", "workshop")
    file = io.BytesIO()
    segno.make(words, micro=False, error="m" if len(words) < 600 else "l").save(
        file, kind="svg", scale=8, border=4, dark="#000", light="#fff", title=words, xmldecl=False, svgns=True)
    return file.getvalue()
