package io.ottla.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Understands {@code ottla start} in its plain form without the command-line library, which costs a start a third of its
 * time (its class files are too old for the AOT cache). Whatever is not plain, the library understands.
 *
 * <pre>
 * plain = "start" [file] *( "--override" key=value / "--override=" key=value )     ; in any order
 * </pre>
 */
final class QuickStart {
    private static final String OVERRIDE = "--override";

    private QuickStart() {}

    static Optional<StartCommand> parse(String... arguments) {
        if (arguments.length == 0 || !arguments[0].equals("start")) return Optional.empty();
        StartCommand command = new StartCommand();
        List<String> overrides = new ArrayList<>();
        for (int i = 1; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.startsWith(OVERRIDE + "=")) {
                overrides.add(argument.substring(OVERRIDE.length() + 1));
            } else if (argument.equals(OVERRIDE) && i + 1 < arguments.length && arguments[i + 1].indexOf('=') > 0) {
                overrides.add(arguments[++i]);
            } else if (argument.isEmpty() || "-@".indexOf(argument.charAt(0)) >= 0 || command.file != null) {
                return Optional.empty();
            } else {
                try {
                    command.file = Path.of(argument);
                } catch (InvalidPathException e) {
                    return Optional.empty();
                }
            }
        }
        command.overrides = overrides;
        return Optional.of(command);
    }
}
