import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trino.Session;
import io.trino.plugin.memory.MemoryPlugin;
import io.trino.spi.type.TimeZoneKey;
import io.trino.sql.parser.SqlParser;
import io.trino.testing.MaterializedResult;
import io.trino.testing.MaterializedRow;
import io.trino.testing.StandaloneQueryRunner;
import io.trino.testing.TestingSession;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/**
 * A whole Trino in this process, asked over lines of JSON: {"sql": text} is run, {"parse": text} only read. Each answer
 * is one line: {"columns", "types", "rows"} with every value as text or null, {"parsed": true}, or {"error"}.
 */
public class TrinoOracle {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS");

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        SqlParser parser = new SqlParser();
        boolean parseOnly = args.length > 0 && args[0].equals("parse");
        StandaloneQueryRunner runner = parseOnly ? null : start();
        out.println("{\"ready\":true}");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode request = JSON.readTree(line);
            ObjectNode answer;
            try {
                if (request.has("parse")) {
                    parser.createStatement(request.get("parse").asText());
                    answer = JSON.createObjectNode().put("parsed", true);
                } else {
                    answer = run(runner, request.get("sql").asText());
                }
            } catch (Throwable problem) {
                answer = JSON.createObjectNode().put("error", String.valueOf(problem.getMessage()));
            }
            out.println(JSON.writeValueAsString(answer));
        }
        System.exit(0);
    }

    private static StandaloneQueryRunner start() {
        Session session = TestingSession.testSessionBuilder()
                .setCatalog("memory")
                .setSchema("default")
                .setTimeZoneKey(TimeZoneKey.UTC_KEY)
                .build();
        StandaloneQueryRunner runner = new StandaloneQueryRunner(session);
        runner.installPlugin(new MemoryPlugin());
        runner.createCatalog("memory", "memory", Map.of());
        return runner;
    }

    private static ObjectNode run(StandaloneQueryRunner runner, String sql) {
        MaterializedResult result = runner.execute(runner.getDefaultSession(), sql);
        ObjectNode answer = JSON.createObjectNode();
        if (result.getUpdateType().isPresent()) {
            return answer;
        }
        ArrayNode columns = answer.putArray("columns");
        result.getColumnNames().forEach(columns::add);
        ArrayNode types = answer.putArray("types");
        result.getTypes().forEach(type -> types.add(type.getDisplayName()));
        ArrayNode rows = answer.putArray("rows");
        for (MaterializedRow row : result.getMaterializedRows()) {
            ArrayNode cells = rows.addArray();
            row.getFields().forEach(value -> cells.add(text(value)));
        }
        return answer;
    }

    /** As Athena shows a value. */
    private static String text(Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof LocalDateTime time) {
            return MILLIS.format(time);
        }
        if (value instanceof ZonedDateTime time) {
            return MILLIS.format(time) + " " + time.getZone().getId();
        }
        if (value instanceof BigDecimal number) {
            return number.toPlainString();
        }
        return value.toString();
    }
}
