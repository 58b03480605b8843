import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import software.amazon.event.ruler.Machine;

/** Patterns and events in, one a line; out comes a line for each event: the numbers of the patterns that match it. */
public class Ruler {
  public static void main(String[] args) throws Exception {
    List<String> patterns = Files.readAllLines(Path.of(args[0]));
    Machine machine = new Machine();
    for (int i = 0; i < patterns.size(); i++) machine.addRule(String.valueOf(i), patterns.get(i));
    StringBuilder out = new StringBuilder();
    for (String event : Files.readAllLines(Path.of(args[1]))) {
      out.append(String.join(" ", machine.rulesForJSONEvent(event))).append('\n');
    }
    System.out.print(out);
  }
}
