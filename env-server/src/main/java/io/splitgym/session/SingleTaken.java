package io.splitgym.session;

import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import io.splitgym.recording.PlainSpaces;
import io.splitgym.session.Command.ResetCommand;
import io.splitgym.session.Command.StepCommand;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A call on a single environment. */
record SingleTaken(Command command, Object answer) implements Taken {
  /** A step's answer takes so much, most of it for info: a guess. */
  private static final long BYTES = 2_048;

  @Override
  public boolean steps(int lane) {
    return answer instanceof StepResult;
  }

  @Override
  public boolean ends(int lane) {
    return answer instanceof StepResult step && step.done();
  }

  @Override
  public boolean begins(int lane) {
    return answer instanceof ResetResult;
  }

  @Override
  public @Nullable Long seed(int lane) {
    return ((ResetCommand) command).seed();
  }

  @Override
  public Map<String, Object> options() {
    return ((ResetCommand) command).options();
  }

  @Override
  public Object action(int lane) {
    return PlainSpaces.plain(((StepCommand) command).action());
  }

  @Override
  public double reward(int lane) {
    return step().reward();
  }

  @Override
  public boolean terminated(int lane) {
    return step().terminated();
  }

  @Override
  public boolean truncated(int lane) {
    return step().truncated();
  }

  @Override
  public Object stepObservation(int lane) {
    return PlainSpaces.plain(step().observation());
  }

  @Override
  public Map<String, Object> stepInfo(int lane) {
    return step().info();
  }

  @Override
  public Object firstObservation(int lane) {
    return PlainSpaces.plain(((ResetResult) answer).observation());
  }

  @Override
  public Map<String, Object> firstInfo(int lane) {
    return ((ResetResult) answer).info();
  }

  @Override
  public byte[] commandBytes() {
    return command.bytes();
  }

  @Override
  public long bytes() {
    return BYTES;
  }

  private StepResult step() {
    return (StepResult) answer;
  }
}
