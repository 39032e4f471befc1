"""The environment against a live server."""

from __future__ import annotations

import gc
import itertools
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.utils.env_checker import check_env, data_equivalence

import splitgym
from splitgym import (
    ConnectionLostError,
    InvalidValueError,
    RemoteEnv,
    SplitGymError,
    UnknownParameterError,
)
from splitgym.client import Client

ID = "splitgym/SplitInference-v0"

Make = Callable[..., RemoteEnv]


@pytest.fixture
def make(url: str) -> Iterator[Make]:
    """Makes environments and closes them after the test."""
    made: list[RemoteEnv] = []

    def make(**parameters: Any) -> RemoteEnv:
        env = gymnasium.make(ID, url=url, **parameters).unwrapped
        assert isinstance(env, RemoteEnv)
        made.append(env)
        return env

    yield make
    for env in made:
        env.close()


def is_there(client: Client, session: str) -> bool:
    try:
        client.call("describe", session)
    except SplitGymError as e:
        if e.status == 404:
            return False
        raise
    return True


def episode(env: RemoteEnv, actions: Iterator[int], **reset: Any) -> list[Any]:
    """All that an episode shows."""
    seen: list[Any] = [env.reset(**reset)]
    for action in actions:
        seen.append(env.step(action))
        if seen[-1][2] or seen[-1][3]:
            break
    return seen


@pytest.mark.parametrize("actions", [3, 5, 7, 9])
def test_passes_the_environment_checker(make: Make, actions: int) -> None:
    check_env(make(backend="surrogate", actions=actions))


@pytest.mark.parametrize("preset", ["default", "reference", "L", "H", "A", "varying"])
def test_every_preset_passes_the_environment_checker(make: Make, preset: str) -> None:
    check_env(make(preset=preset))


def test_what_never_changes_is_observed_between_its_usual_bounds(make: Make) -> None:
    env = make(preset="reference", splitRange=[4, 4])
    box = env.observation_space
    assert isinstance(box, spaces.Box)
    assert box.low[1:].tolist() == [0.5, 1]
    assert box.high[1:].tolist() == [10, 29]
    check_env(env)


def test_passes_the_environment_checker_on_the_llm(make: Make) -> None:
    try:
        # Less text than by default: what is checked doesn't depend on how much there is.
        env = make(backend="llm", llm={"window": 128, "maxTokens": 512})
    except SplitGymError as e:
        if e.status != 409:
            raise
        pytest.skip(f"the LLM isn't on this machine: {e}")
    check_env(env)


def test_make_imports_the_package_named_before_the_colon(url: str) -> None:
    program = (
        "import gymnasium, sys\n"
        f"env = gymnasium.make('splitgym:{ID}', url=sys.argv[1])\n"
        "print(env.reset(seed=1)[0].shape)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, url], capture_output=True, text=True, check=True
    )
    assert (run.stdout, run.stderr) == ("(3,)\n", "")


