"""docs/coming-from-loopstack.md: every setting of the original has a row, and what the rows name exists."""

from __future__ import annotations

import re

import pytest

from loopstack_temporal.settings import PREFIX, SETTINGS
from tests.support.stack import ROOT

PAGE = (ROOT / "docs/coming-from-loopstack.md").read_text()
THERE = """
    enableAuth LOOPSTACK_AUTH DATABASE_HOST DATABASE_PORT DATABASE_USERNAME DATABASE_PASSWORD DATABASE_NAME
    REDIS_HOST REDIS_PORT REDIS_PASSWORD JWT_SECRET JWT_EXPIRES_IN JWT_REFRESH_SECRET JWT_REFRESH_EXPIRES_IN
    CLIENT_ID HUB_ISSUER HUB_JWKS_URI cors NODE_ENV PORT DEFAULT_TRANSITION_TIMEOUT VITE_API_URL
""".split()


@pytest.mark.requirement("APP-022")
def test_every_setting_of_the_original_has_a_row_and_what_replaces_it_is_a_setting() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)[1:]
    there = {name for left, _ in rows for name in re.findall(r"`(\w+)`", left)}
    assert there == set(THERE)
    assert any(left == "an existing connection" for left, _ in rows)
    known = {setting.name: setting.default for setting in SETTINGS}
    for _, right in rows:
        for name in re.findall(rf"`({PREFIX}\w+)", right):
            assert name in known
        for name, default in re.findall(rf"`({PREFIX}\w+)` \((\d+)\)", right):
            assert known[name] == default
