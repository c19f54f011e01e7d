package io.ottla.keeper.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.keeper.TestWorld;
import io.ottla.keeper.api.Result;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private static final Result REFUSED = new Result.Refused(0, -101);

    private final List<String> given = new ArrayList<>();
    private final TestWorld world = new TestWorld();
    private final Answers answers = new Answers(world, (token, result) -> given.add(token + ": " + result));

    private static Token asked(long request) {
        return new Token.Asked(3, request);
    }

    private static String line(long request, Result result) {
        return asked(request) + ": " + result;
    }

    private static Result committed(long zxid) {
        return new Result.Committed(zxid, List.of());
    }

    @Test
    void everybodyIsAnsweredByHisZxidAndWhoWaitsBehindItAfterThat() {
        answers.expect(10, asked(1));
        answers.barrier(10, asked(2));
        answers.expect(11, asked(3));
        answers.barrier(11, asked(4));
        assertThat(answers.outstanding()).isEqualTo(2);
        answers.applied(9, committed(9));
        assertThat(given).isEmpty();
        answers.applied(10, REFUSED);
        assertThat(given).containsExactly(line(1, REFUSED), line(2, committed(10)));
        answers.applied(11, committed(11));
        assertThat(given.subList(2, 4)).containsExactly(line(3, committed(11)), line(4, committed(11)));
        assertThat(answers.outstanding()).isZero();
    }

    @Test
    void whatIsGivenUpIsAnsweredOnceAndWhatIsAskedThenWaits() {
        List<Token> asking = new ArrayList<>();
        Answers[] own = new Answers[1];
        own[0] = new Answers(world, (token, result) -> {
            given.add(token + ": " + result);
            if (asking.isEmpty()) {
                asking.add(token);
                own[0].expect(5, asked(9));
            }
        });
        Result unknown = new Result.Unknown("the disk failed");
        own[0].expect(5, asked(1));
        own[0].expect(6, asked(2));
        own[0].barrier(6, asked(3));
        own[0].giveUp(unknown, committed(4));
        assertThat(given).containsExactly(line(1, unknown), line(2, unknown), line(3, committed(4)));
        assertThat(own[0].outstanding()).isEqualTo(1);
        own[0].applied(5, committed(5));
        assertThat(given).endsWith(line(9, committed(5)));
    }

    @Test
    void whoHasNothingToWaitForIsAnsweredAfterTheCall() {
        answers.atOnce(asked(1), REFUSED);
        assertThat(given).isEmpty();
        world.drain();
        assertThat(given).containsExactly(line(1, REFUSED));
    }
}
