package io.splitgym.server.operation;

import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.server.wire.Elements;
import io.splitgym.server.wire.EnvironmentBody;
import io.splitgym.server.wire.PageRequest;
import io.splitgym.server.wire.RecordField;
import io.splitgym.server.wire.ResetBody;
import io.splitgym.server.wire.ResetRequest;
import io.splitgym.server.wire.StateBody;
import io.splitgym.server.wire.StepBody;
import io.splitgym.session.RequestKey;
import io.splitgym.session.Session;
import io.splitgym.session.Sessions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be done with single environments. */
public final class EnvironmentOperations {
  private static final String ALL = "/v1/envs";
  private static final String ONE = "/v1/envs/{id}";
  private static final String ENVIRONMENT = "environment";

  private final EnvironmentRegistry registry;
  private final Sessions sessions;
  private final StepRate rate;

  public EnvironmentOperations(EnvironmentRegistry registry, Sessions sessions, StepRate rate) {
    this.registry = registry;
    this.sessions = sessions;
    this.rate = rate;
  }

  /** All of them. */
  public List<Operation> all() {
    return List.of(
        Operation.query("list", ALL, "", this::list),
        Operation.post("create", ALL, "", Operation.Body.REQUIRED, this::create)
            .slowWhere(this::slowCreation),
        Operation.get("describe", ONE, ENVIRONMENT, this::describe),
        Operation.post("clone", ONE + "/clone", ENVIRONMENT, Operation.Body.NONE, this::duplicate)
            .slowWhere(this::slow),
        Operation.get("save", ONE + "/state", ENVIRONMENT, this::save).slowWhere(this::slow),
        Operation.put(
                "restore", ONE + "/state", ENVIRONMENT, Operation.Body.REQUIRED, this::restore)
            .slowWhere(this::slow),
        Operation.delete("delete", ONE, ENVIRONMENT, this::delete).slowWhere(this::slow),
        Operation.post("reset", ONE + "/reset", ENVIRONMENT, Operation.Body.OPTIONAL, this::reset)
            .slowWhere(this::slow),
        Operation.post("step", ONE + "/step", ENVIRONMENT, Operation.Body.REQUIRED, this::step)
            .slowWhere(this::slow));
  }

  private Reply list(Call call) {
    PageRequest page = PageRequest.of(call.fields());
    return Reply.of(EnvironmentBody.Listing.of(sessions.page(page.after(), page.limit())));
  }

  private Reply create(Call call) {
    RequestKey key = call.requestKey();
    RecordField asked = RecordField.of(call.fields());
    Session session =
        StateBody.isIn(asked.others())
            ? sessions.create(
                StateBody.alone(asked.others(), StateBody::read),
                asked.record(),
                call.client(),
                key)
            : sessions.create(registry.read(asked.others()), asked.record(), call.client(), key);
    return created(session);
  }

  private Reply duplicate(Call call) {
    return created(sessions.duplicate(call.target(), call.client(), call.requestKey()));
  }

  private static Reply created(Session session) {
    return Reply.created(ALL + "/" + session.id(), EnvironmentBody.asCreated(session));
  }

  private Reply describe(Call call) {
    return Reply.of(EnvironmentBody.of(sessions.get(call.target())));
  }

  private Reply delete(Call call) {
    sessions.delete(call.target());
    return Reply.nothing();
  }

  private Reply reset(Call call) {
    Session session = sessions.get(call.target());
    ResetRequest request = ResetRequest.of(call.fields());
    return Reply.of(
        new ResetBody(session.reset(request.seed(), request.options(), call.requestKey())));
  }

  private Reply step(Call call) {
    Session session = sessions.get(call.target());
    rate.take(call.client(), 1);
    return Reply.of(
        new StepBody(
            session.step(
                Elements.action(call.fields(), session.description().actionSpace()),
                call.requestKey())));
  }

  private Reply save(Call call) {
    return Reply.of(StateBody.of(sessions.get(call.target()).save()));
  }

  private Reply restore(Call call) {
    Session session = sessions.get(call.target());
    session.restore(StateBody.read("", call.fields()));
    return Reply.of(EnvironmentBody.of(session));
  }

  private @Nullable String slow(Call call) {
    return SlowBackends.of(sessions.get(call.target()).description());
  }

  private @Nullable String slowCreation(Call call) {
    Map<String, @Nullable Object> fields = RecordField.of(call.fields()).others();
    return SlowBackends.of(
        StateBody.isIn(fields)
            ? StateBody.alone(fields, StateBody::read).request()
            : registry.read(fields),
        registry);
  }
}
