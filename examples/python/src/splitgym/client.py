"""One connection to a server, and what goes over it."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal

from numpy.typing import ArrayLike

from splitgym.address import parse, server_url
from splitgym.errors import ConnectionLostError, InvalidValueError, SplitGymError
from splitgym.prediction import Prediction, batches, joined
from splitgym.transport import (
    OPERATIONS,
    HttpTransport,
    Message,
    Transport,
    WebSocketTransport,
    step_template,
)

TransportName = Literal["websocket", "http"]

_TRANSPORTS: dict[str, type[HttpTransport] | type[WebSocketTransport]] = {
    "websocket": WebSocketTransport,
    "http": HttpTransport,
}
# These change something, and a key makes a second one harmless.
_KEYED = frozenset(
    operation + kind
    for operation in ("create", "clone", "reset", "step")
    for kind in ("", "Vector")
)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5
_DISCARD_SECONDS = 5.0


class Client:
    """Asks a server, over one connection that it opens when needed.

    A message is sent by ``send`` and its answer had by ``receive``; ``call`` is the two together.
    When the connection breaks, it is opened again and what wasn't answered is sent again, under
    the same idempotency keys: the server answers what it has done already without doing it twice,
    even if it was killed and started again meanwhile.

    Environments may share one: ``RemoteEnv(client=client)``. It ends with a ``with`` statement.
    Not safe for use by several threads at once. A process that was forked off opens a
    connection of its own.

    Attributes:
        url: the server's address.
        sessions: the ids of the environments and vectors that are played over it.
    """

    def __init__(
        self,
        url: str | None = None,
        timeout: float = 120.0,
        token: str | None = None,
        *,
        transport: TransportName = "websocket",
        patience: float = 10.0,
    ) -> None:
        """
        Args:
            url: the server's address; default: ``SPLITGYM_URL``, else http://127.0.0.1:8642.
            timeout: seconds within which an answer must come; it is longer than an LLM's step.
            token: sent as ``Authorization: Bearer``; by default that of ``SPLITGYM_TOKEN``.
            transport: ``"websocket"``, or ``"http"`` where something on the way knows only that.
            patience: seconds for which a server that has answered before is waited for when its
                connection breaks.

        Raises:
            InvalidValueError: if the url or the transport can't be.
        """
        self._address = parse(server_url(url))
        if transport not in _TRANSPORTS:
            raise InvalidValueError(
                f"transport is {transport!r}, must be 'websocket' or 'http'",
                field="transport",
                value=transport,
                allowed="'websocket' or 'http'",
            )
        self.url = self._address.url
        self._kind = _TRANSPORTS[transport]
        self._timeout = timeout
        self._patience = patience
        self._token = token if token is not None else os.environ.get("SPLITGYM_TOKEN")
        if self._token and not (self._token.isascii() and self._token.isprintable()):
            raise InvalidValueError(
                "the token has characters that a header can't hold",
                field="token",
                value="(hidden)",
                allowed="printable ASCII",
            )
        self.sessions: set[str] = set()
        # whether a call is on the stack; what the garbage collector runs may come in between
        self._busy = False
        self._discarded: list[tuple[str, str]] = []
        self._connection: Transport | None = None
        self._answered_before = False
        self._process = os.getpid()
        self._name = os.urandom(9).hex()
        self._ids = itertools.count(1)
        # sent and not yet answered, in this order
        self._waiting: dict[int, Message] = {}
        # answered and not yet asked for
        self._answers: dict[int, Any] = {}
        # what the steps of each environment are made from
        self._templates: dict[str, bytes] = {}

    @property
    def timeout(self) -> float:
        """Seconds within which an answer must come."""
        return self._timeout

    @timeout.setter
    def timeout(self, seconds: float) -> None:
        self._timeout = seconds
        if self._connection is not None:
            self._connection.set_timeout(seconds)

    def call(
        self,
        operation: str,
        target: str | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        binary: bool = False,
        patience: float | None = None,
    ) -> dict[str, Any]:
        """Asks and waits for the answer, empty where the server answers nothing.

        Args:
            operation: what for, by the names of the handshake's ``messages``.
            target: the id of the environment, vector or spec that it is about.
            body: the fields of the request's body.
            binary: whether to speak CBOR, with arrays for lists of numbers; JSON otherwise.
            patience: seconds to wait for a lost server this time.

        Raises:
            InvalidValueError: if the server refuses a value.
            ConnectionLostError: if no answer comes.
            SplitGymError: if the server refuses for another reason.
        """
        if patience is None and operation in OPERATIONS:
            connection = self._alone()
            if connection is None:
                return self.receive(self.send(operation, target, body, binary=binary))
            message = self._message(next(self._ids), operation, target, body, binary)
            try:
                answer: dict[str, Any] = connection.exchange(message)
                return answer
            except BaseException as e:
                return self._exchanged(message, e)
            finally:
                self._busy = False
        usual = self._patience
        if patience is not None:
            self._patience = patience
        try:
            return self.receive(self.send(operation, target, body, binary=binary))
        finally:
            self._patience = usual

    def send(
        self,
        operation: str,
        target: str | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        binary: bool = False,
    ) -> int:
        """Asks, without waiting; the number is for ``receive``."""
        if operation not in OPERATIONS:
            raise InvalidValueError(
                f"operation is {operation!r}, must be one of {', '.join(OPERATIONS)}",
                field="operation",
                value=operation,
                allowed=f"one of {', '.join(OPERATIONS)}",
            )
        self._own()
        while self._discarded:
            self.discard(*self._discarded.pop())
        self._busy = True
        try:
            return self._send(operation, target, body, binary)
        finally:
            self._busy = False

    def receive(self, number: int) -> dict[str, Any]:
        """The answer to what was sent under that number; each can be had once."""
        self._busy = True
        try:
            while number in self._waiting:
                self._answer_oldest()
        finally:
            self._busy = False
        return self._answer(number)

    def step(self, target: str, action: int) -> dict[str, Any]:
        """``call("step", target, {"action": action})``, with a fraction of its work.

        A surrogate's step takes the server so little time that the client's work is most of it.
        So what every call looks at is looked at once, and what could be sent again is written
        down only where the connection breaks.
        """
        connection = self._alone()
        if connection is None:
            return self.call("step", target, {"action": action})
        number = next(self._ids)
        try:
            template = self._templates.get(target)
            if template is None:
                template = self._templates[target] = step_template(target, f"{self._name}-")
            answer: dict[str, Any] = connection.step(template, number, action)
            return answer
        except BaseException as e:
            message = self._message(number, "step", target, {"action": action}, False)
            return self._exchanged(message, e)
        finally:
            self._busy = False

    def predict(
        self,
        points: ArrayLike,
        spec_id: str = "SplitInference-v0",
        backend: str | None = None,
        preset: str | None = None,
        **parameters: Any,
    ) -> Prediction:
        """ln PPL at many points, without stepping: for agents that plan with a model.

        Args:
            points: ``[n, 3]``: sigma, m and p of each; any number of them, sent in as many
                messages as needed. With backend ``"llm"`` a point that was never measured takes
                as long as a step.
            spec_id: which kind of environment.
            backend: ``"surrogate"`` (the server's default) or ``"llm"``.
            preset: a named set of parameters, such as ``"reference"``.
            parameters: further fields of ``POST /v1/predict``, such as ``channel="erasure"``.

        Raises:
            InvalidValueError: if a point or parameter isn't allowed; says which.
            SplitGymError: if the model isn't there (status 409).
        """
        chosen = {"spec": spec_id, "backend": backend, "preset": preset, **parameters}
        body = {k: v for k, v in chosen.items() if v is not None}
        return joined(
            [
                self.call("predict", body={**body, "points": batch}, binary=True)
                for batch in batches(points, backend)
            ]
        )

    def discard(self, operation: str, target: str) -> None:
        """Asks for a deletion, and leaves it where the server is gone.

        What the garbage collector discards in the middle of another call waits for the next one.
        """
        if self._busy:
            self._discarded.append((operation, target))
            return
        self._templates.pop(target, None)
        usual, self.timeout = self.timeout, min(self.timeout, _DISCARD_SECONDS)
        with contextlib.suppress(SplitGymError):
            self.call(operation, target, patience=0)
        self.timeout = usual

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; a later message opens another."""
        self._waiting.clear()
        self._answers.clear()
        self._disconnect()

    def _send(
        self, operation: str, target: str | None, body: Mapping[str, Any] | None, binary: bool
    ) -> int:
        number = next(self._ids)
        message = self._message(number, operation, target, body, binary)
        while len(self._waiting) >= self._kind.most_in_flight:
            self._answer_oldest()
        connection = self._connected(self._patience if self._answered_before else 0)
        self._waiting[number] = message
        try:
            connection.send(message)
        except OSError as e:
            self._recover(e)
        except BaseException:
            # Half a message may be out.
            self._abandon(SplitGymError("The message was interrupted"))
            self._answers.pop(number, None)
            raise
        return number

    def _message(
        self,
        number: int,
        operation: str,
        target: str | None,
        body: Mapping[str, Any] | None,
        binary: bool,
    ) -> Message:
        key = f"{self._name}-{number}" if operation in _KEYED else None
        return Message(number, operation, target, body, key, binary)

    def _alone(self) -> WebSocketTransport | None:
        """The connection, where a message can be sent and its answer waited for at once.

        It is an open WebSocket, and there is nothing in flight, nothing else to be sent and no
        fork to mind. The client is then busy.
        """
        self._busy = True
        connection = self._connection
        if (
            type(connection) is not WebSocketTransport
            or self._waiting
            or self._discarded
            or os.getpid() != self._process
        ):
            self._busy = False
            return None
        return connection

    def _exchanged(self, message: Message, failure: BaseException) -> dict[str, Any]:
        """The answer after all, where the connection broke in an exchange; raises otherwise."""
        if isinstance(failure, SplitGymError):
            raise failure
        if not isinstance(failure, OSError):
            # Half a message may be out, or its answer would be taken for the next one's.
            self._disconnect()
            raise failure
        self._waiting[message.id] = message
        try:
            self._recover(failure)
            self._answer_oldest(recovered=True)
        except BaseException:
            self._abandon(SplitGymError("Sending the message again was interrupted"))
            self._answers.pop(message.id, None)
            raise
        return self._answer(message.id)

    def _answer(self, number: int) -> dict[str, Any]:
        """What was answered, or raises the refusal."""
        if number not in self._answers:
            raise SplitGymError(f"Nothing that was sent under {number} waits for an answer")
        answer: dict[str, Any] | SplitGymError = self._answers.pop(number)
        if isinstance(answer, SplitGymError):
            raise answer
        return answer

    def _own(self) -> None:
        """A forked process mustn't speak over its parent's connection, nor by its name."""
        if os.getpid() != self._process:
            self._process = os.getpid()
            self._name = os.urandom(9).hex()
            self._connection = None
            self._waiting.clear()
            self._answers.clear()
            self._templates.clear()

    def _connected(self, patience: float) -> Transport:
        if self._connection is not None:
            return self._connection
        until = time.monotonic() + patience
        pause = _FIRST_PAUSE
        while True:
            try:
                self._connection = self._kind(self._address, self._timeout, self._token)
                return self._connection
            except OSError as e:
                if isinstance(e, SplitGymError):
                    raise
                if time.monotonic() + pause > until:
                    raise ConnectionLostError(
                        f"No server answers at {self.url} ({e}); start one with: ./splitgym serve",
                        command="./splitgym serve",
                    ) from e
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _answer_oldest(self, recovered: bool = False) -> None:
        """Moves the oldest message from those that wait to those that are answered.

        Args:
            recovered: whether it was sent again already, which is done once.
        """
        while True:
            number, message = next(iter(self._waiting.items()))
            connection = self._connection
            try:
                if connection is None:
                    raise ConnectionError("the connection was closed")
                answer: Any = connection.receive(message)
            except SplitGymError as refused:
                answer = refused
            except OSError as e:
                if recovered:
                    raise self._abandon(self._lost(e)) from e
                self._recover(e)
                if number not in self._waiting:
                    return
                recovered = True
                continue
            except BaseException:
                # An interrupted message's answer would be taken for the next one's.
                self._abandon(SplitGymError("Waiting for the answer was interrupted"))
                raise
            del self._waiting[number]
            self._answers[number] = answer
            self._answered_before = True
            return

    def _recover(self, failure: OSError) -> None:
        """Opens the connection again and sends again what waits for an answer."""
        waiting = list(self._waiting.values())
        targets = [message.target for message in waiting if message.key is not None]
        # A server remembers an environment's latest key only.
        once = len(targets) == len(set(targets))
        self._disconnect()
        if isinstance(failure, TimeoutError) or not (once and self._answered_before):
            raise self._abandon(self._lost(failure)) from failure
        try:
            connection = self._connected(self._patience)
            for message in waiting:
                connection.send(message)
        except OSError as e:
            raise self._abandon(self._lost(e)) from e

    def _abandon(self, failure: SplitGymError) -> SplitGymError:
        """Gives up on all that waits for an answer."""
        self._disconnect()
        for number in self._waiting:
            self._answers[number] = failure
        self._waiting.clear()
        return failure

    def _lost(self, failure: OSError) -> SplitGymError:
        if isinstance(failure, SplitGymError):
            return failure
        oldest = next(iter(self._waiting.values())).operation if self._waiting else "connection"
        late = isinstance(failure, TimeoutError)
        why = f"no answer within {self._timeout:g} s" if late else str(failure)
        return ConnectionLostError(
            f"{oldest} at {self.url}: the connection was lost ({why or type(failure).__name__})"
        )
