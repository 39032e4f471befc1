package io.splitgym.server.operation;

import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.MalformedRequestException;
import io.splitgym.server.wire.Elements;
import io.splitgym.server.wire.PageRequest;
import io.splitgym.server.wire.RecordField;
import io.splitgym.server.wire.StateBody;
import io.splitgym.server.wire.VectorBodies;
import io.splitgym.server.wire.VectorBody;
import io.splitgym.server.wire.VectorResetRequest;
import io.splitgym.session.RequestKey;
import io.splitgym.session.Sessions;
import io.splitgym.session.VectorSession;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be done with vectors of environments. */
public final class VectorOperations {
  private static final String ALL = "/v1/vector-envs";
  private static final String ONE = "/v1/vector-envs/{id}";
  private static final String VECTOR = "vector";
  private static final String ACTIONS = "actions";

  /** A saved environment takes about twice the bytes that an action or a seed may take. */
  private static final int STATE_FOR_EACH = 2;

  private final EnvironmentRegistry registry;
  private final Sessions sessions;
  private final StepRate rate;

  public VectorOperations(EnvironmentRegistry registry, Sessions sessions, StepRate rate) {
    this.registry = registry;
    this.sessions = sessions;
    this.rate = rate;
  }

  /** All of them. */
  public List<Operation> all() {
    return List.of(
        Operation.query("listVectors", ALL, "", this::list),
        Operation.post("createVector", ALL, "", Operation.Body.REQUIRED, this::create)
            .slowWhere(this::slowCreation),
        Operation.get("describeVector", ONE, VECTOR, this::describe),
        Operation.post("cloneVector", ONE + "/clone", VECTOR, Operation.Body.NONE, this::duplicate)
            .slowWhere(this::slow),
        Operation.get("saveVector", ONE + "/state", VECTOR, this::save).slowWhere(this::slow),
        Operation.put(
                "restoreVector", ONE + "/state", VECTOR, Operation.Body.REQUIRED, this::restore)
            .concerning(id -> STATE_FOR_EACH * sessions.sizeOfVector(id))
            .slowWhere(this::slow),
        Operation.delete("deleteVector", ONE, VECTOR, this::delete).slowWhere(this::slow),
        Operation.post("resetVector", ONE + "/reset", VECTOR, Operation.Body.OPTIONAL, this::reset)
            .concerning(sessions::sizeOfVector)
            .slowWhere(this::slow),
        Operation.post("stepVector", ONE + "/step", VECTOR, Operation.Body.REQUIRED, this::step)
            .concerning(sessions::sizeOfVector)
            .slowWhere(this::slow));
  }

  private Reply list(Call call) {
    PageRequest page = PageRequest.of(call.fields());
    return Reply.of(VectorBody.Listing.of(sessions.pageOfVectors(page.after(), page.limit())));
  }

  private Reply create(Call call) {
    RequestKey key = call.requestKey();
    RecordField asked = RecordField.of(call.fields());
    return created(
        StateBody.isIn(asked.others())
            ? sessions.createVector(
                StateBody.alone(asked.others(), StateBody::readVector),
                asked.record(),
                call.client(),
                key)
            : sessions.createVector(
                registry.readVector(asked.others()), asked.record(), call.client(), key));
  }

  private Reply duplicate(Call call) {
    return created(sessions.duplicateVector(call.target(), call.client(), call.requestKey()));
  }

  private static Reply created(VectorSession session) {
    return Reply.created(ALL + "/" + session.id(), VectorBody.asCreated(session));
  }

  private Reply describe(Call call) {
    return Reply.of(VectorBody.of(sessions.getVector(call.target())));
  }

  private Reply delete(Call call) {
    sessions.deleteVector(call.target());
    return Reply.nothing();
  }

  private Reply reset(Call call) {
    VectorSession session = sessions.getVector(call.target());
    VectorResetRequest request = VectorResetRequest.of(call.fields());
    return Reply.of(
        new VectorBodies.Reset(
            session.reset(request.seeds(), request.mask(), request.options(), call.requestKey())));
  }

  private Reply step(Call call) {
    VectorSession session = sessions.getVector(call.target());
    int[] actions = actions(call.fields());
    rate.take(call.client(), session.description().count());
    return Reply.of(new VectorBodies.Step(session.step(actions, call.requestKey())));
  }

  private Reply save(Call call) {
    return Reply.of(StateBody.of(sessions.getVector(call.target()).save()));
  }

  private Reply restore(Call call) {
    VectorSession session = sessions.getVector(call.target());
    session.restore(StateBody.readVector("", call.fields()));
    return Reply.of(VectorBody.of(session));
  }

  private static int[] actions(Map<String, @Nullable Object> fields) {
    for (String name : fields.keySet()) {
      if (!name.equals(ACTIONS)) {
        throw MalformedRequestException.unknownField(name, List.of(ACTIONS));
      }
    }
    if (!fields.containsKey(ACTIONS)) {
      throw MalformedRequestException.missing(
          ACTIONS, "an array of integers, one for each environment");
    }
    return Elements.actions(ACTIONS, fields.get(ACTIONS));
  }

  private @Nullable String slow(Call call) {
    return SlowBackends.of(sessions.getVector(call.target()).description().each());
  }

  private @Nullable String slowCreation(Call call) {
    Map<String, @Nullable Object> fields = RecordField.of(call.fields()).others();
    return SlowBackends.of(
        (StateBody.isIn(fields)
                ? StateBody.alone(fields, StateBody::readVector).request()
                : registry.readVector(fields))
            .each(),
        registry);
  }
}
