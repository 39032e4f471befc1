package io.splitgym.server.operation;

import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.server.wire.Elements;
import io.splitgym.server.wire.EnvironmentBody;
import io.splitgym.server.wire.ResetBody;
import io.splitgym.server.wire.ResetRequest;
import io.splitgym.server.wire.StepBody;
import io.splitgym.session.Session;
import io.splitgym.session.Sessions;
import java.util.List;
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
        Operation.get("list", ALL, "", this::list),
        Operation.post("create", ALL, "", Operation.Body.REQUIRED, this::create)
            .slowWhere(this::slowCreation),
        Operation.get("describe", ONE, ENVIRONMENT, this::describe),
        Operation.delete("delete", ONE, ENVIRONMENT, this::delete).slowWhere(this::slow),
        Operation.post("reset", ONE + "/reset", ENVIRONMENT, Operation.Body.OPTIONAL, this::reset)
            .slowWhere(this::slow),
        Operation.post("step", ONE + "/step", ENVIRONMENT, Operation.Body.REQUIRED, this::step)
            .slowWhere(this::slow));
  }

  private Reply list(Call call) {
    return Reply.of(EnvironmentBody.Listing.of(sessions.list()));
  }

  private Reply create(Call call) {
    Session session = sessions.create(registry.read(call.fields()), call.client());
    return Reply.created(ALL + "/" + session.id(), EnvironmentBody.of(session));
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
    return Reply.of(new ResetBody(session.reset(request.seed(), request.options())));
  }

  private Reply step(Call call) {
    Session session = sessions.get(call.target());
    rate.take(call.client(), 1);
    return Reply.of(
        new StepBody(
            session.step(
                Elements.action(call.fields(), session.created().environment().actionSpace()))));
  }

  private @Nullable String slow(Call call) {
    CreatedEnvironment created = sessions.get(call.target()).created();
    return created.spec().slowBackends().contains(created.backend()) ? created.backend() : null;
  }

  private @Nullable String slowCreation(Call call) {
    EnvironmentRequest request = registry.read(call.fields());
    String backend = request.backend();
    return backend != null
            && registry
                .find(request.spec())
                .filter(spec -> spec.slowBackends().contains(backend))
                .isPresent()
        ? backend
        : null;
  }
}
