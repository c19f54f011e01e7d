package io.ottla.zookeeperserver;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A JAAS login configuration, as far as DIGEST-MD5 needs it: the users and passwords of one section. No class that it names is loaded.
 *
 * <pre>
 * file    := section*
 * section := name { (class flag (key = value)* ;)* } ;
 * user    := a key that begins with user_
 * </pre>
 */
public final class JaasFile {
    private static final String USER = "user_";

    private final List<String> tokens;
    private int at;

    private JaasFile(List<String> tokens) {
        this.tokens = tokens;
    }

    /**
     * Passwords by user.
     *
     * @param section {@code Server} unless {@code sasl.serverconfig} says otherwise
     * @return empty if there is no such section
     * @throws IllegalArgumentException with a sentence for people, if the text is no such file
     */
    public static Optional<Map<String, String>> users(String text, String section) {
        return new JaasFile(tokens(text)).find(section);
    }

    private Optional<Map<String, String>> find(String wanted) {
        Optional<Map<String, String>> found = Optional.empty();
        while (at < tokens.size()) {
            String name = next();
            expect("{");
            Map<String, String> users = new TreeMap<>();
            while (!peek().equals("}")) module(users);
            expect("}");
            expect(";");
            if (name.equals(wanted)) found = Optional.of(users);
        }
        return found;
    }

    private void module(Map<String, String> users) {
        next();
        next();
        while (!peek().equals(";")) {
            String key = next();
            expect("=");
            String value = next();
            if (key.startsWith(USER)) users.put(key.substring(USER.length()), value);
        }
        expect(";");
    }

    private String peek() {
        if (at == tokens.size()) throw new IllegalArgumentException("the JAAS file ends in the middle of a section");
        return tokens.get(at);
    }

    private String next() {
        String token = peek();
        at++;
        return token;
    }

    private void expect(String token) {
        if (!next().equals(token))
            throw new IllegalArgumentException("the JAAS file lacks a '" + token + "' after its word " + at);
    }

    private static List<String> tokens(String text) {
        List<String> tokens = new ArrayList<>();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c)) {
                i++;
            } else if (text.startsWith("//", i) || c == '#') {
                while (i < text.length() && text.charAt(i) != '\n') i++;
            } else if (text.startsWith("/*", i)) {
                int end = text.indexOf("*/", i + 2);
                if (end < 0) throw new IllegalArgumentException("the JAAS file has a comment without end");
                i = end + 2;
            } else if ("{};=".indexOf(c) >= 0) {
                tokens.add(String.valueOf(c));
                i++;
            } else if (c == '"') {
                StringBuilder quoted = new StringBuilder();
                i++;
                while (true) {
                    if (i >= text.length()) throw new IllegalArgumentException("the JAAS file has a quote without end");
                    char q = text.charAt(i++);
                    if (q == '"') break;
                    if (q == '\\' && i < text.length()) q = text.charAt(i++);
                    quoted.append(q);
                }
                tokens.add(quoted.toString());
            } else {
                int from = i;
                while (i < text.length()
                        && !Character.isWhitespace(text.charAt(i))
                        && "{};=\"".indexOf(text.charAt(i)) < 0) i++;
                tokens.add(text.substring(from, i));
            }
        }
        return tokens;
    }
}
