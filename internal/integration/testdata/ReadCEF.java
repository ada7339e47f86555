import com.fluenda.parcefone.event.CommonEvent;
import com.fluenda.parcefone.parser.CEFParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Date;
import java.util.Locale;
import java.util.Map;

/** ReadCEF FILE: what the parser makes of each line, validated; a line of key=base64 each, or "refused". */
public class ReadCEF {
    public static void main(String[] args) throws Exception {
        CEFParser parser = new CEFParser();
        StringBuilder out = new StringBuilder();
        for (String line : Files.readString(Path.of(args[0])).split("\n")) {
            CommonEvent event = parser.parse(line, true, false, Locale.ENGLISH);
            if (event == null) {
                out.append("refused\n");
                continue;
            }
            write(out, event.getHeader());
            write(out, event.getExtension(true));
            out.append('\n');
        }
        System.out.print(out);
    }

    private static void write(StringBuilder out, Map<String, Object> values) {
        values.forEach((key, value) -> {
            String text = value instanceof Date ? String.valueOf(((Date) value).getTime()) : String.valueOf(value);
            out.append(key).append('=').append(Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))).append(' ');
        });
    }
}