def test_the_address_comes_from_the_environment_variable(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPLITGYM_URL", url + "/")
    with gymnasium.make(ID) as env:
        env.reset()


def test_spaces_are_the_servers(make: Make) -> None:
    env = make(actions=7)
    assert env.action_space == spaces.Discrete(7)
    box = env.observation_space
    assert isinstance(box, spaces.Box)
    assert box.dtype == np.float32
    assert box.shape == (3,)
    assert env.description["observationSpace"]["names"] == ["sigma", "m", "p"]
    np.testing.assert_array_equal(
        box.high, np.array(env.description["observationSpace"]["high"], dtype=np.float32)
    )


def test_options_fix_the_start(make: Make) -> None:
    options = {"sigma": 0.2, "m": np.float32(1), "p": np.int64(5)}
    observation, _ = make().reset(seed=1, options=options)
    assert observation.dtype == np.float32
    np.testing.assert_array_equal(observation, np.array([0.2, 1, 5], dtype=np.float32))


@pytest.mark.parametrize(("action", "split"), [(0, 5), (1, 4), (2, 6), (3, 3), (4, 7)])
def test_actions_move_the_split(make: Make, action: int, split: int) -> None:
    env = make(actions=5)
    env.reset(seed=1, options={"p": 5})
    observation, reward, terminated, truncated, info = env.step(action)
    assert observation[2] == split
    assert type(reward) is float
    assert terminated is False
    assert truncated is False
    assert isinstance(info, dict)


@pytest.mark.parametrize("action", [np.int64(2), np.array(2), np.uint8(2), 2])
def test_whole_numbers_of_any_type_are_actions(make: Make, action: Any) -> None:
    env = make()
    env.reset(seed=1, options={"p": 5})
    assert env.step(action)[0][2] == 6


def test_an_episode_ends_by_truncation_and_can_be_followed_by_another(make: Make) -> None:
    env = make(actions=7)
    last = episode(env, itertools.repeat(0), seed=1)[-1]
    assert (last[2], last[3]) == (False, True)
    with pytest.raises(SplitGymError) as refused:
        env.step(0)
    assert refused.value.status == 409
    env.reset()
    env.step(0)


def test_the_same_seed_and_actions_give_the_same_episodes(make: Make) -> None:
    one, other = make(), make()
    actions = np.random.default_rng(7).integers(5, size=200).tolist()
    first = [episode(one, iter(actions), seed=42), episode(one, iter(actions))]
    again = [episode(other, iter(actions), seed=42), episode(other, iter(actions))]
    assert data_equivalence(first, again, exact=True)
    assert not data_equivalence(first[0], first[1])
    assert not data_equivalence(first[0], episode(other, iter(actions), seed=43))


def test_steps_are_a_sessions_own(make: Make) -> None:
    one, other = make(), make()
    one.reset(seed=1, options={"p": 5})
    other.reset(seed=1, options={"p": 9})
    assert one.step(2)[0][2] == 6
    assert other.step(1)[0][2] == 8


def test_both_transports_pass_the_checker_and_show_the_same(make: Make) -> None:
    envs = [make(transport=transport) for transport in ("websocket", "http")]
    for env in envs:
        check_env(env)
    actions = np.random.default_rng(7).integers(5, size=20).tolist()
    one, other = (episode(env, iter(actions), seed=42) for env in envs)
    assert data_equivalence(one, other, exact=True)


def test_an_action_mask_is_one_that_spaces_can_sample_with(make: Make) -> None:
    env = make(actionMask=True)
    _, info = env.reset(seed=1, options={"p": 1})
    assert info["action_mask"].dtype == np.int8
    assert env.action_space.sample(mask=info["action_mask"]) in env.action_space
    assert info["action_mask"].tolist() == [1, 0, 1, 0, 1]


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_steps_of_many_environments_are_under_way_at_once(make: Make, transport: str) -> None:
    envs = [make(transport=transport) for _ in range(4)]
    for i, env in enumerate(envs):
        env.reset(seed=1, options={"p": 5 + i})
    results = splitgym.step_all(envs, [0, 1, 2, 4])
    assert [result[0][2] for result in results] == [5, 5, 8, 10]


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_environments_of_one_client_share_its_connection(
    url: str, make: Make, transport: str
) -> None:
    client = Client(url, transport=transport)  # type: ignore[arg-type]
    envs = [make(client=client) for _ in range(100)]
    for i, env in enumerate(envs):
        env.reset(seed=i, options={"p": 5})
    for _ in range(2):
        splitgym.step_all(envs, [2] * len(envs))
    assert [result[0][2] for result in splitgym.step_all(envs, [0] * len(envs))] == [7] * 100
    for env in envs:
        env.close()
    assert client.call("health")["name"] == "splitgym"
    client.close()


def test_a_refusal_among_many_leaves_the_others_their_step(make: Make) -> None:
    envs = [make() for _ in range(3)]
    for env in envs:
        env.reset(seed=1, options={"p": 5})
    with pytest.raises(InvalidValueError):
        splitgym.step_all(envs, [2, 99, 2])
    assert [env.step(0)[0][2] for env in envs] == [6, 5, 6]


def test_a_step_that_is_under_way_is_waited_for_first(make: Make) -> None:
    env = make()
    env.reset(seed=1)
    with pytest.raises(SplitGymError, match="step_async"):
        env.step_wait()
    env.step_async(0)
    with pytest.raises(SplitGymError, match="step_wait"):
        env.step(0)
    env.step_wait()


def test_a_vector_of_environments_steps(url: str) -> None:
    vector = gymnasium.make_vec(ID, num_envs=3, vectorization_mode="sync", url=url)
    observations, _ = vector.reset(seed=5)
    assert observations.shape == (3, 3)
    assert vector.step(np.array([0, 1, 2]))[1].shape == (3,)
    vector.close()


def test_render_says_where_the_episode_stands(make: Make) -> None:
    env = make(render_mode="ansi")
    env.reset(seed=1, options={"sigma": 0.25, "m": 2, "p": 5})
    assert env.render() == "sigma 0.25  m 2  p 5"
    reward = env.step(2)[1]
    assert env.render() == f"sigma 0.25  m 2  p 6  action 2  reward {reward:.4f}"
    assert make().render() is None


def test_a_refused_parameter_is_named(make: Make) -> None:
    with pytest.raises(InvalidValueError) as refused:
        make(actions=4)
    assert refused.value.status in (400, 422)
    assert refused.value.field == "actions"
    assert str(refused.value.value) == "4"
    assert "5" in str(refused.value.allowed)
    assert "actions" in str(refused.value)
    assert isinstance(refused.value, ValueError)


def test_an_unknown_parameter_is_named(make: Make) -> None:
    with pytest.raises(UnknownParameterError, match=r"'colour'.*must be one of") as refused:
        make(colour="blue")
    assert refused.value.field == "colour"
    assert "actions" in str(refused.value.allowed)
    assert isinstance(refused.value, InvalidValueError)
    assert isinstance(refused.value, TypeError)


def test_a_known_parameters_wrong_value_is_no_unknown_parameter(make: Make) -> None:
    with pytest.raises(InvalidValueError, match="actions is x") as refused:
        make(actions="x")
    assert not isinstance(refused.value, UnknownParameterError)


def test_a_channels_parameters_are_told_and_those_that_do_not_fit_refused(make: Make) -> None:
    chosen = make(channel="erasure", splitRange=[1, 10], channelParameters={"packetElements": 1})
    assert chosen.description["parameters"]["channelParameters"]["packetElements"] == 1
    with pytest.raises(InvalidValueError) as refused:
        make(channelParameters={"blockTokens": 16, "equalised": True})
    assert refused.value.field == "channelParameters.blockTokens"
    assert "0, which the surrogate was fitted to" in str(refused.value.allowed)


def test_a_refused_option_is_named(make: Make) -> None:
    env = make()
    with pytest.raises(InvalidValueError) as refused:
        env.reset(options={"sigma": 0.9})
    assert "sigma" in str(refused.value.field)
    assert str(refused.value.value) == "0.9"


def test_a_refused_action_leaves_the_episode_as_it_was(make: Make) -> None:
    env = make(actions=5)
    env.reset(seed=1, options={"p": 5})
    with pytest.raises(InvalidValueError) as refused:
        env.step(5)
    assert refused.value.field == "action"
    with pytest.raises(TypeError):
        env.step(1.5)
    assert env.step(2)[0][2] == 6


def test_a_step_before_the_first_reset_is_refused(make: Make) -> None:
    with pytest.raises(SplitGymError) as refused:
        make().step(0)
    assert refused.value.status == 409


def test_close_frees_the_session_once(make: Make, client: Client) -> None:
    env = make()
    assert is_there(client, env.session)
    env.close()
    assert not is_there(client, env.session)
    env.close()
    with pytest.raises(SplitGymError, match="closed"):
        env.reset()
    with pytest.raises(SplitGymError, match="closed"):
        env.step(0)


def test_a_forgotten_environment_is_freed(url: str, client: Client) -> None:
    env = RemoteEnv(url=url)
    session = env.session
    del env
    gc.collect()
    assert not is_there(client, session)


def test_an_environment_open_at_exit_is_freed_quietly(url: str, client: Client) -> None:
    program = (
        "import splitgym, sys\n"
        "env = splitgym.RemoteEnv(url=sys.argv[1])\n"
        "env.reset()\n"
        "print(env.session)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, url], capture_output=True, text=True, check=True
    )
    assert run.stderr == ""
    assert not is_there(client, run.stdout.strip())


def test_a_session_that_is_gone_says_so(make: Make, client: Client) -> None:
    env = make()
    env.reset(seed=1)
    client.call("delete", env.session)
    with pytest.raises(SplitGymError) as refused:
        env.step(0)
    assert refused.value.status == 404
    assert refused.value.kind == "unknown-environment"
    env.close()


def test_nobody_there_says_how_to_start_a_server() -> None:
    with pytest.raises(ConnectionLostError, match=r"\./splitgym serve"):
        gymnasium.make(ID, url="http://127.0.0.1:1")


@pytest.mark.parametrize("wrong", ["127.0.0.1:8642", "ftp://host", "http://", "http://host:x"])
def test_an_address_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        RemoteEnv(url=wrong)
    assert refused.value.field == "url"


@pytest.mark.filterwarnings("ignore::UserWarning")  # gymnasium shows the worker's traceback
def test_a_refusal_in_a_worker_process_reaches_the_caller(url: str) -> None:
    vector = gymnasium.make_vec(ID, num_envs=2, vectorization_mode="async", url=url)
    vector.reset(seed=1)
    with pytest.raises(InvalidValueError) as refused:
        vector.step(np.array([0, 99]))
    assert refused.value.field == "action"
    assert "99" in str(refused.value)
    vector.close(terminate=True)


def test_errors_survive_pickling() -> None:
    error = InvalidValueError("sigma is 9", 422, "sigma", 9, "in [0, 0.3]", None, "not-allowed")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is InvalidValueError
    assert vars(copy) == vars(error)
    assert str(copy) == "sigma is 9"


def test_public_names_are_there() -> None:
    assert all(hasattr(splitgym, name) for name in splitgym.__all__)
