"""What one environment and a vector have in common: a session on the server, and its steps."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Mapping
from typing import Any, Literal

from numpy.typing import ArrayLike

from splitgym.client import Client, TransportName
from splitgym.errors import (
    ConnectionLostError,
    InvalidValueError,
    SplitGymError,
    UnknownParameterError,
)
from splitgym.prediction import Prediction

# What the names of a vector's operations end in.
Kind = Literal["", "Vector"]

State = dict[str, Any]


class Session:
    """A resource of the server, from its creation to its release, and where its steps stand.

    A step is begun by ``send_step`` and ended by ``receive_step``. While one is under way there is
    no other. Where the answer of a step, reset or restoring is lost, nobody knows what the server
    has done, so what goes on from there is refused until a reset or restoring is answered.

    Attributes:
        id: the resource's, on the server.
        description: what the server answered when it made the resource.
    """

    def __init__(
        self, kind: Kind, client: Client, owned: bool, description: dict[str, Any]
    ) -> None:
        """Takes over a resource that the server has made.

        Args:
            kind: whether of one environment or a vector.
            client: the connection to the server.
            owned: whether the connection is closed with the last session on it.
            description: what the server answered when it made the resource.
        """
        self.id = str(description["id"])
        self.description = description
        self._kind: Kind = kind
        self._client = client
        self._owned = owned
        self._step: int | None = None
        self._in_doubt = False
        client.sessions.add(self.id)
        self._release = weakref.finalize(
            self, _release, client, owned, f"delete{kind}", self.id, os.getpid()
        )

    @classmethod
    def create(
        cls,
        kind: Kind,
        body: Mapping[str, Any],
        client: Client | None,
        url: str | None,
        timeout: float,
        transport: TransportName,
    ) -> Session:
        """Has the server make a resource, over the given connection or else one of its own."""
        used = Client(url, timeout, transport=transport) if client is None else client
        try:
            description = used.call(f"create{kind}", body=body)
        except BaseException as failure:
            if client is None:
                used.close()
            if isinstance(failure, InvalidValueError) and _is_unknown(failure, body):
                # TorchRL's GymEnv tries arguments, and knows a refusal by these words.
                _, *others = failure.args
                message = f"got an unexpected keyword argument {failure.field!r}: {failure}"
                raise UnknownParameterError(message, *others) from failure
            raise
        return cls(kind, used, client is None, description)

    def predict(self, points: ArrayLike) -> Prediction:
        """What the resource's model has for ln PPL at points ``[n, 3]``."""
        self._require_open()
        told = self.description
        return self._client.predict(
            points, told["spec"], told["backend"], told["preset"], **told["parameters"]
        )

    def describe(self) -> dict[str, Any]:
        """What the server says of the resource now."""
        self._require_open()
        return self._client.call(f"describe{self._kind}", self.id)

    def clone(self) -> Session:
        """Another resource that goes on from here, over the same connection."""
        self._require_settled()
        description = self._client.call(f"clone{self._kind}", self.id)
        return Session(self._kind, self._client, self._owned, description)

    def save(self) -> State:
        """The state, as the server gives it."""
        self._require_settled()
        return self._client.call(f"save{self._kind}", self.id)

    def restore(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Goes on from a state; the description of where that is."""
        return self._begin_anew("restore", state, binary=False)

    def reset(self, body: Mapping[str, Any], *, binary: bool = False) -> dict[str, Any]:
        """Starts anew; the server's answer."""
        return self._begin_anew("reset", body, binary=binary)

    def send_step(self, body: Mapping[str, Any], *, binary: bool = False) -> None:
        """Begins a step, without waiting for what it leads to."""
        self._require_settled()
        self._in_doubt = True
        try:
            self._step = self._client.send(f"step{self._kind}", self.id, body, binary=binary)
        except ConnectionLostError as lost:
            raise _doubtful(lost, "step") from lost

    def step(self, action: Any) -> dict[str, Any]:
        """``send_step`` and ``receive_step`` of one environment."""
        if type(action) is not int:
            self.send_step({"action": action})
            return self.receive_step()
        self._require_settled()
        self._in_doubt = True
        try:
            answer = self._client.step(self.id, action)
        except ConnectionLostError as lost:
            raise _doubtful(lost, "step") from lost
        except SplitGymError as refused:
            self._in_doubt = not _changed_nothing(refused)
            raise
        self._in_doubt = False
        return answer

    def receive_step(self) -> dict[str, Any]:
        """What the step that is under way leads to."""
        self._require_open()
        step, self._step = self._step, None
        if step is None:
            raise SplitGymError("No step is under way: call step_async")
        try:
            answer = self._client.receive(step)
        except ConnectionLostError as lost:
            raise _doubtful(lost, "step") from lost
        except SplitGymError as refused:
            self._in_doubt = not _changed_nothing(refused)
            raise
        self._in_doubt = False
        return answer

    def close(self) -> None:
        """Frees the resource; does nothing the second time."""
        self._release()

    def _begin_anew(
        self, operation: str, body: Mapping[str, Any], *, binary: bool
    ) -> dict[str, Any]:
        self._require_open()
        step, doubted = self._step, self._in_doubt
        self._step, self._in_doubt = None, True
        if step is not None:
            # Nobody will ask what it led to; the server answers it first.
            with contextlib.suppress(SplitGymError):
                self._client.receive(step)
        try:
            answer = self._client.call(f"{operation}{self._kind}", self.id, body, binary=binary)
        except ConnectionLostError as lost:
            raise _doubtful(lost, operation) from lost
        except SplitGymError as refused:
            # A step that was under way has taken place meanwhile, unseen.
            self._in_doubt = doubted or not _changed_nothing(refused)
            raise
        self._in_doubt = False
        return answer

    def _require_open(self) -> None:
        if not self._release.alive:
            raise SplitGymError("The environment is closed")

    def _require_settled(self) -> None:
        self._require_open()
        if self._step is not None:
            raise SplitGymError("A step is under way already: call step_wait")
        if self._in_doubt:
            raise SplitGymError(
                "An answer was lost, so nobody knows where the episode stands: reset the"
                " environment"
            )


def _is_unknown(refused: InvalidValueError, body: Mapping[str, Any]) -> bool:
    """Whether it is a field that was refused, and not its value."""
    return refused.status == 400 and refused.value is None and refused.field in body


def _changed_nothing(refused: SplitGymError) -> bool:
    """A refusal (4xx) leaves the episode as it was; a failure may have come midway."""
    return refused.status is not None and refused.status < 500


def _doubtful(lost: ConnectionLostError, operation: str) -> ConnectionLostError:
    return ConnectionLostError(
        f"{lost}; the {operation} may have taken place: reset the environment",
        command=lost.command,
    )


def _release(client: Client, owned: bool, operation: str, session: str, process: int) -> None:
    """Frees a session, if it can be: a server also frees those that nobody uses.

    A forked process has copies of its parent's environments, which aren't its own to free.
    """
    if os.getpid() == process:
        client.sessions.discard(session)
        client.discard(operation, session)
        if owned and not client.sessions:
            client.close()
