"""Events to bytes and back, and every event ever written readable for ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain import codec
from auditdesk.domain import events as e
from auditdesk.domain.catalogue import EVENTS as KINDS
from auditdesk.domain.codec import decode_event, decode_personal, encode_event, encode_personal
from auditdesk.domain.errors import UnknownEvent
from tests.domain.strategies import structs

CORPUS = Path(__file__).parent / "corpus" / "events-v1.jsonl"
ALL_EVENTS = [kind.event for kind in KINDS.values()]
EVENTS = st.one_of([structs(cls) for cls in ALL_EVENTS])
PERSONAL_EVENTS = [cls for cls in ALL_EVENTS if cls.PERSONAL is not None]


def corpus() -> list[dict[str, Any]]:
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def canonical(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@given(EVENTS)
def test_every_event_survives_being_written_and_read(event: e.Event) -> None:
    assert decode_event(event.TAG, event.SCHEMA, encode_event(event)) == event


@given(EVENTS)
def test_the_bytes_of_an_event_are_canonical(event: e.Event) -> None:
    payload = encode_event(event)
    assert payload == canonical(json.loads(payload))
    assert encode_event(decode_event(event.TAG, event.SCHEMA, payload)) == payload


@given(st.one_of([structs(cls.PERSONAL).map(lambda p, tag=cls.TAG: (tag, p)) for cls in PERSONAL_EVENTS]))  # type: ignore[arg-type,misc]
def test_personal_data_survives_being_sealed_and_read(case: tuple[str, Any]) -> None:
    tag, personal = case
    assert decode_personal(tag, encode_personal(personal)) == personal


def test_tags_are_unique_and_schemas_count_from_one() -> None:
    assert len({cls.TAG for cls in ALL_EVENTS}) == len(ALL_EVENTS)
    assert all(cls.TAG and cls.SCHEMA >= 1 for cls in ALL_EVENTS)


def test_every_older_schema_has_its_upcaster() -> None:
    for cls in ALL_EVENTS:
        assert all((cls.TAG, schema) in codec.UPCASTERS for schema in range(1, cls.SCHEMA))


@pytest.mark.parametrize("line", corpus(), ids=lambda line: f"{line['tag']}-{line['schema']}")
def test_every_event_ever_written_stays_readable(line: dict[str, Any]) -> None:
    event = decode_event(line["tag"], line["schema"], canonical(line["payload"]))
    assert line["tag"] == event.TAG
    if line["schema"] == event.SCHEMA:
        assert encode_event(event) == canonical(line["payload"])
    if line["personal"] is not None:
        personal = decode_personal(line["tag"], canonical(line["personal"]))
        assert encode_personal(personal) == canonical(line["personal"])


def test_the_corpus_holds_every_type_of_event_as_it_is_written_today() -> None:
    held = {(line["tag"], line["schema"]) for line in corpus()}
    assert {(cls.TAG, cls.SCHEMA) for cls in ALL_EVENTS} <= held


def test_an_unknown_tag_is_named() -> None:
    with pytest.raises(UnknownEvent, match="'MoneyPrinted'"):
        decode_event("MoneyPrinted", 1, b"{}")


def test_a_newer_schema_is_named() -> None:
    with pytest.raises(UnknownEvent, match="newer schema 99"):
        decode_event("MoneyDeposited", 99, b"{}")


@pytest.mark.parametrize("schema", [0, -1])
def test_a_schema_that_never_was_is_an_error_and_no_crash(schema: int) -> None:
    with pytest.raises(UnknownEvent):
        decode_event("MoneyDeposited", schema, b'{"amount_minor":1,"value_date":"2025-01-01"}')


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"[" * 100_000,
        b'{"amount_minor":NaN,"value_date":"2025-01-01"}',
        b'{"amount_minor":1.5,"value_date":"2025-01-01"}',
        b'{"amount_minor":"1","value_date":"2025-01-01"}',
        b'{"amount_minor":1}',
        b'{"amount_minor":1,"value_date":"2025-01-01","surprise":1}',
        b'{"amount_minor":1,"value_date":"\\ud800"}',
    ],
)
def test_a_payload_that_is_not_of_its_form_is_an_error_and_no_crash(payload: bytes) -> None:
    with pytest.raises(UnknownEvent, match="MoneyDeposited"):
        decode_event("MoneyDeposited", 1, payload)


@given(st.sampled_from(ALL_EVENTS), st.integers(-1, 3), st.binary())
def test_no_bytes_whatever_crash_the_reading_of_an_event(
    cls: type[e.Event], schema: int, payload: bytes
) -> None:
    try:
        event = decode_event(cls.TAG, schema, payload)
    except UnknownEvent:
        return
    assert isinstance(event, cls)


@pytest.mark.parametrize(
    ("tag", "data"), [("AccountOpened", b"{}"), ("Nothing", b"{}"), ("AccountClosed", b"{")]
)
def test_personal_data_that_is_not_of_its_form_is_an_error(tag: str, data: bytes) -> None:
    with pytest.raises(UnknownEvent):
        decode_personal(tag, data)


class _LimitSetNow(e.Event, frozen=True):
    TAG = "LimitSet"
    SCHEMA = 3
    limit_minor: int
    agreed_by: str


def _register(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(codec._CLASSES, "LimitSet", _LimitSetNow)
    monkeypatch.setitem(codec._DECODERS, ("LimitSet", 3), msgspec.json.Decoder(_LimitSetNow))
    monkeypatch.setitem(
        codec.UPCASTERS, ("LimitSet", 1), lambda old: {"limit_minor": old["limit_major"] * 100}
    )
    monkeypatch.setitem(codec.UPCASTERS, ("LimitSet", 2), lambda old: {**old, "agreed_by": ""})


def test_an_old_schema_passes_through_each_upcaster_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    _register(monkeypatch)
    today = _LimitSetNow(limit_minor=500, agreed_by="")
    assert decode_event("LimitSet", 1, b'{"limit_major":5}') == today
    assert decode_event("LimitSet", 2, b'{"limit_minor":500}') == today
    assert decode_event("LimitSet", 3, encode_event(today)) == today


@pytest.mark.parametrize("payload", [b"{}", b'{"limit_major":"x"}', b'{"limit_major":null}', b"[]", b"{"])
def test_an_old_payload_that_its_upcaster_cannot_read_is_an_error(
    monkeypatch: pytest.MonkeyPatch, payload: bytes
) -> None:
    _register(monkeypatch)
    with pytest.raises(UnknownEvent, match="LimitSet"):
        decode_event("LimitSet", 1, payload)
