"""Every report says of itself what command line, window, help and manifest read."""

from __future__ import annotations

import re

import pytest

from auditdesk.domain.errors import Refused
from auditdesk.services.reports import REPORTS, find_report
from auditdesk.services.reports.frame import Report

each_report = pytest.mark.parametrize("report", REPORTS, ids=[report.NAME for report in REPORTS])


@each_report
def test_a_report_is_found_by_a_name_that_a_shell_and_a_file_can_bear(report: type[Report]) -> None:
    assert find_report(report.NAME) is report
    assert re.fullmatch("[a-z]+(-[a-z]+)*", report.NAME)


@each_report
def test_a_report_says_in_words_what_it_is(report: type[Report]) -> None:
    assert report.TITLE[0].isupper()
    assert report.WORDS[0].isupper()
    assert report.WORDS.endswith(".")


@each_report
def test_every_column_is_documented_once_named_once(report: type[Report]) -> None:
    documented = set(re.findall(r"`(\w+)`", report.__doc__ or ""))
    assert [column for column in report.COLUMNS if column not in documented] == []
    assert len(set(report.COLUMNS)) == len(report.COLUMNS)


def test_a_name_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused) as refused:
        find_report("trial")
    assert refused.value.code == "report_unknown"
    assert all(report.NAME in refused.value.remedy for report in REPORTS)
