package io.splitgym.server.exchange;

import io.splitgym.server.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Hands requests on once their bodies are there, so that reading one never blocks. Until then a
 * request has no thread: whoever trickles a body in holds a connection and the bytes that came,
 * both bounded, and for no longer than a body may take. One that is too large is read on for a
 * while and thrown away, as its sender would else not get to see the answer.
 */
public final class WholeBodies extends Handler.Wrapper {
  private static final String PROBLEM = WholeBodies.class.getName() + ".problem";

  /** How much of a body that is too large is thrown away: 8 MiB. */
  private static final int THROWN_AWAY = 1 << 23;

  private static final int USUAL_BYTES = 512;

  private final int most;
  private final Duration patience;
  private final Allowance allowance;
  private final Predicate<Request> admitted;

  /**
   * @param most bytes of a body; of one that has more, one more byte is handed on
   * @param patience how long a body may take
   * @param admitted for whom to wait at all; the requests of others are handed on as they are
   */
  public WholeBodies(
      int most, Duration patience, Allowance allowance, Predicate<Request> admitted) {
    this.most = most;
    this.patience = patience;
    this.allowance = allowance;
    this.admitted = admitted;
  }

  /**
   * Says why a request's body isn't whole.
   *
   * @param attributes the request's
   * @throws ProblemException if it isn't
   */
  public static void requireWhole(Function<String, @Nullable Object> attributes) {
    if (attributes.apply(PROBLEM) instanceof ProblemException problem) {
      throw problem;
    }
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Handler next = getHandler();
    if (next == null) {
      return false;
    }
    if (!hasBody(request.getHeaders()) || !admitted.test(request)) {
      return next.handle(request, response, callback);
    }
    Arrival arrival = new Arrival(next, request, response, callback);
    if (arrival.advance()) {
      return next.handle(arrival.arrived(), response, callback);
    }
    arrival.await();
    return true;
  }

  private static boolean hasBody(HttpFields headers) {
    return headers.getLongField(HttpHeader.CONTENT_LENGTH) > 0
        || headers.contains(HttpHeader.TRANSFER_ENCODING);
  }

  /** One body as it comes in. One thread at a time reads; the clock may come in between. */
  private final class Arrival implements Invocable.Task {
    private final Handler next;
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final ByteArrayOutputStream kept;
    private long seen;
    private long held;
    private boolean waiting;
    private Scheduler.@Nullable Task deadline;
    private @Nullable ProblemException problem;

    Arrival(Handler next, Request request, Response response, Callback callback) {
      this.next = next;
      this.request = request;
      this.response = response;
      this.callback = callback;
      this.kept = new ByteArrayOutputStream(USUAL_BYTES);
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }

    /** Reads what is there; whether nothing is left to wait for. */
    boolean advance() {
      while (true) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          return false;
        }
        if (Content.Chunk.isFailure(chunk)) {
          problem =
              chunk.getFailure() instanceof TimeoutException
                  ? ProblemException.bodyTooSlow(patience)
                  : ProblemException.bodyBrokeOff();
          return true;
        }
        boolean last = chunk.isLast();
        boolean room = keep(chunk.getByteBuffer());
        chunk.release();
        if (!room) {
          problem = ProblemException.tooMuchWaiting();
          return true;
        }
        if (last || seen > most + (long) THROWN_AWAY) {
          return true;
        }
      }
    }

    private boolean keep(ByteBuffer bytes) {
      int count = bytes.remaining();
      // one more than may be tells that there are too many
      int wanted = (int) Math.max(0, Math.min(count, most + 1L - seen));
      seen += count;
      if (waiting && !hold(wanted)) {
        return false;
      }
      if (wanted > 0) {
        byte[] copy = new byte[wanted];
        bytes.get(copy);
        kept.write(copy, 0, wanted);
      }
      return true;
    }

    private boolean hold(int bytes) {
      boolean room = allowance.take(bytes);
      if (room) {
        held += bytes;
      }
      return room;
    }

    /** Has the rest read as it comes, and lets the thread go. */
    void await() {
      waiting = true;
      if (!hold(kept.size())) {
        problem = ProblemException.tooMuchWaiting();
        run(this::handOn);
        return;
      }
      deadline =
          request
              .getConnectionMetaData()
              .getConnector()
              .getScheduler()
              .schedule(
                  () -> request.fail(new TimeoutException("a body took too long")),
                  patience.toMillis(),
                  TimeUnit.MILLISECONDS);
      request.demand(this);
    }

    @Override
    public void run() {
      if (!advance()) {
        request.demand(this);
        return;
      }
      if (deadline != null && !deadline.cancel() && problem == null) {
        // it struck just now, and the request has failed or will
        problem = ProblemException.bodyTooSlow(patience);
      }
      allowance.giveBack(held);
      run(this::handOn);
    }

    private void run(Runnable work) {
      request.getContext().execute(work);
    }

    private void handOn() {
      try {
        if (!next.handle(arrived(), response, callback)) {
          Response.writeError(request, response, callback, 404);
        }
      } catch (Exception e) {
        Response.writeError(request, response, callback, e);
      }
    }

    Request arrived() {
      if (problem != null) {
        request.setAttribute(PROBLEM, problem);
      }
      return new Arrived(request, Content.Source.from(ByteBuffer.wrap(kept.toByteArray())));
    }
  }

  /** A request whose body is this one. */
  private static final class Arrived extends Request.Wrapper {
    private final Content.Source body;

    Arrived(Request request, Content.Source body) {
      super(request);
      this.body = body;
    }

    @Override
    public Content.Chunk read() {
      return body.read();
    }

    @Override
    public void demand(Runnable callback) {
      body.demand(callback);
    }
  }
}
