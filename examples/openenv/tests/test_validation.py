"""OpenEnv's own judgement of a running server: its validator, and its graders of an episode."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from openenv.cli._validation import validate_running_environment
from openenv.validation.graders.runtime import (
    ObservationSchemaGrader,
    RewardWellFormedGrader,
    StateContractGrader,
)
from openenv.validation.runtime.collector import collect_runtime_evidence
from openenv.validation.runtime.contracts import RuntimePlan


@pytest.mark.parametrize("where", ["url", "root_url"])
def test_the_running_server_validates(where: str, request: pytest.FixtureRequest) -> None:
    report = validate_running_environment(request.getfixturevalue(where), timeout_s=60)
    assert report["summary"]["failed_criteria"] == []
    assert report["passed"] is True
    assert report["mode"] == "simulation"
    assert report["standard_profile"] == "openenv-http/1.x"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"preset": "reference", "actions": 9},
        {"preset": "H", "episodeSteps": 3, "options": {"p": 20}},
    ],
)
def test_an_episode_passes_the_runtime_graders(url: str, options: dict[str, Any]) -> None:
    plan = RuntimePlan(
        plan_schema_version="1",
        reset={"episode_id": "graded", "seed": 7, "options": options},
        actions=[{"action": step % 3} for step in range(6)],
    )
    evidence = collect_runtime_evidence(url, plan, episode_timeout_s=120)
    assert evidence.failure_reason is None
    assert len(json.loads(evidence.observation_schema_json)["properties"]) >= 6
    subject = SimpleNamespace(
        runtime_evidence=evidence,
        manifest=SimpleNamespace(reward=SimpleNamespace(range=(-1000.0, 1000.0))),
    )
    for grader in (ObservationSchemaGrader(), RewardWellFormedGrader(), StateContractGrader()):
        result = grader.run(subject)
        assert result.status.value == "pass", (grader.check_id, result.evidence)
