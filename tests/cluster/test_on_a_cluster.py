"""Server tests again on a real cluster: several services, 512 shards, PostgreSQL, worker pools in processes."""

from __future__ import annotations

import pytest

from tests.acceptance.test_answers import (
    test_a_storm_of_signals_keeps_its_order_and_loses_none,
    test_of_two_answers_to_one_question_sent_at_once_exactly_one_applies,
    test_the_same_click_by_update_by_repeated_update_and_by_signal_applies_once,
)
from tests.acceptance.test_by_api import test_a_review_is_started_seen_waiting_and_answered
from tests.acceptance.test_by_temporal_cli import (
    test_a_review_is_started_queried_and_answered_by_update,
    test_a_signal_sent_before_any_worker_runs_is_applied,
)
from tests.acceptance.test_failures import count, test_a_spent_run_parks_and_every_manual_retry_runs_the_body_once
from tests.acceptance.test_kills import (
    test_a_worker_killed_in_the_middle_of_a_chain,
    test_everything_killed_while_a_person_is_awaited,
    test_the_temporal_server_killed_in_the_middle_of_a_chain,
)
from tests.acceptance.test_resets import test_a_waiting_run_goes_back_to_an_earlier_wait_and_is_answered_again
from tests.support.cluster import SHARDS, Cluster
from tests.support.stack import Stack
from tests.temporal.test_search_attributes import (
    test_runs_are_found_by_app_workflow_place_status_user_awaited_transition_and_waiting_time,
)
from tests.workers.test_pools import (
    test_a_step_runs_in_a_worker_of_its_pool_and_the_others_never_there,
    test_without_a_worker_of_its_pool_a_run_waits_and_why_names_the_pool,
)
from tests.workers.test_stopping import (
    test_a_body_that_takes_too_long_is_cut_off_and_runs_elsewhere_without_spending_a_try,
)
from tests.workers.test_versions import (
    test_two_apps_share_temporal_and_database_and_take_nothing_of_each_other,
    test_with_worker_versioning_runs_follow_the_current_build_or_stay_on_theirs,
)

__all__ = [
    "count",
    "test_a_body_that_takes_too_long_is_cut_off_and_runs_elsewhere_without_spending_a_try",
    "test_a_review_is_started_queried_and_answered_by_update",
    "test_a_review_is_started_seen_waiting_and_answered",
    "test_a_signal_sent_before_any_worker_runs_is_applied",
    "test_a_spent_run_parks_and_every_manual_retry_runs_the_body_once",
    "test_a_step_runs_in_a_worker_of_its_pool_and_the_others_never_there",
    "test_a_storm_of_signals_keeps_its_order_and_loses_none",
    "test_a_waiting_run_goes_back_to_an_earlier_wait_and_is_answered_again",
    "test_a_worker_killed_in_the_middle_of_a_chain",
    "test_everything_killed_while_a_person_is_awaited",
    "test_of_two_answers_to_one_question_sent_at_once_exactly_one_applies",
    "test_runs_are_found_by_app_workflow_place_status_user_awaited_transition_and_waiting_time",
    "test_the_same_click_by_update_by_repeated_update_and_by_signal_applies_once",
    "test_the_temporal_server_killed_in_the_middle_of_a_chain",
    "test_two_apps_share_temporal_and_database_and_take_nothing_of_each_other",
    "test_with_worker_versioning_runs_follow_the_current_build_or_stay_on_theirs",
    "test_without_a_worker_of_its_pool_a_run_waits_and_why_names_the_pool",
]

pytestmark = pytest.mark.timeout(1_800)  # The first test waits for the cluster, which may have to be built.


async def test_many_runs_at_once_complete_and_spread_over_the_shards(cluster: Cluster, running: Stack) -> None:
    runs = [await running.start("chain", {"steps": 3}) for _ in range(40)]
    for run_id in runs:
        assert (await running.run_is(run_id, "completed", limit=180)).result == 3
    assert SHARDS == 512
    shards = cluster.shards_of(runs)
    assert len(shards) > 20, "forty runs in 512 shards hardly ever meet"
