"""A Gymnasium environment that lives on a server."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Sequence
from typing import Any

import gymnasium

from splitgym.client import Client, TransportName
from splitgym.errors import ConnectionLostError, InvalidValueError, SplitGymError
from splitgym.spaces import decode_element, decode_info, decode_space, encode_element


class RemoteEnv(gymnasium.Env[Any, Any]):
    """One environment on a SplitGym server, from its creation to its release.

    Spaces, rewards and the end of an episode are the server's; ``openapi.yaml`` at the root of
    the project is the contract. Each environment has a session of its own, and a connection of its
    own unless it is given a client. Not safe for use by several threads at once.

    Attributes:
        session: the environment's id on the server.
        description: what the server answered when it made the environment.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 4}  # noqa: RUF012

    def __init__(
        self,
        spec_id: str = "SplitInference-v0",
        url: str | None = None,
        backend: str | None = None,
        preset: str | None = None,
        actions: int | None = None,
        *,
        timeout: float = 120.0,
        transport: TransportName = "websocket",
        client: Client | None = None,
        render_mode: str | None = None,
        **parameters: Any,
    ) -> None:
        """Makes an environment on the server; what isn't given is as the server has it.

        Args:
            spec_id: which environment; ``GET /v1/env-specs`` lists them.
            url: the server's address; default: ``SPLITGYM_URL``, else http://127.0.0.1:8642.
            backend: ``"surrogate"`` (the server's default) or ``"llm"``.
            preset: a named set of parameters, such as ``"reference"``.
            actions: the number of actions: 3, 5 (the server's default), 7 or 9.
            timeout: seconds within which the server must answer.
            transport: ``"websocket"`` or ``"http"``.
            client: the connection to use, which several environments of a thread may share; the
                url, timeout and transport are then its own.
            render_mode: None or ``"ansi"``, with which ``render`` gives a line of text.
            parameters: further fields of ``POST /v1/envs``, by the names they have there.

        Raises:
            InvalidValueError: if the server refuses a value; says which, and what is allowed.
            ConnectionLostError: if no server answers.
            SplitGymError: if the server can't make it; ``command`` may say what helps.
        """
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise ValueError(f"render_mode is {render_mode!r}, must be None or 'ansi'")
        self.render_mode = render_mode
        self._client, owned = client_of(client, url, timeout, transport)
        chosen = {"backend": backend, "preset": preset, "actions": actions, **parameters}
        body = {"spec": spec_id, **{k: v for k, v in chosen.items() if v is not None}}
        try:
            self.description = self._client.call("create", body=body)
        except BaseException:
            if owned:
                self._client.close()
            raise
        self.session = str(self.description["id"])
        self._release = weakref.finalize(
            self, release, self._client, owned, "delete", self.session, os.getpid()
        )
        try:
            self.observation_space = self._observation_space = decode_space(
                self.description["observationSpace"]
            )
            self.action_space = self._action_space = decode_space(
                self.description["actionSpace"]
            )
        except BaseException:
            self._release()
            raise
        self._names = self.description["observationSpace"].get("names", [])
        self._step: int | None = None
        self._step_in_doubt = False
        self._action: Any = None
        self._line = ""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Starts an episode.

        Args:
            seed: restarts the environment's randomness; None goes on from where it stands.
            options: what fixes the start, such as ``{"sigma": 0.2, "m": 1.0, "p": 5}``.
        """
        self._require_open()
        super().reset(seed=seed)
        body: dict[str, Any] = {}
        if seed is not None:
            body["seed"] = seed
        if options:
            body["options"] = options
        answer = self._client.call("reset", self.session, body)
        self._step = None
        self._step_in_doubt = False
        self._line = self._render_observation(answer["observation"])
        observation = decode_element(self._observation_space, answer["observation"])
        return observation, decode_info(answer["info"])

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Takes an action.

        Raises:
            TypeError: if the action isn't a whole number.
            InvalidValueError: if the action isn't in the action space.
            SplitGymError: before the first reset and after an episode's end (status 409).
            ConnectionLostError: if the connection broke and no server came back. The step may
                have taken place, so the environment must be reset.
        """
        self.step_async(action)
        return self.step_wait()

    def step_async(self, action: Any) -> None:
        """Sends an action, without waiting for what it leads to; ``step_wait`` does."""
        self._require_open()
        if self._step is not None:
            raise SplitGymError("A step is under way already: call step_wait")
        if self._step_in_doubt:
            raise SplitGymError(
                "The last step brought no answer, so nobody knows where the episode stands:"
                " reset the environment"
            )
        self._action = encode_element(self._action_space, action)
        self._step_in_doubt = True
        try:
            self._step = self._client.send("step", self.session, {"action": self._action})
        except ConnectionLostError as lost:
            raise _in_doubt(lost) from lost

    def step_wait(self) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """What the action that ``step_async`` sent led to; raises what ``step`` does."""
        self._require_open()
        step, self._step = self._step, None
        if step is None:
            raise SplitGymError("No step is under way: call step_async")
        try:
            answer = self._client.receive(step)
        except ConnectionLostError as lost:
            raise _in_doubt(lost) from lost
        except SplitGymError as refused:
            # A refusal (4xx) leaves the episode as it was; a failure may have come midway.
            self._step_in_doubt = refused.status is None or refused.status >= 500
            raise
        self._step_in_doubt = False
        reward = float(answer["reward"])
        if self.render_mode is not None:
            self._line = (
                f"{self._render_observation(answer['observation'])}"
                f"  action {self._action}  reward {reward:.4f}"
            )
        return (
            decode_element(self._observation_space, answer["observation"]),
            reward,
            bool(answer["terminated"]),
            bool(answer["truncated"]),
            decode_info(answer["info"]),
        )

    def render(self) -> str | None:
        """A line of text on where the episode stands, or None without ``render_mode``."""
        return self._line if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Frees the session on the server; further calls do nothing."""
        self._release()

    def _require_open(self) -> None:
        if not self._release.alive:
            raise SplitGymError("The environment is closed")

    def _render_observation(self, observation: Any) -> str:
        if len(self._names) != len(observation):
            return str(observation)
        pairs = zip(self._names, observation, strict=True)
        return "  ".join(f"{name} {value:.4g}" for name, value in pairs)


def step_all(
    envs: Sequence[RemoteEnv], actions: Sequence[Any]
) -> list[tuple[Any, float, bool, bool, dict[str, Any]]]:
    """A step of each environment, all under way at once: the slowest one's time, not the sum.

    Args:
        envs: what ``gymnasium.make(...).unwrapped`` gives, of any servers and backends.
        actions: one for each.

    Raises:
        InvalidValueError: if there aren't as many actions as environments.
        SplitGymError: what ``step`` raises, for the first environment that it fails for; the
            others have taken their step.
    """
    if len(envs) != len(actions):
        raise InvalidValueError(
            f"there are {len(actions)} actions, must be {len(envs)}, one for each environment",
            field="actions",
            value=len(actions),
            allowed=len(envs),
        )
    sent: list[RemoteEnv] = []
    failure: Exception | None = None
    for env, action in zip(envs, actions, strict=True):
        try:
            env.step_async(action)
        except Exception as e:
            failure = failure or e
        else:
            sent.append(env)
    results = []
    for env in sent:
        try:
            results.append(env.step_wait())
        except Exception as e:
            failure = failure or e
    if failure is not None:
        raise failure
    return results


def client_of(
    client: Client | None, url: str | None, timeout: float, transport: TransportName
) -> tuple[Client, bool]:
    """The given client, or one made for its caller, and whether it was."""
    if client is not None:
        return client, False
    return Client(url, timeout, transport=transport), True


def release(client: Client, owned: bool, operation: str, session: str, process: int) -> None:
    """Frees a session, if it can be: a server also frees those that nobody uses.

    A forked process has copies of its parent's environments, which aren't its own to free.
    """
    if os.getpid() == process and not client.busy:
        timeout, client.timeout = client.timeout, 5.0
        with contextlib.suppress(SplitGymError):
            client.call(operation, session, patience=0)
        client.timeout = timeout
        if owned:
            client.close()


def _in_doubt(lost: ConnectionLostError) -> ConnectionLostError:
    return ConnectionLostError(
        f"{lost}; the step may have taken place: reset the environment", command=lost.command
    )
