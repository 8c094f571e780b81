"""The leaf's bytes are those that the standard library's json writes, whatever people type."""

from __future__ import annotations

import json
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from auditdesk.ledger.envelope import Envelope, leaf_entry, leaf_hash

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
WHOLE = st.integers(min_value=0, max_value=2**63 - 1)
BLOBS = st.none() | st.binary(max_size=40)


@given(texts=st.lists(TEXTS, min_size=6, max_size=6), whole=WHOLE, subject=st.none() | TEXTS, blob=BLOBS)
def test_the_leaf_is_reproduced_by_the_standard_library(
    texts: list[str], whole: int, subject: str | None, blob: bytes | None
) -> None:
    stream, event_id, tag, operator, command_id, correlation_id = texts
    envelope = Envelope(
        position=whole,
        stream=stream,
        version=whole,
        event_id=event_id,
        type=tag,
        schema=1,
        booked_at_us=-whole,
        recorded_at_us=whole,
        operator=operator,
        command_id=command_id,
        ordinal=0,
        correlation_id=correlation_id,
        subject=subject,
        payload=b"{}",
        sealed=blob,
        commitment=blob,
    )
    members = {
        "position": whole,
        "stream": stream,
        "version": whole,
        "event_id": event_id,
        "type": tag,
        "schema": 1,
        "booked_at_us": -whole,
        "recorded_at_us": whole,
        "operator": operator,
        "command_id": command_id,
        "ordinal": 0,
        "correlation_id": correlation_id,
        "subject": subject,
        "payload_sha256": sha256(b"{}").hexdigest(),
        "sealed_sha256": None if blob is None else sha256(blob).hexdigest(),
        "commitment": None if blob is None else blob.hex(),
    }
    entry = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert leaf_entry(envelope) == entry
    assert leaf_hash(envelope) == sha256(b"\x00" + entry).digest()
