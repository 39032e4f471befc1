package io.splitgym.server.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Takes answers off those who write them, so that writing one never blocks: what a client doesn't
 * read at once waits here, without a thread. It may wait for as long as a body may take, and all
 * that waits has a bound; beyond either the connection is closed. Streams of events, whose writers
 * wait for their readers without a thread of their own, pass through.
 */
public final class ReleasedAnswers extends Handler.Wrapper {
  private static final String EVENT_STREAM = "text/event-stream";

  private final Duration patience;
  private final Allowance allowance;

  /**
   * @param patience how long a client may take to read an answer
   */
  public ReleasedAnswers(Duration patience, Allowance allowance) {
    this.patience = patience;
    this.allowance = allowance;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Handler next = getHandler();
    if (next == null) {
      return false;
    }
    Answer answer = new Answer(request, response, callback);
    return next.handle(request, answer, answer);
  }

  /** A part of an answer, as it was written. */
  private record Part(boolean last, ByteBuffer content, int bytes) {}

  /** One answer. It ends when its writer is done and everything is written, or writing failed. */
  private final class Answer extends Response.Wrapper implements Callback {
    private final Callback callback;
    private final Writing writing = new Writing();
    private final Queue<Part> parts = new ArrayDeque<>(2);
    private @Nullable Part current;
    private boolean complete;
    private boolean ended;
    private @Nullable Throwable failure;
    private Scheduler.@Nullable Task deadline;

    Answer(Request request, Response response, Callback callback) {
      super(request, response);
      this.callback = callback;
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }

    @Override
    public void write(boolean last, ByteBuffer content, Callback written) {
      String type = getHeaders().get(HttpHeader.CONTENT_TYPE);
      if (type != null && type.startsWith(EVENT_STREAM)) {
        super.write(last, content, written);
        return;
      }
      int bytes = BufferUtil.length(content);
      Throwable refusal;
      synchronized (this) {
        if (failure == null && !allowance.take(bytes)) {
          failure = new IOException("answers that nobody reads have as many bytes as they may");
        }
        refusal = failure;
        if (refusal == null) {
          // whoever wrote it may use the buffer again
          parts.add(new Part(last, bytes == 0 ? BufferUtil.EMPTY_BUFFER : copy(content), bytes));
        }
      }
      if (refusal != null) {
        written.failed(refusal);
        return;
      }
      writing.iterate();
      waitNoLongerThanPatience();
      written.succeeded();
    }

    private static ByteBuffer copy(ByteBuffer content) {
      ByteBuffer copy = ByteBuffer.allocate(content.remaining());
      copy.put(content).flip();
      return copy;
    }

    /** If something was left over. */
    private synchronized void waitNoLongerThanPatience() {
      if (current != null && deadline == null && failure == null) {
        deadline =
            getRequest()
                .getConnectionMetaData()
                .getConnector()
                .getScheduler()
                .schedule(
                    () -> getRequest().fail(new TimeoutException("an answer took too long")),
                    patience.toMillis(),
                    TimeUnit.MILLISECONDS);
      }
    }

    @Override
    public void succeeded() {
      synchronized (this) {
        complete = true;
      }
      if (writing.isFailed()) {
        end();
      } else {
        writing.iterate();
      }
    }

    @Override
    public void failed(Throwable cause) {
      synchronized (this) {
        complete = true;
        if (failure == null) {
          failure = cause;
        }
      }
      end();
    }

    /** Tells of the end, once. */
    private void end() {
      Throwable cause;
      synchronized (this) {
        if (!complete || ended) {
          return;
        }
        ended = true;
        cause = failure;
        if (deadline != null) {
          deadline.cancel();
        }
        forget();
      }
      if (cause == null) {
        callback.succeeded();
      } else {
        callback.failed(cause);
      }
    }

    private synchronized @Nullable Part next() {
      writtenCurrent();
      current = parts.poll();
      return current;
    }

    private void writtenCurrent() {
      if (current != null) {
        allowance.giveBack(current.bytes());
        current = null;
      }
    }

    private void forget() {
      writtenCurrent();
      parts.forEach(part -> allowance.giveBack(part.bytes()));
      parts.clear();
    }

    private synchronized void fail(Throwable cause) {
      if (failure == null) {
        failure = cause;
      }
      forget();
    }

    private synchronized boolean isComplete() {
      return complete;
    }

    private void writeNow(Part part, Callback written) {
      super.write(part.last(), part.content(), written);
    }

    /** Writes part after part, each when the one before it is out. */
    private final class Writing extends IteratingCallback {
      @Override
      protected Action process() {
        Part part = next();
        if (part == null) {
          return isComplete() ? Action.SUCCEEDED : Action.IDLE;
        }
        writeNow(part, this);
        return Action.SCHEDULED;
      }

      @Override
      protected void onCompleteSuccess() {
        end();
      }

      @Override
      protected void onCompleteFailure(Throwable cause) {
        fail(cause);
        end();
      }

      @Override
      public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
      }
    }
  }
}
