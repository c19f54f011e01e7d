package io.ottla.cli;

import java.util.List;
import java.util.concurrent.ExecutionException;

/** Does a thing to each of several names: each has its line, whatever becomes of the others, and the status tells whether all went well. */
final class EachName {
    private final BrokerOptions broker;
    private final String doing;
    private final String field;

    /** What is to be done to one of them, and printed then. */
    @FunctionalInterface
    interface Work {
        void to(String name) throws ExecutionException, InterruptedException, CommandFailed;
    }

    /**
     * @param doing for the sentence about one that failed, such as {@code creating topic}
     * @param field the field of the name in JSON
     */
    EachName(BrokerOptions broker, String doing, String field) {
        this.broker = broker;
        this.doing = doing;
        this.field = field;
    }

    /** @return the exit status */
    int of(List<String> names, Work work) throws InterruptedException {
        int status = 0;
        for (String name : names.stream().distinct().toList()) {
            try {
                work.to(name);
            } catch (ExecutionException e) {
                status = failed(name, broker.failed(doing + " " + name, e));
            } catch (CommandFailed e) {
                status = failed(name, e);
            }
        }
        return status;
    }

    private int failed(String name, CommandFailed why) {
        broker.output().tell(Output.object(field, name, "error", why.getMessage()));
        System.out.flush();
        System.err.println(Main.sentence(why));
        return 1;
    }
}
